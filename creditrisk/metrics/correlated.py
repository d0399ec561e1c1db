"""The number of defaults where loans default together: the one-factor model, its p-values, levels and power."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.default_tests import DefaultTest, binomial_p, binomial_p_too_high

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.metrics.arrays import Floats

#: Nodes of the Gauss–Legendre rule over the part of the factor where the probability moves from 0 to 1.
_NODES = 200
#: The normal distribution beyond this is smaller than the rounding of a probability.
_FAR = 9.0
#: Steps of the trapezoid rule over the whole factor, for several grades at once.
_STEPS = 4000


def conditional_pd(pd: float, rho: float, factor: Floats) -> Floats:
    """Return the PD given the state of the economy, Φ((Φ⁻¹(pd) + √ρ x) / √(1 − ρ)); a higher x is a worse year.

    The one-factor model of Vasicek (2002, Risk 15(12):160–162), which the Basel formulas use with ρ between 0.03 and
    0.24: retail 0.03 to 0.16, mortgages 0.15, revolving retail 0.04, firms 0.12 to 0.24.

    >>> [round(float(p), 4) for p in conditional_pd(0.02, 0.12, np.array([-1.0, 0.0, 1.0]))]
    [0.0053, 0.0143, 0.0344]
    """
    from scipy.special import ndtr, ndtri

    return np.asarray(ndtr((ndtri(pd) + math.sqrt(rho) * factor) / math.sqrt(1 - rho)), dtype=np.float64)


def correlated_p(defaults: float, loans: float, pd: float, rho: float) -> float:
    """Return P(at least D defaults among N loans | pd, rho), a p-value: small where the PD is too low.

    Given the factor x the defaults are independent with the conditional PD, so the probability is the mean of the
    binomial one over x ~ N(0, 1). It is all but 0 and all but 1 outside an interval of x that is known, and
    Gauss–Legendre quadrature serves within, so that a million loans are as exact as ten.

    Parameters
    ----------
    defaults, loans, pd : float
        As for `default_tests.jeffreys_p`.
    rho : float
        Asset correlation, from 0 (independent defaults) to below 1. One factor for all loans: loans of one year.

    Raises
    ------
    ValueError
        When rho is not between 0 and 1, or a count or the PD is out of its range.

    Examples
    --------
    >>> round(correlated_p(30, 1000, 0.02, 0.0), 4), round(correlated_p(30, 1000, 0.02, 0.12), 4)
    (0.0207, 0.2119)
    """
    from scipy.special import betainc, betaincinv, ndtr, ndtri

    if not 0.0 <= rho < 1.0:
        raise ValueError(f"rho must be from 0 to below 1, got {rho:g}.")
    plain = binomial_p(defaults, loans, pd)
    if rho == 0.0 or math.isnan(plain) or defaults == 0 or pd in (0.0, 1.0):
        return plain
    a, b = defaults, loans - defaults + 1
    # The conditional PDs between which the binomial probability moves from 0 to 1, and the factors that bring them.
    rates = np.array([betaincinv(a, b, 1e-15), 1.0 - betaincinv(b, a, 1e-15)])
    with np.errstate(divide="ignore"):
        low, high = np.clip((math.sqrt(1 - rho) * ndtri(rates) - ndtri(pd)) / math.sqrt(rho), -_FAR, _FAR)
    nodes, weights = _gauss_legendre()
    half = (high - low) / 2
    x = (high + low) / 2 + half * nodes
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    moving = half * np.sum(weights * density * betainc(a, b, conditional_pd(pd, rho, x)))
    return float(min(ndtr(-high) + moving, 1.0))


def correlated_p_too_high(defaults: float, loans: float, pd: float, rho: float) -> float:
    """Return P(at most D defaults among N loans | pd, rho), a p-value: small where the PD is too high.

    The mirror of `correlated_p`: at least N − D repaid loans, which the same factor moves.

    >>> round(correlated_p_too_high(10, 1000, 0.02, 0.12), 4)
    0.382
    """
    if rho == 0.0:
        return binomial_p_too_high(defaults, loans, pd)
    return correlated_p(loans - defaults, loans, 1.0 - pd, rho)


def law_of_defaults(rho: float) -> DefaultTest:
    """Return P(at least D defaults | N, pd) under an asset correlation, as levels and power ask for it.

    >>> round(law_of_defaults(0.04)(30, 1000, 0.02), 4)
    0.1701
    """
    return partial(correlated_p, rho=rho)


def chance_of_any(fewest: Sequence[int], loans: Sequence[int], truths: Sequence[float], rho: float) -> float:
    """Return the probability that at least one grade has as many defaults as its number in `fewest`.

    1 − Π (1 − P(D_g ≥ fewest_g)) where defaults are independent; under a correlation the mean of that over the factor
    that all grades share, by the trapezoid rule.

    Parameters
    ----------
    fewest, loans : sequence of int, one a grade
        The defaults from which a grade counts, and its loans; loans + 1 is never reached.
    truths : sequence of float
        The true PD of each grade.
    rho : float
        Asset correlation, from 0 to below 1.

    Examples
    --------
    >>> round(chance_of_any([28, 28], [1000, 1000], [0.02, 0.02], 0.0), 4)
    0.0988
    """
    from scipy.special import betainc

    reached = [(few, n, truth) for few, n, truth in zip(fewest, loans, truths, strict=True) if few <= n]
    if len(reached) == 1:
        return correlated_p(*reached[0], rho)
    if rho == 0.0:
        return 1.0 - math.prod(1.0 - binomial_p(few, n, truth) for few, n, truth in reached)
    x = np.linspace(-_FAR, _FAR, _STEPS + 1)
    none = np.ones_like(x)
    for few, n, truth in reached:
        none *= 1.0 - betainc(few, n - few + 1, conditional_pd(truth, rho, x))
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.sum(density * (1.0 - none)) * (x[1] - x[0]))


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
