"""A trained model as a JSON mapping and back, every field checked by name and type."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from creditrisk.data.schema import Column, Dropped, Schema, Target
from creditrisk.features.recipe import Recipe
from creditrisk.features.steps import CategoryStep, NumberStep, Step
from creditrisk.models.trained_model import GoldenRows, TrainedModel, Weighting

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_KINDS = ("numeric", "categorical", "date")


class ManifestError(ValueError):
    """A field of the manifest is missing, unknown or of another type; the text names it."""


class Fields:
    """A JSON object that is read field by field; `done` refuses what nobody asked for."""

    def __init__(self, mapping: object, place: str) -> None:
        if not isinstance(mapping, dict):
            raise ManifestError(f"{place} is not an object")
        self._mapping, self._place, self._read = mapping, place, set[str]()

    def _take(self, key: str, kinds: tuple[type, ...]) -> Any:
        self._read.add(key)
        value = self._mapping.get(key)
        if key not in self._mapping or not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ManifestError(f"{self._place}.{key} is missing or of another type")
        return value

    def text(self, key: str) -> str:
        """Return a string."""
        return str(self._take(key, (str,)))

    def number(self, key: str) -> float:
        """Return a number."""
        return float(self._take(key, (int, float)))

    def number_or_none(self, key: str) -> float | None:
        """Return a number, or None for null."""
        value = self._take(key, (int, float, type(None)))
        return None if value is None else float(value)

    def whole(self, key: str) -> int:
        """Return a whole number."""
        return int(self._take(key, (int,)))

    def mapping(self, key: str) -> dict[str, Any]:
        """Return an object as it is."""
        return dict(self._take(key, (dict,)))

    def fields(self, key: str) -> Fields:
        """Return an object to be read field by field."""
        return Fields(self._take(key, (dict,)), f"{self._place}.{key}")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return self.each(key, _text)

    def each(self, key: str, read: Callable[[object, str], _T]) -> tuple[_T, ...]:
        """Return a list, each item read by `read(item, place)`."""
        items = self._take(key, (list,))
        return tuple(read(item, f"{self._place}.{key}[{index}]") for index, item in enumerate(items))

    def done(self) -> None:
        """Refuse fields that were not read."""
        unknown = sorted(set(self._mapping) - self._read)
        if unknown:
            raise ManifestError(f"{self._place}.{unknown[0]} is unknown")


def _text(item: object, place: str) -> str:
    if not isinstance(item, str):
        raise ManifestError(f"{place} is not a string")
    return item


def _number(item: object, place: str) -> float:
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        raise ManifestError(f"{place} is not a number")
    return float(item)


def to_mapping(model: TrainedModel) -> dict[str, Any]:
    """Return the manifest's fields about the model; the booster's text is a member of its own."""
    return {
        "kind": model.kind,
        "schema": {
            "columns": [asdict(column) for column in model.schema.columns],
            "ids": list(model.schema.ids),
            "target": asdict(model.schema.target),
            "dropped": [asdict(column) for column in model.schema.dropped],
            "missing_tokens": list(model.schema.missing_tokens),
        },
        "steps": [_step_mapping(step) for step in model.recipe.steps],
        "weighting": asdict(model.weighting),
        "base_rate": model.base_rate,
        "ks_cutoff": model.ks_cutoff,
        "training": dict(model.training),
        "figures": dict(model.figures),
        "golden": asdict(model.golden),
    }


def from_mapping(fields: Fields, booster_text: str) -> TrainedModel:
    """Return the model of a manifest.

    Raises
    ------
    ManifestError
        When a field is missing, unknown or of another type, or fields contradict each other.
    """
    if fields.text("kind") != "lightgbm":
        raise ManifestError("the kind of model is unknown")
    schema = _schema(fields.fields("schema"))
    steps = fields.each("steps", _step)
    kinds = [(column.name, column.kind == "categorical") for column in schema.columns]
    if kinds != [(step.name, isinstance(step, CategoryStep)) for step in steps] or not steps:
        raise ManifestError("steps and schema do not name the same columns")
    weighting = fields.fields("weighting")
    model = TrainedModel(
        schema=schema,
        recipe=Recipe(steps),
        booster_text=booster_text,
        weighting=Weighting(weighting.text("asked"), weighting.number("ratio"), weighting.number("intercept")),
        base_rate=fields.number("base_rate"),
        ks_cutoff=fields.number("ks_cutoff"),
        training=fields.mapping("training"),
        figures=fields.mapping("figures"),
        golden=_golden(fields.fields("golden"), steps),
    )
    weighting.done()
    if not (model.weighting.ratio > 0 and 0 < model.base_rate < 1):
        raise ManifestError("weighting.ratio or base_rate is out of its range")
    return model


def _step_mapping(step: Step) -> dict[str, Any]:
    if isinstance(step, CategoryStep):
        return {"step": "category", "name": step.name, "levels": list(step.levels), "fill": step.fill}
    return {"step": "number", "name": step.name, "fill": step.fill}


def _step(item: object, place: str) -> Step:
    fields = Fields(item, place)
    kind, name, fill = fields.text("step"), fields.text("name"), fields.number_or_none("fill")
    if kind not in ("number", "category"):
        raise ManifestError(f"{place}.step is unknown")
    step: Step = CategoryStep(name, fields.texts("levels"), fill) if kind == "category" else NumberStep(name, fill)
    fields.done()
    return step


def _schema(fields: Fields) -> Schema:
    target = fields.fields("target")
    schema = Schema(
        columns=fields.each("columns", _column),
        ids=fields.texts("ids"),
        target=Target(target.text("name"), target.texts("default_labels"), target.texts("repaid_labels")),
        dropped=fields.each("dropped", _dropped),
        missing_tokens=fields.texts("missing_tokens"),
    )
    target.done()
    fields.done()
    names = [*schema.names, *schema.ids, schema.target.name]
    if len(set(names)) != len(names):
        raise ManifestError("schema names a column twice")
    return schema


def _column(item: object, place: str) -> Column:
    fields = Fields(item, place)
    name, kind, date_format = fields.text("name"), fields.text("kind"), fields.text("date_format")
    unit = fields.text("unit")
    fields.done()
    for known in _KINDS:
        if kind == known:
            return Column(name, known, date_format, unit)  # type: ignore[arg-type]
    raise ManifestError(f"{place}.kind is unknown")


def _dropped(item: object, place: str) -> Dropped:
    fields = Fields(item, place)
    dropped = Dropped(fields.text("name"), fields.text("reason"))
    fields.done()
    return dropped


def _golden(fields: Fields, steps: tuple[Step, ...]) -> GoldenRows:
    columns = fields.texts("columns")
    rows = fields.each("rows", lambda item, place: _golden_row(item, place, steps))
    golden = GoldenRows(columns, rows, fields.each("log_odds", _number))
    fields.done()
    if columns != tuple(step.name for step in steps) or len(golden.log_odds) != len(rows) or not rows:
        raise ManifestError("the golden rows do not fit the columns")
    return golden


def _golden_row(item: object, place: str, steps: tuple[Step, ...]) -> tuple[float | str | None, ...]:
    if not isinstance(item, list) or len(item) != len(steps):
        raise ManifestError(f"{place} is not a row of {len(steps)} values")
    values: list[float | str | None] = []
    for value, step in zip(item, steps, strict=True):
        read = _text if isinstance(step, CategoryStep) else _number
        values.append(None if value is None else read(value, place))
    return tuple(values)
