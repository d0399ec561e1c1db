"""How the training loans are spread over each column, in so few cells that no loan can be told from them.

A model keeps it to say, when it scores a file, which columns are spread otherwise than those it learned from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from creditrisk.data.arrow import as_floats
from creditrisk.features.steps import CategoryStep
from creditrisk.metrics.cell_shift import cell_shift, piled_edges
from creditrisk.metrics.shared_quantiles import FEWEST_LOANS, shared_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from creditrisk.data.schema import Column
    from creditrisk.features.steps import Step
    from creditrisk.metrics.arrays import Floats

_PARTS = 10
#: At most so many levels of a category stand alone, and only such as hold this share of the training loans.
_MOST_LEVELS, _SMALLEST_SHARE = 20, 0.01
#: The first loans of a scored file are all counted, of those beyond them every 16th.
ALL_ROWS, EVERY = 50_000, 16
#: With fewer loans the law of PSI does not hold, and a file that is so small need not look like the training loans.
FEWEST_ROWS = 200
#: Chance alone makes any column of a model pass its bound in so many of 100 files.
_ALPHA = 0.01


@dataclass(frozen=True)
class ColumnProfile:
    """The training loans in the cells of one column of the recipe's matrix.

    Attributes
    ----------
    name : str
    edges : tuple of float
        Of a number, rising: at most 9 deciles that 10 training loans share, or rounded ones between loans, and the
        edges of values on which a tenth of the loans pile up. Cells are what is at most the first edge, then at most
        the next and so on, what is above the last, and missing.
    levels : tuple of int
        Of a category, rising: the codes that stand alone. Cells are these, then all other codes, and missing.
    loans : tuple of int
        Training loans by cell, the missing last.
    unknown : int
        Training loans of levels that fewer than 10 have, which the model does not know either.
    """

    name: str
    edges: tuple[float, ...]
    levels: tuple[int, ...]
    loans: tuple[int, ...]
    unknown: int = 0

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of the training loans by cell, the missing last."""
        total = sum(self.loans)
        return tuple(count / total for count in self.loans)


@dataclass(frozen=True)
class ColumnShift:
    """How far scored loans are spread otherwise than the training loans in one column.

    Attributes
    ----------
    name : str
    psi : float
        Population stability index; NaN with fewer than 200 counted loans.
    critical : float
        Passed by any column of the model in 1 of 100 files that have not changed.
    p_value : float
        Of Pearson's test that nothing has changed in this column.
    """

    name: str
    psi: float
    critical: float
    p_value: float


def profile(column: Column, step: Step, counts: pa.Table) -> ColumnProfile:
    """Return a column's profile from the counts of its distinct values that the step was fitted on.

    Parameters
    ----------
    counts : table with "value" (null included) and "count", as `steps.merge` returns it
    """
    missing = pc.sum(counts.filter(counts.column("value").is_null()).column("count")).as_py() or 0
    present = counts.filter(counts.column("value").is_valid())
    loans = as_floats(present.column("count")).astype(np.int64)
    if isinstance(step, CategoryStep):
        return _of_levels(step, present.column("value").to_pylist(), loans.tolist(), missing)
    values = as_floats(present.column("value"))
    order = np.argsort(values)
    return _of_numbers(column.name, values[order], loans[order], missing)


def _of_levels(step: CategoryStep, values: Sequence[str], loans: Sequence[int], missing: int) -> ColumnProfile:
    by_value = dict(zip(values, loans, strict=True))
    by_code = [by_value[level] for level in step.levels]
    least = _SMALLEST_SHARE * (sum(loans) + missing)
    large = sorted(range(len(by_code)), key=lambda code: -by_code[code])[:_MOST_LEVELS]
    levels = tuple(sorted(code for code in large if by_code[code] >= least))
    alone = [by_code[code] for code in levels]
    return ColumnProfile(step.name, (), levels, (*alone, sum(loans) - sum(alone), missing), sum(loans) - sum(by_code))


def _of_numbers(name: str, values: Floats, loans: NDArray[np.int64], missing: int) -> ColumnProfile:
    deciles = np.array([shared_quantile(values, loans, part / _PARTS) for part in range(1, _PARTS)])
    inner = deciles[deciles < values.max(initial=-np.inf)]
    shared = loans >= FEWEST_LOANS
    edges = np.union1d(inner, piled_edges(values[shared], loans[shared], _PARTS))
    cells = np.zeros(len(edges) + 1, dtype=np.int64)
    np.add.at(cells, np.searchsorted(edges, values), loans)
    return ColumnProfile(name, tuple(edges.tolist()), (), (*cells.tolist(), missing))


@dataclass(frozen=True, eq=False)
class BatchCounts:
    """What `ProfileCounts` sees in one batch: its rows, those of them that count, and these by profile and cell."""

    rows: int
    counted: int
    loans: tuple[NDArray[np.int64], ...]


class ProfileCounts:
    """Scored loans in the cells of a model's profiles, counted batch by batch.

    All of the first 50,000 rows of a file are counted and every 16th beyond them, whatever the size of the batches.
    A value that a step filled counts as what it was filled with: `Notices` count those.
    """

    def __init__(self, profiles: Sequence[ColumnProfile]) -> None:
        self.profiles = tuple(profiles)
        self.rows, self.counted = 0, 0
        self._loans = [np.zeros(len(each.loans), dtype=np.int64) for each in self.profiles]

    def add(self, matrix: Floats) -> None:
        """Count the rows of the next batch: the recipe's matrix, shape (n_rows, n_columns), in the profiles' order."""
        self.merge(self.seen(matrix, self.rows))

    def seen(self, matrix: Floats, before: int) -> BatchCounts:
        """Return the counts of a batch that `before` rows come before; nothing is added, so any thread may ask."""
        if matrix.ndim != 2 or matrix.shape[1] != len(self.profiles):
            raise ValueError(f"matrix must have shape (n_rows, {len(self.profiles)}), got {matrix.shape}.")
        rows = _rows_of(before, len(matrix))
        taken = matrix if len(rows) == len(matrix) else matrix[rows]
        by_column = np.ascontiguousarray(taken.T)
        loans = tuple(tally(each, values) for each, values in zip(self.profiles, by_column, strict=True))
        return BatchCounts(len(matrix), len(rows), loans)

    def merge(self, batch: BatchCounts) -> None:
        """Add the counts of a batch; the order of batches does not matter."""
        self.rows += batch.rows
        self.counted += batch.counted
        self._loans = [total + loans for total, loans in zip(self._loans, batch.loans, strict=True)]

    def shifts(self) -> tuple[ColumnShift, ...]:
        """Return the PSI of every column, with its chance bound; NaN with fewer than 200 counted rows."""
        if self.counted < FEWEST_ROWS:
            return tuple(ColumnShift(each.name, np.nan, np.nan, np.nan) for each in self.profiles)
        found = []
        for each, loans in zip(self.profiles, self._loans, strict=True):
            shift = cell_shift(np.array(each.loans), loans, _ALPHA / len(self.profiles))
            found.append(ColumnShift(each.name, shift.value, shift.critical, shift.p_value))
        return tuple(found)


def _rows_of(before: int, size: int) -> NDArray[np.intp]:
    """Return the places of the rows that count in a batch that `before` rows come before."""
    first = min(max(ALL_ROWS - before, 0), size)
    begin = first + (ALL_ROWS - before - first) % EVERY
    return np.concatenate([np.arange(first), np.arange(begin, size, EVERY)])


def tally(profile: ColumnProfile, values: Floats) -> NDArray[np.int64]:
    """Return the rows in each cell of a profile, the missing last; values are NaN where missing, shape (n_rows,).

    Comparing with ten edges is several times as fast as a search.
    """
    missing = int(np.count_nonzero(np.isnan(values)))
    if profile.edges or not profile.levels:
        reach = [int(np.count_nonzero(values <= edge)) for edge in profile.edges]
        return np.diff([0, *reach, len(values) - missing, len(values)])
    alone = [int(np.count_nonzero(values == level)) for level in profile.levels]
    return np.array([*alone, len(values) - missing - sum(alone), missing])
