from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from creditrisk.metrics import univariate
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.univariate import Alone, Outcomes, alone, auc_of_counts

quick = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def outcomes(rng, rows, rate):
    y = np.zeros(rows)
    y[rng.permutation(rows)[: int(rows * rate)]] = 1.0
    return y


@quick
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8))
def test_the_auc_of_counts_is_delongs_of_the_loans(groups):
    repaid, defaults = (np.array(part) for part in zip(*groups, strict=True))
    if repaid.sum() < 2 or defaults.sum() < 2:
        return
    place = np.arange(len(groups))
    score = np.concatenate([np.repeat(place, repaid), np.repeat(place, defaults)]).astype(float)
    y = np.repeat([0.0, 1.0], [repaid.sum(), defaults.sum()])
    one, other = auc_of_counts(repaid, defaults), auc(y, score)
    assert (one.value, one.se) == pytest.approx((other.value, other.se))
    if one.value < 1:
        assert (one.low, one.high) == pytest.approx((other.low, other.high), nan_ok=True)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_monotone_column_has_the_plain_auc_in_either_direction(rng, sign):
    y = outcomes(rng, 2000, 0.2)
    values = sign * (rng.normal(size=2000) + y)
    measured = alone(values, y, codes=False).auc
    assert measured.value == pytest.approx(roc_auc_score(y, sign * values))
    assert measured.low == pytest.approx(auc(y, sign * values).low)


def test_a_relation_of_any_form_is_seen(rng):
    y = outcomes(rng, 4000, 0.3)
    values = np.where(y == 1, rng.choice([-3.0, 3.0], 4000), 0.0) + rng.normal(size=4000)
    assert roc_auc_score(y, values) == pytest.approx(0.5, abs=0.03)
    assert alone(values, y, codes=False).auc.value == pytest.approx(roc_auc_score(y, np.abs(values)), abs=0.02)


def test_missing_is_a_value_of_its_own(rng):
    y = outcomes(rng, 2000, 0.2)
    values = np.where(y == 1, np.nan, rng.normal(size=2000))
    for codes in (False, True):
        measured = alone(np.where(np.isnan(values), np.nan, np.round(values)), y, codes=codes).auc
        assert measured.value == 1.0
        assert 0.99 < measured.low < 1.0 == measured.high


def test_codes_have_no_order(rng):
    y = outcomes(rng, 3000, 0.2)
    level = np.where(y == 1, rng.choice([1, 4, 6], 3000), rng.choice([0, 2, 3, 5], 3000)).astype(float)
    assert alone(level, y, codes=True).auc.value == 1.0
    shuffled = rng.permutation(7)[level.astype(int)].astype(float)
    assert alone(shuffled, y, codes=True).auc.value == 1.0


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        (lambda rng, n: rng.normal(size=n), False),
        (lambda rng, n: rng.poisson(1.0, n).astype(float), False),
        (lambda rng, n: np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)), False),
        (lambda _, n: np.arange(n).astype(float), False),
        (lambda rng, n: rng.integers(0, 30, n).astype(float), True),
        (lambda rng, n: rng.integers(0, n // 2, n).astype(float), True),
    ],
    ids=["numbers", "counts", "some missing", "the order of the rows", "thirty levels", "hundreds of levels"],
)
def test_noise_is_not_favoured(rng, column, codes):
    measured = [alone(column(rng, 600), outcomes(rng, 600, 0.2), codes=codes).auc for _ in range(200)]
    assert np.mean([one.value for one in measured]) < 0.52
    assert np.mean([one.low > 0.5 for one in measured]) <= 0.08


def test_the_interval_covers_what_a_column_of_levels_tells(rng):
    rates = np.linspace(0.05, 0.5, 8)
    level = rng.integers(0, 8, 400_000)
    y = (rng.random(400_000) < rates[level]).astype(float)
    truth = auc(y, rates[level]).value
    parts = [alone(level[s : s + 1500].astype(float), y[s : s + 1500], codes=True).auc for s in range(0, 300_000, 1500)]
    assert np.mean([one.low <= truth <= one.high for one in parts]) >= 0.93


def test_the_information_value_is_that_of_the_formula():
    values = np.repeat([0.0, 1.0], [300, 100])
    y = np.concatenate([np.repeat([0.0, 1.0], [270, 30]), np.repeat([0.0, 1.0], [50, 50])])
    good, bad = np.array([270.5, 50.5]) / 321, np.array([30.5, 50.5]) / 81
    assert alone(values, y, codes=False).iv == pytest.approx(np.sum((good - bad) * np.log(good / bad)))


def test_few_defaults_and_an_empty_column(rng):
    y = outcomes(rng, 100, 0.03)
    assert math.isnan(alone(rng.normal(size=100), y, codes=False).auc.value)
    assert math.isnan(alone(np.ones(100), y, codes=True).iv)
    nothing = alone(np.full(100, np.nan), outcomes(rng, 100, 0.2), codes=False)
    assert isinstance(nothing, Alone)
    assert (nothing.auc.value, nothing.iv) == (0.5, 0.0)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match=r"values and y_true must have one shape \(n_rows,\), got \(3,\) and \(2,\)."):
        alone(np.zeros(3), np.zeros(2), codes=False)
    with pytest.raises(ValueError, match=r"y_true must hold 0 and 1 only\."):
        alone(np.zeros(3), np.array([0.0, 1.0, np.nan]), codes=False)


@pytest.mark.parametrize("risky", [True, False])
def test_the_plain_order_has_the_missing_at_the_end_that_fits(rng, risky):
    y = outcomes(rng, 2000, 0.2)
    values = rng.normal(size=2000) + y
    values[(y == risky) & (rng.random(2000) < 0.5)] = np.nan
    placed = np.where(np.isnan(values), 99.0 if risky else -99.0, values)
    assert alone(values, y, codes=False).auc.value == pytest.approx(roc_auc_score(y, placed))


def slow_order(loans, of_missing):
    """Rank by the numbers' order in both directions with all there is to know of each, and take the better."""
    total = loans.sum(axis=1) + of_missing
    riskier = of_missing[1] * total[0] > of_missing[0] * total[1]
    last = of_missing[:, None]
    ways = [np.concatenate([way, last] if riskier else [last, way], axis=1) for way in (loans, loans[:, ::-1])]
    return max((auc_of_counts(*way) for way in ways), key=lambda one: one.value)


@pytest.mark.parametrize("share_missing", [0.0, 0.2])
@pytest.mark.parametrize("effect", [0.0, 0.3, 3.0])
def test_outcomes_made_once_and_orders_seen_by_their_value_change_no_figure(rng, effect, share_missing):
    y = outcomes(rng, 300, 0.3)
    once = Outcomes.of(y)
    for decimals in (0, 3):
        values = np.round(rng.normal(size=300) - effect * y, decimals)
        values[rng.random(300) < share_missing] = np.nan
        assert alone(values, once, codes=False) == alone(values, y, codes=False)
        assert alone(values, once, codes=True) == alone(values, y, codes=True)
        distinct, of_missing = univariate._by_value(values, once.cell)
        loans, missing = distinct.sum(axis=0), of_missing.sum(axis=0)
        slow = slow_order(loans, missing)
        assert univariate._by_order(loans, missing, 0.0) == slow
        assert univariate._by_order(loans, missing, slow.value) is None
        bins = univariate._number_bins(distinct, has_missing=bool(missing.sum()))
        pooled = univariate._pooled(distinct, bins, of_missing)
        here = [distinct[:, :, bins == one].sum(axis=2) for one in np.unique(bins)]
        assert pooled[:, :, : len(here)].tolist() == np.stack(here, axis=2).tolist()


def test_outcomes_are_0_and_1():
    with pytest.raises(ValueError, match="0 and 1 only"):
        Outcomes.of(np.array([0.0, 1.0, 2.0]))
