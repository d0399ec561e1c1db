"""A scorecard as a JSON mapping and back, every part of it checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from creditrisk.features.steps import CategoryStep
from creditrisk.features.woe import Bins, CategoryBins, NumberBins
from creditrisk.models.fields import LARGEST, Fields, ManifestError, read_number, read_within
from creditrisk.models.scorecard import Scorecard, ScorecardColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.schema import Schema
    from creditrisk.features.recipe import Recipe

_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH
_woe = read_within(-LARGEST, LARGEST)


@dataclass(frozen=True)
class CardColumn:
    """What a scorecard may ask of a column: its name, the number of its levels where it holds codes, whether days."""

    name: str
    levels: int | None
    is_date: bool


def to_mapping(scorecard: Scorecard) -> dict[str, Any]:
    """Return a scorecard as JSON types."""
    return asdict(scorecard)


def read_scorecard(fields: Fields, schema: Schema, recipe: Recipe) -> Scorecard:
    """Return the scorecard of a mapping over a recipe's columns; the rest as `read_card`."""
    steps = [(step, len(step.levels) if isinstance(step, CategoryStep) else None) for step in recipe.steps]
    return read_card(fields, tuple(CardColumn(step.name, levels, step.name in schema.dates) for step, levels in steps))


def read_card(fields: Fields, allowed: Sequence[CardColumn]) -> Scorecard:
    """Return the scorecard of a mapping, whose fields are left to be closed.

    Raises
    ------
    ManifestError
        When a field is missing, unknown or of another type, a column is not allowed, or bins make no sense.
    """
    columns = fields.each("columns", lambda item, place: _column(item, place, allowed))
    intercept = fields.number_within("intercept", -LARGEST, LARGEST)
    positions = [column.index for column in columns]
    names = [column.name for column in columns]
    if len(set(positions)) != len(positions) or names != sorted(names):
        raise ManifestError("the scorecard's columns are not in order, each once")
    for column in columns:
        if allowed[column.index].is_date:
            _check_days(column)
    card = Scorecard(columns, intercept)
    if reach(card) - abs(intercept) > LARGEST:
        raise ManifestError("the scorecard's log-odds are out of their range")
    return card


def reach(card: Scorecard) -> float:
    """Return how far from 0 a scorecard's log-odds can be at most."""
    furthest = (-column.coefficient * max(map(abs, column.bins.woe)) for column in card.columns)
    return abs(card.intercept) + sum(furthest)


def _check_days(column: ScorecardColumn) -> None:
    """Refuse bins of a date column whose edges no calendar holds: the card of points writes them as dates."""
    edges = column.bins.edges if isinstance(column.bins, NumberBins) else ()
    if not all(_FIRST_DAY <= edge <= _LAST_DAY for edge in edges):
        raise ManifestError(f"the scorecard's column {column.name!r} has an edge that is no date")


def _column(item: object, place: str, allowed: Sequence[CardColumn]) -> ScorecardColumn:
    fields = Fields(item, place)
    index, name = fields.whole("index"), fields.text("name")
    if not 0 <= index < len(allowed) or allowed[index].name != name:
        raise ManifestError(f"{place} is a column that the model does not have")
    levels = allowed[index].levels
    bins = fields.fields("bins")
    column = ScorecardColumn(
        index=index,
        name=name,
        bins=_number_bins(bins) if levels is None else _category_bins(bins, levels),
        coefficient=fields.number_within("coefficient", -LARGEST, LARGEST),
        iv=fields.number_within("iv", -LARGEST, LARGEST),
        share=fields.each("share", read_within(0.0, 1.0)),
        rate=fields.each("rate", read_within(0.0, 1.0)),
    )
    fields.done()
    if not len(column.share) == len(column.rate) == len(column.bins.woe):
        raise ManifestError(f"{place} has not one share and rate for each bin")
    if not column.coefficient < 0:
        raise ManifestError(f"{place}.coefficient is not below 0")
    return column


def _number_bins(fields: Fields) -> Bins:
    edges, special = (fields.each(key, read_number) for key in ("edges", "special"))
    woe = fields.each("woe", _woe)
    fields.done()
    try:
        return NumberBins(edges, special, woe)
    except ValueError as error:
        raise ManifestError(f"the scorecard's bins are not sound: {error}") from error


def _category_bins(fields: Fields, levels: int) -> Bins:
    groups, woe = fields.each("groups", _whole), fields.each("woe", _woe)
    fields.done()
    if len(groups) != levels:
        raise ManifestError("the scorecard's bins do not fit the levels")
    try:
        return CategoryBins(groups, woe)
    except ValueError as error:
        raise ManifestError(f"the scorecard's bins are not sound: {error}") from error


def _whole(item: object, place: str) -> int:
    if isinstance(item, bool) or not isinstance(item, int):
        raise ManifestError(f"{place} is not a whole number")
    return item
