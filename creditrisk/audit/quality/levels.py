"""The levels of a text with how many rows have each, and which of them are plain numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.cells import is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn

#: A text of which this share of the cells differ is a name, an address or an id.
_NEARLY_UNIQUE, _FEWEST_TEXTS = 0.8, 50
_MOSTLY = 0.5
_DATE = re.compile(
    r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T][0-9:. APM+Z-]*)?|(?:[0-9]{1,2}[- ]?)?[A-Za-z]{3,9}[- ][0-9]{2,4}"
)
_MANY_LEVELS, _LOOKED_AT, _HARDLY = 5_000, 200, 0.05


def texts(column: AuditedColumn) -> list[str]:
    """Return the text of each code of a categorical column's cells; empty for other columns.

    Some rows of a file may lack levels that the whole of it has, so codes and places in `levels` are not the same.
    """
    return [column.levels[int(place)] for place in column.cells.values] if column.levels else []


def counted_texts(column: AuditedColumn) -> Iterator[tuple[str, int]]:
    """Yield each text that occurs in a categorical column and how many rows have it, frequent ones first."""
    return zip(texts(column), column.cells.loans[:-1].tolist(), strict=True) if column.levels else iter(())


def is_nearly_unique(column: AuditedColumn) -> bool:
    """Whether nearly every cell of a text is another one: a name, an address, an id. Numbers are none."""
    present, different = int(column.cells.loans[:-1].sum()), len(column.cells.values)
    if column.kind != "categorical" or present < _FEWEST_TEXTS or different < _NEARLY_UNIQUE * present:
        return False
    few = texts(column)[:_LOOKED_AT]
    return float(plain_numbers(few).mean()) < _MOSTLY


def plain_numbers(levels: list[str]) -> NDArray[np.bool_]:
    """Return which texts are plain numbers, shape (n_levels,).

    Of more than 5,000 different texts 200 are looked at first: where hardly one is a number, none is said to be.

    >>> plain_numbers(["12", "-1.5e3", "12%", "x"]).tolist()
    [True, True, False, False]
    """
    return _which(levels, _is_plain)


def like_dates(levels: list[str]) -> NDArray[np.bool_]:
    """Return which texts look like a date, shape (n_levels,); of many texts as `plain_numbers` does.

    >>> like_dates(["2014-07-01", "7/31/14", "Aug-2001", "31.12.2014 08:00", "12", "A-2"]).tolist()
    [True, True, True, True, False, False]
    """
    return _which(levels, lambda text: _DATE.fullmatch(text) is not None)


def _which(levels: list[str], meant: Callable[[str], bool]) -> NDArray[np.bool_]:
    if len(levels) > _MANY_LEVELS:
        few = [levels[place] for place in np.linspace(0, len(levels) - 1, _LOOKED_AT).astype(np.intp)]
        if sum(meant(text) for text in few) < _HARDLY * _LOOKED_AT:
            return np.zeros(len(levels), dtype=bool)
    return np.array([meant(level) for level in levels], dtype=bool)


def _is_plain(text: str) -> bool:
    """Whether a text is a plain number; Python's own parser is tried first, since it is fast."""
    if not text.isascii() or "_" in text:
        return False
    try:
        float(text)
    except ValueError:
        return is_number(text)
    return True
