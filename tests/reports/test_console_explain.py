"""The report of an explanation; `CREDITRISK_WRITE_GOLDEN=1` writes its golden files anew, for the diff."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from explain_result import ALL, BARE, EVIL, LOAN

from creditrisk.reports.console import report
from creditrisk.reports.explain_words import change_words
from creditrisk.reports.json_schema import json_schema
from creditrisk.reports.json_text import json_text, to_plain

if TYPE_CHECKING:
    from creditrisk.evaluation.explanation import ExplainedLoan, Explanation

GOLDEN = Path(__file__).parent / "golden"
RESULTS = {"explanation": ALL, "explanation-of-a-model": BARE, "explanation-of-a-loan": LOAN}


def printed(result: Explanation) -> str:
    stream = io.StringIO()
    report(result, stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", RESULTS)
def test_the_report_reads_as_its_golden_file(name: str) -> None:
    path, text = GOLDEN / f"{name}.txt", printed(RESULTS[name])
    if os.environ.get("CREDITRISK_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RESULTS)
def test_names_from_the_data_are_printed_as_text(name: str) -> None:
    assert not {"\x1b", "\x07", "\u202e"} & set(printed(RESULTS[name]))


@pytest.mark.parametrize("name", RESULTS)
def test_what_is_printed_as_json_fits_its_schema(name: str) -> None:
    document = json.loads(json_text("explain", to_plain(RESULTS[name])))
    jsonschema.validate(document, json_schema("explain"))
    document["looked_at"] = "many"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema("explain"))


def test_what_has_no_order_has_no_accumulated_effect_in_json() -> None:
    document = json.loads(json_text("explain", to_plain(ALL)))
    assert [point["accumulated"] for point in document["responses"][1]["points"]] == [None] * 3


def loan() -> ExplainedLoan:
    assert LOAN.loan is not None
    return LOAN.loan


def test_a_change_in_words() -> None:
    change = loan().change
    assert change is not None
    assert change_words(replace(loan(), cutoff=0.0)) == []
    assert change_words(replace(loan(), change=None)) == ["cut-off 20.0 %: this loan is refused"]
    assert change_words(replace(loan(), pd=0.1)) == ["cut-off 20.0 %: this loan passes"]
    none = replace(change, columns=(), found=False)
    said = change_words(replace(loan(), change=none))
    assert said[1] == "no change of the named columns passes, up to three at once (4,321 were tried)"
    sure = replace(change, columns=change.columns[:1], exact=True)
    assert change_words(replace(loan(), change=sure))[1] == (
        'it would pass with "income" 0 → 1500: PD 19.0 % (nothing smaller passes; 4,321 were tried)'
    )
    assert "a smaller one may exist" in change_words(loan())[1]


def test_an_isotonic_calibration_is_a_step_of_its_own() -> None:
    text = printed(replace(LOAN, loan=replace(loan(), calibration=0.0123)))
    assert "isotonic calibration" in text
    assert "isotonic calibration" not in printed(LOAN)
    assert EVIL not in text
