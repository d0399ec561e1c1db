"""Why a CSV file could not be read: a slow second look, taken only once there is an error, that finds the lines."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from creditrisk.data.schema import MISSING_TOKENS
from creditrisk.errors import DataError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SAMPLES = 3
_LONGEST_CELL = 65_536
_MOST_LINE_BREAKS = 100


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


def explain(path: Path, header: Sequence[str], types: Mapping[str, pa.DataType | None], arrow_says: str) -> DataError:
    """Return the error that says which lines of the file are at fault and what to do.

    Parameters
    ----------
    path, header : the file and its column names
    types : mapping of column name to the Arrow type that it was to have (None = anything)
    arrow_says : str
        The reader's own message, the last resort where the second look finds nothing.
    """
    try:
        return _look(path, header, types) or DataError(
            "The file cannot be read as CSV.", where=[str(path), arrow_says[:200]], fix="Look at the lines named."
        )
    except UnicodeDecodeError:
        return _not_utf8(path)


def _look(path: Path, header: Sequence[str], types: Mapping[str, pa.DataType | None]) -> DataError | None:
    numeric = [(index, name) for index, name in enumerate(header) if types.get(name) == pa.float64()]
    ragged, texts = _Tally(), {name: _Tally() for _, name in numeric}
    for line, row in _records(path):
        swallowed = next(
            (cell for cell in row if len(cell) > _LONGEST_CELL or cell.count("\n") > _MOST_LINE_BREAKS), None
        )
        if swallowed is not None:
            return DataError(
                "A quotation mark is opened and never closed.",
                where=f"{path}, line {line}: the cell that begins with {shown(swallowed[:30].splitlines()[0])}",
                fix='Close the quotation mark; one that belongs to the text is written twice ("").',
            )
        if len(row) != len(header):
            ragged.add(f"line {line:,}: {len(row)} fields")
            continue
        for index, name in numeric:
            if not _is_number(row[index]):
                texts[name].add(f"line {line:,}, column {shown(name)}: {shown(row[index][:40])}")
    if ragged.count:
        rows = "rows have" if ragged.count > 1 else "row has"
        return DataError(
            f"{ragged.count:,} {rows} not the {len(header)} fields of the header.",
            where=[str(path), *ragged.lines()],
            fix="Quote cells that hold commas, and remove stray commas and footer lines.",
        )
    wrong = {name: tally for name, tally in texts.items() if tally.count}
    if wrong:
        lines = [line for tally in wrong.values() for line in tally.lines()]
        columns = (
            "columns that are numeric in the model hold"
            if len(wrong) > 1
            else "column that is numeric in the model holds"
        )
        return DataError(
            f"{len(wrong)} {columns} text.",
            where=[str(path), *lines],
            fix="Write these cells as plain numbers, or leave them empty where the value is missing.",
        )
    return None


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which the record begins, its fields), the header apart."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        begins = 1
        for record in reader:
            if begins > 1 and record:
                yield begins, record
            begins = reader.line_num + 1


def _is_number(cell: str) -> bool:
    if cell in MISSING_TOKENS:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _not_utf8(path: Path) -> DataError:
    offset = 0
    with path.open("rb") as file:
        for number, raw in enumerate(islice(file, 100_000_000), start=1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                place = f"{path}, line {number:,}, byte {offset + error.start:,} (0x{raw[error.start]:02x})"
                return DataError("The file is not UTF-8 text.", where=place, fix="Save it as CSV in UTF-8.")
            offset += len(raw)
    return DataError("The file is not UTF-8 text.", where=str(path), fix="Save it as CSV in UTF-8.")
