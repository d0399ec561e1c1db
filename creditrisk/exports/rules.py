"""A model as rules: one plain document of numbers and texts that any language can evaluate, and SQL is written from.

What stands in the document, and how a loan goes through it, is told in docs/export.md. The columns 0, 1, … are the
inputs in their order and then the derived ones; every one is a number or missing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from creditrisk import __version__
from creditrisk.errors import ModelFileError
from creditrisk.exports.trees import lookup_tree, table_rules, tree_rules
from creditrisk.features.derived import Arithmetic, DatePart, Flag, Lookup, MissingCount, Relative
from creditrisk.features.steps import CategoryStep
from creditrisk.features.view import View
from creditrisk.models.blend import Blend
from creditrisk.models.boosted import Boosted
from creditrisk.models.scale import grade_names
from creditrisk.models.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from creditrisk.features.derived import Derived
    from creditrisk.features.steps import Step
    from creditrisk.models.calibration import Calibration
    from creditrisk.models.trained_model import TrainedModel

    Rule: TypeAlias = dict[str, Any]

FORMAT, VERSION = "creditrisk-rules", 1


def rules_of(model: TrainedModel, sha256: str = "") -> Rule:
    """Return the rules of a model.

    Parameters
    ----------
    model : TrainedModel
    sha256 : str
        The digest of its file, kept in the rules to tell which model they are of.

    Raises
    ------
    ModelFileError
        When its trees ask what the rules have no words for.
    """
    kinds = {column.name: column.kind for column in model.schema.columns}
    steps = model.recipe.steps
    columns = _Columns(len(steps))
    parts = _parts(model, columns)
    scale = model.scale
    return {
        "format": FORMAT,
        "version": VERSION,
        "creditrisk": __version__,
        "model_sha256": sha256,
        "ids": list(model.schema.ids),
        "inputs": [_input(step, kinds[step.name], model.schema.missing_tokens) for step in steps],
        "derived": columns.derived,
        "intercept": (model.learned.intercept if isinstance(model.learned, Blend) else 0.0) + model.weighting.offset,
        "parts": parts,
        **_lines(model.calibration),
        "score": {
            "constant": scale.base_score - scale.factor * math.log(scale.base_odds),
            "factor": scale.factor,
        },
        "grades_from": list(scale.grades),
        "grades": grade_names(scale),
        "refuse_from": model.decision_cutoff or None,
    }


def _parts(model: TrainedModel, columns: _Columns) -> list[Rule]:
    learned = model.learned
    if not isinstance(learned, Blend):
        whole = View(tuple(range(columns.inputs)))
        return [_part(1.0, learned, columns.places(whole))]
    places = [columns.places(view) for view in learned.views]
    return [_part(part.weight, part.learned, places[part.view]) for part in learned.parts]


def _part(weight: float, learned: Any, places: Sequence[int]) -> Rule:
    """Return the rules of one model whose own columns stand at `places`."""
    if isinstance(learned, Boosted):
        trees = [tree_rules(tree, places) for tree in learned.forest.trees]
        return {"weight": weight, "trees": trees}
    if isinstance(learned, Scorecard):
        trees = [table_rules(column, places[column.index]) for column in learned.columns]
        return {"weight": weight, "trees": [learned.intercept, *trees]}
    raise ModelFileError(f"No rules are known for a model of kind {learned.kind}.", fix="Train another kind of model.")


class _Columns:
    """The columns of the rules: those of the base matrix, then derived ones, each once."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.derived: list[Rule] = []
        self._places: dict[Derived, int] = {}

    def places(self, view: View) -> list[int]:
        """Return where the columns of a view stand."""
        return [*view.columns, *(self._place(feature) for feature in view.derived)]

    def _place(self, feature: Derived) -> int:
        if feature not in self._places:
            # A value relative to its group is a ratio to the group's mean, a column of its own.
            rule = (
                {"op": "ratio", "columns": [feature.column, self._place(feature.group)]}
                if isinstance(feature, Relative)
                else _derived(feature)
            )
            self.derived.append({"name": feature.name, **rule})
            self._places[feature] = self.inputs + len(self.derived) - 1
        return self._places[feature]


def _input(step: Step, kind: str, missing_tokens: Sequence[str]) -> Rule:
    if isinstance(step, CategoryStep):
        return {
            "name": step.name, "kind": "text", "levels": list(step.levels), "other": len(step.levels),
            "missing": step.fill, "missing_texts": list(missing_tokens),
        }  # fmt: skip
    return {"name": step.name, "kind": "date" if kind == "date" else "number", "missing": step.fill}


def _derived(feature: Derived) -> Rule:
    match feature:
        case Flag():
            return {"op": "equals", "columns": [feature.column], "value": feature.value}
        case MissingCount():
            return {"op": "count_missing", "columns": list(feature.columns)}
        case Arithmetic():
            return {"op": feature.operation, "columns": [feature.left, feature.right]}
        case DatePart():
            return {"op": feature.part, "columns": [feature.column]}
        case Lookup():
            rows = list(zip(feature.keys, feature.values, strict=True))
            tree = lookup_tree(rows, feature.other) if rows else feature.other
            return {"op": "tree", "columns": list(feature.columns), "tree": tree}
    raise ModelFileError("A derived column is of a kind without rules.", fix="Train the model again.")


def _lines(calibration: Calibration) -> Rule:
    """Return straight lines, each a number to add and a slope, and the log-odds from which all but the first hold."""
    knots, values = calibration.knots, calibration.values
    if not knots:
        return {"lines_from": [], "lines": [[calibration.intercept, calibration.slope]]}
    lines = [[values[0] - knots[0], 1.0]]
    for at in range(len(knots) - 1):
        slope = (values[at + 1] - values[at]) / (knots[at + 1] - knots[at])
        lines.append([values[at] - slope * knots[at], slope])
    return {"lines_from": list(knots), "lines": [*lines, [values[-1] - knots[-1], 1.0]]}
