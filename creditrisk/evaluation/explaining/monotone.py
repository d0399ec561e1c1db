"""Whether the PD rises or falls with a column as it was asked to: on the model's own splits, and on loans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.woe import NumberBins

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.reasons.parts import ViewOfModel
    from creditrisk.models.scorecard import ScorecardColumn
    from creditrisk.models.trees import Tree

#: How many loans are moved, and to how many values at most.
MOST_LOANS, _MOST_VALUES = 200, 200
#: A step of log-odds this small is rounding.
_ROUNDING = 1e-9


def proved(views: Sequence[ViewOfModel], column: int, sign: int) -> bool:
    """Whether the model's splits and bins rule out that log-odds step against a sign along a column, for any loan.

    Trees: at each split on the column, no leaf below lies on the wrong side of any leaf above. That is enough, since
    two values of one loan part at such a split alone. Scorecards: the bins of the column are in order. What is made of
    the column together with others proves nothing: then the answer is no.

    Parameters
    ----------
    views : of the model, see `models.reasons.parts`
    column : position in the base matrix
    sign : +1 or −1
    """
    for view in views:
        places = [place for place in range(view.width) if column in view.sources(place)]
        used = {int(split) for tree in view.trees for split in np.unique(tree.split_feature)}
        used |= {part.index for _, card in view.cards for part in card.columns}
        for place in used & set(places):
            if view.sources(place) != (column,) or (view.view is not None and place >= len(view.view.columns)):
                return False
            if not all(_tree_keeps(tree, place, sign) for tree in view.trees):
                return False
            parts = [part for _, card in view.cards for part in card.columns if part.index == place]
            if not all(_bins_keep(part, sign) for part in parts):
                return False
    return True


def _tree_keeps(tree: Tree, column: int, sign: int) -> bool:
    if not (tree.split_feature == column).any():
        return True
    least, most = sign * tree.leaf_value, sign * tree.leaf_value
    low, high = np.empty(len(tree.split_feature)), np.empty(len(tree.split_feature))

    def ends(child: int) -> tuple[float, float]:
        return (float(least[~child]), float(most[~child])) if child < 0 else (float(low[child]), float(high[child]))

    for split in range(len(low) - 1, -1, -1):  # children come after their split
        left, right = ends(int(tree.left_child[split])), ends(int(tree.right_child[split]))
        if tree.split_feature[split] == column and (tree.is_categorical[split] or left[1] > right[0] + _ROUNDING):
            return False
        low[split], high[split] = min(left[0], right[0]), max(left[1], right[1])
    return True


def _bins_keep(part: ScorecardColumn, sign: int) -> bool:
    if not isinstance(part.bins, NumberBins):
        return False
    ranges = part.coefficient * np.array(part.bins.woe[: len(part.bins.edges) + 1])
    return bool((sign * np.diff(ranges) >= -_ROUNDING).all())


def largest_wrong_step(
    response: Callable[[Floats], Floats],
    matrix: Floats,
    column: int,
    thresholds: Floats,
    sign: int,
    special: Collection[float] = (),
) -> tuple[float, int]:
    """Return by how much log-odds go against a sign at most as loans are moved along a column, and to how many values.

    The values lie one between each two of the model's thresholds, and beyond the outer ones; of more than 200 an even
    choice. 0.0 where no loan steps the wrong way. Special codes are no amounts and no loan is moved to one.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
    thresholds : array, rising
    special : collection of float

    Examples
    --------
    >>> largest_wrong_step(lambda m: np.abs(m[:, 0]), np.zeros((1, 1)), 0, np.array([-2.0, 0.0, 2.0]), 1)
    (3.0, 4)
    """
    if not len(thresholds):
        return 0.0, 0
    outer = max(float(thresholds[-1] - thresholds[0]), abs(float(thresholds[0])), 1.0) / 2
    between = (thresholds[1:] + thresholds[:-1]) / 2
    values = np.array([float(thresholds[0]) - outer, *between.tolist(), float(thresholds[-1]) + outer])
    values = values[~np.isin(values, list(special))]
    values = values[np.unique(np.linspace(0, len(values) - 1, min(_MOST_VALUES, len(values))).astype(np.intp))]
    changed, rows = matrix.copy(), []
    for value in values.tolist():
        changed[:, column] = value
        rows.append(response(changed))
    # The sum of many small steps one way is one large step: the highest so far less what comes after.
    heights = sign * np.array(rows)
    drop = np.maximum.accumulate(heights, axis=0) - heights
    largest = float(drop.max(initial=0.0))
    return (largest if largest > _ROUNDING else 0.0), len(values)
