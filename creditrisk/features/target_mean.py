"""Target encoding: the log-odds of default of the training loans that share a value, smoothed, fitted in inner folds.

For key k with the weighted training loans n_k and defaults b_k, and the default rate `prior` of all of them,

    encoded(k) = ln(p / (1 − p)),   p = (b_k + m · prior) / (n_k + m)

(Micci-Barreca 2001, doi:10.1145/507533.507538, with a fixed m). The row weights are scaled to a mean of 1 first, so
that m counts loans whatever the weights' unit.

A training row's own outcome is part of its key's encoding: a learner that saw it would trust it too much. So training
rows get nested values, each from the rows of the other inner folds. The stored lookup is fitted on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.splitting import stratified_folds
from creditrisk.features.derived import Lookup
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL
from creditrisk.metrics.odds import log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.features.derived import Statistic
    from creditrisk.metrics.arrays import Floats, Outcomes

#: How many loans at the overall default rate are added to each key.
SMOOTHING = 20.0
#: Inner folds must have nothing to do with outer ones, which may be made with the same seed.
_INNER = 7919


@dataclass(frozen=True, eq=False)
class RowKeys:
    """The keys that training rows have in one or two columns.

    Attributes
    ----------
    columns : tuple of int
        Positions in the base matrix.
    keys : array of shape (n_keys, n_columns)
        The distinct keys in ascending order, NaN for missing, which is last.
    code : array of shape (n_rows,)
        Each row's position in `keys`.
    """

    columns: tuple[int, ...]
    keys: Floats
    code: NDArray[np.intp]

    @cached_property
    def loans(self) -> NDArray[np.intp]:
        """How many rows have each key."""
        return np.bincount(self.code, minlength=len(self.keys))

    @property
    def listed(self) -> NDArray[np.bool_]:
        """Which keys enough rows have for a model file to name them."""
        listed: NDArray[np.bool_] = self.loans >= FEWEST_LOANS_A_LEVEL
        return listed

    @property
    def covered(self) -> float:
        """The share of the rows whose key is listed, from 0 to 1."""
        return float(self.loans[self.listed].sum() / max(len(self.code), 1))

    @cached_property
    def pooled(self) -> NDArray[np.intp]:
        """Each row's position in `keys`, or n_keys where its key is not listed."""
        return np.where(self.listed[self.code], self.code, len(self.keys))

    def sums(self, weight: Floats, rows: NDArray[np.bool_] | None = None) -> Floats:
        """Return the sum of `weight` for each key, and last that of the unlisted ones, of the rows asked for."""
        code, weight = (self.pooled, weight) if rows is None else (self.pooled[rows], weight[rows])
        return np.bincount(code, weight, minlength=len(self.keys) + 1).astype(np.float64)

    def lookup(
        self, name: str, statistic: Statistic, values: Floats, listed: NDArray[np.bool_] | None = None
    ) -> Lookup:
        """Return the lookup of `values` of shape (n_keys + 1,), the last for unlisted keys."""
        kept = self.listed if listed is None else listed
        keys = tuple(tuple(None if np.isnan(part) else float(part) for part in key) for key in self.keys[kept])
        return Lookup(name, statistic, self.columns, keys, tuple(values[:-1][kept].tolist()), float(values[-1]))


def row_keys(base: Floats, columns: Sequence[int]) -> RowKeys:
    """Return the keys that the rows of the base matrix have in these columns.

    >>> row_keys(np.array([[3.0], [np.nan], [1.0], [3.0]]), (0,)).code.tolist()
    [1, 2, 0, 1]
    """
    first, *more = columns
    values, code = np.unique(base[:, first] + 0.0, return_inverse=True)  # + 0.0 makes −0 and 0 one key
    keys = values[:, np.newaxis]
    for column in more:
        values, inner = np.unique(base[:, column] + 0.0, return_inverse=True)
        both, code = np.unique(code * len(values) + inner, return_inverse=True)
        keys = np.column_stack([keys[both // max(len(values), 1)], values[both % max(len(values), 1)]])
    return RowKeys(tuple(columns), keys, code)


def fitted_target(keys: RowKeys, y_true: Outcomes, weight: Floats | None, name: str) -> Lookup:
    """Return the smoothed log-odds of default of each key that at least 10 training rows have.

    Keys of fewer rows are not stored: such a key could be a person's. They and unseen ones get the encoding of all
    such training rows together; where there are none, that is ln(prior / (1 − prior)).

    Parameters
    ----------
    y_true, weight : arrays of shape (n_rows,)
        Outcomes (1 = default) and loan weights (positive; equal where None) of the training rows.

    >>> keys, y = row_keys(np.zeros((40, 1)), (0,)), np.array([0.0, 1.0] * 20)
    >>> fitted_target(keys, y, None, "default rate of region").values
    (0.0,)
    """
    return keys.lookup(name, "target", _encoded(keys, y_true, _scaled(y_true, weight), None))


def nested_target(keys: RowKeys, y_true: Outcomes, weight: Floats | None, fold: NDArray[np.integer]) -> Floats:
    """Return the encoding of the training rows themselves, shape (n_rows,): each from rows of other inner folds only.

    The keys told apart are those of `fitted_target`, which are chosen by their number of loans and not by outcomes.

    Parameters
    ----------
    fold : array of shape (n_rows,)
        The inner fold of each row.

    >>> keys, y, fold = row_keys(np.zeros((40, 1)), (0,)), np.repeat([1.0, 0.0], 20), np.repeat([0, 1], 20)
    >>> nested_target(keys, y, None, fold)[[0, 39]].round(1).tolist()
    [-34.5, 34.5]
    """
    scaled, values = _scaled(y_true, weight), np.empty(len(keys.code))
    for number in np.unique(fold):
        inside = fold == number
        values[inside] = _encoded(keys, y_true, scaled, ~inside)[keys.pooled[inside]]
    return values


def inner_folds(y_true: Outcomes, k: int = 5, seed: int = 0) -> NDArray[np.int8]:
    """Return the inner fold (0 to k − 1) of each training row, shape (n_rows,), each class spread evenly.

    It depends on the outcomes, the rows' order and the seed only.

    >>> sorted(inner_folds(np.array([0, 0, 1, 1]), k=2).tolist())
    [0, 0, 1, 1]
    """
    return stratified_folds(np.asarray(y_true).astype(np.int8), k, seed + _INNER)


def inner_folds_of(group: NDArray[np.intp], k: int = 5) -> NDArray[np.int8]:
    """Return the inner fold of each training row, shape (n_rows,), all rows of a group in one.

    >>> inner_folds_of(np.array([7, 7, 9])).tolist()[0] == inner_folds_of(np.array([7, 7, 9])).tolist()[1]
    True
    """
    names, place = np.unique(group, return_inverse=True)
    dealt = np.random.default_rng(_INNER).permutation(len(names)) % k
    return dealt[place].astype(np.int8)


def _scaled(y_true: Outcomes, weight: Floats | None) -> Floats:
    return np.ones(len(y_true)) if weight is None else weight / weight.mean()


def _encoded(keys: RowKeys, y_true: Outcomes, weight: Floats, rows: NDArray[np.bool_] | None) -> Floats:
    """Return shape (n_keys + 1,), fitted on the rows asked for (all where None)."""
    loans, bads = keys.sums(weight, rows), keys.sums(weight * y_true, rows)
    prior = bads.sum() / max(loans.sum(), np.finfo(np.float64).tiny)
    return log_odds((bads + SMOOTHING * prior) / (loans + SMOOTHING))
