"""What candidates are fitted on: each fold's loans as each view shows them, made once and shared.

Everything that looks at outcomes is fitted on the fold's own loans: the order of the columns, the encodings (nested by
inner folds for the loans that they are fitted on), the bins.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from creditrisk.data.splitting import Fold
from creditrisk.features.generators import Columns, Generated, Training, generate
from creditrisk.features.view import View
from creditrisk.models.booster import usable_threads
from creditrisk.models.growing import FIXED, MAKING, package, weighted
from creditrisk.models.loss import row_weights, tilt
from creditrisk.option_values import ClassWeight

if TYPE_CHECKING:
    from collections.abc import Mapping

    import lightgbm
    from numpy.typing import NDArray

    from creditrisk.features.derived import Derived
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import TrainingMatrix
    from creditrisk.models.portfolio import Candidate
    from creditrisk.specs import TrainSpec

_T = TypeVar("_T")

#: A column of its own for each thread: as fast as by rows on one thread, and with 100 columns a quarter faster.
BY_COLUMN = {**FIXED, "force_col_wise": True}
#: From so many cells of the base matrix on, one candidate at a time uses all threads; below, each uses one.
_CELLS_FOR_THREADS = 4_000_000
#: The quick model that orders the columns.
_ORDERING = {**BY_COLUMN, "num_leaves": 8, "learning_rate": 0.15, "feature_fraction": 0.5, "lambda_l2": 5.0, "seed": 0}
_ORDERING_TREES, _ORDERING_LOANS = 40, 30_000
#: Of what generators make, a view holds so many columns at most.
_MOST_DERIVED = 30


@dataclass(frozen=True, eq=False)
class Sight:
    """What a view shows of one fold: matrices of shape (n_rows, view.width)."""

    view: View
    fit: Floats
    judge: Floats


class Workshop:
    """The training loans, and for each fold what candidates need of them. It may be used by several threads."""

    def __init__(self, data: TrainingMatrix, spec: TrainSpec, drifting: tuple[int, ...] = ()) -> None:
        package()  # its import is no candidate's time
        self.data, self.spec, self.drifting = data, spec, drifting
        large = data.cells >= _CELLS_FOR_THREADS
        asked = usable_threads(spec.threads)
        #: How many candidates work side by side, and with how many threads each.
        self.workers, self.threads = (1, asked) if large else (asked, 1)
        self._made: dict[tuple[Any, ...], Any] = {}
        self._locks: dict[tuple[Any, ...], threading.Lock] = {}
        self._lock = threading.Lock()
        self._folds: dict[int, Fold] = {}

    def whole(self) -> Fold:
        """Return all training loans as a fold that judges nothing; always the same object."""
        rows = np.arange(len(self.data.y_true))
        fold: Fold = self._once(("whole",), lambda: Fold(rows, rows[:0]))
        return fold

    def forget(self) -> None:
        """Give back the memory of everything that was made for folds."""
        with self._lock:
            self._made.clear()
            self._locks.clear()
            self._folds.clear()

    def ratio(self, rows: NDArray[np.intp]) -> float:
        """Return by how much class weights tilt the odds of these loans."""
        return tilt(self.data.y_true[rows], ClassWeight.parse(self.spec.class_weight), self.data.weight_of(rows))

    def row_weights(self, rows: NDArray[np.intp]) -> Floats | None:
        """Return the weights of these loans in a fit."""
        return row_weights(self.data.y_true[rows], self.ratio(rows), self.data.weight_of(rows))

    def sight(self, candidate: Candidate, fold: Fold) -> Sight:
        """Return what a candidate sees of a fold."""
        self._folds[id(fold)] = fold  # kept, so that no other fold gets its id
        key = ("sight", candidate.generators, candidate.without_drift, id(fold))
        sight: Sight = self._once(key, lambda: self._sight(candidate, fold))
        return sight

    def binned(self, candidate: Candidate, fold: Fold) -> tuple[lightgbm.Dataset, lightgbm.Dataset]:
        """Return the loans to fit on, weighted, and those to judge, as LightGBM's binned data sets."""
        key = ("binned", candidate.generators, candidate.without_drift, candidate.bins, id(fold))
        made: tuple[lightgbm.Dataset, lightgbm.Dataset] = self._once(key, lambda: self._binned(candidate, fold))
        return made

    def by_place(self, view: View, of_column: Mapping[int, _T]) -> dict[int, _T]:
        """Return what is known of columns of the base matrix by their place in the view."""
        return {view.columns.index(column): value for column, value in of_column.items() if column in view.columns}

    def _once(self, key: tuple[Any, ...], make: Any) -> Any:
        """Return what was made under a key, making it where nobody has; two threads never make one thing twice."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def _sight(self, candidate: Candidate, fold: Fold) -> Sight:
        data = self.data
        kept = tuple(
            column for column in range(data.matrix.shape[1])
            if not (candidate.without_drift and column in self.drifting)
        )  # fmt: skip
        base = data.matrix[fold.fit]
        if not candidate.generators:
            view = View(kept)
            return Sight(view, view.matrix(base), view.matrix(data.matrix[fold.judge]))
        own = base[:, list(kept)]
        # Nothing is derived from what is left out, from a column with which the PD must rise or fall, or from a clock:
        # later loans have values of it that no encoding has seen.
        clocks = {*self.drifting} - data.dates
        hidden = sorted({*range(base.shape[1])} - {*kept} | {*data.monotone} | clocks)
        base[:, hidden] = np.nan
        columns = Columns(data.names, data.levels, data.dates)
        group = None if data.group is None else data.group[fold.fit]
        order = self._once(("order", candidate.without_drift, id(fold)), lambda: self._order(base, fold))
        training = Training(base, data.y_true[fold.fit], data.weight_of(fold.fit), columns, order, group)
        features, values = self._worthy(generate(candidate.generators, training), base, fold)
        view = View(kept, features)
        return Sight(view, np.column_stack([own, values]), view.matrix(data.matrix[fold.judge]))

    def _worthy(self, made: Generated, base: Floats, fold: Fold) -> tuple[tuple[Derived, ...], Floats]:
        """Return the derived columns that a quick model of the fold's loans gains most by, in their order."""
        if len(made.features) <= _MOST_DERIVED:
            return made.features, made.values
        order = self._order(np.column_stack([base, made.values]), fold) - base.shape[1]
        best = np.sort(order[order >= 0][:_MOST_DERIVED])
        return tuple(made.features[place] for place in best), made.values[:, best]

    def _order(self, base: Floats, fold: Fold) -> NDArray[np.intp]:
        """Return the columns by the gain of a quick model of the fold's loans, those without any left out."""
        rows = fold.fit
        if len(rows) > _ORDERING_LOANS:
            chosen = np.sort(np.random.default_rng([self.spec.seed, 3]).permutation(len(rows))[:_ORDERING_LOANS])
            base, rows = base[chosen], rows[chosen]
        y, parameters = self.data.y_true[rows], {**_ORDERING, "num_threads": self.threads, "feature_pre_filter": False}
        with MAKING:
            dataset = package().Dataset(base, y, categorical_feature=sorted(self.data.levels), params=parameters)
            training = weighted(dataset, y, self.ratio(rows), self.data.weight_of(rows))
            booster = package().Booster(parameters, training)
        for _ in range(_ORDERING_TREES):
            booster.update()
        gain = booster.feature_importance("gain")
        order = np.argsort(-gain, kind="stable")
        ordered: NDArray[np.intp] = order[gain[order] > 0]
        return ordered

    def _binned(self, candidate: Candidate, fold: Fold) -> tuple[lightgbm.Dataset, lightgbm.Dataset]:
        sight, data = self.sight(candidate, fold), self.data
        parameters = {
            **BY_COLUMN, "max_bin": candidate.bins, "feature_pre_filter": False, "num_threads": self.threads, "seed": 0,
        }  # fmt: skip
        names = [f"f{place}" for place in range(sight.view.width)]
        codes = sorted(self.by_place(sight.view, data.levels))
        with MAKING:
            fit = package().Dataset(
                sight.fit, data.y_true[fold.fit], feature_name=names, categorical_feature=codes, params=parameters
            )
            weighted(fit, data.y_true[fold.fit], self.ratio(fold.fit), data.weight_of(fold.fit))
            if not len(fold.judge):
                return fit, fit
            return fit, fit.create_valid(sight.judge, data.y_true[fold.judge], params=parameters).construct()
