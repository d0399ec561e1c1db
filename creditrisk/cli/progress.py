"""Progress of long work on standard error, where that is a terminal; silence everywhere else."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.models.watcher import Watcher


class _Bar:
    """One line that shows the present task; `total` of 0 means that the end is not known."""

    def __init__(self, progress: Any) -> None:
        self._progress, self._tasks = progress, dict[str, Any]()

    def step(self, task: str, done: int, total: int) -> None:
        if task not in self._tasks:
            for other in self._tasks.values():
                self._progress.remove_task(other)
            self._tasks = {task: self._progress.add_task(task, total=total or None)}
        self._progress.update(self._tasks[task], completed=done)


@contextlib.contextmanager
def watching(*, quiet: bool) -> Iterator[Watcher]:
    """Yield what jobs tell their progress to."""
    if quiet or not sys.stderr.isatty() or os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress)
