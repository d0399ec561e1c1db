"""Scored loans as CSV text: what was copied stands byte for byte as it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


def score_lines(columns: Sequence[pa.ChunkedArray | pa.Array]) -> bytes:
    """Return one line a loan.

    Parameters
    ----------
    columns : sequence of pyarrow arrays of one length
        Text as it is, null as an empty cell; numbers in the shortest form that reads back the same.
    """
    cells = [_cells(together(column)) for column in columns]
    lines = pc.binary_join_element_wise(_joined(cells, ","), text(""), text("\n"))
    file = pa.ListArray.from_arrays(numbers(np.array([0, len(lines)], dtype=np.int32)), lines)
    return bytes(pc.binary_join(file, text(""))[0].as_buffer())


def _cells(column: pa.Array) -> pa.Array:
    return _quoted(column) if pa.types.is_string(column.type) else column.cast(pa.string())


def _joined(cells: Sequence[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*cells, text(separator))


def _quoted(cells: pa.Array) -> pa.Array:
    cells = pc.fill_null(cells, text(""))
    special = pc.match_substring_regex(cells, _SPECIAL)
    if not pc.any(special).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(special, _joined([text('"'), doubled, text('"')], ""), cells)
