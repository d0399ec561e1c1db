"""The PSI of counts against its definition, Pearson's test against SciPy, and both against simulated samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from creditrisk.metrics.cell_shift import cell_shift, chi2_bound, chi2_tail, pooled, share_difference

RNG = np.random.default_rng(8)


def test_psi_and_p_value_are_those_of_their_definitions() -> None:
    reference, current = np.array([120, 300, 80, 500]), np.array([40, 90, 60, 110])
    r, c = reference / reference.sum(), current / current.sum()
    shift = cell_shift(reference, current, alpha=0.01)
    assert shift.value == pytest.approx(float(np.sum((c - r) * np.log(c / r))))
    assert shift.critical == pytest.approx(stats.chi2.isf(0.01, 3) * (1 / 1000 + 1 / 300))
    assert shift.p_value == pytest.approx(stats.chi2_contingency([reference, current], correction=False).pvalue)


def test_samples_that_differ_by_chance_alone_seldom_pass_the_bound_or_the_test() -> None:
    shares = np.array([0.4, 0.3, 0.15, 0.1, 0.03, 0.01, 0.01])
    shifts = [cell_shift(RNG.multinomial(4000, shares), RNG.multinomial(600, shares)) for _ in range(1000)]
    assert 0.03 < np.mean([shift.p_value < 0.05 for shift in shifts]) < 0.07
    assert 0.03 < np.mean([shift.value > shift.critical for shift in shifts]) < 0.07
    assert np.mean([shift.p_value < 0.001 for shift in shifts]) < 0.005


def test_rare_cells_are_one_cell_and_a_rare_level_that_one_side_lacks_adds_nothing() -> None:
    shift = cell_shift(np.array([500, 500, 3, 0]), np.array([500, 500, 0, 3]))
    assert shift.value == pytest.approx(0.0)
    r, c = pooled(np.array([500.0, 3.0, 0.0, 9.0]), np.array([500.0, 0.0, 3.0, 1.0]))
    assert (r.tolist(), c.tolist()) == ([500.0, 12.0], [500.0, 4.0])


def test_cells_that_stay_sparse_together_join_the_smallest_of_the_others() -> None:
    r, c = pooled(np.array([500.0, 40.0, 1.0]), np.array([500.0, 40.0, 0.0]))
    assert (r.tolist(), c.tolist()) == ([500.0, 41.0], [500.0, 40.0])


def test_a_level_that_a_side_does_not_have_at_all_counts_once_it_is_large() -> None:
    shift = cell_shift(np.array([1000, 0]), np.array([700, 300]))
    assert shift.value > 2.0
    assert shift.p_value < 1e-20


@pytest.mark.parametrize("cells", [([5, 5], [0, 0]), ([10], [10]), ([100, 0], [50, 0])])
def test_there_is_no_index_without_two_cells_and_two_samples(cells: tuple[list[int], list[int]]) -> None:
    assert math.isnan(cell_shift(np.array(cells[0]), np.array(cells[1])).value)


def test_counts_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^Counts must be finite and not negative\.$"):
        cell_shift(np.array([1.0, -1.0]), np.array([1.0, 1.0]))
    with pytest.raises(ValueError, match=r"must have one shape \(n_cells,\), got \(2,\) and \(3,\)\.$"):
        cell_shift(np.ones(2), np.ones(3))


def test_two_shares_are_tested_as_pearson_does() -> None:
    table = [[30, 970], [15, 985]]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert share_difference((30, 1000), (15, 1000)) == pytest.approx(expected)
    assert share_difference((0, 10), (0, 20)) == share_difference((10, 10), (20, 20)) == 1.0
    with pytest.raises(ValueError, match=r"^A share must be \(hits, loans\) with 0 ≤ hits ≤ loans"):
        share_difference((3, 2), (1, 2))


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 9, 49, 400])
def test_the_tail_and_the_bound_of_chi_squared_are_those_of_scipy(freedom: int) -> None:
    for x in (0.0, 0.3, 5.0, 37.0, 420.0, 5000.0):
        assert chi2_tail(freedom, x) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-9, abs=1e-300)
    for alpha in (0.5, 0.05, 1e-4, 1e-9):
        assert chi2_bound(freedom, alpha) == pytest.approx(stats.chi2.isf(alpha, freedom), rel=1e-9)
