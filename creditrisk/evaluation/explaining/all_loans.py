"""What a model does with all loans: importance, effects along columns, interactions, monotone columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.dates import iso_day
from creditrisk.evaluation.explaining import interactions as pairs
from creditrisk.evaluation.explaining import monotone
from creditrisk.evaluation.explaining.asked import monotone_signs, special_codes
from creditrisk.evaluation.explaining.importances import mean_magnitude, permuted_loss
from creditrisk.evaluation.explaining.responses import MOST_LOANS, accumulated, grid_of, nearest, partial
from creditrisk.evaluation.explanation import Importance, MonotoneCheck, Response, ResponsePoint
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL, CategoryStep, Notices
from creditrisk.models.loss import bce_loss
from creditrisk.models.reasons.parts import views_of
from creditrisk.models.reasons.reasons import Reasons, variables_of
from creditrisk.models.training import importance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.evaluation.explanation import Interaction
    from creditrisk.explain_spec import ExplainSpec
    from creditrisk.features.steps import Step
    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher


@dataclass(frozen=True, eq=False)
class Looked:
    """The loans that are looked at: arrays of the recipe's matrix, outcomes and loan weights, the last two or None."""

    matrix: Floats
    y_true: Outcomes | None
    weight: Floats | None

    def few(self, most: int) -> Floats:
        """Return the rows of at most so many loans, evenly over all."""
        return self.matrix[self.places(most)]

    def places(self, most: int) -> NDArray[np.intp]:
        """Return the positions of at most so many loans, evenly over all."""
        return np.linspace(0, len(self.matrix) - 1, min(most, len(self.matrix))).astype(np.intp)


class Explainer:
    """One model, ready to be explained; `looked` is None where no loans are at hand."""

    def __init__(self, scorer: Scorer, looked: Looked | None, spec: ExplainSpec, watcher: Watcher) -> None:
        self._scorer, self._model, self._looked = scorer, scorer.model, looked
        self._spec, self._watcher = spec, watcher
        self._places = {step.name: place for place, step in enumerate(self._model.recipe.steps)}

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds that contributions add up to: all but an isotonic calibration, shape (n_rows,)."""
        scored = self._scorer.of_matrix(matrix, Notices())
        return scored.raw + self._model.weighting.offset if self._model.calibration.knots else scored.log_odds

    @cached_property
    def importance(self) -> tuple[Importance, ...]:
        """How much each variable matters, the largest contribution first; without loans the largest share."""
        shares = importance(self._model)
        columns: dict[str, list[str]] = {}
        for column, variable in variables_of(self._model).items():
            columns.setdefault(variable, []).append(column)
        sizes = self._contributions()
        found = []
        for variable, own in columns.items():
            share = sum(shares[column] for column in own)
            loss = self._loss([self._places[column] for column in own]) if share > 0 else None
            found.append(Importance(variable, tuple(own), share, sizes.get(variable), loss))
        return tuple(
            sorted(found, key=lambda each: (-each.contribution.value if each.contribution else 0.0, -each.share))
        )

    def _contributions(self) -> dict[str, Estimate]:
        if self._looked is None:
            return {}
        reasons = Reasons(self._model)
        adds = reasons.contributions(self._looked.matrix)
        return {name: mean_magnitude(row, self._looked.weight) for name, row in zip(reasons.names, adds, strict=True)}

    def _loss(self, columns: Sequence[int]) -> Estimate | None:
        """Return by how much BCE rises when some columns are permuted together; None without outcomes."""
        if self._looked is None or self._looked.y_true is None:
            return None
        self._watcher.step("permuting variables", 0, 0)
        return permuted_loss(
            self._loss_of, self._looked.matrix, columns, self._looked.weight, self._spec.permutations, self._spec.seed
        )

    def _loss_of(self, rows: Floats, places: NDArray[np.intp]) -> Floats:
        """Return the BCE of some of the loans with these values; as they are it is worked out once."""
        assert self._looked is not None  # noqa: S101 - for the checker: without outcomes nobody asks
        assert self._looked.y_true is not None  # noqa: S101
        if rows is not self._looked.matrix:
            return bce_loss(self._looked.y_true[places], self._scorer.of_matrix(rows, Notices()).log_odds)
        return self._loss_now

    @cached_property
    def _loss_now(self) -> Floats:
        assert self._looked is not None  # noqa: S101
        assert self._looked.y_true is not None  # noqa: S101
        return bce_loss(self._looked.y_true, self._scorer.of_matrix(self._looked.matrix, Notices()).log_odds)

    @property
    def leading(self) -> tuple[Importance, ...]:
        """The variables whose effects are shown."""
        return tuple(each for each in self.importance if each.share > 0)[: self._spec.top]

    def responses(self) -> tuple[Response, ...]:
        """Return the effects of the leading variables, each along the column of it that the model uses most."""
        if self._looked is None:
            return ()
        self._watcher.step("effects of the leading variables", 0, 0)
        share = importance(self._model)
        made = [self._response(each.variable, max(each.columns, key=lambda name: share[name])) for each in self.leading]
        return tuple(response for response in made if response.points)

    def _response(self, variable: str, column: str) -> Response:
        looked = self._looked
        assert looked is not None  # noqa: S101 - for the checker: without loans nobody asks
        place = self._places[column]
        step, values = self._model.recipe.steps[place], looked.matrix[:, place]
        present = values[~np.isnan(values)]
        if isinstance(step, CategoryStep):
            loans = np.bincount(present.astype(np.intp), minlength=len(step.levels) + 1)
            grid = np.flatnonzero(loans >= FEWEST_LOANS_A_LEVEL).astype(np.float64)
            loans, effect = loans[grid.astype(np.intp)], np.full(len(grid), np.nan)
        else:
            grid, loans = shared_grid(present)
            effect = accumulated(self.log_odds, looked.matrix, place, grid, looked.weight)
        missing = len(values) - len(present)
        if missing >= FEWEST_LOANS_A_LEVEL:
            grid, loans, effect = np.append(grid, np.nan), np.append(loans, missing), np.append(effect, np.nan)
        some = looked.places(MOST_LOANS)
        weight = None if looked.weight is None else looked.weight[some]
        pds = partial(lambda rows: self._scorer.of_matrix(rows, Notices()).pd, looked.matrix[some], place, grid, weight)
        kind = next(each.kind for each in self._model.schema.columns if each.name == column)
        points = zip(grid.tolist(), loans.tolist(), pds.tolist(), effect.tolist(), strict=True)
        return Response(variable, column, kind, tuple(
            ResponsePoint(_label(value, step, kind), int(count), count / len(values), pd, ale)
            for value, count, pd, ale in points
        ))  # fmt: skip

    def interactions(self) -> tuple[Interaction, ...]:
        """Return how far each two of the leading variables act together."""
        if self._looked is None:
            return ()
        self._watcher.step("interactions", 0, 0)
        columns = {each.variable: [self._places[name] for name in each.columns] for each in self.leading}
        return pairs.interactions(self.log_odds, self._looked.few(pairs.MOST_LOANS), columns)

    def monotone(self) -> tuple[MonotoneCheck, ...]:
        """Return whether each column of `--monotone` moves the PD only as asked."""
        views, _ = views_of(self._model.learned, len(self._model.recipe.steps))
        found, codes = [], special_codes(self._model)
        for name, sign in monotone_signs(self._model).items():
            place = self._places[name]
            some = None if self._looked is None else self._looked.few(monotone.MOST_LOANS)
            largest, values = None, 0
            if some is not None:
                largest, values = monotone.largest_wrong_step(
                    self.log_odds, some, place, self._model.learned.thresholds(place), sign, codes.get(name, ())
                )
            sure = monotone.proved(views, place, sign)
            found.append(MonotoneCheck(name, sign, sure, largest, 0 if some is None else len(some), values))
        return tuple(found)


def shared_grid(values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return values of a column, rising, and how many loans are nearest to each: 10 or more.

    >>> grid, loans = shared_grid(np.arange(100.0))
    >>> bool((loans >= 10).all()), int(loans.sum())
    (True, 100)
    """
    grid = grid_of(values)
    loans = nearest(values, grid)
    while len(grid) and loans.min() < FEWEST_LOANS_A_LEVEL:
        grid = np.delete(grid, int(np.argmin(loans)))
        loans = nearest(values, grid) if len(grid) else loans[:0]
    return grid, loans[: len(grid)]


def _label(value: float, step: Step, kind: str) -> str:
    if np.isnan(value):
        return "missing"
    if isinstance(step, CategoryStep):
        return step.levels[int(value)] if value < len(step.levels) else "any other"
    return iso_day(int(value)) if kind == "date" else f"{value:,.6g}"
