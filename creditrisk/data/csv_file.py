"""A CSV file opened for reading: its header checked, its rows parsed strictly by Arrow."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from creditrisk.data.arrow import numbers, picked
from creditrisk.data.block_size import uncut
from creditrisk.data.csv_header import further_down, header_with
from creditrisk.data.schema import LONGEST_CELL, MISSING_TOKENS, Column
from creditrisk.data.several import text_of
from creditrisk.data.text_stream import unpacking_failed
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from creditrisk.data.cleaning import Rejects
    from creditrisk.data.spool import StoredFile
    from creditrisk.data.text_stream import Marks, TextFile

#: Bytes per streamed block: large enough for two threads, small enough for constant memory. A row must fit into one,
#: and a file of many columns has long rows.
_BLOCK = 1 << 20
_WIDE, _TIMES_WIDER = 1_000, 16
#: The types of so many rows or more are taken from the first bytes, and then checked with every cell.
_MANY_ROWS, _LOOK = 200_000, 4 << 20
_NOTHING: dict[str, pa.DataType] = {}
#: What the cells after the last delimiter of rows that end in one are called: no file can name a column so.
_BEYOND = "\0beyond"


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose header was read and found sound.

    `begins` is the byte of the text, in UTF-8, at which the rows begin; `samples` says whether errors may show cells.
    """

    text: TextFile
    header: tuple[str, ...]
    begins: int
    delimiter: str = ","
    samples: bool = True

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return self.text.name

    @property
    def stored(self) -> StoredFile:
        """The file on the disk."""
        return self.text.stored

    @cached_property
    def first_rows(self) -> list[list[str]]:
        """The cells of the first three rows, none of an endless one; blank lines apart."""
        with self.text.lines("replace") as lines:
            found = (record for record in csv.reader(lines, delimiter=self.delimiter) if record)
            try:
                return list(islice(found, 1, 4))
            except csv.Error:
                return [[]]

    @property
    def ends_in_delimiter(self) -> bool:
        """Whether rows end in a delimiter that the header lacks: the first three do, so all must."""
        more = len(self.header) + 1
        return bool(self.first_rows) and all(len(row) == more and not row[-1] for row in self.first_rows)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about the file, and read all the same."""
        if not self.ends_in_delimiter:
            return ()
        mark = {",": "comma", "\t": "tab", ";": "semicolon"}.get(self.delimiter, shown(self.delimiter))
        return (
            f"Every row of {self.name} ends in a {mark} that the header lacks: nothing follows it, so it is ignored.",
        )

    def about_rows(self, most: int) -> int:
        """Return about how many rows there are, by the size of the text and of its first rows.

        A packed file is unpacked for that, and no further than to `most` rows.
        """
        start = self.text.start(_BLOCK)
        a_row = self.text.bytes_in(start) / max(start.count("\n"), start.count("\r"), 1)
        return int(self.text.size(int(a_row * (most + 1)) + _BLOCK) / a_row) if start else 0

    @property
    def block(self) -> int:
        """Bytes per block."""
        return _BLOCK * (_TIMES_WIDER if len(self.header) > _WIDE else 1)

    def cells(self, record: list[str]) -> list[str] | None:
        """Return the cells of a record under the names of the header; None where it is longer or shorter."""
        if self.ends_in_delimiter:
            return record[:-1] if len(record) == len(self.header) + 1 and not record[-1] else None
        return record if len(record) == len(self.header) else None

    def cut_short(self, cells: int) -> bool:
        """Whether a last row of so many cells is that of a file that breaks off: too few, and no line end follows."""
        return cells < len(self.header) and not self.text.ends_a_line

    def header_line(self, needed: Sequence[str]) -> DataError | None:
        """Return the error that says where the header stands, if a line further down holds the needed names."""
        line = header_with(self.text, self.delimiter, needed)
        return further_down(self.text, line, f"{counted(len(needed), 'needed name')} there") if line else None

    def read_whole(self, types: Mapping[str, pa.DataType | None], rows: NDArray[np.intp] | None = None) -> pa.Table:
        """Return the named columns of all rows, or of those at some places; see the function `read_whole`."""
        return read_whole(self, types, rows)

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


def _options(
    file: CsvFile, types: Mapping[str, pa.DataType | None], block: int, *, quotes: bool,
    expected: dict[str, pa.DataType] = _NOTHING,
) -> dict[str, Any]:  # fmt: skip
    """Return how Arrow is to read the columns; what is `expected` of columns to be inferred, it does not infer."""
    as_text = {name: pa.string() if pa.types.is_temporal(kind) else kind for name, kind in types.items() if kind}
    beyond = [_BEYOND] if file.ends_in_delimiter else []
    read = pyarrow.csv.ReadOptions(block_size=block, column_names=[*file.header, *beyond])
    convert = pyarrow.csv.ConvertOptions(
        include_columns=[*types, *beyond],
        column_types=as_text | dict.fromkeys(beyond, pa.string()) | expected,
        null_values=list(MISSING_TOKENS),
        # Text comes as it stands in the file: an id may read "NA". What is missing is settled by the column's use.
        strings_can_be_null=False,
        # Words are settled by our own rules, so that training and scoring read a cell alike.
        true_values=[],
        false_values=[],
        timestamp_parsers=["%%never"],
    )
    # Without a quotation mark no cell holds a line break, and the ends of blocks are found without parsing.
    parse = pyarrow.csv.ParseOptions(delimiter=file.delimiter, newlines_in_values=quotes)
    return {"read_options": read, "convert_options": convert, "parse_options": parse}


def read_whole(
    file: CsvFile, types: Mapping[str, pa.DataType | None], rows: NDArray[np.intp] | None = None
) -> pa.Table:
    """Return the named columns of all rows, or of those at some places, rising.

    A type of None is inferred from the whole column, whichever rows are wanted.

    Raises
    ------
    DataError
        When a row has too many or too few fields, a cell is not of its column's type, a quotation mark is not
        closed, or the text is not of its encoding; the message names the lines.
    """
    if not file.first_rows:
        return _no_rows(types)
    with _explained(file, types):
        marks, block = _seen_before(file)
        read, count = _as_expected(file, types, (marks, block), rows) or _inferred(file, types, (marks, block), rows)
        table = _checked(read)
        _check_marks(file, marks, count)
    return table


def _inferred(
    file: CsvFile, types: Mapping[str, pa.DataType | None], seen: tuple[Marks, int], rows: NDArray[np.intp] | None
) -> tuple[pa.Table, int]:
    """Return the rows with types that all of them have, and how many the file has."""
    marks, block = seen
    options = _options(file, types, block, quotes=marks.quotes > 0)
    whole = pyarrow.csv.read_csv(file.text.for_arrow(file.begins), **options)
    return whole if rows is None else whole.take(numbers(rows)), whole.num_rows


def _as_expected(
    file: CsvFile, types: Mapping[str, pa.DataType | None], seen: tuple[Marks, int], rows: NDArray[np.intp] | None
) -> tuple[pa.Table, int] | None:
    """Return what `_inferred` does of a large file, by the types of its first rows; None where later rows have others.

    To infer a type over the whole column, Arrow keeps the text of all columns to the end; read as a stream the rows
    take half the memory and time. Where every cell is of the type that the first rows have, that type is the one that
    inference would have found.
    """
    marks, block = seen
    if marks.line_ends < _MANY_ROWS:
        return None
    try:
        look = block if marks.quotes and marks.has_pairs else max(block, _LOOK)
        expected = _first_types(file, types, _options(file, types, look, quotes=marks.quotes > 0))
        options = _options(file, types, block, quotes=marks.quotes > 0, expected=expected)
        stream = pyarrow.csv.open_csv(file.text.for_arrow(file.begins), **options)
        with stream:
            batches, count = picked(stream, rows)
        return pa.Table.from_batches(batches), count
    except pa.ArrowInvalid:
        return None


def _first_types(
    file: CsvFile, types: Mapping[str, pa.DataType | None], options: Mapping[str, Any]
) -> dict[str, pa.DataType]:
    """Return the types of the first rows of those columns whose type is to be inferred."""
    if None not in types.values():
        return {}
    with pyarrow.csv.open_csv(file.text.for_arrow(file.begins), **options) as stream:
        return {field.name: field.type for field in stream.schema if types.get(field.name, False) is None}


def read_batches(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield the named columns block by block, in constant memory; errors as in `read_whole`."""
    with _explained(file, types):
        yield from parsed(file, types)


def parsed(file: CsvFile, types: Mapping[str, pa.DataType]) -> Iterator[pa.Table]:
    """Yield what the fast reader reads, with its own errors, which name no lines."""
    if not file.first_rows:  # the fast reader would not call it a CSV file
        yield _no_rows(types)
        return
    rows = 0
    marks, block = _seen_before(file)
    options = _options(file, types, block, quotes=marks.quotes > 0)
    with pyarrow.csv.open_csv(file.text.for_arrow(file.begins), **options) as stream:
        for batch in stream:
            table = _checked(pa.Table.from_batches([batch]))
            rows += table.num_rows
            yield table
    _check_marks(file, marks, rows)


def _seen_before(file: CsvFile) -> tuple[Marks, int]:
    """Count the marks of the file, and return them with the bytes per block in which it is safely read.

    Raises
    ------
    pyarrow.ArrowInvalid
        When it holds zero bytes or a line that no block takes; both are found before a row is parsed.
    """
    marks = file.text.marks(file.begins, 3 * file.block)
    if marks.zeros:
        raise pa.ArrowInvalid("a zero byte")
    if marks.without_end > 3 * file.block:
        raise pa.ArrowInvalid("a line is too long")
    if not (marks.quotes and marks.has_pairs):
        return marks, file.block
    return marks, uncut(file.text, file.begins, file.delimiter, file.block)


def _no_rows(types: Mapping[str, pa.DataType | None]) -> pa.Table:
    return pa.table({name: pa.nulls(0, kind or pa.null()) for name, kind in types.items()})


@contextlib.contextmanager
def _explained(file: CsvFile, types: Mapping[str, pa.DataType | None]) -> Iterator[None]:
    """Turn what the fast reader says into an error that names the lines."""
    try:
        yield
    except (pa.ArrowInvalid, UnicodeError) as error:
        numeric = [Column(name, "numeric") for name, kind in types.items() if kind == pa.float64()]
        raise file.fault(numeric) or unknown_fault(file.name, str(error), samples=file.samples) from error
    except OSError as error:
        raise unpacking_failed(file.name, error) from error


def unknown_fault(name: str, reader_says: str, *, samples: bool = True) -> DataError:
    """Return the last resort, where the second look finds nothing: the fast reader's own message."""
    says = [reader_says[:200]] if samples else []
    return DataError("The file cannot be read as CSV.", where=[name, *says], fix="Look at the lines named.")


def _checked(table: pa.Table) -> pa.Table:
    """Return the asked columns; refuse what Arrow lets through.

    That are bytes that are not UTF-8, a quote that swallowed many rows, and cells beyond the last column.
    """
    if _BEYOND in table.column_names:
        if pc.max(pc.binary_length(table.column(_BEYOND))).as_py():
            raise pa.ArrowInvalid("a cell beyond the last column")
        table = table.drop_columns([_BEYOND])
    for column in table.columns:
        if pa.types.is_binary(column.type):
            raise pa.ArrowInvalid("invalid UTF-8")
        if pa.types.is_string(column.type):
            longest = pc.max(pc.binary_length(column)).as_py()
            if longest is not None and longest > LONGEST_CELL:
                raise pa.ArrowInvalid("a cell is too long")
    return table


def _check_marks(file: CsvFile, marks: Marks, rows: int) -> None:
    """Refuse a file whose quotation marks swallowed rows, also in columns that are not used.

    Counts of the whole file are cheap and clear almost every file: it has no quotation mark, or an even number of
    them and as many lines as rows. Only the cells of the others are looked at one by one.
    """
    if marks.quotes and (marks.quotes % 2 or marks.line_ends > rows):
        from creditrisk.data.rescan import unclosed_quote

        error = unclosed_quote(file)
        if error is not None:
            raise error
