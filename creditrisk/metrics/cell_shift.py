"""Whether loans are spread over given cells as others were: the PSI of counts, with its chance bound and a test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.drift import psi_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: Cells that would hold fewer loans of either sample are one cell: χ² is the law of well-filled ones.
FEWEST_EXPECTED = 5.0


@dataclass(frozen=True)
class CellShift:
    """A population stability index of counts; NaN where there are not two cells to compare.

    Attributes
    ----------
    value : float
        PSI, 0 where both samples are spread alike.
    critical : float
        Exceeded with the probability `alpha` where nothing has changed.
    p_value : float
        Of Pearson's test that both samples come from one population.
    """

    value: float
    critical: float
    p_value: float


def cell_shift(reference: NDArray[Any], current: NDArray[Any], alpha: float = 0.05) -> CellShift:
    """Return the PSI of two samples' counts over the same cells, with the bound that chance alone seldom passes.

    Cells in which fewer than 5 loans of either sample are expected are pooled first, so that a rare level that one
    sample happens to lack adds nothing. PSI / (1/N + 1/M) then follows χ² with one degree of freedom less than there
    are cells (Yurdakul and Naranjo 2020, doi:10.21314/JRMV.2020.227). The p-value is that of Pearson's X² of the same
    table, which keeps its level far into the tail, where PSI, because of its logarithm, does not.

    Parameters
    ----------
    reference, current : arrays of shape (n_cells,)
        Loans in each cell: finite, 0 or more.
    alpha : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        When the shapes differ, or a count is negative or not finite.

    Examples
    --------
    >>> shift = cell_shift(np.full(10, 100), np.repeat([0, 200], 5))
    >>> round(shift.value, 3), round(shift.critical, 4), shift.p_value < 1e-9
    (3.797, 0.0338, True)
    """
    r, c = pooled(np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64))
    freedom = len(r) - 1
    if freedom < 1:
        return CellShift(math.nan, math.nan, math.nan)
    n, m = float(r.sum()), float(c.sum())
    critical = chi2_bound(freedom, alpha) * (1.0 / n + 1.0 / m)
    expected = (r + c) / (n + m)
    pearson = float(np.sum((r - n * expected) ** 2 / (n * expected)) + np.sum((c - m * expected) ** 2 / (m * expected)))
    return CellShift(psi_shares(r, c), critical, chi2_tail(freedom, pearson))


def piled_edges(values: Floats, loans: NDArray[Any], parts: int) -> Floats:
    """Return the edges that make a cell of each value which one of `parts` loans has: just below it, and at it.

    Without them a flag that is 1 for nearly all loans would be one cell whatever becomes of it.

    Parameters
    ----------
    values : array of shape (n_distinct,)
        Different and finite.
    loans : array of shape (n_distinct,)
        How many have each value.

    Examples
    --------
    >>> piled_edges(np.array([0.0, 1.0]), np.array([5, 95]), 10).tolist()
    [0.9999999999999999, 1.0]
    """
    heavy = values[np.asarray(loans) * parts >= np.sum(loans)]
    return np.unique(np.concatenate([np.nextafter(heavy, -np.inf), heavy]))


def chi2_tail(freedom: int, x: float) -> float:
    """Return P(χ² > x), by the finite sums for whole degrees of freedom (Abramowitz and Stegun 26.4.4 and 26.4.5).

    Scoring a file needs it, and SciPy takes longer to import than a loan to score.

    >>> round(chi2_tail(9, 16.919), 4)
    0.05
    """
    half = x / 2.0
    if half <= 0.0:
        return 1.0
    odd = freedom % 2
    powers = [step + odd / 2.0 for step in range(freedom // 2)]
    terms = [math.exp(power * math.log(half) - half - math.lgamma(power + 1.0)) for power in powers]
    return min(math.fsum([math.erfc(math.sqrt(half)) if odd else 0.0, *terms]), 1.0)


@lru_cache(maxsize=256)
def chi2_bound(freedom: int, alpha: float) -> float:
    """Return the x with P(χ² > x) = alpha, by halving.

    >>> round(chi2_bound(9, 0.05), 3)
    16.919
    """
    low, high = 0.0, float(freedom)
    while chi2_tail(freedom, high) > alpha:
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if chi2_tail(freedom, middle) > alpha else (low, middle)
    return high


def share_difference(reference: tuple[int, int], current: tuple[int, int]) -> float:
    """Return the p-value of the two-sided test that two samples have one share, each given as (hits, loans).

    z = (b/M − a/N) / √(q (1 − q) (1/N + 1/M)) with the share q of both together; it is Pearson's test of the 2 × 2
    table, without correction. 1 where all loans or none are hits.

    Examples
    --------
    >>> round(share_difference((10, 100), (20, 100)), 4)
    0.0477
    """
    (a, n), (b, m) = reference, current
    if not (0 <= a <= n and 0 <= b <= m and n > 0 and m > 0):
        raise ValueError(f"A share must be (hits, loans) with 0 ≤ hits ≤ loans, got {reference} and {current}.")
    q = (a + b) / (n + m)
    if q in (0.0, 1.0):
        return 1.0
    return math.erfc(abs(b / m - a / n) / math.sqrt(q * (1 - q) * (1 / n + 1 / m)) / math.sqrt(2.0))


def pooled(r: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Return two samples' counts with their sparse cells as one; empty where a sample is.

    A cell is sparse in which fewer than 5 loans of either sample are expected, if both are spread alike. Where all of
    these together are sparse still they join the smallest of the others.

    Parameters
    ----------
    r, c : arrays of shape (n_cells,)
        Finite, 0 or more.
    """
    if r.ndim != 1 or r.shape != c.shape:
        raise ValueError(f"reference and current must have one shape (n_cells,), got {r.shape} and {c.shape}.")
    if not (np.isfinite(r).all() and np.isfinite(c).all() and (r >= 0).all() and (c >= 0).all()):
        raise ValueError("Counts must be finite and not negative.")
    both = r + c
    least = min(r.sum(), c.sum())
    if least == 0.0:
        return np.empty(0), np.empty(0)
    needed = FEWEST_EXPECTED * both.sum() / least
    sparse = both < needed
    if sparse.any() and both[sparse].sum() < needed and not sparse.all():
        sparse[np.flatnonzero(~sparse)[np.argmin(both[~sparse])]] = True
    if not sparse.any():
        return r, c
    return np.append(r[~sparse], r[sparse].sum()), np.append(c[~sparse], c[sparse].sum())
