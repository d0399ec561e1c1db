"""The parts of an evaluation that need more than outcomes and PDs: grades, time, groups, money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats
from creditrisk.data.dates import parse_dates, settle_format
from creditrisk.errors import shown
from creditrisk.evaluation.money import Book, Money, check_window, money
from creditrisk.evaluation.periods import grouped_dates
from creditrisk.evaluation.protected import Protected, protected
from creditrisk.evaluation.segments import Segmentation, segments
from creditrisk.evaluation.validation import HandedIn, Validation, validate
from creditrisk.evaluation.vintages import Timeline, Vintages, vintages
from creditrisk.metrics.grade_power import ValidationSettings
from creditrisk.metrics.grade_tests import GradeScale
from creditrisk.metrics.hosmer_lemeshow import hosmer_lemeshow
from creditrisk.metrics.profit import Terms
from creditrisk.metrics.spiegelhalter import spiegelhalter
from creditrisk.models.scale import grade_index, grade_names
from creditrisk.option_values import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.evaluation.groups import Groups
    from creditrisk.evaluation.judged import Judged, Yardsticks
    from creditrisk.judging import JudgeSpec
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.calibration_test import LikelihoodRatio
    from creditrisk.metrics.estimate import Estimate

#: A column of text is one of numbers where so many of its distinct values at least are.
_SOME = 2


def validation_of(
    loans: Judged, yardsticks: Yardsticks, rho: float, area: Estimate, lr_test: LikelihoodRatio
) -> Validation:
    """Return the supervisor's tests of grades, portfolio and ranking, with their verdict."""
    y, pd, weight, scale = loans.y_true, loans.pd, loans.weight, yardsticks.scale
    names = tuple(grade_names(scale))
    promised = scale.pds or (float("nan"),) * len(names)
    brier = spiegelhalter(y, pd, weight)
    tenths = None
    if weight is None and not yardsticks.trained_on:
        found = hosmer_lemeshow(y, pd)
        tenths = (found.statistic, found.p_value)
    facts = HandedIn(
        spiegelhalter=(brier.z, brier.p_value),
        hosmer_lemeshow=tenths,
        calibration_lr=(lr_test.statistic, lr_test.p_value),
        auc=area,
        development_auc=yardsticks.development_auc,
    )
    grades = GradeScale(names, grade_index(pd, scale), promised)
    return validate(y, pd, weight, grades, ValidationSettings(rho=rho), facts, by=loans.by)


def vintages_of(loans: Judged, window: Window, out_of_fold: Judged | None) -> Vintages | None:
    """Return the figures over time, or None where no loan has a time."""
    beside = loans.beside
    if beside is None or beside.time is None or beside.time_column is None or not np.isfinite(beside.time).any():
        return None
    is_date = beside.time_column.kind == "date"
    timeline = Timeline(
        column=beside.time_column.name,
        time=beside.time,
        is_date=is_date,
        unknown_time=loans.unknown_time,
        window=window if is_date else Window(),
    )
    seen = None if out_of_fold is None else out_of_fold.expanded
    reference = (None, None) if seen is None else (seen.pd, seen.weight)
    return vintages(timeline, loans.y_true, loans.pd, loans.weight, *reference, by=loans.by)


def segments_of(loans: Judged, columns: Sequence[str]) -> tuple[Segmentation, ...]:
    """Return the figures by the values of each column."""
    if loans.beside is None:
        return ()
    texts = loans.beside.texts
    return tuple(
        segments(name, _labels(texts[name]), loans.y_true, loans.pd, loans.weight, by=loans.by) for name in columns
    )


def fairness_of(loans: Judged, columns: Sequence[str], cutoff: float) -> tuple[Protected, ...]:
    """Return what a cut-off does to the groups of each protected column."""
    if loans.beside is None:
        return ()
    made = []
    for name in columns:
        labels = _labels(loans.beside.texts[name])
        found = protected(name, labels, loans.y_true, loans.pd, loans.weight, cutoff, by=loans.by)
        if name in loans.learned_from:
            said = f"The model learned from {shown(name)} itself: --drop leaves it out, but others may stand for it."
            found = replace(found, remarks=(said, *found.remarks))
        made.append(found)
    return tuple(made)


def money_of(loans: Judged, wishes: JudgeSpec, window: str, out_of_fold: Judged | None) -> Money | None:
    """Return what cut-offs earn, or None where neither loss nor margin is known."""
    if not wishes.wants_money:
        return None
    chosen_on = None if out_of_fold is None else _book(out_of_fold.expanded, wishes)
    said = [
        f"The margins of {shown(name)} are read as per cent: half of them or more are above 1."
        for name in ([] if loans.beside is None else loans.beside.in_percent)
    ]
    return money(_book(loans, wishes), chosen_on, (*check_window(window, wishes.profit_window), *said))


def amounts_of(loans: Judged, wishes: JudgeSpec) -> Floats | None:
    """Return the amounts of the loans, where a column names them."""
    return None if loans.beside is None else loans.beside.numbers.get(wishes.amount)


def best_cutoff(out_of_fold: Judged, wishes: JudgeSpec) -> float:
    """Return the cut-off of most profit on training loans with out-of-fold PDs."""
    curve = _book(out_of_fold.expanded, wishes).curve()
    return float(curve.cutoff[curve.top])


def _book(loans: Judged, wishes: JudgeSpec) -> Book:
    numbers = {} if loans.beside is None else loans.beside.numbers
    margin = numbers[wishes.margin_column] if wishes.margin_column else wishes.margin
    return Book(loans.y_true, loans.pd, loans.weight, Terms(wishes.lgd, margin, amounts_of(loans, wishes)), loans.by)


def _labels(texts: NDArray[np.object_]) -> NDArray[np.object_] | Floats | Groups:
    """Return a column's values as numbers or dates where all of them are, else as the text that they are."""
    distinct = [value for value in set(texts.tolist()) if value]
    try:
        known = {value: float(value) for value in distinct}
    except ValueError:
        return _dates(texts, distinct)
    if len(known) < _SOME or not np.isfinite(list(known.values())).all():
        return texts
    return np.array([known.get(value, np.nan) for value in texts.tolist()])


def _dates(texts: NDArray[np.object_], distinct: Sequence[str]) -> NDArray[np.object_] | Floats | Groups:
    """Return a column's values by month, quarter or year where all of them are dates in one format."""
    values = pa.array(distinct, pa.string())
    form = settle_format(values)
    if not form:
        return texts
    days = as_floats(parse_dates(values, form).cast(pa.int32()))
    known = dict(zip(distinct, days.tolist(), strict=True))
    return grouped_dates(np.array([known.get(value, np.nan) for value in texts.tolist()]))
