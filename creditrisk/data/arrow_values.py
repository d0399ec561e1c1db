"""Columns of Parquet files and data frames brought to the few types that a CSV file gives.

Integers, floats, text, days and nothing else: so a loan is read alike whichever way it is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers, texts, together
from creditrisk.data.cells import is_number
from creditrisk.data.schema import MISSING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable

#: Whole numbers beyond this are not told apart as floats.
_MOST_EXACT = numbers(np.array([2.0**53]))[0]
_ZERO = numbers(np.zeros(1))[0]
#: Python's days, 0001-01-01 to 9999-12-31, counted from 1970-01-01, and how many units of time a day has.
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


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

    The types that come back are null, boolean, integers, float64, decimals, string, dates, times and timestamps
    without a zone. A float of fewer bits becomes the double that its shortest text stands for, as in a CSV file: 0.1
    and not 0.10000000149.
    """
    if pa.types.is_run_end_encoded(values.type):
        return plain(pa.chunked_array([pc.run_end_decode(chunk) for chunk in values.chunks], values.type.value_type))
    if pa.types.is_dictionary(values.type):
        return plain(_decoded(values))
    if pa.types.is_floating(values.type):
        wide = _as_doubles(values)
        return pc.if_else(pc.is_nan(wide), pa.nulls(1, pa.float64())[0], wide)
    if is_text(values.type):
        text = values.cast(pa.string())
        text.validate(full=True)
        return text
    if pa.types.is_timestamp(values.type) and values.type.tz:
        return pc.local_timestamp(values)
    return values


def _decoded(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values that codes stand for."""
    kind = values.type.value_type
    if not pa.types.is_string_view(kind):
        return values.cast(kind)
    # Categories of polars, which Arrow cannot cast as they are.
    chunks = [chunk.dictionary.cast(pa.string()).take(chunk.indices) for chunk in values.chunks]
    return pa.chunked_array(chunks, pa.string())


def _as_doubles(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_float32(values.type):
        return values.cast(pa.string()).cast(pa.float64())
    if pa.types.is_float16(values.type):  # Arrow writes all digits of its exact value
        coded = together(values.cast(pa.float32()).cast(pa.float64())).dictionary_encode()
        shortest = [np.nan if half is None else float(str(np.float16(half))) for half in coded.dictionary.to_pylist()]
        return pa.chunked_array([numbers(np.array(shortest, dtype=np.float64)).take(coded.indices)])
    return values


def natural(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return plain values as a CSV file would give them: int64, float64, date32, string or null."""
    kind = values.type
    if pa.types.is_integer(kind):
        return _as_int64(values)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return as_floats(values)
    if pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and pc.all(_is_midnight(values)).as_py() is not False):
        return as_days(values)
    return values if pa.types.is_null(kind) else as_text(values, with_time=True)


def _as_int64(values: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:  # an unsigned number that is too large, which CSV reads as a float too
        return values.cast(pa.float64(), safe=False)


def _is_midnight(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether each timestamp is a day: it has no time of day."""
    return pc.equal(values, pc.floor_temporal(values, unit="day"))


def has_odd_years(values: pa.ChunkedArray) -> bool:
    """Whether one of the dates or timestamps is before the year 1 or after 9999; other values never are."""
    kind = values.type
    if not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return False
    in_days = pa.types.is_date32(kind)
    a_day = 1 if in_days else _A_DAY["ms" if pa.types.is_date64(kind) else kind.unit]
    ends = pc.min_max(values.cast(pa.int32() if in_days else pa.int64())).as_py()
    # Arrow cannot find the day of a timestamp in the first day that its 64 bits hold, which is in 1677.
    first, after = max(_FIRST_DAY * a_day, a_day - 2**63), (_LAST_DAY + 1) * a_day
    return ends["min"] is not None and (ends["min"] < first or ends["max"] >= after)


def as_days(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates or timestamps as date32, the time of day left out."""
    return pc.floor_temporal(values, unit="day").cast(pa.date32())


def as_text(values: pa.ChunkedArray, *, with_time: bool = False) -> pa.ChunkedArray:
    """Return plain values as a CSV file would write them, each cell by itself.

    Whole numbers have no fraction (a code of 3 is "3" also where it is stored as a float), other floats are as short
    as they can be without loss, truth values are "true" and "false", days 2014-07-31, and so are timestamps at
    midnight unless `with_time`; other timestamps have their seconds too.
    """
    kind = values.type
    if pa.types.is_floating(kind):
        return _floats_as_text(values)
    if pa.types.is_decimal(kind):
        return pc.replace_substring_regex(values.cast(pa.string()), r"^(-?\d+)(?:\.0*|(\.\d*[1-9])0*)$", r"\1\2")
    if pa.types.is_timestamp(kind):
        return _moments_as_text(values, with_time=with_time)
    if pa.types.is_time(kind):
        return pc.replace_substring_regex(values.cast(pa.string()), r"\.0+$", "")
    return values.cast(pa.string())


def _moments_as_text(values: pa.ChunkedArray, *, with_time: bool) -> pa.ChunkedArray:
    moments = pc.strftime(pc.floor_temporal(values, unit="second").cast(pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S")
    if with_time:
        return moments
    return pc.if_else(_is_midnight(values), as_days(values).cast(pa.string()), moments)


def _floats_as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), _MOST_EXACT))
    integers = pc.if_else(whole, values, _ZERO).cast(pa.int64()).cast(pa.string())
    if pc.all(whole).as_py() is not False:
        return integers
    # Arrow puts the exponent elsewhere than Python and pandas do: 0.00001 for 1e-05.
    coded = together(values).dictionary_encode()
    written = texts([None if number is None else repr(number) for number in coded.dictionary.to_pylist()])
    return pc.if_else(whole, integers, pa.chunked_array([written.take(coded.indices)]))


def as_floats(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return plain values as float64; text is read as in a CSV file.

    Raises
    ------
    NotANumberError
        When a cell is none.
    """
    kind = values.type
    if pa.types.is_decimal(kind):  # by way of text, which rounds correctly
        return values.cast(pa.string()).cast(pa.float64())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind):
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
