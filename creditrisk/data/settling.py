"""Columns in the types of their kinds, and what cannot be brought there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import as_floats, together
from creditrisk.data.dates import parse_dates
from creditrisk.data.kinds import as_numbers, canonical_codes, text_among_numbers
from creditrisk.data.schema import Column
from creditrisk.data.units import parse_unit, settle_unit
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.data.schema import Roles, Schema
    from creditrisk.specs import ColumnSpec


#: Loans with frequencies are repeated for the figures.
_MOST_LOANS = 100_000_000
#: A number with decimals after a comma; "1,000" is a thousand, by the rule of units.
_DECIMAL_COMMA = r"^\s*[-+]?\d+,\d+\s*$"


def settled_table(table: pa.Table, schema: Schema, files: LoanFiles) -> tuple[pa.Table, dict[str, int]]:
    """Return the ids, the schema's columns and those of its roles in the types of their kinds.

    Parameters
    ----------
    table : pyarrow.Table
        Columns as they were read; missing cells are null.
    files : LoanFiles
        Where they come from, for the error that names the lines of cells which do not fit.

    Returns
    -------
    The table, and the counts of infinite values by column, which were made missing.
    """
    return settled_columns({name: table.column(name) for name in table.column_names}, schema, files)


def settled_columns(
    columns: dict[str, pa.ChunkedArray], schema: Schema, files: LoanFiles
) -> tuple[pa.Table, dict[str, int]]:
    """Return what `settled_table` does, and take each column out of `columns` for it.

    Where nobody else holds it, the memory of a column goes when it is settled, and never are all there twice. Numbers
    come in one piece: the thousands of pieces that a reader makes leave holes behind that memory does not go back from.
    """
    arrays, infinite = {name: columns[name] for name in schema.ids}, {}
    roles = schema.roles
    if roles.group:
        arrays[roles.group] = canonical_codes(columns[roles.group])
    for column in schema.columns:
        settled, count = _settled(column, columns.pop(column.name), schema, files)
        arrays[column.name] = settled if column.kind == "categorical" else together(settled)
        if count:
            infinite[column.name] = count
    if roles.time is not None:
        arrays[roles.time.name], _ = _settled(roles.time, columns.pop(roles.time.name), schema, files)
    if roles.weight:
        arrays[roles.weight] = columns.pop(roles.weight).cast(pa.float64())
    names = (*schema.ids, *schema.names, *roles.names)
    return pa.table({name: arrays[name] for name in names}), infinite


def _settled(column: Column, values: pa.ChunkedArray, schema: Schema, files: LoanFiles) -> tuple[pa.Array, int]:
    if column.kind == "categorical":
        return canonical_codes(values), 0
    if column.kind == "date":
        return (values if pa.types.is_date(values.type) else _parsed(column, values, schema, files)), 0
    if pa.types.is_string(values.type):
        values = _parsed(column, values, schema, files)
    return as_numbers(values)


def _parsed(column: Column, values: pa.ChunkedArray, schema: Schema, files: LoanFiles) -> pa.Array:
    """Return text as the numbers or dates that it stands for."""
    if column.kind == "date":
        parsed = parse_dates(values, column.date_format)
    elif column.unit:
        parsed = parse_unit(values, column.unit)
    else:
        parsed = _plain_numbers(values)
    if parsed.null_count > values.null_count:
        like = [other for other in schema.columns if other.kind != "categorical"]
        like += [schema.roles.time] if schema.roles.time else []
        raise files.explain(like, f"column {column.name} holds cells that are not of its kind")
    return parsed


def _plain_numbers(values: pa.ChunkedArray) -> pa.Array:
    """Parse text as the reader would; where a cell is no number, all are null, and the caller finds the lines."""
    trimmed = pc.ascii_trim(values, characters=" \t")
    try:
        return trimmed.cast(pa.float64())
    except pa.ArrowInvalid:
        return pa.nulls(len(values), pa.float64())


def check_named_numbers(
    files: LoanFiles, table: pa.Table, names: Sequence[str], with_units: Sequence[str] = ()
) -> None:
    """Refuse text in columns that must be numbers, with the lines; in some of them numbers may have a unit."""
    text = [name for name in names if _is_no_number(table.column(name), units=name in with_units)]
    if text:
        columns = [Column(name, "numeric") for name in text]
        raise files.explain(columns, f"{', '.join(text)}: text in a column that must be numbers")


def _is_no_number(values: pa.ChunkedArray, *, units: bool) -> bool:
    if pa.types.is_string(values.type):
        return not (units and settle_unit(pc.unique(values)))
    return bool(pa.types.is_date(values.type))


def check_weights(table: pa.Table, roles: Roles, known: NDArray[np.bool_], files: LoanFiles) -> None:
    """Refuse loan weights that are missing, not positive, or as frequencies not whole, where the outcome is known."""
    if not roles.weight:
        return
    weight = as_floats(table.column(roles.weight))[known]
    wrong = ~(np.isfinite(weight) & (weight > 0))
    words = "missing, infinite, or not above 0"
    if roles.weight_kind == "frequency" and not wrong.any():
        wrong, words = weight != np.rint(weight), "not whole, although --weight-kind is frequency"
    if roles.weight_kind == "frequency" and not wrong.any() and weight.sum() > _MOST_LOANS:
        raise DataError(
            f"The rows stand for {weight.sum():.3g} loans, more than the figures can count.",
            where=f"{files.name}, column {shown(roles.weight)}",
            fix=f"At most {_MOST_LOANS:,} loans work as frequencies; use --weight-kind sampling.",
        )
    if wrong.any():
        raise DataError(
            f"The weight is {words} in {counted(int(wrong.sum()), 'row')}.",
            where=f"{files.name}, column {shown(roles.weight)}",
            fix="Give each loan a weight above 0, or remove it.",
        )


def check_decimal_commas(files: LoanFiles, table: pa.Table, spec: ColumnSpec) -> None:
    """Refuse columns of numbers with a decimal comma, which would be categories of almost no loans each."""
    known = {spec.target, *spec.id, *spec.categorical, spec.group}
    wrong = []
    for name in table.column_names:
        if pa.types.is_string(table.schema.field(name).type) and name not in known:
            values = pc.unique(table.column(name)).drop_null()
            if len(values) and pc.mean(pc.match_substring_regex(values, _DECIMAL_COMMA).cast(pa.int8())).as_py() > 0.5:
                wrong.append(f"column {shown(name)}" + (f": {shown(values[0].as_py()[:40])}" if files.samples else ""))
    if wrong:
        raise DataError(
            f"{counted(len(wrong), 'column')} of text would be numbers if their commas were points.",
            where=[files.name, *wrong],
            fix="Write decimals with a point, or name a column of codes with --categorical.",
        )


def kind_remarks(table: pa.Table, schema: Schema, spec: ColumnSpec, *, samples: bool = True) -> tuple[str, ...]:
    """Return a remark for each column of categories that are nearly all numbers: a slip in a few cells, most likely.

    With `samples` one of those cells is shown.
    """
    found = []
    for column in schema.columns:
        if column.kind == "categorical" and column.name not in spec.categorical:
            share, odd = text_among_numbers(table.column(column.name))
            if share > 0.5:
                such = f" such as {shown(odd[1])}" if samples else ""
                found.append(
                    f"{shown(column.name)} is taken for categories, though {share:.1%} of its values are numbers: "
                    f"{counted(odd[0], 'cell')}{such} {'is' if odd[0] == 1 else 'are'} not. "
                    "--numeric names the lines, --categorical says that it is meant."
                )
    return tuple(found)


def infinite_remarks(infinite: Mapping[str, int]) -> tuple[str, ...]:
    """Return a remark where numbers were infinite or beyond any amount, which counts as missing."""
    if not infinite:
        return ()
    counts = [f"{counted(count, 'value')} of {shown(name)}" for name, count in infinite.items()]
    more = f" and others in {counted(len(counts) - 5, 'further column')}" if len(counts) > 5 else ""
    return (f"Infinite or beyond 1e100, which counts as missing: {', '.join(counts[:5])}{more}.",)


def repeated_ids(table: pa.Table, schema: Schema) -> tuple[str, ...]:
    """Return a remark where loans share an id: the same loan may be on both sides of the split."""
    if not schema.ids or schema.roles.group in schema.ids:
        return ()
    if len(schema.ids) == 1:
        distinct = pc.count_distinct(table.column(schema.ids[0]), mode="all").as_py()
    else:
        distinct = table.select(list(schema.ids)).group_by(list(schema.ids)).aggregate([]).num_rows
    again = table.num_rows - distinct
    if not again:
        return ()
    names = ", ".join(shown(name) for name in schema.ids)
    remark = (
        f"{counted(again, 'row')} with the id of another row ({names}): a loan may have been learned from and held out "
        "too, which flatters the figures. Remove the copies, or keep them together with --group."
    )
    return (remark,)
