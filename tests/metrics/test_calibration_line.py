import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, loans
from scipy import optimize, special, stats
from sklearn.linear_model import LogisticRegression

from creditrisk.metrics.calibration import (
    calibration_line,
    fit_intercept,
)

quick = settings(max_examples=30, deadline=None, derandomize=True)
NAN = pytest.approx(math.nan, nan_ok=True)


def parts(estimate):
    return estimate.value, estimate.low, estimate.high, estimate.se


def negative_log_likelihood(y, z, w):
    """Return −ℓ(α, β) of P(y = 1) = expit(α + β z), written with scipy alone."""

    def loss(theta):
        eta = theta[0] + theta[1] * z
        return float(np.sum(w * -(special.xlogy(y, special.expit(eta)) + special.xlogy(1 - y, special.expit(-eta)))))

    return loss


def second_derivatives(function, at, step=1e-3):
    """Hessian of a function by central differences."""
    at, moves = np.asarray(at, dtype=np.float64), step * np.eye(len(at))
    return np.array(
        [
            [
                (function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b))
                / (4 * step**2)
                for b in moves
            ]
            for a in moves
        ]
    )


def maximum_likelihood(sample):
    """Intercept and slope by scikit-learn, without a penalty."""
    z = special.logit(sample.pd)[:, None]
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12)
    model.fit(z, sample.y, sample_weight=sample.weight)
    return model.intercept_[0], model.coef_[0, 0]


def overstated(slope, seed=0, n=2000):
    """Return loans whose PDs are too extreme: their log-odds are the true ones over `slope`."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-2, 1, n)
    y = (rng.random(n) < special.expit(z)).astype(np.int64)
    return y, special.expit(z / slope)


# --- binary cross-entropy and Brier score -----------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_fit_intercept_moves_the_expected_defaults_to_the_observed(sample):
    z = special.logit(sample.pd) - 1.3
    shift, _ = fit_intercept(sample.y, z, sample.weight)
    assert sample.mass @ special.expit(z + shift) == pytest.approx(sample.mass @ sample.y, rel=1e-12)


@pytest.mark.parametrize("sample", SAMPLES)
def test_error_of_fit_intercept_is_the_curvature_of_the_likelihood(sample):
    z = special.logit(sample.pd)
    loss = negative_log_likelihood(sample.y, z, sample.mass)
    shift, se = fit_intercept(sample.y, z, sample.weight)
    curvature = second_derivatives(lambda a: loss([a[0], 1.0]), [shift])
    errors = curved(curvature, sample, special.expit(z + shift), np.ones((len(z), 1)))
    assert se == pytest.approx(errors[0], rel=1e-5)


def curved(curvature, sample, pd, design):
    """Return standard errors by the curvature, with loan weights by Huber's sandwich around it."""
    inverse = np.linalg.inv(curvature)
    if sample.weight is None:
        return np.sqrt(np.diag(inverse))
    scores = design * (sample.mass * (sample.y - pd))[:, None]
    return np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse))


def test_weights_of_any_size_are_no_number_of_loans():
    sample = loans(7)
    plain = calibration_line(sample.y, sample.pd)
    for size in (1e-3, 1.0, 5e4):
        line = calibration_line(sample.y, sample.pd, np.full(len(sample.y), size))
        for name in ("in_the_large", "intercept", "slope"):
            assert getattr(line, name).se == pytest.approx(getattr(plain, name).se, rel=0.1)


def test_the_interval_of_a_weighted_slope_covers_the_truth():
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        z = rng.normal(-1, 1, 800)
        y = (rng.random(800) < special.expit(z)).astype(int)
        slope = calibration_line(y, special.expit(z), rng.lognormal(0, 1, 800) * 1000).slope
        covered += slope.low <= 1 <= slope.high
    assert 182 <= covered <= 198


@quick
@given(
    st.lists(st.floats(-12, 12), min_size=2, max_size=30).flatmap(
        lambda z: st.tuples(st.just(z), st.integers(1, len(z) - 1))
    )
)
def test_fit_intercept_finds_the_one_root(data):
    z, defaults = np.array(data[0]), data[1]
    y = np.arange(len(z)) < defaults
    root = optimize.brentq(lambda a: special.expit(z + a).sum() - defaults, -40, 40, xtol=1e-12)
    curvature = np.sum(special.expit(z + root) * special.expit(-z - root))
    assert fit_intercept(y, z)[0] == pytest.approx(root, abs=1e-9 + 1e-13 / curvature)


@pytest.mark.parametrize(
    "level",
    [-30.0, 0.0, 30.0, 50.0, -300.0],
)
def test_fit_intercept_of_equal_log_odds_is_the_distance_to_those_of_the_rate(level):
    shift, se = fit_intercept(np.array([0, 0, 0, 1]), np.full(4, level))
    assert shift == pytest.approx(math.log(1 / 3) - level, abs=1e-9)
    assert se == pytest.approx(1 / math.sqrt(4 * 0.25 * 0.75), rel=1e-9)


@pytest.mark.parametrize("sample", SAMPLES)
def test_calibration_in_the_large_is_the_fitted_shift_with_a_wald_interval(sample):
    large = calibration_line(sample.y, sample.pd, sample.weight).in_the_large
    shift, se = fit_intercept(sample.y, special.logit(sample.pd), sample.weight)
    assert (large.value, large.se) == pytest.approx((shift, se), rel=1e-9, abs=1e-12)
    assert (large.low, large.high) == pytest.approx(stats.norm.interval(0.95, shift, se), rel=1e-9)


def test_calibration_in_the_large_is_the_shift_of_the_log_odds():
    sample = loans(12)
    right = calibration_line(sample.y, sample.pd).in_the_large.value
    too_low = calibration_line(sample.y, special.expit(special.logit(sample.pd) - 0.5)).in_the_large.value
    assert too_low == pytest.approx(right + 0.5, rel=1e-9)


# --- calibration intercept and slope ----------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_calibration_line_agrees_with_scikit_learn(sample):
    line = calibration_line(sample.y, sample.pd, sample.weight)
    assert (line.intercept.value, line.slope.value) == pytest.approx(maximum_likelihood(sample), rel=1e-6)


@pytest.mark.parametrize("sample", SAMPLES)
def test_errors_of_the_calibration_line_are_the_curvature_of_the_likelihood(sample):
    line = calibration_line(sample.y, sample.pd, sample.weight)
    loss = negative_log_likelihood(sample.y, special.logit(sample.pd), sample.mass)
    curvature = second_derivatives(loss, [line.intercept.value, line.slope.value])
    z = special.logit(sample.pd)
    pd = special.expit(line.intercept.value + line.slope.value * z)
    errors = curved(curvature, sample, pd, np.column_stack([np.ones_like(z), z]))
    assert (line.intercept.se, line.slope.se) == pytest.approx(tuple(errors), rel=1e-5)


@pytest.mark.parametrize("sample", SAMPLES)
def test_intervals_of_the_calibration_line_are_walds(sample):
    line = calibration_line(sample.y, sample.pd, sample.weight)
    for figure in (line.intercept, line.slope):
        assert (figure.low, figure.high) == pytest.approx(stats.norm.interval(0.95, figure.value, figure.se), rel=1e-12)


@pytest.mark.parametrize("sample", SAMPLES)
def test_pds_moved_by_their_own_calibration_line_are_calibrated(sample):
    line = calibration_line(sample.y, sample.pd, sample.weight)
    moved = special.expit(line.intercept.value + line.slope.value * special.logit(sample.pd))
    again = calibration_line(sample.y, moved, sample.weight)
    assert (again.in_the_large.value, again.intercept.value) == pytest.approx((0, 0), abs=1e-9)
    assert again.slope.value == pytest.approx(1, abs=1e-9)


def test_interval_of_the_slope_covers_the_truth_in_95_of_100_samples():
    lines = [calibration_line(*overstated(0.8, seed, n=600)) for seed in range(250)]
    assert np.mean([line.slope.low <= 0.8 <= line.slope.high for line in lines]) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("slope", [2.0, 1.25, 0.8, 0.5, 1 / 3, 0.25, 0.125])
def test_slope_of_extreme_or_timid_pds_is_found(slope):
    y, pd = overstated(slope)
    figure = calibration_line(y, pd).slope
    assert figure.low < slope < figure.high


@pytest.mark.parametrize("pd", [0.3, 0.05, 0.001, 0.0])
def test_slope_of_two_pds_is_the_log_odds_ratio_over_their_distance(pd):
    y, high = np.repeat([0, 1, 0, 1], [7, 3, 3, 7]), np.repeat([False, True], 10)
    clipped = max(pd, 1e-15)
    slope = math.log(7 / 3) / math.log((1 - clipped) / clipped)
    line = calibration_line(y, np.where(high, 1 - pd, pd))
    assert line.slope.value == pytest.approx(slope, rel=1e-3)
    assert line.intercept.value == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("y", "pd"),
    [
        ([0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        ([1, 1, 1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        ([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.3, 0.5, 0.6]),
        ([0, 0, 1, 1], [0.0, 0.0, 1.0, 1.0]),
        ([0, 1], [0.2, 0.7]),
    ],
    ids=["separated", "separated the wrong way", "separated but for a tie", "perfect", "two loans"],
)
def test_separated_classes_have_no_calibration_line(y, pd):
    line = calibration_line(np.array(y), np.array(pd))
    assert parts(line.intercept) == (NAN, NAN, NAN, NAN)
    assert parts(line.slope) == (NAN, NAN, NAN, NAN)
    assert math.isfinite(line.in_the_large.value)


@pytest.mark.parametrize("pd", [0.0, 1e-9, 0.2, 0.5, 0.97, 1.0])
def test_constant_pds_have_a_level_but_no_slope(pd):
    line = calibration_line(np.array([0, 0, 0, 1]), np.full(4, pd))
    inside = min(max(pd, 1e-15), 1 - 1e-15)
    assert line.in_the_large.value == pytest.approx(special.logit(0.25) - special.logit(inside), rel=1e-9)
    assert line.in_the_large.se == pytest.approx(1 / math.sqrt(0.75), rel=1e-9)
    assert parts(line.intercept) == (NAN, NAN, NAN, NAN)
    assert parts(line.slope) == (NAN, NAN, NAN, NAN)


def test_certain_pds_among_others_leave_the_slope_finite():
    y = np.array([0, 0, 1, 0, 1, 0, 1, 1])
    line = calibration_line(y, np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0]))
    assert 0 < line.slope.value < math.inf
    assert 0 < line.slope.se < math.inf


# --- weights ----------------------------------------------------------------------------------------------------
