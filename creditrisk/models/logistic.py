"""Weighted logistic regression for the log-odds of default, by Newton's method, with coefficients kept at a sign.

What is minimised over the intercept a and the coefficients c is the convex

    Σ_i w_i [softplus(z_i) − y_i z_i]  +  ½ ridge Σ_j v_j c_j²,    z = a + X c,

where v_j is the weighted variance of column j: the penalty does not depend on the units of the columns, and `ridge`
counts in loans. The intercept is free, so the mean PD is the default rate. With c_j ≤ 0 asked for, every Newton step
solves the quadratic problem under these bounds exactly (an active set), so the result is the best among all sound
coefficients, whatever the order of the columns; dropping wrong signs one at a time need not find it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.odds import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes

_NEWTON_STEPS = 100
_BLOCK = 16_384
#: A step that promises less of the loss per loan than this is the end.
_TOLERANCE = 1e-14


@dataclass(frozen=True, eq=False)
class Logistic:
    """A fitted logistic regression z = intercept + X · coefficients.

    Attributes
    ----------
    intercept : float
    coefficients : array of shape (n_columns,)
    information : array of shape (n_columns + 1, n_columns + 1)
        Σ w p̄ (1 − p̄) x xᵀ, the intercept first: the curvature of the loss, without ridge, at the default rate p̄.
    converged : bool
        False only where numbers ran out of their range.
    """

    intercept: float
    coefficients: Floats
    information: Floats
    converged: bool


@dataclass(frozen=True)
class Penalty:
    """How coefficients are held: `ridge` in loans (0 or more), and whether all must be 0 or less."""

    ridge: float = 1.0
    at_most_zero: bool = False


@dataclass(frozen=True, eq=False)
class _Problem:
    design: Floats
    y_true: Floats
    weight: Floats
    ridge: Floats

    def loss(self, beta: Floats) -> float:
        """Return the penalised loss per unit of weight."""
        z = self.log_odds(beta)
        rows = np.logaddexp(0.0, z) - self.y_true * z
        return float((self.weight @ rows + 0.5 * self.ridge @ beta**2) / self.weight.sum())

    def log_odds(self, beta: Floats) -> Floats:
        z: Floats = self.design @ beta[1:] + beta[0]
        return z

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return gradient and Hessian of the whole loss, summed block by block to spare memory."""
        gradient, hessian = self.ridge * beta, np.diag(self.ridge)
        p = expit(self.log_odds(beta))
        for start in range(0, len(p), _BLOCK):
            rows = slice(start, start + _BLOCK)
            block = np.column_stack([np.ones(len(p[rows])), self.design[rows]])
            gradient = gradient + (self.weight[rows] * (p[rows] - self.y_true[rows])) @ block
            hessian = hessian + _gram(block * np.sqrt(self.weight[rows] * p[rows] * (1 - p[rows]))[:, None])
        return gradient, hessian


def _gram(block: Floats) -> Floats:
    """Return blockᵀ block as a sum over tiles so small that OpenBLAS keeps each on one thread (m · n · k ≤ 2¹⁸).

    On a busy machine its threads wait for each other: one product of 65,536 × 48 took up to 50 times as long.
    """
    columns = block.shape[1]
    rows = min(1024, max(8, 2**18 // columns**2))
    whole = len(block) // rows * rows
    tiles = block[:whole].reshape(-1, rows, columns)
    rest = block[whole:]
    gram: Floats = np.matmul(tiles.transpose(0, 2, 1), tiles).sum(axis=0) + rest.T @ rest
    return gram


def fit_logistic(design: Floats, y_true: Outcomes, weight: Floats | None, penalty: Penalty) -> Logistic:
    """Return the minimiser, rounded to 10 significant digits.

    BLAS sums in an order that changes with the number of threads, which shows in the last of 16 digits; Newton's
    method converges to about 13, so that 10 are the same everywhere.

    Parameters
    ----------
    design : array of shape (n_rows, n_columns)
        Finite numbers; no columns are allowed.
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid; both must occur.
    weight : array of shape (n_rows,), optional
        Positive; a loan of weight 2 counts as two loans.
    """
    problem = _problem(design, y_true, weight, penalty.ridge)
    bounded = np.zeros(design.shape[1] + 1, dtype=np.bool_)
    bounded[1:] = penalty.at_most_zero
    rate = float(np.average(problem.y_true, weights=problem.weight))
    beta = np.zeros(len(bounded))
    beta[0] = np.log(rate / (1 - rate))
    converged, start = False, problem.derivatives(beta)[1] - np.diag(problem.ridge)
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = problem.derivatives(beta)
        step = _newton_step(beta, gradient, hessian, bounded)
        promised = -float(gradient @ step) / problem.weight.sum()
        if promised < _TOLERANCE:
            converged = True
            beta = beta + step
            break
        beta = _walk(problem, beta, step)
    rounded = np.array([float(f"{value:.10g}") for value in beta])
    return Logistic(float(rounded[0]), rounded[1:], start, converged)


def strong_columns(fitted: Logistic, least: float) -> NDArray[np.intp]:
    """Return the columns that remain when the weakest is left out again and again until each is worth `least`.

    A column's worth is c² over its variance, about twice what the log-likelihood loses without it. The variance is that
    at the default rate: at the fit it grows without limit for a column so good that all loans are nearly certain, which
    would be left out (Hauck & Donner 1977, doi:10.1080/01621459.1977.10479969). No loan is looked at again. Among
    columns of one worth, such as duplicates, the last goes first.
    """
    columns = np.flatnonzero(fitted.coefficients)
    kept = np.concatenate([[0], columns + 1])
    information = fitted.information[np.ix_(kept, kept)]
    covariance = np.linalg.inv(information + 1e-9 * np.diag(np.diag(information)))[1:, 1:]
    coefficients = fitted.coefficients[columns]
    while len(columns):
        worth = np.round(coefficients**2 / np.diag(covariance), 4)
        weakest = len(worth) - 1 - int(np.argmin(worth[::-1]))
        if worth[weakest] >= least:
            break
        rest = np.delete(np.arange(len(columns)), weakest)
        share = covariance[rest, weakest] / covariance[weakest, weakest]
        coefficients = coefficients[rest] - share * coefficients[weakest]
        covariance = covariance[np.ix_(rest, rest)] - np.outer(share, covariance[weakest, rest])
        columns = columns[rest]
    return columns


def _problem(design: Floats, y_true: Outcomes, weight: Floats | None, ridge: float) -> _Problem:
    w = np.ones(len(design)) if weight is None else np.asarray(weight, dtype=np.float64)
    variance = [np.average((column - np.average(column, weights=w)) ** 2, weights=w) for column in design.T]
    return _Problem(design, np.asarray(y_true, dtype=np.float64), w, ridge * np.array([0.0, *variance]))


def _walk(problem: _Problem, beta: Floats, step: Floats) -> Floats:
    """Take the step, halved until the loss does not rise by more than rounding."""
    loss, share = problem.loss(beta), 1.0
    while problem.loss(beta + share * step) > loss + _TOLERANCE and share > 1e-6:
        share /= 2
    walked: Floats = beta + share * step
    return walked


def _newton_step(beta: Floats, gradient: Floats, hessian: Floats, bounded: NDArray[np.bool_]) -> Floats:
    """Return the step that minimises the quadratic model, with bounded coefficients at most 0 after it.

    An active set after Lawson & Hanson (1974, ch. 23): coefficients leave 0 where the loss falls fastest and return to
    it where they would change sign; each solution of the free ones is exact. Units are such that the Hessian's diagonal
    is 1.
    """
    unit = np.sqrt(np.where(np.diag(hessian) > 0, np.diag(hessian), 1.0))
    curvature, target = hessian / np.outer(unit, unit), (hessian @ beta - gradient) / unit
    free, now = ~bounded | (beta < 0), beta * unit
    for _ in range(20 * len(beta)):
        best = _solved(curvature, target, free)
        wrong = bounded & free & (best >= 0)
        if wrong.any():
            reach = np.where(wrong, now / np.minimum(now - best, -1e-300), np.inf)
            free &= reach > reach.min()
            now = np.where(free, now + reach.min() * (best - now), 0.0)
            continue
        now, pull = best, np.where(free, 0.0, curvature @ best - target)
        if pull.max() <= 1e-10 * np.abs(target).max():
            break
        free[int(np.argmax(pull))] = True
    step: Floats = now / unit - beta
    return step


def _solved(curvature: Floats, target: Floats, free: NDArray[np.bool_]) -> Floats:
    """Return the minimiser over the free coefficients, the least of them where columns repeat each other."""
    solved = np.zeros(len(target))
    solved[free] = np.linalg.lstsq(curvature[np.ix_(free, free)], target[free], rcond=1e-14)[0]
    return solved
