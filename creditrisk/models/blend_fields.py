"""A blend as a JSON mapping with the texts of its trees beside it, and back, every part of it checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.features.steps import CategoryStep
from creditrisk.features.view import View
from creditrisk.models.blend import Blend, Part
from creditrisk.models.boosted import BOOSTERS, Boosted
from creditrisk.models.derived_fields import read_derived
from creditrisk.models.derived_fields import to_mapping as derived_mapping
from creditrisk.models.fields import LARGEST, Fields, ManifestError, read_number
from creditrisk.models.scorecard_fields import CardColumn, reach, read_card
from creditrisk.models.scorecard_fields import to_mapping as card_mapping
from creditrisk.models.trees import read_forest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from creditrisk.data.schema import Schema
    from creditrisk.features.recipe import Recipe

#: Most views, parts, and derived columns of a view.
_MOST_OF_A_KIND = 200


def to_mapping(blend: Blend) -> dict[str, Any]:
    """Return a blend as JSON types, the trees apart."""
    return {
        "intercept": blend.intercept,
        "views": [_view_mapping(view) for view in blend.views],
        "parts": [_part_mapping(part) for part in blend.parts],
    }


def to_members(blend: Blend) -> dict[str, bytes]:
    """Return the texts of the parts that are trees, in their order."""
    texts = [part.learned.text for part in blend.parts if isinstance(part.learned, Boosted)]
    return {name: text.encode("ascii") for name, text in zip(BOOSTERS[: len(texts)], texts, strict=True)}


def read_blend(fields: Fields, members: Mapping[str, bytes], schema: Schema, recipe: Recipe) -> Blend:
    """Return the blend of a mapping and of the texts beside it; the mapping's fields are left to be closed.

    Raises
    ------
    ManifestError, ModelFileError
        When a field is missing, unknown or of another type, a part's view does not exist, or a text is left over.
    """
    width = len(recipe.steps)
    intercept = fields.number_within("intercept", -LARGEST, LARGEST)
    views = fields.each("views", lambda item, place: _view(item, place, width))
    texts = iter([members[name] for name in BOOSTERS if name in members])
    seen = [_columns(view, schema, recipe) for view in views]
    read = fields.each("parts", lambda item, place: _part(item, place, seen, texts))
    parts = tuple(part for part, _ in read)
    if max(len(views), len(parts), *(len(view.derived) for view in views)) > _MOST_OF_A_KIND:
        raise ManifestError("the blend has more views, parts or derived columns than any blend")
    if next(texts, None) is not None or not parts or tuple(members) != BOOSTERS[: len(members)]:
        raise ManifestError("the blend's parts and the texts of trees do not fit each other")
    if {part.view for part in parts} != set(range(len(views))):
        raise ManifestError("the blend has a view that no part looks through")
    if abs(intercept) + sum(part.weight * furthest for part, furthest in read) > LARGEST:
        raise ManifestError("the blend's log-odds are out of their range")
    return Blend(views, parts, intercept)


def _view_mapping(view: View) -> dict[str, Any]:
    return {"columns": list(view.columns), "derived": [derived_mapping(feature) for feature in view.derived]}


def _view(item: object, place: str, width: int) -> View:
    fields = Fields(item, place)
    columns = fields.each("columns", lambda each, where: _position(each, where, width))
    derived = fields.each("derived", lambda each, where: read_derived(each, where, width))
    fields.done()
    view = View(columns, derived)
    if list(columns) != sorted(set(columns)) or not view.width:
        raise ManifestError(f"{place}.columns are not positions that rise")
    return view


def _position(item: object, place: str, width: int) -> int:
    if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < width:
        raise ManifestError(f"{place} is no position of a column")
    return item


def _columns(view: View, schema: Schema, recipe: Recipe) -> tuple[CardColumn, ...]:
    """Return what an additive part may ask of each column of a view."""
    steps = [recipe.steps[column] for column in view.columns]
    own = [
        CardColumn(step.name, len(step.levels) if isinstance(step, CategoryStep) else None, step.name in schema.dates)
        for step in steps
    ]
    return (*own, *(CardColumn(feature.name, None, is_date=False) for feature in view.derived))


def _part_mapping(part: Part) -> dict[str, Any]:
    card = {} if isinstance(part.learned, Boosted) else {"scorecard": card_mapping(part.learned)}
    return {"member": part.member, "view": part.view, "weight": part.weight, "model": part.learned.kind, **card}


def _part(
    item: object, place: str, views: Sequence[tuple[CardColumn, ...]], texts: Iterator[bytes]
) -> tuple[Part, float]:
    """Return a part, and how far from 0 its log-odds can be at most."""
    fields = Fields(item, place)
    member, view, kind = fields.text("member"), fields.whole("view"), fields.text("model")
    weight = read_number(fields.number("weight"), place)
    if not 0 <= view < len(views) or kind not in ("lightgbm", "scorecard") or not 0 < weight <= LARGEST:
        raise ManifestError(f"{place} has no sound view, model or weight")
    if kind == "scorecard":
        card = fields.fields("scorecard")
        read = read_card(card, views[view])
        part, furthest = Part(member, view, weight, read), reach(read)
        card.done()
    else:
        text = next(texts, None)
        if text is None:
            raise ManifestError(f"{place} has no text of trees")
        boosted = Boosted(text.decode("ascii"), len(views[view]))
        part, furthest = Part(member, view, weight, boosted), read_forest(boosted.text, boosted.n_features).reach
    fields.done()
    return part, furthest
