"""What a cut-off earns: the profit of the accepted loans, the PD at which a loan breaks even, how sure a top is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.estimate import Estimate, wald
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


def profit_curve(y_true: Outcomes, pd: NDArray[np.floating], terms: Terms, weight: Floats | None = None) -> ProfitCurve:
    """Return the profit of accepting all loans below each of the distinct PDs, of none, and of all, by one sort.

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
    so_far, squares, mass, hope = (_before(each)[starts] for each in (earned, earned**2, w, promised))
    profit, total = so_far / w.sum(), float(w.sum())
    top = int(np.argmax(profit))
    behind = profit[top] - profit
    # The loans between a cut-off and the top are all that the two treat differently.
    spread = np.abs(squares - squares[top]) / total**2 - behind**2 / len(p)
    close = behind <= np.sqrt(np.maximum(spread, 0.0))
    low, high = int(np.flatnonzero(close)[0]), int(np.flatnonzero(close)[-1])
    # The lowest PD of these loans would let through others of a still lower one, where refusing all was found best.
    cutoff = np.concatenate([[0.0], p[starts[1:-1]], [1.0]])
    return ProfitCurve(cutoff, mass / total, profit, hope / total, top, low, high)


def _before(values: Floats) -> Floats:
    return np.concatenate([np.zeros(1), np.cumsum(values)])


def accepted_at(pd: NDArray[np.floating], cutoff: float) -> NDArray[np.bool_]:
    """Return which loans a cut-off accepts; at 1 it accepts all."""
    accepted: NDArray[np.bool_] = np.asarray(pd) < cutoff if cutoff < 1.0 else np.ones(len(pd), dtype=bool)
    return accepted


def profit_at(
    y_true: Outcomes, pd: NDArray[np.floating], cutoff: float, terms: Terms, weight: Floats | None = None
) -> Estimate:
    """Return the profit for each loan that applied, with the interval of a mean, at a cut-off fixed on other loans."""
    y, p, w = checked_pd(y_true, pd, weight)
    return _mean(terms.earned(y) * accepted_at(p, cutoff), w)


def profit_difference(
    y_true: Outcomes, accepted_a: NDArray[np.bool_], accepted_b: NDArray[np.bool_], terms: Terms, weight: Floats | None
) -> Estimate:
    """Return the profit of accepting A's loans less that of accepting B's, for each loan, paired by loan."""
    w = np.ones(len(y_true)) if weight is None else weight
    return _mean(terms.earned(y_true) * (accepted_a.astype(np.float64) - accepted_b), w)


def _mean(values: Floats, weight: Floats) -> Estimate:
    n, mean = len(values), float(np.average(values, weights=weight))
    share = weight / weight.sum()
    return wald(mean, math.sqrt(n / max(n - 1, 1) * float(np.sum((share * (values - mean)) ** 2))))


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
    y_true: Outcomes, pd: NDArray[np.floating], cutoff: float, terms: Terms, weight: Floats | None = None
) -> CutoffRow:
    """Return what a cut-off that was fixed on other loans does."""
    y, p, w = checked_pd(y_true, pd, weight)
    accepted = accepted_at(p, cutoff)
    amount = w * (np.ones(len(p)) if terms.amount is None else terms.amount)
    lent = float(amount[accepted].sum())
    return CutoffRow(
        cutoff=float(cutoff),
        approved=weighted_rate(accepted, w),
        bad_rate=weighted_rate(y[accepted], w[accepted]),
        expected_loss=terms.lgd * float(np.sum(amount[accepted] * p[accepted])) / lent if lent > 0 else math.nan,
        profit=profit_at(y, p, cutoff, terms, weight),
    )
