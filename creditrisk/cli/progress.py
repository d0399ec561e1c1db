"""Progress of long work on standard error: bars on a terminal, lines where they were asked for, silence elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from creditrisk.models.watcher import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from creditrisk.models.watcher import Watcher

#: Seconds between two lines about the same task.
EVERY = 5.0


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


class _Lines:
    """One line a task when it ends, and one every few seconds while it runs.

    A task lasts from the end of the one before it to the first step of the next, so that the seconds of all tasks add
    up to those of the run.
    """

    def __init__(self, write: Callable[[str], None], *, every: float) -> None:
        self._write, self._every = write, every
        self._task = ""
        self._started = self._told = time.monotonic()

    def step(self, task: str, done: int, total: int) -> None:
        if task != self._task:
            self.end()
            self._task = task
        now = time.monotonic()
        if now - self._told >= self._every:
            self._told = now
            most = f" of at most {total:,}" if total else ""
            self._write(f"{task}: {done:,}{most} after {now - self._started:.0f} s")

    def end(self) -> None:
        """Close the present task."""
        now = time.monotonic()
        if self._task:
            self._write(f"{self._task}: {now - self._started:.1f} s")
            self._started = self._told = now
        self._task = ""


class _Both:
    """A bar, and above it the lines of the tasks that have ended."""

    def __init__(self, bar: Watcher, lines: Watcher) -> None:
        self._watchers = (lines, bar)

    def step(self, task: str, done: int, total: int) -> None:
        for watcher in self._watchers:
            watcher.step(task, done, total)


@contextlib.contextmanager
def watching(*, quiet: bool, verbose: bool = False) -> Iterator[Watcher]:
    """Yield what jobs tell their progress to; `quiet` wins over `verbose`."""
    if quiet:
        yield SILENT
    elif _is_terminal():
        with _bars(verbose=verbose) as watcher:
            yield watcher
    elif verbose:
        lines = _Lines(_write_line, every=EVERY)
        yield lines
        lines.end()
    else:
        yield SILENT


def _is_terminal() -> bool:
    return sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def _write_line(line: str) -> None:
    # Work does not stop because nobody reads its progress any more.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


@contextlib.contextmanager
def _bars(*, verbose: bool) -> Iterator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        if not verbose:
            yield _Bar(progress)
            return
        # The bar tells of the task that runs: no line every few seconds.
        lines = _Lines(lambda line: progress.console.print(line, markup=False, highlight=False), every=float("inf"))
        yield _Both(_Bar(progress), lines)
        lines.end()
