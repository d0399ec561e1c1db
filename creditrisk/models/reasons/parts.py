"""What each column of the base matrix adds to the raw log-odds of a model of any kind, against one baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.view import View
from creditrisk.models.blend import Blend
from creditrisk.models.boosted import Boosted
from creditrisk.models.reasons.forest import ForestShares, Layout, Seen
from creditrisk.models.scorecard import Scorecard
from creditrisk.models.trees import read_forest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import Learned
    from creditrisk.models.scorecard import ScorecardColumn
    from creditrisk.models.trees import Tree


@dataclass(frozen=True, eq=False)
class ViewOfModel:
    """The trees and the scorecards that look at a loan through one view.

    Attributes
    ----------
    view : View
    trees : tuple of Tree
        Their leaves multiplied by the weights of their parts.
    cards : tuple of (weight, Scorecard)
    """

    view: View
    trees: tuple[Tree, ...]
    cards: tuple[tuple[float, Scorecard], ...]


def views_of(learned: Learned, n_columns: int) -> tuple[tuple[ViewOfModel, ...], float]:
    """Return the views of a fitted model on a base matrix of so many columns, and its intercept beside the parts'."""
    if isinstance(learned, Blend):
        parts = [(part.view, part.weight, part.learned) for part in learned.parts]
        views = [
            _view(view, [part[1:] for part in parts if part[0] == place]) for place, view in enumerate(learned.views)
        ]
        return tuple(views), learned.intercept
    if not isinstance(learned, (Boosted, Scorecard)):
        raise TypeError(f"no reasons are known for models of kind {learned.kind}")
    return (_view(View(tuple(range(n_columns))), [(1.0, learned)]),), 0.0


def _view(view: View, parts: Sequence[tuple[float, Boosted | Scorecard]]) -> ViewOfModel:
    trees = [
        replace(tree, leaf_value=weight * tree.leaf_value)
        for weight, part in parts
        if isinstance(part, Boosted)
        for tree in read_forest(part.text, part.n_features).trees
    ]
    return ViewOfModel(view, tuple(trees), tuple((w, part) for w, part in parts if isinstance(part, Scorecard)))


class ViewShares:
    """What the columns of one view add, traced back to the columns of the base matrix."""

    def __init__(self, model: ViewOfModel, baseline: Iterable[Floats] | None) -> None:
        """Take the training mean as baseline, or the loans of some base matrices."""
        self._view, self._cards = model.view, model.cards
        layout = Layout(model.trees, model.view.width)
        used = [(weight, column) for weight, card in model.cards for column in card.columns]
        if baseline is None:
            self._forest = ForestShares(layout)
            self._means = [_training_mean(column) for _, column in used]
        else:
            seen, totals = Seen(layout), np.zeros(len(used))
            for base in baseline:
                matrix = model.view.matrix(base)
                seen.add(matrix)
                totals += [float(column.log_odds(matrix).sum()) for _, column in used]
            self._forest = ForestShares(layout, seen)
            self._means = (totals / seen.loans).tolist()
        self._used = used
        constant = sum(weight * card.intercept for weight, card in model.cards)
        means = sum(weight * mean for (weight, _), mean in zip(used, self._means, strict=True))
        self.mean = self._forest.mean + constant + means

    def add_to(self, total: Floats, base: Floats, threads: int) -> None:
        """Add what each base column adds to the log-odds of each loan; total is of shape (n_base, n_rows).

        What a column made of several others adds is divided equally among them.
        """
        matrix = self._view.matrix(base)
        shares = self._forest.of(matrix, threads)
        for (weight, column), mean in zip(self._used, self._means, strict=True):
            shares[column.index] += weight * (column.log_odds(matrix) - mean)
        for place, share in enumerate(shares):
            sources = self._view.sources(place)
            for source in sources:
                total[source] += share / len(sources)


def _training_mean(column: ScorecardColumn) -> float:
    """Return the mean over the training loans of what a column of a scorecard adds to the log-odds."""
    share = np.array(column.share)
    return column.coefficient * float(share @ np.array(column.bins.woe)) / (float(share.sum()) or 1.0)
