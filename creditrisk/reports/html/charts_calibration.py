"""Whether PDs come true, drawn: the reliability curve with its band, and the vintages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from creditrisk.errors import counted
from creditrisk.reports.html.blocks import Chart
from creditrisk.reports.html.svg import PER_CENT, area, axes, dot, drawing, element, frame, line, ticks, whisker
from creditrisk.reports.html.texts import PERCENT, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.metrics.estimate import Estimate

_MOST_LABELS = 5
_LONGEST_LABEL = 8
#: The axis of the grades ends at most so many times above the highest rate.
_ROOM = 1.3


def reliability_chart(reliability: Any) -> Chart | None:
    """Draw the isotonic recalibration of the PDs, and where it would lie if every PD were right."""
    steps, band = reliability.steps, reliability.band
    if not steps:
        return None
    top = max([s.highest_pd for s in steps] + [s.rate for s in steps] + [b.high for b in band])
    at = frame((0, top), (0, top))
    marks = ticks(0, top, PER_CENT)
    outside = [s for s in steps if _outside(s, band)]
    curve = [pair for s in steps for pair in ((s.lowest_pd, s.rate), (s.highest_pd, s.rate))]
    foot = [element("line", x1=at.x(b.pd), x2=at.x(b.pd), y1=at.y.start, y2=at.y.start - 5, class_="rug") for b in band]
    found = f"{counted(len(outside), 'step')} of {len(steps)} lie outside the band" if outside else "All lie inside it"
    svg = drawing(
        "reliability", "Reliability curve",
        f"Default rate against PD, up to {number(top, PERCENT)}, with the band where right PDs would lie. {found}.", at,
        axes(at, marks, marks, "PD", "default rate"),
        area(at, [(b.pd, b.high) for b in band] + [(b.pd, b.low) for b in reversed(band)], "band"),
        line(at, [(0, 0), (top, top)], "reference"), *foot, line(at, curve, "main"),
    )  # fmt: skip
    return Chart(
        "Reliability (CORP)",
        svg,
        "The default rate that belongs to each PD, by isotonic regression. Where every PD is right, "
        "95 of 100 such curves stay in the band at any one PD. The ticks at the foot are quantiles of the PDs: there "
        "the loans are.",
        (("main", "default rate"), ("band", "consistency band"), ("reference", "right PDs")),
    )


def _outside(step: Any, band: Sequence[Any]) -> bool:
    """Whether a step leaves the band at its nearest point."""
    if not band:
        return False
    near = min(band, key=lambda b: abs(b.pd - step.mean_pd))
    return bool(near.pd >= step.lowest_pd and near.pd <= step.highest_pd and not near.low <= step.rate <= near.high)


def grades_chart(grades: Sequence[Any]) -> Chart | None:
    """Draw each grade's default rate with its interval, beside its PD."""
    if len(grades) < 2:
        return None
    # A grade of few loans has an interval that would flatten all others: it is cut, and the caption says so.
    highest = max(_finite([v for g in grades for v in (g.default_rate.value, g.pd)], 0.01)) or 0.01
    ends = max(_finite([g.default_rate.high for g in grades], highest))
    at = frame((-0.5, len(grades) - 0.5), (0, min(1.05 * ends, _ROOM * highest)))
    marks = []
    for place, grade in enumerate(grades):
        marks.append(line(at, [(place - 0.3, grade.pd), (place + 0.3, grade.pd)], "main"))
        marks.append(_observed(at, place, grade.default_rate, young=False))
    apart = [g.grade for g in grades if g.pd < g.default_rate.low or g.pd > g.default_rate.high]
    said = f"The PD lies outside the interval in {', '.join(apart)}." if apart else "Every PD lies inside its interval."
    svg = drawing(
        "grades", "Default rate and PD by grade", f"{len(grades)} grades. {said}", at,
        axes(at, [(place, _cut(g.grade)) for place, g in enumerate(grades)], ticks(0, at.y.high, PER_CENT), "grade",
             "default rate and PD"), *marks,
    )  # fmt: skip
    keys = (("bad", "default rate, with its interval"), ("main", "PD"))
    cut = " Intervals that end above the picture are cut." if ends > at.y.high else ""
    return Chart("Grades", svg, f"The bar of the PD should cross the interval of the default rate.{cut}", keys)


def vintage_rate_chart(rows: Sequence[Any]) -> Chart | None:
    """Draw default rate and mean PD by vintage."""
    if len(rows) < 2:
        return None
    top = max(_finite([v for r in rows for v in (r.default_rate.value, r.default_rate.high, r.mean_pd)], 0.01))
    at = frame((-0.5, len(rows) - 0.5), (0, 1.05 * top))
    observed = [_observed(at, place, row.default_rate, young=row.young) for place, row in enumerate(rows)]
    said = "; ".join(
        f"{r.label} default rate {number(r.default_rate.value, PERCENT)}, mean PD {number(r.mean_pd, PERCENT)}"
        for r in (rows[0], rows[-1])
    )
    svg = drawing(
        "vintage-rate", "Default rate and mean PD by vintage", f"From the first vintage to the last: {said}.", at,
        axes(at, _labels(rows), ticks(0, at.y.high, PER_CENT), "", "default rate and mean PD"),
        line(at, [(place, r.mean_pd) for place, r in enumerate(rows)], "main"), *observed,
    )  # fmt: skip
    keys = [("bad", "default rate, with its interval"), ("main", "mean PD")]
    keys += [("hollow", "too young")] if any(r.young for r in rows) else []
    return Chart("Level by vintage", svg, "The line should pass through the intervals.", tuple(keys))


def vintage_auc_chart(rows: Sequence[Any], overall: float) -> Chart | None:
    """Draw the AUC by vintage, beside that of all loans."""
    known = _finite([v for r in rows for v in (r.auc.value, r.auc.low, r.auc.high)])
    if len(rows) < 2 or not known:
        return None
    low, high = min(*known, overall), max(*known, overall)
    margin = 0.08 * (high - low) or 0.01
    at = frame((-0.5, len(rows) - 0.5), (max(0.0, low - margin), min(1.0, high + margin)))
    observed = [_observed(at, place, row.auc, young=row.young, class_="main") for place, row in enumerate(rows)]
    first, last = (number(rows[place].auc.value, ".3f") for place in (0, -1))
    svg = drawing(
        "vintage-auc", "AUC by vintage",
        f"AUC {first} in the first vintage, {last} in the last, {number(overall, '.3f')} over all.", at,
        axes(at, _labels(rows), ticks(at.y.low, at.y.high), "", "AUC"),
        line(at, [(-0.5, overall), (len(rows) - 0.5, overall)], "reference"), *observed,
    )  # fmt: skip
    return Chart("Ranking by vintage", svg, "The broken line is the AUC over all loans.", (("main", "AUC"),))


def _observed(at: Any, place: int, figure: Estimate, *, young: bool, class_: str = "bad") -> Markup:
    """Return a figure with its interval; hollow where its loans are too young."""
    if not math.isfinite(figure.value):
        return Markup("")
    tone = f"{class_} hollow" if young else class_
    return whisker(at, place, figure.low, figure.high, class_) + dot(at, place, figure.value, tone)


def _labels(rows: Sequence[Any]) -> list[tuple[float, str]]:
    """Return as many labels as there is room for, the last one among them."""
    every = -(-len(rows) // _MOST_LABELS)
    return [(place, _cut(row.label)) for place, row in enumerate(rows) if (len(rows) - 1 - place) % every == 0]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _finite(values: Sequence[float], otherwise: float | None = None) -> list[float]:
    return [value for value in values if math.isfinite(value)] or ([] if otherwise is None else [otherwise])
