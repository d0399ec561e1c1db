"""Dates as loan files write them: one format for the whole column, settled once and stored.

A format is taken only where every value fits it and none can be mistaken. ``07/01/2014`` and ``07-01-2014`` are the
first of July or the seventh of January: the column decides by a value that is no date the other way round
(``07/31/2014``), or it has no dates. With dots the day stands first. Whole numbers (``20140701``) stay numbers.

Two digits after a month (``Jul-14``, ``28-Feb-97``) are a year: 69 to 99 are 1969 to 1999, 00 to 49 are 2000 to 2049.
From 50 to 68 they could be of either century, so such a value is no date. A date is the day as written, whatever its
time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import numbers, together

if TYPE_CHECKING:
    from collections.abc import Sequence

_ISO_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f")
_ISO = (*_ISO_TIMES, *(f"{time}%z" for time in _ISO_TIMES[2:]))
_DAYS = ("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d-%b-%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p")
_ALONE = (
    "%b-%Y", "%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%d-%b-%y", "%d%b%Y", "%d%b%Y:%H:%M:%S", "%d %b %Y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y年%m月%d日", "%Y年%m月",
)  # fmt: skip

#: Formats of strptime, in the order in which they are tried. A value that fits two of them is the same day in both,
#: but for those that `_other_way_round` tells apart.
FORMATS = (*(f"%Y-%m-%d{time}" for time in _ISO), *(day + time for day in _DAYS for time in _TIMES), *_ALONE)

# Python's parser is lenient with blanks, takes the digits of any script and has another pivot for short years.
_DIRECTIVES = {
    "%Y": "[0-9]{4}", "%y": "(?:[0-4][0-9]|69|[7-9][0-9])", "%m": "[0-9]{1,2}", "%d": "[0-9]{1,2}",
    "%b": "[A-Za-z]{3}", "%B": "[A-Za-z]{3,9}", "%H": "[0-9]{1,2}", "%I": "[0-9]{1,2}", "%M": "[0-9]{2}",
    "%S": "[0-9]{2}", "%f": "[0-9]{1,6}", "%p": "[AaPp][Mm]", "%z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
}  # fmt: skip
_EPOCH = date(1970, 1, 1).toordinal()


def settle_format(values: pa.Array) -> str:
    """Return the format in which every value is written, or an empty string where there is none.

    Parameters
    ----------
    values : pyarrow string array
        The distinct values of a column; nulls are passed over.

    Examples
    --------
    >>> settle_format(pa.array(["07/01/2014", "07/31/2014"])), settle_format(pa.array(["07/01/2014", "08/01/2014"]))
    ('%m/%d/%Y', '')
    """
    present = values.drop_null().to_pylist()
    found = next((known for known in FORMATS if _all_fit(present, known)), "")
    other = _other_way_round(found)
    return "" if other != found and _all_fit(present, other) else found


def known_format(date_format: str) -> bool:
    """Whether a stored format is one of ours: a model file may hold anything, and nothing fits another format.

    >>> known_format("%b-%Y"), known_format("%Y-%Y")
    (True, False)
    """
    return date_format in FORMATS


def example(date_format: str) -> str:
    """Return a date in a format, for messages.

    >>> example("%b-%Y")
    'Jul-2014'
    """
    usual = date_format if known_format(date_format) else "%Y-%m-%d"
    return datetime(2014, 7, 31, tzinfo=UTC).strftime(usual)


def is_date(value: str, date_format: str) -> bool:
    """Whether a value is an existing day, written in the format with all digits of its year.

    >>> is_date("2001-02-28", "%Y-%m-%d"), is_date("2001-02-31", "%Y-%m-%d"), is_date("1-3", "%Y-%m")
    (True, False, False)
    """
    return _days(value, date_format) is not None


def iso_day(days: int) -> str:
    """Return a day as it is written in ISO 8601.

    >>> iso_day(16_436)
    '2015-01-01'
    """
    return date.fromordinal(days + _EPOCH).isoformat()


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


def _all_fit(values: Sequence[str], date_format: str) -> bool:
    return bool(values) and all(is_date(value, date_format) for value in values)


def _other_way_round(date_format: str) -> str:
    """Return the format with day and month exchanged."""
    exchanged = {"%d": "%m", "%m": "%d"}
    return re.sub("%[dm]", lambda match: exchanged[match[0]], date_format)


@lru_cache(maxsize=1 << 16)
def _days(value: str, date_format: str) -> int | None:
    """Days since 1970-01-01. Python's own parser knows the lengths of months, which Arrow's does not.

    Kept, since every batch of a file holds much the same dates: 65,536 are 179 years of days.
    """
    pattern = _pattern(date_format)
    if pattern is None or not pattern.fullmatch(value):
        return None
    try:
        return datetime.strptime(value, date_format).toordinal() - _EPOCH  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


@cache
def _pattern(date_format: str) -> re.Pattern[str] | None:
    """Return what a value of a known format looks like."""
    if not known_format(date_format):
        return None
    parts = re.split("(%.)", date_format)
    return re.compile("".join(_DIRECTIVES.get(part, re.escape(part)) for part in parts))
