"""Several files read as one: the same columns, and for each column one type in which all of them can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from creditrisk.errors import DataError, counted, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from creditrisk.data.cleaning import Rejects
    from creditrisk.data.schema import Column
    from creditrisk.data.spool import StoredFile

    Places: TypeAlias = NDArray[np.intp]

_MOST_SHOWN = 10


def text_of(name: str) -> str:
    """Return what the text of a column is called beside the column itself: no CSV file can name one with NUL."""
    return f"\0text\0{name}"


class Part(Protocol):
    """One file, or one table in memory."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def stored(self) -> StoredFile | None:
        """The file on the disk, if it is one."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about the file, and read all the same."""

    @property
    def samples(self) -> bool:
        """Whether errors may show cells."""

    def header_line(self, needed: Sequence[str]) -> DataError | None:
        """Return the error that says where the header stands, if a line further down holds the needed names."""

    def about_rows(self, most: int) -> int:
        """Return about how many rows there are; where they are more than `most`, that they are is enough."""

    def read_whole(self, types: Mapping[str, pa.DataType | None], rows: Places | None = None) -> pa.Table:
        """Return the named columns of all rows, or of those at some places; a type of None is inferred."""

    def read_batches(self, types: Mapping[str, pa.DataType], copied: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Yield the named columns in constant memory, and the text of the copied ones, called what `text_of` says."""

    def fault(self, columns: Sequence[Column]) -> DataError | None:
        """Return the error that says which rows are at fault, if any is."""

    def without_bad_rows(self, columns: Sequence[Column], rejects: Rejects) -> Part:
        """Return the part without the rows that cannot be read."""


def check_same_columns(parts: Sequence[Part]) -> None:
    """Raise one `DataError` that lists, for each file, the columns that the first has and it has not, and more."""
    first, *others = parts
    wrong = [line for part in others for line in _differences(part, first)]
    if wrong:
        raise DataError(
            "The files do not have the same columns.",
            where=wrong,
            fix=f"Give files with the columns of the first, {first.name}, in any order.",
        )


def _differences(part: Part, first: Part) -> list[str]:
    missing = [name for name in first.header if name not in part.header]
    extra = [name for name in part.header if name not in first.header]
    # Where a header is missing, a loan stands in its place.
    near = extra if part.samples else []
    lines = [f"{part.name}: {shown(name)} is not there{did_you_mean(name, near)}" for name in missing]
    others = [f"{part.name}: {shown(name)} is not in the first" for name in extra]
    if extra and not part.samples:
        others = [f"{part.name}: {counted(len(extra), 'name')} that the first has not"]
    return _cut(lines, part.name) + _cut(others, part.name)


def _cut(lines: list[str], name: str) -> list[str]:
    more = len(lines) - _MOST_SHOWN
    return lines if more <= 0 else [*lines[:_MOST_SHOWN], f"{name}: … and {counted(more, 'more column')}"]


def read_together(
    parts: Sequence[Part], types: Mapping[str, pa.DataType | None], rows: Places | None = None
) -> pa.Table:
    """Return the named columns of all parts, one after the other, as if they were one file; see `Part.read_whole`."""
    places = [None] * len(parts) if rows is None else _of_each(parts, next(iter(types)), rows)
    tables = [part.read_whole(types, wanted) for part, wanted in zip(parts, places, strict=True)]
    agreed = {name: _agreed([table.schema.field(name).type for table in tables]) for name in types}
    for name in (name for name, kind in agreed.items() if kind is None):
        tables = [_reread(name, *each) for each in zip(parts, tables, places, strict=True)]
    schema = pa.schema([(name, kind or pa.string()) for name, kind in agreed.items()])
    return pa.concat_tables([table.cast(schema, safe=False) for table in tables])


def _agreed(kinds: Sequence[pa.DataType]) -> pa.DataType | None:
    """Return the type in which one file would have held the column; None where only its text can be."""
    present = {kind for kind in kinds if not pa.types.is_null(kind)}
    if len(present) == 1:
        kind = present.pop()
        # A file without a value may still hold words for "missing", which are text beside text.
        return None if pa.types.is_string(kind) and any(map(pa.types.is_null, kinds)) else kind
    if not present:
        return pa.null()
    return pa.float64() if present == {pa.int64(), pa.float64()} else None


def _of_each(parts: Sequence[Part], name: str, rows: Places) -> list[Places]:
    """Return the places in each part of rows that are counted through all of them."""
    ends = np.cumsum([part.read_whole({name: pa.string()}).num_rows for part in parts])
    cut = np.split(rows, np.searchsorted(rows, ends[:-1]))
    return [part - begin for part, begin in zip(cut, [0, *ends[:-1]], strict=True)]


def _reread(name: str, part: Part, table: pa.Table, rows: Places | None) -> pa.Table:
    text = part.read_whole({name: pa.timestamp("s")}, rows).column(name)
    return table.set_column(table.schema.get_field_index(name), name, text)
