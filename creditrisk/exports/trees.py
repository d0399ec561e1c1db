"""A tree as nested lists: what a split asks, and what follows on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from creditrisk.errors import ModelFileError
from creditrisk.features.woe import NumberBins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.models.scorecard import ScorecardColumn
    from creditrisk.models.trees import Tree

#: See `tree_rules`.
Node: TypeAlias = "float | list[Any]"
#: A value for each column of a key; None is missing.
Key: TypeAlias = "tuple[float | None, ...]"
#: LightGBM reads numbers as small as this as 0.
_ZERO = float(np.float32(1e-35))
_MOST = float(np.finfo(np.float64).max)
_DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 2, 4, 8


def tree_rules(tree: Tree, places: Sequence[int]) -> Node:
    """Return a tree whose columns stand at `places`.

    A leaf is the number that it adds. A split is a list of four: the column; a threshold (left where the value is at
    most that) or a list of values (left where the value is one of them; null in the list is a missing one); left;
    right. At a threshold a missing value goes right, but where the list has a fifth entry, true: then left.

    Raises
    ------
    ModelFileError
        When zeros count as missing, which no model of this project asks.
    """
    if ((tree.decision_type & _MISSING_ZERO) != 0).any():
        raise ModelFileError("The model's trees take zeros for missing values.", fix="Train the model again.")
    if not len(tree.split_feature):
        return float(tree.leaf_value[0])
    nodes: list[Node] = [0.0] * len(tree.split_feature)
    # Children come after their split, so that going backwards they are ready before it.
    for split in reversed(range(len(nodes))):
        ends = (int(tree.left_child[split]), int(tree.right_child[split]))
        left, right = (nodes[end] if end >= 0 else float(tree.leaf_value[-1 - end]) for end in ends)
        nodes[split] = [places[int(tree.split_feature[split])], *_question(tree, split, left, right)]
    return nodes[0]


def _question(tree: Tree, split: int, left: Node, right: Node) -> list[Any]:
    if tree.is_categorical[split]:
        # No code is below 0, so a list of none is a question that no value answers with yes.
        return [_codes(tree, split) or [-1], left, right]
    threshold, decision = float(tree.threshold[split]), int(tree.decision_type[split])
    # Where LightGBM saw no missing value, it reads one as 0.
    missing_left = bool(decision & _DEFAULT_LEFT) if decision & _MISSING_NAN else threshold >= 0.0
    return [_as_read(threshold), left, right, *([True] if missing_left else [])]


def _as_read(threshold: float) -> float:
    """Return the threshold that plain numbers are held against where LightGBM reads tiny ones as 0."""
    if -_ZERO <= threshold < _ZERO:
        return _ZERO if threshold >= 0.0 else float(np.nextafter(-_ZERO, -np.inf))
    # Only missing values lie beyond an infinite threshold.
    return float(np.clip(threshold, -_MOST, _MOST))


def _codes(tree: Tree, split: int) -> list[int]:
    place = int(tree.threshold[split])
    words = tree.cat_threshold[int(tree.cat_boundaries[place]) : int(tree.cat_boundaries[place + 1])]
    found: list[int] = np.flatnonzero(((words[:, None] >> np.arange(32)) & 1).ravel()).tolist()
    return found


def table_rules(column: ScorecardColumn, place: int) -> Node:
    """Return a column of a scorecard as a tree: its special values, then its edges by halves."""
    bins = column.bins
    added = [column.coefficient * woe for woe in bins.woe]
    if isinstance(bins, NumberBins):
        inner = len(bins.edges) + 1
        # Bins are closed on the left: at most the number below the edge is below the edge.
        node = _halves(place, np.nextafter(bins.edges, -np.inf).tolist(), added[:inner])
        special = [([value], add) for value, add in zip(bins.special, added[inner:-1], strict=True)]
    else:
        groups = range(max(bins.groups, default=-1) + 1)
        node = added[-2]
        special = [([code for code, at in enumerate(bins.groups) if at == group], added[group]) for group in groups]
    for values, add in [*reversed(special), ([None], added[-1])]:
        node = [place, values, add, node]
    return node


def steps_tree(edges: Sequence[float], results: Sequence[float]) -> Node:
    """Return the result between the edges around the value of column 0; an edge itself is on its upper side."""
    # At most the number below the edge is below the edge.
    return _halves(0, np.nextafter(edges, -np.inf).tolist(), [float(each) for each in results])


def lookup_tree(rows: Sequence[tuple[Key, float]], other: float, place: int = 0) -> Node:
    """Return the value beside each key as a search by halves; a key's values stand in the columns from `place` on."""
    if not rows[0][0]:
        return rows[0][1]
    groups: dict[float | None, list[tuple[Key, float]]] = {}
    for (first, *rest), value in rows:
        groups.setdefault(first, []).append((tuple(rest), value))
    found = {first: lookup_tree(group, other, place + 1) for first, group in groups.items()}
    missing = found.pop(None, other)
    known = {first: node for first, node in found.items() if first is not None}
    node = _search(place, sorted(known), known, other)
    return node if missing == other else [place, [None], missing, node]


def _search(place: int, keys: Sequence[float], found: dict[float, Node], other: float) -> Node:
    if len(keys) <= 1:
        return [place, [keys[0]], found[keys[0]], other] if keys else other
    half = len(keys) // 2
    low, high = _search(place, keys[:half], found, other), _search(place, keys[half:], found, other)
    return [place, float(np.nextafter(keys[half], -np.inf)), low, high]


def _halves(place: int, thresholds: list[float], values: list[float]) -> Node:
    if not thresholds:
        return values[0]
    half = len(thresholds) // 2
    low, high = _halves(place, thresholds[:half], values[: half + 1]), values[half + 1 :]
    return [place, thresholds[half], low, _halves(place, thresholds[half + 1 :], high)]
