"""The reports as text: golden files beside this test; `CREDITRISK_WRITE_GOLDEN=1` writes them anew, for the diff."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from report_results import JUDGEMENT, SAMPLE, SCORING, TRAINING

from creditrisk.reports.console import report
from creditrisk.reports.json_text import json_text, to_plain
from creditrisk.reports.lines import sample_lines, scoring_lines

GOLDEN = Path(__file__).parent / "golden"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(result: object, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    report(result, stream)  # type: ignore[arg-type]
    return stream.getvalue()


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("training.txt", lambda: printed(TRAINING)),
        ("evaluation.txt", lambda: printed(JUDGEMENT)),
        ("scoring.txt", lambda: scoring_lines(SCORING)),
        ("sample.txt", lambda: sample_lines(SAMPLE)),
        ("evaluation.json", lambda: json_text("evaluate", to_plain(JUDGEMENT)) + "\n"),
    ],
)
def test_the_report_reads_as_its_golden_file(name, text) -> None:
    compare(name, text())


def test_a_piped_report_is_plain_and_its_tables_are_never_cut() -> None:
    text = printed(TRAINING)
    assert "\x1b" not in text
    assert "…\n" not in text.replace("SHA-256 0123456789abcdef…", "")
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_a_terminal_gets_colour_and_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = printed(TRAINING, Terminal())
    assert "\x1b[1m" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.strip("\n").splitlines()] == printed(TRAINING).splitlines()


def test_a_narrow_terminal_leaves_words_out_and_cuts_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    for result in (TRAINING, JUDGEMENT):
        text = printed(result, Terminal())
        assert "…" not in text.replace("SHA-256 0123456789abcdef…", "")
        assert "0.7654  0.7454 – 0.7854" in text
        assert "ranks perfectly" not in text


def test_names_from_the_data_are_printed_as_text() -> None:
    text = printed(TRAINING)
    assert '"[red]\\x1b[2J"' in text
    assert '"<script>"' in text


def test_numbers_that_do_not_exist_are_null_in_json() -> None:
    assert to_plain({"a": float("nan"), "b": [float("inf"), 1.5], "c": (1, "x", None)}) == {
        "a": None,
        "b": [None, 1.5],
        "c": [1, "x", None],
    }
