from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from creditrisk.metrics.drift import psi, psi_shares, quantile_edges

quick = settings(max_examples=30, deadline=None, derandomize=True)
RNG = np.random.default_rng(3)


def brute_psi(reference, current, edges, floor=1e-4):
    """The index cell by cell, in plain Python."""
    total = 0.0
    ends = [-math.inf, *edges, math.inf]
    for low, high in pairwise(ends):
        r = sum(low < value <= high for value in reference) / len(reference)
        c = sum(low < value <= high for value in current) / len(current)
        r, c = max(r, floor), max(c, floor)
        total += (c - r) * math.log(c / r)
    return total


def test_half_of_a_uniform_distribution_gives_the_known_value():
    # By hand: 5 (0.1 − 0.0001) ln(0.1 / 0.0001) + 5 (0.2 − 0.1) ln 2.
    by_hand = 5 * 0.0999 * math.log(1000) + 0.5 * math.log(2)
    assert by_hand == pytest.approx(3.797, abs=5e-4)
    grid = (np.arange(10_000) + 0.5) / 10_000
    assert psi(grid, 0.5 + grid / 2).value == pytest.approx(by_hand, rel=1e-6)  # one loan lies on an edge
    cells = [np.histogram(RNG.uniform(low, 1, 200_000), np.linspace(0, 1, 11))[0] for low in (0.0, 0.5)]
    assert psi_shares(*cells) == pytest.approx(by_hand, abs=0.03)


@pytest.mark.parametrize("cells", [([0, 10], [5, 5]), ([5, 5], [0, 10])])
def test_empty_cells_take_the_floor_on_either_side(cells):
    assert psi_shares(*map(np.array, cells)) == pytest.approx(
        (0.5 - 1e-4) * math.log(0.5 / 1e-4) + 0.5 * math.log(2), rel=1e-12
    )


def test_a_cell_that_is_nearly_empty_counts_no_more_than_an_empty_one():
    nearly, empty = np.array([1, 999_999]), np.array([0, 1_000_000])
    assert psi_shares(np.array([1, 1]), nearly) == pytest.approx(psi_shares(np.array([1, 1]), empty), rel=1e-5)


@pytest.mark.parametrize("decimals", [1, 6])
def test_against_a_second_implementation(decimals):
    reference, current = RNG.normal(0, 1, 700).round(decimals), RNG.normal(0.3, 1.2, 250).round(decimals)
    found = psi(reference, current)
    edges = sorted({float(np.sort(reference)[math.ceil(700 * k / 10) - 1]) for k in range(1, 10)})
    assert [row.high for row in found.bins[:-1]] == edges
    assert found.value == pytest.approx(brute_psi(reference, current, edges), rel=1e-12)


def test_bins_are_those_of_pandas_and_their_shares_add_up():
    reference, current = RNG.normal(size=1000), RNG.normal(size=333)
    found = psi(reference, current)
    _, edges = pd.qcut(reference, 10, retbins=True)
    # pandas interpolates between two reference loans, so that a current one between them may be in the next bin.
    for values, name, apart in ((reference, "reference", 1e-12), (current, "current", 1.01 / 333)):
        counts = pd.Series(pd.cut(values, [-math.inf, *edges[1:-1], math.inf])).value_counts(sort=False)
        assert [getattr(row, name) for row in found.bins] == pytest.approx(list(counts / len(values)), abs=apart)
    assert (found.bins[0].low, found.bins[-1].high) == (-math.inf, math.inf)


@quick
@given(st.lists(st.integers(0, 12), min_size=2, max_size=60), st.lists(st.integers(-3, 15), min_size=1, max_size=60))
def test_ties_share_a_bin_and_no_bin_of_the_reference_is_empty(reference, current):
    found = psi(np.array(reference, float), np.array(current, float))
    if len(set(reference)) == 1:
        assert math.isnan(found.value)
        assert len(found.bins) == 1
        return
    assert all(row.reference > 0 for row in found.bins)
    assert found.value >= 0
    assert found.value == pytest.approx(brute_psi(reference, current, [row.high for row in found.bins[:-1]]), abs=1e-12)


def test_only_the_order_of_the_scores_counts():
    a, b = RNG.normal(size=500), RNG.normal(0.2, 1, 300)
    assert psi(np.exp(a), np.exp(b)).value == psi(a, b).value


def test_whole_weights_are_repeated_loans_but_make_the_index_no_surer():
    a, b = RNG.normal(size=400), RNG.normal(0.2, 1, 300)
    v, w = RNG.integers(1, 5, 400), RNG.integers(1, 5, 300)
    weighted, repeated = psi(a, b, v.astype(float), w.astype(float)), psi(np.repeat(a, v), np.repeat(b, w))
    assert weighted.value == pytest.approx(repeated.value, rel=1e-12)
    assert weighted.critical > 1.5 * repeated.critical
    equal = psi(a, b, np.full(400, 3.0), np.full(300, 0.1))
    assert (equal.value, equal.critical) == pytest.approx((psi(a, b).value, psi(a, b).critical), rel=1e-12)


def test_critical_value_and_p_value_are_those_of_the_chi_square_law():
    found = psi(RNG.normal(size=800), RNG.normal(0.1, 1, 400))
    scale = 1 / 800 + 1 / 400
    assert found.critical == pytest.approx(stats.chi2.ppf(0.95, 9) * scale, rel=1e-12)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.value / scale, 9), rel=1e-9)


@pytest.mark.parametrize(
    ("weighted", "shift", "low", "high"), [(False, 0.0, 0.03, 0.08), (True, 0.0, 0.03, 0.08), (False, 0.3, 0.9, 1.0)]
)
def test_chance_alone_exceeds_the_critical_value_in_5_of_100_cases(weighted, shift, low, high):
    rng = np.random.default_rng(17)
    beyond = 0
    for _ in range(600):
        v, w = (rng.uniform(0.2, 3, 1500), rng.uniform(0.2, 3, 1000)) if weighted else (None, None)
        found = psi(rng.normal(size=1500), rng.normal(shift, 1, 1000), v, w)
        beyond += found.value > found.critical
        assert (found.p_value < 0.05) == (found.value > found.critical)
    assert low <= beyond / 600 <= high


def test_edges_do_not_hang_on_the_rounding_of_the_weights():
    values = np.arange(100.0)
    edges = quantile_edges(values, np.full(100, 0.1), 10).tolist()
    assert edges == quantile_edges(values, np.ones(100), 10).tolist() == [9.0 + 10 * k for k in range(9)]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: psi(np.empty(0), np.ones(3)), "one shape"),
        (lambda: psi(np.ones(3), np.ones(3), np.ones(2)), "one shape"),
        (lambda: psi(np.array([0.1, math.nan]), np.ones(3)), "Scores must be finite"),
        (lambda: psi(np.ones(2), np.ones(2), np.array([1.0, 0.0])), "finite and positive"),
        (lambda: psi(np.ones(2), np.ones(2), bins=1), "2 or more"),
        (lambda: psi_shares(np.ones(2), np.ones(3)), "one shape"),
        (lambda: psi_shares(np.ones(2), np.array([-1, 2])), "not negative"),
        (lambda: psi_shares(np.zeros(2), np.ones(2)), "must not be empty"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
