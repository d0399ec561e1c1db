"""Where to cut, drawn: approvals against bad rate, and the profit of every cut-off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk.reports.html.blocks import Chart
from creditrisk.reports.html.svg import (
    PER_CENT,
    Frame,
    axes,
    coordinate,
    dot,
    drawing,
    element,
    frame,
    line,
    tick_texts,
    ticks,
)
from creditrisk.reports.html.texts import AMOUNT, PERCENT, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHARE_TICKS = tick_texts([0.0, 0.25, 0.5, 0.75, 1.0], PER_CENT)
#: Where curves begin and end, as shares of the loans that are approved.
_FEW, _NEARLY_ALL = 0.05, 0.995
TRADE_MARK, PROFIT_MARK = "trade-mark", "profit-mark"


def trade_frame(points: Sequence[Any]) -> Frame:
    """Return the frame of approvals (across) and bad rate (up)."""
    rates = [rate for _, rate in _traded(points)]
    return frame((0, 1), (0, 1.05 * max(rates, default=1.0) or 1.0))


def _traded(points: Sequence[Any]) -> list[tuple[float, float]]:
    """Return approvals with their bad rates, from where they are more than the luck of a few loans."""
    return [(p.approved, p.bad_rate) for p in points if math.isfinite(p.bad_rate) and p.approved >= _FEW]


def trade_chart(points: Sequence[Any], start: int) -> Chart | None:
    """Draw the bad rate of the approved loans by the share that is approved, with a mark that the slider moves."""
    pairs = _traded(points)
    if len(pairs) < 2:
        return None
    at = trade_frame(points)
    near = [min(pairs, key=lambda pair: abs(pair[0] - share)) for share in (0.5, 0.8, 1.0)]
    said = ", ".join(f"{number(y, PERCENT)} at {number(x, PERCENT)} approved" for x, y in near)
    mark = element("circle", cx=0, cy=0, r=5, class_="dot mark")
    moved = element("g", mark, id=TRADE_MARK, transform=f"translate({trade_place(at, points[start])})")
    svg = drawing(
        "trade", "Bad rate by approval rate", f"Bad rate of the approved loans: {said}.", at,
        axes(at, _SHARE_TICKS, ticks(0, at.y.high, PER_CENT, 4), "share of loans approved", "bad rate of the approved"),
        line(at, pairs, "bad"), moved,
    )  # fmt: skip
    return Chart(
        "What approving more costs",
        svg,
        f"The dot follows the slider. Below {100 * _FEW:g} % approved few loans decide: not drawn.",
        (("bad", "bad rate of the approved"),),
    )


def trade_place(at: Frame, point: Any) -> str:
    """Return where the mark stands for a cut-off."""
    rate = point.bad_rate if math.isfinite(point.bad_rate) else 0.0
    return f"{coordinate(at.x.within(point.approved))} {coordinate(at.y.within(rate))}"


def _drawn(curve: Sequence[Any]) -> list[Any]:
    """Return the profit curve without its end, where a few loans with the highest PDs would take half of the axis."""
    return [p for p in curve if p.approved <= _NEARLY_ALL] or list(curve)


def profit_frame(curve: Sequence[Any]) -> Frame:
    """Return the frame of cut-off (across) and profit (up)."""
    curve = _drawn(curve)
    values = [v for p in curve for v in (p.profit, p.expected_profit) if math.isfinite(v)]
    low, high = min([0.0, *values]), max([0.0, *values])
    margin = 0.06 * (high - low) or 1.0
    return frame((0, max(p.cutoff for p in curve)), (low - margin, high + margin), left=58.0)


def profit_chart(money: Any, start: float) -> Chart | None:
    """Draw realised and expected profit by cut-off, the chosen one, and the range that cannot be told apart."""
    curve = money.curve
    if len(curve) < 2:
        return None
    at = profit_frame(curve)
    low, high = (at.x.within(end) for end in money.best_range)
    zone = element("rect", x=low, width=max(high - low, 1.0), y=at.y.end, height=at.y.start - at.y.end, class_="zone")
    moving = element("line", x1=0, x2=0, y1=at.y.end, y2=at.y.start, class_="moving")
    svg = drawing(
        "profit", "Profit by cut-off",
        f"At the chosen cut-off, a PD of {number(money.chosen_cutoff, PERCENT)}, the profit is "
        f"{number(money.profit_at_chosen.value, AMOUNT)} for each loan applied for; accepting all earns "
        f"{number(money.profit_accept_all.value, AMOUNT)}.", at,
        zone,
        axes(at, ticks(0, at.x.high, PER_CENT), ticks(at.y.low, at.y.high, "", 4),
             "cut-off: the lowest PD refused", "profit for each loan applied for"),
        line(at, [(0, 0), (at.x.high, 0)], "reference"),
        line(at, [(p.cutoff, p.expected_profit) for p in _drawn(curve)], "quiet"),
        line(at, [(p.cutoff, p.profit) for p in _drawn(curve)], "main"),
        dot(at, money.chosen_cutoff, money.profit_at_chosen.value, "mark"),
        element("g", moving, id=PROFIT_MARK, transform=f"translate({profit_place(at, start)})"),
    )  # fmt: skip
    keys = (("main", "profit made"), ("quiet", "profit expected by the PDs"), ("mark", "the chosen cut-off"),
            ("zone", "within one standard error of the best"))  # fmt: skip
    return Chart("Profit by cut-off, on these loans", svg, "The upright line follows the slider.", keys)


def profit_place(at: Frame, cutoff: float) -> str:
    """Return where the upright line stands for a cut-off."""
    return f"{coordinate(at.x.within(cutoff))} 0"
