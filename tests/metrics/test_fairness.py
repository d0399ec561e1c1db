from __future__ import annotations

import math

import numpy as np
import pytest
from metric_samples import SAMPLES, WHOLE_WEIGHTS, loans, repeated
from scipy import stats
from sklearn.metrics import roc_auc_score

from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.fairness import four_fifths, group_figures, group_gaps


def jeffreys_ends(hit, w):
    n, rate = w.sum() ** 2 / (w @ w), np.average(hit, weights=w)
    return tuple(stats.beta.ppf([0.025, 0.975], n * rate + 0.5, n * (1 - rate) + 0.5))


@pytest.mark.parametrize("sample", SAMPLES)
def test_figures_by_their_definitions(sample):
    y, p, w, cutoff = sample.y, sample.pd, sample.mass, 0.35
    found = group_figures(y, p, cutoff, sample.weight)
    approved, bad = p < cutoff, y == 1
    for name, inside in (
        ("approval", np.full(len(y), True)),
        ("approval_of_repaid", ~bad),
        ("approval_of_defaults", bad),
    ):
        figure = getattr(found, name)
        assert figure.value == pytest.approx(w[inside] @ approved[inside] / w[inside].sum(), rel=1e-12)
        assert (figure.low, figure.high) == pytest.approx(jeffreys_ends(approved[inside], w[inside]), rel=1e-9)
    rate, mean = w @ y / w.sum(), w @ p / w.sum()
    low, high = jeffreys_ends(y, w)
    assert (found.default_rate.value, found.mean_pd) == pytest.approx((rate, mean), rel=1e-12)
    over, minus = found.observed_over_expected, found.observed_minus_expected
    assert (over.value, over.low, over.high) == pytest.approx((rate / mean, low / mean, high / mean), rel=1e-9)
    assert (minus.value, minus.low, minus.high) == pytest.approx((rate - mean, low - mean, high - mean), rel=1e-9)
    assert found.auc.value == pytest.approx(roc_auc_score(y, p, sample_weight=w), rel=1e-12)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(sample):
    rows = repeated(sample)
    weighted, plain = group_figures(sample.y, sample.pd, 0.3, sample.weight), group_figures(rows.y, rows.pd, 0.3)
    for name in ("approval", "approval_of_repaid", "approval_of_defaults", "observed_over_expected", "auc"):
        assert getattr(weighted, name).value == pytest.approx(getattr(plain, name).value, rel=1e-12)
        assert getattr(weighted, name).se > getattr(plain, name).se


def test_a_loan_at_the_cutoff_is_refused():
    found = group_figures(np.array([0, 1]), np.array([0.2, 0.3]), 0.3)
    assert (found.approval.value, found.approval_of_defaults.value) == (0.5, 0.0)


def test_gaps_are_differences_and_ratios_of_the_figures():
    one, other = loans(1, n=200), loans(2, n=300)
    a, b = (group_figures(sample.y, sample.pd, 0.4) for sample in (one, other))
    gaps = group_gaps(a, b)
    assert gaps.approval_ratio.value == pytest.approx(a.approval.value / b.approval.value)
    assert gaps.equal_opportunity.value == pytest.approx(a.approval_of_repaid.value - b.approval_of_repaid.value)
    assert gaps.equal_detection.value == pytest.approx(a.approval_of_defaults.value - b.approval_of_defaults.value)
    assert gaps.calibration_ratio.value == pytest.approx(
        a.observed_over_expected.value / b.observed_over_expected.value
    )
    assert gaps.calibration_difference.value == pytest.approx(
        a.default_rate.value - a.mean_pd - b.default_rate.value + b.mean_pd
    )
    assert gaps.auc_difference.value == pytest.approx(a.auc.value - b.auc.value)
    mirrored = group_gaps(b, a)
    assert mirrored.approval_ratio.low == pytest.approx(1 / gaps.approval_ratio.high)
    assert mirrored.auc_difference.low == pytest.approx(-gaps.auc_difference.high)


@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_cover_the_true_gaps(weighted):
    rng = np.random.default_rng(4)

    def draw(n, mean):
        p = 1 / (1 + np.exp(-rng.normal(mean, 1, n)))
        y = (rng.random(n) < p).astype(int)
        return group_figures(y, p, 0.25, rng.uniform(0.2, 3, n) if weighted else None)

    def truth(mean):
        z = np.linspace(mean - 9, mean + 9, 100_001)
        mass, p = stats.norm.pdf(z, mean), 1 / (1 + np.exp(-z))
        return [np.average(p < 0.25, weights=mass * part) for part in (1, 1 - p, p)]

    a, b = truth(-1.4), truth(-1.9)
    true = {
        "approval_ratio": a[0] / b[0],
        "equal_opportunity": a[1] - b[1],
        "equal_detection": a[2] - b[2],
        "calibration_ratio": 1.0,
        "calibration_difference": 0.0,
    }
    inside = dict.fromkeys(true, 0)
    for _ in range(400):
        gaps = group_gaps(draw(400, -1.4), draw(1000, -1.9))
        for name, value in true.items():
            inside[name] += getattr(gaps, name).low <= value <= getattr(gaps, name).high
    assert all(0.92 <= count / 400 <= 0.99 for count in inside.values()), inside


def test_four_fifths_at_its_edges():
    assert four_fifths(Estimate(0.8, 0.8, 0.8)) == "met"
    assert four_fifths(Estimate(0.79, 0.78, 0.7999)) == "broken"
    assert four_fifths(Estimate(0.85, 0.79, 0.9)) == "cannot tell"
    assert four_fifths(Estimate(math.nan, math.nan, math.nan)) == "cannot tell"


@pytest.mark.parametrize("cutoff", [-0.1, 1.1, math.nan])
def test_a_cutoff_is_a_pd(cutoff):
    with pytest.raises(ValueError, match="cutoff must be between 0 and 1"):
        group_figures(np.array([0, 1]), np.array([0.2, 0.3]), cutoff)
