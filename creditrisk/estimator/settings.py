"""Between the parameters of the estimator and the settings of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.estimator.labels import Labels
    from creditrisk.models.trained_model import TrainedModel

#: Parameters that have another form than the settings.
_OTHERWISE = ("class_weight", "calibration", "monotone", "special", "positive")
_LISTS = ("categorical", "numeric", "drop", "id")
#: Settings of a command that an estimator does not have: its loans are all learned from, and not looked at.
OF_COMMANDS = (
    "test_size", "max_rows", "compare", "refit", "decision", "cutoff", "audit", "drop_leaks", "fail_on",
)  # fmt: skip
#: What class weights may be at most; beyond it the lighter class does not count in a fit anyway.
_MOST_WEIGHT = 1e6


def train_spec(estimator: Any, labels: Labels, target: str, weight: str = "") -> TrainSpec:
    """Return the settings of a training.

    Parameters
    ----------
    estimator : CreditRiskClassifier
    labels : Labels
    target, weight : str
        The names of the columns.

    Raises
    ------
    UsageError
        When a parameter is out of its range.
    """
    asked = estimator.get_params(deep=False)
    known = {field.name for field in fields(TrainSpec)}
    plain = {name: value for name, value in asked.items() if name in known and name not in _OTHERWISE}
    plain |= {name: tuple(asked[name]) for name in _LISTS if not isinstance(asked[name], str)}
    return TrainSpec(
        **plain,
        target=target,
        weight=weight,
        positive=labels.default_text,
        negative=labels.repaid_text,
        class_weight=_class_weight(asked["class_weight"], labels),
        calibration=asked["calibration"] or "none",
        monotone=_by_name(asked["monotone"], lambda sign: "+" if sign > 0 else "-" if sign < 0 else str(sign)),
        special=_by_name(asked["special"], lambda codes: ",".join(map(str, codes))),
        audit=False,
    )


def _class_weight(asked: Any, labels: Labels) -> str:
    if asked is None:
        return "none"
    if not isinstance(asked, Mapping):
        return str(asked)
    by_text = {str(label): float(weight) for label, weight in asked.items()}
    ratio = by_text.get(labels.default_text, 1.0) / (by_text.get(labels.repaid_text, 1.0) or math.nan)
    return str(min(max(ratio, 1 / _MOST_WEIGHT), _MOST_WEIGHT))


def _by_name(asked: Any, text: Any) -> tuple[str, ...]:
    if isinstance(asked, Mapping):
        return tuple(f"{name}:{text(value)}" for name, value in asked.items())
    return tuple(asked)


def restored_settings(model: TrainedModel, names: Sequence[str]) -> dict[str, Any]:
    """Return those of the named parameters that a model file tells."""
    kept = model.training.get("settings", {})
    found = {name: kept[name] for name in names if name in kept and name != "positive"}
    note = model.training.get("estimator", {})
    if "classes" in note:
        found["positive"] = note["classes"][note["default"]]
    found |= {name: None for name in ("class_weight", "calibration") if found.get(name) == "none"}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
