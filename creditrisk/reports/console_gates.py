"""The gates of a run on the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import printable
from creditrisk.reports.console_tables import line, title
from creditrisk.reports.wording import estimate_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from creditrisk.evaluation.gates import GateResult


def gates_section(console: Console, gates: Sequence[GateResult]) -> None:
    """Print what became of each gate; nothing where none was set."""
    if not gates:
        return
    title(console, "Does it pass the gates?")
    for gate in gates:
        value = gate.word or estimate_words(gate.value, ".6g")
        met = "FAILED" if gate.failed else "passed"
        line(console, f"{met}: fail if {printable(gate.condition)}; it is {value}", style="red" if gate.failed else "")
