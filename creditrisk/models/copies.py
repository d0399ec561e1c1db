"""Columns of numbers that say the same: as reasons they are one, so that no loan is given the same reason twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: The least rank correlation, as a magnitude, between a copy and the column that it copies.
ALIKE = 0.95
#: About how many loans are looked at, and how many of them must have both values.
_MOST_LOANS, _FEWEST_LOANS = 5_000, 30
#: Columns whose correlations are worked out at once.
_AT_ONCE = 256


def looked_at(loans: int) -> NDArray[np.intp]:
    """Return the positions of the training loans that are looked at, evenly over so many."""
    return np.arange(0, loans, max(loans // _MOST_LOANS, 1))


def copies_of(matrix: Floats, names: Sequence[str], numbers: Collection[int]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of columns that are copies of each other.

    The rule: columns are taken in their order, and each joins the first group whose first column has a rank correlation
    (Spearman) of at least 0.95 or at most −0.95 with it; a column without such a group begins one. The correlation is
    taken over loans that have both values, of which there must be 30 and half of those that have either.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
        The loans that are looked at.
    names : one a column
    numbers : positions of the columns that hold numbers or dates; codes of categories have no order

    Returns
    -------
    tuple of tuples of names
        Groups of two or more, the one that begins a group first.

    >>> x = np.arange(40.0)
    >>> copies_of(np.column_stack([x, x % 7, -(x**3)]), ("a", "b", "c"), (0, 1, 2))
    (('a', 'c'),)
    """
    columns = sorted(numbers)
    ranks = np.column_stack([_ranks(matrix[:, column]) for column in columns]) if columns else np.empty((0, 0))
    grouped = np.zeros(len(columns), dtype=bool)
    groups = []
    for start in range(0, len(columns), _AT_ONCE):
        for leader, alike in enumerate(_alike(ranks[:, start : start + _AT_ONCE], ranks), start):
            if not grouped[leader]:
                joins = np.flatnonzero(alike & ~grouped & (np.arange(len(columns)) > leader))
                grouped[joins] = True
                groups.append((leader, *joins.tolist()))
    return tuple(tuple(names[columns[place]] for place in group) for group in groups if len(group) > 1)


def _ranks(values: Floats) -> Floats:
    """Return twice the mean rank of each value among those that are there, less their mean; NaN is missing.

    These are whole numbers, so their sums of products are exact, in whatever order they are added.
    """
    there = np.flatnonzero(~np.isnan(values))
    ranks = np.full(len(values), np.nan)
    _, place, loans = np.unique(values[there], return_inverse=True, return_counts=True)
    ends = np.cumsum(loans)
    ranks[there] = (2 * ends - loans + 1)[place] - (len(there) + 1)
    return ranks


def _alike(some: Floats, others: Floats) -> NDArray[np.bool_]:
    """Return which of the others are copies of each of some columns, shape (n_some, n_others)."""
    here, there = ~np.isnan(some), ~np.isnan(others)
    x, y, in_x, in_y = np.nan_to_num(some), np.nan_to_num(others), here.astype(np.float64), there.astype(np.float64)
    both = in_x.T @ in_y
    either = in_x.sum(axis=0)[:, None] + in_y.sum(axis=0) - both
    size = np.maximum(both, 1)
    sx, sy = x.T @ in_y, in_x.T @ y
    xx, yy, xy = (x * x).T @ in_y - sx**2 / size, in_x.T @ (y * y) - sy**2 / size, x.T @ y - sx * sy / size
    enough = (both >= _FEWEST_LOANS) & (2 * both >= either) & (xx > 0) & (yy > 0)
    copies: NDArray[np.bool_] = enough & (xy**2 >= ALIKE**2 * xx * yy)
    return copies
