"""Tables with types: Parquet files, and what lies in memory (pandas, polars, pyarrow and their like)."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from creditrisk.data.arrow_file import ArrowFile
from creditrisk.data.column_names import check_names
from creditrisk.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from creditrisk.data.spool import StoredFile

_FRAME = "data frame"
#: Rows at a time: several batches are in memory where loans are scored side by side.
_BATCH = 16_384
#: How pandas names the row labels that it stores as columns; they are no data.
_ROW_LABELS = re.compile(r"__index_level_\d+__")


@dataclass(frozen=True)
class _Parquet:
    file: Any
    schema: pa.Schema
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return int(self.file.metadata.num_rows)

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        for batch in self.file.iter_batches(_BATCH, columns=list(names)):
            yield pa.Table.from_batches([batch])


@dataclass(frozen=True)
class _InMemory:
    table: pa.Table
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        return self.table.schema

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        for batch in self.table.select(list(names)).to_batches(max_chunksize=_BATCH):
            yield pa.Table.from_batches([batch])


def open_parquet(stored: StoredFile, *, samples: bool = True) -> ArrowFile:
    """Open a Parquet file.

    Raises
    ------
    DataError
        When it is damaged, encrypted, or names a column twice.
    """
    import pyarrow.parquet  # slow, and only Parquet needs it

    try:
        # Fetched ahead, the columns of all groups of rows would be in memory: as much as the file has.
        file = pyarrow.parquet.ParquetFile(pa.OSFile(os.fsencode(stored.path)), pre_buffer=False)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        where = [stored.name, str(error).splitlines()[0][:200]]
        what = "The Parquet file is cut off or damaged."
        raise DataError(what, where=where, fix="Write it again, or save it as CSV.") from error
    kept = pa.schema([column for column in schema if not _ROW_LABELS.fullmatch(column.name)])
    _check_columns(kept.names, stored.name, samples=samples)
    return ArrowFile(stored.name, _Parquet(file, kept), stored, samples=samples)


def open_frame(frame: Any, *, samples: bool = True) -> ArrowFile:
    """Take a table that lies in memory: pandas, pyarrow, or any other that hands over Arrow data.

    Raises
    ------
    UsageError
        When the object is no table.
    DataError
        When it names a column twice or has none.
    """
    if _is_pandas(frame):
        return ArrowFile(_FRAME, _from_pandas(frame, samples=samples), samples=samples)
    table = _InMemory(_from_arrow(frame))
    _check_columns(table.schema.names, _FRAME, samples=samples)
    return ArrowFile(_FRAME, table, samples=samples)


def open_table(table: pa.Table, name: str, *, samples: bool = True) -> ArrowFile:
    """Take a table of rows that were read from files whose names were checked; `name` is what messages call it."""
    return ArrowFile(name, _InMemory(table), samples=samples)


def _check_columns(names: Sequence[str], where: str, *, samples: bool) -> None:
    if not names:
        raise DataError("The table has no columns.", where=where, fix="A column and at least one loan are needed.")
    check_names(names, where, samples=samples)


def _is_pandas(frame: Any) -> bool:
    """Whether an object is a pandas frame; where pandas was never imported, nothing can be."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def _from_pandas(frame: Any, *, samples: bool) -> _InMemory:
    """Convert column by column, so that one that cannot be converted stops only who asks for it."""
    names = [str(name) for name in frame.columns]
    _check_columns(names, _FRAME, samples=samples)
    columns, refused = {}, {}
    for place, name in enumerate(names):
        try:
            column = pa.Array.from_pandas(frame.iloc[:, place])
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            says = (str(error).splitlines() or [""])[0][:120]
            refused[name] = says if samples else type(error).__name__  # the words quote a cell
            column = pa.nulls(len(frame))
        columns[name] = column
    return _InMemory(pa.table(columns), refused)


def _from_arrow(frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            return pa.table(frame)
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise UsageError(f"The loans are no table: {error}.", fix="Give a data frame.") from error
    raise UsageError(
        f"The loans are no file and no table, but of the type {type(frame).__name__}.",
        fix="Give a path, a list of paths, or a data frame of pandas, polars or pyarrow.",
    )
