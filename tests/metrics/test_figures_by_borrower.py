"""Figures and tests that know whose each loan is: copies tell nothing, single loans are as before, intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from metric_samples import loans
from scipy import stats

from creditrisk.metrics.borrowers import alike_variance, first_come, likeness, shared
from creditrisk.metrics.calibration import bce
from creditrisk.metrics.confusion import confusion
from creditrisk.metrics.corp import corp
from creditrisk.metrics.ece import expected_calibration_error
from creditrisk.metrics.emp import emp
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.fairness import group_figures, group_gaps
from creditrisk.metrics.gains import gains_table
from creditrisk.metrics.level_tests import heterogeneity, trend
from creditrisk.metrics.profit import Terms, cutoff_row, profit_curve

TERMS = Terms(lgd=0.5, margin=0.2)


def estimates(y, p, by, weight=None):
    """Return every estimate that sums influence by borrower, by name."""
    found = {f"group {name}": figure for name, figure in vars(group_figures(y, p, 0.3, weight, by=by)).items()}
    found |= {f"confusion {name}": figure for name, figure in vars(confusion(y, p, 0.3, weight, by=by)).items()}
    found |= {f"row {name}": figure for name, figure in vars(cutoff_row(y, p, 0.3, TERMS, weight, by=by)).items()}
    found |= {f"band {row.band}": row.default_rate for row in gains_table(y, p, weight, 4, by=by)}
    found["bce"] = bce(y, p, weight, by=by)
    found["emp"] = emp(y, p, weight, by=by).estimate
    found["factor"] = trend(y, p, (np.arange(len(y)) // (len(y) // 5)).astype(float), weight, by=by).factor
    return {name: figure for name, figure in found.items() if isinstance(figure, Estimate)}


def statistics(y, p, group, by, weight=None):
    """Return the statistics of the tests."""
    spread, moved = heterogeneity(y, p, group, weight, by=by), trend(y, p, group.astype(float), weight, by=by)
    return (spread.statistic, spread.df, spread.p_value, moved.z, moved.p_value)


def owned(rng, borrowers, mean=-1.6, alike=0.5):
    """Loans with right PDs of borrowers of 1 to 6, whose outcomes hang on one normal factor of each borrower."""
    by = np.repeat(np.arange(borrowers), rng.integers(1, 7, borrowers))
    z = mean + 0.8 * rng.normal(size=borrowers)[by] + 0.6 * rng.normal(size=len(by))
    p = 1 / (1 + np.exp(-z))
    latent = np.sqrt(alike) * rng.normal(size=borrowers)[by] + np.sqrt(1 - alike) * rng.normal(size=len(by))
    return (stats.norm.cdf(latent) < p).astype(int), p, by


def test_sums_within_borrowers():
    by = np.array([0, 1, 0, 2, 1])
    assert shared(None, 5) is None
    assert shared(np.array([4, 1, 7]), 3) is None
    assert shared(np.array([4, 1, 4]), 3).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match=r"^by must have shape \(4,\), got \(5,\)\.$"):
        shared(by, 4)
    assert first_come(None, np.arange(5)) is None
    assert first_come(by, np.array([3, 1, 4, 0, 2])).tolist() == [0, 1, 1, 2, 2]
    error, weight = np.array([0.5, -0.2, 0.4, 0.9, 0.1]), np.array([1.0, 2.0, 3.0, 1.0, 1.0])
    pairs = [(0, 2), (1, 4)]
    above = sum(weight[i] * weight[j] * error[i] * error[j] for i, j in pairs)
    below = sum(weight[i] * weight[j] * (error[i] ** 2 + error[j] ** 2) / 2 for i, j in pairs)
    assert likeness(error, weight, by) == pytest.approx(above / below)
    assert likeness(-np.array([1.0, -1.0]), np.ones(2), np.zeros(2, dtype=int)) == 0.0
    assert likeness(error, weight, np.arange(5)) == 0.0
    matrix = np.where(by[:, None] == by, 0.3, 0.0) + np.diag(np.full(5, 0.7))
    assert alike_variance(weight, by, 0.3) == pytest.approx(weight @ matrix @ weight)


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_borrowers_of_one_loan_are_the_loans_themselves(weighting):
    sample = loans(3, n=800, weighting=weighting)
    alone = np.random.default_rng(0).permutation(800)
    one, other = (estimates(sample.y, sample.pd, by, sample.weight) for by in (alone, None))
    # Of a rate among some of the loans, and of AUC, only the borrowers' n / (n − 1) is left.
    for name, figure in other.items():
        if name in ("group auc",) or name.startswith(("group", "confusion", "row", "band")):
            assert one[name].se == pytest.approx(figure.se, rel=0.02), name
        else:
            assert one[name] == figure, name
    group = np.arange(800) % 5
    assert statistics(sample.y, sample.pd, group, alone) == statistics(sample.y, sample.pd, group, None)
    for measure in (expected_calibration_error, corp):
        told = [repr(measure(sample.y, sample.pd, sample.weight, draws=19, by=by)) for by in (alone, None)]
        assert told[0] == told[1]


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_loans_written_five_times_tell_nothing_new(weighting):
    sample = loans(4, n=600, weighting=weighting)
    at, weight = np.repeat(np.arange(600), 5), sample.weight
    heavy = None if weight is None else weight[at]
    once, five = estimates(sample.y, sample.pd, None, weight), estimates(sample.y[at], sample.pd[at], at, heavy)
    unaware = estimates(sample.y[at], sample.pd[at], None, heavy)
    for name, figure in once.items():
        assert (five[name].value, five[name].se) == pytest.approx((figure.value, figure.se), rel=0.02), name
        assert unaware[name].se == pytest.approx(figure.se / np.sqrt(5), rel=0.02), name
    group = np.arange(600) % 5
    expected = statistics(sample.y, sample.pd, group, None, weight)
    assert statistics(sample.y[at], sample.pd[at], group[at], at, heavy) == pytest.approx(expected, rel=1e-9)
    assert statistics(sample.y[at], sample.pd[at], group[at], None, heavy) != pytest.approx(expected, rel=0.1)
    curves = [profit_curve(sample.y, sample.pd, TERMS, weight),
              profit_curve(sample.y[at], sample.pd[at], TERMS, heavy, by=at)]  # fmt: skip
    for name, found in vars(curves[0]).items():
        assert getattr(curves[1], name) == pytest.approx(found), name


def test_copies_leave_the_values_of_right_pds_where_they_were():
    sample, at = loans(5, n=400), np.repeat(np.arange(400), 5)
    once, five = (expected_calibration_error(y, p, draws=400, by=by)
                  for y, p, by in ((sample.y, sample.pd, None), (sample.y[at], sample.pd[at], at)))  # fmt: skip
    assert five.value == pytest.approx(once.value)
    assert (five.expected, five.highest) == pytest.approx((once.expected, once.highest), rel=0.12)
    single, copied = (corp(y, p, draws=150, by=by).brier
                      for y, p, by in ((sample.y, sample.pd, None), (sample.y[at], sample.pd[at], at)))  # fmt: skip
    assert copied.miscalibration == pytest.approx(single.miscalibration)
    assert copied.expected == pytest.approx(single.expected, rel=0.15)
    unaware = expected_calibration_error(sample.y[at], sample.pd[at], draws=400)
    assert unaware.expected < 0.6 * once.expected


def test_the_range_of_a_profit_curve_is_paired_by_borrower():
    """Against the sums by borrower of the loans between each cut-off and the top, written out."""
    y, p, by = owned(np.random.default_rng(6), 150)
    p = np.round(p, 2)
    curve = profit_curve(y, p, TERMS, by=by)
    earned = TERMS.earned(y)
    top = (p < curve.cutoff[curve.top]) | (curve.cutoff[curve.top] == 1.0)
    close = []
    for cutoff, profit in zip(curve.cutoff, curve.profit, strict=True):
        taken = (p < cutoff) | (cutoff == 1.0)
        sums = np.bincount(by, earned * (top.astype(float) - taken))
        behind = curve.profit[curve.top] - profit
        assert behind == pytest.approx(sums.sum() / len(p), abs=1e-12)
        close.append(behind <= np.sqrt(np.sum((sums - sums.mean()) ** 2)) / len(p) + 1e-15)
    found = np.flatnonzero(close)
    assert (curve.low, curve.high) == (found[0], found[-1])
    alone = profit_curve(y, p, TERMS)
    assert (alone.low, alone.high) != (curve.low, curve.high)


def test_groups_that_share_their_borrowers_are_not_told_apart():
    """Two groups that hold the same loans of the same borrowers cannot differ, and there is no test of it."""
    sample = loans(8, n=200)
    at, group = np.tile(np.arange(200), 2), np.repeat([0, 1], 200)
    assert np.isnan(heterogeneity(sample.y[at], sample.pd[at], group, by=at).p_value)


def test_right_pds_are_rejected_as_often_as_they_should_where_borrowers_default_together():
    rng = np.random.default_rng(11)
    rejected, unaware = [], []
    for _ in range(120):
        y, p, by = owned(rng, 300)
        group = rng.integers(0, 5, 300)[by]
        for told, owner in ((rejected, by), (unaware, None)):
            moved = trend(y, p, group.astype(float), by=owner)
            row = [heterogeneity(y, p, group, by=owner).p_value < 0.05, moved.p_value < 0.05]
            row.append(not moved.factor.low <= 1 <= moved.factor.high)
            told.append(row)
    assert (np.mean(rejected, axis=0) < 0.11).all(), np.mean(rejected, axis=0)
    assert (np.mean(unaware, axis=0) > 0.11).all(), np.mean(unaware, axis=0)


def test_intervals_hold_the_truth_where_borrowers_default_together():
    rng = np.random.default_rng(12)
    many, others = owned(rng, 40_000), owned(rng, 40_000, mean=-2.0)
    truth = estimates(*many[:2], None)
    truth |= vars(group_gaps(*(group_figures(y, p, 0.3) for y, p, _ in (many, others))))
    inside, runs = dict.fromkeys(truth, 0), 80
    for _ in range(runs):
        mine, other = owned(rng, 250), owned(rng, 250, mean=-2.0)
        found = estimates(*mine)
        found |= vars(group_gaps(*(group_figures(y, p, 0.3, by=by) for y, p, by in (mine, other))))
        for name, figure in found.items():
            inside[name] += figure.low <= truth[name].value <= figure.high
    assert min(inside.values()) / runs > 0.84, inside
    assert np.mean(list(inside.values())) / runs == pytest.approx(0.95, abs=0.02)


def test_shapes_are_checked():
    sample = loans(7, n=50)
    for figure in (expected_calibration_error, corp, gains_table, bce, emp):
        with pytest.raises(ValueError, match=r"^by must have shape \(50,\), got \(49,\)\.$"):
            figure(sample.y, sample.pd, by=np.arange(49))
    for made in (confusion, group_figures):
        with pytest.raises(ValueError, match=r"^by must have shape \(50,\), got \(49,\)\.$"):
            made(sample.y, sample.pd, 0.3, by=np.arange(49))
