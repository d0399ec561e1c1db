import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, repeated
from scipy import stats
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score

from creditrisk.metrics.confusion import confusion

quick = settings(max_examples=50, deadline=None, derandomize=True)
SHARES = ("recall", "precision", "specificity", "accuracy", "refused")


@st.composite
def portfolios(draw):
    """Outcomes of both classes, PDs of which many lie on the cut-offs, and weights."""
    n = draw(st.integers(2, 40))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    pd = draw(st.lists(st.sampled_from([0.0, 0.1, 0.2, 1.0]) | st.floats(0, 1), min_size=n, max_size=n))
    w = draw(st.lists(st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(pd), np.array(w)


def counts(at):
    return (at.true_positives, at.false_positives, at.false_negatives, at.true_negatives)


def groups(sample, cutoff):
    """For every share: which loans it is about, and which of them it counts."""
    bad, positive = sample.y == 1, sample.pd >= cutoff
    everyone = np.ones(len(sample.y), dtype=bool)
    return {
        "recall": (bad, positive),
        "precision": (positive, bad),
        "specificity": (~bad, ~positive),
        "accuracy": (everyone, bad == positive),
        "refused": (everyone, positive),
    }


@pytest.mark.parametrize("cutoff", [0.0, 0.25, 0.4, 7.5 / 12, 0.9])
@pytest.mark.parametrize("sample", SAMPLES)
def test_counts_and_shares_agree_with_scikit_learn(sample, cutoff):
    at = confusion(sample.y, sample.pd, cutoff, sample.weight)
    refused = (sample.pd >= cutoff).astype(np.int64)
    weighted = {"sample_weight": sample.weight}
    ((tn, fp), (fn, tp)) = confusion_matrix(sample.y, refused, labels=[0, 1], **weighted)
    assert counts(at) == pytest.approx((tp, fp, fn, tn), abs=1e-12)
    assert [getattr(at, share).value for share in SHARES] == pytest.approx(
        [
            recall_score(sample.y, refused, **weighted),
            precision_score(sample.y, refused, zero_division=math.nan, **weighted),
            recall_score(1 - sample.y, 1 - refused, **weighted),
            accuracy_score(sample.y, refused, **weighted),
            np.average(refused, weights=sample.mass),
        ],
        abs=1e-13,
        nan_ok=True,
    )


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_shares_have_jeffreys_interval_at_the_effective_number_of_their_own_loans(sample, share):
    estimate = getattr(confusion(sample.y, sample.pd, 0.4, sample.weight), share)
    among, hit = groups(sample, 0.4)[share]
    w = sample.mass[among]
    n, rate = w.sum() ** 2 / (w @ w), np.average(hit[among], weights=w)
    assert 0 < rate < 1
    ends = stats.beta.ppf([0.025, 0.975], n * rate + 0.5, n * (1 - rate) + 0.5)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((rate, *ends), rel=1e-9)


def test_a_pd_at_the_cutoff_is_refused():
    at = confusion(np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.2, 0.3]), 0.2)
    assert counts(at) == (2.0, 1.0, 0.0, 1.0)
    assert (at.cutoff, at.recall.value, at.precision.value) == (0.2, 1.0, pytest.approx(2 / 3))
    assert (at.specificity.value, at.accuracy.value, at.refused.value) == (0.5, 0.75, 0.75)


@pytest.mark.parametrize("weight", [None, np.array([0.1, 0.3, 0.7, 0.2])])
def test_precision_is_not_a_number_where_nobody_is_refused(weight):
    at = confusion(np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.2, 0.3]), 0.31, weight)
    assert np.isnan([at.precision.value, at.precision.low, at.precision.high, at.precision.se]).all()
    assert (at.true_positives, at.false_positives) == (0.0, 0.0)
    assert (at.recall.value, at.recall.low, at.refused.value, at.refused.low) == (0.0, 0.0, 0.0, 0.0)
    assert (at.specificity.value, at.specificity.high) == (1.0, 1.0)


@pytest.mark.parametrize("weight", [None, np.array([0.1, 0.3, 0.7, 0.2])])
def test_everybody_is_refused_at_a_cutoff_of_0(weight):
    at = confusion(np.array([0, 1, 0, 1]), np.array([0.0, 0.2, 0.2, 0.3]), 0, weight)
    assert (at.recall.value, at.recall.high, at.refused.value, at.refused.high) == (1.0, 1.0, 1.0, 1.0)
    assert (at.specificity.value, at.specificity.low) == (0.0, 0.0)
    assert at.precision.value == at.accuracy.value == pytest.approx(0.5 if weight is None else 0.5 / 1.3)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans_but_less_certain(sample):
    rows = repeated(sample)
    weighted, written_out = confusion(sample.y, sample.pd, 0.4, sample.weight), confusion(rows.y, rows.pd, 0.4)
    assert counts(weighted) == counts(written_out)
    for share in SHARES:
        a, b = getattr(weighted, share), getattr(written_out, share)
        assert a.value == pytest.approx(b.value, abs=1e-13)
        assert a.high - a.low > b.high - b.low


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_equal_weights_scale_the_counts_and_nothing_else(sample):
    plain = confusion(sample.y, sample.pd, 0.4)
    equal = confusion(sample.y, sample.pd, 0.4, np.full(len(sample.y), 4.0))
    assert counts(equal) == tuple(4 * count for count in counts(plain))
    assert [getattr(equal, share) for share in SHARES] == [getattr(plain, share) for share in SHARES]
    assert all(count == int(count) for count in counts(plain))


@quick
@given(portfolios(), st.sampled_from([0.0, 0.1, 0.2, 1.0]) | st.floats(0, 1), st.randoms(use_true_random=False))
def test_every_loan_is_counted_once_in_any_order(data, cutoff, random):
    y, pd, w = data
    order = random.sample(range(len(y)), len(y))
    at, shuffled = confusion(y, pd, cutoff, w), confusion(y[order], pd[order], cutoff, w[order])
    assert sum(counts(at)) == pytest.approx(w.sum(), rel=1e-12)
    assert counts(at) == pytest.approx(counts(shuffled), rel=1e-12)
    assert at.true_positives + at.false_negatives == pytest.approx(w @ y, rel=1e-12)
    assert at.refused.value == pytest.approx(w[pd >= cutoff].sum() / w.sum(), abs=1e-12)


@quick
@given(portfolios(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_cutoff_refuses_no_more(data, a, b):
    y, pd, w = data
    low, high = (confusion(y, pd, cutoff, w) for cutoff in sorted((a, b)))
    assert high.refused.value <= low.refused.value + 1e-12
    assert high.recall.value <= low.recall.value + 1e-12
    assert high.specificity.value >= low.specificity.value - 1e-12


@pytest.mark.parametrize("cutoff", [-0.01, 1.01, math.nan, math.inf])
def test_refused_cutoffs_are_named_in_the_message(cutoff):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        confusion(np.array([0, 1]), np.array([0.1, 0.2]), cutoff)
    assert str(refusal.value) == f"cutoff must be between 0 and 1, got {cutoff}."


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        confusion(np.array([0, 1]), np.array([0.5, 1.5]), 0.5)


def test_results_are_frozen():
    at = confusion(np.array([0, 1]), np.array([0.1, 0.2]), 0.15)
    with pytest.raises(FrozenInstanceError):
        at.cutoff = 0.3
