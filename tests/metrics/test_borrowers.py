"""The sums by borrower, and every figure that takes them."""

import math

import numpy as np
import pytest
from metric_samples import loans

from creditrisk.metrics.borrowers import clustered_cov, numbered, summed
from creditrisk.metrics.calibration import calibration_line, fit_intercept, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference, ks_at
from creditrisk.metrics.odds import log_odds
from creditrisk.metrics.precision import average_precision
from creditrisk.metrics.rates import weighted_rate


def owned(rng, borrowers=120, own=1.5, most=6):
    """Loans of borrowers of 1 to `most` loans, who share a part that the score knows and a part that it does not."""
    by = np.repeat(np.arange(borrowers), rng.integers(1, most + 1, borrowers))
    z = rng.normal(-1.0, own, borrowers)[by] + rng.normal(0, 0.5, len(by))
    hidden = rng.normal(0, 1.0, borrowers)[by]
    return (rng.random(len(by)) < 1 / (1 + np.exp(-z - hidden))).astype(int), 1 / (1 + np.exp(-z)), by


def obuchowski(y, score, by):
    """The variance of Obuchowski 1997, p. 570, written out borrower by borrower from the matrix of pairs."""
    kernel = (score[y == 1][:, None] > score[y == 0]) + 0.5 * (score[y == 1][:, None] == score[y == 0])
    area, m, n = kernel.mean(), *kernel.shape
    bad_of, good_of = by[y == 1], by[y == 0]
    everyone, with_bad, with_good = (len(set(who)) for who in (by, bad_of, good_of))
    s10 = s01 = s11 = 0.0
    for who in set(by):
        bad = (kernel.mean(axis=1)[bad_of == who] - area).sum()
        good = (kernel.mean(axis=0)[good_of == who] - area).sum()
        s10, s01, s11 = s10 + bad**2, s01 + good**2, s11 + bad * good
    return (
        with_bad / (with_bad - 1) * s10 / m**2
        + with_good / (with_good - 1) * s01 / n**2
        + 2 * everyone / (everyone - 1) * s11 / (m * n)
    )


def figures(y, pd, other, by, weight=None):
    """Return every figure with borrowers by name."""
    line = calibration_line(y, pd, weight, by=by)
    return {
        "auc": auc(y, pd, weight, by=by),
        "auc_difference": auc_difference(y, pd, other, weight, by=by),
        "average_precision": average_precision(y, pd, weight, by=by),
        "ks_at": ks_at(y, pd, 0.3, weight, by=by),
        "observed_over_expected": observed_over_expected(y, pd, weight, by=by),
        "in_the_large": line.in_the_large,
        "intercept": line.intercept,
        "slope": line.slope,
    }


def noisy(sample, seed=5):
    z = log_odds(sample.pd) + np.random.default_rng(seed).normal(0, 0.7, len(sample.pd))
    return 1 / (1 + np.exp(-z))


def test_sums_and_numbers():
    by = np.array([9, -4, 9, 9])
    assert numbered(by, 4)[0].tolist() == [1, 0, 1, 1]
    assert summed(np.array([1.0, 2.0, 3.0, 4.0]), by).tolist() == [2.0, 8.0]
    assert summed(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]), by).tolist() == [[2, 20], [8, 80]]
    with pytest.raises(ValueError, match=r"^by must have shape \(3,\), got \(4,\)\.$"):
        numbered(by, 3)


def test_the_covariance_of_one_borrower_is_not_known():
    assert math.isnan(clustered_cov(np.ones(3), np.ones(3), np.zeros(3)))


def test_the_area_has_the_variance_of_obuchowski():
    y, pd, by = owned(np.random.default_rng(1), 60)
    score = np.round(pd, 1)
    assert auc(y, score, by=by).se == pytest.approx(math.sqrt(obuchowski(y, score, by)), rel=1e-12)


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_a_borrower_each_changes_little(weighting):
    """DeLong's and the Wald intervals come back, but for n / (n − 1) here and there, and the sandwich of the line."""
    sample = loans(7, n=3_000, weighting=weighting)
    one = figures(sample.y, sample.pd, noisy(sample), np.arange(3_000), sample.weight)
    other = figures(sample.y, sample.pd, noisy(sample), None, sample.weight)
    for name, estimate in one.items():
        assert estimate.value == other[name].value
        assert estimate.se == pytest.approx(other[name].se, rel=0.06)
    assert one["auc"].se == pytest.approx(other["auc"].se, rel=1e-3)


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_every_loan_written_five_times_is_no_news(weighting):
    sample = loans(7, n=300, weighting=weighting)
    other, at = noisy(sample), np.repeat(np.arange(300), 5)
    weight = None if sample.weight is None else sample.weight[at]
    once = figures(sample.y, sample.pd, other, np.arange(300), sample.weight)
    five = figures(sample.y[at], sample.pd[at], other[at], at, weight)
    unaware = figures(sample.y[at], sample.pd[at], other[at], None, weight)
    for name, estimate in five.items():
        # The number of loans that a level is worth is capped at Kish's, which knows no borrowers.
        near = 0.02 if name == "observed_over_expected" else 1e-6
        assert (estimate.value, estimate.se) == pytest.approx((once[name].value, once[name].se), rel=near)
        assert unaware[name].se == pytest.approx(estimate.se / math.sqrt(5), rel=0.2)


@pytest.mark.fuzz
def test_standard_errors_are_the_spread_over_many_portfolios():
    rng = np.random.default_rng(3)
    found, unaware = [], []
    for _ in range(250):
        y, pd, by = owned(rng)
        other = np.random.default_rng(len(y)).permutation(pd) * 0.3 + pd
        for rows, owner in ((found, by), (unaware, None)):
            rows.append([(e.value, e.se) for e in figures(y, pd, np.clip(other, 0, 1), owner).values()])
    spread = np.array(found)[:, :, 0].std(axis=0)
    errors = np.sqrt((np.array(found)[:, :, 1] ** 2).mean(axis=0))
    names = [
        "auc",
        "auc_difference",
        "average_precision",
        "ks_at",
        "observed_over_expected",
        "in_the_large",
        "intercept",
        "slope",
    ]
    for name, mine, truth in zip(names, errors, spread, strict=True):
        if name != "observed_over_expected":  # it takes the PDs as fixed, which these are not
            assert mine == pytest.approx(truth, rel=0.15), name
    assert np.sqrt((np.array(unaware)[:, 0, 1] ** 2).mean()) < 0.9 * spread[0]


def test_the_line_has_the_covariance_of_statsmodels():
    """statsmodels 0.15.0, GLM Binomial on loans(11, 400), cov_type="cluster" without its own correction.

    The groups are three loans each in the order of the file; its standard errors are times √(C / (C − 1)), C = 134.
    """
    sample, by = loans(11, n=400), np.arange(400) // 3
    shift, se = fit_intercept(sample.y, log_odds(sample.pd), by=by)
    assert (shift, se) == pytest.approx((0.05978523438922693, 0.12416119116368717), rel=1e-8)
    line = calibration_line(sample.y, sample.pd, by=by)
    assert (line.in_the_large.value, line.in_the_large.se) == (shift, se)
    assert (line.intercept.value, line.intercept.se) == pytest.approx(
        (0.05767784183449327, 0.1398845825767139), rel=1e-8
    )
    assert (line.slope.value, line.slope.se) == pytest.approx((0.9957902487769537, 0.12464393335592092), rel=1e-8)


def test_one_borrower_leaves_every_interval_open():
    sample = loans(7, n=100)
    found = figures(sample.y, sample.pd, noisy(sample), np.zeros(100, dtype=int))
    for name, estimate in found.items():
        if name != "observed_over_expected":
            assert math.isnan(estimate.low), name
    assert found["observed_over_expected"].high - found["observed_over_expected"].low > 2.0
    assert weighted_rate(sample.y, np.ones(100)).value == pytest.approx(sample.y.mean())


@pytest.mark.parametrize("figure", [auc, average_precision, observed_over_expected, calibration_line, fit_intercept])
def test_borrowers_must_be_one_a_loan(figure):
    sample = loans(7, n=50)
    with pytest.raises(ValueError, match=r"^by must have shape \(50,\), got \(49,\)\.$"):
        figure(sample.y, sample.pd, by=np.arange(49))
