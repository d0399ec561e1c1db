"""Whether the PD of each rating grade, and of all loans, fits the defaults: a table with p-values, levels and power."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.correlated import correlated_p, correlated_p_too_high
from creditrisk.metrics.default_tests import (
    binomial_p,
    binomial_p_too_high,
    jeffreys_p,
    jeffreys_p_too_high,
)
from creditrisk.metrics.grade_order import Concentration, GradeCount, Neighbours, concentration, neighbours
from creditrisk.metrics.grade_power import ENOUGH_POWER, Sharpness, ValidationSettings, sharpness
from creditrisk.metrics.multiplicity import holm
from creditrisk.metrics.rates import effective_loans, weighted_rate

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from creditrisk.metrics.estimate import Estimate

    #: Outcomes, PDs, loan weights and borrowers of some loans.
    _Member: TypeAlias = tuple[Floats, Floats, Floats, NDArray[np.intp] | None]

#: What the row of all loans is called.
PORTFOLIO = "all loans"


@dataclass(frozen=True, eq=False)
class GradeScale:
    """Rating grades and which loan is in which.

    Attributes
    ----------
    names : tuple of str
        One a grade.
    index : integer array of shape (n_rows,)
        The position of each loan's grade in `names`.
    pds : tuple of float
        The PD that each grade promises; NaN where its loans' mean PD is tested instead.
    """

    names: tuple[str, ...]
    index: NDArray[Any]
    pds: tuple[float, ...]


@dataclass(frozen=True)
class GradeRow:
    """A grade's loans, its PD, and the tests of that PD.

    Attributes
    ----------
    loans, defaults, share : int, int, float
        Rows counted once each, and the grade's share of the loan weights.
    pd, mean_pd : float
        The PD that is tested, and the mean PD of the loans.
    default_rate : Estimate
        With Jeffreys' interval.
    jeffreys_too_low, jeffreys_too_high, binomial_too_low, binomial_too_high : float
        p-values of independent defaults, each test on its own.
    correlated_too_low, correlated_too_high : float
        p-values of correlated defaults; NaN where rho is 0.
    adjusted_too_low, adjusted_too_high : float
        The deciding test's p-values (Jeffreys', under a correlation the correlated ones) after Holm over the grades.
    level : float
        The exact probability that the deciding test, unadjusted at alpha, calls the PD too low where it is right.
    power : float
        The same where the true PD is `grade_factor` times as high, at alpha over the number of grades (Holm's first
        step, the least favourable).
    verdict : str
        "red": too low after Holm. "amber": too low before Holm, or too high after it. "too few": not rejected, but the
        power is below one half, so that nothing is shown. "green": not rejected with more power than that.
    """

    grade: str
    loans: int
    defaults: int
    share: float
    pd: float
    mean_pd: float
    default_rate: Estimate
    jeffreys_too_low: float
    jeffreys_too_high: float
    binomial_too_low: float
    binomial_too_high: float
    adjusted_too_low: float
    adjusted_too_high: float
    correlated_too_low: float
    correlated_too_high: float
    level: float
    power: float
    verdict: str


@dataclass(frozen=True)
class GradeTests:
    """All grades by rising PD, all loans in one row, the order of the grades, and their concentration.

    Attributes
    ----------
    any_too_low, any_too_high : Sharpness
        Of the test that calls at least one grade's PD too low (too high) after Holm.
    portfolio_too_low, portfolio_too_high : Sharpness
        Of the deciding test of all loans.
    portfolio_jeffreys, portfolio_binomial : Sharpness
        Of the tests of all loans that take defaults as independent, under the correlation that is set.
    """

    grades: tuple[GradeRow, ...]
    portfolio: GradeRow
    neighbours: tuple[Neighbours, ...]
    concentration: Concentration
    any_too_low: Sharpness
    any_too_high: Sharpness
    portfolio_too_low: Sharpness
    portfolio_too_high: Sharpness
    portfolio_jeffreys: Sharpness
    portfolio_binomial: Sharpness


@dataclass(frozen=True)
class _Counted:
    """A grade before its tests; `effective` is its effective number of loans and `events` the defaults among them."""

    grade: str
    loans: int
    defaults: int
    share: float
    pd: float
    mean_pd: float
    default_rate: Estimate
    effective: float
    events: float

    @property
    def whole(self) -> int:
        """The effective number of loans as the laws of whole defaults need it."""
        return max(round(self.effective), 1)


def grade_tests(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None,
    scale: GradeScale,
    settings: ValidationSettings,
    *,
    by: NDArray[np.intp] | None = None,
) -> GradeTests:
    """Return the tests of each grade's PD and of all loans, with exact levels and power.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    scale : GradeScale
        The grades; they come back by rising PD, those without loans and PD last.
    settings : ValidationSettings
        Level, correlation and the miss that the tests should see.
    by : array of shape (n_rows,), optional
        Whose loan each is: counts are then at the effective number of loans of `rates.weighted_rate`.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or the scale does not fit the loans.

    Notes
    -----
    With loan weights every count in a test is at the effective number of loans (Σ w)² / Σ w² (Kish 1965), and level and
    power are those of the nearest whole number of loans.

    The row of all loans tests the mean of the PDs that the grades promise. Its law takes one PD for all; where PDs
    differ the number of defaults varies less, so that the test rejects a right model a little less often than `level`.

    Examples
    --------
    >>> y = np.repeat([0, 1, 0, 1], [990, 10, 900, 100])
    >>> scale = GradeScale(("A", "B"), np.repeat([0, 1], 1000), (0.01, 0.06))
    >>> tests = grade_tests(y, np.repeat([0.01, 0.06], 1000), None, scale, ValidationSettings())
    >>> [(row.grade, row.defaults, row.verdict) for row in (*tests.grades, tests.portfolio)]
    [('A', 10, 'too few'), ('B', 100, 'red'), ('all loans', 110, 'red')]
    """
    y, p, w = checked_pd(y_true, pd, weight)
    index = _checked_index(scale, len(y))
    counted = [
        _count(name, promised, _part(y, p, w, by, index == at), float(w.sum()))
        for at, (name, promised) in enumerate(zip(scale.names, scale.pds, strict=True))
    ]
    counted.sort(key=lambda grade: (math.isnan(grade.pd), grade.pd))
    held = [grade for grade in counted if grade.loans]
    mean = float(np.average(p, weights=w))  # what the model says of all loans, not what its scale rounds that to
    every = _count(PORTFOLIO, mean, (y, p, w, by), float(w.sum()))
    loans, pds, whole, tested = [grade.whole for grade in held], [grade.pd for grade in held], [every.whole], [mean]
    return GradeTests(
        grades=_rows(counted, settings),
        portfolio=_rows([every], settings)[0],
        neighbours=neighbours([GradeCount(grade.grade, grade.effective, grade.events) for grade in held]),
        concentration=concentration([grade.share for grade in counted]),
        any_too_low=sharpness(loans, pds, settings),
        any_too_high=sharpness(loans, pds, settings, too_high=True),
        portfolio_too_low=sharpness(whole, tested, settings),
        portfolio_too_high=sharpness(whole, tested, settings, too_high=True),
        portfolio_jeffreys=sharpness(whole, tested, settings, jeffreys_p),
        portfolio_binomial=sharpness(whole, tested, settings, binomial_p),
    )


def _checked_index(scale: GradeScale, rows: int) -> NDArray[np.intp]:
    index = np.asarray(scale.index)
    if index.shape != (rows,) or not np.issubdtype(index.dtype, np.integer):
        raise ValueError(f"The grades' index must be whole numbers of shape ({rows},), got {index.shape}.")
    if len(scale.names) != len(scale.pds):
        raise ValueError(f"{len(scale.names)} grades need as many PDs, got {len(scale.pds)}.")
    if index.min(initial=0) < 0 or index.max(initial=0) >= len(scale.names):
        raise ValueError(f"The grades' index must be from 0 to {len(scale.names) - 1}.")
    return index.astype(np.intp)


def _part(y: Floats, p: Floats, w: Floats, by: NDArray[np.intp] | None, inside: NDArray[np.bool_]) -> _Member:
    return y[inside], p[inside], w[inside], None if by is None else by[inside]


def _count(name: str, promised: float, member: _Member, mass: float) -> _Counted:
    y, p, w, by = member
    mean = float(np.average(p, weights=w)) if len(w) else math.nan
    rate = weighted_rate(y, w, by=by)
    effective = effective_loans(y, w, by) if len(w) else 0.0
    return _Counted(
        grade=name,
        loans=len(y),
        defaults=int(y.sum()),
        share=float(w.sum()) / mass,
        pd=mean if math.isnan(promised) else promised,
        mean_pd=mean,
        default_rate=rate,
        effective=effective,
        events=effective * rate.value if len(w) else math.nan,
    )


def _rows(counted: list[_Counted], settings: ValidationSettings) -> tuple[GradeRow, ...]:
    """Return the rows of grades that are tested together."""
    low = [_deciding(grade, settings.rho, too_low=True) for grade in counted]
    high = [_deciding(grade, settings.rho, too_low=False) for grade in counted]
    tested = max(sum(not math.isnan(p) for p in low), 1)
    return tuple(
        _row(grade, settings, tested, (p, adjusted_low, adjusted_high))
        for grade, p, adjusted_low, adjusted_high in zip(
            counted, low, holm(low).tolist(), holm(high).tolist(), strict=True
        )
    )


def _deciding(grade: _Counted, rho: float, *, too_low: bool) -> float:
    """Return the p-value that decides; no default never speaks against a low PD, nor defaults alone against a high."""
    if math.isnan(grade.events):
        return math.nan
    if grade.events == (0.0 if too_low else grade.effective):
        return 1.0
    if rho == 0.0:
        return (jeffreys_p if too_low else jeffreys_p_too_high)(grade.events, grade.effective, grade.pd)
    return (correlated_p if too_low else correlated_p_too_high)(grade.events, grade.effective, grade.pd, rho)


def _row(grade: _Counted, settings: ValidationSettings, tested: int, p_values: tuple[float, float, float]) -> GradeRow:
    low, adjusted_low, adjusted_high = p_values
    numbers = (grade.events, grade.effective, grade.pd)
    together = settings.rho > 0.0 and grade.loans > 0
    level, power = _level_and_power(grade, settings, tested)
    return GradeRow(
        grade=grade.grade,
        loans=grade.loans,
        defaults=grade.defaults,
        share=grade.share,
        pd=grade.pd,
        mean_pd=grade.mean_pd,
        default_rate=grade.default_rate,
        jeffreys_too_low=jeffreys_p(*numbers),
        jeffreys_too_high=jeffreys_p_too_high(*numbers),
        binomial_too_low=binomial_p(*numbers),
        binomial_too_high=binomial_p_too_high(*numbers),
        adjusted_too_low=adjusted_low,
        adjusted_too_high=adjusted_high,
        correlated_too_low=correlated_p(*numbers, settings.rho) if together else math.nan,
        correlated_too_high=correlated_p_too_high(*numbers, settings.rho) if together else math.nan,
        level=level,
        power=power,
        verdict=_verdict((low, adjusted_low, adjusted_high), power, settings.alpha),
    )


def _level_and_power(grade: _Counted, settings: ValidationSettings, tested: int) -> tuple[float, float]:
    if grade.loans == 0:
        return math.nan, math.nan
    first_step = replace(settings, alpha=settings.alpha / tested)
    level = sharpness([grade.whole], [grade.pd], settings).level
    return level, sharpness([grade.whole], [grade.pd], first_step).power


def _verdict(p_values: tuple[float, float, float], power: float, alpha: float) -> str:
    low, adjusted_low, adjusted_high = p_values
    if adjusted_low < alpha:
        return "red"
    if low < alpha or adjusted_high < alpha:
        return "amber"
    # Also where there is no loan: no comparison with NaN holds.
    return "green" if power >= ENOUGH_POWER else "too few"
