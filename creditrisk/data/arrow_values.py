"""Columns of Parquet files and data frames brought to the few types that a CSV file gives.

Integers, floats, text, days and nothing else: so a loan is read alike whichever way it is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers, together
from creditrisk.data.cells import is_number
from creditrisk.data.schema import MISSING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

#: Whole numbers beyond this are not told apart as floats.
_MOST_EXACT = numbers(np.array([2.0**53]))[0]
_ZERO = numbers(np.zeros(1))[0]


class NotANumberError(Exception):
    """Text stands where numbers are asked for."""


def is_supported(kind: pa.DataType) -> bool:
    """Whether columns of a type can be read: not those that nest values, hold bytes or spans of time."""
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return is_supported(kind.value_type)
    known: list[Callable[[pa.DataType], bool]] = [
        pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
        is_text, pa.types.is_date, pa.types.is_time, pa.types.is_timestamp,
    ]  # fmt: skip
    return any(test(kind) for test in known)


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is one of Arrow's for text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values without the ways to store them that save room; NaN becomes null.

    The types that come back are null, boolean, integers, float32 and float64, decimals, string, dates, times and
    timestamps without a zone.
    """
    if pa.types.is_run_end_encoded(values.type):
        return plain(pa.chunked_array([pc.run_end_decode(chunk) for chunk in values.chunks], values.type.value_type))
    if pa.types.is_dictionary(values.type):
        return plain(values.cast(values.type.value_type))
    if pa.types.is_float16(values.type):
        values = values.cast(pa.float32())
    if pa.types.is_floating(values.type):
        return pc.if_else(pc.is_nan(values), pa.nulls(1, values.type)[0], values)
    if is_text(values.type):
        text = values.cast(pa.string())
        text.validate(full=True)
        return text
    if pa.types.is_timestamp(values.type) and values.type.tz:
        return pc.local_timestamp(values)
    return values


def natural(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return plain values as a CSV file would give them: int64, float64, date32, string or null."""
    kind = values.type
    if pa.types.is_integer(kind):
        return _as_int64(values)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and is_midnight(values)):
        return as_days(values)
    return values if pa.types.is_null(kind) else as_text(values)


def _as_int64(values: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:  # an unsigned number that is too large, which CSV reads as a float too
        return values.cast(pa.float64(), safe=False)


def is_midnight(values: pa.ChunkedArray) -> bool:
    """Whether timestamps are days: none has a time of day."""
    return bool(pc.all(pc.equal(values, pc.floor_temporal(values, unit="day"))).as_py() in (True, None))


def as_days(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates or timestamps as date32, the time of day left out."""
    return pc.floor_temporal(values, unit="day").cast(pa.date32())


def as_text(values: pa.ChunkedArray, *, with_time: bool = True) -> pa.ChunkedArray:
    """Return plain values as a CSV file would write them.

    Whole numbers have no fraction (a code of 3 is "3" also where it is stored as a float), other floats are as short
    as they can be without loss, truth values are "true" and "false", days 2014-07-31, timestamps likewise with their
    seconds unless not `with_time`.
    """
    kind = values.type
    if pa.types.is_floating(kind):
        return _floats_as_text(values)
    if pa.types.is_decimal(kind):
        return pc.replace_substring_regex(values.cast(pa.string()), r"^(-?\d+)(?:\.0*|(\.\d*[1-9])0*)$", r"\1\2")
    if pa.types.is_timestamp(kind):
        seconds = pc.floor_temporal(values, unit="second").cast(pa.timestamp("s"))
        return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S" if with_time else "%Y-%m-%d")
    return values.cast(pa.string())


def _floats_as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    wide = values.cast(pa.float64())
    whole = pc.and_(pc.equal(pc.floor(wide), wide), pc.less(pc.abs(wide), _MOST_EXACT))
    return pc.if_else(
        whole, pc.if_else(whole, wide, _ZERO).cast(pa.int64()).cast(pa.string()), values.cast(pa.string())
    )


def as_floats(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return plain values as float64; text is read as in a CSV file.

    Raises
    ------
    NotANumberError
        When a cell is none.
    """
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return values.cast(pa.float64(), safe=False)
    coded = together(as_text(values)).dictionary_encode()
    distinct = [_number(cell) for cell in coded.dictionary.to_pylist()]
    found = np.array([np.nan if number is None else number for number in distinct], dtype=np.float64)
    known = numbers(found, ~np.isnan(found))
    return pa.chunked_array([known.take(coded.indices)])


def _number(cell: str) -> float | None:
    if cell in MISSING_TOKENS:
        return None
    if not is_number(cell):
        raise NotANumberError(cell)
    return None if "nan" in cell.lower() else float(cell)
