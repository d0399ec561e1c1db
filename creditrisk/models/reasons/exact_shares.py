"""Shapley values of one leaf, exact: how much each condition of its path adds to what the leaf says.

A leaf with the value v and d conditions says v · Π o_k of a loan, where o_k is 1 if the loan passes condition k, else
0. Let the loan's answers take the place of a baseline's one by one, in random order. With t the share of them that
have, the expected product is Π (t · o_k + (1 − t) · b_k), and what condition j adds in the mean over all orders is

    φ_j = v · ∫₀¹ (o_j − b_j) · Π_{k ≠ j} (t · o_k + (1 − t) · b_k) dt

(Owen 1972, Multilinear extensions of games). The integrand is a polynomial of degree d − 1 in t, so Gauss–Legendre
quadrature with ⌈d / 2⌉ points is exact.

Against the training mean b_k is the share of training loans that pass (the path-dependent values of Lundberg et al.
2020, which LightGBM's `pred_contrib` gives). Against baseline loans the mean of φ over these loans is taken (the
interventional values).
"""

from __future__ import annotations

from functools import cache
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


@cache
def _points(conditions: int) -> tuple[tuple[float, float], ...]:
    """Return the points between 0 and 1 and the weights that integrate a polynomial of degree conditions − 1."""
    x, w = np.polynomial.legendre.leggauss((conditions + 1) // 2)
    return tuple(zip(((x + 1) / 2).tolist(), (w / 2).tolist(), strict=True))


@cache
def answers_of(conditions: int) -> NDArray[np.bool_]:
    """Return all patterns of answers, shape (conditions, 2^conditions): bit k of a column's number is answer k.

    >>> answers_of(2).astype(int).tolist()
    [[0, 1, 0, 1], [0, 0, 1, 1]]
    """
    answers: NDArray[np.bool_] = (np.arange(1 << conditions) >> np.arange(conditions)[:, None]) & 1 == 1
    answers.setflags(write=False)
    return answers


def against_shares(answers: NDArray[np.bool_], passing: Floats) -> Floats:
    """Return the values against conditions that are passed independently of each other, for leaves of value 1.

    Parameters
    ----------
    answers : array of shape (n_patterns, d)
        Whether each condition is passed.
    passing : array of shape (n_leaves, d)
        The share of the baseline that passes, above 0 and at most 1.

    Returns
    -------
    array of shape (n_leaves, n_patterns, d)

    >>> against_shares(np.array([[True]]), np.array([[0.25]])).tolist()
    [[[0.75]]]
    """
    b = passing[:, None, :]
    change = answers - b
    total = np.zeros(change.shape)
    for t, weight in _points(answers.shape[1]):
        factor = b + t * change
        product = factor[..., 0].copy()
        for condition in range(1, answers.shape[1]):
            product *= factor[..., condition]
        total += (weight * product)[..., None] / factor
    shares: Floats = total * change
    return shares


def against_loans(answers: NDArray[np.bool_], baseline: NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the values against loans whose answers are known, for a leaf of value 1.

    With a conditions that only the loan passes, b that only the baseline's passes, and none that neither does, each of
    the first adds (a − 1)! b! / (a + b)! and each of the second takes off a! (b − 1)! / (a + b)!.

    Parameters
    ----------
    answers : array of shape (n_patterns, d)
    baseline : array of shape (n_baseline, d)
        Patterns of the baseline's answers.
    weight : array of shape (n_baseline,)
        The share of the baseline with each pattern; they add up to 1.

    Returns
    -------
    array of shape (n_patterns, d)

    >>> baseline, weight = np.array([[False, True], [False, False]]), np.array([0.5, 0.5])
    >>> against_loans(np.array([[True, True]]), baseline, weight).tolist()
    [[0.75, 0.25]]
    """
    shares = np.zeros(answers.shape)
    gains, losses = _orders(answers.shape[1])
    for theirs, of_baseline in zip(baseline, weight.tolist(), strict=True):
        ours_only, theirs_only = answers & ~theirs, theirs & ~answers
        a, b = ours_only.sum(axis=1), theirs_only.sum(axis=1)
        possible = of_baseline * (answers | theirs).all(axis=1)
        shares += (possible * gains[a, b])[:, None] * ours_only
        shares -= (possible * losses[a, b])[:, None] * theirs_only
    return shares


def against_patterns(known: Floats) -> Floats:
    """Return the values against loans whose answers are known, of all patterns at once, for leaves of value 1.

    The same as `against_loans` by the integral above: with the answers b of the baseline summed out, one condition
    after the other, the product is a chain of 2 × 2 matrices, and the one of condition j stands as its derivative by t.

    Parameters
    ----------
    known : array of shape (n_leaves, 2^d)
        The share of the baseline with each pattern of `answers_of`.

    Returns
    -------
    array of shape (n_leaves, 2^d, d)

    >>> against_patterns(np.array([[0.75, 0.25]])).tolist()
    [[[-0.25], [0.75]]]
    """
    leaves, patterns = known.shape
    conditions = patterns.bit_length() - 1
    total = np.zeros((leaves, patterns, conditions))
    for t, weight in _points(conditions):
        for condition, chain in _chains(known, range(conditions), t):
            total[..., condition] += weight * chain
    return total


def _chains(known: Floats, conditions: range, t: float) -> Iterator[tuple[int, Floats]]:
    """Yield the chain of each condition: all of them summed out, this one as derivative; halves share their work."""
    if len(conditions) == 1:
        yield conditions[0], _summed_out(known, conditions[0], t, derived=True)
        return
    middle = len(conditions) // 2
    for wanted, others in ((conditions[:middle], conditions[middle:]), (conditions[middle:], conditions[:middle])):
        chain = known
        for condition in others:
            chain = _summed_out(chain, condition, t, derived=False)
        yield from _chains(chain, wanted, t)


def _summed_out(known: Floats, condition: int, t: float, *, derived: bool) -> Floats:
    """Put the loan's answer to one condition in the place of the baseline's."""
    before = known.reshape(len(known), -1, 2, 1 << condition)
    fails, passes = before[:, :, 0], before[:, :, 1]
    after = np.empty(before.shape)
    after[:, :, 0] = -passes if derived else (1 - t) * passes
    after[:, :, 1] = fails if derived else t * fails + passes
    return after.reshape(known.shape)


@cache
def _orders(conditions: int) -> tuple[Floats, Floats]:
    """Return (a − 1)! b! / (a + b)! and a! (b − 1)! / (a + b)! for all a and b up to so many; 0 where there is none."""
    gains, losses = np.zeros((conditions + 1, conditions + 1)), np.zeros((conditions + 1, conditions + 1))
    for a in range(conditions + 1):
        for b in range(conditions + 1 - a):
            if a:
                gains[a, b] = 1 / (a * comb(a + b, a))
            if b:
                losses[a, b] = 1 / (b * comb(a + b, b))
    return gains, losses
