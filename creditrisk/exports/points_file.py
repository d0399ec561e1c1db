"""The points card as a file that another program can score with, and how it scores."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.dates import iso_day
from creditrisk.errors import UsageError
from creditrisk.features.steps import CategoryStep
from creditrisk.features.woe import CategoryBins, bin_index
from creditrisk.models.points import points_card, points_of
from creditrisk.models.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.features.steps import Step
    from creditrisk.models.points import PointsRow
    from creditrisk.models.scorecard import ScorecardColumn
    from creditrisk.models.trained_model import TrainedModel

#: `test` says how a value falls into the line: see docs/export.md.
HEADER = ("column", "test", "from", "below", "value", "points", "bin", "share", "default_rate", "woe", "iv")


@dataclass(frozen=True)
class _Bin:
    test: str
    low: str = ""
    high: str = ""
    value: str = ""


def points_text(model: TrainedModel) -> str:
    """Return the card as CSV: a line for each bin, and for each level of a category.

    Raises
    ------
    UsageError
        When the model is no scorecard, or its calibration is a curve: then no points of bins add up to the score.
    """
    card = model.learned
    if not isinstance(card, Scorecard):
        raise UsageError(
            f"The model is of kind {card.kind}: only a scorecard has points.",
            fix="Use --to sql or --to json, or train with --model scorecard.",
        )
    if model.calibration.knots:
        raise UsageError("With an isotonic calibration no points of bins add up to the score.", fix="Use --to sql.")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    rows: dict[str, list[PointsRow]] = {}
    for row in points_card(model):
        rows.setdefault(row.column, []).append(row)
    earned = dict(zip(card.columns, _points(model, card), strict=True))
    for column in sorted(card.columns, key=lambda each: -each.iv):
        step, card_rows = model.recipe.steps[column.index], rows[column.name]
        for place, each in _bins(column, step, is_date=column.name in model.schema.dates):
            row = card_rows[min(place, len(card_rows) - 1)]
            figures = (_figure(row.share), _figure(row.rate), repr(column.bins.woe[place]), _figure(row.iv))
            test = (column.name, each.test, each.low, each.high, each.value)
            writer.writerow(
                (*test, repr(earned[column][place]), row.bin if each.test != "missing" else "missing", *figures)
            )
    return text.getvalue()


def _points(model: TrainedModel, card: Scorecard) -> tuple[tuple[float, ...], ...]:
    at_0, at_1 = model.log_odds(np.array([0.0, 1.0])).tolist()
    return points_of(card, model.scale, at_0, at_1 - at_0)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _bins(column: ScorecardColumn, step: Step, *, is_date: bool) -> Iterator[tuple[int, _Bin]]:
    """Yield the tests of each line, with the place of its bin."""
    bins = column.bins
    if isinstance(bins, CategoryBins):
        levels = step.levels if isinstance(step, CategoryStep) else ()
        groups = max(bins.groups, default=-1) + 1
        yield from ((group, _Bin("is", value=level)) for level, group in zip(levels, bins.groups, strict=True))
        yield groups, _Bin("other")
    else:
        words = [_edge(edge, is_date=is_date) for edge in bins.edges]
        for place, (low, high) in enumerate(zip(["", *words], [*words, ""], strict=True)):
            yield place, _Bin("from" if low or high else "any", low, high)
        inner = len(words) + 1
        yield from ((inner + at, _Bin("is", value=repr(code))) for at, code in enumerate(bins.special))
    # Where training loans had no missing value, one counts as the value that stands for it.
    filled = np.array([np.nan if step.fill is None else step.fill])
    yield int(bin_index(bins, filled)[0]), _Bin("missing")


def _edge(edge: float, *, is_date: bool) -> str:
    return iso_day(math.ceil(edge)) if is_date else repr(edge)


class Card:
    """A card that was read back from its file, and how a program without Python would score with it."""

    def __init__(self, text: str) -> None:
        lines = list(csv.DictReader(io.StringIO(text)))
        if not lines or tuple(lines[0]) != HEADER:
            raise UsageError("The file is no points card.", fix="Write it with `creditrisk export --to points`.")
        self._lines: dict[str, list[dict[str, str]]] = {}
        for line in lines:
            self._lines.setdefault(line["column"], []).append(line)

    def score(self, loan: dict[str, object]) -> float:
        """Return the sum of a loan's points, not rounded; a date is an ISO text, a missing value None."""
        return sum(_found(lines, loan[column]) for column, lines in self._lines.items())


def _found(lines: Sequence[dict[str, str]], value: object) -> float:
    """Return the points of the first line that holds: texts and codes come before ranges, the rest last."""
    for test in ("missing", "is", "from", "any", "other"):
        for line in lines:
            if line["test"] == test and _holds(line, value):
                return float(line["points"])
    return math.nan


def _holds(line: dict[str, str], value: object) -> bool:
    test = line["test"]
    if value is None or test in ("missing", "any", "other"):
        return (value is None) == (test == "missing")
    if test == "is":
        return line["value"] == value if isinstance(value, str) else float(line["value"]) == value
    as_value = str if isinstance(value, str) else float
    low, high = line["from"], line["below"]
    return (not low or as_value(low) <= value) and (not high or value < as_value(high))  # type: ignore[operator]
