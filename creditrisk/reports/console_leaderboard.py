"""The leaderboard of a training on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.reports.console_tables import line, print_table, table, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from creditrisk.evaluation.leaderboard import LeaderboardRow


def leaderboard_section(console: Console, rows: Sequence[LeaderboardRow]) -> None:
    """Print the members with what they showed out of fold; nothing where there was no choice."""
    if not rows:
        return
    title(console, "Which members were tried?  Out of fold, on the training loans")
    shown = table(["member", "weight", "BCE", "AUC", "seconds"])
    for row in rows:
        weight = f"{row.weight:.3f}" if row.weight else "–"
        shown.add_row(row.member, weight, f"{row.bce:.4f}", f"{row.auc:.4f}", f"{row.seconds:.1f}")
    print_table(console, shown)
    line(console, "used for the choice, so a little too good; the figures below are not", style="dim")
