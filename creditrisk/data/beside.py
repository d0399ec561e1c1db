"""Columns that a judgement wants beside those of the model: time, whose loan it is, segments, amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats
from creditrisk.data.kinds import missing_to_null
from creditrisk.data.reading import read_as
from creditrisk.data.schema import Column, Roles, Schema, check_present
from creditrisk.data.settling import check_named_numbers, settled_table
from creditrisk.data.table import LoanTable
from creditrisk.data.target import outcomes
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
    """

    y_true: NDArray[np.int8]
    time: Floats | None
    time_column: Column | None
    group: NDArray[np.intp] | None
    texts: Mapping[str, NDArray[np.object_]]
    numbers: Mapping[str, Floats]

    def take(self, rows: NDArray[np.intp]) -> Beside:
        """Return some of the rows."""
        return Beside(
            self.y_true[rows],
            None if self.time is None else self.time[rows],
            self.time_column,
            None if self.group is None else self.group[rows],
            {name: values[rows] for name, values in self.texts.items()},
            {name: values[rows] for name, values in self.numbers.items()},
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
    check_present(list(dict.fromkeys((*texts, *numbers))), files.header, files.name)
    roles = _roles(schema, files)
    types: dict[str, pa.DataType | None] = {schema.target.name: pa.string()}
    types |= {name: pa.string() for name in texts} | {name: None for name in numbers if name not in texts}
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


def check_amounts(values: Floats, name: str, files: LoanFiles, *, least: float = 0.0) -> None:
    """Refuse amounts or margins that are missing, infinite or below `least`."""
    wrong = ~(np.isfinite(values) & (values >= least))
    if wrong.any():
        raise DataError(
            f"Money is missing, infinite or below {least:g} in {counted(int(wrong.sum()), 'loan')}.",
            where=f"{files.name}, column {shown(name)}",
            fix="Give each loan its own, or leave the option out.",
        )


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
        if values.null_count < len(values):
            check_named_numbers(files, table, [name])
        values = values.cast(pa.float64())
    elif pa.types.is_date(values.type):
        raise files.explain([Column(name, "numeric")], f"{name}: dates in a column that must be numbers")
    return as_floats(values)
