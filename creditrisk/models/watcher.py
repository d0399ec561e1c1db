"""How long work tells of its progress; nothing is printed here, the command line draws it."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Whoever wants to know how far the work is."""

    def step(self, task: str, done: int, total: int) -> None:
        """Say that `done` of at most `total` units of a task are done."""


class _Silent:
    def step(self, task: str, done: int, total: int) -> None:
        """Say nothing."""


#: Watches nothing.
SILENT: Watcher = _Silent()
