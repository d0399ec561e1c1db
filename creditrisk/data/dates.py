"""Dates as loan files write them: one format for the whole column, settled once and stored."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import together

#: Formats that cannot be mistaken for one another, in the order in which they are tried.
FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%b-%Y", "%Y-%m", "%d-%b-%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def settle_format(values: pa.Array) -> str:
    """Return the format in which every value is written, or an empty string where there is none.

    Parameters
    ----------
    values : pyarrow string array
        The distinct values of a column; nulls are passed over.
    """
    present = values.drop_null()
    if len(present) == 0:
        return ""
    for date_format in FORMATS:
        if _parsed(present[:20], date_format).null_count == 0 and _parsed(present, date_format).null_count == 0:
            return date_format
    return ""


def parse_dates(values: pa.Array | pa.ChunkedArray, date_format: str) -> pa.Array:
    """Return a date32 array; a value in another format becomes null, so the caller compares the null counts.

    Each distinct value is parsed once: a column of a million loans holds a few hundred dates.
    """
    coded = together(values).dictionary_encode()
    return _parsed(coded.dictionary, date_format).take(coded.indices)


def _parsed(values: pa.Array, date_format: str) -> pa.Array:
    moments = pc.strptime(values, format=date_format, unit="s", error_is_null=True)
    return moments.cast(pa.timestamp("s")).cast(pa.date32(), safe=False)
