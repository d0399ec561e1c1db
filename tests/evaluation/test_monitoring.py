"""The rule that turns figures into what to do, on figures made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from creditrisk.evaluation.monitoring import Period, conclude, judged_period, watched
from creditrisk.evaluation.performance import Performance
from creditrisk.evaluation.population import ColumnDrift, Population
from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate

COLUMN = ColumnDrift("x", "as before", 0.002, 0.01, 0.5, 1.0, 10, 0, 0, 0.0, 0.0, 0.0, 0.0, "")
MOVED = replace(COLUMN, name="moved", reads="large", psi=0.4, adjusted=1e-9, moved="above 3: 10.0% → 60.0%")
POPULATION = Population(
    rows=5000, reference_rows=20_000, reads="as before", psi=0.001, critical=0.004, p_value=0.6, merged=0, emptied=0,
    mean_pd=Estimate(0.1, 0.09, 0.11), mean_pd_change=Estimate(0.0, -0.01, 0.01), approval_rate=Estimate(0.7, 0.6, 0.8),
    reference_approval_rate=0.7, approval_p=0.9, bins=(), columns=(COLUMN,),
)  # fmt: skip
FINE = Performance(
    loans=5000, defaults=500, default_rate=Estimate(0.1, 0.09, 0.11), mean_pd=0.1,
    observed_over_expected=Estimate(1.0, 0.95, 1.05), calibration_slope=Estimate(1.0, 0.9, 1.1), calibration_p=0.6,
    auc=Estimate(0.75, 0.73, 0.77), expected_auc=0.75, development_auc=0.755, auc_fall_p=0.3,
    development_default_rate=0.1, rate_change=0.0, by_population=0.0, by_concept=0.0,
)  # fmt: skip
FALLEN = {"auc": Estimate(0.70, 0.68, 0.72), "auc_fall_p": 0.001}
LOW = {"observed_over_expected": Estimate(1.3, 1.2, 1.4), "calibration_p": 0.001}


@pytest.mark.parametrize(
    ("found", "columns", "action", "verdict", "kind"),
    [
        (None, (COLUMN,), "nothing", "green", "not known"),
        ({}, (COLUMN,), "nothing", "green", "no shift"),
        (None, (MOVED,), "watch", "amber", "population shift; concept shift not known"),
        ({}, (MOVED,), "watch", "amber", "population shift"),
        (LOW, (COLUMN,), "recalibrate", "amber", "concept shift"),
        (LOW, (MOVED,), "recalibrate", "amber", "both"),
        (LOW | {"calibration_p": 0.2}, (COLUMN,), "nothing", "green", "no shift"),
        (LOW | {"observed_over_expected": Estimate(1.05, 1.01, 1.09)}, (COLUMN,), "watch", "amber", "concept shift"),
        ({"calibration_slope": Estimate(0.6, 0.5, 0.7), "calibration_p": 0.01}, (COLUMN,), "recalibrate", "amber",
         "concept shift"),
        (FALLEN, (COLUMN,), "rebuild", "red", "concept shift"),
        (FALLEN | LOW, (MOVED,), "rebuild", "red", "both"),
        (FALLEN | {"auc_fall_p": 0.2}, (COLUMN,), "nothing", "green", "no shift"),
        (FALLEN | {"auc": Estimate(0.74, 0.73, 0.75)}, (COLUMN,), "nothing", "green", "no shift"),
        # PDs that are right would rank these loans no better: they are more alike.
        (FALLEN | {"expected_auc": 0.70}, (COLUMN,), "watch", "amber", "population shift"),
    ],
)  # fmt: skip
def test_the_gravest_line_of_the_rule_that_holds_is_the_answer(
    found: dict[str, Any] | None, columns: tuple[ColumnDrift, ...], action: str, verdict: str, kind: str
) -> None:
    judged = None if found is None else replace(FINE, **found)
    said = conclude(replace(POPULATION, columns=columns), judged, None)
    assert (said.action, said.verdict, said.kind) == (action, verdict, kind)
    assert said.reasons


def test_unknown_levels_that_are_surely_more_frequent_are_to_be_watched() -> None:
    unseen = replace(COLUMN, name="home", unseen=0.05, reference_unseen=0.001)
    said = conclude(replace(POPULATION, columns=(unseen,)), FINE, None)
    assert (said.action, said.reasons) == ("watch", ('levels that the model does not know: "home" 5.0% of the loans',))
    for share, rows in ((0.054, 5000), (0.06, 300)):
        as_before = replace(POPULATION, rows=rows, columns=(replace(unseen, unseen=share, reference_unseen=0.045),))
        assert conclude(as_before, FINE, None).action == "nothing"


@pytest.mark.parametrize(
    ("rate", "action", "words"),
    [
        (0.24, "recalibrate", "the PD of grade B is too low"),
        (0.21, "watch", "the PD of grade B is too low, by less than 10%"),
    ],
)
def test_a_red_grade_wants_a_recalibration_where_its_rate_is_far_above_its_pd(
    rate: float, action: str, words: str
) -> None:
    grade = SimpleNamespace(grade="B", verdict="red", pd=0.2, default_rate=Estimate(rate, rate - 0.001, rate + 0.001))
    calm = SimpleNamespace(grade="A", verdict="green", pd=0.1, default_rate=Estimate(0.2, 0.1, 0.3))
    said = conclude(POPULATION, FINE, SimpleNamespace(grades=(calm, grade)))  # type: ignore[arg-type]
    assert (said.action, said.reasons) == (action, (words,))


def test_names_from_the_data_are_escaped() -> None:
    hostile = replace(MOVED, name="\x1b[2Jx")
    assert "\x1b" not in " ".join(conclude(replace(POPULATION, columns=(hostile,)), None, None).reasons)


def test_gates_see_the_largest_index_of_a_column_that_is_no_date() -> None:
    date = replace(MOVED, name="made", reads="a date", psi=9.0)
    population = replace(POPULATION, columns=(MOVED, COLUMN, date))
    found = watched(population, None, conclude(population, None, None))
    assert (found.column_psi, found.columns_shifted, found.validation.verdict) == (0.4, 1, "amber")
    assert math.isnan(found.auc_fall)
    assert found.auc == NO_ESTIMATE
    assert watched(population, FINE, conclude(population, FINE, None)).auc_fall == pytest.approx(0.005)


def test_the_newest_period_with_loans_enough_is_judged() -> None:
    periods = [
        Period(label, replace(POPULATION, rows=rows), None) for label, rows in (("a", 500), ("b", 300), ("c", 9))
    ]
    assert judged_period(periods, 200).label == "b"
    assert judged_period(periods, 1000).label == "a"
