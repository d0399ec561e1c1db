"""Fit scorecards fold by fold and on all training loans, with class weights undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.models.learner import OutOfFold
from creditrisk.models.loss import restoration, row_weights, tilt
from creditrisk.models.scorecard_fit import ScorecardPlan, fit_scorecard
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.models.learner import TrainingMatrix
    from creditrisk.models.scorecard import Scorecard
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


class ScorecardLearner:
    """Bins, WOE and logistic regression on one training matrix; nothing is chosen but what the fit itself chooses."""

    def __init__(self, data: TrainingMatrix, _spec: TrainSpec) -> None:
        self._data = data
        self._plan = ScorecardPlan(data.names, data.levels, data.monotone, data.special)

    def folds_to_run(self, folds: Sequence[Fold], spec: TrainSpec) -> Sequence[Fold]:
        """Return those of the folds that are judged."""
        return folds[: spec.folds_to_run(len(self._data.y_true))]

    def out_of_fold(self, folds: Sequence[Fold], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Judge every fold by a scorecard of its other loans, bins included."""
        folds, judged = self.folds_to_run(folds, spec), []
        for number, fold in enumerate(folds):
            card, ratio = self._fitted(fold.fit, spec)
            judged.append(card.log_odds(self._data.matrix[fold.judge]) + restoration(ratio))
            watcher.step("judging the scorecard", number + 1, len(folds))
        return OutOfFold.of(folds, np.concatenate(judged), {})

    def judge(self, folds: Sequence[Fold], _chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Judge other folds."""
        return self.out_of_fold(folds, spec, watcher)

    def fit(self, _chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> Scorecard:
        """Fit all training loans."""
        watcher.step("fitting on all training loans", 0, 1)
        return self._fitted(np.arange(len(self._data.y_true)), spec)[0]

    def _fitted(self, rows: NDArray[np.intp], spec: TrainSpec) -> tuple[Scorecard, float]:
        """Return the scorecard of some loans, and by how much class weights tilted their odds."""
        data, loan_weight = self._data, self._data.weight_of(rows)
        y = data.y_true[rows]
        ratio = tilt(y, ClassWeight.parse(spec.class_weight), loan_weight)
        return fit_scorecard(data.matrix[rows], y, row_weights(y, ratio, loan_weight), self._plan), ratio
