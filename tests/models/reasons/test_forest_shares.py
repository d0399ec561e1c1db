"""Exact values of whole forests: against LightGBM's own, and against their definition over all sets of columns."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from creditrisk.errors import ModelFileError
from creditrisk.models.booster import Booster
from creditrisk.models.growing import package
from creditrisk.models.reasons import forest as forests
from creditrisk.models.reasons.forest import ForestShares, Layout, Seen
from creditrisk.models.trees import canonical_text, read_forest

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trees import Tree

COLUMNS = 7


def loans(rows: int, seed: int) -> Floats:
    """Return numbers with missing values, without, counts, and codes of categories."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(rows, COLUMNS))
    base[:, 1] = np.where(rng.random(rows) < 0.3, np.nan, base[:, 1])
    base[:, 2] = rng.integers(0, 4, rows)
    base[:, 3] = rng.integers(0, 40, rows)
    base[:, 4] = np.where(base[:, 0] > 0, np.nan, base[:, 4])
    return base


@pytest.fixture(scope="module")
def grown() -> tuple[Any, tuple[Tree, ...]]:
    """Give a booster of deep trees with categories and missing values, and its trees as arrays."""
    base = loans(3000, seed=0)
    rng = np.random.default_rng(1)
    z = base[:, 0] + np.nan_to_num(base[:, 1], nan=1.5) * base[:, 5] + (base[:, 3] % 3) - base[:, 2] - 1.0
    y = rng.random(len(z)) < 1 / (1 + np.exp(-z))
    settings = {
        "objective": "binary", "num_leaves": 40, "min_data_in_leaf": 3, "learning_rate": 0.2, "verbose": -1,
        "bagging_fraction": 0.7, "bagging_freq": 1, "num_threads": 1, "min_data_per_group": 5, "cat_smooth": 1.0,
    }  # fmt: skip
    booster = package().train(settings, package().Dataset(base, y, categorical_feature=[3]), 15)
    return booster, read_forest(canonical_text(booster.model_to_string(), COLUMNS), COLUMNS).trees


@pytest.mark.parametrize("bits", [1, 3, 6, 11])
def test_they_are_those_of_lightgbm(grown: Any, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    booster, trees = grown
    monkeypatch.setattr(forests, "_MOST_BITS", bits)
    monkeypatch.setattr(forests, "_FEWEST_BITS", 1)
    layout = Layout(trees, COLUMNS)
    assert any(tree.deep for tree in layout.trees) == (bits < COLUMNS)
    shares = ForestShares(layout)
    matrix = loans(500, seed=5)
    matrix[:20, 0], matrix[20:40, 3], matrix[40:60, 3] = np.nan, np.nan, 1000.0
    expected = booster.predict(matrix, pred_contrib=True)
    found = shares.of(matrix).T
    assert found == pytest.approx(expected[:, :-1], abs=1e-12)
    assert shares.mean == pytest.approx(expected[0, -1], abs=1e-12)


@pytest.mark.parametrize("bits", [2, 11])
def test_against_loans_they_are_the_mean_over_all_sets_of_columns(
    grown: Any, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    booster, trees = grown
    monkeypatch.setattr(forests, "_MOST_BITS", bits)
    monkeypatch.setattr(forests, "_FEWEST_BITS", 1)
    baseline, matrix = loans(25, seed=7), loans(6, seed=8)
    layout = Layout(trees, COLUMNS)
    seen = Seen(layout)
    seen.add(baseline[:10])
    seen.add(baseline[10:])
    shares = ForestShares(layout, seen)

    def worth(row: Floats, taken: tuple[int, ...]) -> float:
        mixed = baseline.copy()
        mixed[:, taken] = row[list(taken)]
        return float(booster.predict(mixed, raw_score=True).mean())

    for row, found in zip(matrix, shares.of(matrix).T, strict=True):
        expected = np.zeros(COLUMNS)
        for column in range(COLUMNS):
            others = [other for other in range(COLUMNS) if other != column]
            for size in range(COLUMNS):
                for taken in combinations(others, size):
                    gain = worth(row, (*taken, column)) - worth(row, taken)
                    expected[column] += gain / (COLUMNS * comb(COLUMNS - 1, size))
        assert found == pytest.approx(expected, abs=1e-12)
        assert shares.mean == pytest.approx(worth(row, ()), abs=1e-12)


def test_a_loan_has_the_same_values_in_any_batch(grown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = loans(150, seed=9)
    monkeypatch.setattr(forests, "_MOST_BITS", 4)
    monkeypatch.setattr(forests, "_FEWEST_BITS", 1)
    shares = ForestShares(Layout(grown[1], COLUMNS))
    whole = shares.of(matrix)
    monkeypatch.setattr(forests, "_BLOCK", 64)
    for other in (
        shares.of(matrix),
        np.hstack([shares.of(matrix[:9]), *(shares.of(row[None]) for row in matrix[9:12]), shares.of(matrix[12:])]),
    ):
        assert np.array_equal(whole, other)


def test_trees_of_one_leaf_are_all_mean() -> None:
    rng = np.random.default_rng(0)
    settings = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 400, "num_threads": 1}
    y = rng.random(100) < 0.3
    booster = package().train(settings, package().Dataset(rng.normal(size=(100, 2)), y), 3)
    layout = Layout(read_forest(canonical_text(booster.model_to_string(), 2), 2).trees, 2)
    shares = ForestShares(layout)
    assert not shares.of(np.zeros((4, 2))).any()
    assert shares.mean == pytest.approx(float(booster.predict(np.zeros((1, 2)), raw_score=True)[0]), abs=1e-15)


def test_the_smallest_numbers_are_read_as_zero_as_lightgbm_does(grown: Any) -> None:
    x = np.repeat([-1.0, 0.0, 1.0], 40)[:, None]
    settings = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 5, "num_threads": 1}
    booster = package().train(settings, package().Dataset(x, x[:, 0] > 0), 2)
    text = canonical_text(booster.model_to_string(), 1)
    text = text.replace("threshold=1.0000000180025095e-35", "threshold=0.0000000000000000e+00")
    trees = read_forest(text, 1).trees
    assert any((tree.threshold == 0.0).any() for tree in trees)
    odd = np.array([[5e-324], [1e-35], [2e-35], [-1e-35], [0.0]])
    shares = ForestShares(Layout(trees, 1))
    expected = Booster(text, 1).log_odds(odd)
    assert shares.of(odd)[0] + shares.mean == pytest.approx(expected, abs=1e-12)
    assert expected[0] == expected[4] != expected[2]


def test_a_leaf_without_loans_is_refused(grown: Any) -> None:
    tree = grown[1][0]
    counts = tree.leaf_count.copy()
    counts[3] = 0
    damaged = type(tree)(**{**vars(tree), "leaf_count": counts})
    with pytest.raises(ModelFileError, match=r"^The model's trees are damaged: a leaf holds no loan\."):
        Layout([damaged], COLUMNS)


def test_zeros_that_count_as_missing_are_refused(grown: Any) -> None:
    tree = grown[1][0]
    damaged = type(tree)(**{**vars(tree), "decision_type": tree.decision_type | 4})
    with pytest.raises(ModelFileError, match=r"^The model's trees ask what no reasons are known for\."):
        Layout([damaged], COLUMNS)
