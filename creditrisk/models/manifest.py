"""A trained model as a JSON mapping and back, every field checked by name and type."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from creditrisk.features.recipe import Recipe
from creditrisk.features.steps import CategoryStep, NumberStep, Step
from creditrisk.models.calibration import Calibration
from creditrisk.models.fields import LARGEST, Fields, ManifestError, read_number, read_text, read_within
from creditrisk.models.kinds import KINDS
from creditrisk.models.marks_fields import marks_text, read_marks
from creditrisk.models.notes_fields import check_notes
from creditrisk.models.profile_fields import read_profiles, read_scores
from creditrisk.models.schema_fields import read_schema, schema_mapping
from creditrisk.models.trained_model import GoldenRows, TrainedModel, Weighting
from creditrisk.option_values import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from creditrisk.data.schema import Schema

    _Reader: TypeAlias = Callable[[object, str], float | str]

#: Days since 1970 that a golden date may have: Arrow holds them all, and no calendar needs more.
_MOST_DAYS = 3_000_000
_MOST_GRADES = 25
_MOST_GOLDEN = 1000


def to_mapping(model: TrainedModel) -> dict[str, Any]:
    """Return the manifest's fields about the model; texts of a kind's own are members beside it."""
    return {
        "kind": model.kind,
        "schema": schema_mapping(model.schema),
        "steps": [_step_mapping(step) for step in model.recipe.steps],
        "profiles": [asdict(each) for each in model.profiles],
        "scores": asdict(model.scores),
        "marks": marks_text(model.marks),
        "copies": [list(group) for group in model.copies],
        "learned": KINDS[model.kind].to_mapping(model.learned),
        "weighting": asdict(model.weighting),
        "calibration": asdict(model.calibration),
        "scale": asdict(model.scale),
        "base_rate": model.base_rate,
        "ks_cutoff": model.ks_cutoff,
        "decision_cutoff": model.decision_cutoff,
        "training": dict(model.training),
        "figures": dict(model.figures),
        "golden": asdict(model.golden),
    }


def from_mapping(fields: Fields, members: Mapping[str, bytes]) -> TrainedModel:
    """Return the model of a manifest and of the members beside it.

    Raises
    ------
    ManifestError, ModelFileError
        When a field is missing, unknown or of another type, or fields contradict each other.
    """
    kind = fields.text("kind")
    if kind not in KINDS or tuple(members) != KINDS[kind].members(len(members)):
        raise ManifestError("the kind of model is unknown, or its members are not those of its kind")
    schema = read_schema(fields.fields("schema"))
    steps = fields.each("steps", _step)
    kinds = [(column.name, column.kind == "categorical") for column in schema.columns]
    if kinds != [(step.name, isinstance(step, CategoryStep)) for step in steps] or not steps:
        raise ManifestError("steps and schema do not name the same columns")
    learned = fields.fields("learned")
    weighting = fields.fields("weighting")
    model = TrainedModel(
        schema=schema,
        recipe=Recipe(steps),
        profiles=read_profiles(fields, steps),
        scores=read_scores(fields.fields("scores")),
        marks=read_marks(fields.text("marks")),
        copies=_copies(fields, [step.name for step in steps]),
        learned=KINDS[kind].read(learned, members, schema, Recipe(steps)),
        weighting=_weighting(weighting),
        calibration=_calibration(fields.fields("calibration")),
        scale=_scale(fields.fields("scale")),
        base_rate=fields.number("base_rate"),
        ks_cutoff=fields.number_within("ks_cutoff", 0.0, 1.0),
        decision_cutoff=fields.number_within("decision_cutoff", 0.0, 1.0),
        training=fields.mapping("training"),
        figures=fields.mapping("figures"),
        golden=_golden(fields.fields("golden"), schema, steps),
    )
    learned.done()
    weighting.done()
    check_notes(model.training, model.figures)
    if not (model.weighting.ratio > 0 and 0 < model.base_rate < 1):
        raise ManifestError("weighting.ratio or base_rate is out of its range")
    return model


def _copies(fields: Fields, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    groups = fields.each("copies", _texts)
    listed = [name for group in groups for name in group]
    if any(len(group) < 2 for group in groups) or len(set(listed)) != len(listed) or not set(listed) <= set(names):
        raise ManifestError("copies are not groups of the model's columns")
    return groups


def _texts(item: object, place: str) -> tuple[str, ...]:
    if not isinstance(item, list):
        raise ManifestError(f"{place} is not a list")
    return tuple(read_text(each, place) for each in item)


def _weighting(fields: Fields) -> Weighting:
    intercept = fields.number_within("intercept", -LARGEST, LARGEST)
    return Weighting(fields.text("asked"), fields.number_within("ratio", 0.0, LARGEST**2), intercept)


def _calibration(fields: Fields) -> Calibration:
    calibration = Calibration(
        asked=fields.text("asked"),
        intercept=fields.number_within("intercept", -LARGEST, LARGEST),
        slope=fields.number_within("slope", -LARGEST, LARGEST),
        knots=fields.each("knots", read_within(-LARGEST, LARGEST)),
        values=fields.each("values", read_within(-LARGEST, LARGEST)),
    )
    fields.done()
    knots, values = calibration.knots, calibration.values
    rising = all(a < b for a, b in pairwise(knots)) and all(a <= b for a, b in pairwise(values))
    if len(knots) != len(values) or not rising or not calibration.slope > 0:
        raise ManifestError("the calibration does not rise")
    return calibration


def _scale(fields: Fields) -> Scale:
    scale = Scale(
        pdo=fields.number("pdo"),
        base_score=fields.number("base_score"),
        base_odds=fields.number("base_odds"),
        grades=fields.each("grades", read_number),
        pds=fields.each("pds", read_within(0.0, 1.0)),
    )
    fields.done()
    rising = all(a < b for a, b in pairwise((0.0, *scale.grades, 1.0)))
    points = 0 < scale.pdo <= 1e4 and abs(scale.base_score) <= 1e6 and 1e-6 <= scale.base_odds <= 1e6
    known = len(scale.pds) == len(scale.grades) + 1 and list(scale.pds) == sorted(scale.pds)
    if not rising or not points or not known or len(scale.grades) > _MOST_GRADES:
        raise ManifestError("the scale of points and grades makes no sense")
    return scale


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


def _golden(fields: Fields, schema: Schema, steps: tuple[Step, ...]) -> GoldenRows:
    columns = fields.texts("columns")
    readers = [_GOLDEN_READERS[column.kind] for column in schema.columns]
    rows = fields.each("rows", lambda item, place: _golden_row(item, place, readers))
    golden = GoldenRows(columns, rows, fields.each("log_odds", read_number))
    fields.done()
    if (
        columns != tuple(step.name for step in steps)
        or len(golden.log_odds) != len(rows)
        or not 0 < len(rows) <= _MOST_GOLDEN
    ):
        raise ManifestError("the golden rows do not fit the columns")
    return golden


def _golden_row(item: object, place: str, readers: Sequence[_Reader]) -> tuple[float | str | None, ...]:
    if not isinstance(item, list) or len(item) != len(readers):
        raise ManifestError(f"{place} is not a row of {len(readers)} values")
    return tuple(None if value is None else read(value, place) for value, read in zip(item, readers, strict=True))


def _golden_day(item: object, place: str) -> float:
    day = read_within(-_MOST_DAYS, _MOST_DAYS)(item, place)
    if not day.is_integer():
        raise ManifestError(f"{place} has a date that is no whole day")
    return day


_GOLDEN_READERS: dict[str, _Reader] = {"numeric": read_number, "categorical": read_text, "date": _golden_day}
