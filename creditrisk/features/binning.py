"""How the bins of a column are chosen: fine cells first, without a look at outcomes, then their best partition.

Cells of a number are quantiles of its values; cells of a category are its levels, in the order of their default rates.
Bins are runs of neighbouring cells. Among all partitions that keep the rules (a smallest size, a most number, a
monotone relation where one is asked for) the one with the greatest binomial log-likelihood is taken, less one nat a
bin, which is Akaike's price of a parameter (1974, doi:10.1109/TAC.1974.1100705). The search is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.partition import EXPECTED, ROUNDING, Rules, best_partition
from creditrisk.features.woe import Bins, CategoryBins, NumberBins, bin_index, weights_of_evidence
from creditrisk.metrics.shared_quantiles import round_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.features.partition import Indices
    from creditrisk.metrics.arrays import Floats, Outcomes

#: A bin of fewer training loans could tell about one of them; it has a WOE of 0 and no figures.
FEWEST_LOANS_A_BIN = 10
_FEWEST_CELLS = 5
_MOST_LEVELS = 150
_LOANS = 0


@dataclass(frozen=True)
class BinningSpec:
    """The rules of a column's bins.

    Attributes
    ----------
    most_prebins : int
        Most cells of a number, values of their own apart; fewer where the rarer class has few loans.
    smallest_share : float
        Least share of the training loans that an inner bin holds, between 0 and 1.
    most_bins : int
        Most inner bins.
    special : tuple of float
        Values of a number with a bin of their own.
    monotone : int
        +1: PD rises with the number; −1: it falls; 0: either.
    """

    most_prebins: int = 100
    smallest_share: float = 0.02
    most_bins: int = 12
    special: tuple[float, ...] = ()
    monotone: int = 0


@dataclass(frozen=True, eq=False)
class Cells:
    """The rows of one column in fine cells: inner ones, then special values or unknown levels, then missing.

    Attributes
    ----------
    index : array of shape (n_rows,)
        The cell of each row.
    cuts : tuple of float, or None for a category
        Where inner cells of a number end.
    inner : int
        How many inner cells there are: for a category its levels.
    spec : BinningSpec
    """

    index: Indices
    cuts: tuple[float, ...] | None
    inner: int
    spec: BinningSpec

    def tally(self, rows: slice | NDArray[np.bool_], y_true: Outcomes, evidence: Floats) -> Floats:
        """Return the loans, and the evidence of repaid loans and of defaults, by cell: shape (3, n_cells)."""
        index, y, weight = self.index[rows], np.asarray(y_true)[rows], evidence[rows]
        total = self.inner + (1 if self.cuts is None else len(self.spec.special)) + 1
        parts = [np.bincount(index[y == label], weight[y == label], total) for label in (0, 1)]
        return np.stack([np.bincount(index, minlength=total).astype(np.float64), *parts])

    def bins(self, tally: Floats) -> Bins:
        """Return the best bins for the loans of a tally."""
        return _category_bins(tally, self.spec) if self.cuts is None else _number_bins(tally, self.cuts, self.spec)


def fit_number_bins(column: Floats, y_true: Outcomes, weight: Floats | None, spec: BinningSpec) -> NumberBins:
    """Return the bins of a number.

    Parameters
    ----------
    column : array of shape (n_rows,)
        NaN for missing. A column without missing values gives missing a WOE of 0.
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid.
    weight : array of shape (n_rows,), optional
        Positive. Weights that are the same for all loans of a class change nothing: see `evidence_of`.

    >>> age = np.repeat([20.0, 30.0, 40.0], 100)
    >>> fit_number_bins(age, np.repeat([1, 0, 1, 0], [40, 160, 10, 90]), None, BinningSpec()).edges
    (25.0, 35.0)
    """
    cells = number_cells(column, y_true, spec)
    return _number_bins(cells.tally(slice(None), y_true, evidence_of(y_true, weight)), cells.cuts or (), spec)


def fit_category_bins(
    codes: Floats, n_levels: int, y_true: Outcomes, weight: Floats | None, spec: BinningSpec
) -> CategoryBins:
    """Return the bins of a category: codes 0 … n_levels − 1, n_levels for any unknown level, NaN for missing.

    Levels too small to stand alone are pooled with the unknown ones before levels are compared.
    """
    cells = category_cells(codes, n_levels, spec)
    return _category_bins(cells.tally(slice(None), y_true, evidence_of(y_true, weight)), spec)


def information_value(bins: Bins, column: Floats, y_true: Outcomes, weight: Floats | None = None) -> float:
    """Return IV = Σ over bins of (share of repaid loans − share of defaults) · WOE, 0 or more but for smoothing.

    >>> bins = NumberBins((0.5,), (), (np.log(3.0), -np.log(3.0), 0.0))
    >>> column, y_true = np.array([0.0, 0, 0, 1, 0, 1, 1, 1]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> round(information_value(bins, column, y_true), 6)
    1.098612
    """
    w = np.ones(len(column)) if weight is None else weight
    index, bad = bin_index(bins, column), np.asarray(y_true) == 1
    goods, bads = (np.bincount(index[rows], w[rows], len(bins.woe)) for rows in (~bad, bad))
    return float(np.sum((goods / goods.sum() - bads / bads.sum()) * np.array(bins.woe)))


def evidence_of(y_true: Outcomes, weight: Floats | None) -> Floats:
    """Return weights scaled so that those of each class sum to its effective number of loans (Σw)² / Σw² (Kish 1965).

    WOE compares the shares of the two classes, which class weights leave alone. So do bins, this way: they are the
    same with any class weights, and nothing but ln(w1/w0) is to be restored.
    """
    if weight is None:
        return np.ones(len(y_true))
    bad = np.asarray(y_true) == 1
    factors = [float(weight[rows].sum() / np.sum(weight[rows] ** 2)) if rows.any() else 1.0 for rows in (~bad, bad)]
    scaled: Floats = weight * np.where(bad, factors[1], factors[0])
    return scaled


def number_cells(column: Floats, y_true: Outcomes, spec: BinningSpec) -> Cells:
    """Sort the rows of a number into quantiles; equal values stay together, and frequent values stand alone."""
    values, counts = np.unique(column[np.isfinite(column) & ~np.isin(column, spec.special)], return_counts=True)
    rarer = int(np.bincount(np.asarray(y_true) == 1, minlength=2).min())
    cuts = tuple(_cuts(values, counts, min(spec.most_prebins, max(_FEWEST_CELLS, int(rarer / EXPECTED)))))
    probe = NumberBins(cuts, spec.special, (0.0,) * (len(cuts) + len(spec.special) + 2))
    return Cells(bin_index(probe, column), cuts, len(cuts) + 1, spec)


def category_cells(codes: Floats, n_levels: int, spec: BinningSpec) -> Cells:
    """Sort the rows of a category by level."""
    probe = CategoryBins(tuple(range(n_levels)), (0.0,) * (n_levels + 2))
    return Cells(bin_index(probe, codes), None, n_levels, spec)


def _cuts(values: Floats, counts: Indices, most: int) -> list[float]:
    first = np.arange(1, len(values))
    if len(values) > most:
        part = np.floor((np.cumsum(counts) - counts / 2) / counts.sum() * most)
        alone = counts >= counts.sum() / most
        first = first[(part[1:] != part[:-1]) | alone[1:] | alone[:-1]]
    return [round_between(float(values[place - 1]), float(values[place])) for place in first]


def _number_bins(tally: Floats, cuts: tuple[float, ...], spec: BinningSpec) -> NumberBins:
    inner = len(cuts) + 1
    ends = best_partition(tally[:, :inner], _rules(tally, spec))
    merged = np.concatenate([_merged(tally[:, :inner], ends), tally[:, inner:]], axis=1)
    return NumberBins(tuple(cuts[end - 1] for end in ends[:-1]), spec.special, _woe(merged, tally))


def _category_bins(tally: Floats, spec: BinningSpec) -> CategoryBins:
    levels, rules = tally.shape[1] - 2, replace(_rules(tally, spec), monotone=0)
    loans = tally[_LOANS, :levels]
    alone = np.sort(np.argsort(-loans, kind="stable")[:_MOST_LEVELS])
    alone = alone[loans[alone] >= max(FEWEST_LOANS_A_BIN, rules.smallest / 2, rules.telling / 2)]
    pool = np.setdiff1d(np.arange(levels + 1), alone)
    cells = np.column_stack([tally[:, alone], tally[:, pool].sum(axis=1)])
    order = np.argsort(-weights_of_evidence(cells, tally), kind="stable")
    ends = best_partition(cells[:, order], rules)
    bin_of = np.empty(len(order), dtype=np.intp)
    bin_of[order] = np.searchsorted(ends, np.arange(len(order)), side="right")
    groups = np.full(levels + 1, bin_of[-1])
    groups[alone] = bin_of[:-1]
    woe = _woe(np.column_stack([_merged(cells[:, order], ends), tally[:, -1]]), tally)
    unknown = woe[bin_of[-1]] if cells[_LOANS, -1] >= FEWEST_LOANS_A_BIN else 0.0
    used, numbered = np.unique(groups[:-1], return_inverse=True)
    return CategoryBins(tuple(numbered.tolist()), (*(woe[place] for place in used), unknown, woe[-1]))


def _merged(cells: Floats, ends: Indices) -> Floats:
    starts = np.concatenate([[0], ends[:-1]])
    merged: Floats = np.add.reduceat(cells, starts, axis=1)
    return merged


def _woe(bins: Floats, tally: Floats) -> tuple[float, ...]:
    woe = np.where(bins[_LOANS] < FEWEST_LOANS_A_BIN, 0.0, weights_of_evidence(bins, tally))
    return tuple(np.round(woe, 6).tolist())


def _rules(tally: Floats, spec: BinningSpec) -> Rules:
    loans, goods, bads = tally.sum(axis=1).tolist()
    rate = min(goods, bads) / max(goods + bads, 1.0)
    telling = EXPECTED / rate - ROUNDING if rate > 0 else np.inf
    smallest = max(FEWEST_LOANS_A_BIN, spec.smallest_share * loans)
    return Rules(goods, bads, smallest, telling, spec.most_bins, spec.monotone)
