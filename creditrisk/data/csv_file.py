"""A CSV file opened for reading: its header checked, its rows parsed strictly by Arrow."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from creditrisk.data.schema import LONGEST_CELL, MISSING_TOKENS, Column
from creditrisk.data.several import text_of
from creditrisk.data.text_stream import unpacking_failed
from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from creditrisk.data.cleaning import Rejects
    from creditrisk.data.spool import StoredFile
    from creditrisk.data.text_stream import TextFile

#: Bytes per streamed block: large enough for two threads, small enough for constant memory.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header was read and found sound."""

    text: TextFile
    header: tuple[str, ...]
    delimiter: str = ","

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return self.text.name

    @property
    def stored(self) -> StoredFile:
        """The file on the disk."""
        return self.text.stored

    def read_whole(self, types: Mapping[str, pa.DataType | None]) -> pa.Table:
        """Return the named columns of all rows; see the function `read_whole`."""
        return read_whole(self, types)

    def read_batches(self, types: Mapping[str, pa.DataType], copied: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Yield the named columns block by block, and the text of the copied ones, in which form both then come."""
        for table in read_batches(self, {**types, **{name: pa.string() for name in copied}}):
            texts = [table.column(name) for name in copied]
            asked = table.select(list(types))
            for name, text in zip(copied, texts, strict=True):
                asked = asked.append_column(text_of(name), text)
            yield asked

    def fault(self, columns: Sequence[Column]) -> DataError | None:
        """Return the error that says which lines are at fault, or None where a slow second look finds none."""
        from creditrisk.data.rescan import second_look  # only an error needs it

        return second_look(self, columns)

    def without_bad_rows(self, columns: Sequence[Column], rejects: Rejects) -> CsvFile:
        """Return the file itself where every row is sound, else a private copy of the sound rows."""
        from creditrisk.data.cleaning import sound_rows

        return sound_rows(self, columns, rejects)


def _options(file: CsvFile, types: Mapping[str, pa.DataType | None]) -> dict[str, object]:
    as_text = {name: pa.string() if pa.types.is_temporal(kind) else kind for name, kind in types.items() if kind}
    convert = pyarrow.csv.ConvertOptions(
        include_columns=list(types),
        column_types=as_text,
        null_values=list(MISSING_TOKENS),
        # Text comes as it stands in the file: an id may read "NA". What is missing is settled by the column's use.
        strings_can_be_null=False,
        # Words are settled by our own rules, so that training and scoring read a cell alike.
        true_values=[],
        false_values=[],
        timestamp_parsers=["%%never"],
    )
    parse = pyarrow.csv.ParseOptions(delimiter=file.delimiter, newlines_in_values=True)
    return {"convert_options": convert, "parse_options": parse}


def read_whole(file: CsvFile, types: Mapping[str, pa.DataType | None]) -> pa.Table:
    """Return the named columns of all rows; a type of None is inferred from the whole column.

    Raises
    ------
    DataError
        When a row has too many or too few fields, a cell is not of its column's type, a quotation mark is not
        closed, or the text is not of its encoding; the message names the lines.
    """
    if has_no_rows(file):
        return _no_rows(types)
    with _explained(file, types):
        table = pyarrow.csv.read_csv(file.text.for_arrow(), **_options(file, types))
        _check_text(table)
        _check_quotes(file, table.num_rows)
    return table


def read_batches(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield the named columns block by block, in constant memory; errors as in `read_whole`."""
    with _explained(file, types):
        yield from parsed(file, types)


def parsed(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield what the fast reader reads, with its own errors, which name no lines."""
    if has_no_rows(file):
        yield _no_rows(types)
        return
    rows, reading = 0, pyarrow.csv.ReadOptions(block_size=_BLOCK)
    with pyarrow.csv.open_csv(file.text.for_arrow(), read_options=reading, **_options(file, types)) as stream:
        for batch in stream:
            table = pa.Table.from_batches([batch])
            _check_text(table)
            rows += table.num_rows
            yield table
    _check_quotes(file, rows)


def has_no_rows(file: CsvFile) -> bool:
    """Whether nothing but blank lines follows the header, which the fast reader would not call a CSV file."""
    with file.text.lines("replace") as lines:
        records = (record for record in csv.reader(lines, delimiter=file.delimiter) if record)
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
    except (pa.ArrowInvalid, UnicodeError) as error:
        numeric = [Column(name, "numeric") for name, kind in types.items() if kind == pa.float64()]
        raise file.fault(numeric) or unknown_fault(file.name, str(error)) from error
    except OSError as error:
        raise unpacking_failed(file.name, error) from error


def unknown_fault(name: str, reader_says: str) -> DataError:
    """Return the last resort, where the second look finds nothing: the fast reader's own message."""
    return DataError("The file cannot be read as CSV.", where=[name, reader_says[:200]], fix="Look at the lines named.")


def _check_text(table: pa.Table) -> None:
    """Refuse what Arrow lets through: bytes that are not UTF-8, and a quote that swallowed many rows."""
    for column in table.columns:
        if pa.types.is_binary(column.type):
            raise pa.ArrowInvalid("invalid UTF-8")
        if pa.types.is_string(column.type):
            longest = pc.max(pc.binary_length(column)).as_py()
            if longest is not None and longest > LONGEST_CELL:
                raise pa.ArrowInvalid("a cell is too long")


def _check_quotes(file: CsvFile, rows: int) -> None:
    """Refuse a file whose quotation marks swallowed rows, also in columns that are not used.

    Counts of the whole file are cheap and clear almost every file: it has no quotation mark, or an even number of
    them and as many lines as rows. Only the cells of the others are looked at one by one.
    """
    marks = file.text.marks()
    lines_of_the_header = 1
    if marks.quotes and (marks.quotes % 2 or marks.line_ends > rows + lines_of_the_header):
        from creditrisk.data.rescan import unclosed_quote

        error = unclosed_quote(file)
        if error is not None:
            raise error
