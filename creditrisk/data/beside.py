"""Columns that a judgement wants beside those of the model: time, whose loan it is, segments, amounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import as_floats
from creditrisk.data.kinds import missing_to_null
from creditrisk.data.reading import read_as
from creditrisk.data.schema import Column, Roles, Schema
from creditrisk.data.settling import check_named_numbers, settled_table
from creditrisk.data.table import LoanTable
from creditrisk.data.target import outcomes
from creditrisk.data.units import parse_unit, settle_unit
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Beside:
    """What every row of the files says beside the model's columns, arrays of shape (n_rows,).

    Attributes
    ----------
    y_true : int8 array
        1 = default, 0 = repaid, −1 = neither.
    time : array or None
        Days since 1970-01-01, or the file's own number; NaN = missing. None where the model knows no time, or the file
        lacks it.
    time_column : Column or None
        Its name and kind.
    group : array of whole numbers or None
        Whose loan each is.
    texts : mapping of a column to its values as text, "" = missing
    numbers : mapping of a column to its values
    in_percent : names of columns whose numbers were per cent, and are shares now
    """

    y_true: NDArray[np.int8]
    time: Floats | None
    time_column: Column | None
    group: NDArray[np.intp] | None
    texts: Mapping[str, NDArray[np.object_]]
    numbers: Mapping[str, Floats]
    in_percent: tuple[str, ...] = ()

    def take(self, rows: NDArray[np.intp]) -> Beside:
        """Return some of the rows."""
        return Beside(
            self.y_true[rows],
            None if self.time is None else self.time[rows],
            self.time_column,
            None if self.group is None else self.group[rows],
            {name: values[rows] for name, values in self.texts.items()},
            {name: values[rows] for name, values in self.numbers.items()},
            self.in_percent,
        )


def read_beside(files: LoanFiles, schema: Schema, texts: Sequence[str], numbers: Sequence[str]) -> Beside:
    """Read the columns of all rows; time and group are those of the model's roles, where the files have them.

    Parameters
    ----------
    texts, numbers : names of further columns, wanted as text and as numbers

    Raises
    ------
    DataError
        When a column is not there, or a number is none; all that are missing are listed.
    """
    files.check_present(list(dict.fromkeys((*texts, *numbers))))
    roles = _roles(schema, files)
    types: dict[str, pa.DataType | None] = {schema.target.name: pa.string()}
    types |= dict.fromkeys(texts, pa.string())
    types |= {name: None for name in numbers if name not in types}
    if roles.time is not None:
        types[roles.time.name] = read_as(roles.time)
    if roles.group:
        types[roles.group] = pa.string()
    table = files.read_whole(types)
    y = outcomes(schema.target, table.column(schema.target.name))
    bare = Schema((), (), schema.target, roles=roles)
    named = table
    for name in roles.names:
        if pa.types.is_string(table.schema.field(name).type):
            named = named.set_column(named.schema.get_field_index(name), name, missing_to_null(table.column(name)))
    settled, _ = settled_table(named, bare, files)
    loans = LoanTable(bare, settled, y, {})
    return Beside(
        y, loans.time, roles.time, loans.group,
        {name: _text(table.column(name)) for name in texts},
        {name: _numbers(files, table, name) for name in numbers},
    )  # fmt: skip


def read_times(files: LoanFiles, schema: Schema) -> Floats | None:
    """Return when each row's loan was made, shape (n_rows,), NaN = missing; None where model or files know no time.

    Raises
    ------
    DataError
        When a cell is no time, with the lines.
    """
    time = _roles(schema, files).time
    if time is None:
        return None
    table = files.read_whole({time.name: read_as(time)})
    if pa.types.is_string(table.schema.field(time.name).type):
        table = table.set_column(0, time.name, missing_to_null(table.column(time.name)))
    bare = Schema((), (), schema.target, roles=Roles(time))
    settled, _ = settled_table(table, bare, files)
    return LoanTable(bare, settled, None, {}).time


def check_amounts(values: Floats, name: str, files: LoanFiles, *, all_zero: bool = False) -> None:
    """Refuse amounts or margins that are missing, infinite or below 0, and with `all_zero` those that are all 0."""
    wrong = ~(np.isfinite(values) & (values >= 0))
    if all_zero and not values.any():
        raise DataError(
            "Every amount is 0, so nothing is earned or lost.",
            where=f"{files.name}, column {shown(name)}",
            fix="Name the column with the amounts.",
        )
    if wrong.any():
        raise DataError(
            f"Money is missing, infinite or below 0 in {counted(int(wrong.sum()), 'loan')}.",
            where=f"{files.name}, column {shown(name)}",
            fix="Give each loan its own, or leave the option out.",
        )


def as_share(beside: Beside, name: str, files: LoanFiles) -> Beside:
    """Return the columns with the margins as shares of the amount: where half of them or more are above 1, per cent.

    Raises
    ------
    DataError
        When a margin is above 1 all the same: nobody earns more than the amount.
    """
    values = beside.numbers[name]
    percent = bool(np.nanmedian(values) > 1)
    shares = values / 100 if percent else values
    too_high = int(np.sum(shares[beside.y_true >= 0] > 1))
    if too_high:
        raise DataError(
            f"The margin is above {'100 per cent' if percent else '1'} in {counted(too_high, 'loan')}.",
            where=f"{files.name}, column {shown(name)}",
            fix="Give shares of the amount (0.12) or per cent (12), one or the other in the whole column.",
        )
    return replace(beside, numbers={**beside.numbers, name: shares}, in_percent=(name,) if percent else ())


def _roles(schema: Schema, files: LoanFiles) -> Roles:
    """Return time and group, where the files have them."""
    time, group = schema.roles.time, schema.roles.group
    return Roles(time if time and time.name in files.header else None, group if group in files.header else "")


def _text(values: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return text, the missing tokens as the empty one."""
    found = missing_to_null(values) if pa.types.is_string(values.type) else values
    return np.array(["" if cell is None else str(cell) for cell in found.to_pylist()], dtype=object)


def _numbers(files: LoanFiles, table: pa.Table, name: str) -> Floats:
    values = table.column(name)
    if pa.types.is_string(values.type):
        values = missing_to_null(values)
        table = table.set_column(table.schema.get_field_index(name), name, values)
        try:  # a column that is wanted as text too was read as text
            values = values.cast(pa.float64())
        except pa.ArrowInvalid:
            unit = settle_unit(pc.unique(values))
            if not unit:
                check_named_numbers(files, table, [name])
            values = parse_unit(values, unit)
    elif pa.types.is_date(values.type):
        raise files.explain([Column(name, "numeric")], f"{name}: dates in a column that must be numbers")
    return as_floats(values)
