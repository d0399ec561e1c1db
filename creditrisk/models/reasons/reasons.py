"""Reason codes: for each loan the variables that raised its log-odds of default most, exact, against a stated baseline.

The contributions of a loan add up, with the baseline's mean, to its log-odds before any isotonic calibration: the
offset of class weights is part of the mean, the slope and the intercept of a line are carried through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.reasons.parts import ViewShares, views_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel

#: Log-odds below which a contribution is rounding, not a reason.
_LEAST = 1e-9


def variables_of(model: TrainedModel) -> dict[str, str]:
    """Return the variable that each column of a model belongs to: itself, or the first column of those it copies."""
    first = {name: group[0] for group in model.copies for name in group}
    return {step.name: first.get(step.name, step.name) for step in model.recipe.steps}


def variables_that_count(model: TrainedModel) -> tuple[str, ...]:
    """Return the variables that can ever be a reason: those with a column that the model uses."""
    share = model.learned.importance(len(model.recipe.steps))
    named = zip(variables_of(model).values(), share.tolist(), strict=True)
    return tuple(dict.fromkeys(name for name, its in named if its > 0))


@dataclass(frozen=True, eq=False)
class Ranked:
    """The reasons of some loans, arrays of shape (n_rows, n_reasons).

    Attributes
    ----------
    name : positions among the names of the reasons, −1 where a loan has no further one
    log_odds : what each adds to the log-odds of default, above 0; NaN where there is none
    """

    name: NDArray[np.intp]
    log_odds: Floats


class Reasons:
    """A model's reasons against one baseline.

    Attributes
    ----------
    names : tuple of str
        What a reason may be.
    base : float
        The mean log-odds of the baseline, to which a loan's contributions are added.
    """

    def __init__(
        self, model: TrainedModel, words: Mapping[str, str] | None = None,
        baseline: Callable[[], Iterable[Floats]] | None = None,
    ) -> None:  # fmt: skip
        """Work out the tables.

        Parameters
        ----------
        words : mapping, optional
            From a variable to what an applicant is told; variables with the same words are one reason. Those that are
            not listed are never one.
        baseline : function, optional
            Gives base matrices of baseline loans, batch by batch; without it the mean of the training loans is the
            baseline (path-dependent values, those of LightGBM's `pred_contrib`).

        Raises
        ------
        ModelFileError
            Where the trees are not as LightGBM grows them.
        """
        variables = variables_of(model)
        told = [words.get(variable) if words is not None else variable for variable in variables.values()]
        self.names = tuple(dict.fromkeys(name for name in told if name is not None))
        place = {name: number for number, name in enumerate(self.names)}
        self._place = [None if name is None else place[name] for name in told]
        views, intercept = views_of(model.learned, len(variables))
        self._views = [ViewShares(view, None if baseline is None else baseline()) for view in views]
        line = model.calibration
        self._slope = 1.0 if line.knots else line.slope
        mean = sum(view.mean for view in self._views) + intercept + model.weighting.offset
        self.base = self._slope * mean + (0.0 if line.knots else line.intercept)

    def contributions(self, matrix: Floats) -> Floats:
        """Return what each reason adds to each loan's log-odds of default, shape (n_reasons, n_rows).

        A loan's contributions depend on that loan alone.
        """
        columns = np.zeros((len(self._place), len(matrix)))
        for view in self._views:
            view.add_to(columns, matrix)
        total = np.zeros((len(self.names), len(matrix)))
        for place, column in zip(self._place, columns, strict=True):
            if place is not None:
                total[place] += column
        return total * self._slope if self._slope != 1.0 else total

    def ranked(self, matrix: Floats, count: int) -> Ranked:
        """Return the `count` reasons that raised each loan's log-odds most, the largest first.

        Of equal ones the first by the order of the columns comes first; what lowers the log-odds is no reason.
        """
        left = self.contributions(matrix)
        rows = np.arange(len(matrix))
        name, log_odds = np.full((len(matrix), count), -1), np.full((len(matrix), count), np.nan)
        for rank in range(min(count, len(self.names))):
            best = left.argmax(axis=0)
            value = left[best, rows]
            there = value > _LEAST
            name[there, rank], log_odds[there, rank] = best[there], value[there]
            left[best, rows] = -np.inf
        return Ranked(name, log_odds)
