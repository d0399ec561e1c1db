from __future__ import annotations

import math

import numpy as np
import pytest
from metric_samples import SAMPLES, loans
from scipy import stats
from sklearn.metrics import brier_score_loss

from creditrisk.metrics.bootstrap import bootstrap_figures
from creditrisk.metrics.calibration import bce_difference, bce_rows
from creditrisk.metrics.discrimination import ks
from creditrisk.metrics.paired import (
    accepted_parts,
    bad_rate_difference,
    brier_difference,
    ks_with_interval,
    paired_mean,
)
from creditrisk.metrics.resampling import Resampling, resample


def noisy(sample, seed=5):
    """Return other PDs of the same loans."""
    rng = np.random.default_rng(seed)
    return np.clip(sample.pd + rng.normal(0.0, 0.08, len(sample.pd)), 0.001, 0.999)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_brier_difference_is_that_of_scikit_learn(sample) -> None:
    other = noisy(sample)
    first, second = (brier_score_loss(sample.y, pd, sample_weight=sample.mass) for pd in (sample.pd, other))
    assert brier_difference(sample.y, sample.pd, other, sample.weight).value == pytest.approx(first - second, abs=1e-12)


def test_the_standard_error_is_that_of_the_paired_t_test() -> None:
    sample = loans(3, n=500)
    other = noisy(sample)
    found = brier_difference(sample.y, sample.pd, other)
    test = stats.ttest_rel((sample.pd - sample.y) ** 2, (other - sample.y) ** 2)
    assert found.value / found.se == pytest.approx(test.statistic, rel=1e-9)


def test_one_loan_has_no_standard_error() -> None:
    assert math.isnan(paired_mean(np.array([1.0])).se)


@pytest.mark.parametrize("difference", [bce_difference, brier_difference])
def test_the_intervals_are_those_of_loans_drawn_again(difference) -> None:
    sample = loans(7, n=1500, weighting="fractional")
    other = noisy(sample)
    if difference is bce_difference:
        rows = bce_rows(sample.y, sample.pd) - bce_rows(sample.y, other)
    else:
        rows = (sample.pd - sample.y) ** 2 - (other - sample.y) ** 2
    w = sample.mass

    def mean(counts):
        return np.array([np.sum(counts * w * rows) / np.sum(counts * w)])

    drawn = resample(mean, len(w), Resampling(draws=2000, seed=1)).draws[:, 0]
    found = difference(sample.y, sample.pd, other, sample.weight)
    assert found.se == pytest.approx(drawn.std(), rel=0.06)
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.25 * found.se)


def accepted_one_by_one(risk, weight, rate):
    """Return the accepted part of each loan, going from the safest score up."""
    left, part = rate * weight.sum(), np.zeros(len(risk))
    for score in sorted(set(risk.tolist())):
        group = risk == score
        part[group] = min(1.0, left / weight[group].sum())
        left -= part[group][0] * weight[group].sum()
        if left <= 0:
            break
    return part


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.83])
def test_the_accepted_are_the_safest_and_exactly_so_many(sample, rate: float) -> None:
    part, w = accepted_parts(sample.pd, rate, sample.weight), sample.mass
    assert part == pytest.approx(accepted_one_by_one(sample.pd, w, rate), abs=1e-9)
    assert np.sum(w * part) == pytest.approx(rate * w.sum(), rel=1e-12)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.83])
def test_the_difference_is_between_the_bad_rates_of_the_accepted(sample, rate: float) -> None:
    other, w = noisy(sample), sample.mass
    rates = []
    for risk in (sample.pd, other):
        accepted = w * accepted_one_by_one(risk, w, rate)
        rates.append(np.sum(accepted * sample.y) / accepted.sum())
    found = bad_rate_difference(sample.y, (sample.pd, other), rate, sample.weight, Resampling(draws=20))
    assert found.value == pytest.approx(rates[1] - rates[0], abs=1e-12)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, math.nan])
def test_an_approval_rate_of_all_or_none_is_refused(rate: float) -> None:
    sample = loans(1)
    with pytest.raises(ValueError, match="approval_rate must be between 0 and 1"):
        bad_rate_difference(sample.y, (sample.pd, sample.pd), rate)


def test_the_interval_of_a_difference_of_books_is_that_of_scipys_paired_bootstrap() -> None:
    sample = loans(11, n=400)
    y, first, second = sample.y, sample.pd, noisy(sample)

    def theirs(y, first, second):
        rates = [y[np.argsort(score, kind="stable")[: round(0.7 * len(y))]].mean() for score in (first, second)]
        return rates[1] - rates[0]

    found = bad_rate_difference(y, (first, second), 0.7, how=Resampling(draws=2000, seed=2))
    peer = stats.bootstrap(
        (y, first, second), theirs, paired=True, vectorized=False, n_resamples=2000, method="percentile",
        rng=np.random.default_rng(3),
    )  # fmt: skip
    assert found.se == pytest.approx(peer.standard_error, rel=0.1)
    ends = peer.confidence_interval.low, peer.confidence_interval.high
    assert (found.low, found.high) == pytest.approx(ends, abs=0.3 * found.se)


@pytest.mark.fuzz
def test_the_interval_of_a_difference_of_books_covers_the_truth() -> None:
    rng = np.random.default_rng(14)

    def portfolio(n):
        first, second = rng.normal(size=(2, n))
        y = (rng.random(n) < 1 / (1 + np.exp(1.8 - 0.6 * first - 0.9 * second))).astype(int)
        return y, (first, second)

    y, risks = portfolio(200_000)
    truth = bad_rate_difference(y, risks, 0.75, how=Resampling(draws=1)).value
    covered = 0
    for _ in range(80):
        found = bad_rate_difference(*portfolio(500), 0.75, how=Resampling(draws=100))
        covered += found.low <= truth <= found.high
    # 95 in 100 are 76 of 80; chance alone gives fewer than 70 once in 170 times.
    assert covered >= 70


def test_the_same_score_twice_differs_by_nothing() -> None:
    sample = loans(1)
    found = bad_rate_difference(sample.y, (sample.pd, sample.pd), 0.5, how=Resampling(draws=20))
    assert found.value == 0.0


@pytest.mark.parametrize("sample", SAMPLES)
def test_ks_has_the_interval_of_the_other_bootstrap_figures(sample) -> None:
    how = Resampling(draws=60, seed=4)
    found = ks_with_interval(sample.y, sample.pd, sample.weight, how)
    other = bootstrap_figures(sample.y, sample.pd, 0.3, sample.weight, how).ks
    assert (found.low, found.high, found.se) == pytest.approx((other.low, other.high, other.se), rel=1e-9)
    assert found.value == pytest.approx(ks(sample.y, sample.pd, sample.weight)[0], rel=1e-12)


def test_ks_is_of_any_score() -> None:
    sample = loans(6, n=300)
    how = Resampling(draws=60)
    assert ks_with_interval(sample.y, 7 * np.log(sample.pd), how=how) == ks_with_interval(sample.y, sample.pd, how=how)
