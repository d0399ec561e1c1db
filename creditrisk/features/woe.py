"""Bins of one column and their weight of evidence (WOE), as plain data, and how they are applied to loans.

The sign, stated once: WOE of a bin = ln(its share of the repaid loans / its share of the defaults), so that a **higher
WOE is safer**, and 0 is neutral: as safe as all training loans together. In a logistic regression for the log-odds of
default, sound coefficients of WOE are therefore negative, and −1 for a column that stands alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True)
class NumberBins:
    """The bins of a number.

    Attributes
    ----------
    edges : tuple of float
        Increasing inner edges. Bin 0 holds x < edges[0], bin i holds edges[i−1] ≤ x < edges[i] (closed on the left),
        the last bin x ≥ edges[−1].
    special : tuple of float
        Values with a bin of their own each, whatever the edges: codes such as −9 or 98.
    woe : tuple of float
        One per inner bin (len(edges) + 1), then one per special value, then one for missing.

    Raises
    ------
    ValueError
        When the lengths do not fit, a number is not finite, or the edges do not increase.
    """

    edges: tuple[float, ...]
    special: tuple[float, ...]
    woe: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        if len(self.woe) != len(self.edges) + len(self.special) + 2:
            raise ValueError("bins need a WOE each: one per inner bin, one per special value, one for missing.")
        if not all(map(math.isfinite, (*self.edges, *self.special, *self.woe))):
            raise ValueError("edges, special values and WOE must be finite.")
        if any(low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("edges must increase.")
        if len(set(self.special)) != len(self.special):
            raise ValueError("a special value stands twice.")


@dataclass(frozen=True)
class CategoryBins:
    """The bins of a category.

    Attributes
    ----------
    groups : tuple of int
        The bin of each level's code 0, 1, …; every bin from 0 to the highest has a level.
    woe : tuple of float
        One per bin, then one for levels unknown to training (any code from len(groups) on), then one for missing.

    Raises
    ------
    ValueError
        When the lengths do not fit, a number is not finite, or a bin has no level.
    """

    groups: tuple[int, ...]
    woe: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        bins = len(set(self.groups))
        if set(self.groups) != set(range(bins)):
            raise ValueError("the bins of the levels must be numbered 0, 1, … without a gap.")
        if len(self.woe) != bins + 2:
            raise ValueError("bins need a WOE each: one per bin of levels, one for unknown levels, one for missing.")
        if not all(map(math.isfinite, self.woe)):
            raise ValueError("WOE must be finite.")


Bins: TypeAlias = NumberBins | CategoryBins


def bin_index(bins: Bins, column: Floats) -> NDArray[np.intp]:
    """Return the bin of each row, shape (n_rows,): a position in `bins.woe`. It depends on that row alone.

    Parameters
    ----------
    column : array of shape (n_rows,)
        Numbers, or codes of levels; NaN for missing.

    >>> bin_index(NumberBins((10.0,), (99.0,), (0.5, -0.5, -1.0, 0.0)), np.array([9.9, 10.0, 99.0, np.nan])).tolist()
    [0, 1, 2, 3]
    >>> bin_index(CategoryBins((1, 0), (0.3, -0.3, 0.0, 0.1)), np.array([0.0, 1.0, 2.0, np.nan])).tolist()
    [1, 0, 2, 3]
    """
    return _number_index(bins, column) if isinstance(bins, NumberBins) else _category_index(bins, column)


def _number_index(bins: NumberBins, column: Floats) -> NDArray[np.intp]:
    index = np.searchsorted(np.array(bins.edges, dtype=np.float64), column, side="right")
    for place, code in enumerate(bins.special, start=len(bins.edges) + 1):
        index[column == code] = place
    index[np.isnan(column)] = len(bins.woe) - 1
    return index


def _category_index(bins: CategoryBins, column: Floats) -> NDArray[np.intp]:
    unknown, missing = len(bins.woe) - 2, len(bins.woe) - 1
    known = (column >= 0) & (column < len(bins.groups))
    group = np.array([*bins.groups, unknown], dtype=np.intp)
    index = group[np.where(known, column, len(bins.groups)).astype(np.intp)]
    index[np.isnan(column)] = missing
    return index


def apply(bins: Bins, column: Floats) -> Floats:
    """Return the WOE of each row, shape (n_rows,).

    >>> apply(NumberBins((10.0,), (), (0.5, -0.5, 0.0)), np.array([3.0, 30.0, np.nan])).tolist()
    [0.5, -0.5, 0.0]
    """
    woe: Floats = np.array(bins.woe, dtype=np.float64)[bin_index(bins, column)]
    return woe


def weights_of_evidence(bins: Floats, whole: Floats) -> Floats:
    """Return ln((goods_b / goods + s) / (bads_b / bads + s)) for each bin b, with s = ½ / min(goods, bads).

    The smoothing adds half a loan of the rarer class, and of the other class as many as keep the odds of the whole:
    nothing is infinite, a bin without loans is neutral, and one of few loans nearly so.

    Parameters
    ----------
    bins : array of shape (3, …)
        Loans (not looked at), repaid loans and defaults of each bin.
    whole : array of shape (3, n)
        The same of all loans, in any number of parts.

    >>> bins = np.array([[60, 60, 0], [50, 40, 0], [10, 20, 0]])
    >>> weights_of_evidence(bins, bins).round(4).tolist()
    [0.4916, -0.3933, 0.0]
    """
    goods, bads = float(whole[1].sum()), float(whole[2].sum())
    if min(goods, bads) <= 0.0:
        return np.zeros(bins.shape[1:])
    smoothing = 0.5 / min(goods, bads)
    woe: Floats = np.log((bins[1] / goods + smoothing) / (bins[2] / bads + smoothing))
    return woe


def neutral(bins: Bins) -> bool:
    """Return whether every loan gets the same WOE, so that the column says nothing."""
    return len(set(bins.woe)) == 1
