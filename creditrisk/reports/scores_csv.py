"""Scored loans as CSV text: ids byte for byte as they came in, PDs in the shortest form that reads back the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers, text, texts, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.metrics.arrays import Floats

#: What makes a cell need quotation marks.
_SPECIAL = '[",\r\n]'


def header_line(names: Sequence[str]) -> bytes:
    r"""Return the header.

    >>> header_line(["id", "the, pd"])
    b'id,"the, pd"\n'
    """
    return b",".join(_quoted(texts(names)).cast(pa.binary()).to_pylist()) + b"\n"


def score_lines(ids: Sequence[pa.ChunkedArray | pa.Array], pd: Floats) -> bytes:
    """Return one line a loan: its ids, then its PD.

    Parameters
    ----------
    ids : sequence of pyarrow string arrays, each of shape (n_rows,)
        null becomes an empty cell.
    pd : array of shape (n_rows,)
    """
    cells = [_quoted(together(column)) for column in ids]
    cells.append(numbers(pd).cast(pa.string()))
    lines = pc.binary_join_element_wise(_joined(cells, ","), text(""), text("\n"))
    file = pa.ListArray.from_arrays(numbers(np.array([0, len(lines)], dtype=np.int32)), lines)
    return bytes(pc.binary_join(file, text(""))[0].as_buffer())


def _joined(cells: Sequence[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*cells, text(separator))


def _quoted(cells: pa.Array) -> pa.Array:
    cells = pc.fill_null(cells, text(""))
    special = pc.match_substring_regex(cells, _SPECIAL)
    if not pc.any(special).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(special, _joined([text('"'), doubled, text('"')], ""), cells)
