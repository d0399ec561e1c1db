"""The PSI of two samples' counts with the bound of chance for samples of just these sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.cell_shift import cell_shift, pooled
from creditrisk.metrics.drift import FLOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: Where every cell expects so many loans of either sample, χ² is the law of PSI: no draws are needed.
_WELL_FILLED = 50.0
#: Draws for the bound; its level is then 5 % give or take 0.5 %, and on average over samples 5 %.
_DRAWS = 2000
_SEED = 20_240_607


@dataclass(frozen=True)
class PsiOfCounts:
    """A population stability index of counts; NaN where there are not two cells to compare.

    Attributes
    ----------
    value : float
        PSI, 0 where both samples are spread alike.
    critical : float
        Passed in `alpha` of all pairs of samples of these sizes in which nothing has changed.
    p_value : float
        Of Pearson's test that both samples come from one population.
    cells : int
        That were compared, sparse ones together as one.
    merged : int
        Cells with fewer than 5 expected loans of either sample: they count together.
    emptied : int
        Cells in which the reference has loans and the current sample none.
    """

    value: float
    critical: float
    p_value: float
    cells: int
    merged: int
    emptied: int


def psi_of_counts(reference: NDArray[Any], current: NDArray[Any], alpha: float = 0.05) -> PsiOfCounts:
    """Return the PSI of two samples' counts over the same cells, with what chance alone would give.

    Cells in which fewer than 5 loans of either sample are expected are pooled first (`cell_shift.pooled`); none is left
    out, and a cell that has emptied counts with a share of 1e-4. Both samples are finite, so both err. Where every
    cell expects 50 loans of either sample, the bound is χ² × (1/N + 1/M) (Yurdakul and Naranjo 2020,
    doi:10.21314/JRMV.2020.227). Elsewhere the logarithms of small shares make PSI larger than that law says, and the
    bound is the quantile of 2,000 pairs of samples drawn from both together, the same draws for the same counts.

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
    >>> found = psi_of_counts(np.full(10, 100), np.repeat([0, 200], 5))
    >>> round(found.value, 3), round(found.critical, 4), found.emptied
    (3.797, 0.0338, 5)
    >>> psi_of_counts(np.full(10, 100), np.full(10, 100)).value
    0.0
    """
    before, now = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    shift = cell_shift(before, now, alpha)
    r, c = pooled(before, now)
    critical = shift.critical
    if not math.isnan(critical) and _least_expected(r, c) < _WELL_FILLED:
        critical = _drawn_bound(r, c, alpha)
    emptied = int(np.count_nonzero((before > 0) & (now == 0)))
    held = int(np.count_nonzero(before + now > 0))
    return PsiOfCounts(shift.value, critical, shift.p_value, len(r), _merged(before, now, len(r), held), emptied)


def _merged(before: Floats, now: Floats, cells: int, held: int) -> int:
    """Return how many cells with loans count together with others."""
    return 0 if held <= cells or not before.any() or not now.any() else held - cells + 1


def _least_expected(r: Floats, c: Floats) -> float:
    both = r + c
    return float(both.min() * min(r.sum(), c.sum()) / both.sum())


def _drawn_bound(r: Floats, c: Floats, alpha: float) -> float:
    """Return the quantile of the PSI of pairs of samples of these sizes from the shares of both together."""
    rng = np.random.default_rng(_SEED)
    shares = (r + c) / (r.sum() + c.sum())
    drawn = [
        np.maximum(rng.multinomial(int(size), shares, _DRAWS) / size, FLOOR)
        for size in (round(r.sum()), round(c.sum()))
    ]
    index = np.sum((drawn[1] - drawn[0]) * np.log(drawn[1] / drawn[0]), axis=1)
    return float(np.quantile(index, 1 - alpha))
