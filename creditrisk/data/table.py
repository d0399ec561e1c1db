"""`LoanTable`: loans in memory, with columns of settled types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats, numbers, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.schema import Dropped, Schema
    from creditrisk.metrics.arrays import Floats

#: The Arrow type in which a column of each kind is held.
ARROW_TYPES = {"numeric": pa.float64(), "categorical": pa.string(), "date": pa.date32()}


@dataclass(frozen=True, eq=False)
class LoanTable:
    """Loans of one file, or of one batch of it.

    Attributes
    ----------
    schema : Schema
        What the columns mean.
    table : pyarrow.Table
        The schema's columns (numeric as float64, categorical as string, date as date32; null = missing, never an
        infinite number) and its ids (string, byte for byte as in the file). Where loans were read to be learned from
        or judged, also the columns of its roles (time as its kind, group as string, weight as float64).
    y_true : array of int8, shape (n_rows,), or None
        1 = default, 0 = repaid; None where the outcome was not asked for.
    infinite : mapping of column name to the number of infinite values, which were made missing
    text : pyarrow.Table or None
        Columns whose text was wanted as it stands, byte for byte.
    """

    schema: Schema
    table: pa.Table
    y_true: NDArray[np.int8] | None
    infinite: dict[str, int]
    text: pa.Table | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """The outcomes of loans that were read with them, shape (n_rows,)."""
        if self.y_true is None:
            raise ValueError("These loans were read without their outcomes.")
        return self.y_true

    @property
    def copied(self) -> pa.Table:
        """The columns whose text was wanted as it stands."""
        if self.text is None:
            raise ValueError("These loans were read without columns to copy.")
        return self.text

    @property
    def weight(self) -> Floats | None:
        """The loan weights, shape (n_rows,), or None where every loan counts once."""
        name = self.schema.roles.weight
        return as_floats(self.table.column(name)) if name else None

    @property
    def time(self) -> Floats | None:
        """When each loan was made, shape (n_rows,): days since 1970-01-01, or the file's own number; NaN = missing."""
        column = self.schema.roles.time
        if column is None:
            return None
        values = self.table.column(column.name)
        return as_floats(values.cast(pa.int32()) if column.kind == "date" else values)

    @property
    def group(self) -> NDArray[np.intp] | None:
        """A number for whose loan each is, shape (n_rows,); a missing one is a group of its own."""
        name = self.schema.roles.group
        if not name:
            return None
        codes = as_floats(together(self.table.column(name)).dictionary_encode().indices)
        alone = np.isnan(codes)
        codes = np.where(alone, codes[~alone].max(initial=-1.0) + np.cumsum(alone), codes)
        return codes.astype(np.intp)

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column, shape (n_rows,)."""
        return self.table.column(name)

    def choose(self, rows: NDArray[np.intp]) -> ChosenLoans:
        """Return the loans at the given positions, in that order, without copying them."""
        return ChosenLoans(self, rows)

    def take(self, rows: NDArray[np.intp]) -> LoanTable:
        """Return a copy of the loans at the given positions, in that order."""
        y = None if self.y_true is None else self.y_true[rows]
        return LoanTable(self.schema, self.table.take(numbers(rows)), y, {})

    def without(self, dropped: Sequence[Dropped]) -> LoanTable:
        """Return the loans with some columns left out, each for a reason that the schema then keeps."""
        names = {column.name for column in dropped}
        kept = tuple(column for column in self.schema.columns if column.name not in names)
        schema = replace(self.schema, columns=kept, dropped=(*self.schema.dropped, *dropped))
        still = set(schema.names) | set(schema.ids) | set(schema.roles.names)
        table = self.table.select([name for name in self.table.column_names if name in still])
        infinite = {name: count for name, count in self.infinite.items() if name not in names}
        return LoanTable(schema, table, self.y_true, infinite, self.text)

    def batches(self, rows: int = 65_536) -> Iterator[LoanTable]:
        """Yield the loans in slices of at most `rows`, without copying."""
        for start in range(0, len(self), rows):
            y = None if self.y_true is None else self.y_true[start : start + rows]
            yield LoanTable(self.schema, self.table.slice(start, rows), y, {})


@dataclass(frozen=True, eq=False)
class ChosenLoans:
    """Some loans of a table, in the order of their positions. Nothing is copied until it is asked for.

    Training loans are four fifths of a file, so a copy of them would take nearly as much memory as the file itself.

    Attributes
    ----------
    table : LoanTable
    rows : array of positions, shape (n_rows,)
    """

    table: LoanTable
    rows: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def schema(self) -> Schema:
        """What the columns mean."""
        return self.table.schema

    @cached_property
    def bare(self) -> LoanTable:
        """The loans with their outcomes, times, groups and weights, and without the columns that are learned from."""
        roles = self.table.table.select(list(dict.fromkeys(self.schema.roles.names)))
        y = None if self.table.y_true is None else self.table.y_true[self.rows]
        return LoanTable(self.schema, roles.take(numbers(self.rows)) if roles.num_columns else roles, y, {})

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column of the loans, shape (n_rows,)."""
        return self.table.table.column(name).take(numbers(self.rows))

    def part(self, begin: int, end: int) -> LoanTable:
        """Return a copy of the loans from one place to before another."""
        return self.table.take(self.rows[begin:end])

    def batches(self, rows: int = 65_536) -> Iterator[LoanTable]:
        """Yield copies of the loans, at most so many at a time."""
        for begin in range(0, len(self), rows):
            yield self.part(begin, begin + rows)
