"""What each column of the base matrix adds to the raw log-odds of a model of any kind, against one baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from creditrisk.models.boosted import Boosted
from creditrisk.models.reasons.forest import ForestShares, Layout, Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from creditrisk.features.view import View
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.blend import Blend
    from creditrisk.models.learner import Learned
    from creditrisk.models.scorecard import Scorecard, ScorecardColumn
    from creditrisk.models.trees import Tree


@dataclass(frozen=True, eq=False)
class ViewOfModel:
    """The trees and the scorecards that look at a loan through one view.

    Attributes
    ----------
    view : View, or None where they see the base matrix itself
    width : int
        How many columns they see.
    trees : tuple of Tree
        Their leaves multiplied by the weights of their parts.
    cards : tuple of (weight, Scorecard)
    """

    view: View | None
    width: int
    trees: tuple[Tree, ...]
    cards: tuple[tuple[float, Scorecard], ...]

    def matrix(self, base: Floats) -> Floats:
        """Return what they see of some loans, shape (n_rows, width)."""
        return base if self.view is None else self.view.matrix(base)

    def sources(self, column: int) -> tuple[int, ...]:
        """Return the positions in the base matrix that one of their columns is made of."""
        return (column,) if self.view is None else self.view.sources(column)


def views_of(learned: Learned, n_columns: int) -> tuple[tuple[ViewOfModel, ...], float]:
    """Return the views of a fitted model on a base matrix of so many columns, and its intercept beside the parts'."""
    if learned.kind == "blend":
        blend = cast("Blend", learned)  # a module that other kinds start without
        parts = [(part.view, (part.weight, part.learned)) for part in blend.parts]
        views = [
            _view(view, view.width, [part for place, part in parts if place == number])
            for number, view in enumerate(blend.views)
        ]
        return tuple(views), blend.intercept
    return (_view(None, n_columns, [(1.0, cast("Boosted | Scorecard", learned))]),), 0.0


def _view(view: View | None, width: int, parts: Sequence[tuple[float, Boosted | Scorecard]]) -> ViewOfModel:
    trees = [
        replace(tree, leaf_value=weight * tree.leaf_value)
        for weight, part in parts
        if isinstance(part, Boosted)
        for tree in part.forest.trees
    ]
    cards = [(weight, part) for weight, part in parts if not isinstance(part, Boosted)]
    return ViewOfModel(view, width, tuple(trees), tuple(cards))


class ViewShares:
    """What the columns of one view add, traced back to the columns of the base matrix."""

    def __init__(self, model: ViewOfModel, baseline: Iterable[Floats] | None) -> None:
        """Take the training mean as baseline, or the loans of some base matrices."""
        self._model = model
        layout = Layout(model.trees, model.width)
        used = [(weight, column) for weight, card in model.cards for column in card.columns]
        if baseline is None:
            self._forest = ForestShares(layout)
            self._means = [_training_mean(column) for _, column in used]
        else:
            seen, totals = Seen(layout), np.zeros(len(used))
            for base in baseline:
                matrix = model.matrix(base)
                seen.add(matrix)
                totals += [float(column.log_odds(matrix).sum()) for _, column in used]
            self._forest = ForestShares(layout, seen)
            self._means = (totals / seen.loans).tolist()
        self._used = used
        constant = sum(weight * card.intercept for weight, card in model.cards)
        means = sum(weight * mean for (weight, _), mean in zip(used, self._means, strict=True))
        self.mean = self._forest.mean + constant + means

    def add_to(self, total: Floats, base: Floats) -> None:
        """Add what each base column adds to the log-odds of each loan; total is of shape (n_base, n_rows).

        What a column made of several others adds is divided equally among them.
        """
        matrix = self._model.matrix(base)
        shares = self._forest.of(matrix)
        for (weight, column), mean in zip(self._used, self._means, strict=True):
            shares[column.index] += weight * (column.log_odds(matrix) - mean)
        for place, share in enumerate(shares):
            sources = self._model.sources(place)
            for source in sources:
                total[source] += share / len(sources)


def _training_mean(column: ScorecardColumn) -> float:
    """Return the mean over the training loans of what a column of a scorecard adds to the log-odds."""
    share = np.array(column.share)
    return column.coefficient * float(share @ np.array(column.bins.woe)) / (float(share.sum()) or 1.0)
