"""Whether loans are spread over a score as they were before: the population stability index (PSI)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.estimate import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: A share below this is taken as this: the logarithm of an empty cell is infinite.
FLOOR = 1e-4


@dataclass(frozen=True)
class PsiBin:
    """The shares of reference and current loans with `low` < score ≤ `high`; the outer edges are infinite."""

    low: float
    high: float
    reference: float
    current: float


@dataclass(frozen=True)
class Psi:
    """A population stability index, beside what chance alone would give.

    Attributes
    ----------
    value : float
        0 where both samples are spread alike; NaN where all reference loans share one score.
    critical : float
        Exceeded in 5 of 100 pairs of samples of this size that differ by chance alone.
    p_value : float
        The chance of an index of at least this value where nothing has changed.
    bins : tuple of PsiBin
        Rising.
    """

    value: float
    critical: float
    p_value: float
    bins: tuple[PsiBin, ...]


def psi_shares(reference: NDArray[Any], current: NDArray[Any]) -> float:
    """Return Σ (c − r) ln(c / r) over cells with shares r of the reference loans and c of the current ones.

    A share below 1e-4 is taken as 1e-4, so that an empty cell counts and counts no less than one that is nearly so.

    Parameters
    ----------
    reference, current : arrays of shape (n_cells,)
        Loans, or their weight, in each cell: 0 or more, not all of them 0.

    Raises
    ------
    ValueError
        When shapes differ, a number is negative or not finite, or a sample is empty.

    Examples
    --------
    >>> round(psi_shares(np.full(10, 1), np.repeat([0, 2], 5)), 3)
    3.797
    """
    r, c = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if r.ndim != 1 or r.shape != c.shape:
        raise ValueError(f"reference and current must have one shape (n_cells,), got {r.shape} and {c.shape}.")
    for cells in (r, c):
        if not (np.isfinite(cells).all() and (cells >= 0).all() and cells.sum() > 0):
            raise ValueError("Cells must be finite and not negative, and a sample must not be empty.")
    r, c = np.maximum(r / r.sum(), FLOOR), np.maximum(c / c.sum(), FLOOR)
    return float(np.sum((c - r) * np.log(c / r)))


def psi(
    reference: NDArray[np.floating],
    current: NDArray[np.floating],
    reference_weight: Floats | None = None,
    current_weight: Floats | None = None,
    bins: int = 10,
) -> Psi:
    """Return the PSI of a score over bins of equal weight of the reference loans, with its critical value.

    Where both samples come from one population, PSI / (1/N + 1/M) follows χ² with one degree of freedom less than
    there are bins; N and M are the numbers of loans (Yurdakul and Naranjo 2020, doi:10.21314/JRMV.2020.227), with
    loan weights the effective ones, (Σ w)² / Σ w² (Kish 1965). The usual bounds of 0.10 and 0.25 know nothing of N.

    Parameters
    ----------
    reference, current : arrays of shape (n_reference,) and (n_current,)
        Finite scores; only their order counts. No loan may be in both.
    reference_weight, current_weight : arrays of the same shapes, optional
        Positive loan weights.
    bins : int
        At least 2; fewer come back where many reference loans share a score.

    Raises
    ------
    ValueError
        When a sample is empty, a score or weight is not finite, a weight is not positive, or bins is below 2.

    Notes
    -----
    The law is that of large samples, and an empty bin alone adds 0.69. Of 1,000 simulated pairs of samples that differ
    by chance alone (10 bins, 2,000 reference loans) 7 in 100 exceeded `critical` at 100 to 500 current loans, but 13 at
    50; at 30 (of 1,000) it was 37. With 5,000 loans each it was 5.

    Examples
    --------
    >>> scores = np.arange(1000.0)
    >>> moved = psi(scores, scores[:500] + 500)
    >>> round(moved.value, 3), round(moved.critical, 4), len(moved.bins)
    (3.797, 0.0508, 10)
    """
    if bins < 2:
        raise ValueError(f"bins must be 2 or more, got {bins}.")
    r, r_weight = _sample(reference, reference_weight)
    c, c_weight = _sample(current, current_weight)
    edges = quantile_edges(r, r_weight, bins)
    if len(edges) == 0:
        return Psi(math.nan, math.nan, math.nan, (PsiBin(-math.inf, math.inf, 1.0, 1.0),))
    r_mass, c_mass = _masses(r, r_weight, edges), _masses(c, c_weight, edges)
    value = psi_shares(r_mass, c_mass)
    critical, p_value = _chance(value, len(edges), _one_over_loans(r_weight) + _one_over_loans(c_weight))
    ends = [-math.inf, *edges.tolist(), math.inf]
    shares = zip(pairwise(ends), r_mass / r_mass.sum(), c_mass / c_mass.sum(), strict=True)
    return Psi(value, critical, p_value, tuple(PsiBin(low, high, float(a), float(b)) for (low, high), a, b in shares))


def quantile_edges(values: Floats, weight: Floats, bins: int) -> Floats:
    """Return the rising inner edges of up to `bins` bins of equal weight; a value equal to an edge is below it.

    Equal values share a bin, so that fewer edges come back where there are many; none where all are equal.

    >>> quantile_edges(np.arange(10.0), np.ones(10), 5).tolist()
    [1.0, 3.0, 5.0, 7.0]
    >>> quantile_edges(np.array([3.0, 3.0, 3.0, 4.0]), np.ones(4), 4).tolist()
    [3.0]
    """
    order = np.argsort(values, kind="stable")
    ordered, mass = values[order], np.cumsum(weight[order])
    # A little less than the exact share, or the rounding of the sum would decide at whole tenths.
    wanted = np.arange(1, bins) * mass[-1] / bins * (1 - 1e-12)
    edges = np.unique(ordered[np.searchsorted(mass, wanted)])
    # Nothing of the reference lies above its highest value: that bin would be empty by construction.
    inner: Floats = edges[edges < ordered[-1]]
    return inner


def _sample(scores: NDArray[np.floating], weight: Floats | None) -> tuple[Floats, Floats]:
    s = np.asarray(scores, dtype=np.float64)
    w = np.ones_like(s) if weight is None else np.asarray(weight, dtype=np.float64)
    if s.ndim != 1 or s.shape != w.shape or len(s) == 0:
        raise ValueError(f"A sample must be scores and weights of one shape (n_rows,), got {s.shape} and {w.shape}.")
    if not np.isfinite(s).all():
        raise ValueError("Scores must be finite.")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("Weights must be finite and positive.")
    return s, w


def _masses(scores: Floats, weight: Floats, edges: Floats) -> Floats:
    return np.asarray(np.bincount(np.searchsorted(edges, scores), weight, len(edges) + 1), dtype=np.float64)


def _one_over_loans(weight: Floats) -> float:
    """Return one over Kish's effective number of loans."""
    return float(np.sum(weight**2) / weight.sum() ** 2)


def _chance(value: float, freedom: int, scale: float) -> tuple[float, float]:
    """Return the critical value and the p-value of an index that chance alone makes `scale` times χ²."""
    # Imported here: scoring passes by this room, and SciPy takes longer to import than a loan to score.
    from scipy.special import chdtrc, chdtri

    return float(chdtri(freedom, 1 - LEVEL)) * scale, float(chdtrc(freedom, value / scale))
