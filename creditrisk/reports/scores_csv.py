"""Scored loans as CSV text: what was copied stands byte for byte as it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from creditrisk.data.arrow import numbers, text, texts, together

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What makes a cell need quotation marks.
_SPECIAL = '[",\r\n]'


def header_line(names: Sequence[str]) -> bytes:
    r"""Return the header.

    >>> header_line(["id", "the, pd"])
    b'id,"the, pd"\n'
    """
    return b",".join(_quoted(texts(names)).cast(pa.binary()).to_pylist()) + b"\n"


def score_lines(columns: Sequence[pa.ChunkedArray | pa.Array]) -> pa.Buffer:
    r"""Return one line a loan.

    Parameters
    ----------
    columns : sequence of pyarrow arrays of one length
        Text as it is, null as an empty cell; numbers in the shortest form that reads back the same.

    >>> bytes(score_lines([texts(["a", "b, c"]), numbers(np.array([0.1, 2.0]))]))
    b'a,0.1\n"b, c",2\n'
    """
    arrays = [together(column) for column in columns]
    try:
        return _written(arrays)
    except pa.ArrowInvalid:  # a cell needs quotation marks, which Arrow would put around every text
        return _quoted_lines(arrays)


def _written(columns: Sequence[pa.Array]) -> pa.Buffer:
    """Return the lines as Arrow writes them; it raises where a cell needs quotation marks."""
    table = pa.table(columns, names=[str(place) for place in range(len(columns))])
    how = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none", batch_size=max(len(table), 1))
    lines = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, lines, how)
    return lines.getvalue()


def _quoted_lines(columns: Sequence[pa.Array]) -> pa.Buffer:
    lines = pc.binary_join_element_wise(_joined([_cells(column) for column in columns], ","), text(""), text("\n"))
    file = pa.ListArray.from_arrays(numbers(np.array([0, len(lines)], dtype=np.int32)), lines)
    return pc.binary_join(file, text(""))[0].as_buffer()


def _cells(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type):
        return _quoted(column)
    cells = column.cast(pa.string())
    return pc.fill_null(cells, text("")) if cells.null_count else cells


def _joined(cells: Sequence[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*cells, text(separator))


def _quoted(cells: pa.Array) -> pa.Array:
    cells = pc.fill_null(cells, text(""))
    special = pc.match_substring_regex(cells, _SPECIAL)
    if not pc.any(special).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(special, _joined([text('"'), doubled, text('"')], ""), cells)
