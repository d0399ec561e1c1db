from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import stats

from creditrisk.metrics.gains import gains_table

quick = settings(max_examples=20, deadline=None, derandomize=True)


@st.composite
def portfolios(draw):
    """Outcomes of both classes, PDs with many ties, weights, and a number of bands."""
    n = draw(st.integers(2, 40))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    pd = draw(st.lists(st.sampled_from([0.0, 0.1, 0.2, 1.0]) | st.floats(0, 1), min_size=n, max_size=n))
    w = draw(st.lists(st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(pd), np.array(w), draw(st.integers(1, 12))


def members(sample, row):
    return (sample.pd >= row.lowest_pd) & (sample.pd <= row.highest_pd)


def shares(figures):
    """Every figure of a row that must not depend on how the weights are written."""
    f = figures
    return (
        *(f.band, f.default_rate.value, f.mean_pd, f.lowest_pd, f.highest_pd),
        *(f.cumulative_defaults, f.cumulative_repaid, f.lift, f.cumulative_lift),
    )


def documented_bands(y, bands):
    """⌊bands × m⌋ + 1 in exact arithmetic for loans of distinct PDs in descending order, and the loans in each."""
    n = len(y)
    numbers = [floor(bands * (Fraction(2 * position + 1, 2) / n)) + 1 for position in range(n)]
    return [numbers.count(number) for number in sorted(set(numbers))]


@pytest.mark.parametrize("sample", SAMPLES)
def test_bands_hold_every_loan_and_every_default_once(sample):
    table = gains_table(sample.y, sample.pd, sample.weight)
    assert sum(row.loans for row in table) == len(sample.y)
    assert sum(row.defaults for row in table) == sample.y.sum()
    assert [row.band for row in table] == list(range(1, len(table) + 1))


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_row_describes_the_loans_between_its_pds(sample):
    w, overall = sample.mass, np.average(sample.y, weights=sample.mass)
    for row in gains_table(sample.y, sample.pd, sample.weight):
        member, so_far = members(sample, row), sample.pd >= row.lowest_pd
        rate = np.average(sample.y[member], weights=w[member])
        captured = w[so_far] @ sample.y[so_far] / (w @ sample.y)
        assert (row.loans, row.defaults) == (member.sum(), sample.y[member].sum())
        assert shares(row)[1:] == pytest.approx(
            (
                *(rate, np.average(sample.pd[member], weights=w[member])),
                *(sample.pd[member].min(), sample.pd[member].max(), captured),
                w[so_far] @ (1 - sample.y[so_far]) / (w @ (1 - sample.y)),
                *(rate / overall, captured / (w[so_far].sum() / w.sum())),
            ),
            rel=1e-12,
        )


@pytest.mark.parametrize("sample", SAMPLES)
def test_default_rates_have_jeffreys_interval_at_the_effective_number_of_loans(sample):
    for row in gains_table(sample.y, sample.pd, sample.weight, bands=3):
        w, y = sample.mass[members(sample, row)], sample.y[members(sample, row)]
        n, rate = w.sum() ** 2 / (w @ w), np.average(y, weights=w)
        assert 0 < rate < 1
        ends = stats.beta.ppf([0.025, 0.975], n * rate + 0.5, n * (1 - rate) + 0.5)
        assert (row.default_rate.low, row.default_rate.high) == pytest.approx(tuple(ends), rel=1e-9)


@pytest.mark.parametrize(("n", "bands"), [(1000, 10), (1000, 4), (600, 20)])
def test_bands_of_distinct_pds_are_equal_parts_of_the_sorted_loans(n, bands):
    sample = loans(20, n=n)
    parts = np.split(np.argsort(-sample.pd), bands)
    table = gains_table(sample.y, sample.pd, bands=bands)
    assert [row.loans for row in table] == [n // bands] * bands
    assert [row.defaults for row in table] == [sample.y[part].sum() for part in parts]
    assert [row.mean_pd for row in table] == pytest.approx([sample.pd[part].mean() for part in parts], rel=1e-12)


@pytest.mark.parametrize(("n", "bands"), [(8, 3), (10, 3), (24, 4), (16, 10), (100, 7), (5, 2), (15, 10), (45, 10)])
def test_bands_are_those_of_the_documented_formula(n, bands):
    y = np.arange(n) % 2
    table = gains_table(y, np.linspace(0.9, 0.1, n), bands=bands)
    assert [row.loans for row in table] == documented_bands(y, bands)


@pytest.mark.parametrize("bands", [1, 2, 5, 10, 100])
@pytest.mark.parametrize("sample", SAMPLES)
def test_equal_pds_are_never_split(sample, bands):
    table = gains_table(sample.y, sample.pd, sample.weight, bands)
    assert all(above.lowest_pd > below.highest_pd for above, below in pairwise(table))
    assert len(table) <= min(bands, len(np.unique(sample.pd)))


def test_fewer_bands_come_back_where_pds_are_tied():
    y, pd = np.tile([0, 1, 0, 0], 25), np.repeat([0.1, 0.6, 0.3, 0.2], 25)
    table = gains_table(y, pd)
    assert [(row.band, row.mean_pd, row.loans) for row in table] == [
        *((1, pytest.approx(0.6), 25), (2, pytest.approx(0.3), 25)),
        *((3, pytest.approx(0.2), 25), (4, pytest.approx(0.1), 25)),
    ]


@pytest.mark.parametrize("pd", [0.0, 0.25, 1.0])
def test_constant_pds_are_one_band_with_the_rate_of_all(pd):
    (row,) = gains_table(np.array([0, 1, 0, 0]), np.full(4, pd))
    assert shares(row) == (1, 0.25, pd, pd, pd, 1.0, 1.0, 1.0, 1.0)
    assert (row.loans, row.defaults) == (4, 1)


def test_gains_by_hand():
    first, second = gains_table(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.3, 0.8]), bands=2)
    assert shares(first) == pytest.approx((1, 1.0, 0.6, 0.4, 0.8, 1.0, 0.0, 2.0, 2.0))
    assert shares(second) == pytest.approx((2, 0.0, 0.2, 0.1, 0.3, 1.0, 1.0, 0.0, 1.0))


def test_bands_without_or_with_nothing_but_defaults_have_exact_ends():
    first, second = gains_table(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 0.3), bands=2)
    assert (first.default_rate.value, first.default_rate.high) == (1.0, 1.0)
    assert (second.default_rate.value, second.default_rate.low) == (0.0, 0.0)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(sample):
    rows = repeated(sample)
    weighted, unweighted = gains_table(sample.y, sample.pd, sample.weight), gains_table(rows.y, rows.pd)
    assert len(weighted) == len(unweighted)
    for a, b in zip(weighted, unweighted, strict=True):
        assert shares(a) == pytest.approx(shares(b), rel=1e-12)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_equal_weights_change_nothing(sample):
    equal = gains_table(sample.y, sample.pd, np.full(len(sample.y), 4.0))
    assert equal == gains_table(sample.y, sample.pd)


@quick
@given(portfolios())
def test_cumulated_columns_rise_to_exactly_1(data):
    table = gains_table(*data)
    for column in ("cumulative_defaults", "cumulative_repaid"):
        values = [getattr(row, column) for row in table]
        assert (np.diff([0.0, *values]) >= -1e-12).all()
        assert values[-1] == 1.0
    assert table[-1].cumulative_lift == 1.0


@quick
@given(portfolios())
def test_mean_lift_is_1(data):
    y, pd, w, bands = data
    table = gains_table(y, pd, w, bands)
    mass = [w[(pd >= row.lowest_pd) & (pd <= row.highest_pd)].sum() for row in table]
    assert sum(mass) == pytest.approx(w.sum(), rel=1e-12)
    assert np.average([row.lift for row in table], weights=mass) == pytest.approx(1.0, rel=1e-12)


@quick
@given(portfolios(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_count(data, random):
    y, pd, _, bands = data
    order = random.sample(range(len(y)), len(y))
    for a, b in zip(gains_table(y, pd, bands=bands), gains_table(y[order], pd[order], bands=bands), strict=True):
        assert shares(a) == pytest.approx(shares(b), rel=1e-12)
