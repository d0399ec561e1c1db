import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from creditrisk.metrics.estimate import Z, jeffreys, logit_wald, wald

quick = settings(max_examples=50, deadline=None, derandomize=True)


def test_z_is_the_normal_quantile_of_a_95_percent_interval():
    assert pytest.approx(stats.norm.ppf(0.975), rel=1e-14) == Z


@pytest.mark.parametrize(("value", "se"), [(0.0, 1.0), (-3.5, 0.25), (0.7, 1e-9), (12.0, 40.0)])
def test_wald_is_the_normal_interval(value, se):
    estimate = wald(value, se)
    assert (estimate.value, estimate.se) == (value, se)
    assert (estimate.low, estimate.high) == pytest.approx(stats.norm.interval(0.95, value, se), rel=1e-12)


@pytest.mark.parametrize(("value", "se"), [(0.5, 0.1), (0.75, 0.03), (0.99, 0.02), (0.01, 0.3), (0.999999, 1e-6)])
def test_logit_wald_is_the_normal_interval_of_the_log_odds(value, se):
    ends = special.expit(stats.norm.interval(0.95, special.logit(value), se / (value * (1 - value))))
    estimate = logit_wald(value, se)
    assert (estimate.value, estimate.se) == (value, se)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(ends), rel=1e-9)


@quick
@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.3))
def test_logit_wald_holds_its_value_and_stays_between_0_and_1(value, se):
    estimate = logit_wald(value, se)
    assert 0 <= estimate.low < value < estimate.high <= 1


@quick
@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.3))
def test_logit_wald_of_the_complement_is_mirrored(value, se):
    estimate, mirrored = logit_wald(value, se), logit_wald(1 - value, se)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((estimate.low, estimate.high), abs=1e-9)


@pytest.mark.parametrize(
    ("value", "se"), [(0.0, 0.0), (1.0, 0.0), (1.0, 0.1), (0.5, math.nan), (0.5, math.inf), (math.nan, 0.1)]
)
def test_logit_wald_has_no_interval_where_the_log_odds_or_the_error_do_not_exist(value, se):
    estimate = logit_wald(value, se)
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)
    assert (estimate.value, estimate.se) == pytest.approx((value, se), nan_ok=True)


@pytest.mark.parametrize(
    ("events", "n"), [(1, 2), (1, 10), (5, 10), (9, 10), (37, 1000), (2.5, 17.25), (0.01, 3.0), (999_999, 1_000_000)]
)
def test_jeffreys_ends_are_quantiles_of_the_posterior(events, n):
    estimate = jeffreys(events, n)
    ends = stats.beta.ppf([0.025, 0.975], events + 0.5, n - events + 0.5)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(ends), rel=1e-9)
    assert estimate.value == events / n
    assert estimate.se == pytest.approx(stats.binom.std(1, events / n) / math.sqrt(n), rel=1e-9)


@pytest.mark.parametrize("n", [1, 10, 500])
def test_jeffreys_ends_are_exact_where_no_or_every_loan_defaults(n):
    none, every = jeffreys(0, n), jeffreys(n, n)
    assert (none.low, none.high) == (0.0, pytest.approx(stats.beta.ppf(0.975, 0.5, n + 0.5), rel=1e-9))
    assert (every.low, every.high) == (pytest.approx(stats.beta.ppf(0.025, n + 0.5, 0.5), rel=1e-9), 1.0)


@pytest.mark.parametrize("n", [0, 0.0, -1])
def test_jeffreys_of_no_loan_is_not_a_number(n):
    estimate = jeffreys(0, n)
    assert np.isnan([estimate.value, estimate.low, estimate.high, estimate.se]).all()


@quick
@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_jeffreys_holds_the_rate_and_is_mirrored_for_the_repaid(counts):
    events, n = counts
    estimate, mirrored = jeffreys(events, n), jeffreys(n - events, n)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((estimate.low, estimate.high), abs=1e-12)


@pytest.mark.parametrize("n", [100, 400])
def test_jeffreys_covers_the_truth_in_95_of_100_samples_on_average(n):
    rates = np.linspace(0.05, 0.95, 181)
    events = np.arange(n + 1)
    ends = np.array([(e.low, e.high) for e in (jeffreys(int(k), n) for k in events)])
    covered = (ends[:, :1] <= rates) & (rates <= ends[:, 1:])
    coverage = (stats.binom.pmf(events[:, None], n, rates) * covered).sum(axis=0)
    assert coverage.mean() == pytest.approx(0.95, abs=0.005)
    assert coverage.min() > 0.90
