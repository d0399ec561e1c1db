"""One fitted step per column: from a column of loans to a column of numbers. Every step is plain data.

Each kind of step is fitted as `partial(batch) → merge → finish`, so that the same code serves loans in memory, in
batches, and on several machines: a partial is the table of a column's distinct values and their counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import as_flags, as_floats, texts, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.data.schema import Column
    from creditrisk.metrics.arrays import Floats

#: A category that fewer training loans have is not stored by name: it could be a person's.
FEWEST_LOANS_A_LEVEL = 10


@dataclass
class Notices:
    """What was unusual in the scored rows, counted by column."""

    unseen: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    infinite: Counter[str] = field(default_factory=Counter)

    def add(self, other: Notices) -> None:
        """Add the counts of another batch."""
        self.unseen += other.unseen
        self.filled += other.filled
        self.infinite += other.infinite


@dataclass(frozen=True)
class NumberStep:
    """A number as it is, or a date as days since 1970-01-01.

    `fill` is the training median where the column was complete in training: a value missing at scoring gets it, and
    is counted. It is None where training loans lacked the value too: then "missing" is something the model knows.
    """

    name: str
    fill: float | None

    def apply(self, values: pa.ChunkedArray | pa.Array, notices: Notices) -> Floats:
        """Return shape (n_rows,), NaN for missing."""
        numbers = _as_days(values) if pa.types.is_date(values.type) else as_floats(values)
        if self.fill is not None and values.null_count:
            notices.filled[self.name] += values.null_count
            numbers = np.where(np.isnan(numbers), self.fill, numbers)
        return numbers


@dataclass(frozen=True)
class CategoryStep:
    """A category as the position of its level in `levels`; any other level gets the position after the last.

    A missing value is NaN where training loans had missing values too (`fill` is None); otherwise it counts as a
    level that training never saw.
    """

    name: str
    levels: tuple[str, ...]
    fill: float | None

    def apply(self, values: pa.ChunkedArray | pa.Array, notices: Notices) -> Floats:
        """Return shape (n_rows,), NaN for missing."""
        values = together(values)
        codes = as_floats(pc.index_in(values, value_set=self._level_set, skip_nulls=True))
        unknown = np.isnan(codes)
        if unknown.any():
            missing = as_flags(values.is_null())
            unseen = int((unknown & ~missing).sum())
            if unseen:
                notices.unseen[self.name] += unseen
            if self.fill is not None and missing.any():
                notices.filled[self.name] += int(missing.sum())
            other = np.where(missing, np.nan if self.fill is None else self.fill, float(len(self.levels)))
            codes = np.where(unknown, other, codes)
        return codes

    @cached_property
    def _level_set(self) -> pa.Array:
        return texts(self.levels)


Step: TypeAlias = NumberStep | CategoryStep


def partial(column: Column, values: pa.ChunkedArray) -> pa.Table:
    """Return the distinct values of one batch, null included, and how often each occurs."""
    if column.kind == "date":
        values = values.cast(pa.int32())
    counts = pc.value_counts(values)
    return pa.table({"value": counts.field("values"), "count": counts.field("counts")})


def merge(partials: Iterable[pa.Table]) -> pa.Table:
    """Return the counts of several batches as one."""
    tables = list(partials)
    if len(tables) == 1:
        return tables[0]
    together = pa.concat_tables(tables).group_by("value").aggregate([("count", "sum")])
    return together.rename_columns({"count_sum": "count"})


def finish(column: Column, counts: pa.Table) -> Step:
    """Return the fitted step of a column from its merged counts."""
    complete = counts.column("value").null_count == 0
    present = counts.filter(counts.column("value").is_valid())
    if column.kind != "categorical":
        return NumberStep(column.name, _median(present) if complete else None)
    common = present.filter(pc.greater_equal(present.column("count"), FEWEST_LOANS_A_LEVEL))
    levels = tuple(sorted(common.column("value").to_pylist()))
    return CategoryStep(column.name, levels, float(len(levels)) if complete else None)


def _median(counts: pa.Table) -> float:
    values, weight = as_floats(counts.column("value")), as_floats(counts.column("count"))
    order = np.argsort(values)
    values, reach = values[order], np.cumsum(weight[order])
    low, high = np.searchsorted(reach, [(reach[-1] + 1) // 2, reach[-1] // 2 + 1])
    return float(values[low] / 2 + values[high] / 2)


def _as_days(values: pa.ChunkedArray | pa.Array) -> Floats:
    return as_floats(values.cast(pa.int32()))
