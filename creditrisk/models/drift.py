"""Columns that tell when a loan was made, whatever they tell of its risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.discrimination import auc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.metrics.arrays import Floats

#: The Gini index with which a column alone tells the newer half of the loans from the older one.
TELLS_THE_TIME = 0.6


def drifting_columns(columns: Iterable[Floats], time: Floats) -> tuple[int, ...]:
    """Return the positions of columns that alone tell the newer half of the loans from the older half.

    Parameters
    ----------
    columns : arrays of shape (n_rows,)
        NaN for missing, which counts as a value below all others.
    time : array of shape (n_rows,)

    >>> time, noise = np.arange(100.0), np.resize([3.0, 1.0, 2.0], 100)
    >>> drifting_columns([noise, np.floor(time / 10)], time)
    (1,)
    """
    newer = (time > np.median(time)).astype(np.int8)
    if not 0 < newer.sum() < len(newer):
        return ()
    found = []
    for column, values in enumerate(columns):
        # AUC takes scores between 0 and 1: ranks.
        _, rank = np.unique(np.where(np.isnan(values), -np.inf, values), return_inverse=True)
        share = (rank + 0.5) / (rank.max() + 1.0)
        if abs(2.0 * auc(newer, share).value - 1.0) >= TELLS_THE_TIME:
            found.append(column)
    return tuple(found)
