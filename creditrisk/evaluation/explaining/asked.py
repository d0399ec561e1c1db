"""What a training was asked for of single columns, as the model file tells it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.features.woe import NumberBins
from creditrisk.models.reasons.parts import views_of

if TYPE_CHECKING:
    from creditrisk.models.trained_model import TrainedModel


def monotone_signs(model: TrainedModel) -> dict[str, int]:
    """Return the columns of `--monotone` that the model has, +1 where the PD is to rise with them and −1 to fall."""
    signs = {"+": 1, "-": -1}
    return {name: signs[what] for name, what in _by_name(model, "monotone").items() if what in signs}


def special_codes(model: TrainedModel) -> dict[str, tuple[float, ...]]:
    """Return the special codes by column: those of `--special`, and those that have a bin of their own."""
    found = _with_a_bin(model)
    for name, text in _by_name(model, "special").items():
        try:
            codes = tuple(float(code) for code in text.split(","))
        except ValueError:
            continue
        own = (*found.get(name, ()), *(code for code in codes if math.isfinite(code)))
        found[name] = tuple(sorted(set(own)))
    return found


def _with_a_bin(model: TrainedModel) -> dict[str, tuple[float, ...]]:
    """Return the codes that scorecards set apart, in the columns that they see as they are."""
    steps, found = model.recipe.steps, dict[str, tuple[float, ...]]()
    for view in views_of(model.learned, len(steps))[0]:
        own = len(steps) if view.view is None else len(view.view.columns)
        for part in (part for _, card in view.cards for part in card.columns if part.index < own):
            if isinstance(part.bins, NumberBins) and part.bins.special:
                name = steps[view.sources(part.index)[0]].name
                found[name] = tuple(sorted({*found.get(name, ()), *part.bins.special}))
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
