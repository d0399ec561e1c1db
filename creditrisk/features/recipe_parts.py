"""Fit the steps of all columns on files that nobody holds together: counts by file, merged, then finished.

The counts of a column's distinct values are exact up to 50,000 of them over all files. A column with more (amounts
to the cent, free text) is not counted to the end: its median, levels and profile are those of the sample that its kind
was settled on, and only whether values are missing is known of every loan. So what crosses the network is bounded, and
it does not depend on who counted which file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.schema import Dropped
from creditrisk.features.profile import profile
from creditrisk.features.recipe import NOTHING_SHARED, Recipe
from creditrisk.features.steps import CategoryStep, finish, merge, partial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.schema import Column
    from creditrisk.data.table import LoanTable
    from creditrisk.features.profile import ColumnProfile

#: The most distinct values of a column that are counted over all files.
MOST_VALUES = 50_000


@dataclass(frozen=True, eq=False)
class ColumnCounts:
    """The distinct values of a column with their counts, as `steps.merge` returns them; None where they are too many.

    `missing` counts the loans without a value in either case.
    """

    counts: pa.Table | None
    missing: int

    @classmethod
    def of(cls, column: Column, values: pa.ChunkedArray) -> ColumnCounts:
        """Return the counts of one batch."""
        return _bounded(partial(column, values), values.null_count)

    def plus(self, other: ColumnCounts) -> ColumnCounts:
        """Return the counts of both."""
        missing = self.missing + other.missing
        if self.counts is None or other.counts is None:
            return ColumnCounts(None, missing)
        return _bounded(merge([self.counts, other.counts]), missing)


def _bounded(counts: pa.Table, missing: int) -> ColumnCounts:
    return ColumnCounts(counts if counts.num_rows <= MOST_VALUES else None, missing)


@dataclass(frozen=True, eq=False)
class RecipeParts:
    """The counts of every column over so many loans."""

    columns: dict[str, ColumnCounts]
    loans: int = 0

    def plus(self, other: RecipeParts) -> RecipeParts:
        """Return the counts over the loans of both."""
        if not self.loans or not other.loans:
            return other if not self.loans else self
        merged = {name: mine.plus(other.columns[name]) for name, mine in self.columns.items()}
        return RecipeParts(merged, self.loans + other.loans)


def count_loans(loans: LoanTable) -> RecipeParts:
    """Return the counts over one batch of training loans."""
    found = {column.name: ColumnCounts.of(column, loans.table.column(column.name)) for column in loans.schema.columns}
    return RecipeParts(found, len(loans))


def finish_recipe(
    parts: RecipeParts, columns: Sequence[Column], sample: LoanTable
) -> tuple[Recipe, tuple[ColumnProfile, ...], tuple[Dropped, ...]]:
    """Return what `recipe.fit_recipe` does, from the counts over all training loans and a sample of them.

    Parameters
    ----------
    parts : RecipeParts
    columns : the columns to learn from, in the order of the matrix
    sample : training loans that stand for all where a column has too many values to count
    """
    steps, profiles, dropped = [], [], []
    for column in columns:
        counts = _counts(parts.columns[column.name], parts.loans, column, sample)
        step = finish(column, counts)
        if isinstance(step, CategoryStep) and not step.levels:
            dropped.append(Dropped(column.name, NOTHING_SHARED))
        else:
            steps.append(step)
            profiles.append(profile(column, step, counts))
    return Recipe(tuple(steps)), tuple(profiles), tuple(dropped)


def _counts(found: ColumnCounts, loans: int, column: Column, sample: LoanTable) -> pa.Table:
    """Return the counts of a column over all loans, or over the sample with the share of missing ones of all."""
    if found.counts is not None:
        return found.counts
    counts = partial(column, sample.table.column(column.name))
    present = counts.filter(pc.is_valid(counts.column("value")))
    if not found.missing:
        return present
    have = pc.sum(present.column("count")).as_py() or 0
    missing = max(1, round(have * found.missing / max(loans - found.missing, 1)))
    lacking = pa.table({"value": pa.nulls(1, present.column("value").type), "count": [missing]})
    return pa.concat_tables([present, lacking.cast(present.schema)])
