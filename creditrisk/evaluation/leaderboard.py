"""The leaderboard of a training: which members were tried, what they showed out of fold, and what weight each got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LeaderboardRow:
    """One member that was cross-validated in full.

    Attributes
    ----------
    member : str
        Its name, which says all of it: `models.portfolio`.
    bce, auc : float
        Out of fold, over all judged training loans; used for a choice, so a little too good.
    seconds : float
        How long its cross-validation took.
    weight : float
        Its weight in the blend, 0 where it is not in it.
    """

    member: str
    bce: float
    auc: float
    seconds: float
    weight: float


@dataclass(frozen=True)
class RacedRow:
    """One candidate of the race before: BCE on a few folds with tall steps, to be compared within the race only."""

    candidate: str
    bce: float
    seconds: float


def leaderboard(training: Mapping[str, Any]) -> tuple[LeaderboardRow, ...]:
    """Return the leaderboard of a model's training notes, the largest weight first; empty where there was none."""
    figures = ("bce", "auc", "seconds", "weight")
    entries = _entries(training, "leaderboard")
    rows = [LeaderboardRow(str(row["name"]), *(float(row.get(key, 0.0)) for key in figures)) for row in entries]
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.bce)))


def raced(training: Mapping[str, Any]) -> tuple[RacedRow, ...]:
    """Return what was raced before, the lowest BCE first."""
    rows = [
        RacedRow(str(row["name"]), float(row["bce"]), float(row.get("seconds", 0.0)))
        for row in _entries(training, "raced")
    ]
    return tuple(sorted(rows, key=lambda row: row.bce))


def _entries(training: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = training.get(key, [])
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []
