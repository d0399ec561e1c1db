import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from creditrisk.metrics import hosmer_lemeshow as module
from creditrisk.metrics.calibration import calibration_line
from creditrisk.metrics.hosmer_lemeshow import HosmerLemeshow, hosmer_lemeshow

quick = settings(max_examples=60, deadline=None, derandomize=True)
NAN = pytest.approx(math.nan, nan_ok=True)


def right(seed, n=1000, centre=-1.0):
    """Return outcomes of loans whose PDs are right, and the PDs."""
    rng = np.random.default_rng(seed)
    pd = special.expit(rng.normal(centre, 1.0, n))
    return (rng.random(n) < pd).astype(np.int64), pd


@pytest.mark.parametrize("groups", [1, 4, 10])
def test_statistic_is_pearsons_over_equal_parts_of_the_sorted_loans(groups):
    y, pd = right(1, centre=-0.5)
    truth = 0.0
    for part in np.split(np.argsort(pd), groups):
        expected = np.array([pd[part].sum(), (1 - pd[part]).sum()])
        observed = np.array([y[part].sum(), (1 - y[part]).sum()])
        truth += stats.chisquare(observed, expected).statistic
    found = hosmer_lemeshow(y, pd, groups=groups)
    assert found.statistic == pytest.approx(truth, rel=1e-10)
    assert (found.df, found.groups) == (groups, groups)
    assert found.p_value == pytest.approx(stats.chi2.sf(truth, groups), rel=1e-9)


def test_a_logistic_fit_on_its_own_rows_costs_two_degrees_of_freedom():
    y, pd = right(2, centre=-0.5)
    other, own = (hosmer_lemeshow(y, pd, on_own_rows=own) for own in (False, True))
    assert (own.statistic, own.groups, own.df) == (other.statistic, other.groups, other.df - 2)
    assert own.p_value == pytest.approx(stats.chi2.sf(own.statistic, own.df), rel=1e-9)
    assert own.p_value < other.p_value


def test_equal_pds_are_never_split():
    y, pd = np.repeat([0, 1, 0, 1], [60, 40, 70, 30]), np.repeat([0.3, 0.4], 100)
    found = hosmer_lemeshow(y, pd)
    assert found.groups == 2
    assert found.statistic == pytest.approx((40 - 30) ** 2 / 21 + (30 - 40) ** 2 / 24, rel=1e-12)


@pytest.mark.parametrize(
    ("loans", "expected", "left"),
    [
        # each row: what is given, riskiest first; what is left
        ([100, 100, 100], [50.0, 20.0, 5.0], [[100, 100, 100], [50, 20, 5]]),
        ([100, 100, 100], [50.0, 20.0, 4.9], [[100, 200], [50, 24.9]]),
        ([50, 100, 100], [46.0, 20.0, 10.0], [[150, 100], [66, 10]]),
        ([100, 100, 100, 100], [50.0, 3.0, 2.0, 1.0], [[100, 300], [50, 6]]),
        ([100, 100, 100, 100], [50.0, 2.0, 1.0, 1.0], [[400], [54]]),
        ([100, 8, 100], [50.0, 3.0, 10.0], [[108, 100], [53, 10]]),
        ([100, 8, 100, 100], [50.0, 3.0, 10.0, 4.0], [[108, 200], [53, 14]]),
        ([20, 20], [2.0, 1.0], [[40], [3]]),
    ],
    ids=[
        "none",
        "safest",
        "riskiest",
        "one after the other",
        "down to one",
        "inner",
        "an end before an inner one",
        "too few in all",
    ],
)
def test_small_groups_join_their_inner_neighbours(loans, expected, left):
    counts = np.array([loans, expected, np.zeros(len(loans))], dtype=np.float64)
    assert module._merged(counts)[:2] == pytest.approx(np.array(left, dtype=np.float64))


@quick
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=12))
def test_merging_loses_nobody_and_leaves_no_small_group_but_a_single_one(rows):
    loans = np.array([row[0] for row in rows], dtype=np.float64)
    counts = np.array([loans, loans * [row[1] for row in rows], np.arange(len(rows))])
    merged = module._merged(counts.copy())
    assert merged.sum(axis=1) == pytest.approx(counts.sum(axis=1))
    assert merged.shape[1] == 1 or np.minimum(merged[1], merged[0] - merged[1]).min() >= 5


def test_merging_does_not_look_at_the_outcomes():
    _, pd = right(3, n=300, centre=-3.0)
    found = {hosmer_lemeshow((np.random.default_rng(seed).random(300) < pd) * 1, pd).groups for seed in range(20)}
    assert len(found) == 1
    assert found < set(range(1, 10))


@pytest.mark.parametrize(("n", "centre"), [(400, -2.0), (2000, -1.0)])
def test_right_models_are_rejected_at_the_level(n, centre):
    p_values = np.array([hosmer_lemeshow(*right(seed, n, centre)).p_value for seed in range(600)])
    # The bounds are four standard errors of 600 portfolios.
    assert (p_values <= 0.05).mean() == pytest.approx(0.05, abs=0.036)
    assert (p_values <= 0.5).mean() == pytest.approx(0.5, abs=0.082)


def test_logistic_fits_are_rejected_at_the_level_on_their_own_rows_only_with_fewer_degrees_of_freedom():
    own, other = [], []
    for seed in range(400):
        y, pd = right(seed, 600, -1.0)
        line = calibration_line(y, pd)
        fitted = special.expit(line.intercept.value + line.slope.value * special.logit(pd))
        own.append(hosmer_lemeshow(y, fitted, on_own_rows=True).p_value)
        other.append(hosmer_lemeshow(y, fitted).p_value)
    assert np.mean(np.array(own) <= 0.05) == pytest.approx(0.05, abs=0.044)
    assert np.mean(np.array(own) <= 0.5) == pytest.approx(0.5, abs=0.1)
    assert np.mean(np.array(other) <= 0.5) < 0.4


@pytest.mark.parametrize("wrong", [lambda p: p / 2, np.sqrt, lambda p: np.full_like(p, 0.1), lambda p: 1 - p])
def test_wrong_models_are_rejected(wrong):
    y, pd = right(4, n=4000)
    assert hosmer_lemeshow(y, wrong(pd)).p_value < 1e-6


@pytest.mark.parametrize(
    ("y", "pd", "own", "df", "groups"),
    [
        ([0, 1] * 4, [0.5] * 8, False, 1, 1),
        ([0, 1] * 20, [0.5] * 40, True, 0, 1),
        ([0] * 30 + [1] * 10 + [0] * 20 + [1] * 20, [0.25] * 40 + [0.5] * 40, True, 0, 2),
        ([0, 1], [0.0, 1.0], False, 1, 1),
    ],
    ids=["too few loans", "one group on its own rows", "two groups on their own rows", "certain PDs"],
)
def test_where_too_little_is_left_there_is_no_test(y, pd, own, df, groups):
    found = hosmer_lemeshow(np.array(y), np.array(pd), on_own_rows=own)
    assert found == HosmerLemeshow(NAN, df, NAN, groups)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": 0}, "groups must be 1 or more, got 0."),
        ({"weight": np.ones(50)}, "The Hosmer–Lemeshow test takes no loan weights."),
    ],
)
def test_refused_options_are_named_in_the_message(options, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        hosmer_lemeshow(*right(6, 50), **options)
    assert str(refusal.value) == message


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        hosmer_lemeshow(np.array([0, 1]), np.array([0.5, 1.5]))
