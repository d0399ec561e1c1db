"""Rows that cannot be read set aside, each with its line and its reason; the good ones go on, letter by letter."""

from __future__ import annotations

import csv
from functools import lru_cache, partial
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.bad_bytes import not_text
from creditrisk.data.cells import fits, wanted
from creditrisk.data.csv_file import CsvFile, parsed
from creditrisk.data.rescan import has_zero, records, swallowed
from creditrisk.data.spool import Spool, StoredFile
from creditrisk.data.text_stream import TextFile
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from creditrisk.data.schema import Column

#: So many bad rows are always borne; beyond them, only this share of all rows is.
_ALWAYS_BORNE = 10
_MOST_BAD = 0.01


class Rejects:
    """The file of rows that are set aside (columns file, line, reason, row), and how many rows there were in all."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.rows = self.count = 0
        self._write("file", "line", "reason", "row")

    def add(self, file: str, line: int, reason: str, row: str) -> None:
        """Write one row as it stands in its file; `line` is the one on which it begins."""
        self.count += 1
        self._write(file, str(line), reason, row)

    def _write(self, *cells: str) -> None:
        self._file.write((",".join(map(quoted, cells)) + "\n").encode())

    def check_few(self, name: str, path: Path) -> None:
        """Raise `DataError` where so many rows are bad that something else must be wrong."""
        if self.count > _ALWAYS_BORNE and self.count > _MOST_BAD * self.rows:
            raise DataError(
                f"{self.count:,} of {counted(self.rows, 'row')} cannot be read ({self.count / self.rows:.1%}): "
                "that is too many to skip.",
                where=name,
                fix=f"Look at them and their reasons in {path}. At most {_MOST_BAD:.0%} of the rows are skipped.",
            )


def quoted(cell: str) -> str:
    """Return a cell as CSV, in quotation marks where it must be.

    >>> print(quoted("plain"), quoted("a,b"))
    plain "a,b"
    """
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell


def sound_rows(file: CsvFile, columns: Sequence[Column], rejects: Rejects) -> CsvFile:
    """Return the file itself where every row is sound, else a private copy of the sound rows in UTF-8 with commas.

    Parameters
    ----------
    file : the file
    columns : the columns whose cells must be of their kind
    rejects : where the other rows go

    Raises
    ------
    DataError
        Where a quotation mark is not closed or the text is not of its encoding: no row can be told from the next.
    """
    rows = _rows_if_sound(file, columns)
    if rows is not None:
        rejects.rows += rows
        return file
    spool, before = Spool(), rejects.count
    try:
        with spool.path.open("w", encoding="utf-8", newline="") as copy:
            writer = csv.writer(copy)
            writer.writerow(file.header)
            begins = copy.tell()
            writer.writerows(_good_records(file, columns, rejects))
    except UnicodeError as error:
        raise not_text(file.text) from error
    if rejects.count == before:  # the reading itself will say what is wrong
        return file
    name = f"{file.name} without its bad rows"
    return CsvFile(TextFile(StoredFile(spool.path, name, spool)), file.header, begins, samples=file.samples)


def _rows_if_sound(file: CsvFile, columns: Sequence[Column]) -> int | None:
    """Return the number of rows where a fast pass finds nothing wrong."""
    asked = [column for column in columns if column.kind != "categorical"]
    types = {column.name: pa.float64() if column.is_plain_number else pa.string() for column in asked}
    rows = 0
    try:
        for table in parsed(file, types or {file.header[0]: pa.string()}):
            rows += table.num_rows
            if not all(_fit(table.column(column.name), column) for column in asked):
                return None
    except (pa.ArrowInvalid, UnicodeError):
        return None
    return rows


def _fit(values: pa.ChunkedArray, column: Column) -> bool:
    return column.is_plain_number or all(fits(cell, column) for cell in pc.unique(values).to_pylist())


def _good_records(file: CsvFile, columns: Sequence[Column], rejects: Rejects) -> Iterator[list[str]]:
    reason_of = _reasons(file, columns)
    taken: list[str] = []
    for line, record in records(file, taken):
        zero = has_zero(record)
        error = None if zero else swallowed(file, line, record)
        if error is not None:
            raise error
        rejects.rows += 1
        reason = "a zero byte" if zero else reason_of(record)
        if reason:
            rejects.add(file.stored.label, line, reason, "".join(taken).rstrip("\r\n"))
        else:
            yield record[: len(file.header)]


def _reasons(file: CsvFile, columns: Sequence[Column]) -> Callable[[list[str]], str]:
    """Return the function that says what is wrong with a record: nothing for a good one."""
    beyond = " and a delimiter" if file.ends_in_delimiter else ""
    # The same few cells come again and again: dates, terms, rates.
    checks = [
        (file.header.index(column.name), column, lru_cache(1 << 16)(partial(fits, column=column)))
        for column in columns
        if column.kind != "categorical"
    ]

    def reason(record: list[str]) -> str:
        if file.cells(record) is None:
            return f"{counted(len(record), 'field')} instead of {len(file.header):,}{beyond}"
        return "; ".join(unfit_reason(column) for index, column, fit in checks if not fit(record[index]))

    return reason


def unfit_reason(column: Column) -> str:
    """Return why a row is set aside for a cell, which is in the row itself."""
    return f"column {shown(column.name)}: not {wanted(column)}"
