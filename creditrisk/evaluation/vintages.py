"""How good a model is on the loans of each month, quarter or year, and whether it wears out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.dates import iso_day
from creditrisk.data.splitting import closes
from creditrisk.errors import counted, shown
from creditrisk.evaluation.periods import settle_periods
from creditrisk.evaluation.segments import FEWEST_OF_EACH, Portfolio, Segment, figures, level_remark, listed, p_words
from creditrisk.metrics.estimate import LEVEL, NO_ESTIMATE, Estimate, jeffreys
from creditrisk.metrics.level_tests import Heterogeneity, Trend, heterogeneity, trend
from creditrisk.metrics.two_samples import difference
from creditrisk.option_values import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.evaluation.periods import Periods
    from creditrisk.metrics.arrays import Floats, Outcomes

#: Fewer vintages than this have no trend.
_FEWEST_FOR_TREND = 3
#: A fall of the share of known outcomes from the older half to the newer one that is worth a word.
_STEEP = 0.05
#: A PSI below this is small by the usual rule, however surely it is above 0.
_NOTED_PSI = 0.1
NOTHING_KNOWN = "no outcome known"
_NO_WINDOW = Window()
_NO_TREND = Trend(NO_ESTIMATE, math.nan, math.nan)


@dataclass(frozen=True, eq=False)
class Timeline:
    """When loans were made, and until when they were watched.

    Attributes
    ----------
    column : str
        The name of the column.
    time : array of shape (n_rows,)
        Of the loans that are judged: days since 1970-01-01 or other numbers; NaN is missing.
    is_date : bool
    unknown_time : array of shape (n_unknown,), or None
        Of loans that were set aside since their outcome is not known; None where nobody counted them.
    window : Window
        How long a loan is watched for default; for dates only.
    as_of : float or None
        The newest date in the file, as days; None is that of these loans.
    """

    column: str
    time: Floats
    is_date: bool
    unknown_time: Floats | None = None
    window: Window = _NO_WINDOW
    as_of: float | None = None


@dataclass(frozen=True)
class Vintage(Segment):
    """The figures of the loans of one period.

    Attributes
    ----------
    known : Estimate
        Share of the period's loans whose outcome is known; NaN where nobody counted the others.
    everyone : int
        Loans of the period, those with an unknown outcome too.
    young : bool
        Whether the outcome window of some of its loans was still open.
    """

    known: Estimate
    everyone: int
    young: bool


@dataclass(frozen=True)
class Vintages:
    """The figures of the loans by when they were made, and tests over the vintages that are not young.

    Attributes
    ----------
    column, period : str
        The column, and what a row is: "month", "quarter", "year" or "number".
    rows : tuple of Vintage
        From the oldest to the newest.
    reference : str
        What the PSI compares with: "reference loans" that were handed in, or the "oldest half" of these loans, the
        vintage itself left out.
    undated : int
        Loans without a time, which are in no vintage.
    default_rate_trend, level_trend : Trend
        Of the default rate and of observed over expected, by period; NaN for fewer than three vintages.
    heterogeneity : Heterogeneity
        Whether observed over expected is the same in all vintages.
    remarks : tuple of str
    """

    column: str
    period: str
    rows: tuple[Vintage, ...]
    reference: str
    undated: int
    default_rate_trend: Trend
    level_trend: Trend
    heterogeneity: Heterogeneity
    remarks: tuple[str, ...]


def vintages(
    timeline: Timeline,
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    reference_pd: NDArray[np.floating] | None = None,
    reference_weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Vintages:
    """Return the figures of each vintage.

    Parameters
    ----------
    timeline : Timeline
        The times of the same loans, in the same order.
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    reference_pd, reference_weight : arrays of shape (n_reference,), optional
        PDs of other loans that the PSI compares with, best out-of-fold ones of the training loans.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, there is not one time for each loan or none at all, or there is a
        window without dates.

    Notes
    -----
    Trends and heterogeneity are those of `metrics.level_tests`, over the vintages that are not young: the defaults of
    a young one have not all shown. Without a window nobody knows which those are, and a trend may be that of age.
    """
    loans = Portfolio.of(y_true, pd, weight, by)
    if timeline.time.shape != loans.pd.shape:
        raise ValueError(f"time must have the shape {loans.pd.shape}, got {timeline.time.shape}.")
    if (timeline.window.months or timeline.window.days) and not timeline.is_date:
        raise ValueError("A window needs dates.")
    dated = np.isfinite(timeline.time)
    if not dated.any():
        raise ValueError("No loan has a time.")
    unknown = np.empty(0) if timeline.unknown_time is None else timeline.unknown_time
    unknown = unknown[np.isfinite(unknown)]
    time = np.concatenate([timeline.time[dated], unknown])
    kept = loans.part(dated)
    defaulted = np.concatenate([kept.y_true == 1.0, np.zeros(len(unknown), dtype=bool)])
    periods = settle_periods(time, defaulted, is_date=timeline.is_date)
    given = None if reference_pd is None else _reference(reference_pd, reference_weight)
    as_of = float(time.max()) if timeline.as_of is None else timeline.as_of
    rows = _rows(kept, periods, timeline, closes(time, timeline.window) > as_of, given)
    tests = _tests(rows, periods, kept)
    reference = "oldest half" if given is None else "reference loans"
    found = Vintages(timeline.column, periods.period, rows, reference, int((~dated).sum()), *tests, ())
    return replace(found, remarks=_remarks(found, timeline, as_of))


def _reference(pd: NDArray[np.floating], weight: Floats | None) -> Portfolio:
    p = np.asarray(pd, dtype=np.float64)
    return Portfolio(np.zeros_like(p), p, np.ones_like(p) if weight is None else weight)


def _rows(
    loans: Portfolio, periods: Periods, timeline: Timeline, still_open: NDArray[np.bool_], given: Portfolio | None
) -> tuple[Vintage, ...]:
    member = periods.member[: len(loans.pd)]
    known, everyone = (np.bincount(each, minlength=len(periods.labels)) for each in (member, periods.member))
    older = np.cumsum(known) - known < len(loans.pd) / 2
    rows = []
    for position, label in enumerate(periods.labels):
        inside = member == position
        row = figures(loans, inside, loans.part(older[member] & ~inside) if given is None else given)
        if not inside.any():
            row["note"] = NOTHING_KNOWN
        share = NO_ESTIMATE
        if timeline.unknown_time is not None:
            share = jeffreys(int(known[position]), int(everyone[position]))
        young = bool(still_open[periods.member == position].any())
        rows.append(Vintage(label=label, **row, known=share, everyone=int(everyone[position]), young=young))
    return tuple(rows)


def _tests(rows: tuple[Vintage, ...], periods: Periods, loans: Portfolio) -> tuple[Trend, Trend, Heterogeneity]:
    """Return the trends of default rate and level, and the heterogeneity, of vintages that are not young."""
    ripe = np.array([not row.young and row.loans > 0 for row in rows])
    member = periods.member[: len(loans.pd)]
    settled, member = loans.part(ripe[member]), member[ripe[member]]
    y, p, w = settled.y_true, settled.pd, settled.weight
    if ripe.sum() < _FEWEST_FOR_TREND or not 0 < y.sum() < len(y):
        return _NO_TREND, _NO_TREND, Heterogeneity(math.nan, 0, math.nan)
    at = periods.position[member]
    by = settled.by
    of_rate, of_level = trend(y, np.full_like(p, 0.5), at, w, by=by), trend(y, p, at, w, by=by)
    return of_rate, of_level, heterogeneity(y, p, member, w, by=by)


def _remarks(found: Vintages, timeline: Timeline, as_of: float) -> tuple[str, ...]:
    column, rows = shown(found.column), found.rows
    said = [
        _young_remark(found, timeline, as_of),
        _known_remark(rows),
        _trend_remark(found),
        _drift_remark(found),
    ]
    small = [row.label for row in rows if row.note]
    if small:
        said.append(
            f"These vintages have fewer than {FEWEST_OF_EACH} defaults or {FEWEST_OF_EACH} repaid loans, too few for "
            f"an AUC or a BCE: {listed(small)}."
        )
    if sum(not row.young and row.loans > 0 for row in rows) < _FEWEST_FOR_TREND:
        said.append(f"There are fewer than {_FEWEST_FOR_TREND} settled vintages: no trend can be tested.")
    if found.undated:
        said.append(f"{counted(found.undated, 'loan')} without a value of {column}: in no vintage.")
    return tuple(sentence for sentence in said if sentence)


def _young_remark(found: Vintages, timeline: Timeline, as_of: float) -> str:
    young = [row.label for row in found.rows if row.young]
    if not young:
        return ""
    window = timeline.window
    watched = counted(window.months, "month") if window.months else counted(window.days, "day")
    which = f"Vintage {young[0]} is" if len(young) == 1 else f"The {len(young)} vintages from {young[0]} on are"
    return (
        f"{which} younger than the {watched} that a loan is watched, counted to {iso_day(int(as_of))}, the newest date "
        "of these loans: not all defaults have shown yet, so default rates are too low and trends leave these vintages "
        "out. If the outcomes were read at a later date this does not hold."
    )


def _known_remark(rows: Sequence[Vintage]) -> str:
    """Say so where mostly older loans have a known outcome: then only closed loans were kept."""
    half = len(rows) // 2
    if half == 0 or math.isnan(rows[0].known.value):
        return ""
    older, newer = _pooled(rows[:half]), _pooled(rows[len(rows) - half :])
    if difference(older, newer).low <= _STEEP:
        return ""
    return (
        f"The share of loans whose outcome is known falls from {older.value:.0%} in the older half of the vintages to "
        f"{newer.value:.0%} in the newer half: of newer loans only those are judged that ended early, by default or by "
        "early repayment. Their default rates are not those of the whole vintage, and neither are trends."
    )


def _pooled(rows: Sequence[Vintage]) -> Estimate:
    known = sum(row.loans for row in rows)
    return jeffreys(known, sum(row.everyone for row in rows))


def _trend_remark(found: Vintages) -> str:
    """Say where the level moves: in one direction, or else from vintage to vintage."""
    level, step = found.level_trend, found.level_trend.factor
    if level.p_value < 1 - LEVEL and math.isfinite(step.value):
        way = "rises" if step.value > 1 else "falls"
        unit = "value" if found.period == "number" else found.period
        return (
            f"Observed / expected {way} over time by more than chance explains (p {p_words(level.p_value)}): times "
            f"{step.value:.3f} ({step.low:.3f} – {step.high:.3f}) from one {unit} to the next. The PDs do not follow "
            f"the default rate."
        )
    if found.heterogeneity.p_value < 1 - LEVEL:
        settled = [row for row in found.rows if not row.young and row.loans > 0]
        large = [row for row in settled if not row.note]
        return level_remark(
            "from vintage to vintage", large if len(large) > 1 else settled, found.heterogeneity.p_value
        )
    return ""


def _drift_remark(found: Vintages) -> str:
    drifted = [row.label for row in found.rows if row.psi > max(row.psi_critical, _NOTED_PSI)]
    if not drifted:
        return ""
    with_what = "reference loans" if found.reference == "reference loans" else "older half of these loans"
    return (
        f"The PDs of these vintages are spread otherwise than those of the {with_what}, by more than chance explains "
        f"and by a PSI above {_NOTED_PSI:g}: {listed(drifted)}."
    )
