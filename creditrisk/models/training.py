"""Train one model on training loans: steps, trees, restoration and golden rows; the held-out loans never come here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.data.splitting import stratified_folds
from creditrisk.errors import DataError
from creditrisk.features.recipe import Recipe, fit_recipe
from creditrisk.metrics.calibration import fit_intercept
from creditrisk.metrics.discrimination import ks
from creditrisk.metrics.odds import expit
from creditrisk.models.boosting import CrossValidation, TrainingMatrix, cross_validate, fit
from creditrisk.models.golden import golden_values
from creditrisk.models.loss import tilt
from creditrisk.models.scoring import Scorer, golden_loans
from creditrisk.models.trained_model import TrainedModel, Weighting
from creditrisk.models.trees import read_forest
from creditrisk.specs import ClassWeight, TrainSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.schema import Schema
    from creditrisk.data.table import LoanTable
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trees import Forest
    from creditrisk.models.watcher import Watcher


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model, and what its training showed.

    Attributes
    ----------
    model : TrainedModel
    out_of_fold_pd : array of shape (n_judged,)
        PDs that training loans got from models that never saw them: all loans, but for large files.
    out_of_fold_y : array of shape (n_judged,)
        The outcomes of these loans.
    curve : tuple of float
        Out-of-fold BCE by number of trees.
    gain_share : mapping of column name to its share of the gain in the objective, largest first
    """

    model: TrainedModel
    out_of_fold_pd: Floats
    out_of_fold_y: NDArray[np.int8]
    curve: tuple[float, ...]
    gain_share: Mapping[str, float]


class Trainer:
    """The training loans, prepared once; `train` may then be asked for several settings."""

    def __init__(self, loans: LoanTable, spec: TrainSpec) -> None:
        self._recipe, empty = fit_recipe(loans.batches())
        kept = {step.name for step in self._recipe.steps}
        if not kept:
            reasons = [f"{column.name}: {column.reason}" for column in empty]
            raise DataError("No column is left to learn from.", where=reasons)
        columns = tuple(column for column in loans.schema.columns if column.name in kept)
        self._schema = replace(loans.schema, columns=columns, dropped=(*loans.schema.dropped, *empty))
        matrix, _ = self._recipe.matrix(loans)
        self._data = TrainingMatrix(matrix, loans.outcomes, self._recipe.categorical)
        self._binned = self._data.dataset(spec)
        self._fold = stratified_folds(loans.outcomes, spec.folds, spec.seed)

    def train(self, spec: TrainSpec, watcher: Watcher, notes: Mapping[str, Any]) -> Fitted:
        """Choose the number of trees, fit, restore the PDs, and make the model.

        Parameters
        ----------
        notes : mapping
            What the model file is to say about its training beside what is known here.
        """
        y = self._data.y_true
        validated = cross_validate(self._data, self._binned, self._fold, spec, watcher)
        text = fit(self._data, self._binned, validated.trees, spec, watcher)
        weighting = self._restored(validated, spec)
        pd, judged = expit(validated.log_odds + weighting.intercept), y[validated.rows]
        forest = read_forest(text, len(self._recipe.steps))
        model = TrainedModel(
            schema=self._schema,
            recipe=self._recipe,
            booster_text=text,
            weighting=weighting,
            base_rate=float(np.mean(y)),
            ks_cutoff=ks(judged, pd)[1],
            training={
                **notes,
                "trees": validated.trees,
                "stopped_early": len(validated.curve) < spec.max_trees,
                "out_of_fold_bce": validated.curve[validated.trees - 1],
            },
            figures={},
            golden=golden_values(self._recipe, forest, _dates(self._schema)),
        )
        return Fitted(_with_golden_log_odds(model), pd, judged, validated.curve, _gain_share(self._recipe, forest))

    def _restored(self, validated: CrossValidation, spec: TrainSpec) -> Weighting:
        """ln(w1/w0) is exact only for the population's minimiser, so what remains is fitted out of fold."""
        asked = ClassWeight.parse(spec.class_weight)
        y = self._data.y_true
        intercept = 0.0 if asked.changes_nothing else fit_intercept(y[validated.rows], validated.log_odds)[0]
        return Weighting(spec.class_weight, tilt(y, asked), intercept)


def _dates(schema: Schema) -> frozenset[str]:
    return frozenset(column.name for column in schema.columns if column.kind == "date")


def _with_golden_log_odds(model: TrainedModel) -> TrainedModel:
    z = Scorer(model, threads=1).score(golden_loans(model.schema, model.golden)).log_odds
    return replace(model, golden=replace(model.golden, log_odds=tuple(z.tolist())))


def _gain_share(recipe: Recipe, forest: Forest) -> dict[str, float]:
    gain = forest.gain()
    total = float(gain.sum()) or 1.0
    order = np.argsort(-gain, kind="stable")
    return {recipe.steps[index].name: float(gain[index]) / total for index in order}
