"""All columns of files of loans, typed but none left out: what an audit looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import numbers
from creditrisk.data.kinds import settle_column
from creditrisk.data.reading import open_source, reread_times, time_column, with_missing
from creditrisk.data.schema import Column, Dropped, Schema, Target
from creditrisk.data.settling import check_decimal_commas, check_named_numbers, settled_table
from creditrisk.data.target import outcomes, settle_target
from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.file_specs import ReadSpec
    from creditrisk.specs import InspectSpec

#: What becomes of a column in a training.
Use: TypeAlias = Literal["learned from", "id", "outcome", "time", "group", "weight", "left out"]


@dataclass(frozen=True)
class InspectedColumn:
    """A column with its kind, what a training would do with it, and why it would leave it out."""

    column: Column
    use: Use
    note: str = ""


@dataclass(frozen=True, eq=False)
class Inspection:
    """The rows of files of loans that a training would use, with every column but the outcome.

    Attributes
    ----------
    rows : int
        All rows of the files; those with neither outcome are not among the others.
    table : pyarrow.Table
        The columns in the types of their kinds; null = missing.
    y_true : array of int8, shape (n_rows,), or None
        1 = default, 0 = repaid; None without a target.
    labels : pyarrow array of text, or None
        The outcome column as it stands.
    infinite : mapping of column name to the number of infinite values, which were made missing
    """

    files: LoanFiles
    rows: int
    columns: tuple[InspectedColumn, ...]
    table: pa.Table
    y_true: NDArray[np.int8] | None
    labels: pa.ChunkedArray | None
    infinite: Mapping[str, int]


def read_inspection(files: LoanFiles, spec: InspectSpec) -> Inspection:
    """Read every row and every column, and settle kinds as a training does.

    Raises
    ------
    DataError
        When a named column is missing, rows cannot be read, or the target is not binary.
    """
    roles = [name for name in (spec.time, spec.group, spec.weight) if name]
    named = [*([spec.target] if spec.target else []), *spec.id, *spec.drop, *spec.categorical, *spec.numeric, *roles]
    files.check_present(list(dict.fromkeys(named)))
    as_text = {spec.target, *spec.categorical} - {""}
    types = {name: pa.string() if name in as_text else None for name in files.header if name not in spec.drop}
    table = reread_times(files, files.read_whole(types))
    if table.num_rows == 0:
        raise DataError("The file has a header and no loans.", where=files.name, fix="There is nothing to look at.")
    rows, y, target = table.num_rows, None, Target("", (), ())
    if spec.target:
        target = settle_target(spec, table.column(spec.target), samples=files.samples)
        y = outcomes(target, table.column(spec.target))
        table, y = table.take(numbers(np.flatnonzero(y >= 0))), y[y >= 0]
    labels = table.column(spec.target) if spec.target else None
    table = with_missing(table, {spec.target} - {""})
    check_named_numbers(files, table, [*spec.numeric], with_units=spec.numeric)
    check_decimal_commas(files, table, spec)
    columns = _columns(table, spec)
    plain = Schema(tuple(column.column for column in columns), (), target)
    settled, infinite = settled_table(table, plain, files)
    return Inspection(files, rows, columns, settled, y, labels, infinite)


def read_against(files: LoanFiles, inspection: Inspection, read: ReadSpec) -> pa.Table:
    """Read from other files the columns that a training of the inspected ones would use.

    Raises
    ------
    DataError
        When one of them is missing, or cells are not of its kind.
    """
    columns = tuple(each.column for each in inspection.columns if each.use == "learned from")
    source = open_source(files, Schema(columns, (), Target("", (), ())), read)
    return pa.concat_tables(batch.table for batch in source.batches())


def _columns(table: pa.Table, spec: InspectSpec) -> tuple[InspectedColumn, ...]:
    roles: list[tuple[str, Use]] = [(spec.time, "time"), (spec.group, "group"), (spec.weight, "weight")]
    uses: dict[str, Use] = {**dict.fromkeys(spec.id, "id"), **{name: use for name, use in roles if name}}
    found = []
    for name in table.column_names:
        if name != spec.target or not spec.target:
            found.append(_column(table, name, uses.get(name, "learned from"), spec))
    return tuple(found)


def _column(table: pa.Table, name: str, use: Use, spec: InspectSpec) -> InspectedColumn:
    values = table.column(name)
    if use == "time":
        time = time_column(table, name)
        assert time is not None  # noqa: S101 - a named time is a column or an error
        return InspectedColumn(time, use)
    settled = settle_column(name, values, spec.numeric)
    if isinstance(settled, Dropped):
        kind = _kind(values.type)
        return InspectedColumn(Column(name, kind, "%Y-%m-%d" if kind == "date" else ""), _unless(use), settled.reason)
    if name in spec.categorical:
        settled = Column(name, "categorical")
    return InspectedColumn(settled, use)


def _unless(use: Use) -> Use:
    return "left out" if use == "learned from" else use


def _kind(kind: pa.DataType) -> Literal["numeric", "categorical", "date"]:
    if pa.types.is_date(kind):
        return "date"
    return "categorical" if pa.types.is_string(kind) else "numeric"
