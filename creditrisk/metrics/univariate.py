"""How much one column alone tells about the outcome, whatever the form of the relation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.estimate import Estimate, jeffreys, logit_wald

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: At most so many bins, that of the missing values included, and at least so many loans in each on average.
MOST_BINS = 20
_LOANS_A_BIN = 40
#: A level of fewer loans is pooled with the other rare ones.
_FEWEST_OF_A_LEVEL = 10
#: Fewer defaults or repaid loans cannot be cut into two halves that each have a variance.
FEWEST_OF_A_CLASS = 4
#: Standard errors, the normal quantile of 99.5 %: the chance of either direction is then 1 in 100.
_CLEAR = 2.576
_SEED = 20


@dataclass(frozen=True)
class Alone:
    """What a column alone tells.

    Attributes
    ----------
    auc : Estimate
        0.5 to 1, how well the column ranks the loans; NaN with fewer than 4 defaults or 4 repaid loans.
    iv : float
        Information value Σ (g − b) ln(g / b) over the bins' shares of repaid loans g and defaults b, 0.5 added to
        each count; 0 or more, NaN as the AUC.
    """

    auc: Estimate
    iv: float


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Outcomes that many columns are held against: checked and cut into two halves once for all of them.

    Attributes
    ----------
    cell : array of int64, shape (n_rows,)
        2 · half + outcome, 0 to 3; see `halves_of`.
    defaults : int
        Loans with outcome 1.
    """

    cell: NDArray[np.int64]
    defaults: int

    @classmethod
    def of(cls, y_true: Floats) -> Outcomes:
        """Return outcomes, 1 = default and 0 = repaid, shape (n_rows,); others raise `ValueError`."""
        bad = y_true == 1.0
        defaults = int(bad.sum())
        if defaults + int((y_true == 0.0).sum()) != len(y_true):
            raise ValueError("y_true must hold 0 and 1 only.")
        return cls(2 * halves_of(bad) + bad, defaults)


def alone(values: Floats, y_true: Floats | Outcomes, *, codes: bool) -> Alone:
    """Return how well a column alone ranks loans, missing being a value of its own.

    Two rankings compete. The first is by the default rate of up to 20 bins: a value that fills a bin is a bin alone,
    the rest are cut at quantiles, rare levels of a category are pooled. The rates come from the other half of the
    loans (drawn once for all, with half of the defaults), so that noise has 0.5; the two halves' AUCs are averaged.
    The second, of numbers only, is the plain order of the values, upward or downward, with the missing at the end that
    their default rate is nearer to. It is taken where it does better than the bins and is above 0.5 by 2.6 standard
    errors, because the better of two directions is above 0.5 by chance too. Of columns of noise about 4 in 100 then
    have a lower end above 0.5.

    Parameters
    ----------
    values : array of shape (n_rows,)
        NaN for missing.
    y_true : array of shape (n_rows,), or Outcomes
        1 = default, 0 = repaid. Made into `Outcomes` once, they need not be for each of many columns.
    codes : bool
        Whether the values are categories, whose order says nothing.

    Raises
    ------
    ValueError
        When the shapes differ or an outcome is neither 0 nor 1.

    Notes
    -----
    The interval is DeLong's (`discrimination.auc`), the same to the last digits for the plain order; of the two
    halves' AUCs the standard errors are averaged, as if both halves erred together. At an AUC of 1, where it does not
    exist, its lower end is Jeffreys' for as many hits as the rarer class has loans, without a miss.

    Examples
    --------
    >>> y = np.tile([0.0, 0.0, 1.0, 0.0], 100)
    >>> alone(np.tile([1.0, 2.0, np.nan, 3.0], 100), y, codes=False).auc.value
    1.0
    >>> alone(np.ones(400), y, codes=False).auc
    Estimate(value=0.5, low=0.5, high=0.5, se=0.0)
    """
    shape = y_true.cell.shape if isinstance(y_true, Outcomes) else y_true.shape
    if values.shape != shape or values.ndim != 1:
        raise ValueError(f"values and y_true must have one shape (n_rows,), got {values.shape} and {shape}.")
    known = y_true if isinstance(y_true, Outcomes) else Outcomes.of(y_true)
    if min(known.defaults, len(values) - known.defaults) < FEWEST_OF_A_CLASS:
        return Alone(Estimate(math.nan, math.nan, math.nan), math.nan)
    distinct, of_missing = _by_value(values, known.cell)
    bins = _level_bins(distinct) if codes else _number_bins(distinct, has_missing=bool(of_missing.sum()))
    cells = _pooled(distinct, bins, of_missing)
    best = _by_rates(cells)
    if not codes:
        plain = _by_order(distinct[0] + distinct[1], of_missing[0] + of_missing[1], best.value)
        best = plain if plain and plain.value - _CLEAR * plain.se > 0.5 else best
    floored = Estimate(max(best.value, 0.5), max(best.low, 0.5), max(best.high, 0.5), best.se)
    return Alone(floored, _information_value(cells.sum(axis=0)))


def auc_of_counts(repaid: NDArray[Any], defaults: NDArray[Any]) -> Estimate:
    """Return the AUC of groups of loans that rank equal, the safest group first, with DeLong's interval.

    It is that of `discrimination.auc`, by group and not by loan.

    Parameters
    ----------
    repaid, defaults : arrays of shape (n_groups,)
        Loans in each group; both sums at least 2.

    Examples
    --------
    >>> round(auc_of_counts(np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])).value, 4)
    1.0
    """
    n0, n1 = float(repaid.sum()), float(defaults.sum())
    below = (np.cumsum(repaid) - 0.5 * repaid) / n0
    above = (n1 - np.cumsum(defaults) + 0.5 * defaults) / n1
    # Sums, no products of vectors: BLAS would start threads for them.
    value = float(np.sum(below * defaults)) / n1
    s10 = float(np.sum((below - value) ** 2 * defaults)) / (n1 - 1.0)
    s01 = float(np.sum((above - value) ** 2 * repaid)) / (n0 - 1.0)
    return _bounded(value, math.sqrt(s10 / n1 + s01 / n0), min(n0, n1))


def _value(repaid: NDArray[Any], defaults: NDArray[Any]) -> float:
    """Return the AUC of groups of loans as `auc_of_counts` does, without its interval."""
    n0, n1 = float(repaid.sum()), float(defaults.sum())
    return float((((repaid.cumsum() - 0.5 * repaid) / n0) * defaults).sum()) / n1


def _bounded(value: float, se: float, loans: float) -> Estimate:
    """Return the interval on the log-odds scale; at 1, where there is none, that of a share of as many loans."""
    if value == 1.0:
        return Estimate(1.0, jeffreys(loans, loans).low, 1.0, se)
    return logit_wald(value, se)


def halves_of(bad: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a half, 0 or 1, for each loan, by a fixed draw that gives both as many defaults and repaid loans.

    Every second loan would not do: of a column that follows the order of the rows both halves would then have the same
    noise, and each would confirm the other's.

    >>> halves_of(np.repeat([True, False], [4, 6])).sum()
    np.int64(5)
    """
    draw = np.random.default_rng(_SEED)
    half = np.empty(len(bad), dtype=np.int64)
    for told in (bad, ~bad):
        half[told] = draw.permutation(int(told.sum())) % 2
    return half


def _by_value(values: Floats, cell: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return loans by value half, outcome and value ascending, shape (2, 2, n_distinct), and of the missing, (2, 2)."""
    order = np.argsort(values)
    ordered = values[order]
    present = int(np.searchsorted(ordered, np.nan))
    ordered, cell = ordered[:present], cell[order]
    rises = np.zeros(present, dtype=np.int64)
    rises[1:] = ordered[1:] != ordered[:-1]
    group = np.cumsum(rises)
    groups = int(group[-1]) + 1 if present else 0
    counts = np.bincount(groups * cell[:present] + group, minlength=4 * groups)
    return counts.reshape(2, 2, groups), np.bincount(cell[present:], minlength=4).reshape(2, 2)


def _number_bins(distinct: NDArray[np.int64], *, has_missing: bool) -> NDArray[np.int64]:
    """Return a bin for each different number, shape (n_distinct,)."""
    loans = distinct.sum(axis=(0, 1))
    total = int(loans.sum())
    most = min(MOST_BINS, max(2, total // _LOANS_A_BIN)) - has_missing
    if len(loans) <= most:
        return np.arange(len(loans))
    frequent = loans * most > total
    rest = np.where(frequent, 0, loans)
    wanted = most - int(frequent.sum())
    # The middle of each value's loans decides, so that a value is never cut.
    place = (np.cumsum(rest) - 0.5 * rest) / max(int(rest.sum()), 1)
    bins = np.minimum((place * wanted).astype(np.int64), wanted - 1)
    bins[frequent] = wanted + np.arange(most - wanted)
    return bins


def _level_bins(distinct: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a bin for each level of a category, shape (n_distinct,): frequent ones alone, the rest in the last."""
    loans = distinct.sum(axis=(0, 1))
    alone_ones = np.argsort(-loans, kind="stable")[: MOST_BINS - 2]
    alone_ones = alone_ones[loans[alone_ones] >= _FEWEST_OF_A_LEVEL]
    bins = np.full(len(loans), len(alone_ones), dtype=np.int64)
    bins[alone_ones] = np.arange(len(alone_ones))
    return bins


def _pooled(distinct: NDArray[np.int64], bins: NDArray[np.int64], of_missing: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return loans by half, outcome and bin, shape (2, 2, n_bins), bins without a loan left out."""
    flat = distinct.reshape(4, -1)
    # All four rows at once: bins of the later rows are moved behind those of the earlier ones.
    most = int(bins.max()) + 1 if len(bins) else 0
    place = (np.arange(4)[:, None] * most + bins).ravel()
    counts = np.bincount(place, weights=flat.ravel(), minlength=4 * most).astype(np.int64)
    cells = np.concatenate([counts.reshape(2, 2, most), of_missing[:, :, None]], axis=2)
    pooled: NDArray[np.int64] = cells[:, :, cells.sum(axis=(0, 1)) > 0]
    return pooled


def _by_rates(cells: NDArray[np.int64]) -> Estimate:
    """Return the AUC of bins that are ranked by their default rates in the other half, mean of the two halves."""
    halves = []
    for here in (0, 1):
        repaid, defaults = cells[1 - here]
        base = defaults.sum() / (defaults.sum() + repaid.sum())
        order = np.argsort((defaults + base) / (defaults + repaid + 1.0), kind="stable")
        halves.append(auc_of_counts(*cells[here][:, order]))
    value = (halves[0].value + halves[1].value) / 2
    # Each half is ranked by the other: where there is little to find they are right or wrong together.
    se = (halves[0].se + halves[1].se) / 2
    return _bounded(value, se, float(cells.sum(axis=(0, 2)).min()))


def _by_order(loans: NDArray[np.int64], of_missing: NDArray[np.int64], least: float) -> Estimate | None:
    """Return the AUC of the numbers' own order, turned so that it is at least 0.5; None where it is not above `least`.

    `loans` are by outcome and value. What is not above `least` is seen by its value, which costs less than its error.
    """
    total = loans.sum(axis=1) + of_missing
    riskier = of_missing[1] * total[0] > of_missing[0] * total[1]
    last = of_missing[:, None]
    ways = [np.concatenate([turned, last] if riskier else [last, turned], axis=1) for turned in (loans, loans[:, ::-1])]
    best = max(ways, key=lambda way: _value(*way))
    return auc_of_counts(*best) if _value(*best) > least else None


def _information_value(bins: NDArray[np.int64]) -> float:
    """Return Σ (g − b) ln(g / b) of repaid loans and defaults by bin, shape (2, n_bins)."""
    repaid, defaults = (bins + 0.5) / (bins + 0.5).sum(axis=1, keepdims=True)
    return float(np.sum((repaid - defaults) * np.log(repaid / defaults)))
