"""How well every two columns together tell the outcome: all pairs of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.univariate import auc_of_counts, halves_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

#: Bins of each column, that of the missing values included.
BINS = 8


@dataclass(frozen=True, eq=False)
class Pairs:
    """The bins of columns, for the counts of loans by the bins of any two.

    Attributes
    ----------
    bins : array of int32, shape (n_rows, n_columns)
        0 to 7.
    part : array of int32, shape (n_rows, 1)
        2 · half + outcome, 0 to 3.
    """

    bins: NDArray[np.int32]
    part: NDArray[np.int32]

    @classmethod
    def of(cls, columns: Sequence[AuditedColumn], y_true: Floats) -> Pairs:
        """Return the bins of columns of loans with outcomes 0 and 1."""
        bad = y_true == 1
        part = (2 * halves_of(bad) + bad).astype(np.int32)
        return cls(np.stack([_bins(column) for column in columns], axis=1), part[:, None])

    def aucs(self, column: int) -> Floats:
        """Return the AUC of a column with each later one, shape (n_columns − column − 1,): each half by the other."""
        later = self.with_later(column)
        return (_ranked_cells(later[0], later[1]) + _ranked_cells(later[1], later[0])) / 2

    def auc(self, one: int, other: int) -> Estimate:
        """Return the AUC of two columns with its interval, which is that of the half that does worse."""
        cells = Pairs(self.bins[:, [one, other]], self.part).with_later(0)[:, :, 0]
        halves = []
        for here in (0, 1):
            order = np.argsort(_rates(cells[1 - here]), kind="stable")
            halves.append(auc_of_counts(*cells[here][:, order]))
        return min(halves, key=lambda half: half.value)

    def with_later(self, column: int) -> NDArray[np.int64]:
        """Return counts by half, outcome, later column and pair of bins, shape (2, 2, n_later, 64)."""
        later = self.bins.shape[1] - column - 1
        first = (self.part * later * BINS + self.bins[:, [column]]) * BINS
        place = first + BINS * BINS * np.arange(later, dtype=np.int32) + self.bins[:, column + 1 :]
        counts = np.bincount(place.ravel(), minlength=4 * later * BINS * BINS)
        return counts.reshape(2, 2, later, BINS * BINS).astype(np.int64)


class Signs:
    """Which of two numbers is the larger, for all pairs of numbers of comparable size."""

    def __init__(self, columns: Sequence[AuditedColumn], y_true: Floats) -> None:
        bad = y_true == 1
        self._kinds = [column.kind for column in columns]
        # A column's numbers side by side, the repaid loans first.
        self._values = np.stack([np.concatenate([column.values[~bad], column.values[bad]]) for column in columns])
        self._starts = np.array([0, len(bad) - int(bad.sum())])
        self._loans = np.array([self._starts[1], len(bad) - self._starts[1]])
        self._size = np.array([_size(column) for column in columns])

    def aucs(self, column: int) -> Floats:
        """Return the AUC of the order of a column and each later one; 0.5 where they cannot be compared."""
        kinds = np.array([kind == self._kinds[column] != "categorical" for kind in self._kinds[column + 1 :]])
        with np.errstate(over="ignore", under="ignore"):
            ratio = self._size[column + 1 :] / self._size[column]
        found = np.full(len(ratio), 0.5)
        comparable = np.flatnonzero(kinds & (ratio > 0.1) & (ratio < 10.0))
        if len(comparable):
            found[comparable] = self._ranked(column, column + 1 + comparable)
        return found

    def _ranked(self, column: int, others: NDArray[np.intp]) -> Floats:
        """Return the AUC of less, equal, greater and missing in the order of their default rates."""
        one, other = self._values[column], self._values[others]
        compared = [self._counted(mask) for mask in (other < one, other == one, other > one)]
        missing = self._loans[:, None] - sum(compared)
        counts = np.stack([*compared, missing], axis=-1)
        return _ranked_cells(counts, counts)

    def _counted(self, mask: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Return the loans of a mask by outcome, shape (2, n_others). No product: BLAS would start threads for it."""
        return np.add.reduceat(mask, self._starts, axis=1, dtype=np.int32).T


def _size(column: AuditedColumn) -> float:
    """Return the usual size of a column's numbers, NaN where they are all 0 or missing."""
    present = np.abs(column.cells.values)
    present = np.sort(present[present > 0])
    # The upper of two middle ones, not their mean: it may be too large a number.
    return float(present[len(present) // 2]) if len(present) and column.kind != "categorical" else float("nan")


def _bins(column: AuditedColumn) -> NDArray[np.int32]:
    """Return which of up to eight bins each loan is in, the last for missing, shape (n_rows,)."""
    cells = column.cells
    distinct = len(cells.values)
    if distinct <= BINS - 1:
        bins = np.arange(distinct)
    elif column.kind == "categorical":
        bins = np.full(distinct, BINS - 2)
        bins[np.argsort(-cells.loans[:-1], kind="stable")[: BINS - 2]] = np.arange(BINS - 2)
    else:
        place = (np.cumsum(cells.loans[:-1]) - 0.5 * cells.loans[:-1]) / cells.loans[:-1].sum()
        bins = np.minimum((place * (BINS - 1)).astype(np.int64), BINS - 2)
    return np.append(bins, BINS - 1).astype(np.int32)[cells.code]


def _rates(counts: NDArray[Any]) -> NDArray[Any]:
    """Return default rates of cells, shape (…, n_cells), empty ones at the rate of all."""
    repaid, defaults = counts
    base = defaults.sum(axis=-1, keepdims=True) / (defaults + repaid).sum(axis=-1, keepdims=True)
    rates: NDArray[Any] = (defaults + base) / (defaults + repaid + 1)
    return rates


def _ranked_cells(here: NDArray[Any], there: NDArray[Any]) -> Floats:
    """Return the AUC of cells in the order of their rates in the other half, shape (n_pairs,)."""
    order = np.argsort(_rates(there), axis=-1)
    repaid, defaults = (np.take_along_axis(counts, order, axis=-1).astype(np.float64) for counts in here)
    below = np.cumsum(repaid, axis=-1) - 0.5 * repaid
    total = repaid.sum(axis=-1) * defaults.sum(axis=-1)
    return np.asarray((below * defaults).sum(axis=-1) / total, dtype=np.float64)
