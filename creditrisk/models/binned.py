"""Training loans as LightGBM bins them: one byte a cell, from rows that are made a batch at a time.

Why the rows are float64 and not float32: LightGBM puts a threshold between two neighbouring values that it saw, and a
loan is scored by the float64 value of its file. A value rounded to float32 for the bins alone could lie on the other
side of a threshold than the value that is scored. So training and scoring use the same numbers, and what saves memory
is that no matrix of them exists: a batch of rows is made by the recipe, binned and forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.models.growing import MAKING, package

if TYPE_CHECKING:
    import lightgbm

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.learner import TrainingMatrix

#: Bins are found on so many loans at most: LightGBM's own number.
MOST_SEEN = 200_000


class _Batches:
    """The rows of a training matrix as LightGBM asks for them: from the first to the last, a batch at a time."""

    batch_size = 65_536

    def __init__(self, data: TrainingMatrix) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data.y_true)

    def __getitem__(self, rows: slice) -> Floats:
        return self._data.rows(rows.start, rows.stop)


def binned(data: TrainingMatrix, parameters: dict[str, Any]) -> lightgbm.Dataset:
    """Return all training loans, binned.

    Bins are those that LightGBM finds on the loans, or on 200,000 of them where there are more. They do not look at
    outcomes, so that all folds may share them.
    """
    loans = len(data.y_true)
    if loans <= MOST_SEEN:
        return _dataset(data, np.arange(loans), parameters)
    seen = np.sort(np.random.default_rng([parameters["seed"], 5]).choice(loans, MOST_SEEN, replace=False))
    pattern = _dataset(data, seen, parameters)
    package().Sequence.register(_Batches)
    with MAKING:
        dataset = package().Dataset(_Batches(data), data.y_true, reference=pattern, params=parameters)
        return dataset.construct()


def _dataset(data: TrainingMatrix, places: Any, parameters: dict[str, Any]) -> lightgbm.Dataset:
    """Return some of the loans, binned by themselves."""
    names = [f"f{index}" for index in range(data.shape[1])]
    with MAKING:
        dataset = package().Dataset(
            data.at(places), data.y_true[places], feature_name=names, categorical_feature=sorted(data.levels),
            params=parameters,
        )  # fmt: skip
        return dataset.construct()
