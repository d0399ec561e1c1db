"""The test of Hosmer and Lemeshow: observed against expected defaults, group by group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.gains import risk_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: So many defaults and so many repaid loans must be expected in a group for its term to be nearly χ² (Cochran 1954).
_LEAST_EXPECTED = 5.0


@dataclass(frozen=True)
class HosmerLemeshow:
    """A statistic that is χ² with `df` degrees of freedom where the PDs are right, over so many groups."""

    statistic: float
    df: int
    p_value: float
    groups: int


def hosmer_lemeshow(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    groups: int = 10,
    on_own_rows: bool = False,
) -> HosmerLemeshow:
    """Return Σ_g (O_g − E_g)² / (E_g (1 − E_g / n_g)) over groups of loans of like PD, and its p-value.

    O_g are the defaults of group g, E_g the sum of its PDs, n_g its loans (Hosmer and Lemeshow 1980,
    doi:10.1080/03610928008827941). The groups are the bands of the gains table, which never split equal PDs, merged
    with their inner neighbours, from the ends on, until 5 defaults and 5 repaid loans are expected in each. Which are
    merged depends on the PDs alone, not on the outcomes.

    Parameters
    ----------
    y_true, pd : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1.
    weight : None
        Loan weights are refused, see the notes.
    groups : int
        How many groups to begin with, 1 or more.
    on_own_rows : bool
        True only for a logistic regression that was fitted on these very loans: it has groups − 2 degrees of freedom.
        On held-out loans, or for PDs from elsewhere, there are as many as groups.

    Returns
    -------
    HosmerLemeshow
        Statistic and p-value are NaN where even all loans together are too few, or no degree of freedom is left.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, groups is below 1 or weights are given.

    Notes
    -----
    Share of right models that were rejected at 5 %, in 2,000 simulated portfolios each: 5.2 % of 500 loans with 80
    defaults (7 groups are left of 10), 5.1 % of 3,000 loans with 210; for a logistic fit on its own 500 rows 5.9 % at
    groups − 2 degrees of freedom, and 1.9 % had they been groups.

    Many loans make every model fail: read the size of the error (ECE, miscalibration) beside the p-value.

    Why no weights: a weight is no number of loans, and both ways of scaling mislead. At the effective number of loans
    (Σ w)² / Σ w² per group, 0.0 % of right models were rejected at 5 % where the weights undo a sampling by outcome, so
    that wrong ones pass too; with variances taken from the data, 10 to 53 % of right models were rejected, since a
    group has few defaults (600 simulated portfolios each, 220 to 340 defaults). With weights use the test of intercept
    and slope. Loans with frequencies are written out as rows and need no weights.

    Examples
    --------
    >>> y, pd = np.repeat([0, 1, 0, 1], [90, 10, 60, 40]), np.repeat([0.1, 0.3], 100)
    >>> found = hosmer_lemeshow(y, pd)
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4), found.groups
    (4.7619, 2, 0.0925, 2)
    """
    y, p, w = checked_pd(y_true, pd)
    if weight is not None:
        raise ValueError("The Hosmer–Lemeshow test takes no loan weights.")
    if groups < 1:
        raise ValueError(f"groups must be 1 or more, got {groups}.")
    band = risk_bands(p, w, groups)
    counts = np.array([np.bincount(band, values) for values in (w, p, y)])
    loans, expected, observed = _merged(counts[:, counts[0] > 0.0])
    df = len(loans) - 2 if on_own_rows else len(loans)
    if df < 1 or _short(expected, loans).any():
        return HosmerLemeshow(math.nan, max(df, 0), math.nan, len(loans))
    statistic = float(np.sum((observed - expected) ** 2 / (expected * (1 - expected / loans))))
    return HosmerLemeshow(statistic, df, _chi_square_tail(statistic, df), len(loans))


def _short(expected: Floats, loans: Floats) -> NDArray[np.bool_]:
    """Return which groups expect too few defaults or too few repaid loans."""
    few: NDArray[np.bool_] = np.minimum(expected, loans - expected) < _LEAST_EXPECTED
    return few


def _merged(counts: Floats) -> Floats:
    """Merge the groups (columns: loans, expected, observed) that are too small, the outermost first, inwards."""
    while (last := counts.shape[1] - 1) > 0:
        short = np.flatnonzero(_short(counts[1], counts[0]))
        if len(short) == 0:
            break
        at = int(short[np.argmin(np.minimum(short, last - short))])
        into = at + 1 if 2 * at < last else at - 1
        counts[:, into] += counts[:, at]
        counts = np.delete(counts, at, axis=1)
    return counts


def _chi_square_tail(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))
