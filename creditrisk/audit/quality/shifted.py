"""Rows in which cells stand in a neighbouring column: a delimiter too many or too few, a copy that slipped."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.quality.levels import like_dates, plain_numbers, texts
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

#: A level is a column's own if so many of its rows have it, and foreign where fewer do than a twentieth of the share
#: that it has beside.
_OWN, _FOREIGN = 0.01, 0.05
_FEWEST_ROWS = 10
#: A free text has hardly any level of its own: nothing is foreign to it.
_COVERED = 0.5
_NEARLY_ALL = 0.9
_FEWEST_ALONE = 3
#: Answers that stand in many columns say nothing of where they belong.
_ANSWERS = {
    "", "0", "1", "y", "n", "yes", "no", "t", "f", "true", "false", "other", "others", "unknown", "none", "any", "all",
    "not available", "not applicable", "missing", "nil", "-1", "x", "xna",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Levels:
    """What a column holds: its levels with their shares of the cells, and which are its own, numbers, or dates.

    `code` is the place of each row's level, and the number of levels where it is missing. Numbers and dates that are no
    text have no levels: 0 is missing and 1 present.
    """

    name: str
    texts: list[str]
    shares: NDArray[np.float64]
    number: NDArray[np.bool_]
    date: NDArray[np.bool_]
    code: NDArray[np.int32]
    own: dict[str, float]
    numbers: float
    dates: float

    @property
    def has_own(self) -> bool:
        """Whether most cells are levels of the column's own, or numbers or dates, so that another one is odd."""
        return self.is_uniform or sum(self.own.values()) + self.numbers >= _COVERED

    @property
    def is_uniform(self) -> bool:
        """Whether nearly all cells are numbers, or nearly all are dates."""
        return max(self.numbers, self.dates) >= _NEARLY_ALL

    @property
    def lacks_its_own(self) -> NDArray[np.bool_]:
        """Where the cell is missing, or a rare one: it may have gone to the next column, shape (n_rows,)."""
        rare = np.zeros(len(self.texts), dtype=bool) if self.is_uniform else self.shares < _OWN
        return np.append(rare, [True, False])[self.code]


def shifted_columns(loans: AuditedLoans) -> Iterator[Finding]:
    """Rows in which rare cells of a text column are what the column beside it usually holds."""
    columns = [_levels(column) for column in loans.columns if len(column.cells.values)]
    to_right, to_left = _Slips(len(loans)), _Slips(len(loans))
    for left, right in pairwise(columns):
        to_right.add(right, left)
        to_left.add(left, right)
    strong = to_right.strong + to_left.strong
    both = strong + np.maximum(to_right.weak * (to_right.strong > 0), to_left.weak * (to_left.strong > 0))
    shifted = (both >= 2) | to_right.repeated | to_left.repeated
    rows = int(shifted.sum())
    if not rows:
        return
    pairs = [(here, beside, int((cells & shifted).sum())) for here, beside, cells in to_right.pairs + to_left.pairs]
    pairs = sorted((pair for pair in pairs if pair[2]), key=lambda pair: -pair[2])
    names = tuple(dict.fromkeys(name for here, beside, _ in pairs for name in (here, beside)))
    yield Finding(
        kind="quality", severity="medium", rule="shifted-columns", columns=names,
        what=f"In {counted(rows, 'row')} cells stand in the column beside their own: {named(names)}.",
        evidence=f"{share(rows, len(loans))} of the rows: {cut([_slip(*pair) for pair in pairs], '; ')}.",
        fix="Look for a delimiter inside an unquoted cell, or for rows pasted one column off, and mend the rows where "
        "the file was made: every number in them may stand in a wrong column.",
    )  # fmt: skip


def _slip(here: str, beside: str, cells: int) -> str:
    return f"{quoted(here)} holds what {quoted(beside)} usually holds in {counted(cells, 'row')}"


class _Slips:
    """Cells that came from the column on one side: by row, how many, and between which columns."""

    def __init__(self, rows: int) -> None:
        self.strong = np.zeros(rows, dtype=np.int64)
        self.weak = np.zeros(rows, dtype=np.int64)
        self.repeated = np.zeros(rows, dtype=bool)
        self.pairs: list[tuple[str, str, NDArray[np.bool_]]] = []

    def add(self, here: _Levels, beside: _Levels) -> None:
        """Count the cells of a column that belong to the one beside it."""
        if not here.texts or not here.has_own:
            return
        foreign = _foreign(here, beside)
        if foreign.any():
            cells = np.append(foreign, False)[here.code]
            self.strong += cells
            self.pairs.append((here.name, beside.name, cells))
            moved = cells & beside.lacks_its_own
            if foreign.sum() >= 2 and moved.sum() >= _FEWEST_ALONE:
                self.repeated |= moved
        if beside.numbers >= _NEARLY_ALL and here.numbers < _OWN:
            self.weak += np.append(here.number, False)[here.code]


def _foreign(here: _Levels, beside: _Levels) -> NDArray[np.bool_]:
    """Return which levels of a column are rare in it and usual in the one beside, where the two share no usual one.

    Where the one beside holds dates, any date is foreign to a column that has hardly another one.
    """
    none = np.zeros(len(here.texts), dtype=bool)
    if beside.dates >= _NEARLY_ALL:
        return here.date if here.dates < _OWN else none
    if not beside.own or here.own.keys() & beside.own.keys():
        return none
    if len(beside.own) < 2 and not here.is_uniform:
        return none
    usual = np.array([beside.own.get(text, 0.0) for text in here.texts])
    return (usual > 0) & (here.shares < _OWN) & (here.shares < _FOREIGN * usual)


def _levels(column: AuditedColumn) -> _Levels:
    if column.kind != "categorical":
        none, numbers = np.zeros(0, dtype=bool), float(column.kind == "numeric")
        present = (~column.missing).astype(np.int32)
        return _Levels(column.name, [], np.zeros(0), none, none, present, {}, numbers, 1.0 - numbers)
    cells = column.cells
    shares = cells.loans[:-1] / cells.loans[:-1].sum()
    levels = texts(column)
    number, date = plain_numbers(levels), like_dates(levels)
    usual = np.flatnonzero((shares >= _OWN) & (cells.loans[:-1] >= _FEWEST_ROWS) & ~number)
    own = {levels[place]: float(shares[place]) for place in usual if levels[place].strip().lower() not in _ANSWERS}
    kinds = float(shares[number].sum()), float(shares[date].sum())
    return _Levels(column.name, levels, shares, number, date, cells.code, own, *kinds)
