"""Dates as loan files write them: one format for the whole column, settled once and stored."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import numbers, together

#: Formats that cannot be mistaken for one another, in the order in which they are tried.
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%b-%Y", "%Y-%m", "%d-%b-%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_EPOCH = date(1970, 1, 1).toordinal()


def settle_format(values: pa.Array) -> str:
    """Return the format in which every value is written, or an empty string where there is none.

    Parameters
    ----------
    values : pyarrow string array
        The distinct values of a column; nulls are passed over.
    """
    present = values.drop_null().to_pylist()
    for date_format in FORMATS:
        if present and all(is_date(value, date_format) for value in present):
            return date_format
    return ""


def example(date_format: str) -> str:
    """Return a date in a format, for messages.

    >>> example("%b-%Y")
    'Jul-2014'
    """
    return datetime(2014, 7, 31).strftime(date_format)  # noqa: DTZ001 - a day has no time zone


def is_date(value: str, date_format: str) -> bool:
    """Whether a value is an existing day, written in the format with a year of four digits.

    >>> is_date("2001-02-28", "%Y-%m-%d"), is_date("2001-02-31", "%Y-%m-%d"), is_date("1-3", "%Y-%m")
    (True, False, False)
    """
    return _days(value, date_format) is not None


def parse_dates(values: pa.Array | pa.ChunkedArray, date_format: str) -> pa.Array:
    """Return a date32 array; a value in another format becomes null, so the caller compares the null counts.

    Each distinct value is parsed once: a column of a million loans holds a few hundred dates.
    """
    coded = together(values).dictionary_encode()
    days = [_days(value, date_format) for value in coded.dictionary.to_pylist()]
    known = numbers(
        np.array([day or 0 for day in days], dtype=np.int32), np.array([day is not None for day in days], dtype=bool)
    )
    return known.cast(pa.date32()).take(coded.indices)


def _days(value: str, date_format: str) -> int | None:
    """Days since 1970-01-01. Python's own parser knows the lengths of months, which Arrow's does not."""
    try:
        return datetime.strptime(value, date_format).toordinal() - _EPOCH  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
