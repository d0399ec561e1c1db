"""Older and newer loans side by side: each column's values with how many loans of both sides have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from creditrisk.metrics.cell_shift import piled_edges
from creditrisk.metrics.drift import quantile_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.metrics.arrays import Floats

#: Fewer loans on either side are too few to compare.
FEWEST_LOANS = 50
#: Chance alone makes a rule speak in at most one of 1,000 comparisons, whatever the number of columns.
ALPHA = 0.001
#: A column whose cells explain this share of the variance of the loans' rank in time tells when a loan was made.
TELLS_TIME = 0.9
_TIME_CELLS, _LOANS_A_VALUE = 20, 10
#: What was counted lives as long as the loans do; every rule asks for the same.
_TIMES: WeakKeyDictionary[AuditedLoans, tuple[AuditedColumn, ...]] = WeakKeyDictionary()
_COMPARED: WeakKeyDictionary[AuditedLoans, tuple[Sides, ...]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Sides:
    """A column's different values with the older and the newer loans that have them.

    Attributes
    ----------
    values : array of shape (n_distinct,)
        Ascending.
    older, newer : arrays of int64, shape (n_distinct + 1,)
        Loans by value, the missing last.
    """

    column: AuditedColumn
    values: Floats
    older: NDArray[np.int64]
    newer: NDArray[np.int64]

    @property
    def loans(self) -> tuple[int, int]:
        """All older and all newer loans."""
        return int(self.older.sum()), int(self.newer.sum())

    @property
    def missing(self) -> tuple[int, int]:
        """The older and the newer loans without a value."""
        return int(self.older[-1]), int(self.newer[-1])

    def parts(self, most: int = 10) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return both sides' loans in at most so many cells, the missing apart.

        Numbers are cut where the older loans are, a cell for every 20 loans of the smaller side at most. Values on
        which loans pile up, and levels of a category, stand alone.
        """
        if self.column.kind == "categorical":
            return self.older, self.newer
        bins = max(2, min(most, min(self.loans) // 20))
        held = self.older[:-1] > 0
        if not held.any():
            return _in_two(self.older), _in_two(self.newer)
        values, loans = self.values[held], self.older[:-1][held].astype(np.float64)
        edges = np.union1d(quantile_edges(values, loans, bins), piled_edges(values, loans, bins))
        place = np.append(np.searchsorted(edges, self.values), len(edges) + 1)
        return _by_place(place, self.older), _by_place(place, self.newer)


def _in_two(loans: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array([loans[:-1].sum(), loans[-1]])


def _by_place(place: NDArray[np.intp], loans: NDArray[np.int64]) -> NDArray[np.int64]:
    counts = np.zeros(int(place[-1]) + 1, dtype=np.int64)
    np.add.at(counts, place, loans)
    return counts


def compared(loans: AuditedLoans) -> tuple[Sides, ...]:
    """Return the columns to learn from that do not tell the time, older and newer loans side by side.

    None where there is nothing to compare, or either side has fewer than 50 loans. Counted once for the same loans.
    """
    if not comparable(loans):
        return ()
    if loans not in _COMPARED:
        apart = {column.name for column in time_columns(loans)}
        columns = [column for column in loans.learned_from if column.name not in apart]
        _COMPARED[loans] = tuple(side_by_side(column, loans) for column in columns)
    return _COMPARED[loans]


def comparable(loans: AuditedLoans) -> bool:
    """Whether there are at least 50 newer loans and 50 others."""
    return loans.newer is not None and FEWEST_LOANS <= int(loans.newer.sum()) <= len(loans) - FEWEST_LOANS


def side_by_side(column: AuditedColumn, loans: AuditedLoans) -> Sides:
    """Return a column's values with the loans of both sides."""
    cells, newer = column.cells, loans.newer
    counted = (
        np.zeros_like(cells.loans) if newer is None else np.bincount(cells.code[newer], minlength=len(cells.loans))
    )
    return Sides(column, cells.values, cells.loans - counted, counted)


def time_columns(loans: AuditedLoans) -> tuple[AuditedColumn, ...]:
    """Return the columns to learn from that tell when a loan was made: they differ between older and newer loans.

    With a time these are the columns whose cells explain at least 0.9 of the variance of the loans' rank in it (the
    correlation ratio η², less what as many cells of noise would explain): a year, a date of the same day, an index of
    the month. Cells are the values where each has 10 loans on average, else 20 quantiles. Without a time they are dates
    that all lie later on the newer side than the middle of the older side. Looked for once for the same loans.
    """
    if loans not in _TIMES:
        _TIMES[loans] = _telling_time(loans)
    return _TIMES[loans]


def _telling_time(loans: AuditedLoans) -> tuple[AuditedColumn, ...]:
    if loans.time is None:
        return tuple(c for c in loans.learned_from if c.kind == "date" and _all_later(side_by_side(c, loans)))
    timed = np.flatnonzero(~np.isnan(loans.time))
    _, rank, counts = np.unique(loans.time[timed], return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2)[rank]
    return tuple(column for column in loans.learned_from if _explained(column, timed, middle) >= TELLS_TIME)


def _all_later(sides: Sides) -> bool:
    older, newer = sides.older[:-1], sides.newer[:-1]
    if not older.any() or not newer.any():
        return False
    middle = sides.values[np.searchsorted(np.cumsum(older), older.sum() / 2)]
    return bool(sides.values[newer > 0][0] > middle)


def _explained(column: AuditedColumn, timed: NDArray[np.intp], rank: Floats) -> float:
    """Return the share of the variance of ranks that a column's cells explain, adjusted for their number."""
    cells, rows = column.cells, len(timed)
    if column.kind == "categorical" or len(cells.values) * _LOANS_A_VALUE <= rows:
        place = np.arange(len(cells.loans))
    else:
        edges = quantile_edges(cells.values, cells.loans[:-1].astype(np.float64), _TIME_CELLS)
        place = np.append(np.searchsorted(edges, cells.values), len(edges) + 1)
    cell = place[cells.code[timed]]
    loans = np.bincount(cell)
    used, away = int((loans > 0).sum()), rank - rank.mean()
    # A sum, no product of vectors: BLAS would start threads for it.
    whole = float(np.sum(away**2))
    if rows <= used or whole == 0.0:
        return 0.0
    between = float(np.sum(np.bincount(cell, away) ** 2 / np.maximum(loans, 1)))
    return 1.0 - (1.0 - between / whole) * (rows - 1) / (rows - used)
