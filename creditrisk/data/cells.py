"""Whether a cell can be read as its column's kind, and what would have fitted: for messages and for skipped rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from creditrisk.data.dates import example, is_date
from creditrisk.data.schema import MISSING_TOKENS
from creditrisk.data.units import fits_unit, unit_example

if TYPE_CHECKING:
    from creditrisk.data.schema import Column

#: What Arrow reads as a number.
_NUMBER = re.compile(
    r"[ \t]*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan(?:\([a-z0-9_]*\))?)[ \t]*",
    re.IGNORECASE,
)


def is_number(cell: str) -> bool:
    """Whether Arrow reads a cell as a number.

    >>> is_number(" -1.5e3"), is_number("$50,000"), is_number("1_000")
    (True, False, False)
    """
    return _NUMBER.fullmatch(cell) is not None


def fits(cell: str, column: Column) -> bool:
    """Whether a cell is missing or can be read as the column's kind.

    >>> from creditrisk.data.schema import Column
    >>> fits("$50", Column("income", "numeric")), fits("NA", Column("income", "numeric"))
    (False, True)
    """
    if cell in MISSING_TOKENS or column.kind == "categorical":
        return True
    if column.kind == "date":
        return is_date(cell, column.date_format)
    return fits_unit(cell, column.unit) if column.unit else is_number(cell)


def wanted(column: Column) -> str:
    """Return what a cell of the column must be, for messages.

    >>> from creditrisk.data.schema import Column
    >>> wanted(Column("issued", "date", "%b-%Y"))
    'a date such as Jul-2014'
    """
    if column.kind == "date":
        return f"a date such as {example(column.date_format)}"
    return unit_example(column.unit) if column.unit else "a number"
