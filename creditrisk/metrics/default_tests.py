"""Whether a PD fits the number of defaults: Jeffreys' and the binomial test, with their exact levels and power.

Both take the defaults as independent, as if every loan tossed its own coin; `creditrisk.metrics.correlated` does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

#: A p-value or a probability of defaults, loans and PD.
DefaultTest: TypeAlias = Callable[[float, float, float], float]


def jeffreys_p(defaults: float, loans: float, pd: float) -> float:
    """Return the p-value of Jeffreys' test that the PD is not too low: small where it is too low.

    p = F(pd; D + ½, N − D + ½), F the distribution function of Beta: the posterior probability that the true rate is
    at most the PD (European Central Bank, "Instructions for reporting the validation results of internal models",
    February 2019, section 2.5).

    Parameters
    ----------
    defaults, loans : float
        D and N, 0 ≤ D ≤ N; with loan weights at the effective number of loans, which need not be whole.
    pd : float
        The PD that is tested, from 0 to 1.

    Returns
    -------
    float
        From 0 to 1; NaN where there are no loans or no PD.

    Raises
    ------
    ValueError
        When a count or the PD is out of its range.

    Notes
    -----
    Where far less than one default is expected the value is small even without a default: below 0.05 where N pd is
    below 0.002. A verdict must not read that as a PD too low; `fewest_too_low` never does.

    Examples
    --------
    >>> round(jeffreys_p(2, 6, 0.0367), 6)
    0.00438
    """
    from scipy.special import betainc

    if not _tested(defaults, loans, pd):
        return math.nan
    return float(betainc(defaults + 0.5, loans - defaults + 0.5, pd))


def jeffreys_p_too_high(defaults: float, loans: float, pd: float) -> float:
    """Return the mirror of `jeffreys_p`, 1 − F(pd; D + ½, N − D + ½): small where the PD is too high.

    >>> round(jeffreys_p_too_high(2, 6, 0.0367), 6)
    0.99562
    """
    from scipy.special import betaincc

    if not _tested(defaults, loans, pd):
        return math.nan
    return float(betaincc(defaults + 0.5, loans - defaults + 0.5, pd))


def binomial_p(defaults: float, loans: float, pd: float) -> float:
    """Return P(at least D defaults among N loans | pd), the exact test's p-value: small where the PD is too low.

    It is I(pd; D, N − D + 1), the incomplete beta function, which also takes counts that are not whole (Clopper and
    Pearson 1934, doi:10.1093/biomet/26.4.404). Arguments and errors as for `jeffreys_p`.

    >>> round(binomial_p(2, 6, 0.0367), 6)
    0.018306
    """
    from scipy.special import betainc

    if not _tested(defaults, loans, pd):
        return math.nan
    return 1.0 if defaults == 0 else float(betainc(defaults, loans - defaults + 1, pd))


def binomial_p_too_high(defaults: float, loans: float, pd: float) -> float:
    """Return P(at most D defaults among N loans | pd): small where the PD is too high.

    >>> round(binomial_p_too_high(2, 6, 0.0367), 6)
    0.999091
    """
    from scipy.special import betaincc

    if not _tested(defaults, loans, pd):
        return math.nan
    return 1.0 if defaults == loans else float(betaincc(defaults + 1, loans - defaults, pd))


def fewest_too_low(loans: int, pd: float, alpha: float, test: DefaultTest = jeffreys_p) -> int:
    """Return the fewest defaults at which a test says that the PD is too low: p-value below alpha, and a default.

    Without a default no PD is ever said to be too low, whatever the p-value. Where no number of defaults is enough the
    answer is loans + 1.

    Parameters
    ----------
    loans : int
        Number of loans, 1 or more.
    pd, alpha : float
        The PD that is tested and the level, from 0 to 1.
    test : function of (defaults, loans, pd)
        Its p-value falls as defaults rise.

    >>> fewest_too_low(1000, 0.02, 0.05), fewest_too_low(1000, 0.02, 0.05, binomial_p)
    (28, 29)
    """
    low, high = 1, loans + 1
    while low < high:
        middle = (low + high) // 2
        if test(middle, loans, pd) < alpha:
            high = middle
        else:
            low = middle + 1
    return low


def chance_too_low(
    loans: int,
    pd: float,
    truth: float,
    alpha: float,
    test: DefaultTest = jeffreys_p,
    law: DefaultTest = binomial_p,
) -> float:
    """Return the exact probability that a test says that the PD is too low, where the true PD is `truth`.

    With truth = pd it is the level that the test really has: defaults are whole numbers, so it is not alpha. With a
    higher truth it is the power.

    Parameters
    ----------
    loans : int
        Number of loans, 1 or more.
    pd, truth, alpha : float
        The PD that is tested, the true one, and the level that the p-value is compared with.
    test : function of (defaults, loans, pd)
        The p-value of the test.
    law : function of (defaults, loans, pd)
        The probability of at least that many defaults.

    Examples
    --------
    >>> round(chance_too_low(1000, 0.02, 0.02, 0.05), 4), round(chance_too_low(1000, 0.02, 0.024, 0.05), 4)
    (0.0507, 0.2299)
    """
    fewest = fewest_too_low(loans, pd, alpha, test)
    return 0.0 if fewest > loans else law(fewest, loans, truth)


def chance_too_high(
    loans: int,
    pd: float,
    truth: float,
    alpha: float,
    test: DefaultTest = jeffreys_p,
    law: DefaultTest = binomial_p,
) -> float:
    """Return the exact probability that the mirrored test says that the PD is too high, where the true PD is `truth`.

    A PD is too high for defaults just as 1 − pd is too low for repaid loans, so test and law are those of
    `chance_too_low` and are applied to the repaid loans.

    >>> round(chance_too_high(1000, 0.02, 0.02, 0.05), 4)
    0.0642
    """
    return chance_too_low(loans, 1.0 - pd, 1.0 - truth, alpha, test, law)


def _tested(defaults: float, loans: float, pd: float) -> bool:
    """Return whether there is anything to test; raise ValueError at impossible numbers."""
    if math.isnan(defaults) or math.isnan(pd) or not loans > 0:
        return False
    if not 0 <= defaults <= loans:
        raise ValueError(f"defaults must be between 0 and {loans:g} loans, got {defaults:g}.")
    if not 0 <= pd <= 1:
        raise ValueError(f"pd must be between 0 and 1, got {pd:g}.")
    return True
