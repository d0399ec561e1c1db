"""What a model earns: the break-even PD, the profit curve with the range of its top, a table of cut-offs, EMP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import UsageError
from creditrisk.metrics.emp import Emp, emp
from creditrisk.metrics.profit import CutoffRow, Terms, break_even_pd, cutoff_row, profit_at, profit_curve
from creditrisk.option_values import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.metrics.profit import ProfitCurve

_MOST_POINTS = 200
#: Approval rates of the table of cut-offs.
_APPROVED = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5)


@dataclass(frozen=True)
class ProfitPoint:
    """A cut-off, the share of loans below it, and what was earned and promised for each loan that applied."""

    cutoff: float
    approved: float
    profit: float
    expected_profit: float


@dataclass(frozen=True)
class Money:
    """What cut-offs earn on these loans; profit is for each loan that applied, in units of the amount.

    Attributes
    ----------
    lgd, margin : float
        Loss given default, and the margin (where each loan has its own, the mean of a unit lent).
    break_even : float
        The PD at which a loan earns nothing on average, the recommended cut-off where the PDs are right.
    chosen_cutoff, chosen_range : float, (float, float)
        The cut-off of most profit, and the range of those within one standard error of it, on the loans that it was
        chosen on.
    out_of_fold : bool
        Whether those were training loans with out-of-fold PDs. Else they are these loans, and the profit at the chosen
        cut-off is too good.
    profit_at_break_even, profit_at_chosen, profit_accept_all : Estimate
    best, best_range : float, (float, float)
        The same on these loans: shown to be seen beside, no estimate of anything.
    table : tuple of CutoffRow
    curve : tuple of ProfitPoint
        About 200, by rising cut-off.
    emp : Emp
    remarks : tuple of str
    """

    lgd: float
    margin: float
    break_even: float
    chosen_cutoff: float
    chosen_range: tuple[float, float]
    out_of_fold: bool
    profit_at_break_even: Estimate
    profit_at_chosen: Estimate
    profit_accept_all: Estimate
    best: float
    best_range: tuple[float, float]
    table: tuple[CutoffRow, ...]
    curve: tuple[ProfitPoint, ...]
    emp: Emp
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Book:
    """Loans with their terms, arrays of shape (n_rows,); `by` says whose each is."""

    y_true: Outcomes
    pd: Floats
    weight: Floats | None
    terms: Terms
    by: NDArray[np.intp] | None = None

    def curve(self) -> ProfitCurve:
        """Return the profit by cut-off."""
        return profit_curve(self.y_true, self.pd, self.terms, self.weight, by=self.by)

    def profit_at(self, cutoff: float) -> Estimate:
        """Return the profit at a cut-off."""
        return profit_at(self.y_true, self.pd, cutoff, self.terms, self.weight, by=self.by)


def money(book: Book, chosen_on: Book | None = None, remarks: tuple[str, ...] = ()) -> Money:
    """Return what cut-offs earn on a book of loans.

    Parameters
    ----------
    book : Book
        The loans that are judged.
    chosen_on : Book, optional
        Training loans with out-of-fold PDs, by which the cut-off of most profit is chosen.
    remarks : what is to be said beside
    """
    own = book.curve()
    chosen = own if chosen_on is None else chosen_on.curve()
    margin = book.terms.mean_margin(book.weight)
    even = break_even_pd(book.terms.lgd, margin)
    cutoff = float(chosen.cutoff[chosen.top])
    found = list(remarks)
    if chosen_on is None:
        found.append(
            "The cut-off of most profit was chosen on the loans that it is judged on, so its profit is too good: "
            "`train` with --lgd and --margin chooses it out of fold."
        )
    return Money(
        lgd=book.terms.lgd,
        margin=margin,
        break_even=even,
        chosen_cutoff=cutoff,
        chosen_range=_range(chosen),
        out_of_fold=chosen_on is not None,
        profit_at_break_even=book.profit_at(even),
        profit_at_chosen=book.profit_at(cutoff),
        profit_accept_all=book.profit_at(1.0),
        best=float(own.cutoff[own.top]),
        best_range=_range(own),
        table=_table(book, own, (even, cutoff)),
        curve=_points(own, (even, cutoff)),
        emp=emp(book.y_true, book.pd, book.weight, return_on_loan=margin, by=book.by),
        remarks=tuple(found),
    )


def check_window(model_window: str, money_window: str) -> tuple[str, ...]:
    """Return a remark where it is not known whether the model's outcome window is the one that the money is about.

    Raises
    ------
    UsageError
        When both are known and differ: a PD of twelve months says nothing of what is lost in three years.
    """
    asked = _money_window(money_window)
    if model_window and money_window and not _same(Window.parse(model_window), asked):
        raise UsageError(
            f"The model's PD is about {model_window}, --lgd and --margin are about {money_window}.",
            fix="Give loss and margin for the model's time, or use a model of that time.",
        )
    if model_window and money_window:
        return ()
    lacks = f"The model's PD is about {model_window}; --profit-window does not say what loss and margin are about"
    if not model_window:
        lacks = "The model does not say for how long its loans were watched"
    return (f"{lacks}: profit is right only if loss, margin and PD are about the same time.",)


def _money_window(text: str) -> Window:
    try:
        return Window.parse(text)
    except UsageError:
        raise UsageError(
            f"--profit-window must be a number of months, years or days, got {text!r}.",
            fix='Example: --profit-window "12 months"',
        ) from None


def _same(a: Window, b: Window) -> bool:
    """Return whether two spans are within 2 % of one length: 30 days are a month, 360, 365 and 366 days a year."""
    first, second = (window.days + 365.25 * window.months / 12 for window in (a, b))
    return abs(first - second) <= 0.02 * max(first, second) if a.months * b.months == 0 else a == b


def _range(curve: ProfitCurve) -> tuple[float, float]:
    return float(curve.cutoff[curve.low]), float(curve.cutoff[curve.high])


def _table(book: Book, curve: ProfitCurve, also: tuple[float, ...]) -> tuple[CutoffRow, ...]:
    """Return the rows of round approval rates and of the cut-offs that were named, by rising cut-off."""
    at = np.minimum(np.searchsorted(curve.approved, np.array(_APPROVED) - 1e-12), len(curve.cutoff) - 1)
    cutoffs = sorted({*curve.cutoff[at].tolist(), *also})
    return tuple(cutoff_row(book.y_true, book.pd, cutoff, book.terms, book.weight, by=book.by) for cutoff in cutoffs)


def _points(curve: ProfitCurve, named: tuple[float, ...]) -> tuple[ProfitPoint, ...]:
    """Return points evenly spread over the approval rate, always with the top and the named cut-offs."""
    wanted = np.searchsorted(curve.approved, np.linspace(0, 1, _MOST_POINTS - 1) - 1e-12)
    also = np.append(np.searchsorted(curve.cutoff, np.array(named)), curve.top)
    kept: NDArray[np.intp] = np.unique(np.minimum(np.append(wanted, also), len(curve.cutoff) - 1))
    columns = (curve.cutoff, curve.approved, curve.profit, curve.expected)
    return tuple(ProfitPoint(*(float(column[at]) for column in columns)) for at in kept.tolist())
