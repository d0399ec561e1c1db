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


def shared(by: NDArray[Any] | None, n_rows: int) -> NDArray[np.intp] | None:
    """Return each loan's borrower as a number from 0; None where none is known, or none has two of the loans.

    Then the loans are independent, and the formulas that say so are exact.

    Raises
    ------
    ValueError
        As `numbered`.

    >>> shared(np.array([7, 3, 5]), 3) is None, shared(np.array([7, 3, 7]), 3)
    (True, array([1, 0, 1]))
    """
    if by is None:
        return None
    of_loan, number = numbered(by, n_rows)
    return of_loan if number < n_rows else None


def first_come(by: NDArray[np.intp] | None, order: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """Return the borrowers of the loans in an order, numbered as they come up in it; None where there are none.

    So the numbers say nothing of the order of the file.

    >>> first_come(np.array([0, 1, 0, 2]), np.array([3, 0, 1, 2])).tolist()
    [0, 1, 2, 1]
    """
    if by is None:
        return None
    _, first, number = np.unique(by[order], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number].astype(np.intp, copy=False)


def likeness(error: Floats, weight: Floats, by: NDArray[np.intp]) -> float:
    """Return how alike the errors of two loans of one borrower are, from 0 (independent) to 1 (the same).

    ρ = Σ w_i w_j e_i e_j / Σ w_i w_j (e_i² + e_j²) / 2 over the pairs of loans of one borrower: Fisher's intraclass
    correlation about a mean that is known. Below 0, and without a pair, it counts as 0.

    Parameters
    ----------
    error, weight : arrays of shape (n_rows,)
        Outcomes less their PDs, positive loan weights.
    by : array of shape (n_rows,)
        Borrowers as numbers from 0.

    >>> likeness(np.array([0.5, 0.5, -0.1]), np.ones(3), np.array([0, 0, 1]))
    1.0
    """
    squares = weight * error**2
    together = float(np.sum(np.bincount(by, weight * error) ** 2) - np.sum(weight * squares))
    apart = float(np.sum(squares * (np.bincount(by, weight)[by] - weight)))
    return min(max(together / apart, 0.0), 1.0) if apart > 0.0 else 0.0


def alike_variance(deviation: Floats, by: NDArray[np.intp], rho: float) -> float:
    """Return the variance of a sum of errors of these standard deviations, alike by `rho` within a borrower.

    (1 − ρ) Σ s² + ρ Σ S², S being a borrower's sum of s; a deviation is below 0 where its error counts negatively.

    >>> alike_variance(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]), 0.5)
    16.0
    """
    return (1.0 - rho) * float(np.sum(deviation**2)) + rho * float(np.sum(np.bincount(by, deviation) ** 2))
