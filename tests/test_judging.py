"""What may be asked of a judgement: gates and options, all that is wrong at once."""

from __future__ import annotations

import math

import pytest

from creditrisk.errors import UsageError
from creditrisk.judging import VERDICTS, Gate, JudgeSpec


@pytest.mark.parametrize(
    ("text", "figure", "sign", "limit"),
    [
        ("auc < 0.72", "auc", "<", 0.72),
        ("  excess_ece>=1e-2 ", "excess_ece", ">=", 0.01),
        ("default_rate.high > 5 %", "default_rate.high", ">", 0.05),
        ("bce_skill<=-.1", "bce_skill", "<=", -0.1),
        ("verdict=red", "verdict", "=", 2.0),
        (" validation.verdict  >= amber ", "validation.verdict", ">=", 1.0),
        ("verdict < red", "verdict", "<", 2.0),
    ],
)
def test_a_gate_is_read(text: str, figure: str, sign: str, limit: float) -> None:
    gate = Gate.parse(text)
    assert (gate.figure, gate.sign, gate.limit) == (figure, sign, pytest.approx(limit))


@pytest.mark.parametrize("text", ["", "auc", "auc = 0.7", "auc < high", "auc < 1.2.3", "auc < 1 and bce > 2", "< 0.7"])
def test_what_is_no_gate_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Gate.parse(text)
    assert caught.value.what == f"--fail-if must compare a figure with a number, got {text!r}."


@pytest.mark.parametrize(
    "text",
    ["verdict", "verdict = rot", "verdict > 1", "verdict < green", "verdict >= green", "verdict > red",
     "verdict <= red", "verdict = red or auc < 1", "verdict == red"],
)  # fmt: skip
def test_a_verdict_is_compared_with_a_word_that_some_verdicts_pass(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Gate.parse(text)
    assert caught.value.what == (
        f"--fail-if must compare the verdict with green, amber or red so that some of them pass, got {text!r}."
    )
    assert caught.value.fix == 'Example: --fail-if "verdict >= amber"'


def test_green_is_below_amber_is_below_red_and_no_verdict_fails() -> None:
    trips = {text: [Gate.parse(f"verdict {text}").trips(VERDICTS.index(word)) for word in ("green", "amber", "red")]
             for text in ("= red", ">= amber", "> green", "= green", "< amber", "<= amber")}  # fmt: skip
    assert trips == {
        "= red": [False, False, True],
        ">= amber": [False, True, True],
        "> green": [False, True, True],
        "= green": [True, False, False],
        "< amber": [True, False, False],
        "<= amber": [True, True, False],
    }
    assert Gate.parse("verdict = red").trips(math.nan)


def test_a_gate_trips_by_its_sign_and_where_nothing_is_known() -> None:
    trips = {sign: [Gate.parse(f"auc {sign} 0.7").trips(value) for value in (0.6, 0.7, 0.8)]
             for sign in ("<", "<=", ">", ">=")}  # fmt: skip
    assert trips == {"<": [True, False, False], "<=": [True, True, False], ">": [False, False, True],
                     ">=": [False, True, True]}  # fmt: skip
    assert Gate.parse("auc < 0.7").trips(math.nan)
    assert Gate.parse("auc > 0.7").trips(math.nan)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"draws": 19}, "--draws must be between 20 and 100000, got 19"),
        ({"rho": 1.0}, "--rho must be 0 or more and below 1, got 1.0"),
        ({"rho": math.nan}, "--rho must be 0 or more and below 1, got nan"),
        ({"lgd": 1.2, "margin": 0.1}, "--lgd must be a share between 0 and 1 (65 % is 0.65), got 1.2"),
        ({"lgd": 0.5}, "--lgd needs --margin or --margin-column beside it"),
        ({"margin": 0.1}, "--margin: --lgd is needed too"),
        ({"amount": "a"}, "--amount: --lgd is needed too"),
        ({"lgd": 0.5, "margin": 0.1, "margin_column": "m"}, "--margin and --margin-column exclude each other"),
        ({"by": ("a", "a")}, '--by names "a" twice'),
        ({"report": "x.html", "model_card": "x.html"}, "--report and --model-card are one file"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        JudgeSpec(**given)  # type: ignore[arg-type]
    assert caught.value.what == "An option cannot be used as it is given."
    assert caught.value.where == (says,)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        JudgeSpec(draws=1, rho=2.0, by=("a", "a"))
    assert len(caught.value.where) == 3


def test_the_columns_beside_are_each_named_once() -> None:
    judge = JudgeSpec(by=("a", "b"), protected=("a",), lgd=0.5, margin_column="m", amount="b")
    assert judge.beside == ("a", "b", "m")
    assert judge.wants_money
    assert not JudgeSpec().wants_money
