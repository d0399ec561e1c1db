"""Made-up loans at a model's own boundaries, on which an export must give what the model gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.steps import CategoryStep
from creditrisk.models.trained_model import GoldenRows

if TYPE_CHECKING:
    from typing import TypeAlias

    from creditrisk.features.steps import Step
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel

    Cell: TypeAlias = float | str | None

_UNSEEN = "(a level that training never saw)"
#: The first and the last day that have four digits for the year and that SQL's dates hold, as days since 1970-01-01.
_FIRST_DAY, _LAST_DAY = -719_162.0, 2_932_896.0
_LARGEST = (-1e300, -1.0, -0.0, 1e-300, 1.0, 1e300)
_ROUNDS = 3


def boundary_loans(model: TrainedModel, seed: int = 0) -> GoldenRows:
    """Return loans whose values are the model's boundaries, without log-odds.

    Every column runs three times through its own list, each time in another random order, so that every value of every
    column occurs, beside random ones of the others: each threshold and edge of a bin, the next number below and above
    it, special values, ends far outside, missing, every level, and one that training never saw. Dates are whole days.

    Columns that are derived from these have boundaries of their own, which whole days and such values reach by chance
    only; loans of a file come nearer to those.
    """
    kinds = {column.name: column.kind for column in model.schema.columns}
    steps = model.recipe.steps
    candidates = [_values(model, place, step, is_date=kinds[step.name] == "date") for place, step in enumerate(steps)]
    size = max([300, *map(len, candidates)])
    rng = np.random.default_rng(seed)
    columns = []
    for values in candidates:
        turns = [rng.permutation(np.resize(np.arange(len(values)), size)) for _ in range(_ROUNDS)]
        columns.append([values[place] for place in np.concatenate(turns).tolist()])
    return GoldenRows(tuple(step.name for step in steps), tuple(zip(*columns, strict=True)), ())


def _values(model: TrainedModel, place: int, step: Step, *, is_date: bool) -> list[Cell]:
    if isinstance(step, CategoryStep):
        return [*step.levels, _UNSEEN, None]
    points = model.learned.thresholds(place)
    if is_date:
        days = np.unique(np.concatenate([np.floor(points), np.floor(points) + 1.0, [0.0]]))
        return [*np.clip(days, _FIRST_DAY, _LAST_DAY).tolist(), None]
    around = np.concatenate([_around(points), _LARGEST])
    return [*np.unique(around[np.isfinite(around)]).tolist(), None]


def _around(points: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.concatenate([np.nextafter(points, -np.inf), points, np.nextafter(points, np.inf)])
