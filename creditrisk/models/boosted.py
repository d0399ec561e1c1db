"""Boosted trees as plain data: the canonical text, and what can be read from it without LightGBM's package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.booster import Booster
from creditrisk.models.trees import read_forest

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trees import Forest


#: The names of the texts of trees in a model file, as many as a blend may have.
BOOSTERS = ("booster.txt", *(f"booster-{number}.txt" for number in range(2, 61)))


@dataclass(frozen=True)
class Boosted:
    """Trees over `n_features` columns, in the canonical text of `models.trees`."""

    text: str
    n_features: int

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return "lightgbm"

    @property
    def facts(self) -> dict[str, int]:
        """How large it is."""
        return {"trees": len(self.forest.trees)}

    @cached_property
    def forest(self) -> Forest:
        """The trees as arrays."""
        return read_forest(self.text, self.n_features)

    def scorer(self, threads: int) -> Callable[[Floats], Floats]:
        """Return the trees loaded into LightGBM's C library."""
        return Booster(self.text, self.n_features, threads).log_odds

    def thresholds(self, column: int) -> Floats:
        """Return the finite split points of a column, rising, each once; none for a column of codes."""
        trees = self.forest.trees
        splits = [tree.threshold[(tree.split_feature == column) & ~tree.is_categorical] for tree in trees]
        points = np.unique(np.concatenate(splits)) if splits else np.empty(0)
        finite: Floats = points[np.isfinite(points)]
        return finite

    def importance(self, _columns: int) -> Floats:
        """Return the share of the gain in the objective that splits on each column brought."""
        gain = self.forest.gain()
        share: Floats = gain / (float(gain.sum()) or 1.0)
        return share
