"""What a recalibration says on the console, on its page and card, and as JSON."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from recalibration_result import BY_OUTCOMES, STEP, TO_RATE

from creditrisk.reports.html.page import html_report
from creditrisk.reports.json_schema import json_schema
from creditrisk.reports.json_text import json_text
from creditrisk.reports.lines_recalibration import recalibration_lines
from creditrisk.reports.model_card import model_card
from creditrisk.reports.recalibration_words import recalibration_words

if TYPE_CHECKING:
    from creditrisk.evaluation.recalibration import Recalibration

CONSOLE = """\
What was it recalibrated on?
  model.crm on new.csv: 18,907 loans
  3,312 defaults (17.5 %); default means "y\\x1b" = "1"
  93 of 19,000 rows set aside: their outcome is neither label
  2 rows skipped: they could not be read (see --rejects)

Was it needed?  Yes, by the test of a line rather than nothing (p < 0.001)
                               statistic  df        p
  a shift rather than nothing    1884.20   1  < 0.001
  a line rather than nothing     1889.96   2  < 0.001
  a curve rather than nothing          –   3        –
  a line rather than a shift        1.77   1    0.183
  a curve rather than a line           –   1        –

What was changed?  intercept: log-odds +1.0862 (the simplest that the tests ask for)
  calibration of the new model: recalibrated: +1.3000 + 0.9000 × log-odds
  before, and after on loans that it was not fitted on (5 folds):
                             before      95 % interval    after      95 % interval
  mean PD                    9.00 %                      17.5 %
  observed / expected         1.943      1.883 – 2.003    1.000      0.970 – 1.030
  BCE                       0.36590  0.35590 – 0.37590  0.31600  0.30600 – 0.32600
  calibration in the large   +1.086    +1.041 – +1.131   +0.000    -0.045 – +0.045
  calibration slope           1.041      1.007 – 1.075    0.999      0.969 – 1.029
  intercept and slope, p    < 0.001                       0.995
  Spiegelhalter, p          < 0.001                       0.457
  BCE after less before -0.04990 (-0.05490 – -0.04490): below 0 it pays
  AUC 0.8683 (0.8613 – 0.8753) before, 0.8683 after

Grades: their bounds stay, their PDs are those of the new model
     PD before   after  loans before   after
  A     1.00 %  1.20 %        60.0 %  20.0 %
  B     20.0 %  23.0 %        40.0 %  80.0 %
  from the cut-off, a PD of 20.0 %, which stays: 10.0 % of these loans before, 30.0 % after

What to watch
  • A remark of \\x1b[2J.

Saved  newer.crm  SHA-256 cccccccccccccccc…  from aaaaaaaaaaaaaaaa…
  2 recalibrations so far: `creditrisk info` lists them
"""


def test_the_console_says_all_of_it() -> None:
    assert recalibration_lines(BY_OUTCOMES) == CONSOLE


def test_without_outcomes_and_without_a_file_it_says_less() -> None:
    text = recalibration_lines(TO_RATE)
    assert "A mean PD of 3.10 % was asked for; no outcome was looked at.\n" in text
    assert "  mean PD 9.00 % before, 3.10 % after\n" in text
    assert "  loans weighted (sampling)\n" in text
    assert "intercept: log-odds +1.0862 (asked)" in text
    assert "cut-off" not in text
    assert "recalibrations so far" not in text
    assert recalibration_lines(replace(BY_OUTCOMES, output="", sha256="")).endswith(
        "No file was written: no correction was needed.\n"
    )


def test_a_step_of_the_lineage_in_a_line() -> None:
    assert recalibration_words(STEP) == (
        '2026-03-01T10:00:00+00:00 by intercept: log-odds +1.0862; 18,907 loans of "new.csv", default rate 17.5 %; '
        f"parent SHA-256 {'a' * 64}"
    )
    assert ", default rate 17.5 %, not needed;" in recalibration_words({**STEP, "needed": False})
    assert ", to a mean PD of 3.10 %;" in recalibration_words({**STEP, "to_rate": 0.031, "rate": 0.031})


@pytest.mark.parametrize("result", [BY_OUTCOMES, TO_RATE], ids=["by outcomes", "to a rate"])
def test_page_and_card_answer_the_same_questions(result: Recalibration) -> None:
    page, card = html_report(result), model_card(result)
    for question in ("Was it needed?", "What was recalibrated?", "What was changed?", "What to watch"):
        assert question in page
        assert f"## {question}" in card
    assert "\x1b" not in page + card
    assert ("1889.96" in page) == ("1889.96" in card) == (result.outcome is not None)
    assert ("recalibration 2" in card) == (len(result.lineage) == 2)
    assert "a" * 64 in card


@pytest.mark.parametrize("result", [BY_OUTCOMES, TO_RATE], ids=["by outcomes", "to a rate"])
def test_the_document_fits_its_schema(result: Recalibration) -> None:
    mapping = {field.name: getattr(result, field.name) for field in fields(result)}
    document = json.loads(json_text("recalibrate", mapping))
    jsonschema.validate(document, json_schema("recalibrate"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "rate": "high"}, json_schema("recalibrate"))
