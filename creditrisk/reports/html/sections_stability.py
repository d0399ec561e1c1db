"""The section on whether it holds: over time, in segments, for protected groups."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.errors import shown
from creditrisk.reports.html.blocks import Block, Cell, Prose, Section, Table, charts, points, section, table
from creditrisk.reports.html.charts_calibration import vintage_auc_chart, vintage_rate_chart
from creditrisk.reports.html.fields import fields_table
from creditrisk.reports.html.texts import P_VALUE, PERCENT, RATE, any_cell, central, figure_cell, number

if TYPE_CHECKING:
    from creditrisk.evaluation.evaluate import Evaluation

_LONGEST_NAME = 60
_HEADINGS = ("loans", "default rate", "mean PD", "AUC", "BCE", "observed / expected", "PSI")


def stability_section(e: Evaluation) -> Section | None:
    """Return vintages, segments and protected groups, as far as they were asked for."""
    blocks: list[Block | None] = vintage_blocks(getattr(e, "vintages", None), e.auc.value)
    for segmentation in getattr(e, "segmentations", None) or ():
        blocks += _segments(segmentation)
    for protected in getattr(e, "protected", None) or ():
        name = shown(protected.column, most=_LONGEST_NAME)
        caption = f"Groups of {name}, refused from a PD of {number(protected.cutoff, PERCENT)} (pp: percentage points)"
        blocks.append(fields_table(caption, protected.groups, in_card=True))
        blocks.append(points(protected.remarks))
    return section("stability", "Does it hold over time and across groups?", *blocks)


def vintage_blocks(found: Any, auc: float) -> list[Block | None]:
    """Return what is known of vintages, drawn beside the AUC of all of them; nothing where there are none."""
    if found is None or not found.rows:
        return []
    rows = []
    counted = any(not math.isnan(_value(row.known)) for row in found.rows)
    for row in found.rows:
        label = Cell(row.label, "too young" if row.young else "")
        rows.append((label, *_figures(row), *([any_cell("known", row.known)] if counted else [])))
    against = f"; PSI against the {found.reference}" if getattr(found, "reference", "") else ""
    caption = f"Vintages by {shown(found.column, most=_LONGEST_NAME)} ({found.period}){against}"
    headings = ("vintage", *_HEADINGS, *(("outcome known",) if counted else ()))
    drawn = charts(vintage_rate_chart(found.rows), vintage_auc_chart(found.rows, auc))
    made = Table(caption, headings, tuple(rows))
    return [drawn, made, table(_trends(found)), points(found.remarks)]


def _trends(found: Any) -> Table:
    """Return the tests over the vintages, as far as they could be made."""
    wanted = [
        ("trend of the default rate", "default_rate_trend", f"factor a {found.period}"),
        ("trend of observed / expected", "level_trend", f"factor a {found.period}"),
        ("one observed / expected for all", "heterogeneity", "χ²"),
    ]
    rows = []
    for name, field, what in wanted:
        test = getattr(found, field, None)
        if test is not None and math.isfinite(test.p_value):
            figure = test.factor if hasattr(test, "factor") else test.statistic
            rows.append((Cell(name, what), figure_cell(figure, ".3f"), Cell(number(test.p_value, P_VALUE))))
    return Table("Tests over the vintages that are old enough", ("test", "value", "p"), tuple(rows), in_card=True)


def _segments(segmentation: Any) -> list[Block | None]:
    if not segmentation.segments:
        return []
    rows = tuple((Cell(_cut(row.label) or "(missing)", row.note), *_figures(row)) for row in segmentation.segments)
    caption = f"Segments by {shown(segmentation.column, most=_LONGEST_NAME)}"
    made = Table(caption, ("segment", *_HEADINGS), rows)
    test = getattr(segmentation, "heterogeneity", None)
    told = None
    if test is not None and math.isfinite(test.p_value):
        told = Prose(f"One observed / expected for all segments: p = {number(test.p_value, P_VALUE)}.", small=True)
    return [made, told, points(getattr(segmentation, "remarks", None))]


def _value(figure: Any) -> float:
    value = central(figure)
    return math.nan if value is None else value


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_NAME else f"{label[:_LONGEST_NAME]}…"


def _figures(row: Any) -> tuple[Cell, ...]:
    """Return the figures that vintages and segments share."""
    critical = getattr(row, "psi_critical", float("nan"))
    psi = Cell(number(row.psi, ".3f"), f"limit {number(critical, '.3f')}" if math.isfinite(critical) else "")
    return (
        Cell(f"{row.loans:,}", f"{row.defaults:,} defaults"),
        figure_cell(row.default_rate, RATE),
        Cell(number(row.mean_pd, RATE)),
        figure_cell(row.auc, ".3f"),
        figure_cell(row.bce, ".4f"),
        figure_cell(row.observed_over_expected, ".3f"),
        psi,
    )
