"""A Parquet file or a table in memory, read as if it were a CSV file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers, picked
from creditrisk.data.arrow_values import (
    NotANumberError,
    as_days,
    as_floats,
    as_text,
    has_odd_years,
    is_supported,
    natural,
    plain,
)  # fmt: skip
from creditrisk.data.cells import fits
from creditrisk.data.schema import Column
from creditrisk.data.several import text_of
from creditrisk.errors import DataError, counted, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.cleaning import Rejects
    from creditrisk.data.spool import StoredFile

#: Row numbers from 1, shape (n,), and these rows.
Rows: TypeAlias = "tuple[NDArray[np.int64], pa.Table]"


class TypedTable(Protocol):
    """Where the columns come from."""

    @property
    def schema(self) -> pa.Schema:
        """The columns and their types, as they are stored."""

    @property
    def refused(self) -> Mapping[str, str]:
        """The columns that could not be had, each with the reason."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the named columns in file order; memory does not grow with the file."""


@dataclass(frozen=True)
class ArrowFile:
    """A table with typed columns.

    Attributes
    ----------
    name : what messages call it
    table : where the columns come from
    stored : the file on the disk, if it is one
    left_out : numbers of the rows, from 1, that were set aside
    samples : whether errors may show cells
    """

    name: str
    table: TypedTable
    stored: StoredFile | None = None
    left_out: tuple[int, ...] = ()
    samples: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.table.schema.names)

    def header_line(self, needed: Sequence[str]) -> DataError | None:
        """Return None: the columns of such a table have their names."""

    def about_rows(self, most: int) -> int:  # noqa: ARG002 - what is known needs no limit
        """Return how many rows there are."""
        return self.table.rows

    def read_whole(self, types: Mapping[str, pa.DataType | None], rows: NDArray[np.intp] | None = None) -> pa.Table:
        """Return the named columns of all rows, or of those at some places; a type of None is what the column is.

        Raises
        ------
        DataError
            When a column cannot be read at all, or holds text where numbers are asked for.
        """
        self._check_types(types)
        parts, _ = picked((part for _, part in self._rows(types)), rows)
        return self._as_asked(pa.concat_tables(parts), types)

    def read_batches(self, types: Mapping[str, pa.DataType], copied: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Yield the named columns in constant memory; errors as in `read_whole`.

        The text of the `copied` columns comes as further columns, called what `text_of` says, so that a column can be
        had both as numbers or days and as text.
        """
        names = [*types, *copied]
        self._check_types(names)
        for _, rows in self._rows(names):
            table = self._as_asked(rows, types)
            for name in copied:
                table = table.append_column(text_of(name), as_text(rows.column(name)))
            yield table

    def stored_batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the named columns in the types in which they are stored, in constant memory."""
        self._check_types(names)
        yield from (rows for _, rows in self._rows(names))

    def fault(self, columns: Sequence[Column]) -> DataError | None:
        """Return the error that says which rows are at fault, or None where none is."""
        from creditrisk.data.rescan import Tally, unfit, wrong_kinds  # only an error needs it

        tallies = {column.name: Tally() for column in columns}
        for numbered, rows in self._rows([column.name for column in columns]):
            for column in columns:
                for place, cell in _unfit_cells(rows.column(column.name), column):
                    tallies[column.name].add(unfit(f"row {numbered[place]:,}", cell, column, samples=self.samples))
        return wrong_kinds(self.name, tallies)

    def without_bad_rows(self, columns: Sequence[Column], rejects: Rejects) -> ArrowFile:
        """Return the table without the rows in which a cell is not of its column's kind."""
        names = [column.name for column in columns] or list(self.header[:1])
        bad: dict[int, list[Column]] = {}
        for numbered, rows in self._rows(names):
            rejects.rows += rows.num_rows
            for column in columns:
                for place, _ in _unfit_cells(rows.column(column.name), column):
                    bad.setdefault(int(numbered[place]), []).append(column)
        if not bad:
            return self
        self._write(bad, rejects)
        return replace(self, left_out=(*self.left_out, *bad))

    def _write(self, bad: Mapping[int, Sequence[Column]], rejects: Rejects) -> None:
        from creditrisk.data.cleaning import quoted, unfit_reason

        label = self.stored.label if self.stored else self.name
        readable = [field.name for field in self.table.schema if is_supported(field.type)]
        for numbered, rows in self._rows(readable):
            places = np.flatnonzero(np.isin(numbered, list(bad)))
            cells = [as_text(column).to_pylist() for column in rows.take(numbers(places)).columns]
            for number, row in zip(numbered[places].tolist(), zip(*cells, strict=True), strict=True):
                reason = "; ".join(map(unfit_reason, bad[number]))
                rejects.add(label, number, reason, ",".join(quoted(cell or "") for cell in row))

    def _rows(self, names: Iterable[str]) -> Iterator[Rows]:
        """Yield the rows with their numbers, batch by batch; there is one batch, if only an empty one."""
        names = list(dict.fromkeys(names))
        wanted = pa.schema([self.table.schema.field(name) for name in names])
        first = 1
        try:
            for batch in self.table.batches(names):
                numbered = np.arange(first, first + batch.num_rows)
                first += batch.num_rows
                kept = ~np.isin(numbered, self.left_out)
                rows = batch if kept.all() else batch.take(numbers(np.flatnonzero(kept)))
                yield numbered[kept], _plain(rows.select(names))
            if first == 1:
                yield np.arange(0), _plain(wanted.empty_table())
        except MemoryError:
            raise
        except (pa.ArrowException, OSError) as error:
            what = "The Parquet file is cut off or damaged." if self.stored else "The table cannot be read."
            where = [self.name, *([str(error).splitlines()[0][:200]] if self.samples else [])]
            raise DataError(what, where=where, fix="Write it again, or save it as CSV.") from error

    def _as_asked(self, rows: pa.Table, types: Mapping[str, pa.DataType | None]) -> pa.Table:
        self._check_years(rows)
        try:
            return pa.table({name: _as_asked(rows.column(name), kind) for name, kind in types.items()})
        except NotANumberError as error:
            asked = [Column(name, "numeric") for name, kind in types.items() if kind == pa.float64()]
            fault = self.fault(asked)
            assert fault is not None  # noqa: S101 - the cell that was no number is found again
            raise fault from error

    def _check_years(self, rows: pa.Table) -> None:
        odd = [f"column {shown(name)}" for name in rows.column_names if has_odd_years(rows.column(name))]
        if odd:
            raise DataError(
                f"{counted(len(odd), 'column')} of dates cannot be read: a date must be in the years 1 to 9999.",
                where=[self.name, *odd],
                fix="Correct the dates, or leave the columns out with --drop.",
            )

    def _check_types(self, names: Iterable[str]) -> None:
        kinds = {name: self.table.schema.field(name).type for name in names}
        refused = {name: str(kind) for name, kind in kinds.items() if not is_supported(kind)} | dict(self.table.refused)
        wrong = [f"{shown(name)}: {printable(refused[name])}" for name in kinds if name in refused]
        if wrong:
            raise DataError(
                f"{counted(len(wrong), 'column')} cannot be read: a cell must be a number, a text or a date.",
                where=[self.name, *wrong],
                fix="Leave them out with --drop, or spread them over plain columns.",
            )


def _plain(rows: pa.Table) -> pa.Table:
    return pa.table({name: plain(rows.column(name)) for name in rows.column_names})


def _as_asked(values: pa.ChunkedArray, kind: pa.DataType | None) -> pa.ChunkedArray:
    if kind is None:
        return natural(values)
    if pa.types.is_floating(kind):
        return as_floats(values)
    dated = pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)
    if pa.types.is_date(kind) and dated:
        return as_days(values)
    return as_text(values, with_time=pa.types.is_timestamp(kind))


def _unfit_cells(values: pa.ChunkedArray, column: Column) -> Iterator[tuple[int, str]]:
    """Yield (place, text) of the cells that are not of the column's kind."""
    kind = values.type
    as_days = column.kind == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    if as_days or column.kind == "categorical":
        return
    cells = as_text(values)
    wrong = {cell for cell in pc.unique(cells).to_pylist() if cell is not None and not fits(cell, column)}
    for place, cell in enumerate(cells.to_pylist() if wrong else ()):
        if cell in wrong:
            yield place, cell
