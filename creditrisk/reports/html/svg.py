"""The few shapes that every chart is drawn with: elements, scales, axes. Colours are classes, so that themes work."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from creditrisk.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Ticks = Sequence[tuple[float, str]]

_LABEL_SPACE = 4
#: The unit that makes shares per cent.
PER_CENT = " %"


def element(name: str, *children: Markup | str, **attributes: str | float) -> Markup:
    """Return one element; text and attribute values are escaped, `text_anchor` is written text-anchor.

    >>> element("text", "<a>", x=1.25, class_="small")
    Markup('<text x="1.2" class="small">&lt;a&gt;</text>')
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items()
    )
    inner = Markup("").join(child if isinstance(child, Markup) else escape(printable(child)) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inner)


def _value(value: str | float) -> str:
    return coordinate(value) if isinstance(value, (int, float)) else printable(value)


def coordinate(value: float) -> str:
    """Return a coordinate to a tenth of a unit.

    >>> coordinate(12.0), coordinate(0.25), coordinate(-0.01)
    ('12', '0.2', '0')
    """
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}".removesuffix(".0")
    )


@dataclass(frozen=True)
class Scale:
    """Values between `low` and `high` to places between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (self.end - self.start) * (value - self.low) / ((self.high - self.low) or 1.0)

    def within(self, value: float) -> float:
        """Return the place of a value, or of the nearer end where it lies outside."""
        return self(min(max(value, self.low), self.high))


@dataclass(frozen=True)
class Frame:
    """Where the marks of a chart stand."""

    x: Scale
    y: Scale
    width: float = 400.0
    height: float = 280.0


def frame(x: tuple[float, float], y: tuple[float, float], height: float = 280.0, left: float = 46.0) -> Frame:
    """Return a frame for values of these ranges."""
    return Frame(Scale(*x, left, 384.0), Scale(*y, height - 40.0, 26.0), height=height)


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values between two ends, both included where they are round.

    >>> nice_ticks(0, 1), nice_ticks(0, 0.37, 4)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 0.1, 0.2, 0.3])
    """
    if not high > low:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def tick_texts(values: Sequence[float], unit: str = "") -> list[tuple[float, str]]:
    """Return ticks with their labels, all with as many digits as the finest of them needs.

    >>> tick_texts([0.0, 0.005, 0.01], " %"), tick_texts([-1000.0, 0.0])
    ([(0.0, '0 %'), (0.005, '0.5 %'), (0.01, '1.0 %')], [(-1000.0, '−1,000'), (0.0, '0')])
    """
    factor = 100.0 if unit == PER_CENT else 1.0
    sizes = [factor * value for value in values]
    digits = next((n for n in range(6) if all(math.isclose(v, round(v, n), abs_tol=1e-9) for v in sizes)), 6)
    texts = ["0" if size == 0 else f"{size:,.{digits}f}".replace("-", "−") for size in sizes]
    return [(value, text + unit) for value, text in zip(values, texts, strict=True)]


def ticks(low: float, high: float, unit: str = "", most: int = 5) -> list[tuple[float, str]]:
    """Return labelled round values between two ends."""
    return tick_texts(nice_ticks(low, high, most), unit)


def axes(at: Frame, x_ticks: Ticks, y_ticks: Ticks, x_name: str, y_name: str) -> Markup:
    """Return light lines across, labels at both axes, and the axes' names."""
    left, right, foot = at.x.start, at.x.end, at.y.start
    lines = [element("line", x1=left, x2=right, y1=at.y(value), y2=at.y(value), class_="grid") for value, _ in y_ticks]
    beside = [
        element("text", label, x=left - 6, y=at.y(value) + _LABEL_SPACE, text_anchor="end") for value, label in y_ticks
    ]
    below = [element("text", label, x=at.x(value), y=foot + 16, text_anchor="middle") for value, label in x_ticks]
    names = [
        element("text", x_name, x=right, y=foot + 33, text_anchor="end", class_="name"),
        element("text", y_name, x=4, y=13, class_="name"),
    ]
    base = element("line", x1=left, x2=right, y1=foot, y2=foot, class_="base")
    return element("g", *lines, base, *beside, *below, *names, class_="axes", aria_hidden="true")


def places(at: Frame, values: Iterable[tuple[float, float]]) -> str:
    """Return the places of pairs of values, for a line or an area; pairs that are not numbers are left out."""
    finite = [(x, y) for x, y in values if math.isfinite(x) and math.isfinite(y)]
    return " ".join(f"{coordinate(at.x.within(x))},{coordinate(at.y.within(y))}" for x, y in finite)


def line(at: Frame, values: Iterable[tuple[float, float]], class_: str) -> Markup:
    """Return a line through pairs of values."""
    return element("polyline", points=places(at, values), class_=f"line {class_}")


def area(at: Frame, values: Iterable[tuple[float, float]], class_: str) -> Markup:
    """Return a filled shape with pairs of values as its corners."""
    return element("polygon", points=places(at, values), class_=f"area {class_}")


def dot(at: Frame, x: float, y: float, class_: str, radius: float = 3.5) -> Markup:
    """Return a dot at a pair of values."""
    return element("circle", cx=at.x.within(x), cy=at.y.within(y), r=radius, class_=f"dot {class_}")


def whisker(at: Frame, x: float, low: float, high: float, class_: str) -> Markup:
    """Return the upright line of an interval; nothing where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return Markup("")
    return element(
        "line", x1=at.x(x), x2=at.x(x), y1=at.y.within(low), y2=at.y.within(high), class_=f"whisker {class_}"
    )


def label(x: float, y: float, text: str, anchor: str = "start", class_: str = "") -> Markup:
    """Return words at a place of the drawing."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=f"label {class_}".rstrip())


def drawing(key: str, title: str, description: str, at: Frame, *marks: Markup) -> Markup:
    """Return the whole drawing, with a title and a description for those who cannot see it."""
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *marks,
        role="img",
        viewBox=f"0 0 {coordinate(at.width)} {coordinate(at.height)}",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="chart",
    )
