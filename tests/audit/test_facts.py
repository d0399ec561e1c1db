"""The facts of each column, against NumPy, and never the value of one loan."""

from __future__ import annotations

import math

import numpy as np
import pytest
from two_sides import number, text

from creditrisk.audit.facts import column_facts
from creditrisk.audit.loans import AuditedColumn, AuditedLoans
from creditrisk.audit.periods import Periods
from creditrisk.metrics.univariate import alone

RNG = np.random.default_rng(15)
ROWS = 1200
X = RNG.normal(size=ROWS)
Y = (RNG.random(ROWS) < 1 / (1 + np.exp(1.0 - X))).astype(np.float64)


def test_a_number_is_described_by_shares_and_quantiles() -> None:
    values = np.where(np.arange(ROWS) < 300, np.nan, np.exp(X + 8))
    values[300:420] = 0.0
    (facts,) = column_facts(AuditedLoans((number("income", values),)), None)
    present = values[300:]
    assert (facts.missing, facts.distinct) == (0.25, len(np.unique(present)))
    assert facts.top_share == pytest.approx(120 / 900)
    assert facts.quantiles[0] == 0.0
    assert facts.quantiles[2:] == pytest.approx(np.quantile(present, [0.5, 0.75, 0.99]), rel=0.2)
    assert not set(facts.quantiles[1:]) & set(values[420:].tolist())
    assert facts.auc is None
    assert math.isnan(facts.iv)
    assert facts.trend == ()


def test_codes_among_numbers_are_listed() -> None:
    values = np.where(np.arange(ROWS) % 20 == 0, 999.0, RNG.integers(0, 9, ROWS))
    (facts,) = column_facts(AuditedLoans((number("late", values),)), None)
    assert facts.special == (999.0,)


def test_dates_have_whole_days_and_categories_and_ids_no_quantiles() -> None:
    columns = (
        AuditedColumn("made", "date", "time", 16_000 + np.floor(300 * RNG.random(ROWS))),
        text("home", RNG.integers(0, 4, ROWS)),
        AuditedColumn("loan", "numeric", "id", np.arange(ROWS) * 1.0, note="an id"),
        number("few", np.where(np.arange(ROWS) < 15, 1.0, np.nan)),
        number("none", np.full(ROWS, np.nan)),
    )
    facts = column_facts(AuditedLoans(columns), None)
    assert all(day == int(day) and 16_000 <= day <= 16_300 for day in facts[0].quantiles)
    assert [each.quantiles for each in facts[1:]] == [()] * 4
    assert (facts[2].use, facts[2].note) == ("id", "an id")
    assert (facts[4].missing, facts[4].distinct) == (1.0, 0)
    assert math.isnan(facts[4].top_share)


def test_what_a_column_tells_is_measured_on_known_outcomes_and_by_period() -> None:
    y_true = np.where(np.arange(ROWS) % 12 == 0, np.nan, Y)
    member = np.repeat([0, 1, 2, -1], 300)
    columns = (number("x", X), text("home", (X > 0) * 1.0))
    known = ~np.isnan(y_true)
    periods = Periods(("a", "b", "c"), member.astype(np.intp))
    for column, facts in zip(columns, column_facts(AuditedLoans(columns, y_true), periods), strict=True):
        codes = column.kind == "categorical"
        whole = alone(column.values[known], y_true[known], codes=codes)
        assert (facts.auc, facts.iv) == (whole.auc, whole.iv)
        parts = [known & (member == period) for period in range(3)]
        assert facts.trend == tuple(alone(column.values[p], y_true[p], codes=codes).auc.value for p in parts)


def test_a_period_with_too_few_outcomes_and_loans_of_one_outcome_have_no_auc() -> None:
    member = np.where(np.arange(ROWS) < 90, 0, 1).astype(np.intp)
    (facts,) = column_facts(AuditedLoans((number("x", X),), Y), Periods(("a", "b"), member))
    assert math.isnan(facts.trend[0])
    assert facts.trend[1] > 0.6
    (facts,) = column_facts(AuditedLoans((number("x", X),), np.ones(ROWS)), Periods(("a", "b"), member))
    assert (facts.auc, facts.trend) == (None, ())
