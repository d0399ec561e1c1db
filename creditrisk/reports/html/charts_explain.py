"""An explanation, drawn: accumulated local effects along a column, and the steps to one loan's log-odds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import shown
from creditrisk.reports.html.blocks import Chart
from creditrisk.reports.html.svg import (
    Frame,
    Scale,
    axes,
    coordinate,
    dot,
    drawing,
    element,
    frame,
    label,
    line,
    ticks,
)
from creditrisk.reports.html.texts import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from creditrisk.evaluation.explanation import ExplainedLoan, Response, ResponsePoint

_LONGEST_NAME = 40
_LONGEST_LABEL = 22
_MOST_STEPS = 15
_MOST_LABELS = 4
_ROW = 22.0
#: How much of the height the bars of the shares may take.
_BARS = 0.22


def accumulated_chart(response: Response, index: int) -> Chart | None:
    """Draw the accumulated local effect along a number or a date; nothing for categories."""
    points = [point for point in response.points if math.isfinite(point.accumulated)]
    if len(points) < 2:
        return None
    values = [point.accumulated for point in points]
    room = 0.1 * (max(values) - min(values)) or 0.1
    at = frame((-0.5, len(points) - 0.5), (min(*values, 0.0) - room, max(*values, 0.0) + room), height=230.0)
    name = shown(response.column, most=_LONGEST_NAME)
    said = (
        f"From {number(values[0], '+.2f')} at {points[0].label} to {number(values[-1], '+.2f')} at {points[-1].label}."
    )
    marks = [
        *_bars(at, points),
        axes(at, _labels(points), ticks(at.y.low, at.y.high, "", 4), "", "log-odds"),
        line(at, [(-0.5, 0.0), (len(points) - 0.5, 0.0)], "reference"),
        line(at, list(enumerate(values)), "main"),
        *(dot(at, place, value, "main", 2.2) for place, value in enumerate(values)),
    ]
    return Chart(name, drawing(f"accumulated-{index}", f"Accumulated effect of {name}", said, at, *marks), "")


def _bars(at: Frame, points: Sequence[ResponsePoint]) -> list[Markup]:
    most = max(point.share for point in points)
    room, wide = (at.y.start - at.y.end) * _BARS, abs(at.x(1) - at.x(0)) * 0.8
    return [
        element(
            "rect", x=at.x(place) - wide / 2, width=wide, y=at.y.start - room * point.share / most,
            height=room * point.share / most, class_="share",
        )
        for place, point in enumerate(points)
    ]  # fmt: skip


def _labels(points: Sequence[ResponsePoint]) -> list[tuple[float, str]]:
    """Return the labels that there is room for, the ends among them."""
    many = min(_MOST_LABELS, len(points))
    chosen = sorted({round(step * (len(points) - 1) / (many - 1)) for step in range(many)})
    return [(place, points[place].label) for place in chosen]


def waterfall_chart(loan: ExplainedLoan) -> Chart | None:
    """Draw the steps from the mean of the training loans to a loan's log-odds, the largest first."""
    shown_steps = loan.steps[:_MOST_STEPS]
    if not shown_steps:
        return None
    rows = [(step.variable, step.after - step.log_odds, step.after) for step in shown_steps]
    if len(loan.steps) > _MOST_STEPS:
        rest = len(loan.steps) - _MOST_STEPS
        rows.append((f"{rest} smaller {'step' if rest == 1 else 'steps'}", rows[-1][2], loan.steps[-1].after))
    if loan.calibration:
        rows.append(("isotonic calibration", rows[-1][2], loan.log_odds))
    ends = [end for _, begin, after in rows for end in (begin, after)]
    room = 0.08 * (max(ends) - min(ends)) or 0.1
    height = 26.0 + _ROW * len(rows) + 40.0
    left = 26.0 + 6.2 * max(len(_short(name)) for name, _, _ in rows)
    x, y = Scale(min(ends) - room, max(ends) + room, left, 384.0), Scale(len(rows) - 0.5, -0.5, height - 40.0, 26.0)
    at = Frame(x, y, 400.0, height)
    marks = [axes(at, ticks(at.x.low, at.x.high, "", 4), [], "log-odds of default", "")]
    for place, (name, begin, after) in enumerate(rows):
        marks += _step(at, place, _short(name), begin, after)
    base, end = number(loan.base_log_odds, "+.3f"), number(loan.log_odds, "+.3f")
    said = f"From {base}, the mean of the training loans, to {end}."
    return Chart(
        "Steps to this loan's log-odds",
        drawing("waterfall", "Steps to the log-odds of the loan", said, at, *marks),
        said,
        (("bad", "raises the PD"), ("good", "lowers the PD")),
    )


def _step(at: Frame, place: int, name: str, begin: float, after: float) -> list[Markup]:
    y, class_ = at.y(place), "bad" if after > begin else "good"
    low, high = sorted((at.x(begin), at.x(after)))
    half = _ROW * 0.36
    places = ((low, y - half), (high, y - half), (high, y + half), (low, y + half))
    corners = " ".join(f"{coordinate(across)},{coordinate(down)}" for across, down in places)
    return [
        label(at.x.start - 8, y + 4, name, "end"),
        element("polygon", points=corners, class_=f"area {class_}"),
        element("line", x1=low, x2=low, y1=y - half, y2=y + half, class_=f"line {class_}"),
        element("line", x1=high, x2=high, y1=y - half, y2=y + half, class_=f"line {class_}"),
    ]  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
