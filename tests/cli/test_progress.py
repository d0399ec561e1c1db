"""What is told of progress: nothing, bars, or lines."""

from __future__ import annotations

import io
import re
import sys

import pytest

from creditrisk.cli import progress
from creditrisk.cli.progress import watching
from creditrisk.models.watcher import SILENT


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds of a clock that the test moves."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_told_where_nobody_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(quiet=False) as plain, watching(quiet=True, verbose=True) as quiet:
        assert plain is quiet is SILENT
    assert capsys.readouterr() == ("", "")


def test_verbose_tells_of_every_task_when_it_ends(capsys: pytest.CaptureFixture[str], clock: list[float]) -> None:
    with watching(quiet=False, verbose=True) as watcher:
        clock[0] += 0.4
        watcher.step("reading", 3000, 0)
        clock[0] += 0.6
        watcher.step("growing", 1, 300)
        clock[0] += 2
        watcher.step("growing", 2, 300)
        clock[0] += 0.5
    assert capsys.readouterr() == ("", "reading: 1.0 s\ngrowing: 2.5 s\n")


def test_a_long_task_tells_of_itself_every_few_seconds(capsys: pytest.CaptureFixture[str], clock: list[float]) -> None:
    with watching(quiet=False, verbose=True) as watcher:
        for tree in range(1200):
            clock[0] += 0.01
            watcher.step("growing", tree + 1, 3000)
        for batch in range(3):
            clock[0] += 4
            watcher.step("scoring", batch * 1000, 0)
    assert capsys.readouterr().err.splitlines() == [
        "growing: 500 of at most 3,000 after 5 s", "growing: 1,000 of at most 3,000 after 10 s", "growing: 16.0 s",
        "scoring: 2,000 after 8 s", "scoring: 8.0 s",
    ]  # fmt: skip


def test_work_that_fails_does_not_end_its_task(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with watching(quiet=False, verbose=True) as watcher:
            watcher.step("growing", 1, 3)
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert capsys.readouterr().err == ""


def test_a_closed_standard_error_does_not_stop_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    with watching(quiet=False, verbose=True) as watcher:
        monkeypatch.setattr(sys, "stderr", closed)
        closed.close()
        watcher.step("growing", 1, 3)


@pytest.mark.parametrize(("verbose", "lines"), [(False, []), (True, ["reading: ", "growing: "])])
def test_a_terminal_shows_bars_and_verbose_leaves_lines(
    verbose: bool, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with watching(quiet=False, verbose=verbose) as watcher:
        assert watcher is not SILENT
        watcher.step("reading", 3, 3)
        watcher.step("growing", 1, 3)
        shown = sys.stderr
    told = [line.strip("\r") for line in shown.getvalue().split("\n")]  # type: ignore[attr-defined]
    timed = [line for line in told if re.search(r"[a-z]: [0-9]+\.[0-9] s", line)]
    assert [line for line in lines if not any(line in each for each in timed)] == []
    assert bool(timed) == verbose


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_no_bars_where_a_terminal_cannot_draw(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with watching(quiet=False) as watcher:
        assert watcher is SILENT
