"""Drawings measured back: what stands in the picture is what stands in the data."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace

import html_results as results
import pytest
from html_reading import read
from hypothesis import given
from hypothesis import strategies as st

from creditrisk.reports.html.charts_calibration import (
    grades_chart,
    reliability_chart,
    vintage_auc_chart,
    vintage_rate_chart,
)
from creditrisk.reports.html.charts_effects import effect_chart
from creditrisk.reports.html.charts_money import profit_chart, profit_frame, profit_place, trade_chart, trade_frame
from creditrisk.reports.html.charts_ranking import gains_chart, histogram_chart, ks_chart, roc_chart
from creditrisk.reports.html.svg import Scale, element, frame, nice_ticks, ticks

#: A coordinate is rounded to a tenth of a unit, of 280 or 400.
UNIT = 0.051


def lines(svg: str, class_: str) -> list[list[tuple[float, float]]]:
    """Return the corners of every line of a class."""
    found = re.findall(rf'<polyline points="([^"]*)" class="line {class_}">', svg)
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())] for line in found]


def back(scale: Scale, place: float) -> float:
    """Return the value that stands at a place."""
    return scale.low + (place - scale.start) / (scale.end - scale.start) * (scale.high - scale.low)


def close(drawn: list[tuple[float, float]], values: list[tuple[float, float]], at: object) -> bool:
    """Whether every corner stands at its value, as far as a tenth of a unit can tell."""
    across = UNIT * abs((at.x.high - at.x.low) / (at.x.end - at.x.start))
    up = UNIT * abs((at.y.high - at.y.low) / (at.y.end - at.y.start))
    assert len(drawn) == len(values)
    return all(
        abs(back(at.x, x) - value) <= across and abs(back(at.y, y) - height) <= up
        for (x, y), (value, height) in zip(drawn, values, strict=True)
    )


CURVES = results.curves()


def test_the_roc_curve_goes_through_every_cutoff_and_both_corners() -> None:
    chart = roc_chart(CURVES.cutoffs, 0.7387, (0.3, 0.6))
    at = frame((0, 1), (0, 1))
    values = sorted([(0.0, 0.0), *((p.repaid_refused, p.defaults_caught) for p in CURVES.cutoffs), (1.0, 1.0)])
    assert close(lines(chart.svg, "main")[0], values, at)
    assert not close(lines(chart.svg, "main")[0], [(x, min(1.0, y + 0.01)) for x, y in values], at)
    assert "AUC 0.7387" in chart.svg


def test_the_gains_curve_goes_from_the_riskiest_on_and_the_best_line_turns_at_the_default_rate() -> None:
    chart = gains_chart(CURVES.cutoffs, 0.16)
    at = frame((0, 1), (0, 1))
    values = sorted([(0.0, 0.0), *((1 - p.approved, p.defaults_caught) for p in CURVES.cutoffs), (1.0, 1.0)])
    assert close(lines(chart.svg, "main")[0], values, at)
    assert close(lines(chart.svg, "reference best")[0], [(0, 0), (0.16, 1), (1, 1)], at)


def test_the_upright_line_of_ks_stands_at_the_training_cutoff_between_the_curves() -> None:
    chart = ks_chart(CURVES.cutoffs, 0.3553, 0.16)
    near = min(CURVES.cutoffs, key=lambda p: abs(p.cutoff - 0.16))
    inner = [p for p in CURVES.cutoffs if 1 - p.defaults_caught <= 0.995]
    at = frame((0, inner[-1].cutoff), (0, 1))
    assert close(lines(chart.svg, "mark")[0], [(near.cutoff, 1 - near.repaid_refused),
                                               (near.cutoff, 1 - near.defaults_caught)], at)  # fmt: skip
    assert close(lines(chart.svg, "good")[0], [(p.cutoff, 1 - p.repaid_refused) for p in inner], at)
    assert close(lines(chart.svg, "bad")[0], [(p.cutoff, 1 - p.defaults_caught) for p in inner], at)


def test_the_steps_of_the_reliability_curve_are_level_and_stand_at_their_rates() -> None:
    reliability = results.corp().reliability
    svg = reliability_chart(reliability).svg
    top = max([s.highest_pd for s in reliability.steps] + [b.high for b in reliability.band])
    at = frame((0, top), (0, top))
    values = [pair for s in reliability.steps for pair in ((s.lowest_pd, s.rate), (s.highest_pd, s.rate))]
    assert close(lines(svg, "main")[0], values, at)
    assert svg.count('class="rug"') == len(reliability.band)


def test_a_step_outside_of_the_band_is_told_in_the_description() -> None:
    step = SimpleNamespace(lowest_pd=0.0, highest_pd=0.2, mean_pd=0.1, rate=0.15, loans=500)
    inside = SimpleNamespace(steps=(step,), band=(SimpleNamespace(pd=0.1, low=0.08, high=0.16),))
    outside = SimpleNamespace(steps=(step,), band=(SimpleNamespace(pd=0.1, low=0.08, high=0.14),))
    assert "All lie inside it." in reliability_chart(inside).svg
    assert "1 step of 1 lie outside the band." in reliability_chart(outside).svg


def test_grades_and_vintages_show_intervals_and_what_is_not_known_is_not_drawn() -> None:
    grades = results.validation().grades
    assert grades_chart(grades).svg.count('class="whisker bad"') == 7
    assert grades_chart(grades[:1]) is None
    rows = results.vintages().rows
    assert vintage_rate_chart(rows).svg.count("dot bad hollow") == 1
    assert vintage_auc_chart(rows, 0.74).svg.count('class="dot main"') == 7
    assert vintage_rate_chart(rows[:1]) is None
    unknown = [SimpleNamespace(label="x", auc=results.NOTHING, young=False) for _ in range(3)]
    assert vintage_auc_chart(unknown, 0.7) is None


def test_a_grade_whose_pd_is_outside_its_interval_is_named() -> None:
    grades = results.validation().grades
    assert "Every PD lies inside its interval." in grades_chart(grades).svg
    grades[2].pd = 0.2
    assert "The PD lies outside the interval in C." in grades_chart(grades).svg


def test_the_marks_of_the_slider_stand_on_the_curves() -> None:
    money = results.money()
    at = profit_frame(money.curve)
    x, _ = profit_place(at, 0.2).split()
    assert abs(back(at.x, float(x)) - 0.2) < 0.001
    svg = trade_chart(CURVES.cutoffs, 30).svg
    moved = re.findall(r'id="trade-mark" transform="translate\(([\d.]+) ([\d.]+)\)"', svg)[0]
    over = trade_frame(CURVES.cutoffs)
    assert back(over.x, float(moved[0])) == pytest.approx(CURVES.cutoffs[30].approved, abs=0.001)
    assert back(over.y, float(moved[1])) == pytest.approx(CURVES.cutoffs[30].bad_rate, abs=0.001)
    inner = [p for p in money.curve if p.approved <= 0.995]
    assert 0 < len(inner) < len(money.curve)
    drawn = profit_chart(money, 0.2).svg
    assert close(lines(drawn, "main")[0], [(p.cutoff, p.profit) for p in inner], at)
    assert close(lines(drawn, "quiet")[0], [(p.cutoff, p.expected_profit) for p in inner], at)
    traded = [(p.approved, p.bad_rate) for p in CURVES.cutoffs if p.approved >= 0.05]
    assert close(lines(svg, "bad")[0], traded, over)


def test_the_histogram_closes_over_every_bin() -> None:
    svg = histogram_chart(CURVES.histogram).svg
    assert [len(line) for line in lines(svg, "good") + lines(svg, "bad")] == [2 + 2 * len(CURVES.histogram)] * 2
    assert histogram_chart(()) is None
    assert "the first and the last bar also hold what lies beyond them" in histogram_chart(CURVES.histogram).caption


def test_missing_values_stand_apart_from_the_curve_of_numbers() -> None:
    numbers, levels = (effect_chart(effect, place) for place, effect in enumerate(results.effects()))
    assert len(lines(numbers.svg, "main")[0]) == 14
    assert numbers.svg.count('class="share"') == 15
    assert numbers.svg.count('class="dot mark"') == 1
    assert levels.svg.count('class="dot main"') == 3
    assert read(str(levels.svg)).text().count("<script>alert(1") == 1
    assert effect_chart(SimpleNamespace(column="x", kind="numeric", points=()), 0) is None


def test_text_and_attributes_are_escaped() -> None:
    made = element("text", '<b>"', fill='"><script>')
    assert made == '<text fill="&#34;&gt;&lt;script&gt;">&lt;b&gt;&#34;</text>'


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_round_and_inside(low: float, size: float) -> None:
    high = low + size
    if not high > low:
        return
    found = nice_ticks(low, high)
    slack = 1e-6 * (size + abs(low))
    assert len(found) <= 7
    assert all(low - slack <= tick <= high + slack for tick in found)
    assert found == sorted(found)


def test_a_range_without_width_has_one_tick_and_scales_do_not_divide_by_it() -> None:
    assert nice_ticks(0.5, 0.5) == [0.5]
    assert ticks(0, 0, " %") == [(0, "0 %")]
    assert math.isfinite(Scale(1.0, 1.0, 0.0, 10.0)(3.0))
