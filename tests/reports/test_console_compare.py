"""The report of a comparison; `CREDITRISK_WRITE_GOLDEN=1` writes its golden file anew, for the diff."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from comparison_result import COMPARISON

from creditrisk.reports.console import report
from creditrisk.reports.json_text import json_text, to_plain

if TYPE_CHECKING:
    import pytest

GOLDEN = Path(__file__).parent / "golden" / "comparison.txt"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(result: object, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    report(result, stream)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_report_reads_as_its_golden_file() -> None:
    text = printed(COMPARISON)
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_last_line_is_the_conclusion() -> None:
    assert printed(COMPARISON).splitlines()[-1].strip() == COMPARISON.conclusion


def test_names_from_the_data_are_printed_as_text() -> None:
    text = printed(COMPARISON)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert 'A, the champion: score column "[red]\\x1b[2Jscore"' in text
    assert "B, the challenger: new\\x07.crm" in text


def test_profit_is_shown_where_it_was_asked_for() -> None:
    sides = [replace(side, profit=None) for side in (COMPARISON.a, COMPARISON.b)]
    without = replace(COMPARISON, a=sides[0], b=sides[1], differences=replace(COMPARISON.differences, profit=None))
    assert "profit is per unit of the loans applied for" in printed(COMPARISON)
    assert "profit" not in printed(without)


def test_nothing_is_said_of_rows_where_none_are_missing() -> None:
    whole = printed(replace(COMPARISON, set_aside=0, unscored=0, rejected=0, weights=""))
    assert "set aside" not in whole
    assert "skipped" not in whole
    assert "weighted" not in whole


def test_a_narrow_terminal_cuts_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    text = printed(COMPARISON, Terminal())
    assert "…" not in text
    assert "0.7012    0.6892 – 0.7132   0.7321    0.7201 – 0.7441" in text
    assert "B ranks better" not in text
    tables = [line for line in text.splitlines() if "–" in line and "  " in line.strip()]
    assert tables
    assert max(len(line.rstrip()) for line in tables) <= 80


def test_json_keeps_every_figure() -> None:
    document = json.loads(json_text("compare", to_plain(COMPARISON)))
    assert document["b"]["auc"]["value"] == 0.7321
    assert document["equal_approval"]["newly_refused"]["bad_rate"]["value"] is None
    assert len(document["cells"]) == 23
    assert document["conclusion"] == COMPARISON.conclusion
