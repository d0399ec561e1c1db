"""How long work tells of its progress; nothing is printed here."""

from __future__ import annotations

from creditrisk.models.boosting import Watcher

__all__ = ["SILENT", "Watcher"]


class _Silent:
    def step(self, task: str, done: int, total: int) -> None:
        """Say nothing."""


#: Watches nothing.
SILENT: Watcher = _Silent()
