"""Grow boosted trees on one binned data set, or fold by fold until the pooled out-of-fold BCE stops falling."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.odds import log_odds
from creditrisk.models.booster import usable_threads
from creditrisk.models.learner import first_fold, judged_rows
from creditrisk.models.loss import bce_loss, restoration, restored_bce, row_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import lightgbm
    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import TrainingMatrix

_FEWEST_CELLS_FOR_THREADS = 1_000_000


class _Mute:
    """Take what LightGBM would print."""

    def info(self, _message: str) -> None:
        pass

    def warning(self, _message: str) -> None:
        pass


def package() -> Any:
    """Return LightGBM's package, muted; it is imported where trees are grown only."""
    import lightgbm

    lightgbm.register_logger(_Mute())
    return lightgbm


def fitting_threads(asked: int, cells: int) -> int:
    """Return how many threads to fit with: `asked`, or where it is 0 one for a small matrix and all for others.

    On 4,800 × 44 a second thread saved nothing on an idle machine, and on a busy one the two waited for each other
    and took up to nine times as long. The model does not depend on it.
    """
    return asked or (1 if cells < _FEWEST_CELLS_FOR_THREADS else usable_threads(0))


#: The fewest loans that a command learns from: 20 of each outcome.
_FEWEST_LOANS = 40


def loans_in_a_leaf(usual: int, loans: int) -> int:
    """Return the fewest loans of a leaf: the usual, but for so few loans that no tree could be grown.

    >>> loans_in_a_leaf(20, 40), loans_in_a_leaf(20, 30)
    (20, 3)
    """
    return usual if loans >= _FEWEST_LOANS else min(usual, max(1, loans // 10))


#: What decides a model whatever its shape, but for the order in which histograms are filled.
FIXED = {"objective": "binary", "metric": "None", "deterministic": True, "verbosity": -1}


#: Held while LightGBM bins loans or begins a model: two threads that did so at once were seen to end the process.
MAKING = threading.Lock()


def weighted(
    dataset: lightgbm.Dataset, y_true: NDArray[np.int8], ratio: float, loan_weight: Floats | None
) -> lightgbm.Dataset:
    """Give a binned data set the weights of one fit, whatever weights it had before.

    A subset inherits weights from its whole when it is constructed, and LightGBM's `set_weight` passes over weights
    that are all 1 without clearing older ones, so the field itself is set, after construction.
    """
    weight = row_weights(y_true, ratio, loan_weight)
    return dataset.construct().set_field("weight", None if weight is None else weight.astype(np.float32))


class Grower:
    """The trees that are grown for one fold, and their restored log-odds on the loans that the fold judges."""

    def __init__(
        self, training: lightgbm.Dataset, judged: lightgbm.Dataset, parameters: dict[str, Any], ratio: float
    ) -> None:
        """Take the loans to fit on and those to judge, binned alike."""
        self.ratio = ratio
        with MAKING:
            self.loans = int(judged.construct().num_data())
            self._booster = package().Booster(parameters, training)
            self._booster.add_valid(judged, "fold")
        self._pd: Floats = np.empty(0)

    def grow(self) -> Floats:
        """Add a tree and return the fold's tilted PDs, in memory that the next tree writes over."""
        self._booster.update()
        self._booster.eval_valid(self._keep)
        return self._pd

    def grow_all(self, trees: int) -> Floats:
        """Add so many trees and return the fold's restored log-odds."""
        for _ in range(trees - 1):
            self._booster.update()
        return self.restored(self.grow())

    def restored(self, pd: Floats) -> Floats:
        """Return the restored log-odds of tilted PDs."""
        return log_odds(pd) + restoration(self.ratio)

    def _keep(self, pd: Floats, _dataset: lightgbm.Dataset) -> tuple[str, float, bool]:
        self._pd = pd
        return "kept", 0.0, False


@dataclass(frozen=True, eq=False)
class Grown:
    """What growing showed.

    Attributes
    ----------
    log_odds : array of shape (n_judged,)
        Of the folds' judged loans, one fold after the other, each at the number of trees that was best for the loans
        of the other folds.
    trees : int
        The best number for all of them.
    curve : tuple of float
        Out-of-fold BCE by number of trees.
    ended : bool
        Whether the BCE had stopped falling; False where the most trees, or the time, ended the growing.
    """

    log_odds: Floats
    trees: int
    curve: tuple[float, ...]
    ended: bool


@dataclass(frozen=True)
class Stopping:
    """When growing ends: at `most` trees, after `patience` trees without a better BCE, or when `stopped()`.

    `told(tree)` is called after every tree.
    """

    most: int
    patience: int
    told: Callable[[int], None]
    stopped: Callable[[], bool] = lambda: False


@dataclass(frozen=True, eq=False)
class JudgedLoans:
    """The folds' judged loans, one fold after the other, arrays of shape (n_judged,).

    `fold` is the one that a loan belongs to, however often it is judged.
    """

    y_true: NDArray[np.int8]
    weight: Floats | None
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, data: TrainingMatrix, folds: Sequence[Fold]) -> JudgedLoans:
        """Return the loans that these folds judge."""
        rows = judged_rows(folds)
        return cls(data.y_true[rows], data.weight_of(rows), first_fold(folds, len(data.y_true))[rows])

    def losses(self, z: Floats) -> Floats:
        """Return the sum of loss · weight of each fold's loans."""
        return self._by_fold(bce_loss(self.y_true, z))

    def losses_of_pds(self, pd: Sequence[Floats], ratio: Sequence[float]) -> Floats:
        """Return what `losses` does, of the tilted PDs of each of several fits, whose loans follow each other."""
        ends = np.cumsum([len(each) for each in pd])[:-1]
        outcomes = np.split(self.y_true, ends)
        return self._by_fold(np.concatenate([restored_bce(*each) for each in zip(outcomes, pd, ratio, strict=True)]))

    def _by_fold(self, loss: Floats) -> Floats:
        each = loss if self.weight is None else loss * self.weight
        return np.bincount(self.fold, each, self.fold.max() + 1).astype(np.float64)

    @property
    def size(self) -> float:
        """The sum of the weights."""
        return float(len(self.y_true) if self.weight is None else self.weight.sum())


def grow_together(growers: Sequence[Grower], loans: JudgedLoans, stopping: Stopping) -> Grown:
    """Grow one model a fold, tree by tree side by side, until the pooled out-of-fold BCE stops falling.

    Early stopping looks at the BCE of restored PDs without class weights, pooled over all folds: one number of trees
    for all, which a lucky fold cannot move far.
    """
    kept = KeptLogOdds(growers, loans)
    curve: list[float] = []
    best, ended = 0, False
    ratio = [grower.ratio for grower in growers]
    for tree in range(stopping.most):
        pd = [grower.grow() for grower in growers]
        losses = loans.losses_of_pds(pd, ratio)
        kept.see(losses, pd)
        curve.append(float(losses.sum()) / loans.size)
        best = tree if curve[tree] < curve[best] else best
        stopping.told(tree + 1)
        ended = tree - best >= stopping.patience
        if ended or stopping.stopped():
            break
    return Grown(kept.log_odds, best + 1, tuple(curve), ended)


class KeptLogOdds:
    """The restored log-odds of judged loans, each at the number of trees that is best for the loans of other folds.

    It is the choice of `learner.settled_by_others`, kept while trees grow: to score the loans once more at the end
    would take as long as growing dozens of trees.
    """

    def __init__(self, growers: Sequence[Grower], loans: JudgedLoans) -> None:
        self._growers = growers
        self._folds = np.split(loans.fold, np.cumsum([grower.loans for grower in growers])[:-1])
        self._alone = len(np.unique(loans.fold)) == 1
        self._least = np.full(int(loans.fold.max()) + 1, np.inf)
        self._pd: list[Floats] = [np.empty(grower.loans) for grower in growers]

    def see(self, losses: Floats, pd: Sequence[Floats]) -> None:
        """Take the tilted PDs of those loans whose other folds have less loss than with any fewer trees."""
        others = losses.sum() - (0.0 if self._alone else losses)
        better = others < self._least
        self._least = np.where(better, others, self._least)
        for kept, seen, fold in zip(self._pd, pd, self._folds, strict=True):
            np.copyto(kept, seen, where=better[fold])

    @property
    def log_odds(self) -> Floats:
        """Return them, one fold after the other, shape (n_judged,)."""
        return np.concatenate([grower.restored(pd) for grower, pd in zip(self._growers, self._pd, strict=True)])


def trees_for(loans: int, settings: Mapping[str, Any]) -> int:
    """Return how many trees to grow on `loans` loans, where the folds that chose had another number of them.

    The best number grows about as the square root of the loans: on two files of 105,000 and 21,000 loans, three
    splits each, that was better than the folds' own number by 0.0001 AUC and 0.00007 BCE.
    """
    more = math.sqrt(loans / float(settings["loans_a_fold"]))
    return max(round(int(settings["trees_a_fold"]) * more), 1)
