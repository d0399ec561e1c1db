"""Categories that only the newer loans have, or only the older ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.drift.sides import ALPHA, compared
from creditrisk.audit.listing import FEWEST_SHOWN, cut, quoted, share
from creditrisk.audit.results import Finding
from creditrisk.metrics.cell_shift import share_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.drift.sides import Sides
    from creditrisk.audit.loans import AuditedLoans

#: A side has a level that this share of its loans have; the other lacks it when at most this share of that share do.
LEVEL_SHARE, ABSENT = 0.01, 0.01


@dataclass(frozen=True)
class _Level:
    """A level of a column with the loans that have it, and all loans, of the side that has it and of the other."""

    column: str
    level: str
    here: tuple[int, int]
    there: tuple[int, int]

    @property
    def absent(self) -> bool:
        return self.there[0] / self.there[1] <= ABSENT * self.here[0] / self.here[1]

    @property
    def words(self) -> str:
        return f"{quoted(self.column)}: {quoted(self.level)} {share(*self.here)}"


def categories_appear(loans: AuditedLoans) -> Iterator[Finding]:
    """Find levels that at least 1 % of the newer loans have and none, or hardly any, of the older ones."""
    found = _one_sided(compared(loans), newer=True)
    if found:
        yield Finding(
            kind="drift",
            severity="medium",
            rule="categories-appear",
            columns=tuple(dict.fromkeys(level.column for level in found)),
            what="Some categories are new: the older loans say nothing about their risk.",
            evidence=f"Share of the newer loans: {cut([level.words for level in found], '; ')}.",
            fix="Give a level that was only renamed its old name. A model scores a level that it has not seen as any "
            "unknown one: train on loans that have it.",
        )


def categories_vanish(loans: AuditedLoans) -> Iterator[Finding]:
    """Find levels that at least 1 % of the older loans have and none, or hardly any, of the newer ones."""
    found = _one_sided(compared(loans), newer=False)
    if found:
        yield Finding(
            kind="drift",
            severity="low",
            rule="categories-vanish",
            columns=tuple(dict.fromkeys(level.column for level in found)),
            what="Some categories are gone from the newer loans.",
            evidence=f"Share of the older loans: {cut([level.words for level in found], '; ')}.",
            fix="Give a level that was only renamed one name in both.",
        )


def _one_sided(columns: tuple[Sides, ...], *, newer: bool) -> list[_Level]:
    """Return the levels that one side has and the other has not, the largest first, if chance does not explain it."""
    large = [level for sides in columns if sides.column.kind == "categorical" for level in _large(sides, newer=newer)]
    sure = [e for e in large if e.absent and share_difference(e.here, e.there) * len(large) < ALPHA]
    return sorted(sure, key=lambda level: -level.here[0] / level.here[1])


def _large(sides: Sides, *, newer: bool) -> Iterator[_Level]:
    """Yield the levels that a side has."""
    here, there = (sides.newer, sides.older) if newer else (sides.older, sides.newer)
    loans, others = int(here.sum()), int(there.sum())
    for place in np.flatnonzero(here[:-1] >= max(LEVEL_SHARE * loans, FEWEST_SHOWN)).tolist():
        level = sides.column.levels[int(sides.values[place])]
        yield _Level(sides.column.name, level, (int(here[place]), loans), (int(there[place]), others))
