"""Whether a model keeps to a direction: the proof on its splits, against trying every cell of small forests."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from creditrisk.evaluation.explaining.monotone import largest_wrong_step, proved
from creditrisk.features.derived import Flag
from creditrisk.features.view import View
from creditrisk.features.woe import NumberBins
from creditrisk.models.reasons.parts import ViewOfModel
from creditrisk.models.scorecard import Scorecard, ScorecardColumn
from creditrisk.models.trees import Tree

#: Between the thresholds 0, 1, 2 and beyond them.
CELLS = [-0.5, 0.5, 1.5, 2.5]


def random_tree(rng: np.random.Generator, splits: int, columns: int, *, sorted_by: int | None) -> Tree:
    """Return a tree with random splits at 0, 1 or 2; with `sorted_by` its values rise with the sum of that column."""
    leaves = 0
    feature = rng.integers(0, columns, splits)
    threshold = rng.integers(0, 3, splits).astype(float)
    left, right = np.zeros(splits, dtype=np.int64), np.zeros(splits, dtype=np.int64)
    free = [(0, left), (0, right)]
    for split in range(1, splits):
        place, side = free.pop(int(rng.integers(len(free))))
        side[place] = split
        free += [(split, left), (split, right)]
    for place, side in free:
        side[place] = ~leaves
        leaves += 1
    values = rng.integers(-3, 4, leaves).astype(float)
    if sorted_by is not None:
        values = order_of(left, right, feature, leaves, sorted_by)
    empty = np.zeros(0, dtype=np.int64)
    zeros = np.zeros(splits, dtype=np.int64)
    return Tree(
        feature, threshold, zeros, left, right, values, np.ones(leaves, dtype=np.int64), zeros * 1.0, empty, empty
    )


def order_of(left: np.ndarray, right: np.ndarray, feature: np.ndarray, leaves: int, column: int) -> np.ndarray:
    """Return leaf values that rise at every split on a column: the larger the more often it was passed on the right."""
    values = np.zeros(leaves)
    ways = [(0, 0.0, 1.0)]
    while ways:
        node, low, high = ways.pop()
        if node < 0:
            values[~node] = (low + high) / 2
            continue
        middle = (low + high) / 2
        if feature[node] == column:
            ways += [(int(left[node]), low, middle), (int(right[node]), middle, high)]
        else:
            ways += [(int(left[node]), low, high), (int(right[node]), low, high)]
    return values


def answer(tree: Tree, row: tuple[float, ...]) -> float:
    node = 0
    while node >= 0:
        goes_left = row[tree.split_feature[node]] <= tree.threshold[node]
        node = int(tree.left_child[node] if goes_left else tree.right_child[node])
    return float(tree.leaf_value[~node])


def rises(trees: list[Tree], column: int, columns: int) -> bool:
    """Try every cell of the model: does the sum never fall along the column?"""
    for rest in product(CELLS, repeat=columns - 1):
        rows = [(*rest[:column], value, *rest[column:]) for value in CELLS]
        sums = [sum(answer(tree, row) for tree in trees) for row in rows]
        if any(later < earlier - 1e-9 for earlier, later in pairwise(sums)):
            return False
    return True


def view(*trees: Tree, cards: tuple[tuple[float, Scorecard], ...] = ()) -> tuple[ViewOfModel, ...]:
    return (ViewOfModel(None, 3, trees, cards),)


def test_what_is_proved_holds_in_every_cell() -> None:
    rng = np.random.default_rng(1)
    sure = []
    for number in range(150):
        trees = [random_tree(rng, 1 + number % 4, 3, sorted_by=1 if number % 3 else None) for _ in range(2)]
        sure.append(proved(view(*trees), 1, 1))
        if sure[-1]:
            assert rises(trees, 1, 3)
    assert 60 < sum(sure) < 140


def test_a_single_tree_of_one_column_is_proved_just_where_it_rises() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(200):
        tree = random_tree(rng, 1, 1, sorted_by=None)
        found.append((proved(view(tree), 0, 1), rises([tree], 0, 1)))
        assert proved(view(tree), 0, -1) == (tree.leaf_value[0] >= tree.leaf_value[1])
    assert all(sure == truth for sure, truth in found)
    assert len(set(found)) == 2


def test_a_column_that_no_tree_splits_on_keeps_every_direction() -> None:
    tree = random_tree(np.random.default_rng(3), 3, 2, sorted_by=None)
    assert proved(view(tree), 2, 1)
    assert proved(view(tree), 2, -1)


@pytest.mark.parametrize(
    ("woe", "falls", "rises_"),
    [((0.5, 0.1, -0.4), True, False), ((-0.4, 0.1, 0.5), False, True), ((0.1, -0.4, 0.5), False, False)],
)
def test_the_bins_of_a_scorecard_in_order(woe: tuple[float, ...], falls: bool, rises_: bool) -> None:
    """WOE is safety and its coefficient is below 0; a code with a bin of its own is outside the order."""
    bins = NumberBins((1.0, 2.0), (99.0,), (*(-each for each in woe), 7.0, -7.0))
    card = Scorecard((ScorecardColumn(1, "x", bins, -0.8, 0.1, (0.2,) * 5, (0.1,) * 5),), -1.0)
    views = view(cards=((1.0, card),))
    assert (proved(views, 1, -1), proved(views, 1, 1)) == (falls, rises_)


def test_what_is_made_of_a_column_proves_nothing() -> None:
    through = View((0, 1), (Flag("x is 99", 1, 99.0),))
    rising = random_tree(np.random.default_rng(4), 1, 1, sorted_by=0)
    on_flag = replace(rising, split_feature=np.array([2]))
    assert proved((ViewOfModel(through, 3, (rising,), ()),), 0, 1)
    assert not proved((ViewOfModel(through, 3, (rising, on_flag), ()),), 1, 1)
    assert proved((ViewOfModel(through, 3, (rising, on_flag), ()),), 0, 1)


def test_the_largest_step_the_wrong_way_adds_small_steps_up() -> None:
    def hill(m: np.ndarray) -> np.ndarray:
        """Rises to 3 at 5, then falls by 0.5 a step."""
        return np.where(m[:, 0] <= 5, 0.6 * m[:, 0], 3 - 0.5 * (m[:, 0] - 5)) + m[:, 1]

    thresholds = np.arange(0.5, 9.5)
    found, values = largest_wrong_step(hill, np.array([[0.0, 1.0], [3.0, 7.0]]), 0, thresholds, 1)
    tried = [thresholds[0] - 4.0, *range(1, 9), thresholds[-1] + 4.0]
    heights = [float(hill(np.array([[value, 0.0]]))[0]) for value in tried]
    assert found == pytest.approx(max(a - b for place, a in enumerate(heights) for b in heights[place:]))
    assert values == len(tried)


def test_no_loan_is_moved_to_a_special_code() -> None:
    def coded(m: np.ndarray) -> np.ndarray:
        return np.where(m[:, 0] == 2.0, -50.0, m[:, 0])

    loans, thresholds = np.zeros((1, 1)), np.array([1.0, 3.0])
    assert largest_wrong_step(coded, loans, 0, thresholds, 1) == (50.0, 3)
    assert largest_wrong_step(coded, loans, 0, thresholds, 1, special=(2.0,)) == (0.0, 2)
