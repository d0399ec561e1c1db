"""Loans of one borrower are not independent: their influence on a figure is summed before it is squared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def numbered(by: NDArray[Any], n_rows: int) -> tuple[NDArray[np.intp], int]:
    """Return each loan's borrower as a number from 0, and the number of borrowers.

    Parameters
    ----------
    by : array of shape (n_rows,)
        Equal where the borrower is the same.

    Raises
    ------
    ValueError
        When the shape is another.

    >>> numbered(np.array([7, 3, 7]), 3)
    (array([1, 0, 1]), 2)
    """
    if by.shape != (n_rows,):
        raise ValueError(f"by must have shape ({n_rows},), got {by.shape}.")
    values, of_loan = np.unique(by, return_inverse=True)
    return of_loan.astype(np.intp, copy=False), len(values)


def summed(values: Floats, by: NDArray[Any]) -> Floats:
    """Return the sums of the loans' values by borrower, of shape (borrowers,) or (borrowers, columns).

    >>> summed(np.array([1.0, 2.0, 4.0]), np.array([7, 3, 7])).tolist()
    [2.0, 5.0]
    """
    of_loan, number = numbered(by, len(values))
    if values.ndim == 1:
        return np.bincount(of_loan, values, minlength=number).astype(np.float64)
    return np.column_stack([np.bincount(of_loan, column, minlength=number) for column in values.T])


def clustered_cov(a: Floats, b: Floats, by: NDArray[Any]) -> float:
    """Return C / (C − 1) Σ A B over the C borrowers, A and B being the sums of their loans' influence values.

    The covariance of two figures whose errors are the sums of a and of b (Liang and Zeger 1986,
    doi:10.1093/biomet/73.1.13); NaN for one borrower.

    >>> clustered_cov(np.array([1.0, -1.0, 2.0]), np.array([1.0, -1.0, 2.0]), np.array([7, 3, 7]))
    20.0
    """
    both = summed(np.column_stack([a, b]), by)
    number = len(both)
    return float(number / (number - 1) * np.sum(both[:, 0] * both[:, 1])) if number > 1 else math.nan
