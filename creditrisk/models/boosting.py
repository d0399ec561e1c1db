"""Fit LightGBM with the BCE objective: how many trees by cross-validation, then one model on all training loans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.odds import log_odds
from creditrisk.models.booster import usable_threads
from creditrisk.models.loss import bce_loss, restoration, row_weights, tilt
from creditrisk.models.trees import canonical_text
from creditrisk.specs import ClassWeight, TrainSpec

if TYPE_CHECKING:
    import lightgbm
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.watcher import Watcher


_FEWEST_CELLS_FOR_THREADS = 1_000_000


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What cross-validation chose and showed.

    Attributes
    ----------
    trees : int
        The number of trees with the least out-of-fold BCE.
    rows : array of shape (n_judged,)
        The positions of the training loans in the folds that were run: all of them, but for large files.
    log_odds : array of shape (n_judged,)
        Their out-of-fold log-odds at that number, each fold restored with its own class weights.
    curve : tuple of float
        Out-of-fold BCE by number of trees, of restored PDs, in which class weights do not count.
    """

    trees: int
    rows: NDArray[np.intp]
    log_odds: Floats
    curve: tuple[float, ...]


def fitting_threads(asked: int, cells: int) -> int:
    """Return how many threads to fit with: `asked`, or where it is 0 one for a small matrix and all for others.

    On 4,800 × 44 a second thread saved nothing on an idle machine, and on a busy one the two waited for each other
    and took up to nine times as long. The model does not depend on it.
    """
    return asked or (1 if cells < _FEWEST_CELLS_FOR_THREADS else usable_threads(0))


def parameters(spec: TrainSpec, cells: int) -> dict[str, Any]:
    """Return LightGBM's parameters: all that decide the model are fixed, whatever the number of threads."""
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
        "num_threads": fitting_threads(spec.threads, cells),
        "verbosity": -1,
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


@dataclass(frozen=True, eq=False)
class TrainingMatrix:
    """What a learner sees of the training loans: numbers, outcomes, and which columns hold codes."""

    matrix: Floats
    y_true: NDArray[np.int8]
    categorical: list[int]

    def dataset(self, spec: TrainSpec) -> lightgbm.Dataset:
        """Return the binned columns. Bins do not look at outcomes, so all folds may share them."""
        params = parameters(spec, self.matrix.size)
        names = [f"f{index}" for index in range(self.matrix.shape[1])]
        dataset = _library().Dataset(
            self.matrix, self.y_true, feature_name=names, categorical_feature=self.categorical, params=params
        )
        return dataset.construct()


def weighted(dataset: lightgbm.Dataset, y_true: NDArray[np.int8], ratio: float) -> lightgbm.Dataset:
    """Give a binned data set the class weights of one fit, whatever weights it had before.

    A subset inherits weights from its whole when it is constructed, and LightGBM's `set_weight` passes over weights
    that are all 1 without clearing older ones, so the field itself is set, after construction.
    """
    weight = None if ratio == 1.0 else row_weights(y_true, ratio).astype(np.float32)
    return dataset.construct().set_field("weight", weight)


def cross_validate(
    data: TrainingMatrix, binned: lightgbm.Dataset, fold: NDArray[np.int8], spec: TrainSpec, watcher: Watcher
) -> CrossValidation:
    """Grow one model a fold, tree by tree side by side, until the pooled out-of-fold BCE stops falling.

    Early stopping looks at the BCE of restored PDs without class weights, pooled over all folds: one number of trees
    for all, which a lucky fold cannot move far.
    """
    folds, patience = spec.folds_to_run(len(fold)), spec.patience_for(len(fold))
    runs = [_FoldRun(data, binned, np.flatnonzero(fold == index), spec) for index in range(folds)]
    rows = np.concatenate([run.rows for run in runs])
    y, curve = data.y_true[rows], list[float]()
    best_z: Floats = np.empty(0)
    for tree in range(spec.max_trees):
        z = np.concatenate([run.grow() for run in runs])
        curve.append(float(np.mean(bce_loss(y, z))))
        best = int(np.argmin(curve))
        if best == tree:
            best_z = z
        watcher.step("choosing the number of trees", tree + 1, spec.max_trees)
        if tree - best >= patience:
            break
    return CrossValidation(best + 1, rows, best_z, tuple(curve))


class _FoldRun:
    """The model that is grown without one fold, and its restored log-odds on that fold."""

    def __init__(self, data: TrainingMatrix, binned: lightgbm.Dataset, rows: NDArray[np.intp], spec: TrainSpec) -> None:
        self.rows = rows
        rest = np.setdiff1d(np.arange(len(data.y_true)), rows, assume_unique=True)
        ratio = tilt(data.y_true[rest], ClassWeight.parse(spec.class_weight))
        training = weighted(binned.subset(rest), data.y_true[rest], ratio)
        self._shift = restoration(ratio)
        self._held_out = binned.subset(rows)
        self._booster = _library().Booster(parameters(spec, data.matrix.size), training)
        self._booster.add_valid(self._held_out, "fold")
        self._pd: Floats = np.empty(len(rows))

    def grow(self) -> Floats:
        """Add a tree and return the fold's restored log-odds."""
        self._booster.update()
        self._booster.eval_valid(self._keep)
        return log_odds(self._pd) + self._shift

    def _keep(self, pd: Floats, _dataset: lightgbm.Dataset) -> tuple[str, float, bool]:
        self._pd = pd
        return "kept", 0.0, False


def fit(data: TrainingMatrix, binned: lightgbm.Dataset, trees: int, spec: TrainSpec, watcher: Watcher) -> str:
    """Grow `trees` trees on all training loans and return the model in canonical text."""
    ratio = tilt(data.y_true, ClassWeight.parse(spec.class_weight))
    params = parameters(spec, data.matrix.size)
    booster = _library().Booster(params, weighted(binned, data.y_true, ratio))
    for tree in range(trees):
        booster.update()
        watcher.step("fitting on all training loans", tree + 1, trees)
    return canonical_text(booster.model_to_string(), data.matrix.shape[1])
