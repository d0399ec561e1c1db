"""Gates: which figures they may name, and what is said where they fail."""

from __future__ import annotations

import math
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from creditrisk.errors import GateError, UsageError
from creditrisk.evaluation.evaluate import Evaluation, evaluate
from creditrisk.evaluation.gates import check_gates, check_names, known_figures, refuse_failed
from creditrisk.evaluation.judged import Judged, Yardsticks
from creditrisk.judging import Gate, JudgeSpec
from creditrisk.reports.console_gates import gates_section


@pytest.fixture(scope="module")
def figures() -> Evaluation:
    random = np.random.default_rng(0)
    pd = random.beta(1.5, 5, 1000)
    loans = Judged((random.random(1000) < pd).astype(np.int8), pd)
    return evaluate(loans, Yardsticks(0.2, 0.2, 0.2), JudgeSpec(draws=20))


def gates(*texts: str) -> tuple[Gate, ...]:
    return tuple(Gate.parse(text) for text in texts)


def test_every_number_may_be_named(figures: Evaluation) -> None:
    known = known_figures(figures)
    assert known["auc"] == figures.auc
    assert known["auc.low"].value == figures.auc.low
    assert known["corp.bce.p_value"].value == figures.corp.bce.p_value
    assert known["excess_ece"].value == pytest.approx(max(0.0, figures.ece.value - figures.ece.expected))
    assert "weights" not in known


def test_each_gate_has_its_figure_and_its_end(figures: Evaluation) -> None:
    low, high = check_gates(gates("auc < 0.99", "bce > 5"), figures)
    assert (low.failed, high.failed) == (True, False)
    assert (low.value, low.limit) == (figures.auc, 0.99)
    with pytest.raises(GateError) as caught:
        refuse_failed([low, high])
    assert caught.value.exit_code == 6
    assert caught.value.what == "1 of the --fail-if conditions is met."
    (said,) = caught.value.where
    assert said.startswith(f"auc < 0.99: auc is {figures.auc.value:.6g} ({figures.auc.low:.6g} – ")
    refuse_failed([high])


def test_a_figure_that_is_not_determined_fails(figures: Evaluation) -> None:
    bare = SimpleNamespace()
    assert known_figures(bare) == {}
    unknown = next(name for name, value in known_figures(figures).items() if math.isnan(value.value))
    (result,) = check_gates(gates(f"{unknown} < 1"), figures)
    assert result.failed
    with pytest.raises(GateError) as caught:
        refuse_failed([result])
    assert caught.value.where == (f"{unknown} < 1: {unknown} is not determined by these loans",)


def test_a_verdict_is_told_in_words(figures: Evaluation) -> None:
    assert figures.validation.verdict in ("amber", "green")
    for word in ("green", "amber", "red"):
        judged = replace(figures, validation=replace(figures.validation, verdict=word))
        plain, full = check_gates(gates("verdict >=  amber", "validation.verdict = red"), judged)
        assert (plain.word, full.word) == (word, word)
        assert (plain.failed, full.failed) == (word != "green", word == "red")
    with pytest.raises(GateError) as caught:
        refuse_failed([plain, full])
    assert caught.value.where == (
        "verdict >= amber: verdict is red",
        "validation.verdict = red: validation.verdict is red",
    )


def test_no_verdict_fails_as_a_figure_that_is_not_determined(figures: Evaluation) -> None:
    judged = replace(figures, validation=replace(figures.validation, verdict="not judged"))
    (result,) = check_gates(gates("verdict = red"), judged)
    assert result.failed
    assert math.isnan(result.value.value)
    with pytest.raises(GateError) as caught:
        refuse_failed([result])
    assert caught.value.where == ("verdict = red: verdict is not judged",)


def test_a_gate_on_the_verdict_is_printed_with_its_word(figures: Evaluation) -> None:
    judged = replace(figures, validation=replace(figures.validation, verdict="amber"))
    console = Console(width=100, record=True, file=StringIO())
    gates_section(console, check_gates(gates("verdict >= amber", "verdict = red"), judged))
    said = console.export_text()
    assert "FAILED: fail if verdict >= amber; it is amber" in said
    assert "passed: fail if verdict = red; it is amber" in said


def test_a_result_without_a_validation_has_no_verdict_to_gate() -> None:
    check_names(JudgeSpec(fail_if=("verdict = red",)))
    with pytest.raises(UsageError) as caught:
        check_gates(gates("verdict = red"), SimpleNamespace())
    assert caught.value.where == ('"verdict = red": there is no verdict',)


def test_names_that_are_none_are_refused_before_the_work(figures: Evaluation) -> None:
    wrong = ("acu < 0.7", "bce > 1", "nothing > 1")
    for check in (lambda: check_names(JudgeSpec(fail_if=wrong)), lambda: check_gates(gates(*wrong), figures)):
        with pytest.raises(UsageError) as caught:
            check()
        assert caught.value.what == "--fail-if names a figure that is not there."
        assert caught.value.where == (
            '"acu < 0.7": there is no acu; did you mean "auc"?',
            '"nothing > 1": there is no nothing',
        )
    check_names(JudgeSpec(fail_if=("money.break_even < 0.1", "auc < 0.7"), lgd=0.5, margin=0.1))
    check_names(JudgeSpec(fail_if=("vintages.undated > 3",)))
    with pytest.raises(UsageError):
        check_names(JudgeSpec(fail_if=("money.break_even < 0.1",)))
