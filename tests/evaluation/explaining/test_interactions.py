"""Friedman's H, against models whose interactions are known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from creditrisk.evaluation.explaining.interactions import interactions, joint_effect

#: Every combination of three values in four columns: the columns are independent, exactly.
GRID = np.array(list(product([-1.0, 0.0, 1.0], repeat=4)))


def test_a_sum_over_variables_has_no_interaction() -> None:
    found = interactions(lambda m: np.exp(m[:, 0]) + 3 * m[:, 1] ** 2 - m[:, 2], GRID, {"a": [0], "b": [1], "c": [2]})
    assert len(found) == 3
    assert [each.h for each in found] == pytest.approx([0.0] * 3, abs=1e-9)
    assert [each.strength for each in found] == pytest.approx([0.0] * 3, abs=1e-9)


def test_a_pure_product_is_nothing_but_interaction() -> None:
    found = interactions(lambda m: 2 * m[:, 0] * m[:, 1] + m[:, 2], GRID, {"a": [0], "b": [1], "c": [2]})
    assert (found[0].first, found[0].second) == ("a", "b")
    assert found[0].h == pytest.approx(1.0)
    assert found[0].strength == pytest.approx(2 * np.std(GRID[:, 0] * GRID[:, 1]))
    assert [each.h for each in found[1:]] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_h_is_the_share_of_the_variance_that_the_product_has() -> None:
    """For a + b + s·ab with independent columns of mean 0 the joint variance is 2v + s²v², of which s²v² is beyond."""
    v, s = float(np.mean(GRID[:, 0] ** 2)), 1.5
    found = interactions(lambda m: m[:, 0] + m[:, 1] + s * m[:, 0] * m[:, 1], GRID, {"a": [0], "b": [1]})
    assert found[0].h ** 2 == pytest.approx(s**2 * v**2 / (2 * v + s**2 * v**2))


def test_a_variable_of_two_columns_moves_as_one() -> None:
    """What two columns of one variable do together is inside it, not between it and another."""
    found = interactions(lambda m: m[:, 0] * m[:, 1] + m[:, 2], GRID, {"ab": [0, 1], "c": [2]})
    assert found[0].h == pytest.approx(0.0, abs=1e-9)


def test_a_joint_effect_is_the_mean_over_the_loans_by_hand() -> None:
    x = np.random.default_rng(2).normal(size=(15, 3)).round(1)
    x[3, 0] = np.nan

    def response(m: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(m[:, 0]), 1.0, m[:, 0] * m[:, 1]) + m[:, 2] * m[:, 1]

    expected = []
    for row in x:
        changed = x.copy()
        changed[:, [0, 2]] = row[[0, 2]]
        expected.append(response(changed).mean())
    found = joint_effect(response, x, [0, 2])
    assert found == pytest.approx(np.array(expected) - np.mean(expected))


def test_a_flat_model_has_none() -> None:
    found = interactions(lambda m: np.full(len(m), 0.3), GRID, {"a": [0], "b": [1]})
    assert (found[0].h, found[0].strength) == (0.0, 0.0)
