"""The blend as plain data: a weighted sum of the log-odds of a few models, each on its own view of the loan.

    z = intercept + Σ weight · z_part

Weights are 0 or more, so whatever raises the risk in every part raises it in the blend, and contributions of the parts
to a loan's log-odds add up to those of the blend.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.models.boosted import Boosted
from creditrisk.models.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.features.view import View
    from creditrisk.metrics.arrays import Floats

PartModel: TypeAlias = Boosted | Scorecard


@dataclass(frozen=True)
class Part:
    """One model of a blend.

    Attributes
    ----------
    member : str
        The member that it belongs to: a member is one model, or several that differ by their seed.
    view : int
        The position of its view among the blend's.
    weight : float
        What its log-odds are multiplied by, above 0.
    learned : Boosted or Scorecard
    """

    member: str
    view: int
    weight: float
    learned: PartModel


@dataclass(frozen=True)
class Blend:
    """Views, the parts that look through them, and what is added to their weighted sum."""

    views: tuple[View, ...]
    parts: tuple[Part, ...]
    intercept: float

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return "blend"

    @cached_property
    def facts(self) -> dict[str, int]:
        """How large it is."""
        trees = sum(part.learned.facts["trees"] for part in self.parts if isinstance(part.learned, Boosted))
        return {"members": len({part.member for part in self.parts}), "trees": trees}

    def scorer(self, threads: int) -> Callable[[Floats], Floats]:
        """Return what turns a base matrix into log-odds; each view is made once for all parts that use it."""
        parts = [(part.view, part.weight, part.learned.scorer(threads)) for part in self.parts]

        def score(base: Floats) -> Floats:
            z = np.full(len(base), self.intercept)
            for number, view in enumerate(self.views):
                matrix = view.matrix(base)
                for place, weight, raw in parts:
                    if place == number:
                        z += weight * raw(matrix)
            return z

        return score

    def thresholds(self, column: int) -> Floats:
        """Return the finite numbers at which a part may jump along a column of the base matrix itself, rising."""
        found = [np.empty(0)]
        for part in self.parts:
            columns = self.views[part.view].columns
            if column in columns:
                found.append(part.learned.thresholds(columns.index(column)))
        return np.unique(np.concatenate(found))

    def importance(self, columns: int) -> Floats:
        """Return the share of each column of the base matrix in what drives the blend.

        A part's shares count by its weight; what a derived column brings is divided among the columns it is made of.
        """
        total = np.zeros(columns)
        for part in self.parts:
            view = self.views[part.view]
            for place, share in enumerate(part.learned.importance(view.width).tolist()):
                sources = view.sources(place)
                for source in sources:
                    total[source] += part.weight * share / len(sources)
        return total / (float(total.sum()) or 1.0)
