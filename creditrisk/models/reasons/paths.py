"""The paths of a tree: what each leaf asks of each column, and how many training loans would pass.

The questions that a path asks of one column are one condition: a loan passes it or not. A leaf with d columns on its
path is then a product of d conditions, whatever the length of the path.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.models.trees import Tree

#: A split and the side that is taken there: True for left.
Step: TypeAlias = tuple[int, bool]

#: Trees of LightGBM are far less deep; the paths of one that is a chain would fill the memory.
_DEEPEST = 400


@dataclass(frozen=True)
class Condition:
    """What a path asks of one column.

    Attributes
    ----------
    column : int
        Its position in the matrix.
    steps : tuple of (split, left)
        The questions and the answers that are needed, from the root on.
    passing : float
        The share of the training loans at each of these splits that take the side that is needed, multiplied: above 0
        and at most 1.
    """

    column: int
    steps: tuple[Step, ...]
    passing: float

    def and_then(self, step: Step, share: float) -> Condition:
        """Return the condition with one more question."""
        return Condition(self.column, (*self.steps, step), self.passing * share)


#: The conditions of the way from the root to a node, by column.
Way: TypeAlias = dict[int, Condition]


@dataclass(frozen=True, eq=False)
class Paths:
    """The ways to the nodes of one tree.

    Attributes
    ----------
    tree : Tree
    to_split : list of Way
        To each split, in the order of the splits.
    to_leaf : list of Way
        To each leaf.
    """

    tree: Tree
    to_split: list[Way]
    to_leaf: list[Way]

    @cached_property
    def splits_below(self) -> list[int]:
        """How many splits hang below each split, itself counted."""
        below = [1] * len(self.to_split)
        for split in range(len(below) - 1, -1, -1):
            below[split] += sum(below[child] for child in self.children(split) if child >= 0)
        return below

    def children(self, split: int) -> tuple[int, int]:
        """Return the left and the right child; below 0 is a leaf, −1 leaf 0."""
        return int(self.tree.left_child[split]), int(self.tree.right_child[split])


def paths_of(tree: Tree) -> Paths:
    """Return the ways to all nodes of a tree.

    Raises
    ------
    ModelFileError
        When a leaf holds no training loan, or the tree is deeper than any that LightGBM grows.
    """
    splits = len(tree.split_feature)
    loans = _loans(tree)
    to_split: list[Way] = [{} for _ in range(splits)]
    to_leaf: list[Way] = [{} for _ in range(len(tree.leaf_value))]
    depth = [0] * splits
    columns = tree.split_feature.tolist()
    for split in range(splits):
        for child, left in ((int(tree.left_child[split]), True), (int(tree.right_child[split]), False)):
            column, way = columns[split], dict(to_split[split])
            before = way.get(column, Condition(column, (), 1.0))
            way[column] = before.and_then((split, left), loans[child] / loans[split])
            if child < 0:
                to_leaf[~child] = way
                continue
            to_split[child], depth[child] = way, depth[split] + 1
            if depth[child] > _DEEPEST:
                raise ModelFileError("The model's trees are too deep for reasons.", fix="Train it with fewer leaves.")
    return Paths(tree, to_split, to_leaf)


def _loans(tree: Tree) -> dict[int, int]:
    """Return the training loans at each node, leaves at −1, −2 and so on."""
    counts: NDArray[np.int64] = tree.leaf_count
    if len(tree.split_feature) and counts.min() < 1:
        raise ModelFileError("The model's trees are damaged: a leaf holds no loan.", fix="Restore it, or train again.")
    loans = {~leaf: count for leaf, count in enumerate(counts.tolist())}
    for split in range(len(tree.split_feature) - 1, -1, -1):
        loans[split] = loans[int(tree.left_child[split])] + loans[int(tree.right_child[split])]
    return loans


def mean_of(tree: Tree) -> float:
    """Return the mean of the leaves' values over the training loans."""
    if not len(tree.split_feature):
        return float(tree.leaf_value[0])
    return float(np.average(tree.leaf_value, weights=tree.leaf_count))
