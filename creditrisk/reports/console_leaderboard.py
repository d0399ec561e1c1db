"""The leaderboard of a training on the console."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from creditrisk.errors import counted
from creditrisk.reports.console_tables import line, print_table, table, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from creditrisk.evaluation.leaderboard import LeaderboardRow, RacedRow


#: The generators in a member's name.
_MADE = re.compile(r"\+([a-z]+)")


def leaderboard_section(console: Console, rows: Sequence[LeaderboardRow], raced: Sequence[RacedRow]) -> None:
    """Print the finalists with what they showed out of fold, and what was raced before; nothing without a choice."""
    if not rows:
        return
    title(console, "Which members were cross-validated?  Out of fold, on the training loans")
    shown = table(["member", "weight", "BCE", "AUC", "seconds"])
    for row in rows:
        weight = f"{row.weight:.3f}" if row.weight else "–"
        shown.add_row(row.member, weight, f"{row.bce:.4f}", f"{row.auc:.4f}", f"{row.seconds:.1f}")
    print_table(console, shown)
    line(console, "used for the choice, so a little too good; the figures below are not", style="dim")
    if raced:
        line(
            console, f"before, {counted(len(raced), 'candidate')} were raced on some folds: {_views(rows)}", style="dim"
        )


def _views(rows: Sequence[LeaderboardRow]) -> str:
    """Return which derived columns came out of the race."""
    made = sorted({name for row in rows for name in _MADE.findall(row.member)})
    return f"derived columns of {', '.join(made)} won" if made else "no derived columns won"
