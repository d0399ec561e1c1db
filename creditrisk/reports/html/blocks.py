"""What a report is made of, free of any markup: the page and the model card render the same blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text, note : str
        What stands in it, and a smaller line below.
    tone : str
        `green`, `amber`, `red`, `muted`, or nothing. The words must say the same without it.
    bar : float
        Length of a bar in the cell, from 0 to 1; 0 is no bar.
    """

    text: str
    note: str = ""
    tone: str = ""
    bar: float = 0.0


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first `words` columns and the last `words_after` hold words, the others numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1
    words_after: int = 0
    in_card: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the block names; a glossary explains what it knows of these."""
        return (*self.headings, *(row[0].text for row in self.rows if row))

    def is_words(self, column: int) -> bool:
        """Whether a column holds words."""
        return column < self.words or column >= len(self.headings) - self.words_after


@dataclass(frozen=True)
class Facts:
    """Names with what is so."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]
    in_card: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """What the block names."""
        return tuple(name for name, _ in self.pairs)


@dataclass(frozen=True)
class Prose:
    """A paragraph; `small` for what only explains."""

    kind: ClassVar[str] = "prose"
    names: ClassVar[tuple[str, ...]] = ()
    text: str
    small: bool = False
    in_card: bool = False


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    kind: ClassVar[str] = "points"
    names: ClassVar[tuple[str, ...]] = ()
    sentences: tuple[str, ...]
    in_card: bool = True


@dataclass(frozen=True)
class Verdict:
    """What was concluded, why, and by which rule."""

    kind: ClassVar[str] = "verdict"
    names: ClassVar[tuple[str, ...]] = ()
    word: str
    reason: str
    rule: str
    tone: str = ""
    in_card: bool = True


@dataclass(frozen=True)
class Tile:
    """A headline figure with its interval and how it reads."""

    name: str
    value: str
    interval: str
    reads: str


@dataclass(frozen=True)
class Tiles:
    """The headline figures."""

    kind: ClassVar[str] = "tiles"
    tiles: tuple[Tile, ...]
    in_card: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the block names."""
        return tuple(tile.name for tile in self.tiles)


@dataclass(frozen=True)
class Chart:
    """A drawing under its heading, with its caption; `keys` are pairs of a mark's class and its meaning."""

    heading: str
    svg: Markup
    caption: str
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Charts:
    """Drawings side by side."""

    kind: ClassVar[str] = "charts"
    charts: tuple[Chart, ...]
    in_card: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the block names."""
        return tuple(words for chart in self.charts for _, words in chart.keys)


@dataclass(frozen=True)
class SliderPoint:
    """A place of the slider: what is written where, and where the marks stand, by the ids of their elements."""

    words: str
    texts: Mapping[str, str]
    places: Mapping[str, str]

    @property
    def plain(self) -> dict[str, str | dict[str, str]]:
        """The same as JSON types."""
        return {"words": self.words, "texts": dict(self.texts), "places": dict(self.places)}


@dataclass(frozen=True)
class Slider:
    """A control that walks over cut-offs; `outputs` are ids with the names of what they show."""

    kind: ClassVar[str] = "slider"
    points: tuple[SliderPoint, ...]
    start: int
    outputs: tuple[tuple[str, str], ...]
    in_card: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the block names."""
        return tuple(name for _, name in self.outputs)


Block = Table | Facts | Prose | Points | Verdict | Tiles | Charts | Slider


@dataclass(frozen=True)
class Section:
    """A question and what answers it."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report; `subject` is what it is about."""

    title: str
    subject: str
    subtitle: str
    sections: tuple[Section, ...]


def section(key: str, title: str, *blocks: Block | None) -> Section | None:
    """Return a section of the blocks that there are; None where there is nothing to say."""
    present = tuple(block for block in blocks if block is not None)
    return Section(key, title, present) if present else None


def table(block: Table) -> Table | None:
    """Return a table, or None where it has no rows."""
    return block if block.rows else None


def charts(*drawn: Chart | None) -> Charts | None:
    """Return the charts that could be drawn, or None."""
    present = tuple(chart for chart in drawn if chart is not None)
    return Charts(present) if present else None


def points(sentences: tuple[str, ...] | None) -> Points | None:
    """Return a list, or None where nothing is to be said."""
    return Points(tuple(sentences)) if sentences else None
