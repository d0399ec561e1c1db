"""How well the loans are told apart, drawn: ROC, gains, the two distributions of PD, the points by outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.reports.html.blocks import Chart
from creditrisk.reports.html.svg import (
    PER_CENT,
    area,
    axes,
    dot,
    drawing,
    element,
    frame,
    label,
    line,
    tick_texts,
    ticks,
)
from creditrisk.reports.html.texts import PERCENT, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_SHARE_TICKS = tick_texts([0.0, 0.25, 0.5, 0.75, 1.0], PER_CENT)
#: The axis of PDs ends where nearly all defaults lie below.
_NEARLY_ALL = 0.995
_DEFAULTS, _REPAID = ("bad", "loans that defaulted"), ("good", "loans that were repaid")


def _curve(points: Sequence[Any], across: str) -> list[tuple[float, float]]:
    """Return pairs of a share and the share of defaults caught, from nobody refused to everybody refused."""
    shares = [1 - p.approved if across == "refused" else p.repaid_refused for p in points]
    pairs = [(share, p.defaults_caught) for share, p in zip(shares, points, strict=True)]
    return sorted([(0.0, 0.0), *pairs, (1.0, 1.0)])


def _at(pairs: Sequence[tuple[float, float]], share: float) -> str:
    """Return the height of a curve near a share, in words."""
    x, y = min(pairs, key=lambda pair: abs(pair[0] - share))
    return f"at {number(x, PERCENT)} {number(y, PERCENT)}"


def roc_chart(points: Sequence[Any], auc: float, chosen: tuple[float, float]) -> Chart:
    """Draw the ROC curve; `chosen` is the share of repaid loans refused and of defaults caught at the cut-off."""
    pairs = _curve(points, "repaid")
    at = frame((0, 1), (0, 1))
    said = ", ".join(_at(pairs, share) for share in (0.1, 0.2, 0.5))
    svg = drawing(
        "roc", "ROC curve", f"Share of defaults caught by the share of repaid loans refused: {said}.", at,
        axes(at, _SHARE_TICKS, _SHARE_TICKS, "repaid loans refused", "defaults caught"),
        line(at, [(0, 0), (1, 1)], "reference"),
        line(at, pairs, "main"),
        dot(at, *chosen, "mark"),
        label(at.x(0.97), at.y(0.06), f"AUC {number(auc, '.4f')}", "end"),
    )  # fmt: skip
    return Chart(
        "ROC",
        svg,
        "Each cut-off refuses some repaid loans to catch some defaults. The straight line knows nothing.",
        (("mark", "the cut-off of this report"),),
    )


def gains_chart(points: Sequence[Any], default_rate: float) -> Chart:
    """Draw the share of defaults among the riskiest loans."""
    pairs = _curve(points, "refused")
    at = frame((0, 1), (0, 1))
    said = ", ".join(_at(pairs, share) for share in (0.05, 0.1, 0.2, 0.5))
    svg = drawing(
        "gains", "Gains curve", f"Share of all defaults among the riskiest share of loans: {said}.", at,
        axes(at, _SHARE_TICKS, _SHARE_TICKS, "riskiest share of the loans", "share of all defaults"),
        line(at, [(0, 0), (1, 1)], "reference"),
        line(at, [(0, 0), (default_rate, 1), (1, 1)], "reference best"),
        line(at, pairs, "main"),
    )  # fmt: skip
    return Chart(
        "Gains (Lorenz)",
        svg,
        "The loans from the highest PD on, and how many of the defaults are among them. The upper line "
        "is a model that knows everything.",
    )


def ks_chart(points: Sequence[Any], ks: float | None, ks_cutoff: float) -> Chart | None:
    """Draw the cumulative distributions of PD, and their distance at the KS cut-off fixed in training."""
    inner = [p for p in points if 1 - p.defaults_caught <= _NEARLY_ALL]
    if len(inner) < 2:
        return None
    at = frame((0, inner[-1].cutoff), (0, 1))
    nearest = min(points, key=lambda p: abs(p.cutoff - ks_cutoff))
    repaid, defaults = 1 - nearest.repaid_refused, 1 - nearest.defaults_caught
    svg = drawing(
        "ks", "Distributions of PD by outcome",
        f"Below a PD of {number(nearest.cutoff, PERCENT)} lie {number(repaid, PERCENT)} of the repaid loans and "
        f"{number(defaults, PERCENT)} of the defaults.", at,
        axes(at, ticks(0, at.x.high, PER_CENT), _SHARE_TICKS, "PD", "share of loans with a lower PD"),
        line(at, [(nearest.cutoff, repaid), (nearest.cutoff, defaults)], "mark"),
        line(at, [(p.cutoff, 1 - p.repaid_refused) for p in inner], "good"),
        line(at, [(p.cutoff, 1 - p.defaults_caught) for p in inner], "bad"),
        label(at.x.end, at.y(0.06), f"KS {number(ks, '.4f')}", "end"),
    )  # fmt: skip
    return Chart(
        "Distributions of PD, and KS",
        svg,
        f"The largest distance of the two curves is KS; the upright line stands at the training cut-off, a PD of "
        f"{number(ks_cutoff, PERCENT)}.",
        (_REPAID, _DEFAULTS),
    )


def histogram_chart(bins: Sequence[Any]) -> Chart | None:
    """Draw the shares of each class by points."""
    if not bins:
        return None
    top = max(max(b.defaults, b.repaid) for b in bins) or 1.0
    at = frame((bins[0].low, bins[-1].high), (0, 1.08 * top))
    mode = [max(bins, key=lambda b: getattr(b, name)) for name in ("defaults", "repaid")]
    most = [f"{number(b.low, ',.0f')} to {number(b.high, ',.0f')}" for b in mode]
    shapes: list[Markup] = []
    for name, class_ in (("repaid", "good"), ("defaults", "bad")):
        steps = [pair for b in bins for pair in ((b.low, getattr(b, name)), (b.high, getattr(b, name)))]
        closed = [(bins[0].low, 0.0), *steps, (bins[-1].high, 0.0)]
        shapes += [area(at, closed, class_), line(at, closed, class_)]
    svg = drawing(
        "points", "Points by outcome",
        f"Defaults are most frequent at {most[0]} points, repaid loans at {most[1]}.", at,
        axes(at, ticks(at.x.low, at.x.high), ticks(0, at.y.high, PER_CENT, 4), "points", "share of its class"),
        element("g", *shapes),
    )  # fmt: skip
    return Chart(
        "Points by outcome",
        svg,
        "Each class adds up to 100 %: the first and the last bar also hold what lies beyond them, up to half a per "
        "cent of the loans each. Points rise with safety.",
        (_REPAID, _DEFAULTS),
    )
