"""Shapley values of one leaf, against their definition over all orders."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from creditrisk.models.reasons.exact_shares import against_loans, against_patterns, against_shares, answers_of

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats


def by_definition(answers: np.ndarray, baseline: Floats) -> Floats:
    """Return what each condition adds to their product, in the mean over all orders of taking the loan's answers."""
    orders = list(permutations(range(len(answers))))
    total = np.zeros(len(answers))
    for order in orders:
        known = baseline.astype(float).copy()
        before = known.prod()
        for condition in order:
            known[condition] = answers[condition]
            total[condition] += known.prod() - before
            before = known.prod()
    return total / len(orders)


@pytest.mark.parametrize("conditions", [1, 2, 3, 4, 5, 6])
def test_against_shares_is_the_mean_over_all_orders(conditions: int) -> None:
    rng = np.random.default_rng(conditions)
    passing = rng.uniform(0.05, 1.0, (2, conditions))
    answers = answers_of(conditions).T[rng.permutation(1 << conditions)[:6]]
    found = against_shares(answers, passing)
    assert found.shape == (2, len(answers), conditions)
    for leaf in range(2):
        for row, pattern in enumerate(answers):
            assert found[leaf, row] == pytest.approx(by_definition(pattern, passing[leaf]), abs=1e-14)


@pytest.mark.parametrize("conditions", [1, 2, 3, 4])
def test_against_loans_and_against_patterns_are_the_mean_over_orders_and_loans(conditions: int) -> None:
    rng = np.random.default_rng(conditions)
    share = rng.dirichlet(np.ones(1 << conditions))
    patterns = answers_of(conditions).T
    expected = np.array(
        [sum(share[b] * by_definition(row, patterns[b]) for b in range(1 << conditions)) for row in patterns]
    )
    assert against_loans(patterns, patterns, share) == pytest.approx(expected, abs=1e-14)
    assert against_patterns(share[None])[0] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("conditions", [9, 16, 40])
def test_values_of_long_paths_add_up_to_what_the_leaf_changes(conditions: int) -> None:
    rng = np.random.default_rng(conditions)
    passing = rng.uniform(0.01, 1.0, (1, conditions))
    answers = rng.random((20, conditions)) < 0.9
    answers[0] = True
    found = against_shares(answers, passing)[0].sum(axis=1)
    assert found == pytest.approx(answers.all(axis=1) - passing[0].prod(), abs=1e-12)
