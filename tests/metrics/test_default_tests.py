import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from creditrisk.metrics.default_tests import (
    binomial_p,
    binomial_p_too_high,
    chance_too_high,
    chance_too_low,
    fewest_too_low,
    jeffreys_p,
    jeffreys_p_too_high,
)

quick = settings(max_examples=80, deadline=None, derandomize=True)
TESTS = [jeffreys_p, jeffreys_p_too_high, binomial_p, binomial_p_too_high]
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CASES = [(1, 0.3), (5, 0.5), (40, 0.02), (200, 0.1), (1000, 0.02), (3000, 0.08), (60, 0.9)]


def test_published_values():
    # Deep Credit Risk: Jeffreys' test of 2 defaults among 6 loans at a PD of 3.67 %.
    assert round(jeffreys_p(2, 6, 0.0367), 6) == 0.004380


@quick
@given(COUNTS, st.floats(0, 1))
def test_p_values_are_those_of_scipy(counts, pd):
    d, n = counts
    assert jeffreys_p(d, n, pd) == pytest.approx(stats.beta.cdf(pd, d + 0.5, n - d + 0.5), rel=1e-9, abs=1e-300)
    assert jeffreys_p_too_high(d, n, pd) == pytest.approx(stats.beta.sf(pd, d + 0.5, n - d + 0.5), rel=1e-9, abs=1e-300)
    assert binomial_p(d, n, pd) == pytest.approx(stats.binom.sf(d - 1, n, pd), rel=1e-9, abs=1e-300)
    assert binomial_p_too_high(d, n, pd) == pytest.approx(stats.binom.cdf(d, n, pd), rel=1e-9, abs=1e-300)


@quick
@given(COUNTS, st.floats(0.01, 0.99))
def test_too_high_is_too_low_for_the_repaid(counts, pd):
    d, n = counts
    assert jeffreys_p_too_high(d, n, pd) == pytest.approx(jeffreys_p(n - d, n, 1 - pd), rel=1e-6, abs=1e-12)
    assert binomial_p_too_high(d, n, pd) == pytest.approx(binomial_p(n - d, n, 1 - pd), rel=1e-6, abs=1e-12)
    assert jeffreys_p(d, n, pd) + jeffreys_p_too_high(d, n, pd) == pytest.approx(1.0)


@quick
@given(COUNTS, st.floats(0.001, 0.999))
def test_jeffreys_is_between_the_binomial_test_and_its_strict_twin(counts, pd):
    d, n = counts
    strict = binomial_p(d + 1, n, pd) if d < n else 0.0
    assert strict <= jeffreys_p(d, n, pd) <= binomial_p(d, n, pd)


def test_effective_counts_need_not_be_whole():
    between = [test(2.5, 40.25, 0.05) for test in TESTS]
    for value, test in zip(between, TESTS, strict=True):
        ends = sorted([test(2, 40.25, 0.05), test(3, 40.25, 0.05)])
        assert ends[0] < value < ends[1]


@pytest.mark.parametrize("test", TESTS)
def test_nothing_to_test_is_not_a_number(test):
    assert math.isnan(test(0, 0, 0.1))
    assert math.isnan(test(math.nan, 10, 0.1))
    assert math.isnan(test(1, 10, math.nan))


@pytest.mark.parametrize("test", TESTS)
def test_impossible_numbers_are_refused(test):
    with pytest.raises(ValueError, match=r"^defaults must be between 0 and 10 loans, got 11.$"):
        test(11, 10, 0.1)
    with pytest.raises(ValueError, match=r"^defaults must be between 0 and 10 loans, got -1.$"):
        test(-1, 10, 0.1)
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1, got 1.5.$"):
        test(1, 10, 1.5)


def test_pds_of_0_and_1_contradict_what_they_rule_out():
    assert binomial_p(1, 10, 0.0) == jeffreys_p(1, 10, 0.0) == 0.0
    assert binomial_p(0, 10, 0.0) == 1.0
    assert binomial_p_too_high(9, 10, 1.0) == jeffreys_p_too_high(9, 10, 1.0) == 0.0
    assert binomial_p_too_high(10, 10, 1.0) == 1.0


@pytest.mark.parametrize("test", [jeffreys_p, binomial_p])
@pytest.mark.parametrize(("n", "pd"), CASES)
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.001])
def test_the_chance_is_that_of_all_numbers_of_defaults_that_reject(test, n, pd, alpha):
    d = np.arange(n + 1)
    for truth in (pd, min(1.2 * pd, 1.0), 0.0, 1.0):
        rejected = np.array([k > 0 and test(int(k), n, pd) < alpha for k in d])
        expected = stats.binom.pmf(d, n, truth)[rejected].sum()
        assert chance_too_low(n, pd, truth, alpha, test) == pytest.approx(expected, rel=1e-8, abs=1e-12)
    mirror = {jeffreys_p: jeffreys_p_too_high, binomial_p: binomial_p_too_high}[test]
    rejected = np.array([k < n and mirror(int(k), n, pd) < alpha for k in d])
    expected = stats.binom.pmf(d, n, pd / 1.2)[rejected].sum()
    assert chance_too_high(n, pd, pd / 1.2, alpha, test) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("n", "pd"), CASES)
def test_the_binomial_test_never_passes_its_level_and_jeffreys_may(n, pd):
    assert chance_too_low(n, pd, pd, 0.05, binomial_p) <= 0.05
    assert chance_too_high(n, pd, pd, 0.05, binomial_p) <= 0.05
    assert chance_too_low(n, pd, pd, 0.05) >= chance_too_low(n, pd, pd, 0.05, binomial_p)
    assert chance_too_low(1000, 0.02, 0.02, 0.05) > 0.05


def test_a_simulation_rejects_as_often_as_the_exact_chance_says():
    rng = np.random.default_rng(5)
    for truth in (0.03, 0.036):
        d = rng.binomial(800, truth, 20_000)
        p_values = stats.beta.cdf(0.03, d + 0.5, 800 - d + 0.5)
        exact = chance_too_low(800, 0.03, truth, 0.05)
        assert np.mean(p_values < 0.05) == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 20_000))


def test_no_default_never_shows_a_pd_too_low():
    # So few defaults are expected that Jeffreys' p-value is below 0.05 without any.
    assert jeffreys_p(0, 10, 1e-6) < 0.05
    assert fewest_too_low(10, 1e-6, 0.05) == 1
    assert chance_too_low(10, 1e-6, 1e-6, 0.05) == pytest.approx(1e-5, rel=1e-3)
    assert jeffreys_p_too_high(10, 10, 1 - 1e-6) < 0.05
    assert chance_too_high(10, 1 - 1e-6, 1 - 1e-6, 0.05) == pytest.approx(1e-5, rel=1e-3)


def test_where_no_number_of_defaults_is_enough_nothing_is_rejected():
    assert fewest_too_low(1, 0.5, 0.05, binomial_p) == 2
    assert chance_too_low(1, 0.5, 1.0, 0.05, binomial_p) == 0.0
