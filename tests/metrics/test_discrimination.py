import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import stats
from sklearn.metrics import roc_auc_score

from creditrisk.metrics.discrimination import auc, auc_difference, gini, ks, ks_at, placements
from creditrisk.metrics.estimate import Estimate

quick = settings(max_examples=20, deadline=None, derandomize=True)


@st.composite
def scored(draw):
    """Outcomes of both classes, scores with many ties, and weights."""
    n = draw(st.integers(2, 25))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    s = draw(st.lists(st.integers(-6, 6) | st.floats(-1e6, 1e6), min_size=n, max_size=n))
    w = draw(st.lists(st.integers(1, 4) | st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(s, dtype=np.float64), np.array(w, dtype=np.float64)


def psi(y, s):
    """DeLong's kernel for every pair: 1 where the default (row) scores above the repaid loan (column), ½ if equal."""
    bad, good = s[y == 1][:, None], s[y == 0][None, :]
    return (bad > good) + 0.5 * (bad == good)


def pairwise_auc(y, s, w):
    pairs = np.outer(w[y == 1], w[y == 0])
    return float((psi(y, s) * pairs).sum() / pairs.sum())


def textbook_cov(y, *scores):
    """S₁₀ / n₁ + S₀₁ / n₀ of DeLong, DeLong and Clarke-Pearson, straight from the matrices of pairs."""
    kernels = [psi(y, s) for s in scores]
    s10 = np.atleast_2d(np.cov([kernel.mean(axis=1) for kernel in kernels]))
    s01 = np.atleast_2d(np.cov([kernel.mean(axis=0) for kernel in kernels]))
    n1, n0 = kernels[0].shape
    return s10 / n1 + s01 / n0


def second_score(sample, seed=99):
    """Return a noisier score of the same loans, rounded so that it has ties."""
    return np.round(sample.pd + np.random.default_rng(seed).normal(0, 0.2, len(sample.y)), 1)


def binormal(rng, n1=60, n0=120, gap=1.0):
    y = np.repeat([1, 0], [n1, n0])
    return y, rng.normal(gap * y)


@pytest.mark.parametrize("sample", SAMPLES)
def test_auc_is_the_share_of_pairs_in_the_right_order(sample):
    assert auc(sample.y, sample.pd, sample.weight).value == pytest.approx(
        pairwise_auc(sample.y, sample.pd, sample.mass), abs=1e-14
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_auc_agrees_with_scikit_learn(sample):
    truth = roc_auc_score(sample.y, sample.pd, sample_weight=sample.weight)
    assert auc(sample.y, sample.pd, sample.weight).value == pytest.approx(truth, abs=1e-13)


@pytest.mark.parametrize(
    ("y", "score", "truth"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], 1.0),
        ([1, 1, 0, 0], [1, 2, 3, 4], 0.0),
        ([0, 1, 0, 1], [5, 5, 5, 5], 0.5),
        ([0, 1], [2, 2], 0.5),
        ([0, 0, 1, 1], [1, 3, 2, 4], 0.75),
        ([0, 0, 1, 1], [1, 2, 2, 4], 0.875),
    ],
)
def test_auc_by_hand(y, score, truth):
    assert auc(np.array(y), np.array(score)).value == truth


@pytest.mark.parametrize("sample", SAMPLES)
def test_placements_are_the_weighted_means_of_the_pairs(sample):
    bad, good = sample.y == 1, sample.y == 0
    kernel = psi(sample.y, sample.pd)
    placed = placements(sample.y, sample.pd, sample.weight)
    np.testing.assert_allclose(placed.defaults, np.average(kernel, axis=1, weights=sample.mass[good]), atol=1e-14)
    np.testing.assert_allclose(placed.repaid, np.average(kernel, axis=0, weights=sample.mass[bad]), atol=1e-14)
    np.testing.assert_array_equal(placed.default_weight, sample.mass[bad])
    np.testing.assert_array_equal(placed.repaid_weight, sample.mass[good])


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_auc_error_is_the_textbook_delong_error(sample):
    truth = math.sqrt(textbook_cov(sample.y, sample.pd)[0, 0])
    assert auc(sample.y, sample.pd).se == pytest.approx(truth, rel=1e-10)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_auc_difference_has_the_textbook_paired_error(sample):
    other = second_score(sample)
    cov = textbook_cov(sample.y, sample.pd, other)
    difference = auc_difference(sample.y, sample.pd, other)
    ones = np.ones(len(sample.y))
    assert difference.value == pytest.approx(
        pairwise_auc(sample.y, sample.pd, ones) - pairwise_auc(sample.y, other, ones), abs=1e-14
    )
    assert difference.se == pytest.approx(math.sqrt(np.array([1, -1]) @ cov @ np.array([1, -1])), rel=1e-9)
    assert (difference.low, difference.high) == pytest.approx(
        stats.norm.interval(0.95, difference.value, difference.se), rel=1e-9
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_auc_difference_changes_sign_with_the_order_of_the_scores(sample):
    other = second_score(sample)
    forth = auc_difference(sample.y, sample.pd, other, sample.weight)
    back = auc_difference(sample.y, other, sample.pd, sample.weight)
    assert (back.value, back.low, back.high, back.se) == pytest.approx(
        (-forth.value, -forth.high, -forth.low, forth.se), rel=1e-10
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_auc_difference_of_a_score_from_itself_is_exactly_zero(sample):
    difference = auc_difference(sample.y, sample.pd, sample.pd, sample.weight)
    assert difference == Estimate(0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("sample", SAMPLES)
def test_auc_errors_do_not_depend_on_the_scale_of_the_weights(sample):
    other = second_score(sample)
    for figure in (lambda w: auc(sample.y, sample.pd, w), lambda w: auc_difference(sample.y, sample.pd, other, w)):
        assert figure(7.5 * sample.mass).se == pytest.approx(figure(sample.weight).se, rel=1e-10)


def test_auc_interval_covers_the_truth_in_95_of_100_samples():
    truth = stats.norm.cdf(1 / math.sqrt(2))
    rng = np.random.default_rng(1)
    estimates = [auc(*binormal(rng)) for _ in range(400)]
    coverage = np.mean([e.low <= truth <= e.high for e in estimates])
    assert coverage == pytest.approx(0.95, abs=0.03)
    assert np.mean([e.se for e in estimates]) == pytest.approx(np.std([e.value for e in estimates]), rel=0.1)


def test_auc_error_with_weights_is_the_spread_over_samples():
    rng = np.random.default_rng(2)
    estimates = [auc(*binormal(rng), rng.exponential(size=180) + 0.05) for _ in range(400)]
    assert np.mean([e.se for e in estimates]) == pytest.approx(np.std([e.value for e in estimates]), rel=0.1)


def test_auc_difference_interval_covers_the_truth_in_95_of_100_samples():
    rng = np.random.default_rng(3)
    truth = stats.norm.cdf(1 / math.sqrt(2)) - stats.norm.cdf(1 / math.sqrt(2 * (1 + 0.5**2)))
    covered = 0
    for _ in range(400):
        y, score = binormal(rng)
        difference = auc_difference(y, score, score + rng.normal(0, 0.5, len(y)))
        covered += difference.low <= truth <= difference.high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("y", [[0, 0, 1], [1, 1, 0]], ids=["one default", "one repaid"])
def test_one_loan_of_a_class_gives_a_value_without_an_interval(y):
    y, a, b = np.array(y), np.array([0.1, 0.3, 0.2]), np.array([0.3, 0.2, 0.1])
    for estimate in (auc(y, a), auc_difference(y, a, b), ks_at(y, a, 0.15)):
        assert math.isfinite(estimate.value)
        assert np.isnan([estimate.low, estimate.high, estimate.se]).all()


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, 0.0)])
def test_separated_classes_have_no_auc_interval(sign, value):
    estimate = auc(np.array([0, 0, 0, 1, 1]), sign * np.arange(5.0))
    assert (estimate.value, estimate.se) == (value, 0.0)
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_separated_classes_have_an_auc_of_exactly_1_whatever_the_weights():
    y, score = np.repeat([0, 1], 15), np.arange(30.0)
    rng = np.random.default_rng(4)
    assert {auc(y, score, rng.uniform(0.1, 3, 30)).value for _ in range(200)} == {1.0}


@pytest.mark.parametrize("function", [auc, ks, placements])
def test_the_largest_finite_scores_do_not_overflow(function):
    function(np.array([0, 1, 0, 1]), np.array([-1.7e308, 1.7e308, 1e308, -1e308]))


@pytest.mark.parametrize("sample", SAMPLES)
def test_gini_is_twice_the_auc_less_one_with_its_interval(sample):
    area = auc(sample.y, sample.pd, sample.weight)
    accuracy = gini(area)
    assert (accuracy.value, accuracy.low, accuracy.high, accuracy.se) == pytest.approx(
        (2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1, 2 * area.se), rel=1e-14
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_ks_agrees_with_scipy(sample, sign):
    score = sign * sample.pd
    truth = stats.ks_2samp(score[sample.y == 1], score[sample.y == 0], method="asymp")
    statistic, cutoff = ks(sample.y, score)
    assert statistic == pytest.approx(truth.statistic, abs=1e-14)
    assert cutoff == truth.statistic_location


@pytest.mark.parametrize("sample", SAMPLES)
def test_ks_is_the_largest_distance_over_all_cutoffs(sample):
    def distance(cutoff):
        low, bad = sample.pd <= cutoff, sample.y == 1
        f1, f0 = (sample.mass[low & side].sum() / sample.mass[side].sum() for side in (bad, ~bad))
        return abs(f0 - f1)

    statistic, cutoff = ks(sample.y, sample.pd, sample.weight)
    assert statistic == pytest.approx(max(distance(c) for c in sample.pd), abs=1e-14)
    assert statistic == pytest.approx(distance(cutoff), abs=1e-14)
    assert cutoff in sample.pd


@pytest.mark.parametrize(
    ("y", "score", "truth"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], (1.0, 2.0)),
        ([1, 1, 0, 0], [1, 2, 3, 4], (1.0, 2.0)),
        ([0, 1, 0, 1], [5, 5, 5, 5], (0.0, 5.0)),
        ([0, 1, 0, 1], [1, 1, 1, 2], (0.5, 1.0)),
    ],
)
def test_ks_by_hand(y, score, truth):
    assert ks(np.array(y), np.array(score)) == truth


@pytest.mark.parametrize("sample", SAMPLES)
def test_ks_at_its_own_cutoff_is_ks(sample):
    statistic, cutoff = ks(sample.y, sample.pd, sample.weight)
    assert ks_at(sample.y, sample.pd, cutoff, sample.weight).value == pytest.approx(statistic, abs=1e-14)


@pytest.mark.parametrize("cutoff", [0.1, 0.25, 0.5])
@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_ks_at_is_a_difference_of_two_proportions(sample, cutoff):
    bad, good = (sample.pd[sample.y == outcome] for outcome in (1, 0))
    share1, share0 = np.count_nonzero(bad > cutoff) / len(bad), np.count_nonzero(good > cutoff) / len(good)
    variance = share1 * (1 - share1) / (len(bad) - 1) + share0 * (1 - share0) / (len(good) - 1)
    estimate = ks_at(sample.y, sample.pd, cutoff)
    assert estimate.value == pytest.approx(share1 - share0, abs=1e-14)
    assert estimate.se == pytest.approx(math.sqrt(variance), rel=1e-10)
    assert (estimate.low, estimate.high) == pytest.approx(
        stats.norm.interval(0.95, share1 - share0, math.sqrt(variance)), rel=1e-9
    )


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, -1.0)])
def test_ks_at_keeps_its_sign(sign, value):
    assert ks_at(np.array([0, 0, 1, 1]), sign * np.arange(4.0), sign * 1.5).value == value


@pytest.mark.parametrize("cutoff", [-1.0, 2.0])
def test_ks_at_a_cutoff_outside_the_scores_is_zero(cutoff):
    sample = loans(5)
    assert ks_at(sample.y, sample.pd, cutoff) == Estimate(0.0, 0.0, 0.0, 0.0)


def test_a_score_at_the_cutoff_is_on_the_low_side():
    assert ks_at(np.array([0, 0, 1, 1]), np.array([0.2, 0.2, 0.3, 0.3]), 0.2).value == 1.0


def test_ks_at_covers_the_truth_in_95_of_100_samples():
    rng = np.random.default_rng(6)
    truth = stats.norm.sf(0.5 - 1) - stats.norm.sf(0.5)
    estimates = [ks_at(*binormal(rng), 0.5) for _ in range(400)]
    assert np.mean([e.low <= truth <= e.high for e in estimates]) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(sample):
    rows = repeated(sample)
    assert auc(sample.y, sample.pd, sample.weight).value == pytest.approx(auc(rows.y, rows.pd).value, abs=1e-14)
    assert ks(sample.y, sample.pd, sample.weight) == pytest.approx(ks(rows.y, rows.pd), abs=1e-14)
    assert ks_at(sample.y, sample.pd, 0.3, sample.weight).value == pytest.approx(
        ks_at(rows.y, rows.pd, 0.3).value, abs=1e-14
    )


@quick
@given(scored())
def test_auc_of_any_loans_is_the_share_of_pairs(data):
    y, s, w = data
    value = auc(y, s, w).value
    assert value == pytest.approx(pairwise_auc(y, s, w), abs=1e-12)
    assert -1e-12 <= value <= 1 + 1e-12


@quick
@given(scored())
def test_reversed_scores_have_the_complement_of_the_auc_and_the_same_ks(data):
    y, s, w = data
    forth, back = auc(y, s, w), auc(y, -s, w)
    assert back.value == pytest.approx(1 - forth.value, abs=1e-12)
    assert back.se == pytest.approx(forth.se, rel=1e-6, abs=1e-9, nan_ok=True)
    assert ks(y, -s, w)[0] == pytest.approx(ks(y, s, w)[0], abs=1e-12)


@quick
@given(scored())
def test_only_the_order_of_the_scores_counts(data):
    y, s, w = data
    ranks = stats.rankdata(s, method="dense")
    assert auc(y, ranks, w).value == auc(y, s, w).value
    assert ks(y, ranks, w)[0] == ks(y, s, w)[0]
    assert auc_difference(y, ranks, s, w).value == 0.0


@quick
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_count(data, random):
    y, s, w = data
    order = random.sample(range(len(y)), len(y))
    before, after = auc(y, s, w), auc(y[order], s[order], w[order])
    assert after.value == pytest.approx(before.value, abs=1e-12)
    assert after.se == pytest.approx(before.se, rel=1e-6, abs=1e-9, nan_ok=True)
    assert ks(y[order], s[order], w[order])[0] == pytest.approx(ks(y, s, w)[0], abs=1e-12)


@quick
@given(scored())
def test_ks_bounds_the_gini(data):
    y, s, w = data
    statistic, _ = ks(y, s, w)
    assert abs(2 * pairwise_auc(y, s, w) - 1) - 1e-12 <= statistic * (2 - statistic)
    assert statistic <= 1 + 1e-12
