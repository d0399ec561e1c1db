"""A CSV file opened for reading: its header checked, its rows parsed strictly by Arrow.

With `rescan`, the only place that opens data files.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

from creditrisk.data.schema import LONGEST_CELL, MISSING_TOKENS, MOST_LINE_BREAKS, Column
from creditrisk.errors import DataError, UsageError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: A header longer than this is not a header.
_LONGEST_HEADER = 10_000_000
_MOST_COLUMNS = 10_000
#: Bytes per streamed block: large enough for two threads, small enough for constant memory.
_BLOCK = 4 << 20


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header was read and found sound."""

    path: Path
    header: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return str(self.path)


def open_csv(path: Path) -> CsvFile:
    """Read and check the header.

    Raises
    ------
    DataError
        When the file is missing, a folder, unreadable, empty, not UTF-8, has another delimiter or names a column
        twice.
    """
    if str(path) == "-" and not path.exists():
        raise UsageError('"-" is not an input: the loans are read more than once.', fix="Name a file.")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(
            "This is a pipe or a device, and the loans must be read more than once.",
            where=str(path),
            fix="Write them to a file first.",
        )
    try:
        with path.open("rb") as file:
            start = file.read(_LONGEST_HEADER)
    except OSError as error:
        raise _unreadable(path, error) from error
    first = _first_record(path, start)
    if not first:
        raise DataError("The file is empty.", where=str(path), fix="A header line and at least one loan are needed.")
    _check_header(path, first)
    return CsvFile(path, tuple(first))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DataError:
    if isinstance(error, FileNotFoundError):
        return DataError("The file does not exist.", where=str(path), fix="Check the path for a typing error.")
    if isinstance(error, IsADirectoryError):
        return DataError("This is a folder, not a file.", where=str(path), fix="Name a CSV file inside it.")
    return DataError(f"The file cannot be read: {error.strerror}.", where=str(path), fix="Check its permissions.")


def _first_record(path: Path, start: bytes) -> list[str]:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError("The file is UTF-16, not UTF-8.", where=str(path), fix="Save it as CSV in UTF-8.")
    if start[:2] == b"\x1f\x8b" or start[:4] in (b"PK\x03\x04", b"PAR1"):
        raise DataError(
            "This is a compressed or binary file, not CSV text.", where=str(path), fix="Unpack it, or save it as CSV."
        )
    # A bad byte further down is found, and placed, when the rows are read.
    text = start.decode("utf-8-sig", "replace")
    try:
        records = csv.reader(io.StringIO(text, newline=""))
        first = next((record for record in records if record), [])
    except csv.Error:
        first = [text]
    if any(len(name) > LONGEST_CELL or name.count("\n") > MOST_LINE_BREAKS for name in first):
        raise DataError(
            "The header is not a header: a name in it is endless.",
            where=f"{path}, line 1",
            fix="Look for a quotation mark that is opened and never closed.",
        )
    return first


def _check_header(path: Path, header: list[str]) -> None:
    where = f"{path}, line 1"
    if len(header) == 1:
        for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if delimiter in header[0]:
                raise DataError(
                    f"The columns are separated by {word}, not commas.", where=where, fix="Save the file with commas."
                )
    if len(header) > _MOST_COLUMNS:
        raise DataError(f"The header has {len(header):,} columns.", where=where, fix=f"At most {_MOST_COLUMNS:,} work.")
    if any("\x00" in name or "\ufffd" in name for name in header):
        raise DataError("The header is not UTF-8 text.", where=where, fix="Save the file as CSV in UTF-8.")
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(
            "The header names a column more than once.",
            where=[where, *(f"{shown(name)} × {header.count(name)}" for name in twice)],
            fix="Rename or remove one of each, so that every column can be named.",
        )


def _convert(types: Mapping[str, pa.DataType | None]) -> pyarrow.csv.ConvertOptions:
    return pyarrow.csv.ConvertOptions(
        include_columns=list(types),
        column_types={name: kind for name, kind in types.items() if kind is not None},
        null_values=list(MISSING_TOKENS),
        # Text comes as it stands in the file: an id may read "NA". What is missing is settled by the column's use.
        strings_can_be_null=False,
        # Words are settled by our own rules, so that training and scoring read a cell alike.
        true_values=[],
        false_values=[],
        timestamp_parsers=["%%never"],
    )


_PARSE = {"parse_options": pyarrow.csv.ParseOptions(newlines_in_values=True)}


def read_whole(file: CsvFile, types: Mapping[str, pa.DataType | None]) -> pa.Table:
    """Return the named columns of all rows; a type of None is inferred from the whole column.

    Raises
    ------
    DataError
        When a row has too many or too few fields, a cell is not of its column's type, a quotation mark is not
        closed, or the text is not UTF-8; the message names the lines.
    """
    if has_no_rows(file):
        return _no_rows(types)
    with _explained(file, types):
        table = pyarrow.csv.read_csv(file.path, convert_options=_convert(types), **_PARSE)
        _check_text(table)
    _check_quotes(file, table.num_rows)
    return table


def read_batches(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield the named columns block by block, in constant memory; errors as in `read_whole`."""
    if has_no_rows(file):
        yield _no_rows(types)
        return
    reading = {"read_options": pyarrow.csv.ReadOptions(block_size=_BLOCK), **_PARSE}
    rows = 0
    with _explained(file, types), pyarrow.csv.open_csv(file.path, convert_options=_convert(types), **reading) as stream:
        for batch in stream:
            table = pa.Table.from_batches([batch])
            _check_text(table)
            rows += table.num_rows
            yield table
    _check_quotes(file, rows)


def has_no_rows(file: CsvFile) -> bool:
    """Whether nothing but blank lines follows the header, which the fast reader would not call a CSV file."""
    with file.path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        records = (record for record in csv.reader(handle) if record)
        try:
            next(records)
            return next(records, None) is None
        except csv.Error:  # an endless cell is a row
            return False


def _no_rows(types: Mapping[str, pa.DataType | None]) -> pa.Table:
    return pa.table({name: pa.nulls(0, kind or pa.null()) for name, kind in types.items()})


@contextlib.contextmanager
def _explained(file: CsvFile, types: Mapping[str, pa.DataType | None]) -> Iterator[None]:
    """Turn what the fast reader says into an error that names the lines."""
    try:
        yield
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        from creditrisk.data.rescan import explain  # only an error needs it

        numeric = [Column(name, "numeric") for name, kind in types.items() if kind == pa.float64()]
        raise explain(file.path, file.header, numeric, str(error)) from error
    except OSError as error:
        raise _unreadable(file.path, error) from error


def _check_text(table: pa.Table) -> None:
    """Refuse what Arrow lets through: bytes that are not UTF-8, and a quote that swallowed many rows."""
    for column in table.columns:
        if pa.types.is_binary(column.type):
            raise pa.ArrowInvalid("invalid UTF-8")
        if pa.types.is_string(column.type):
            longest = pa.compute.max(pa.compute.binary_length(column)).as_py()
            if longest is not None and longest > LONGEST_CELL:
                raise pa.ArrowInvalid("a cell is too long")


def _check_quotes(file: CsvFile, rows: int) -> None:
    """Refuse a file whose quotation marks swallowed rows, also in columns that are not used.

    Counts of the whole file are cheap and clear almost every file: it has no quotation mark, or an even number of
    them and as many lines as rows. Only the cells of the others are looked at one by one.
    """
    quotes = newlines = returns = 0
    with file.path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            quotes += block.count(b'"')
            newlines += block.count(b"\n")
            returns += block.count(b"\r")
    lines_of_the_header = 1
    if quotes and (quotes % 2 or max(newlines, returns) > rows + lines_of_the_header):
        from creditrisk.data.rescan import unclosed_quote

        error = unclosed_quote(file.path)
        if error is not None:
            raise error
