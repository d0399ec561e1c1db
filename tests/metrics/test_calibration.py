import math

import numpy as np
import pytest
from hypothesis import settings
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import special, stats
from sklearn.metrics import brier_score_loss, log_loss

from creditrisk.metrics.calibration import (
    bce,
    bce_difference,
    bce_rows,
    bce_skill,
    brier,
    calibration_line,
    observed_over_expected,
)
from creditrisk.metrics.estimate import Estimate

quick = settings(max_examples=30, deadline=None, derandomize=True)
NAN = pytest.approx(math.nan, nan_ok=True)


def parts(estimate):
    return estimate.value, estimate.low, estimate.high, estimate.se


@pytest.mark.parametrize("sample", SAMPLES)
def test_bce_agrees_with_scikit_learn(sample):
    truth = log_loss(sample.y, sample.pd, sample_weight=sample.weight)
    assert bce(sample.y, sample.pd, sample.weight).value == pytest.approx(truth, rel=1e-13)


@pytest.mark.parametrize("sample", SAMPLES)
def test_brier_agrees_with_scikit_learn(sample):
    truth = brier_score_loss(sample.y, sample.pd, sample_weight=sample.weight)
    assert brier(sample.y, sample.pd, sample.weight).value == pytest.approx(truth, rel=1e-13)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_errors_of_bce_and_brier_are_those_of_a_mean(sample):
    given_pd = np.where(sample.y == 1, sample.pd, 1 - sample.pd)
    for estimate, rows in ((bce, -np.log(given_pd)), (brier, (1 - given_pd) ** 2)):
        figure = estimate(sample.y, sample.pd)
        assert figure.se == pytest.approx(stats.sem(rows), rel=1e-12)
        assert (figure.low, figure.high) == pytest.approx(
            stats.norm.interval(0.95, rows.mean(), stats.sem(rows)), rel=1e-12
        )


def test_weighted_errors_are_the_spread_over_samples():
    rng = np.random.default_rng(8)
    estimates = []
    for _ in range(1000):
        pd, w = special.expit(rng.normal(-1, 1, 120)), rng.exponential(size=120) + 0.05
        estimates.append(bce((rng.random(120) < pd).astype(np.int64), pd, w))
    assert np.mean([e.se for e in estimates]) == pytest.approx(np.std([e.value for e in estimates]), rel=0.08)


@pytest.mark.parametrize(
    ("y", "pd", "truth"),
    [
        (0, 0.0, 1e-15),
        (1, 1.0, 1e-15),
        (1, 0.0, -math.log(1e-15)),
        (0, 1.0, -math.log(1e-15)),
        (1, 0.25, math.log(4)),
        (0, 0.75, math.log(4)),
    ],
)
def test_bce_of_one_loan(y, pd, truth):
    # 1 − 1e-15 is not a double, the nearest is 1 − 9.992e-16: hence the tolerance
    assert bce_rows(np.array([y]), np.array([pd]))[0] == pytest.approx(truth, rel=1e-3)


def test_brier_of_certain_pds_is_the_share_of_errors():
    assert brier(np.array([0, 0, 1, 1]), np.array([0.0, 1.0, 1.0, 1.0])).value == 0.25


def test_scores_of_single_precision_pds_are_those_of_their_double_values():
    y, single = np.array([0, 1, 1]), np.array([0.0, 0.3, 1.0], dtype=np.float32)
    assert bce(y, single) == bce(y, single.astype(np.float64))


@pytest.mark.parametrize("sample", SAMPLES)
def test_bce_skill_is_the_share_of_the_cross_entropy_removed(sample):
    null = log_loss(sample.y, np.full(len(sample.y), 0.3), sample_weight=sample.weight)
    truth = 1 - log_loss(sample.y, sample.pd, sample_weight=sample.weight) / null
    assert bce_skill(sample.y, sample.pd, 0.3, sample.weight).value == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_error_of_bce_skill_is_that_of_a_ratio_of_means(sample):
    model = -np.log(np.where(sample.y == 1, sample.pd, 1 - sample.pd))
    null = -np.log(np.where(sample.y == 1, 0.3, 0.7))
    gradient = np.array([1 / null.mean(), -model.mean() / null.mean() ** 2])
    variance = gradient @ np.cov(model, null) @ gradient / len(model)
    assert bce_skill(sample.y, sample.pd, 0.3).se == pytest.approx(math.sqrt(variance), rel=1e-10)


def test_error_of_bce_skill_agrees_with_the_jackknife():
    sample = loans(9, n=400)
    n = len(sample.y)
    without = [bce_skill(np.delete(sample.y, i), np.delete(sample.pd, i), 0.3).value for i in range(n)]
    jackknife = math.sqrt((n - 1) * np.var(without))
    assert bce_skill(sample.y, sample.pd, 0.3).se == pytest.approx(jackknife, rel=0.01)


@pytest.mark.parametrize(
    ("pd", "truth"),
    [
        ([0.25] * 4, 0.0),
        ([0.0, 0.0, 0.0, 1.0], 1.0),
        ([0.5] * 4, 1 - math.log(2) / (0.25 * math.log(4) + 0.75 * math.log(4 / 3))),
    ],
    ids=["base rate", "perfect", "worse than the base rate"],
)
def test_bce_skill_by_hand(pd, truth):
    assert bce_skill(np.array([0, 0, 0, 1]), np.array(pd), 0.25).value == pytest.approx(truth, abs=1e-14)


@pytest.mark.parametrize("sample", SAMPLES)
def test_bce_difference_is_the_difference_of_both(sample):
    other = np.sqrt(sample.pd)
    difference = bce_difference(sample.y, sample.pd, other, sample.weight)
    truth = log_loss(sample.y, sample.pd, sample_weight=sample.weight) - log_loss(
        sample.y, other, sample_weight=sample.weight
    )
    assert difference.value == pytest.approx(truth, abs=1e-13)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_bce_difference_has_the_error_of_the_paired_t_test(sample):
    other = np.sqrt(sample.pd)
    difference = bce_difference(sample.y, sample.pd, other)
    test = stats.ttest_rel(*(-np.log(np.where(sample.y == 1, pd, 1 - pd)) for pd in (sample.pd, other)))
    assert difference.value / difference.se == pytest.approx(test.statistic, rel=1e-10)


def test_bce_difference_of_a_model_from_itself_is_exactly_zero():
    sample = loans(10, weighting="fractional")
    assert bce_difference(sample.y, sample.pd, sample.pd, sample.weight) == Estimate(0.0, 0.0, 0.0, 0.0)


# --- observed over expected -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_observed_over_expected_is_the_ratio_of_the_sums(sample):
    estimate = observed_over_expected(sample.y, sample.pd, sample.weight)
    assert estimate.value == pytest.approx((sample.mass @ sample.y) / (sample.mass @ sample.pd), rel=1e-13)


@pytest.mark.parametrize("sample", SAMPLES)
def test_observed_over_expected_has_the_interval_of_the_rate_at_the_effective_number(sample):
    w = sample.mass
    n, rate, mean = w.sum() ** 2 / (w @ w), np.average(sample.y, weights=w), np.average(sample.pd, weights=w)
    ends = stats.beta.ppf([0.025, 0.975], n * rate + 0.5, n * (1 - rate) + 0.5)
    estimate = observed_over_expected(sample.y, sample.pd, sample.weight)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(ends / mean), rel=1e-9)
    assert estimate.se == pytest.approx(math.sqrt(rate * (1 - rate) / n) / mean, rel=1e-12)


def test_equal_weights_leave_observed_over_expected_unchanged():
    sample = loans(11)
    equal = observed_over_expected(sample.y, sample.pd, np.full(len(sample.y), 4.0))
    assert parts(equal) == pytest.approx(parts(observed_over_expected(sample.y, sample.pd)), rel=1e-12)


@pytest.mark.parametrize(("pd", "truth"), [(0.5, 0.5), (0.25, 1.0), (0.125, 2.0), (1.0, 0.25)])
def test_observed_over_expected_by_hand(pd, truth):
    assert observed_over_expected(np.array([0, 0, 0, 1]), np.full(4, pd)).value == truth


def test_observed_over_expected_does_not_exist_where_nothing_is_expected():
    assert parts(observed_over_expected(np.array([0, 1]), np.zeros(2))) == (NAN, NAN, NAN, NAN)


# --- calibration in the large -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "figure",
    [
        bce,
        brier,
        observed_over_expected,
        lambda y, pd, w=None: bce_skill(y, pd, 0.3, w),
        lambda y, pd, w=None: bce_difference(y, pd, np.sqrt(pd), w),
        lambda y, pd, w=None: calibration_line(y, pd, w).in_the_large,
        lambda y, pd, w=None: calibration_line(y, pd, w).intercept,
        lambda y, pd, w=None: calibration_line(y, pd, w).slope,
    ],
    ids=["bce", "brier", "observed/expected", "skill", "difference", "in the large", "intercept", "slope"],
)
@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(figure, sample):
    rows = repeated(sample)
    weighted, unweighted = figure(sample.y, sample.pd, sample.weight), figure(rows.y, rows.pd)
    assert weighted.value == pytest.approx(unweighted.value, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("figure", [bce, brier, observed_over_expected])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_scale_of_the_weights_does_not_count(figure, sample):
    scaled = figure(sample.y, sample.pd, 7.5 * sample.mass)
    assert parts(scaled) == pytest.approx(parts(figure(sample.y, sample.pd, sample.weight)), rel=1e-11)
