"""The header of a CSV file: read from the first characters, and refused where it is none."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from creditrisk.data.bad_bytes import not_text
from creditrisk.data.cells import is_number
from creditrisk.data.column_names import check_names
from creditrisk.data.schema import LONGEST_CELL, LONGEST_LINE, MOST_LINE_BREAKS
from creditrisk.data.spool import checked_text, unreadable
from creditrisk.data.text_stream import too_long
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.data.text_stream import TextFile

#: A header is looked for in this many characters first, then in so many that no header is longer.
_SIZES = (1 << 16, LONGEST_LINE + 1)
_MOST_COLUMNS = 10_000
#: Names in quotation marks may hold delimiters; so many of them are none of names.
_MOST_DELIMITERS = 500_000
#: A header further down is looked for in so many lines.
_MOST_BEFORE = 50
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LINE = re.compile(r"[\r\n]*[^\r\n]*")
#: What stands for a byte that cannot be decoded.
_NO_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Header:
    """The names of the columns, and after how many bytes of the text in UTF-8 the rows begin."""

    names: tuple[str, ...]
    ends: int


def read_header(text: TextFile, delimiter: str, *, samples: bool = True) -> Header:
    """Read and check the header.

    Parameters
    ----------
    text : the file
    delimiter : what separates the names
    samples : whether errors may quote what stands there: it is a loan where the header is missing

    Raises
    ------
    DataError
        When the file is missing, a folder, unreadable, empty, of another encoding or delimiter, names a column twice,
        or has too many columns or too long a line, which is found before it is in memory.
    """
    if text.packed:
        with text.raw() as raw:
            checked_text(raw.read(64), text.name)
    first, before = _first_record(text, delimiter)
    if not first:
        where = text.name if not text.skipped else f"{text.name}, after {counted(text.skipped, 'skipped line')}"
        raise DataError("The file is empty.", where=where, fix="A header line and at least one loan are needed.")
    _check_header(text, first, delimiter, samples=samples)
    return Header(tuple(first), text.bytes_of(before))


def _first_record(text: TextFile, delimiter: str) -> tuple[list[str], str]:
    """Return the first record after the skipped lines, and all text up to its end."""
    where = f"{text.name}, line {text.skipped + 1:,}"
    first: list[str] = []
    characters = ""
    place = 0
    for size in _SIZES:
        # A bad byte further down is found, and placed, when the rows are read.
        characters = _start(text, size)
        start = io.StringIO(characters, newline="")
        for _ in range(text.skipped):
            start.readline()
        _check_line(text, characters[start.tell() :], delimiter, cut=size if len(characters) == size else 0)
        try:
            first = next((record for record in csv.reader(start, delimiter=delimiter) if record), [])
        except csv.Error:
            first = [start.getvalue()]
        place = start.tell()
        if first and start.read(1):
            break
    first = [_NO_CHARACTER.sub("\ufffd", name) for name in first]
    if any(len(name) > LONGEST_CELL or name.count("\n") > MOST_LINE_BREAKS for name in first):
        raise DataError(
            "The header is not a header: a name in it is endless.",
            where=where,
            fix="Look for a quotation mark that is opened and never closed.",
        )
    return first, characters[:place]


def _check_line(text: TextFile, rest: str, delimiter: str, *, cut: int) -> None:
    """Refuse a line that is too long or has too many cells for a header, before it is parsed.

    `cut` is how many characters were read where there are more, else 0.
    """
    line = _LINE.match(rest)
    ends = line.end() if line else 0
    if cut == _SIZES[-1] and ends == len(rest):
        raise too_long(text.name, text.skipped + 1)
    cells = rest.count(delimiter, 0, ends) + 1
    if cells > (_MOST_DELIMITERS if '"' in rest[:ends] else _MOST_COLUMNS):
        known = f"more than {_MOST_COLUMNS:,}" if cut and ends == len(rest) else f"{cells:,}"
        raise _too_many(known, f"{text.name}, line {text.skipped + 1:,}")


def _too_many(columns: str, where: str) -> DataError:
    fix = f"At most {_MOST_COLUMNS:,} work."
    return DataError(f"The header has {columns} columns.", where=where, fix=fix)


def _start(text: TextFile, size: int) -> str:
    try:
        return text.start(size)
    except UnicodeError as error:  # a few encodings cannot put a mark where a character should be
        raise not_text(text, ", line 1") from error
    except OSError as error:
        raise unreadable(text.name, error) from error


def _check_header(text: TextFile, header: list[str], delimiter: str, *, samples: bool) -> None:
    line = f", line {text.skipped + 1:,}"
    where = f"{text.name}{line}"
    if any("\x00" in name or "\ufffd" in name for name in header) or _is_wide_in_name_only(text, header):
        raise not_text(text, line)
    if len(header) == 1:
        _check_further_down(text, delimiter)
        _check_delimiter(header[0], delimiter, where)
    if len(header) > _MOST_COLUMNS:
        raise _too_many(f"{len(header):,}", where)
    check_names(header, where, samples=samples)


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


def _check_further_down(text: TextFile, delimiter: str) -> None:
    """Refuse a lone cell before a line of names, and rows of as many cells: a title stands before the header."""
    found = list(_lines_after_the_first(text, delimiter))
    for (line, names), (_, row) in pairwise(found):
        if len(names) > 1:
            if len(row) == len(names) and all(names) and not any(map(is_number, names)):
                raise further_down(text, line, f"{counted(len(names), 'field')} there, 1 before")
            return


def header_with(text: TextFile, delimiter: str, needed: Sequence[str]) -> int:
    """Return the line that holds all needed names, where it is one of the first; 0 where none is."""
    for line, names in _lines_after_the_first(text, delimiter):
        if set(needed) <= set(names):
            return line
    return 0


def further_down(text: TextFile, line: int, how: str) -> DataError:
    """Return the error that says on which line the header stands."""
    return DataError(
        f"The header is not on line {text.skipped + 1:,}.",
        where=f"{text.name}, line {line:,}: {how}",
        fix=f"Pass over the lines before it with --skip-rows {line - 1}.",
    )


def _lines_after_the_first(text: TextFile, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of some lines after the first that is not skipped, blank ones apart."""
    lines = io.StringIO(_start(text, _SIZES[0]), newline="").readlines()
    for number, line in enumerate(lines[: text.skipped + _MOST_BEFORE], start=1):
        if number > text.skipped + 1 and line.strip():
            yield number, _cells(line, delimiter)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:
        return []
