"""What a training was asked for of single columns, as the model file tells it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from creditrisk.models.trained_model import TrainedModel


def monotone_signs(model: TrainedModel) -> dict[str, int]:
    """Return the columns of `--monotone` that the model has, +1 where the PD is to rise with them and −1 to fall."""
    signs = {"+": 1, "-": -1}
    return {name: signs[what] for name, what in _by_name(model, "monotone").items() if what in signs}


def special_codes(model: TrainedModel) -> dict[str, tuple[float, ...]]:
    """Return the special codes of `--special` by column."""
    found = {}
    for name, text in _by_name(model, "special").items():
        try:
            codes = tuple(float(code) for code in text.split(","))
        except ValueError:
            continue
        found[name] = tuple(code for code in codes if math.isfinite(code))
    return found


def _by_name(model: TrainedModel, option: str) -> dict[str, str]:
    """Return what was asked by column; a model file's settings are for people, so nothing is taken for granted."""
    settings = model.training.get("settings")
    asked = settings.get(option, ()) if isinstance(settings, dict) else ()
    pairs = (
        [text.rpartition(":") for text in asked if isinstance(text, str)] if isinstance(asked, (list, tuple)) else []
    )
    columns = {step.name for step in model.recipe.steps}
    return {name: what for name, _, what in pairs if name in columns}
