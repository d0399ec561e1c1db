"""Default rates that move, and relations that turn round."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from two_sides import halves, loans_of, number, the

from creditrisk.audit.drift.changed_risk import level_shift, relation_turns
from creditrisk.metrics.discrimination import auc

RNG = np.random.default_rng(9)
ROWS = 2000
NEWER = np.arange(ROWS) >= 0.7 * ROWS
X = RNG.normal(size=ROWS)


def outcomes(log_odds: np.ndarray) -> np.ndarray:
    return (RNG.random(ROWS) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)


def test_a_default_rate_that_moves_is_told_with_both_rates_and_their_ratio() -> None:
    y_true = np.zeros(ROWS)
    y_true[:140] = 1.0
    y_true[ROWS - 120 :] = 1.0
    y_true[500] = math.nan
    finding = the(level_shift, halves([number("x", X)], y_true))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "level-shift", ())
    assert finding.what == "The default rate of the newer loans is higher than that of the older ones."
    assert finding.evidence == (
        "10.0 % of 1,399 older loans and 20.0 % of 600 newer ones defaulted: 2.00 times as many (1.60 to 2.50)."
    )
    assert finding.fix == (
        "PDs of a model of all loans lie between both levels: look at its calibration by --time. See first that the "
        "newest loans have had the time to default."
    )


@pytest.mark.parametrize(
    "y_true",
    [
        np.tile([1.0, 0, 0, 0], ROWS // 4),
        np.where(NEWER, math.nan, np.tile([1.0, 0, 0, 0], ROWS // 4)),
        np.where(np.arange(ROWS) % 200 == 0, 1.0, 0.0) + NEWER * (np.arange(ROWS) % 100 == 1),
    ],
    ids=["the same rate", "no newer outcomes", "few defaults"],
)
def test_no_level_is_told_without_a_difference_or_without_outcomes(y_true: np.ndarray) -> None:
    assert list(level_shift(halves([number("x", X)], y_true))) == []


def test_a_relation_that_turns_is_told_with_the_periods_that_show_it() -> None:
    time = np.arange(ROWS) * 1.0
    sign = np.where(time < 1500, 1.0, -1.0)
    y_true = outcomes(1.2 * sign * X)
    finding = the(relation_turns, halves([number("x", X), *loans_of(1, ROWS)[:3]], y_true, time))
    assert (finding.severity, finding.columns) == ("medium", ("x",))
    assert finding.what == 'The relation to default turned round over time: "x".'
    assert finding.evidence.startswith('AUC of the value itself, above 0.5 where higher is riskier: "x" 0.')
    assert finding.evidence.endswith("period 1 of 8 is the oldest.")
    assert finding.fix == "See whether the column changed its meaning; if it did not, --drop NAME trains without it."


def test_without_a_time_the_newer_loans_are_the_second_period() -> None:
    y_true = outcomes(np.where(NEWER, -1.2, 1.2) * X)
    finding = the(relation_turns, halves([number("x", X)], y_true))
    up, down = auc(y_true[~NEWER], X[~NEWER]), auc(y_true[NEWER], X[NEWER])
    assert finding.evidence == (
        f'AUC of the value itself, above 0.5 where higher is riskier: "x" {up.value:.2f} ({up.low:.2f} to '
        f"{up.high:.2f}) in period 1 and {down.value:.2f} ({down.low:.2f} to {down.high:.2f}) in period 2; period 1 of "
        "2 is the oldest."
    )


def test_a_relation_that_only_fades_and_one_of_the_clock_itself_do_not_turn() -> None:
    time = np.arange(ROWS) * 1.0
    fading = halves([number("x", X)], outcomes(np.where(time < 1500, 1.2, 0.0) * X), time)
    assert list(relation_turns(fading)) == []
    clock = halves([number("year", time)], outcomes(np.where(NEWER, -2, 2) * np.sin(time)), time)
    assert list(relation_turns(clock)) == []
    assert list(relation_turns(replace(fading, y_true=None))) == []


def test_an_auc_of_one_has_no_interval_to_show() -> None:
    y_true = np.tile([1.0, 0.0, 0.0, 0.0], ROWS // 4)
    values = np.where(NEWER, -y_true, y_true)
    finding = the(relation_turns, halves([number("x", values)], y_true))
    assert '"x" 1.00 in period 1 and 0.00 in period 2;' in finding.evidence
