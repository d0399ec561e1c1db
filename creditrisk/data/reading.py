"""From a CSV file to loans: once, whole, with everything settled (training), or in batches by a known schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import numbers
from creditrisk.data.csv_file import CsvFile, open_csv, read_batches, read_whole
from creditrisk.data.dates import parse_dates
from creditrisk.data.kinds import as_numbers, missing_to_null, settle_column, text_among_numbers
from creditrisk.data.schema import Column, Dropped, Schema, check_present
from creditrisk.data.table import LoanTable
from creditrisk.data.target import outcomes, settle_target
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from creditrisk.specs import ColumnSpec


@dataclass(frozen=True, eq=False)
class TrainingData:
    """All loans of a training file, how many rows were set aside for their outcome, and what is odd about columns."""

    loans: LoanTable
    set_aside: int
    remarks: tuple[str, ...] = ()


def read_training(path: Path, spec: ColumnSpec) -> TrainingData:
    """Read every row, settle the kinds of all columns and the meaning of the target.

    Raises
    ------
    DataError
        When a named column is missing, rows are ragged, or the target is not binary.
    """
    file = open_csv(path)
    named = [spec.target, *spec.id, *spec.drop, *spec.categorical, *spec.numeric]
    check_present(list(dict.fromkeys(named)), file.header, file.name)
    as_text = {spec.target, *spec.id, *spec.categorical}
    wanted = [name for name in file.header if name not in spec.drop]
    types = {name: pa.string() if name in as_text else None for name in wanted}
    table = _reread_times(file, read_whole(file, types))
    if table.num_rows == 0:
        raise DataError("The file has a header and no loans.", where=file.name, fix="Training needs loans.")
    target = settle_target(spec.target, table.column(spec.target), spec.positive, spec.negative)
    y = outcomes(target, table.column(spec.target))
    known = y >= 0
    if not known.all():
        table = table.take(numbers(np.flatnonzero(known)))
    table = _with_missing(table, {spec.target, *spec.id})
    _check_numeric(file, table, spec)
    schema = _settle(table, spec, Schema((), spec.id, target))
    settled, infinite = _settled_table(table, schema, file)
    loans = LoanTable(schema, settled, y[known], infinite)
    return TrainingData(loans, int((~known).sum()), _remarks(table, schema, spec))


def _reread_times(file: CsvFile, table: pa.Table) -> pa.Table:
    """Read columns that Arrow took for times of day once more, as the text that they are."""
    times = [field.name for field in table.schema if pa.types.is_time(field.type)]
    if times:
        texts = read_whole(file, {name: pa.string() for name in times})
        for name in times:
            table = table.set_column(table.schema.get_field_index(name), name, texts.column(name))
    return table


def _with_missing(table: pa.Table, but: Collection[str]) -> pa.Table:
    """Make the missing tokens of text columns null, but for those whose text stays as it is."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name not in but:
            table = table.set_column(index, field.name, missing_to_null(table.column(index)))
    return table


def _check_numeric(file: CsvFile, table: pa.Table, spec: ColumnSpec) -> None:
    """Refuse text in columns that the user says are numbers, with the lines."""
    text = [name for name in spec.numeric if _is_no_number(table.column(name).type)]
    if text:
        from creditrisk.data.rescan import explain

        columns = [Column(name, "numeric") for name in text]
        raise explain(file.path, file.header, columns, f"{', '.join(text)}: text in a column given to --numeric")


def _is_no_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_date(kind))


def _remarks(table: pa.Table, schema: Schema, spec: ColumnSpec) -> tuple[str, ...]:
    """Return a remark for each column of categories that are nearly all numbers: a slip in a few cells, most likely."""
    found = []
    for column in schema.columns:
        if column.kind == "categorical" and column.name not in spec.categorical:
            share, odd = text_among_numbers(table.column(column.name))
            if share > 0.5:
                found.append(
                    f"{shown(column.name)} is taken for categories, though {share:.1%} of its values are numbers: "
                    f"{counted(odd[0], 'cell')} such as {shown(odd[1])} {'is' if odd[0] == 1 else 'are'} not. "
                    "--numeric names the lines, --categorical says that it is meant."
                )
    return tuple(found)


def _settle(table: pa.Table, spec: ColumnSpec, bare: Schema) -> Schema:
    columns: list[Column] = []
    dropped = [Dropped(name, "as asked with --drop") for name in spec.drop]
    for name in table.column_names:
        if name == spec.target or name in spec.id:
            continue
        settled = settle_column(name, table.column(name), spec.numeric)
        if isinstance(settled, Column) and name in spec.categorical:
            settled = Column(name, "categorical")
        if isinstance(settled, Column):
            columns.append(settled)
        else:
            dropped.append(settled)
    if not columns:
        reasons = [f"{shown(column.name)}: {column.reason}" for column in dropped]
        raise DataError("No column is left to learn from.", where=reasons)
    return Schema(tuple(columns), bare.ids, bare.target, tuple(dropped))


def _settled_table(table: pa.Table, schema: Schema, file: CsvFile) -> tuple[pa.Table, dict[str, int]]:
    """Return the ids and the schema's columns in the types of their kinds, and the counts of infinite values."""
    arrays, infinite = {name: table.column(name) for name in schema.ids}, {}
    for column in schema.columns:
        values = table.column(column.name)
        if column.kind == "numeric":
            values, count = as_numbers(values)
            if count:
                infinite[column.name] = count
        elif column.kind == "date" and not pa.types.is_date(values.type):
            values = _dates(column, values, schema, file)
        arrays[column.name] = values
    return pa.table(arrays), infinite


def _dates(column: Column, values: pa.ChunkedArray, schema: Schema, file: CsvFile) -> pa.Array:
    dates = parse_dates(values, column.date_format)
    if dates.null_count > values.null_count:
        from creditrisk.data.rescan import explain

        dated = [other for other in schema.columns if other.kind == "date"]
        raise explain(file.path, file.header, dated, f"column {column.name} holds other text than dates")
    return dates


@dataclass(frozen=True)
class LoanSource:
    """Loans in a file that are read by a known schema, in batches, as often as needed.

    With `labelled`, rows whose outcome is neither default nor repaid are passed over and counted by the reader of
    the batches (`y_true` is −1 there).
    """

    file: CsvFile
    schema: Schema
    labelled: bool = False

    def batches(self) -> Iterator[LoanTable]:
        """Yield the loans in file order; memory does not grow with the file."""
        target = self.schema.target
        types = {name: pa.string() for name in self.schema.ids}
        for column in self.schema.columns:
            types[column.name] = pa.float64() if column.kind == "numeric" else pa.string()
        if self.labelled:
            types[target.name] = pa.string()
        raw_text = {*self.schema.ids, target.name}
        for batch in read_batches(self.file, types):
            raw = _with_missing(batch, raw_text)
            table, infinite = _settled_table(raw, self.schema, self.file)
            y = outcomes(target, raw.column(target.name)) if self.labelled else None
            yield LoanTable(self.schema, table, y, infinite)


def open_source(path: Path, schema: Schema, *, labelled: bool = False, needed: tuple[str, ...] = ()) -> LoanSource:
    """Open a file that is to be read by `schema`; extra columns and another order of columns do not matter.

    Raises
    ------
    DataError
        When a column is missing (all of them are listed, with near names).
    """
    file = open_csv(path)
    target = (schema.target.name,) if labelled else ()
    check_present(list(dict.fromkeys([*target, *schema.ids, *schema.names, *needed])), file.header, file.name)
    return LoanSource(file, schema, labelled)
