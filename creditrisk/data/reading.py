"""From files to loans: once, whole, with everything settled (training), or in batches by a known schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import give_back, numbers
from creditrisk.data.column_names import blank_remark
from creditrisk.data.drawing import drawn_loans
from creditrisk.data.kinds import missing_to_null, settle_column
from creditrisk.data.memory import Needs
from creditrisk.data.schema import Column, Dropped, Roles, Schema
from creditrisk.data.settling import (
    check_decimal_commas,
    check_named_numbers,
    check_weights,
    infinite_remarks,
    kind_remarks,
    repeated_ids,
    settled_columns,
    settled_table,
)
from creditrisk.data.several import text_of
from creditrisk.data.table import LoanTable
from creditrisk.data.target import outcomes, settle_target
from creditrisk.errors import DataError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.file_specs import ReadSpec
    from creditrisk.specs import TrainSpec

#: What training holds at its peak for each cell, in numbers of 8 bytes: trees are grown on bins, others on matrices.
_NUMBERS_A_CELL, _NUMBERS_WITH_MATRIX = {"lightgbm": 3.0}, 6.0
#: What to do where every column was left out, and what is wrong where there was none.
NOTHING_LEFT = (
    "Use a file with more columns; --numeric or --categorical NAME keeps one that looks like an id or a text."
)
NOTHING_THERE = "the file holds no column beside the outcome and those that have a role"


@dataclass(frozen=True, eq=False)
class TrainingData:
    """All loans to train on, how many rows were set aside for their outcome, and what is odd about columns.

    `drawn` says which they are, where they are a sample of those in the files.
    """

    loans: LoanTable
    files: LoanFiles
    set_aside: int
    remarks: tuple[str, ...] = ()
    drawn: Drawn | None = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """Which loans were drawn from the files.

    Attributes
    ----------
    rows : array of shape (n_drawn,)
        Their places among all rows of the files, rising.
    loans : int
        How many loans with a known outcome the files have.
    set_aside : int
        How many rows have another outcome.
    """

    rows: NDArray[np.intp]
    loans: int
    set_aside: int


def needs_of(spec: TrainSpec) -> Needs:
    """Return what a training holds at its peak: docs/performance.md has the measurements."""
    return Needs(_NUMBERS_A_CELL.get(spec.kind, _NUMBERS_WITH_MATRIX), spec.max_rows)


def _drawn(files: LoanFiles, spec: TrainSpec) -> Drawn | None:
    """Return which loans are drawn, by a look at the columns of the outcome and the group alone; None if all are."""
    table = files.read_whole(dict.fromkeys([spec.target, *([spec.group] if spec.group else [])], pa.string()))
    if table.num_rows == 0:
        return None
    target = settle_target(spec, table.column(spec.target), samples=files.samples)
    y = outcomes(target, table.column(spec.target))
    group = None
    if spec.group:
        texts = with_missing(table, {spec.target, *spec.id})
        bare = Schema((), (), target, roles=Roles(group=spec.group))
        group = LoanTable(bare, settled_table(texts, bare, files)[0], y, {}).group
    known = int((y >= 0).sum())
    if known <= spec.max_rows:
        return None
    return Drawn(drawn_loans(y, spec.max_rows, spec.seed, group), known, len(y) - known)


def read_training(files: LoanFiles, spec: TrainSpec, read: ReadSpec) -> TrainingData:
    """Read every row, settle the kinds of all columns and the meaning of the target.

    Raises
    ------
    DataError
        When a named column is missing, rows cannot be read, or the target is not binary.
    """
    files.check_present(named_columns(spec))
    if read.bad_rows == "skip":
        # Kinds are not settled yet, so only rows with another number of cells than the header are bad.
        files = files.without_bad_rows((), Path(read.rejects))
    as_text = {spec.target, *spec.id, *spec.categorical, *([spec.group] if spec.group else [])}
    wanted = [name for name in files.header if name not in spec.drop]
    files.check_room(len(wanted), needs_of(spec))
    drawn = _drawn(files, spec) if spec.max_rows else None
    rows = None if drawn is None else drawn.rows
    types = {name: pa.string() if name in as_text else None for name in wanted}
    table = reread_times(files, files.read_whole(types, rows), rows)
    if table.num_rows == 0:
        raise DataError("The file has a header and no loans.", where=files.name, fix="Training needs loans.")
    target = settle_target(spec, table.column(spec.target), samples=files.samples)
    y = outcomes(target, table.column(spec.target))
    known = y >= 0
    if not known.all():
        table = table.take(numbers(np.flatnonzero(known)))
    table = with_missing(table, {spec.target, *spec.id})
    check_named_numbers(files, table, [*spec.numeric, *_weight(spec)], with_units=spec.numeric)
    check_decimal_commas(files, table, spec)
    schema = _settle(table, spec, Schema((), spec.id, target))
    odd_kinds = kind_remarks(table, schema, spec, samples=files.samples)
    columns = {name: table.column(name) for name in table.column_names}
    del table
    settled, infinite = settled_columns(columns, schema, files)
    check_weights(settled, schema.roles, np.ones(len(settled), dtype=bool), files)
    loans = LoanTable(schema, settled, y[known], infinite)
    remarks = (
        *files.remarks,
        *blank_remark(files.header),
        *repeated_ids(settled, schema),
        *odd_kinds,
        *infinite_remarks(infinite),
    )
    give_back()
    return TrainingData(loans, files, drawn.set_aside if drawn else int((~known).sum()), remarks, drawn)


def _roles(spec: TrainSpec) -> list[str]:
    """Return the columns of time, group and weight; an empty option names none, not the column without a name."""
    return [name for name in (spec.time, spec.group, spec.weight) if name]


def named_columns(spec: TrainSpec) -> list[str]:
    """Return every column that the user named, each once."""
    roles = _roles(spec)
    by_name = [*spec.monotone_signs, *spec.special_codes]
    named = [spec.target, *spec.id, *spec.drop, *spec.categorical, *spec.numeric, *roles, *by_name]
    return list(dict.fromkeys(named))


def _weight(spec: TrainSpec) -> list[str]:
    return [spec.weight] if spec.weight else []


def reread_times(files: LoanFiles, table: pa.Table, rows: NDArray[np.intp] | None = None) -> pa.Table:
    """Read columns that Arrow took for times of day once more, as the text that they are; of some rows if named."""
    times = [field.name for field in table.schema if pa.types.is_time(field.type)]
    if times:
        texts = files.read_whole({name: pa.string() for name in times}, rows)
        for name in times:
            table = table.set_column(table.schema.get_field_index(name), name, texts.column(name))
    return table


def with_missing(table: pa.Table, but: Collection[str]) -> pa.Table:
    """Make the missing tokens of text columns null, but for those whose text stays as it is."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name not in but:
            table = table.set_column(index, field.name, missing_to_null(table.column(index)))
    return table


def _settle(table: pa.Table, spec: TrainSpec, bare: Schema) -> Schema:
    columns: list[Column] = []
    dropped = [Dropped(name, "as asked with --drop") for name in spec.drop]
    for name in table.column_names:
        if name == spec.target or name in spec.id or name in _roles(spec):
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
        raise DataError("No column is left to learn from.", where=reasons or NOTHING_THERE, fix=NOTHING_LEFT)
    _check_by_name(columns, dropped, spec)
    roles = Roles(time_column(table, spec.time), spec.group, spec.weight, spec.weight_kind)
    return Schema(tuple(columns), bare.ids, bare.target, tuple(dropped), roles)


def time_column(table: pa.Table, name: str) -> Column | None:
    """Return the time column with its kind: dates, or numbers that rise with time."""
    if not name:
        return None
    settled = settle_column(name, table.column(name), [name])
    if isinstance(settled, Dropped):
        raise DataError(f"The time cannot be used: {settled.reason}.", where=f"column {shown(name)}")
    if settled.kind == "categorical":
        raise DataError(
            "The time is text that is not understood as dates.",
            where=f"column {shown(name)}",
            fix="Write it as 2014-07-01, or as numbers that rise with time.",
        )
    return settled


def _check_by_name(columns: list[Column], dropped: list[Dropped], spec: TrainSpec) -> None:
    """Refuse --monotone and --special for columns that are no numbers."""
    kinds = {column.name: f"it is {column.kind}" for column in columns if column.kind == "categorical"}
    kinds |= {column.name: f"it is left out ({column.reason})" for column in dropped}
    asked = [("--monotone", list(spec.monotone_signs)), ("--special", list(spec.special_codes))]
    wrong = [f"{option} {shown(name)}: {kinds[name]}" for option, names in asked for name in names if name in kinds]
    if wrong:
        raise DataError("Only numbers can rise, fall, or have special codes.", where=wrong)


@dataclass(frozen=True)
class LoanSource:
    """Loans that are read by a known schema, in batches, as often as needed.

    With `labelled`, rows whose outcome is neither default nor repaid are passed over and counted by the reader of
    the batches (`y_true` is −1 there), and weights are read too. With `weighted` weights are read without outcomes.
    `copied` are columns whose text is wanted as it stands.
    """

    files: LoanFiles
    schema: Schema
    labelled: bool = False
    copied: tuple[str, ...] = ()
    weighted: bool = False

    def batches(self) -> Iterator[LoanTable]:
        """Yield the loans in file order; memory does not grow with the file."""
        return map(self.loans, self.tables())

    def tables(self) -> Iterator[pa.Table]:
        """Yield the columns as they are read, batch by batch, for `loans`."""
        target, weight = self.schema.target, self.schema.roles.weight
        types = {column.name: read_as(column) for column in self.schema.columns}
        if self.labelled:
            types[target.name] = pa.string()
        if (self.labelled or self.weighted) and weight:
            types[weight] = pa.float64()
        return self.files.read_batches(types, self.copied)

    def loans(self, raw: pa.Table) -> LoanTable:
        """Return the loans of one of the `tables`, or of some of its rows; several threads may call it.

        Raises
        ------
        DataError
            When a cell is not of its column's kind, with the lines.
        """
        target, schema = self.schema.target, self._read_schema
        texts = {text_of(name): name for name in self.copied}
        settled, infinite = settled_table(with_missing(raw, {target.name, *texts}), schema, self.files)
        y = None
        if self.labelled:
            y = outcomes(target, raw.column(target.name))
        if self.labelled or self.weighted:
            known = np.ones(len(settled), dtype=bool) if y is None else y >= 0
            check_weights(settled, schema.roles, known, self.files)
        text = raw.select(list(texts)).rename_columns(list(self.copied))
        return LoanTable(schema, settled, y, infinite, text)

    @property
    def _read_schema(self) -> Schema:
        """The schema without what only training needs."""
        roles = self.schema.roles
        kept = Roles(None, "", roles.weight, roles.weight_kind) if self.labelled or self.weighted else Roles()
        return Schema(self.schema.columns, (), self.schema.target, self.schema.dropped, kept)


def read_as(column: Column) -> pa.DataType:
    """Return the type to ask for: text where it must be parsed, dates as days where the source knows them as dates."""
    if column.kind == "date":
        return pa.date32()
    return pa.float64() if column.is_plain_number else pa.string()


def open_source(
    files: LoanFiles,
    schema: Schema,
    read: ReadSpec,
    *,
    labelled: bool = False,
    weighted: bool = False,
    copied: tuple[str, ...] = (),
) -> LoanSource:
    """Return loans that are to be read by `schema`; extra columns and another order of columns do not matter.

    Raises
    ------
    DataError
        When a column is missing (all of them are listed, with near names).
    """
    outcome = schema.target.name
    if labelled and outcome not in files.header:
        near = did_you_mean(outcome, files.header) if files.samples else ""
        raise DataError(
            f"The outcome, {shown(outcome)}, is not in the file{near}.",
            where=files.name,
            fix="Figures need known outcomes; `creditrisk predict` scores loans without them.",
        )
    needed = [*copied, *schema.names]
    if (labelled or weighted) and schema.roles.weight:
        needed.append(schema.roles.weight)
    files.check_present(list(dict.fromkeys(needed)))
    if read.bad_rows == "skip":
        time = schema.roles.time if labelled else None
        judged = (time,) if time is not None and time.name in files.header else ()
        files = files.without_bad_rows((*schema.columns, *judged), Path(read.rejects))
    return LoanSource(files, schema, labelled, copied, weighted)
