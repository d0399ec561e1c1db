"""The PSI of counts with its bound of chance: against its definition, and against pairs of samples without a shift."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from creditrisk.metrics.psi_chance import psi_of_counts


def test_a_reference_against_itself_is_0() -> None:
    counts = np.array([120, 80, 40, 13, 900])
    found = psi_of_counts(counts, counts)
    assert (found.value, found.emptied, found.p_value) == (0.0, 0, 1.0)
    assert psi_of_counts(counts, counts * 7).value == 0.0


def test_an_emptied_bin_counts_with_a_share_of_1e_4() -> None:
    found = psi_of_counts(np.full(4, 100), np.array([0, 100, 100, 200]))
    by_hand = (1e-4 - 0.25) * math.log(1e-4 / 0.25) + (0.5 - 0.25) * math.log(2)
    assert found.value == pytest.approx(by_hand)
    assert (found.emptied, found.cells, found.merged) == (1, 4, 0)
    assert found.value > found.critical


def test_well_filled_cells_have_the_law_of_both_finite_samples() -> None:
    found = psi_of_counts(np.full(10, 400), np.full(10, 90))
    assert found.critical == pytest.approx(stats.chi2.isf(0.05, 9) * (1 / 4000 + 1 / 900))


def test_sparse_cells_count_together_and_none_is_left_out() -> None:
    found = psi_of_counts(np.array([500, 500, 4, 2]), np.array([500, 500, 2, 4]))
    assert (found.cells, found.merged, found.value) == (3, 2, pytest.approx(0.0))


def test_a_bin_that_two_samples_lack_is_no_merged_bin() -> None:
    assert psi_of_counts(np.array([500, 500, 0]), np.array([400, 600, 0])).merged == 0


@pytest.mark.parametrize(
    ("shares", "reference", "current", "pairs"),
    [(np.full(10, 0.1), 5000, 1000, 2000), (np.array([0.6, 0.3, 0.07, 0.02, 0.006, 0.004]), 5000, 500, 400)],
    ids=["well filled", "rare cells"],
)
def test_without_a_shift_the_critical_value_is_passed_in_5_of_100(
    shares: np.ndarray, reference: int, current: int, pairs: int
) -> None:
    rng, passed = np.random.default_rng(5), 0
    for _ in range(pairs):
        found = psi_of_counts(rng.multinomial(reference, shares), rng.multinomial(current, shares))
        passed += found.value > found.critical
    # Three standard errors of a share of 5 %: chance alone leaves them in 3 of 1,000 such sets of pairs.
    assert abs(passed / pairs - 0.05) < 3 * math.sqrt(0.05 * 0.95 / pairs)


def test_the_bound_of_one_table_is_always_the_same() -> None:
    first, second = (psi_of_counts(np.array([300, 30, 9]), np.array([150, 20, 6])) for _ in range(2))
    assert first == second


def test_there_is_no_index_of_one_cell_or_of_nothing() -> None:
    assert math.isnan(psi_of_counts(np.array([50]), np.array([70])).critical)
    assert math.isnan(psi_of_counts(np.array([50, 50]), np.array([0, 0])).value)


def test_counts_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^Counts must be finite and not negative\.$"):
        psi_of_counts(np.array([1.0, -1.0]), np.array([1.0, 1.0]))
