"""The header of a CSV file: read from the first characters, and refused where it is none."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

from creditrisk.data.bad_bytes import not_text
from creditrisk.data.schema import LONGEST_CELL, MOST_LINE_BREAKS
from creditrisk.data.spool import checked_text, unreadable
from creditrisk.errors import DataError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.text_stream import TextFile

#: A header is looked for in this many characters first, then in so many that no header is longer.
_SIZES = (1 << 16, 10_000_000)
_MOST_COLUMNS = 10_000
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def read_header(text: TextFile, delimiter: str) -> tuple[str, ...]:
    """Read and check the header.

    Raises
    ------
    DataError
        When the file is missing, a folder, unreadable, empty, of another encoding or delimiter, or names a column
        twice.
    """
    if text.packed:
        with text.raw() as raw:
            checked_text(raw.read(64), text.name)
    first = _first_record(text, delimiter)
    if not first:
        raise DataError("The file is empty.", where=text.name, fix="A header line and at least one loan are needed.")
    _check_header(text, first, delimiter)
    return tuple(first)


def _first_record(text: TextFile, delimiter: str) -> list[str]:
    first: list[str] = []
    for size in _SIZES:
        # A bad byte further down is found, and placed, when the rows are read.
        start = io.StringIO(_start(text, size), newline="")
        try:
            first = next((record for record in csv.reader(start, delimiter=delimiter) if record), [])
        except csv.Error:
            first = [start.getvalue()]
        if first and start.read(1):
            break
    if any(len(name) > LONGEST_CELL or name.count("\n") > MOST_LINE_BREAKS for name in first):
        raise DataError(
            "The header is not a header: a name in it is endless.",
            where=f"{text.name}, line 1",
            fix="Look for a quotation mark that is opened and never closed.",
        )
    return first


def _start(text: TextFile, size: int) -> str:
    try:
        return text.start(size)
    except UnicodeError as error:  # a few encodings cannot put a mark where a character should be
        raise not_text(text, ", line 1") from error
    except OSError as error:
        raise unreadable(text.name, error) from error


def _check_header(text: TextFile, header: list[str], delimiter: str) -> None:
    where = f"{text.name}, line 1"
    if any("\x00" in name or "\ufffd" in name for name in header) or _is_wide_in_name_only(text, header):
        raise not_text(text, ", line 1")
    if len(header) == 1:
        _check_delimiter(header[0], delimiter, where)
    if len(header) > _MOST_COLUMNS:
        raise DataError(f"The header has {len(header):,} columns.", where=where, fix=f"At most {_MOST_COLUMNS:,} work.")
    check_names(header, where)


def _is_wide_in_name_only(text: TextFile, header: list[str]) -> bool:
    """Whether narrow text was named UTF-16: two letters make some Chinese character, but a comma would have a zero."""
    if len(header) > 1 or not codecs.lookup(text.encoding).name.startswith(("utf-16", "utf-32")):
        return False
    with text.raw() as raw:
        return 0 not in raw.read(_SIZES[0])


def _check_delimiter(header: str, delimiter: str, where: str) -> None:
    for other, word in _SEPARATORS.items():
        if other != delimiter and other in header:
            named = "tab" if other == "\t" else f'"{other}"'
            fix = "Leave out --delimiter: commas need none." if other == "," else f"Add --delimiter {named}."
            instead = _SEPARATORS.get(delimiter, shown(delimiter))
            raise DataError(f"The columns are separated by {word}, not {instead}.", where=where, fix=fix)


def check_names(header: Sequence[str], where: str) -> None:
    """Refuse a header that names a column more than once."""
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(
            "The header names a column more than once.",
            where=[where, *(f"{shown(name)} × {header.count(name)}" for name in twice)],
            fix="Rename or remove one of each, so that every column can be named.",
        )
