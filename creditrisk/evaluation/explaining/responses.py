"""What a model does along one column: partial effects, and accumulated local effects.

A partial effect (Friedman 2001, doi:10.1214/aos/1013203451) gives every loan the same value, also where that makes
combinations which no loan has. An accumulated local effect (Apley and Zhu 2020, doi:10.1111/rssb.12377) moves each loan
to the ends of its own interval only and adds the mean differences up, so columns that go together do not stand in for
each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.shared_quantiles import FEWEST_LOANS, shared_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_INTERVALS, _MOST_VALUES = 20, 16
#: Loans whose mean a partial effect is.
MOST_LOANS = 500


def grid_of(values: Floats) -> Floats:
    """Return values of a column that are nobody's own, rising: each interval between two of them has 10 loans or more.

    A column of few distinct values gives those that 10 loans share; others give rounded quantiles from 1 % to 99 %.

    Parameters
    ----------
    values : array of shape (n_rows,), NaN = missing

    >>> grid_of(np.repeat([0.0, 1.0, 7.0], [50, 30, 3])).tolist()
    [0.0, 1.0]
    """
    distinct, loans = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(distinct) <= _MOST_VALUES:
        return distinct[loans >= FEWEST_LOANS]
    shares = [0.01, *np.linspace(0, 1, _INTERVALS + 1)[1:-1].tolist(), 0.99]
    edges = np.unique([shared_quantile(distinct, loans, share) for share in shares])
    reach = np.concatenate([[0], np.cumsum(loans)])
    kept: list[float] = []
    before = 0
    for edge in edges[np.isfinite(edges)].tolist():
        upto = int(reach[np.searchsorted(distinct, edge, side="right")])
        if not kept or upto - before >= FEWEST_LOANS:
            kept.append(edge)
            before = upto
    return np.array(kept)


def intervals_of(values: Floats, edges: Floats) -> NDArray[np.intp]:
    """Return which interval each value is in, from 1; interval k ends at `edges[k]`, and the outer ones are open."""
    return np.clip(np.searchsorted(edges, values, side="left"), 1, max(len(edges) - 1, 1))


def nearest(values: Floats, edges: Floats) -> NDArray[np.intp]:
    """Return how many values are nearest to each edge, shape (n_edges,); ties belong to the lower one."""
    middle = (edges[1:] + edges[:-1]) / 2
    return np.bincount(np.searchsorted(middle, values, side="left"), minlength=len(edges))


def accumulated(
    response: Callable[[Floats], Floats], matrix: Floats, column: int, edges: Floats, weight: Floats | None = None
) -> Floats:
    """Return the accumulated local effect at each edge, shape (n_edges,), with a mean of 0 over the loans.

        A(e_k) = Σ_{j ≤ k} mean over loans i in interval j of [ f(e_j, x_i) − f(e_{j−1}, x_i) ]  − constant

    Loans below the first edge count in the first interval, those above the last in the last; missing ones in none.

    Parameters
    ----------
    response : function
        From a matrix to log-odds.
    matrix : array of shape (n_rows, n_columns)
    column : int
    edges : array of shape (n_edges,), rising
    weight : array of shape (n_rows,) or None

    Examples
    --------
    >>> x = np.column_stack([np.arange(5.0), np.arange(5.0) ** 2])
    >>> accumulated(lambda m: 2 * m[:, 0] + m[:, 1], x, 0, np.array([0.0, 1.0, 4.0])).tolist()
    [-3.4, -1.4, 4.6]
    """
    if len(edges) < 2:
        return np.zeros(len(edges))
    there = ~np.isnan(matrix[:, column])
    low, w = matrix[there], np.ones(int(there.sum())) if weight is None else weight[there]
    interval = intervals_of(low[:, column], edges)
    high = low.copy()
    low[:, column], high[:, column] = edges[interval - 1], edges[interval]
    rise = response(high) - response(low)
    size = np.bincount(interval, w, len(edges))[1:]
    steps = np.bincount(interval, w * rise, len(edges))[1:] / np.where(size > 0, size, 1.0)
    effect = np.concatenate([[0.0], np.cumsum(steps)])
    centre = float(size @ (effect[1:] + effect[:-1])) / (2 * float(size.sum()))
    return effect - centre


def partial(
    response: Callable[[Floats], Floats], matrix: Floats, column: int, values: Floats, weight: Floats | None = None
) -> Floats:
    """Return the mean response if all loans had each of some values, shape (n_values,).

    >>> partial(lambda m: m[:, 0] * m[:, 1], np.array([[1.0, 2.0], [1.0, 4.0]]), 0, np.array([0.0, 10.0])).tolist()
    [0.0, 30.0]
    """
    changed, means = matrix.copy(), []
    for value in values.tolist():
        changed[:, column] = value
        means.append(float(np.average(response(changed), weights=weight)))
    return np.array(means)
