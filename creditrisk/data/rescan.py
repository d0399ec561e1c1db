"""Why a CSV file could not be read: a slow second look, taken only once something is wrong, that finds the lines."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass, field
from itertools import chain
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


@dataclass(frozen=True)
class Last:
    """The last row that was seen: its line, and how many cells it has."""

    line: int = 0
    fields: int = 0

    @property
    def sample(self) -> str:
        """How a list of rows tells it."""
        return f"line {self.line:,}: {counted(self.fields, 'field')}"


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
            error = swallowed(file, line, row)
            if error is not None:
                return error
    except UnicodeError:
        return not_text(file.text)
    return None


def _look(file: CsvFile, columns: Sequence[Column]) -> DataError | None:
    checked = [(file.header.index(column.name), column) for column in columns]
    zeros, ragged, long, wrong = Tally(), Tally(), Tally(), {column.name: Tally() for column in columns}
    big: DataError | None = None
    last = Last()
    for line, row in records(file):
        if has_zero(row):
            zeros.add(f"line {line:,}")
            continue
        error = swallowed(file, line, row)
        if error is not None:
            return error
        last = Last(line, len(row))
        cells = file.cells(row)
        if cells is None:
            ragged.add(last.sample)
            continue
        big = big or _too_big(file, line, row)
        if sum(map(len, row)) > file.block // 2:  # characters may take several bytes
            long.add(f"line {line:,}")
        for index, column in checked:
            if not fits(cells[index], column):
                wrong[column.name].add(unfit(f"line {line:,}", cells[index], column, samples=file.samples))
    short = _cut_short(file, last, ragged)
    return (
        _zeros(file, zeros)
        or short
        or _ragged(file, ragged)
        or wrong_kinds(file.name, wrong)
        or big
        or _long(file, long)
    )


def has_zero(row: list[str]) -> bool:
    """Whether a cell holds a zero byte, the mark of the end apart."""
    return any("\0" in cell.removesuffix(_END) for cell in row)


def _zeros(file: CsvFile, zeros: Tally) -> DataError | None:
    if not zeros.count:
        return None
    return DataError(
        f"{counted(zeros.count, 'row')} with a zero byte (NUL), which no text holds.",
        where=[file.name, *zeros.lines()],
        fix="The file was damaged when it was written or copied: copy it or save it again.",
    )


def _cut_short(file: CsvFile, last: Last, ragged: Tally) -> DataError | None:
    """Return the error for a file whose last row alone is too short, and has no line end: its copying broke off."""
    if ragged.count != 1 or not file.cut_short(last.fields) or ragged.samples != [last.sample]:
        return None
    return DataError(
        f"The file may be cut short: its last line has {last.fields:,} of {counted(len(file.header), 'cell')} "
        "and no line end.",
        where=f"{file.name}, line {last.line:,}",
        fix="Fetch or copy the file again; loans may be missing after that line.",
    )


def _ragged(file: CsvFile, ragged: Tally) -> DataError | None:
    if not ragged.count:
        return None
    rows, fields = counted(ragged.count, "row"), counted(len(file.header), "field")
    do = "does" if ragged.count == 1 else "do"
    what, fix = f"{rows} {do} not have the {fields} of the header.", ""
    if file.ends_in_delimiter:
        what = f"The first rows end in a delimiter after the {fields} of the header, and {rows} {do} not."
        fix = "End all rows alike. "
    fix += "Quote cells that hold commas, and remove stray commas and footer lines."
    return DataError(what, where=[file.name, *ragged.lines()], fix=fix)


def _long(file: CsvFile, long: Tally) -> DataError | None:
    if not long.count:
        return None
    most = file.block // 2
    return DataError(
        f"{counted(long.count, 'row')} may be too long to be read: more than {most:,} characters.",
        where=[file.name, *long.lines()],
        fix="Look for text that is no loan's, or leave out columns of long text.",
    )


def unfit(place: str, cell: str, column: Column, *, samples: bool) -> str:
    """Return what is wrong with a cell, for messages; with `samples` the cell is shown."""
    what = f"{shown(cell[:40])} is not" if samples else "not"
    return f"{place}, column {shown(column.name)}: {what} {wanted(column)}"


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


def swallowed(file: CsvFile, line: int, row: list[str]) -> DataError | None:
    """Return an error where the file ends inside a cell, or where a cell holds what must be other rows.

    A cell of many bytes without line breaks has swallowed no row: it is refused only where it is needed.
    """
    for cell in row:
        if cell.endswith(_END):
            what = "A quotation mark is opened and never closed."
            fix = 'Close the quotation mark; one that belongs to the text is written twice ("").'
            if file.cut_short(len(row)) and not _line_breaks(cell):
                what = (
                    f"The file may be cut short: its last line has {len(row):,} of "
                    f"{counted(len(file.header), 'cell')}, an open quotation mark, and no line end."
                )
                fix = f"Fetch or copy the file again. If it is whole: {fix[0].lower()}{fix[1:]}"
            return DataError(what, where=_place(file, line, cell.removesuffix(_END)), fix=fix)
        breaks = _line_breaks(cell)
        if breaks > MOST_LINE_BREAKS or (breaks > 1 and len(cell.encode()) > LONGEST_CELL):
            return _beyond(file, line, cell)
    return None


def _too_big(file: CsvFile, line: int, row: list[str]) -> DataError | None:
    return next((_beyond(file, line, cell) for cell in row if len(cell.encode()) > LONGEST_CELL), None)


def _beyond(file: CsvFile, line: int, cell: str) -> DataError:
    return DataError(
        f"A cell is longer than {LONGEST_CELL:,} bytes or {MOST_LINE_BREAKS:,} line breaks.",
        where=_place(file, line, cell),
        fix="Look for a quotation mark that is never closed, and cut text that is as long as that.",
    )


def _place(file: CsvFile, line: int, cell: str) -> str:
    begins = (cell[:30].splitlines() or [""])[0]
    where = f"{file.name}, line {line:,}"
    return f"{where}: the cell that begins with {shown(begins)}" if file.samples else where


def _line_breaks(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def records(file: CsvFile, taken: list[str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the record begins, its fields), the header apart.

    A mark is added to the end of the file: where a quotation is still open there, it ends up inside a cell.
    With `taken`, that list holds the lines of the record as they stand in the file.
    """
    with file.text.lines() as lines, _cells_up_to(_LONGEST_READ):
        source = lines if taken is None else _copied_to(taken, lines)
        reader = csv.reader(chain(source, [_END]), delimiter=file.delimiter)
        begins, header_seen = file.text.skipped + 1, False
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
            begins = file.text.skipped + reader.line_num + 1
            if taken is not None:
                taken.clear()


def _copied_to(taken: list[str], lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _text_after_last_quote(file: CsvFile, line: int) -> str:
    with file.text.lines("replace") as lines:
        for number, text in enumerate(lines, start=file.text.skipped + 1):
            if number == line:
                return text.rpartition('"')[2]
    return ""


@contextlib.contextmanager
def _cells_up_to(limit: int) -> Iterator[None]:
    """Let the csv module read long cells; its limit is one for the whole process, so it is put back."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
