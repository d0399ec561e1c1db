import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import integrate, stats
from sklearn.metrics import average_precision_score

from creditrisk.metrics.estimate import logit_wald
from creditrisk.metrics.precision import average_precision

quick = settings(max_examples=50, deadline=None, derandomize=True)


@st.composite
def scored(draw):
    """Outcomes of both classes, scores with many ties, and weights."""
    n = draw(st.integers(2, 25))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    s = draw(st.lists(st.integers(-6, 6) | st.floats(-1e6, 1e6), min_size=n, max_size=n))
    w = draw(st.lists(st.integers(1, 4) | st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(s, dtype=np.float64), np.array(w, dtype=np.float64)


def by_definition(y, s, w):
    """Σ (Rₖ − Rₖ₋₁) Pₖ with recall and precision counted anew at every score."""
    value, recall = 0.0, 0.0
    for cutoff in sorted(set(s), reverse=True):
        above = s >= cutoff
        caught = w[above] @ y[above]
        value += (caught / (w @ y) - recall) * caught / w[above].sum()
        recall = caught / (w @ y)
    return value


def slopes(y, s, w, step=1e-5):
    """∂AP/∂ ln wᵢ by central differences of scikit-learn's figure."""
    found = []
    for i in range(len(y)):
        up, down = w.copy(), w.copy()
        up[i] *= 1 + step
        down[i] *= 1 - step
        ends = (average_precision_score(y, s, sample_weight=moved) for moved in (up, down))
        found.append((next(ends) - next(ends)) / (2 * step))
    return np.array(found)


def binormal_truth(gap, rate):
    """AP of infinitely many loans whose scores are N(0, 1), and N(gap, 1) for the defaults."""

    def integrand(x):
        caught = rate * stats.norm.sf(x, gap)
        return stats.norm.pdf(x, gap) * caught / (caught + (1 - rate) * stats.norm.sf(x))

    return integrate.quad(integrand, -8, gap + 8, limit=200)[0]


@pytest.mark.parametrize("sample", SAMPLES)
def test_average_precision_agrees_with_scikit_learn(sample):
    truth = average_precision_score(sample.y, sample.pd, sample_weight=sample.weight)
    assert average_precision(sample.y, sample.pd, sample.weight).value == pytest.approx(truth, abs=1e-13)


@quick
@given(scored())
def test_average_precision_is_its_definition(data):
    assert average_precision(data[0], data[1], data[2]).value == pytest.approx(by_definition(*data), abs=1e-12)


@pytest.mark.parametrize(
    ("y", "score", "truth"),
    [
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 5 / 6),
        ([1, 1, 0, 0], [1, 2, 3, 4], (1 / 3 + 2 / 4) / 2),
        ([0, 1, 0, 1], [5, 5, 5, 5], 0.5),
        ([0, 0, 0, 1], [1, 2, 2, 2], 1 / 3),
        ([1, 0, 1, 0, 0], [9, 8, 7, 6, 5], (1 + 2 / 3) / 2),
    ],
)
def test_average_precision_by_hand(y, score, truth):
    assert average_precision(np.array(y), np.array(score)).value == pytest.approx(truth, abs=1e-15)


@pytest.mark.parametrize("weight", [None, np.array([0.1, 0.3, 0.7, 0.2, 0.9, 0.6])])
def test_a_perfect_order_is_exactly_1_and_has_no_interval(weight):
    estimate = average_precision(np.array([0, 0, 0, 1, 1, 1]), np.arange(6.0), weight)
    assert (estimate.value, estimate.se) == (1.0, 0.0)
    assert np.isnan([estimate.low, estimate.high]).all()


def test_a_score_that_knows_nothing_has_the_default_rate_and_its_binomial_error():
    y = np.repeat([1, 0], [50, 150])
    estimate = average_precision(y, np.zeros(200))
    bad, good = 50 / 49 * 50 * 0.75**2, 150 / 149 * 150 * 0.25**2
    assert estimate.value == pytest.approx(0.25, abs=1e-15)
    assert estimate.se == pytest.approx(math.sqrt(bad + good) / 200, rel=1e-12)
    assert estimate.se == pytest.approx(stats.binom.std(200, 0.25) / 200, rel=0.01)


@pytest.mark.parametrize("sample", SAMPLES)
def test_error_adds_up_the_slopes_in_the_weights(sample):
    moved = slopes(sample.y, sample.pd, sample.mass) ** 2
    bad = sample.y == 1
    n1, n0 = bad.sum(), (~bad).sum()
    truth = math.sqrt(n1 / (n1 - 1) * moved[bad].sum() + n0 / (n0 - 1) * moved[~bad].sum())
    assert average_precision(sample.y, sample.pd, sample.weight).se == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize("sample", [loans(5, n=400), loans(6, n=400, levels=8), loans(7, n=400, weighting="whole")])
def test_error_agrees_with_the_jackknife(sample):
    n = len(sample.y)
    without = np.array(
        [
            average_precision_score(sample.y[kept], sample.pd[kept], sample_weight=sample.mass[kept])
            for kept in (np.arange(n) != i for i in range(n))
        ]
    )
    jackknife = math.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))
    assert average_precision(sample.y, sample.pd, sample.weight).se == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_interval_is_symmetric_in_log_odds(sample):
    estimate = average_precision(sample.y, sample.pd, sample.weight)
    assert estimate == logit_wald(estimate.value, estimate.se)
    assert 0 < estimate.low < estimate.value < estimate.high < 1


@pytest.mark.parametrize(("gap", "rate", "n"), [(1.0, 0.3, 700), (1.5, 0.05, 4000), (2.5, 0.1, 2000)])
def test_intervals_of_200_defaults_cover_the_truth(gap, rate, n):
    rng = np.random.default_rng(11)
    truth, covered = binormal_truth(gap, rate), 0
    for _ in range(400):
        y = (rng.random(n) < rate).astype(np.int64)
        estimate = average_precision(y, rng.normal(gap * y))
        covered += estimate.low <= truth <= estimate.high
    assert covered / 400 == pytest.approx(0.945, abs=0.03)


@pytest.mark.parametrize(("y", "score"), [([0, 1, 0], [1, 2, 3]), ([1, 0, 1], [1, 2, 3])])
def test_one_loan_of_a_class_gives_no_interval(y, score):
    estimate = average_precision(np.array(y), np.array(score))
    assert 0 < estimate.value < 1
    assert np.isnan([estimate.low, estimate.high, estimate.se]).all()


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(sample):
    rows = repeated(sample)
    truth = average_precision(rows.y, rows.pd)
    estimate = average_precision(sample.y, sample.pd, sample.weight)
    assert estimate.value == pytest.approx(truth.value, abs=1e-13)
    assert estimate.se > truth.se


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_equal_weights_change_nothing(sample):
    equal = average_precision(sample.y, sample.pd, np.full(len(sample.y), 4.0))
    assert equal == average_precision(sample.y, sample.pd)


@quick
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_count(data, random):
    y, s, w = data
    order = random.sample(range(len(y)), len(y))
    a, b = average_precision(y, s, w), average_precision(y[order], s[order], w[order])
    assert a.value == pytest.approx(b.value, abs=1e-13)
    assert a.se == pytest.approx(b.se, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("transform", [np.exp, lambda p: 3 * p - 7, lambda p: p**3, lambda p: 1e300 * p])
@pytest.mark.parametrize("sample", SAMPLES)
def test_only_the_order_of_the_scores_counts(sample, transform):
    plain = average_precision(sample.y, sample.pd, sample.weight)
    assert average_precision(sample.y, transform(sample.pd), sample.weight) == plain


def test_refused_arguments_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^y_true must hold both classes\.$"):
        average_precision(np.zeros(3), np.arange(3.0))
