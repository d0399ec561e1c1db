"""Between Arrow and NumPy without pandas.

`pyarrow.array`, `pyarrow.scalar` and `Array.to_numpy` import pandas where it is installed, which takes longer than
scoring a loan. These few functions go by Arrow's buffers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def numbers(values: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return a NumPy array of numbers, shape (n,), as an Arrow array of the same type; null where not `valid`."""
    values = np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [_bitmap(valid), pa.py_buffer(values)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array; None is null."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    valid = np.array([value is not None for value in values], dtype=bool)
    buffers = [_bitmap(valid), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def _bitmap(valid: NDArray[np.bool_] | None) -> pa.Buffer | None:
    if valid is None or valid.all():
        return None
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def text(value: str) -> pa.Scalar:
    """Return an Arrow scalar of a string."""
    return texts([value])[0]


_NAN = numbers(np.array([np.nan]))[0]


def as_floats(values: pa.Array | pa.ChunkedArray) -> Floats:
    """Return numbers as float64 with NaN where a value is missing, shape (n,). The result may be read-only."""
    values = together(values).cast(pa.float64())
    if values.null_count:
        values = pc.fill_null(values, _NAN)
    return np.asarray(np.from_dlpack(values), dtype=np.float64)


def as_flags(values: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return truth values without nulls as NumPy's, shape (n,)."""
    return np.from_dlpack(together(values).cast(pa.uint8())).astype(bool)


def together(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the chunks of a column as one array."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def picked(parts: Iterable[pa.Table], rows: NDArray[np.intp] | None) -> tuple[list[pa.Table], int]:
    """Return some rows of tables that follow each other, table by table, and how many rows all of them have.

    The other rows need no memory where the tables are made one by one.

    Parameters
    ----------
    parts : tables or record batches
    rows : places, rising, counted from the first row of the first table; None is all
    """
    kept, first = [], 0
    for part in parts:
        last = first + part.num_rows
        if rows is not None:
            begin, end = np.searchsorted(rows, [first, last])
            part = part.take(numbers(rows[begin:end] - first))  # noqa: PLW2901 - the whole of it must not stay
        kept.append(part)
        first = last
    return kept, first


def give_back() -> None:
    """Give memory that Arrow took and needs no more back to the system."""
    pa.default_memory_pool().release_unused()
