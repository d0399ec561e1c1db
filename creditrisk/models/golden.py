"""Make golden rows: synthetic loans at, just below and just above the model's own thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.steps import CategoryStep
from creditrisk.models.trained_model import GoldenRows

if TYPE_CHECKING:
    from creditrisk.features.recipe import Recipe
    from creditrisk.features.steps import Step
    from creditrisk.models.learner import Learned

_ROWS = 24
_UNSEEN = "(a level that training never saw)"


def golden_values(recipe: Recipe, learned: Learned, dates: frozenset[str]) -> GoldenRows:
    """Return golden rows without their log-odds.

    Down the rows each column runs through its own list, begun at another place than its neighbour's, so that the rows
    reach low and high thresholds, their equality and both neighbours, missing values, known and unknown levels.
    """
    columns = []
    for index, step in enumerate(recipe.steps):
        values = _candidates(step, learned, index, is_date=step.name in dates)
        columns.append([values[(row + 5 * index) % len(values)] for row in range(_ROWS)])
    rows = tuple(zip(*columns, strict=True))
    return GoldenRows(tuple(step.name for step in recipe.steps), rows, ())


def _candidates(step: Step, learned: Learned, index: int, *, is_date: bool) -> list[float | str | None]:
    if isinstance(step, CategoryStep):
        return [*step.levels[:8], _UNSEEN, None]
    thresholds = learned.thresholds(index)
    if not len(thresholds):
        value = 0.0 if step.fill is None else step.fill
        return [float(np.floor(value)) if is_date else value, None]
    chosen = thresholds[np.linspace(0, len(thresholds) - 1, 6).astype(np.intp)]
    if is_date:
        return [*(float(np.floor(value)) + shift for value in chosen for shift in (0, 1)), None]
    with np.errstate(over="ignore"):
        around = np.stack([np.nextafter(chosen, -np.inf), chosen, np.nextafter(chosen, np.inf)], axis=1).ravel()
    return [*around[np.isfinite(around)].tolist(), None]
