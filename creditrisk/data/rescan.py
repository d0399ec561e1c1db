"""Why a CSV file could not be read: a slow second look, taken only once something is wrong, that finds the lines."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from creditrisk.data.cells import fits, wanted
from creditrisk.data.schema import LONGEST_CELL, MOST_LINE_BREAKS
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from creditrisk.data.schema import Column

_SAMPLES = 3
_LONGEST_READ = 1 << 24
#: A mark that no file of text holds.
_END = "\x00(the end of the file)"


@dataclass
class _Tally:
    """How often one kind of fault was seen, and where first."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, sample: str) -> None:
        self.count += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(sample)

    def lines(self) -> list[str]:
        more = self.count - len(self.samples)
        return [*self.samples, *([f"… and {more:,} more"] if more else [])]


def explain(path: Path, header: Sequence[str], columns: Sequence[Column], reader_says: str) -> DataError:
    """Return the error that says which lines of the file are at fault and what to do.

    Parameters
    ----------
    path, header : the file and its column names
    columns : the columns whose cells must be of their kind
    reader_says : str
        The fast reader's own message, the last resort where the second look finds nothing.
    """
    try:
        return _look(path, header, columns) or DataError(
            "The file cannot be read as CSV.", where=[str(path), reader_says[:200]], fix="Look at the lines named."
        )
    except UnicodeDecodeError:
        return _not_utf8(path)


def unclosed_quote(path: Path) -> DataError | None:
    """Return the error that places a quotation mark which is never closed, or None where there is none."""
    try:
        for line, row in _records(path):
            error = _swallowed(path, line, row)
            if error is not None:
                return error
    except UnicodeDecodeError:
        return _not_utf8(path)
    return None


def _look(path: Path, header: Sequence[str], columns: Sequence[Column]) -> DataError | None:
    checked = [(header.index(column.name), column) for column in columns]
    ragged, wrong = _Tally(), {column.name: _Tally() for column in columns}
    for line, row in _records(path):
        error = _swallowed(path, line, row)
        if error is not None:
            return error
        if len(row) != len(header):
            ragged.add(f"line {line:,}: {counted(len(row), 'field')}")
            continue
        for index, column in checked:
            if not fits(row[index], column):
                cell = f"line {line:,}, column {shown(column.name)}: {shown(row[index][:40])}"
                wrong[column.name].add(f"{cell} is not {wanted(column)}")
    if ragged.count:
        rows = "1 row does" if ragged.count == 1 else f"{ragged.count:,} rows do"
        return DataError(
            f"{rows} not have the {counted(len(header), 'field')} of the header.",
            where=[str(path), *ragged.lines()],
            fix="Quote cells that hold commas, and remove stray commas and footer lines.",
        )
    return _wrong_kinds(path, {name: tally for name, tally in wrong.items() if tally.count})


def _wrong_kinds(path: Path, wrong: Mapping[str, _Tally]) -> DataError | None:
    if not wrong:
        return None
    cells = sum(tally.count for tally in wrong.values())
    return DataError(
        f"{counted(cells, 'cell')} in {counted(len(wrong), 'column')} cannot be read as the column's kind.",
        where=[str(path), *(line for tally in wrong.values() for line in tally.lines())],
        fix="Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty.",
    )


def _swallowed(path: Path, line: int, row: list[str]) -> DataError | None:
    """Return an error where a cell is longer than any cell can be, or where the file ends inside one."""
    for cell in row:
        if len(cell.encode()) > LONGEST_CELL or _line_breaks(cell) > MOST_LINE_BREAKS or cell.endswith(_END):
            begins = (cell.removesuffix(_END)[:30].splitlines() or [""])[0]
            return DataError(
                "A quotation mark is opened and never closed.",
                where=f"{path}, line {line:,}: the cell that begins with {shown(begins)}",
                fix='Close the quotation mark; one that belongs to the text is written twice ("").',
            )
    return None


def _line_breaks(cell: str) -> int:
    return max(cell.count("\n"), cell.count("\r"))


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the record begins, its fields), the header apart.

    A mark is added to the end of the file: where a quotation is still open there, it ends up inside a cell.
    """
    with path.open(encoding="utf-8-sig", newline="") as file, _cells_up_to(_LONGEST_READ):
        reader = csv.reader(chain(file, [_END]))
        begins, header_seen = 1, False
        while True:
            try:
                record = next(reader)
            except csv.Error:  # the cell is beyond all patience
                record = [_text_after_last_quote(path, begins) + _END]
            if record == [_END]:
                return
            if record and header_seen:
                yield begins, record
            if record and record[-1].endswith(_END):
                return
            header_seen = header_seen or bool(record)
            begins = reader.line_num + 1


def _text_after_last_quote(path: Path, line: int) -> str:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(islice(file, line - 1, None), "").rpartition('"')[2]


@contextlib.contextmanager
def _cells_up_to(limit: int) -> Iterator[None]:
    """Let the csv module read long cells; its limit is one for the whole process, so it is put back."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _not_utf8(path: Path) -> DataError:
    offset = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                place = f"{path}, line {number:,}, byte {offset + error.start:,} (0x{raw[error.start]:02x})"
                return DataError("The file is not UTF-8 text.", where=place, fix="Save it as CSV in UTF-8.")
            offset += len(raw)
    return DataError("The file is not UTF-8 text.", where=str(path), fix="Save it as CSV in UTF-8.")
