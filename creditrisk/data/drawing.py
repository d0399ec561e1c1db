"""A sample of a file's loans, drawn so that its shares are those of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What the seed of this draw is set apart by from those of the split and the folds.
_STREAM = 6


def drawn_loans(
    y_true: NDArray[np.int8], most: int, seed: int, group: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Return the places of at most so many loans, rising, drawn at random within each outcome.

    Without groups the sample has `most` loans, and as many defaults as its share of the loans makes, rounded; so the
    default rate, and with it the level of all PDs, stays what it was but for less than one loan. With groups whole
    ones are drawn, those with a default and those without apart, as long as they fit in: a few loans less than `most`.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid; other rows are never drawn.
    most : int
        Where there are no more loans than that, all are returned.
    group : array of shape (n_rows,), optional
        Whose loan each is.

    >>> y = np.repeat(np.array([1, 0, -1], dtype=np.int8), [200, 800, 50])
    >>> rows = drawn_loans(y, 100, seed=0)
    >>> len(rows), int(y[rows].sum())
    (100, 20)
    """
    known = np.flatnonzero(y_true >= 0)
    if len(known) <= most:
        return known
    rng = np.random.default_rng([seed, _STREAM])
    if group is not None:
        return known[_whole_groups(group[known], y_true[known], most / len(known), rng)]
    defaults = np.flatnonzero(y_true == 1)
    wanted = round(most * len(defaults) / len(known))
    parts = ((defaults, wanted), (np.flatnonzero(y_true == 0), most - wanted))
    return np.sort(np.concatenate([rng.choice(rows, count, replace=False) for rows, count in parts]))


def _whole_groups(
    group: NDArray[np.intp], y_true: NDArray[np.int8], share: float, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return the places of the loans of whole groups, of each kind of group no more than this share of its loans."""
    members, of, sizes = np.unique(group, return_inverse=True, return_counts=True)
    defaults = np.bincount(of, y_true, minlength=len(members)) > 0
    taken = np.zeros(len(members), dtype=bool)
    for kind in (np.flatnonzero(~defaults), np.flatnonzero(defaults)):
        order = rng.permutation(kind)
        reach = np.cumsum(sizes[order])
        taken[order[reach <= share * sizes[kind].sum()]] = True
    return np.flatnonzero(taken[of])
