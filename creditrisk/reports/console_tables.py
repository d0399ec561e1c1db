"""The few shapes that every section of a console report is made of."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console


#: A narrower terminal shows figures without their intervals, and without the words on how to read them.
_ROOM_FOR_WORDS = 120


def is_wide(console: Console) -> bool:
    """Whether there is room for intervals and words beside the figures."""
    return console.width >= _ROOM_FOR_WORDS


def title(console: Console, text: str) -> None:
    """Print the question that a section answers."""
    console.print(Text(f"\n{text}", style="bold"))


def line(console: Console, text: str, style: str = "") -> None:
    """Print one line of a section."""
    console.print(Text(f"  {text}", style=style))


def lines(console: Console, text: str, style: str = "") -> None:
    """Print a long text in lines that fit the terminal, and no eye loses."""
    for part in textwrap.wrap(text, width=min(console.width - 4, 116), break_long_words=False):
        line(console, part, style)


def table(headings: Sequence[str], *, words_last: bool = False) -> Table:
    """Return a table without rules: words to the left, numbers to the right."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, heading in enumerate(headings):
        words = index == 0 or (words_last and index == len(headings) - 1)
        made.add_column(heading, justify="left" if words else "right", no_wrap=True)
    return made


def print_table(console: Console, rows: Table) -> None:
    """Print a table, indented as the lines are."""
    console.print(Padding(rows, (0, 0, 0, 2)), soft_wrap=False)
