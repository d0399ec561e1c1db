"""Loans as CSV text: no quotes, newline ends, an empty cell where a value is missing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from creditrisk.data.sample.best_figures import BestReachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.data.sample.generator import SampleBatch

_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")


def write_batches(batches: Iterable[SampleBatch], file: BinaryIO) -> BestReachable:
    """Write the header and all batches to an open binary file; return the best reachable figures.

    Without a batch nothing is written, since the batches know the columns.
    """
    best = BestReachable()
    for batch in batches:
        if best.rows == 0:
            file.write(header_text(batch.table))
        file.write(rows_text(batch.table))
        best.add(batch.true_pd)
    return best


def header_text(table: pa.Table) -> bytes:
    """Return the line of column names."""
    return (",".join(table.column_names) + "\n").encode()


def rows_text(table: pa.Table) -> bytes:
    """Return the rows as lines of text, without a header."""
    shown = [_shown(column) for column in table.columns]
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(shown, names=table.column_names), buffer, _OPTIONS)
    return buffer.getvalue()


def _shown(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return floats as text with a decimal point, ``35000.0`` or ``19.52``; other types as they are."""
    if not pa.types.is_floating(column.type):
        return column
    text = pc.cast(column, pa.string())
    return pc.if_else(pc.match_substring(text, "."), text, pc.binary_join_element_wise(text, ".0", ""))
