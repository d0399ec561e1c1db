"""Fit LightGBM with the BCE objective: how many trees by cross-validation, then one model on all training loans."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.models.binned import binned
from creditrisk.models.boosted import Boosted
from creditrisk.models.growing import (
    FIXED,
    Grower,
    JudgedLoans,
    Stopping,
    fitting_threads,
    grow_together,
    loans_in_a_leaf,
    package,
    trees_for,
    weighted,
)
from creditrisk.models.learner import OutOfFold
from creditrisk.models.loss import tilt
from creditrisk.models.trees import canonical_text
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import lightgbm

    from creditrisk.data.splitting import Fold
    from creditrisk.models.learner import Conditions, TrainingMatrix
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


def parameters(spec: TrainSpec, data: TrainingMatrix) -> dict[str, Any]:
    """Return LightGBM's parameters: all that decide the model are fixed, whatever the number of threads."""
    columns = data.shape[1]
    signs = {"monotone_constraints": [data.monotone.get(index, 0) for index in range(columns)]} if data.monotone else {}
    return {
        **FIXED,
        "force_row_wise": True,
        "learning_rate": spec.learning_rate,
        "num_leaves": spec.leaves,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "min_data_in_leaf": loans_in_a_leaf(20, data.shape[0]),
        "seed": spec.seed,
        "num_threads": fitting_threads(spec.threads, data.cells),
        **signs,
    }


class BoostingLearner:
    """LightGBM on one training matrix; the columns are binned once, for all folds and settings.

    Bins do not look at outcomes, so all folds may share them.
    """

    def __init__(self, data: TrainingMatrix, spec: TrainSpec, conditions: Conditions) -> None:
        self._data, self._spec, self._clock = data, spec, conditions.clock

    @cached_property
    def _binned(self) -> lightgbm.Dataset:
        return binned(self._data, parameters(self._spec, self._data))

    def folds_to_run(self, folds: Sequence[Fold], spec: TrainSpec) -> Sequence[Fold]:
        """Return those of the folds that are judged."""
        return folds[: spec.folds_to_run(len(self._data.y_true))]

    def out_of_fold(self, folds: Sequence[Fold], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Choose the number of trees by the pooled out-of-fold BCE."""
        loans = len(self._data.y_true)
        folds = self.folds_to_run(folds, spec)
        stopping = Stopping(
            most=spec.max_trees,
            patience=spec.patience_for(loans),
            told=lambda tree: watcher.step("choosing the number of trees", tree, spec.max_trees),
            stopped=self._runs_out(folds, spec),
        )
        growers = [self._grower(fold, spec) for fold in folds]
        grown = grow_together(growers, JudgedLoans.of(self._data, folds), stopping)
        fitted = float(np.mean([len(fold.fit) for fold in folds]))
        chosen = {"trees_a_fold": grown.trees, "loans_a_fold": fitted, "stopped_early": grown.ended}
        return OutOfFold.of(folds, grown.log_odds, chosen, grown.curve)

    def _runs_out(self, folds: Sequence[Fold], spec: TrainSpec) -> Callable[[], bool]:
        """Return whether the time that is left is needed for the fits that follow, by what growing took so far."""
        loans = len(self._data.y_true)
        grown = sum(len(fold.fit) for fold in folds)
        after = 1.3 * loans / grown * (1 + spec.refit / (1 - spec.test_size)) + (1.0 if spec.time else 0.0)
        started = time.perf_counter()
        return lambda: self._clock.left < after * (time.perf_counter() - started)

    def _grower(self, fold: Fold, spec: TrainSpec) -> Grower:
        y, weight = self._data.y_true[fold.fit], self._data.weight_of(fold.fit)
        ratio = tilt(y, ClassWeight.parse(spec.class_weight), weight)
        training = weighted(self._binned.subset(fold.fit), y, ratio, weight)
        return Grower(training, self._binned.subset(fold.judge), parameters(spec, self._data), ratio)

    def judge(self, folds: Sequence[Fold], chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Grow the chosen number of trees for other folds."""
        folds, judged = self.folds_to_run(folds, spec), []
        for number, fold in enumerate(folds):
            trees = min(trees_for(len(fold.fit), chosen), spec.max_trees)
            judged.append(self._grower(fold, spec).grow_all(trees))
            watcher.step("judging folds of all times", number + 1, len(folds))
        return OutOfFold.of(folds, np.concatenate(judged), chosen)

    def fit(self, chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> Boosted:
        """Grow the chosen number of trees on all training loans."""
        data = self._data
        trees = min(trees_for(len(data.y_true), chosen), spec.max_trees)
        ratio = tilt(data.y_true, ClassWeight.parse(spec.class_weight), data.weight)
        training = weighted(self._binned, data.y_true, ratio, data.weight)
        booster = package().Booster(parameters(spec, data), training)
        for tree in range(trees):
            booster.update()
            watcher.step("fitting on all training loans", tree + 1, trees)
        columns = data.shape[1]
        return Boosted(canonical_text(booster.model_to_string(), columns), columns)
