"""Fit LightGBM with the BCE objective: how many trees by cross-validation, then one model on all training loans."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.odds import log_odds
from creditrisk.models.boosted import Boosted
from creditrisk.models.booster import usable_threads
from creditrisk.models.learner import OutOfFold, judged_rows
from creditrisk.models.loss import bce_loss, restoration, row_weights, tilt
from creditrisk.models.trees import canonical_text
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import lightgbm
    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import TrainingMatrix
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


_FEWEST_CELLS_FOR_THREADS = 1_000_000


def fitting_threads(asked: int, cells: int) -> int:
    """Return how many threads to fit with: `asked`, or where it is 0 one for a small matrix and all for others.

    On 4,800 × 44 a second thread saved nothing on an idle machine, and on a busy one the two waited for each other
    and took up to nine times as long. The model does not depend on it.
    """
    return asked or (1 if cells < _FEWEST_CELLS_FOR_THREADS else usable_threads(0))


def parameters(spec: TrainSpec, data: TrainingMatrix) -> dict[str, Any]:
    """Return LightGBM's parameters: all that decide the model are fixed, whatever the number of threads."""
    columns = data.matrix.shape[1]
    signs = {"monotone_constraints": [data.monotone.get(index, 0) for index in range(columns)]} if data.monotone else {}
    return {
        "objective": "binary",
        "metric": "None",
        "learning_rate": spec.learning_rate,
        "num_leaves": spec.leaves,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "min_data_in_leaf": 20,
        "seed": spec.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": fitting_threads(spec.threads, data.matrix.size),
        "verbosity": -1,
        **signs,
    }


class _Mute:
    """Take what LightGBM would print."""

    def info(self, _message: str) -> None:
        pass

    def warning(self, _message: str) -> None:
        pass


def _library() -> Any:
    import lightgbm

    lightgbm.register_logger(_Mute())
    return lightgbm


def weighted(
    dataset: lightgbm.Dataset, y_true: NDArray[np.int8], ratio: float, loan_weight: Floats | None
) -> lightgbm.Dataset:
    """Give a binned data set the weights of one fit, whatever weights it had before.

    A subset inherits weights from its whole when it is constructed, and LightGBM's `set_weight` passes over weights
    that are all 1 without clearing older ones, so the field itself is set, after construction.
    """
    weight = row_weights(y_true, ratio, loan_weight)
    return dataset.construct().set_field("weight", None if weight is None else weight.astype(np.float32))


class BoostingLearner:
    """LightGBM on one training matrix; the columns are binned once, for all folds and settings.

    Bins do not look at outcomes, so all folds may share them.
    """

    def __init__(self, data: TrainingMatrix, spec: TrainSpec) -> None:
        self._data, self._spec = data, spec

    @cached_property
    def _binned(self) -> lightgbm.Dataset:
        data = self._data
        names = [f"f{index}" for index in range(data.matrix.shape[1])]
        dataset = _library().Dataset(
            data.matrix, data.y_true, feature_name=names, categorical_feature=sorted(data.levels),
            params=parameters(self._spec, data),
        )  # fmt: skip
        return dataset.construct()

    def out_of_fold(self, folds: Sequence[Fold], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Grow one model a fold, tree by tree side by side, until the pooled out-of-fold BCE stops falling.

        Early stopping looks at the BCE of restored PDs without class weights, pooled over all folds: one number of
        trees for all, which a lucky fold cannot move far.
        """
        loans = len(self._data.y_true)
        folds, patience = folds[: spec.folds_to_run(loans)], spec.patience_for(loans)
        runs = [_FoldRun(self._data, self._binned, fold, spec) for fold in folds]
        rows = judged_rows(folds)
        y, weight, curve = self._data.y_true[rows], self._data.weight_of(rows), list[float]()
        best_z: Floats = np.empty(0)
        for tree in range(spec.max_trees):
            z = np.concatenate([run.grow() for run in runs])
            curve.append(float(np.average(bce_loss(y, z), weights=weight)))
            best = int(np.argmin(curve))
            if best == tree:
                best_z = z
            watcher.step("choosing the number of trees", tree + 1, spec.max_trees)
            if tree - best >= patience:
                break
        fitted = float(np.mean([len(fold.fit) for fold in folds]))
        chosen = {"trees_a_fold": best + 1, "loans_a_fold": fitted, "stopped_early": len(curve) < spec.max_trees}
        return OutOfFold.of(folds, best_z, chosen, tuple(curve))

    def judge(self, folds: Sequence[Fold], chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Grow the chosen number of trees for other folds."""
        folds, judged = folds[: spec.folds_to_run(len(self._data.y_true))], []
        for number, fold in enumerate(folds):
            run, z = _FoldRun(self._data, self._binned, fold, spec), np.empty(0)
            for _ in range(_trees_for(len(fold.fit), chosen, spec)):
                z = run.grow()
            judged.append(z)
            watcher.step("judging folds of all times", number + 1, len(folds))
        return OutOfFold.of(folds, np.concatenate(judged), chosen)

    def fit(self, chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> Boosted:
        """Grow the chosen number of trees on all training loans."""
        data = self._data
        trees = _trees_for(len(data.y_true), chosen, spec)
        ratio = tilt(data.y_true, ClassWeight.parse(spec.class_weight), data.weight)
        training = weighted(self._binned, data.y_true, ratio, data.weight)
        booster = _library().Booster(parameters(spec, data), training)
        for tree in range(trees):
            booster.update()
            watcher.step("fitting on all training loans", tree + 1, trees)
        columns = data.matrix.shape[1]
        return Boosted(canonical_text(booster.model_to_string(), columns), columns)


def _trees_for(loans: int, chosen: Mapping[str, Any], spec: TrainSpec) -> int:
    """Return how many trees to grow on `loans` loans, where the folds that chose had another number of them.

    The best number grows about as the square root of the loans: on two files of 105,000 and 21,000 loans, three
    splits each, that was better than the folds' own number by 0.0001 AUC and 0.00007 BCE.
    """
    more = math.sqrt(loans / float(chosen["loans_a_fold"]))
    return min(max(round(int(chosen["trees_a_fold"]) * more), 1), spec.max_trees)


class _FoldRun:
    """The model that is grown for one fold, and its restored log-odds on the loans that it is judged on."""

    def __init__(self, data: TrainingMatrix, binned: lightgbm.Dataset, fold: Fold, spec: TrainSpec) -> None:
        y, weight = data.y_true[fold.fit], data.weight_of(fold.fit)
        ratio = tilt(y, ClassWeight.parse(spec.class_weight), weight)
        training = weighted(binned.subset(fold.fit), y, ratio, weight)
        self._shift = restoration(ratio)
        self._held_out = binned.subset(fold.judge)
        self._booster = _library().Booster(parameters(spec, data), training)
        self._booster.add_valid(self._held_out, "fold")
        self._pd: Floats = np.empty(len(fold.judge))

    def grow(self) -> Floats:
        """Add a tree and return the fold's restored log-odds."""
        self._booster.update()
        self._booster.eval_valid(self._keep)
        return log_odds(self._pd) + self._shift

    def _keep(self, pd: Floats, _dataset: lightgbm.Dataset) -> tuple[str, float, bool]:
        self._pd = pd
        return "kept", 0.0, False
