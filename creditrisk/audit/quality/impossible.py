"""Numbers that cannot be: by what the column's name says, or by what nearly all of its cells are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.quality.hidden_codes import hidden_codes
from creditrisk.audit.quality.meanings import is_age, is_interest_rate, is_never_negative, is_percentage, is_share
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.metrics.arrays import Floats

_YOUNGEST, _OLDEST = 14, 120
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY = date(1900, 1, 1).toordinal() - _EPOCH
_YEARS_AHEAD = 50
#: What so few of the cells do is a slip; what more of them do is how the column is.
_SLIP = 0.001
_NAMED_SLIP = 0.01
#: With fewer cells than this one odd cell is more than a slip.
_FEWEST_CELLS = 200
_FEWEST_WHOLE = 1000
_FRACTIONS = 20
_FEWEST_OF_A_SCALE = 5
_MANY = 0.01


@dataclass(frozen=True, eq=False)
class _Numbers:
    """Different values of a column, missing and codes apart, with their rows; and what the column is called."""

    name: str
    kind: str
    values: Floats
    rows: NDArray[np.int64]

    def count(self, which: NDArray[np.bool_]) -> int:
        """Return how many cells have one of the values."""
        return int(self.rows[which].sum())

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return int(self.rows.sum())

    @property
    def median(self) -> float:
        """The middle cell."""
        place = int(np.searchsorted(np.cumsum(self.rows), 0.5 * self.cells))
        return float(self.values[min(place, len(self.values) - 1)])


#: A check returns how many cells cannot be, and which they are in words; None where all is well.
_Check: TypeAlias = Callable[[_Numbers], tuple[int, str] | None]


def impossible(loans: AuditedLoans) -> Iterator[Finding]:
    """Ages, amounts, percentages, shares, dates, rates and whole numbers that cannot be right, one finding a kind."""
    columns = [_numbers(column) for column in loans.columns if column.kind != "categorical" and column.use != "id"]
    for what, check in _CHECKS:
        found = [(column, odd) for column in columns if column.cells and (odd := check(column)) is not None]
        if found:
            yield _finding(what, found)


def _finding(what: str, found: list[tuple[_Numbers, tuple[int, str]]]) -> Finding:
    found.sort(key=lambda each: -each[1][0] / each[0].cells)
    column, (cells, _) = found[0]
    parts = [
        f"{quoted(column.name)}: {counted(cells, 'cell')} of {column.cells:,} ({share(cells, column.cells)}) {text}"
        for column, (cells, text) in found
    ]
    names = tuple(column.name for column, _ in found)
    return Finding(
        kind="quality", severity="medium" if cells > _MANY * column.cells else "low", rule="impossible",
        columns=names, what=f"{what}: {named(names)}.", evidence=cut(parts, "; ") + ".",
        fix="Ask where they come from: a code, a slip, another unit. Mend them, or write nothing into such cells.",
    )  # fmt: skip


def _numbers(column: AuditedColumn) -> _Numbers:
    cells = column.cells
    codes = hidden_codes(column)
    kept = ~np.isin(cells.values, codes) if codes else np.ones(len(cells.values), dtype=bool)
    return _Numbers(column.name, column.kind, cells.values[kept], cells.loans[:-1][kept])


def _ages(column: _Numbers) -> tuple[int, str] | None:
    """Ages below 14 or above 120, where the middle one is that of an adult: age groups and days are none."""
    if column.kind != "numeric" or not is_age(column.name) or not _YOUNGEST < column.median < _OLDEST:
        return None
    odd = column.count((column.values < _YOUNGEST) | (column.values > _OLDEST))
    return (odd, f"below {_YOUNGEST} or above {_OLDEST}") if odd else None


def _negative(column: _Numbers) -> tuple[int, str] | None:
    """At most one cell in a thousand below 0, where the name says that none can be."""
    if column.kind != "numeric" or not is_never_negative(column.name) or is_age(column.name):
        return None
    odd = column.count(column.values < 0)
    return (odd, "below 0") if _is_slip(odd, column.cells, _SLIP) else None


def _percentages(column: _Numbers) -> tuple[int, str] | None:
    """Percentages above 100 or below 0, where nearly all are between and not all are shares of 1."""
    if column.kind != "numeric" or not is_percentage(column.name) or column.median <= 1:
        return None
    odd = column.count((column.values < 0) | (column.values > 100))
    return (odd, "below 0 or above 100") if odd and odd <= 0.05 * column.cells else None


def _shares(column: _Numbers) -> tuple[int, str] | None:
    """Cells above 10 in a column of shares, nearly all between 0 and 1."""
    values = column.values
    if column.kind != "numeric" or int(((values > 0) & (values < 1)).sum()) < _FRACTIONS:
        return None
    named = is_share(column.name)
    inside = column.count((values >= 0) & (values <= 1))
    odd = column.count(values > 10)
    if inside < (0.95 if named else 1 - _SLIP) * column.cells:
        return None
    text = f"above 10, where {share(inside, column.cells)} are between 0 and 1"
    return (odd, text) if _is_slip(odd, column.cells, _NAMED_SLIP if named else _SLIP) else None


def _dates(column: _Numbers) -> tuple[int, str] | None:
    """Dates before 1900, or more than 50 years ahead."""
    if column.kind != "date":
        return None
    last = datetime.now(UTC).date().toordinal() - _EPOCH + 365.25 * _YEARS_AHEAD
    odd = column.count((column.values < _FIRST_DAY) | (column.values > last))
    return (odd, f"before 1900 or more than {_YEARS_AHEAD} years ahead") if odd else None


def _rates(column: _Numbers) -> tuple[int, str] | None:
    """Interest rates of which some are per cent and some fractions: 7.5 and 0.075."""
    values = column.values
    if column.kind != "numeric" or not is_interest_rate(column.name):
        return None
    low, high = (values > 0) & (values < 0.6), values > 1
    fractions, percents = column.count(low), column.count(high)
    odd = min(fractions, percents)
    if odd < max(_FEWEST_OF_A_SCALE, _SLIP * column.cells) or column.count((values >= 0.6) & (values <= 1)):
        return None
    times = _middle(column, high) / _middle(column, low)
    text = "below 0.6, where the others are per cent"
    if percents < fractions:
        text = "above 1, where the others are fractions"
    return (odd, text) if 30 < times < 300 else None


def _middle(column: _Numbers, which: NDArray[np.bool_]) -> float:
    return _Numbers(column.name, column.kind, column.values[which], column.rows[which]).median


def _fractions(column: _Numbers) -> tuple[int, str] | None:
    """Fractions in a column of whole numbers below 1,000, 0 apart: many things are 0 or else anything."""
    values = column.values
    whole = (values == np.rint(values)) & (values != 0)
    if column.kind != "numeric" or is_share(column.name) or is_interest_rate(column.name):
        return None
    wholes = column.count(whole)
    odd = column.count(values != np.rint(values))
    if wholes < _FEWEST_WHOLE or np.abs(values).max() >= 1000 or not _is_slip(odd, wholes + odd, _SLIP):
        return None
    return odd, "no whole number"


def _is_slip(odd: int, cells: int, most: float) -> bool:
    return 0 < odd <= max(1.0, most * cells) and cells >= _FEWEST_CELLS


_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("Ages that no borrower has", _ages),
    ("Numbers below 0 that cannot be negative", _negative),
    ("Percentages of more than all, or of less than nothing", _percentages),
    ("Shares far above 1, as amounts or per cent are", _shares),
    ("Dates that cannot be, before 1900 or far ahead", _dates),
    ("Interest rates in per cent and as fractions in one column", _rates),
    ("Fractions in a column of whole numbers", _fractions),
)
