"""The report of an audit at three widths and piped; `CREDITRISK_WRITE_GOLDEN=1` writes its golden files anew."""

from __future__ import annotations

import io
import json
import math
import os
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from audit_result import AUDIT, BARE, COLUMNS, FINDINGS, LONG, facts
from report_results import TRAINING

from creditrisk.data.schema import Dropped
from creditrisk.reports.audit_words import audit_remarks
from creditrisk.reports.console import report
from creditrisk.reports.console_audit import sparkline
from creditrisk.reports.json_schema import json_schema
from creditrisk.reports.json_text import json_text

if TYPE_CHECKING:
    from creditrisk.audit.results import Audit
    from creditrisk.evaluation.results import Training

GOLDEN = Path(__file__).parent / "golden"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def piped(result: Audit | Training) -> str:
    stream = io.StringIO()
    report(result, stream)
    return stream.getvalue()


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch):
    """Return what a terminal of a width shows, without colours."""

    def at(width: int, result: Audit = AUDIT) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        stream = Terminal()
        report(result, stream)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
        return "".join(f"{row.rstrip()}\n" for row in plain.strip("\n").split("\n"))

    return at


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 100, 200])
def test_the_report_reads_as_its_golden_file_at_each_width(width: int, printed) -> None:
    compare(f"audit-{width}.txt", printed(width))


def test_a_piped_report_is_that_of_a_wide_terminal(printed) -> None:
    assert piped(AUDIT) == printed(200)


def test_no_line_passes_the_width_and_no_figure_is_cut(printed) -> None:
    wide = piped(AUDIT)
    for width in (80, 100):
        text = printed(width)
        # A name of the data is never broken, wherever it stands.
        assert [row for row in text.splitlines() if len(row) > width and LONG not in row and "alert" not in row] == []
        for column in COLUMNS:
            if column.auc is not None:
                assert f"{column.auc.value:.3f}" in text
        assert text.count("…") <= wide.count("…") + 2
    assert "0.984  0.980 – 0.988" in printed(80)


def test_names_are_cut_at_40_characters_with_a_mark() -> None:
    assert f'"{LONG[:40]}…"' in piped(AUDIT)
    assert f'--drop "{LONG}"' in piped(AUDIT)


def test_names_from_the_data_are_printed_as_text(printed) -> None:
    for text in (piped(AUDIT), printed(80)):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert '"[red]\\x1b[2J' in text
        assert text.startswith("What was read\n  loans\\x07.csv: 12,000 loans, 2,280 defaults (19.0 %)\n")


def test_findings_stand_worst_first_with_their_evidence_and_fix() -> None:
    text = piped(AUDIT)
    places = [text.index(f"{f.severity.upper()} {f.kind} ({f.rule}): ") for f in FINDINGS]
    assert places == sorted(places)
    assert "What was found?  2 high, 2 medium, 2 low\n" in text
    assert "    609 of 12,000 rows equal another one in every column.\n    fix: Remove the copies" in text


def test_many_findings_of_low_severity_are_a_line_a_rule() -> None:
    lows = tuple(replace(FINDINGS[-1], columns=(f"c{n}",), what=f"Codes in c{n}.") for n in range(5))
    few = piped(replace(AUDIT, findings=lows))
    assert few.count('fix: --special "income=-9,999999"') == 5
    many = piped(replace(AUDIT, findings=(*FINDINGS[:1], FINDINGS[-2], *lows)))
    assert "  LOW quality (special-codes): Codes in c0. And 4 more findings like it.\n" in many
    assert "  LOW quality (constant): 1 column has one value.\n" in many
    assert "evidence and fixes of those of low severity: --report FILE.html, or --json" in many
    assert "Codes in c1." not in many
    assert "--special" not in many
    assert f'fix: --drop "{LONG}"' in many


def test_columns_stand_by_their_auc_and_those_without_last() -> None:
    table = piped(AUDIT).split("What does each column hold?")[1]
    named = ["outstanding", "<script>", "income", "term", "first_credit", "[red]", "收入", '"id"', "issued", "title"]
    places = [table.index(name) for name in named]
    assert places == sorted(places)


def test_a_narrow_terminal_leaves_out_what_says_least(printed) -> None:
    heads = ("kind", "use", "share", "95 % interval", "IV", "trend")
    plain = replace(AUDIT, columns=COLUMNS[1:4])

    def headed(width: int) -> list[str]:
        table = printed(width, plain).split("What does each column hold?")[1]
        return [head for head in heads if re.search(rf"\b{head}\b", table)]

    assert headed(160) == list(heads)
    assert headed(120) == ["kind", "95 % interval", "IV", "trend"]
    assert headed(80) == ["95 % interval", "IV"]
    assert headed(60) == []
    assert "distinct" in printed(60, plain)


def test_nothing_found_says_what_was_looked_for_and_that_it_is_no_proof() -> None:
    text = piped(replace(AUDIT, findings=()))
    assert (
        "What was found?\n  nothing was found. Looked for: leaks, faults of the data and drift. That is no proof that "
        "there are none.\n\n" in text
    )


def test_without_an_outcome_and_a_time_it_says_what_could_not_be_seen() -> None:
    text = piped(BARE)
    assert "unlabelled.csv: 500 rows\n  columns: 3 (3 learned from)\n" in text
    assert "  nothing was found. Looked for: faults of the data. That is no proof that there are none.\n" in text
    assert (
        "  not looked for: leaks (they show beside an outcome: --target NAME); drift (it shows between loans: --time "
        "NAME, or\n    --against FILE)\n" in text
    )
    for absent in ("AUC", "IV", "trend", "\n  outcome:", "set aside", "nan"):
        assert absent not in text


def test_columns_beyond_two_hundred_are_counted() -> None:
    text = piped(replace(AUDIT, columns=tuple(facts(f"c{n}", 0.5 + n / 1000) for n in range(203))))
    assert '"c202"' in text
    assert '"c2"' not in text
    assert "  and 3 further columns: --report FILE.html, or --json\n" in text


def test_an_audit_without_columns_is_told() -> None:
    text = piped(replace(BARE, columns=()))
    assert "columns: none" in text
    assert text.endswith("What does each column hold?\n  there is no column\n")


def test_an_auc_that_is_not_determined_is_a_dash() -> None:
    text = piped(replace(BARE, columns=(facts("a", 0.6), facts("b", math.nan))))
    assert '  "b"  numeric  learned from    0.0 %     1,234  2.00 %      –' in text


def test_marks_of_a_trend_rise_with_the_auc() -> None:
    assert sparkline([0.4, 0.5, 0.55, 0.65, 0.72, 0.75, 1.0, math.nan]) == "▁▁▂▅▇██·"
    assert sparkline([]) == ""


def test_a_training_is_told_what_its_audit_found() -> None:
    text = piped(replace(TRAINING, findings=FINDINGS))
    watch = text.split("What to watch\n")[1]
    for remark in audit_remarks(FINDINGS):
        assert f"  • {remark}\n" in watch
    assert "The audit has" not in piped(TRAINING)
    dropped = (*TRAINING.data.dropped, Dropped(LONG, "taken for a leak (predicts-alone)"))
    settled = piped(replace(TRAINING, findings=FINDINGS, data=replace(TRAINING.data, dropped=dropped)))
    assert f'Taken for leaks and left out of this model: "{LONG[:40]}…"' in settled
    assert "high leak:" not in settled


def test_the_document_fits_its_schema_and_another_does_not() -> None:
    for result in (AUDIT, BARE):
        held = {field.name: getattr(result, field.name) for field in fields(result)}
        document = json.loads(json_text("inspect", held))
        jsonschema.validate(document, json_schema("inspect"))
        document["findings"] = [{"kind": "leek"}]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, json_schema("inspect"))
