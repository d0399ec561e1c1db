"""Loans as small whole numbers, one code a column, on which every split of a forest is one comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trees import Tree

_DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 2, 4, 8
#: LightGBM reads numbers as small as this as 0.
_ZERO = float(np.float32(1e-35))


@dataclass(frozen=True, eq=False)
class Coding:
    """How the columns of a matrix become codes, shape (2 · n_columns, n_rows).

    A number's code is 1 more than how many thresholds of its column lie below it, so that value ≤ threshold number k
    (from 0) is code ≤ k + 1. A missing value that goes left is below all of them, one that goes right above; splits of
    one column may differ in that, so each column has two rows: one with missing values lowest, one with them highest.
    A category's code is itself, and one more than any that is asked for where it is unknown or missing.

    Attributes
    ----------
    thresholds : tuple of arrays
        By column, rising; empty where no split asks for numbers.
    categories : tuple of int
        By column: the codes of categories from which on all are alike; 0 for numbers.
    dtype : unsigned type that holds every code
    """

    thresholds: tuple[Floats, ...]
    categories: tuple[int, ...]
    dtype: type[np.unsignedinteger]

    @classmethod
    def of(cls, trees: Sequence[Tree], n_columns: int) -> Coding:
        """Return the coding for all splits of some trees.

        Raises
        ------
        ModelFileError
            When a column is split both as numbers and as categories, or zeros count as missing: LightGBM as this
            project uses it does neither.
        """
        splits = [tree.split_feature for tree in trees]
        column = np.concatenate([np.empty(0, np.int64), *splits])
        asks_category = np.concatenate([np.empty(0, bool), *(tree.is_categorical for tree in trees)])
        at = np.concatenate([np.empty(0), *(tree.threshold for tree in trees)])
        decision = np.concatenate([np.empty(0, np.int64), *(tree.decision_type for tree in trees)])
        if ((decision & _MISSING_ZERO) != 0).any() or len(
            np.intersect1d(column[asks_category], column[~asks_category])
        ):
            raise ModelFileError("The model's trees ask what no reasons are known for.", fix="Train it again.")
        thresholds = tuple(np.unique(at[(column == index) & ~asks_category]) for index in range(n_columns))
        categories = [0] * n_columns
        for tree in trees:
            for split in np.flatnonzero(tree.is_categorical).tolist():
                place, words = int(tree.split_feature[split]), np.diff(tree.cat_boundaries)
                categories[place] = max(categories[place], 32 * int(words[int(tree.threshold[split])]))
        most = max([len(each) + 2 for each in thresholds] + categories, default=0)
        return cls(thresholds, tuple(categories), np.uint8 if most < 256 else np.uint16 if most < 65536 else np.uint32)

    def codes(self, matrix: Floats) -> NDArray[np.unsignedinteger]:
        """Return the codes of loans, shape (2 · n_columns, n_rows); matrix is of shape (n_rows, n_columns)."""
        codes = np.zeros((2 * len(self.thresholds), len(matrix)), dtype=self.dtype)
        for column, (thresholds, categories) in enumerate(zip(self.thresholds, self.categories, strict=True)):
            values = matrix[:, column]
            if categories:
                known = (values >= 0) & (values < categories)
                codes[2 * column] = np.where(known, values, categories)
            elif len(thresholds):
                codes[2 * column] = np.searchsorted(thresholds, np.where(np.abs(values) <= _ZERO, 0.0, values)) + 1
                codes[2 * column + 1] = codes[2 * column]
                missing = np.isnan(values)
                codes[2 * column, missing], codes[2 * column + 1, missing] = 0, len(thresholds) + 1
        return codes


@dataclass(frozen=True, eq=False)
class Questions:
    """The splits of one tree as comparisons of codes.

    Attributes
    ----------
    row : array of shape (n_splits,)
        Which row of the codes each asks.
    most : array of shape (n_splits, 1)
        The highest code that goes left.
    sets : tuple of (split, array by code)
        The splits that ask for a set of categories, with which codes go left.
    """

    row: NDArray[np.intp]
    most: NDArray[np.unsignedinteger]
    sets: tuple[tuple[int, NDArray[np.bool_]], ...]

    @classmethod
    def of(cls, tree: Tree, coding: Coding) -> Questions:
        """Return the questions of a tree whose splits are among those of the coding."""
        columns = tree.split_feature
        most = np.zeros((len(columns), 1), dtype=coding.dtype)
        left_if_missing = np.zeros(len(columns), dtype=bool)
        sets = []
        for split, column in enumerate(columns.tolist()):
            if tree.is_categorical[split]:
                sets.append((split, _goes_left(tree, split)))
                continue
            at, decision = float(tree.threshold[split]), int(tree.decision_type[split])
            most[split] = np.searchsorted(coding.thresholds[column], at) + 1
            # Where LightGBM saw no missing value, it reads one as 0.
            left_if_missing[split] = bool(decision & _DEFAULT_LEFT) if decision & _MISSING_NAN else at >= 0.0
        row = 2 * columns + np.where(left_if_missing | tree.is_categorical, 0, 1)
        return cls(row, most, tuple(sets))

    def answers(self, codes: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
        """Return whether each loan goes left at each split, then whether it goes right: (2 · n_splits, n_rows)."""
        splits = len(self.row)
        answers = np.empty((2 * splits, codes.shape[1]), dtype=bool)
        np.less_equal(codes[self.row], self.most, out=answers[:splits])
        for split, goes_left in self.sets:
            np.take(goes_left, codes[self.row[split]], out=answers[split], mode="clip")
        np.logical_not(answers[:splits], out=answers[splits:])
        return answers


def _goes_left(tree: Tree, split: int) -> NDArray[np.bool_]:
    """Return which codes of categories are in the split's set; the last one stands for all beyond."""
    place = int(tree.threshold[split])
    words = tree.cat_threshold[int(tree.cat_boundaries[place]) : int(tree.cat_boundaries[place + 1])]
    listed = (words[:, None] >> np.arange(32)) & 1 == 1
    return np.append(listed.ravel(), False)
