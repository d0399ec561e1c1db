"""Cells that a spreadsheet program would take for formulas, and how they are made to be text.

A CSV file has no types: a spreadsheet program runs a cell that begins with "=", and whoever writes the loans' texts
would have it compute, fetch or send what they like. A leading apostrophe makes it text. See OWASP, "CSV Injection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from creditrisk.data.arrow import text, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

#: How a formula begins, also in East Asian full width. Apostrophes before it count, so that one more of them is never
#: ambiguous: what came in is what comes out less its first apostrophe.
_FORMULA = r"\A'*[=+\-@\t\r\n\x00\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
#: What begins like one and is a number all the same: -5, +1.5e3, -1,234.50.
_NUMBER = r"\A[+-]?(?:[0-9][0-9.,]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%?\z"


def formula_cells(cells: pa.Array) -> pa.Array:
    """Return which texts begin like a formula; numbers with a sign do not, nor does null.

    >>> formula_cells(texts(["=1+1", "-5", "@x", "a=b", None])).to_pylist()
    [True, False, True, False, False]
    """
    cells = pc.fill_null(cells, text(""))
    begin = pc.match_substring_regex(cells, _FORMULA)
    if not pc.any(begin).as_py():  # as almost always
        return begin
    return pc.and_not(begin, pc.match_substring_regex(cells, _NUMBER))


def as_text(cells: pa.Array) -> pa.Array:
    """Return the texts with an apostrophe before those that begin like a formula.

    >>> as_text(texts(["=1+1", "-5", "'=1", "a"])).to_pylist()
    ["'=1+1", '-5', "''=1", 'a']
    """
    marked = pc.binary_join_element_wise(text("'"), cells, text(""))
    return pc.if_else(formula_cells(cells), marked, cells)


def names_as_text(names: Sequence[str]) -> list[str]:
    """Return the names of a header as `as_text` writes them."""
    safe: list[str] = as_text(texts(names)).to_pylist()
    return safe
