"""How much a variable matters on given loans: by its contributions, and by the loss when it is permuted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.estimate import Estimate, wald

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def mean_magnitude(contribution: Floats, weight: Floats | None) -> Estimate:
    """Return the mean absolute contribution of a variable, with its standard error over the loans.

    Parameters
    ----------
    contribution : array of shape (n_rows,)
        In log-odds.
    weight : array of shape (n_rows,) or None

    >>> mean_magnitude(np.array([-1.0, 3.0]), None).value
    2.0
    """
    size = np.abs(contribution)
    w = np.ones(len(size)) if weight is None else weight
    value = float(np.average(size, weights=w))
    return wald(value, float(np.sqrt(np.sum((w * (size - value)) ** 2)) / w.sum()), least=0.0)


def permuted_loss(
    loss: Callable[[Floats, NDArray[np.intp]], Floats],
    matrix: Floats,
    columns: Sequence[int],
    weight: Floats | None,
    times: int,
    seed: int,
) -> Estimate:
    """Return by how much the mean loss rises when a variable's columns are permuted together (Breiman 2001).

    Each loan gets the values of another, its donor; with loan weights donors are drawn by them. The standard error
    counts each loan both as one that is judged and as a donor (the projection of a two-sample U-statistic, Hoeffding
    1948), so it is that of other loans from the same population, for this model.

    Parameters
    ----------
    loss : function
        From rows of the matrix, changed or not, and their positions in it, to the loss of each.
    matrix : array of shape (n_rows, n_columns)
    columns : positions of the variable's columns
    weight : array of shape (n_rows,) or None
    times : int
        How many permutations.
    seed : int

    Returns
    -------
    Estimate, in the unit of the loss.
    """
    rng = np.random.default_rng([seed, *columns])
    loans = len(matrix)
    w = np.full(loans, 1 / loans) if weight is None else weight / weight.sum()
    before, at = loss(matrix, np.arange(loans)), list(columns)
    judged, given = np.zeros(loans), np.zeros(loans)
    rises, donors = [], []
    for _ in range(times):
        donor = rng.permutation(loans) if weight is None else rng.choice(loans, loans, p=w)
        dealt, rise = matrix[donor][:, at], np.zeros(loans)
        # A loan that is dealt its own values keeps its loss: for columns of few values that spares most of the work.
        moved = np.flatnonzero(~np.all((dealt == matrix[:, at]) | (np.isnan(dealt) & np.isnan(matrix[:, at])), axis=1))
        changed = matrix[moved]
        changed[:, at] = dealt[moved]
        rise[moved] = loss(changed, moved) - before[moved]
        rises.append(rise)
        donors.append(donor)
    value = float(np.mean([w @ rise for rise in rises]))
    for rise, donor in zip(rises, donors, strict=True):
        part = w * (rise - value) / times
        judged += part
        given += np.bincount(donor, part, loans)
    return wald(value, float(np.sqrt(np.sum((judged + given) ** 2))))
