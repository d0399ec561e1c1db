"""What a cut-off earns: the profit of the accepted loans, the PD at which a loan breaks even, how sure a top is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd, sums_before
from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.rates import weighted_mean, weighted_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True, eq=False)
class Terms:
    """What a loan earns where it is accepted; a refused one earns nothing.

    Attributes
    ----------
    lgd : float
        Share of the amount that is lost where the loan defaults, above 0 and at most 1.
    margin : float or array of shape (n_rows,)
        Share of the amount that is earned where it is repaid, 0 or more.
    amount : array of shape (n_rows,) or None
        Amounts, 0 or more; 1 where None.

    Raises
    ------
    ValueError
        When one of them is out of its range.
    """

    lgd: float
    margin: float | Floats
    amount: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if not 0.0 < self.lgd <= 1.0:
            raise ValueError(f"lgd must be above 0 and at most 1, got {self.lgd}.")
        for name, values in (("margin", self.margin), ("amount", self.amount)):
            if values is not None and not (np.isfinite(values).all() and (np.asarray(values) >= 0).all()):
                raise ValueError(f"{name} must be finite and 0 or more.")

    def earned(self, y_true: Outcomes) -> Floats:
        """Return what each loan earns if it is accepted: margin · amount, or −lgd · amount where it defaults."""
        amount = np.ones(len(y_true)) if self.amount is None else self.amount
        earned: Floats = amount * np.where(np.asarray(y_true) == 1, -self.lgd, self.margin)
        return earned

    def expected(self, pd: Floats) -> Floats:
        """Return what each loan may be expected to earn by its PD: amount · ((1 − pd) margin − pd · lgd)."""
        amount = np.ones(len(pd)) if self.amount is None else self.amount
        expected: Floats = amount * ((1.0 - pd) * self.margin - pd * self.lgd)
        return expected

    def mean_margin(self, weight: Floats | None = None) -> float:
        """Return what a unit lent earns on average where it is repaid: Σ w · amount · margin / Σ w · amount."""
        if isinstance(self.margin, float | int):
            return float(self.margin)
        lent = np.ones(len(self.margin)) if self.amount is None else self.amount
        lent = lent if weight is None else lent * weight
        return float(np.average(self.margin, weights=lent if lent.any() else None))

    def take(self, rows: NDArray[np.intp]) -> Terms:
        """Return the terms of some of the loans."""
        margin = self.margin if isinstance(self.margin, float | int) else self.margin[rows]
        return Terms(self.lgd, margin, None if self.amount is None else self.amount[rows])


def break_even_pd(lgd: float, margin: float) -> float:
    """Return the PD at which a loan earns nothing on average, margin / (margin + lgd).

    There (1 − pd) margin = pd · lgd. It is the cut-off of most profit where the PDs are right (Elkan 2001, equation 2).

    >>> round(break_even_pd(0.45, 0.05), 6)
    0.1
    """
    return margin / (margin + lgd)


@dataclass(frozen=True, eq=False)
class ProfitCurve:
    """Profit by cut-off, from refusing everybody to accepting everybody; arrays of shape (n_cutoffs,).

    Attributes
    ----------
    cutoff : array
        Loans with a PD below it are accepted; rising. The first, 0, refuses all; the last, 1, accepts all,
        those with a PD of 1 too.
    approved : array
        Share of the loans that are accepted, by weight.
    profit, expected : array
        What was earned, and what the PDs promised, for each loan that applied.
    top : int
        The position of the greatest profit.
    low, high : int
        The first and the last position whose profit is within one standard error of the greatest, the difference paired
        by loan. The top itself is no estimate: over samples of loans it moves about in this range.
    """

    cutoff: Floats
    approved: Floats
    profit: Floats
    expected: Floats
    top: int
    low: int
    high: int


def profit_curve(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    terms: Terms,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> ProfitCurve:
    """Return the profit of accepting all loans below each of the distinct PDs, of none, and of all, by one sort.

    With `by`, a number for each loan that says whose it is, the differences are paired by borrower.

    Examples
    --------
    >>> curve = profit_curve(np.array([0, 0, 1]), np.array([0.1, 0.2, 0.6]), Terms(lgd=0.5, margin=0.1))
    >>> curve.cutoff.tolist(), (3 * curve.profit).round(6).tolist(), curve.top
    ([0.0, 0.2, 0.6, 1.0], [0.0, 0.1, 0.2, -0.3], 2)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    order = np.argsort(p, kind="stable")
    p, w = p[order], w[order]
    earned, promised = w * terms.earned(y)[order], w * terms.expected(np.asarray(pd, dtype=np.float64))[order]
    # A cut-off of 1 accepts all, so that there is none that refuses only the loans with a PD of 1.
    starts = np.unique([0, *np.flatnonzero((np.diff(p, prepend=-1.0) > 0) & (p < 1.0)), len(p)])
    so_far, mass, hope = (sums_before(each)[starts] for each in (earned, w, promised))
    profit, total = so_far / w.sum(), float(w.sum())
    top = int(np.argmax(profit))
    behind = profit[top] - profit
    owner = shared(by, len(p))
    squares, units = _squares_between(earned, starts, top, None if owner is None else owner[order])
    spread = squares / total**2 - behind**2 / units
    close = behind <= np.sqrt(np.maximum(spread, 0.0))
    low, high = int(np.flatnonzero(close)[0]), int(np.flatnonzero(close)[-1])
    # The lowest PD of these loans would let through others of a still lower one, where refusing all was found best.
    cutoff = np.concatenate([[0.0], p[starts[1:-1]], [1.0]])
    return ProfitCurve(cutoff, mass / total, profit, hope / total, top, low, high)


def _squares_between(
    earned: Floats, starts: NDArray[np.intp], top: int, by: NDArray[np.intp] | None
) -> tuple[Floats, int]:
    """Return the sum of squares of what loans, or borrowers, earn between each cut-off and the top, and their number.

    These loans are all that a cut-off and the top treat differently.
    """
    if by is None:
        squares = sums_before(earned**2)[starts]
        return np.abs(squares - squares[top]), len(earned)
    at = int(starts[top])
    above = sums_before(_added_squares(earned[at:], by[at:]))
    below = sums_before(_added_squares(earned[:at][::-1], by[:at][::-1]))
    return np.where(starts >= at, above[np.maximum(starts - at, 0)], below[np.maximum(at - starts, 0)]), _number(by)


def _number(by: NDArray[np.intp]) -> int:
    return int(by.max()) + 1


def _added_squares(earned: Floats, by: NDArray[np.intp]) -> Floats:
    """Return what each further loan adds to Σ S², S being the sums by borrower of the loans so far."""
    order = np.argsort(by, kind="stable")
    value, owner = earned[order], by[order]
    before = sums_before(value)[:-1]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    before -= np.repeat(before[first], np.diff(np.append(first, len(value))))
    added = np.empty_like(earned)
    added[order] = 2.0 * before * value + value**2
    return added


def accepted_at(pd: NDArray[np.floating], cutoff: float) -> NDArray[np.bool_]:
    """Return which loans a cut-off accepts; at 1 it accepts all."""
    accepted: NDArray[np.bool_] = np.asarray(pd) < cutoff if cutoff < 1.0 else np.ones(len(pd), dtype=bool)
    return accepted


def profit_at(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    cutoff: float,
    terms: Terms,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Estimate:
    """Return the profit for each loan that applied, with the interval of a mean, at a cut-off fixed on other loans.

    With `by`, a number for each loan that says whose it is, the interval is that of `rates.weighted_mean` by borrower.
    """
    y, p, w = checked_pd(y_true, pd, weight)
    return weighted_mean(terms.earned(y) * accepted_at(p, cutoff), w, by=by)


def profit_difference(
    y_true: Outcomes, accepted_a: NDArray[np.bool_], accepted_b: NDArray[np.bool_], terms: Terms, weight: Floats | None
) -> Estimate:
    """Return the profit of accepting A's loans less that of accepting B's, for each loan, paired by loan."""
    w = np.ones(len(y_true)) if weight is None else weight
    return weighted_mean(terms.earned(y_true) * (accepted_a.astype(np.float64) - accepted_b), w)


@dataclass(frozen=True)
class CutoffRow:
    """What a cut-off does.

    Attributes
    ----------
    cutoff : float
        Loans with this PD or a higher one are refused.
    approved : Estimate
        Share of the loans that are accepted.
    bad_rate : Estimate
        Default rate of these; NaN where there are none.
    expected_loss : float
        Σ pd · lgd · amount over Σ amount of the accepted loans; NaN where there are none.
    profit : Estimate
        For each loan that applied.
    """

    cutoff: float
    approved: Estimate
    bad_rate: Estimate
    expected_loss: float
    profit: Estimate


def cutoff_row(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    cutoff: float,
    terms: Terms,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> CutoffRow:
    """Return what a cut-off that was fixed on other loans does; `by` as for `profit_at`."""
    y, p, w = checked_pd(y_true, pd, weight)
    by = shared(by, len(y))
    accepted = accepted_at(p, cutoff)
    amount = w * (np.ones(len(p)) if terms.amount is None else terms.amount)
    lent = float(amount[accepted].sum())
    return CutoffRow(
        cutoff=float(cutoff),
        approved=weighted_rate(accepted, w, by=by),
        bad_rate=weighted_rate(y[accepted], w[accepted], by=None if by is None else by[accepted]),
        expected_loss=terms.lgd * float(np.sum(amount[accepted] * p[accepted])) / lent if lent > 0 else math.nan,
        profit=profit_at(y, p, cutoff, terms, weight, by=by),
    )
