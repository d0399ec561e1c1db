"""Marks of the loans that a model learned from, to tell on other days how many of the judged loans are among them.

A mark is 48 bits of a hash of one whole row of the recipe's matrix. A model keeps the lowest 10,000 of them: a sample
of its loans that every file can be compared with, since a file's rows below the highest mark are either marked or were
not learned from (a bottom-k sketch; Cohen and Kaspar 2007, doi:10.1145/1281100.1281133). No value stands in a mark; but
who has a whole row can see whether it is among those sampled, and who knows all of a row but one cell can try its
values. `--no-marks` keeps none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.estimate import NO_ESTIMATE, jeffreys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

MOST_MARKS = 10_000
BITS = 48
#: Where rows repeat more than this, or have fewer columns, equal rows are no sign of one loan.
_DISTINCT, _FEWEST_COLUMNS = 0.998, 5
#: So many marked loans among the judged ones are no chance.
_FEWEST_HITS = 3


@dataclass(frozen=True)
class Marks:
    """The lowest marks of the training loans, rising; none where rows repeat or have fewer than 5 columns.

    With fewer than 10,000 all loans are marked.
    """

    hashes: tuple[int, ...] = ()

    @classmethod
    def of(cls, batches: Iterable[Floats]) -> Marks:
        """Return the marks of loans: rows of the recipe's matrix, in batches of shape (n_rows, n_columns)."""
        hashes, columns = [], 0
        for matrix in batches:
            hashes.append(row_hashes(matrix))
            columns = matrix.shape[1]
        rows = np.concatenate(hashes)
        distinct = np.unique(rows)
        if len(distinct) < _DISTINCT * len(rows) or columns < _FEWEST_COLUMNS:
            return cls()
        return cls(tuple(distinct[:MOST_MARKS].tolist()))


class MarkedLoans:
    """Counts which of the judged loans are marked, batch by batch."""

    def __init__(self, marks: Marks) -> None:
        self._marks = np.array(marks.hashes, dtype=np.uint64)
        everyone = len(self._marks) < MOST_MARKS
        self._highest = np.uint64((1 << BITS) - 1) if everyone or not len(self._marks) else self._marks[-1]
        self.looked_at, self.marked = 0, 0

    def add(self, matrix: Floats) -> None:
        """Look at the rows of the recipe's matrix, shape (n_rows, n_columns)."""
        if not len(self._marks):
            return
        hashes = row_hashes(matrix)
        below = hashes[hashes <= self._highest]
        self.looked_at += len(below)
        self.marked += int(np.isin(below, self._marks).sum())

    @property
    def share(self) -> Estimate:
        """The share of the judged loans that were learned from; no estimate where fewer than 3 marked ones occur."""
        return jeffreys(self.marked, self.looked_at) if self.marked >= _FEWEST_HITS else NO_ESTIMATE


def row_hashes(matrix: Floats) -> NDArray[np.uint64]:
    """Return 48 bits for each row, shape (n_rows,): rows of equal numbers have the same, missing being a number too.

    The mixing is that of SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195), column after column.

    >>> row_hashes(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]])).tolist()
    [65967775325483, 23988294313372, 65967775325483]
    """
    state = np.zeros(len(matrix), dtype=np.uint64)
    for column in matrix.T:
        values = np.where(np.isnan(column), np.nan, column + 0.0)  # one missing value, one zero
        state = _mixed(state ^ np.ascontiguousarray(values).view(np.uint64))
    return state >> np.uint64(64 - BITS)


def _mixed(state: NDArray[np.uint64]) -> NDArray[Any]:
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
