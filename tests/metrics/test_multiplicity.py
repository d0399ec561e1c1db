from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.metrics.multiplicity import holm

quick = settings(max_examples=60, deadline=None, derandomize=True)


def rejected_step_by_step(p_values, alpha):
    """Holm's procedure as he words it: reject the smallest while it is below alpha over the tests that are left."""
    left, rejected = sorted(range(len(p_values)), key=lambda at: p_values[at]), set()
    while left and p_values[left[0]] < alpha / len(left):
        rejected.add(left.pop(0))
    return rejected


def test_adjusted_values_are_those_of_statsmodels():
    # statsmodels 0.15.0, stats.multitest.multipletests(p, method="holm")[1]
    p_values = [0.001, 0.012, 0.0121, 0.04, 0.2, 0.013, 0.5, 0.0005]
    assert holm(p_values) == pytest.approx([0.007, 0.072, 0.072, 0.12, 0.4, 0.072, 0.5, 0.004], rel=1e-12)


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.5))
def test_adjusted_values_below_alpha_are_what_the_procedure_rejects(p_values, alpha):
    adjusted = holm(p_values)
    if np.min(np.abs(adjusted - alpha)) > 1e-9:
        assert set(np.flatnonzero(adjusted < alpha)) == rejected_step_by_step(p_values, alpha)


def test_tests_that_could_not_be_made_stay_and_count_for_nothing():
    assert holm([0.01, np.nan, 0.04]) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert np.isnan(holm([np.nan, np.nan])).all()
    assert holm([]).shape == (0,)


def test_the_order_of_the_tests_does_not_count():
    p_values = np.array([0.01, 0.02, 0.02, 0.3])
    adjusted = holm(p_values)
    for order in permutations(range(4)):
        assert holm(p_values[list(order)]).tolist() == adjusted[list(order)].tolist()


def test_any_false_rejection_is_as_rare_as_the_level():
    rng = np.random.default_rng(3)
    # Independent tests, and tests that share most of what they see.
    for shared in (0.0, 0.9):
        draws = np.sqrt(shared) * rng.normal(size=(4000, 1)) + np.sqrt(1 - shared) * rng.normal(size=(4000, 6))
        p_values = np.argsort(np.argsort(draws, axis=0), axis=0) / 4000 + 1 / 8000
        any_rejected = np.mean([(holm(row) < 0.1).any() for row in p_values])
        assert any_rejected < 0.1 + 3 * np.sqrt(0.1 * 0.9 / 4000)
        if shared == 0.0:
            assert any_rejected == pytest.approx(1 - (1 - 0.1 / 6) ** 6, abs=0.015)


@pytest.mark.parametrize("p_values", [[0.5, 1.01], [-0.1]])
def test_what_is_no_p_value_is_refused(p_values):
    with pytest.raises(ValueError, match=r"^p_values must be between 0 and 1.$"):
        holm(p_values)


def test_one_dimension_is_asked_for():
    with pytest.raises(ValueError, match=r"^p_values must have shape \(n_tests,\), got \(1, 2\)\.$"):
        holm(np.array([[0.1, 0.2]]))
