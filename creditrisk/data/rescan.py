"""Why a CSV file could not be read: a slow second look, taken only once something is wrong, that finds the lines."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from creditrisk.data.bad_bytes import not_text
from creditrisk.data.cells import fits, wanted
from creditrisk.data.schema import LONGEST_CELL, MOST_LINE_BREAKS
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from creditrisk.data.csv_file import CsvFile
    from creditrisk.data.schema import Column

_SAMPLES = 3
_LONGEST_READ = 1 << 24
#: A mark of the end that no file of text holds, and no delimiter divides.
_END = "\x00\x00\x00"


@dataclass
class Tally:
    """How often one kind of fault was seen, and where first."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, sample: str) -> None:
        """Count one more; the first few are kept as samples."""
        self.count += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(sample)

    def lines(self) -> list[str]:
        """Return the samples, and how many more there are."""
        more = self.count - len(self.samples)
        return [*self.samples, *([f"… and {more:,} more"] if more else [])]


def second_look(file: CsvFile, columns: Sequence[Column]) -> DataError | None:
    """Return the error that says which lines of the file are at fault and what to do; None where no line is.

    Parameters
    ----------
    file : the file
    columns : the columns whose cells must be of their kind
    """
    try:
        return _look(file, columns)
    except UnicodeError:
        return not_text(file.text)


def unclosed_quote(file: CsvFile) -> DataError | None:
    """Return the error that places a quotation mark which is never closed, or None where there is none."""
    try:
        for line, row in records(file):
            error = swallowed(file.name, line, row)
            if error is not None:
                return error
    except UnicodeError:
        return not_text(file.text)
    return None


def _look(file: CsvFile, columns: Sequence[Column]) -> DataError | None:
    checked = [(file.header.index(column.name), column) for column in columns]
    ragged, wrong = Tally(), {column.name: Tally() for column in columns}
    for line, row in records(file):
        error = swallowed(file.name, line, row)
        if error is not None:
            return error
        if len(row) != len(file.header):
            ragged.add(f"line {line:,}: {counted(len(row), 'field')}")
            continue
        for index, column in checked:
            if not fits(row[index], column):
                wrong[column.name].add(unfit(f"line {line:,}", row[index], column))
    if ragged.count:
        rows = "1 row does" if ragged.count == 1 else f"{ragged.count:,} rows do"
        return DataError(
            f"{rows} not have the {counted(len(file.header), 'field')} of the header.",
            where=[file.name, *ragged.lines()],
            fix="Quote cells that hold commas, and remove stray commas and footer lines.",
        )
    return wrong_kinds(file.name, wrong)


def unfit(place: str, cell: str, column: Column) -> str:
    """Return what is wrong with a cell, for messages."""
    return f"{place}, column {shown(column.name)}: {shown(cell[:40])} is not {wanted(column)}"


def wrong_kinds(name: str, tallies: Mapping[str, Tally]) -> DataError | None:
    """Return the error that lists the cells which are not of their columns' kinds; None where no such cell is."""
    wrong = [tally for tally in tallies.values() if tally.count]
    if not wrong:
        return None
    cells = sum(tally.count for tally in wrong)
    return DataError(
        f"{counted(cells, 'cell')} in {counted(len(wrong), 'column')} cannot be read as the column's kind.",
        where=[name, *(line for tally in wrong for line in tally.lines())],
        fix="Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty.",
    )


def swallowed(name: str, line: int, row: list[str]) -> DataError | None:
    """Return an error where a cell is longer than any cell can be, or where the file ends inside one."""
    for cell in row:
        if len(cell.encode()) > LONGEST_CELL or _line_breaks(cell) > MOST_LINE_BREAKS or cell.endswith(_END):
            begins = (cell.removesuffix(_END)[:30].splitlines() or [""])[0]
            return DataError(
                "A quotation mark is opened and never closed.",
                where=f"{name}, line {line:,}: the cell that begins with {shown(begins)}",
                fix='Close the quotation mark; one that belongs to the text is written twice ("").',
            )
    return None


def _line_breaks(cell: str) -> int:
    return max(cell.count("\n"), cell.count("\r"))


def records(file: CsvFile, taken: list[str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the record begins, its fields), the header apart.

    A mark is added to the end of the file: where a quotation is still open there, it ends up inside a cell.
    With `taken`, that list holds the lines of the record as they stand in the file.
    """
    with file.text.lines() as lines, _cells_up_to(_LONGEST_READ):
        source = lines if taken is None else _copied_to(taken, lines)
        reader = csv.reader(chain(source, [_END]), delimiter=file.delimiter)
        begins, header_seen = 1, False
        while True:
            try:
                record = next(reader)
            except csv.Error:  # the cell is beyond all patience
                record = [_text_after_last_quote(file, begins) + _END]
            if record == [_END]:
                return
            if record and header_seen:
                yield begins, record
            if record and record[-1].endswith(_END):
                return
            header_seen = header_seen or bool(record)
            begins = reader.line_num + 1
            if taken is not None:
                taken.clear()


def _copied_to(taken: list[str], lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _text_after_last_quote(file: CsvFile, line: int) -> str:
    with file.text.lines("replace") as lines:
        return next(islice(lines, line - 1, None), "").rpartition('"')[2]


@contextlib.contextmanager
def _cells_up_to(limit: int) -> Iterator[None]:
    """Let the csv module read long cells; its limit is one for the whole process, so it is put back."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
