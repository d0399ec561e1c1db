"""A CSV file opened for reading: its header checked, its rows parsed strictly by Arrow.

With `rescan`, the only place that opens data files.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

from creditrisk.data.rescan import explain
from creditrisk.data.schema import MISSING_TOKENS
from creditrisk.errors import DataError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: A header longer than this is not a header.
_LONGEST_HEADER = 10_000_000
_MOST_COLUMNS = 10_000
#: Bytes per streamed block: large enough for two threads, small enough for constant memory.
_BLOCK = 4 << 20
#: A cell longer than this is a quote that was never closed.
_LONGEST_CELL = 65_536


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
    try:
        with path.open("rb") as file:
            start = file.read(_LONGEST_HEADER)
    except OSError as error:
        raise _unreadable(path, error) from error
    first = _first_record(path, start)
    if not first or all(not cell.strip() for cell in first):
        raise DataError("The file is empty.", where=str(path), fix="A header line and at least one loan are needed.")
    _check_header(path, first)
    return CsvFile(path, tuple(first))


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
    try:
        text = start.decode("utf-8-sig") if len(start) < _LONGEST_HEADER else start.decode("utf-8-sig", "ignore")
    except UnicodeDecodeError:
        # A bad byte further down is found, and placed, when the rows are read.
        text = start.decode("utf-8-sig", "replace")
    csv.field_size_limit(_LONGEST_HEADER + 1)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), strict=False), [])
    except csv.Error as error:
        raise DataError(f"The header cannot be read: {error}.", where=f"{path}, line 1") from error


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
        strings_can_be_null=True,
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
        When a row has too many or too few fields, a cell is not of its column's type, or the text is not UTF-8;
        the message names the lines.
    """
    try:
        table = pyarrow.csv.read_csv(file.path, convert_options=_convert(types), **_PARSE)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise explain(file.path, file.header, types, str(error)) from error
    except OSError as error:
        raise _unreadable(file.path, error) from error
    _check_cells(file, table, types)
    return table


def read_batches(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield the named columns block by block, in constant memory; errors as in `read_whole`."""
    if file_has_no_rows(file):
        yield pa.table({name: pa.nulls(0, kind) for name, kind in types.items()})
        return
    reading = {"read_options": pyarrow.csv.ReadOptions(block_size=_BLOCK), **_PARSE}
    try:
        with pyarrow.csv.open_csv(file.path, convert_options=_convert(types), **reading) as stream:
            for batch in stream:
                table = pa.Table.from_batches([batch])
                _check_cells(file, table, types)
                yield table
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise explain(file.path, file.header, types, str(error)) from error


def file_has_no_rows(file: CsvFile) -> bool:
    """Whether nothing but blank space follows the header: a stream cannot be opened on such a file."""
    with file.path.open("rb") as handle:
        handle.readline()
        return len(file.header) > 0 and not any(line.strip() for line in handle)


def _check_cells(file: CsvFile, table: pa.Table, types: Mapping[str, pa.DataType | None]) -> None:
    """Refuse what Arrow lets through: bytes that are not UTF-8, and a quote that swallowed many rows."""
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_binary(column.type):
            raise explain(file.path, file.header, types, "invalid UTF-8")
        if pa.types.is_string(column.type):
            longest = pa.compute.max(pa.compute.binary_length(column)).as_py()
            if longest is not None and longest > _LONGEST_CELL:
                raise explain(file.path, file.header, types, "a cell is too long")
