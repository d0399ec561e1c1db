"""Which loans are learned from, which are held out, and which fold each belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stratified_split(
    y_true: NDArray[np.int8], test_size: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of the training and of the held-out loans, both in file order.

    Each class gives the share `test_size` of its loans, rounded, and at least one, to the held-out loans.

    >>> train, test = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int8), 0.25, seed=1)
    >>> len(train), len(test)
    (6, 2)
    """
    rng = np.random.default_rng([seed, 1])
    held_out = np.zeros(len(y_true), dtype=bool)
    for outcome in (0, 1):
        rows = np.flatnonzero(y_true == outcome)
        count = min(max(round(test_size * len(rows)), 1), len(rows) - 1)
        held_out[rng.permutation(rows)[:count]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def stratified_folds(y_true: NDArray[np.int8], folds: int, seed: int) -> NDArray[np.int8]:
    """Return the fold (0 … folds − 1) of each loan, shape (n_rows,); each class is spread evenly over the folds."""
    rng = np.random.default_rng([seed, 2])
    fold = np.empty(len(y_true), dtype=np.int8)
    for outcome in (0, 1):
        rows = rng.permutation(np.flatnonzero(y_true == outcome))
        fold[rows] = np.arange(len(rows)) % folds
    return fold
