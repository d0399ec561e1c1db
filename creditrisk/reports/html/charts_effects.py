"""What the model does with a column, drawn: the mean PD when all loans get each of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.errors import shown
from creditrisk.reports.html.blocks import Chart
from creditrisk.reports.html.svg import PER_CENT, Frame, Scale, axes, dot, drawing, element, frame, label, line, ticks
from creditrisk.reports.html.texts import PERCENT, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_LONGEST_NAME = 40
_LONGEST_LABEL = 16
#: The most labels below a curve, by the length of the longest.
_MOST_LABELS = 5
_ROW = 19.0
#: How much of the height the bars of the shares may take.
_BARS = 0.22


def effect_chart(effect: Any, index: int) -> Chart | None:
    """Draw one partial effect: a curve over numbers and dates, a line a value for categories."""
    points = effect.points
    if not points:
        return None
    low = min(points, key=lambda p: p.pd)
    high = max(points, key=lambda p: p.pd)
    said = (
        f"Mean PD from {number(low.pd, PERCENT)} at {low.label} to {number(high.pd, PERCENT)} at {high.label}, over "
        f"{len(points)} values."
    )
    name = shown(effect.column, most=_LONGEST_NAME)
    make = _rows if effect.kind == "categorical" else _curve
    at, marks = make(points)
    svg = drawing(f"effect-{index}", f"Partial effect of {name}", said, at, marks)
    return Chart(name, svg, "")


def _curve(points: Sequence[Any]) -> tuple[Frame, Markup]:
    """Draw numbers and dates in their order, at equal distances; what is missing stands apart."""
    at = frame((-0.5, len(points) - 0.5), (0, 1.1 * max(p.pd for p in points)), height=230.0)
    at = Frame(at.x, Scale(0, at.y.high, at.y.start, at.y.end), at.width, at.height)
    present = [(place, p.pd) for place, p in enumerate(points) if not _missing(p)]
    absent = [dot(at, place, p.pd, "mark") for place, p in enumerate(points) if _missing(p)]
    marks = [
        *_bars(at, points),
        axes(at, _labels(points), ticks(0, at.y.high, PER_CENT, 4), "", "mean PD"),
        line(at, present, "main"),
        *([dot(at, *pair, "main", 2.2) for pair in present] if len(present) <= 30 else []),
        *absent,
    ]
    return at, element("g", *marks)


def _bars(at: Frame, points: Sequence[Any]) -> list[Markup]:
    """Return a bar a value, as high as its share of the loans."""
    most = max(p.share for p in points) or 1.0
    room = (at.y.start - at.y.end) * _BARS
    wide = abs(at.x(1) - at.x(0)) * 0.8
    return [
        element(
            "rect", x=at.x(place) - wide / 2, width=wide, y=at.y.start - room * p.share / most,
            height=room * p.share / most, class_="share",
        )
        for place, p in enumerate(points)
    ]  # fmt: skip


def _labels(points: Sequence[Any]) -> list[tuple[float, str]]:
    """Return the labels that there is room for, the ends among them."""
    longest = max(len(_short(p.label)) for p in points)
    room = max(2, min(_MOST_LABELS, 44 // max(longest, 1)))
    if len(points) <= room:
        return [(place, _short(p.label)) for place, p in enumerate(points)]
    chosen = sorted({round(step * (len(points) - 1) / (room - 1)) for step in range(room)})
    return [(place, _short(points[place].label)) for place in chosen]


def _rows(points: Sequence[Any]) -> tuple[Frame, Markup]:
    """Draw categories one below the other."""
    height = 26.0 + _ROW * len(points) + 40.0
    left = 26.0 + 6.2 * max(len(_short(p.label)) for p in points)
    x = Scale(0.0, 1.1 * max(p.pd for p in points), left, 384.0)
    at = Frame(x, Scale(len(points) - 0.5, -0.5, height - 40.0, 26.0), 400.0, height)
    most = max(p.share for p in points) or 1.0
    marks = [axes(at, ticks(0, x.high, PER_CENT, 4), [], "mean PD", "")]
    for place, p in enumerate(points):
        y = at.y(place)
        wide = (x.end - x.start) * _BARS * p.share / most
        marks += [
            element("rect", x=x.start, width=wide, y=y - _ROW * 0.36, height=_ROW * 0.72, class_="share"),
            label(left - 8, y + 4, _short(p.label), "end"),
            element("line", x1=x.start, x2=x.end, y1=y, y2=y, class_="grid"),
            element("circle", cx=x(p.pd), cy=y, r=3.5, class_="dot main"),
        ]
    return at, element("g", *marks)


def _missing(point: Any) -> bool:
    return "missing" in point.label.casefold()


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
