"""Scored loans as a Parquet file: columns with types, written group by group in constant memory."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from creditrisk.data.arrow import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

#: Rows of a group, whatever the batches, so that the same loans give the same bytes.
_GROUP = 1 << 17
#: A group of long texts ends earlier: so many bytes of them are in memory at most.
_MOST_BYTES = 64 << 20
#: Numbers that are nearly all different gain nothing by a dictionary of theirs.
_NO_DICTIONARY = (pa.float64(), pa.int64())


@contextlib.contextmanager
def parquet_scores(file: BinaryIO, names: Sequence[str]) -> Iterator[ParquetScores]:
    """Write a Parquet file of scores with columns of these names; at least one table, if an empty one, must be written.

    When the block ends by an exception, nothing more is written, so that nobody takes what there is for a whole file.
    """
    scores = ParquetScores(file, names)
    try:
        yield scores
        scores.finish()
    except BaseException:
        scores.discard()
        raise


class ParquetScores:
    """Writes tables of scores to an open file, in groups of rows; `finish` makes it complete."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._sink, self._names = _Sink(file), list(names)
        self._writer: Any = None
        self._waiting: list[pa.Table] = []

    def prepared(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Table:
        """Return the columns of a batch as a table; any thread may ask."""
        return pa.table([together(column) for column in columns], names=self._names)

    def write(self, table: pa.Table) -> None:
        """Write the next table, or keep it until its group is full."""
        self._waiting.append(table)
        while sum(len(part) for part in self._waiting) >= _GROUP:
            rows = pa.concat_tables(self._waiting)
            self._waiting = [rows.slice(_GROUP)]
            self._write_group(rows.slice(0, _GROUP))
        if sum(part.nbytes for part in self._waiting) > _MOST_BYTES:
            self._write_group(self._rest())

    def finish(self) -> None:
        """Write what is left, and the end of the file; there must have been a table, if only an empty one."""
        self._write_group(self._rest())
        self._writer.close()

    def discard(self) -> None:
        """Write nothing more: Arrow would else close what is no complete file as if it were one."""
        self._sink.is_open = False
        if self._writer is not None:
            self._writer.close()

    def _rest(self) -> pa.Table:
        rows, self._waiting = pa.concat_tables(self._waiting), []
        self._waiting = [rows.slice(0, 0)]
        return rows

    def _write_group(self, rows: pa.Table) -> None:
        if self._writer is None:
            import pyarrow.parquet  # slow, and only Parquet needs it

            coded = [field.name for field in rows.schema if field.type not in _NO_DICTIONARY]
            self._writer = pyarrow.parquet.ParquetWriter(
                self._sink, rows.schema, compression="zstd", use_dictionary=coded
            )
        if len(rows):
            # In one piece, since where pages end would else depend on the batches.
            self._writer.write_table(rows.combine_chunks(), row_group_size=_GROUP)


class _Sink:
    """A file that takes no more bytes once it is not open."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.is_open, self._written = file, True, 0

    def write(self, data: Buffer) -> int:
        size = memoryview(data).nbytes
        if self.is_open:
            self._file.write(data)
        self._written += size
        return size

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Leave that to whoever has opened the file."""

    def close(self) -> None:
        """Leave that to whoever has opened the file."""
