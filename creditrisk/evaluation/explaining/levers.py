"""The columns that an applicant could change, each with the values at which a model's answer may change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import UsageError, did_you_mean, shown
from creditrisk.evaluation.explaining.asked import special_codes
from creditrisk.features.steps import CategoryStep
from creditrisk.models.reasons.parts import views_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditrisk.data.schema import Column
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel

#: Values are written with so many significant digits where the model's thresholds leave room for that.
_DIGITS = 6
#: Edges whose distance is a smaller share of their size than this are the two sides of one value.
_SAME, _LEAST = 1e-9, 1e-30
#: Values that are tried between the deciles, as many between each two, where a column is part of others.
_BETWEEN = 64


@dataclass(frozen=True, eq=False)
class Lever:
    """One column of a loan that may change.

    Attributes
    ----------
    name : str
    column : int
        Position in the matrix.
    values : array of shape (n_values,)
        What it may become, the nearest first.
    distance : array of shape (n_values,)
        How far that is: in units of the training spread, or 1 for another category.
    exact : bool
        Whether the model's answer changes at no other value than the nearest of these.
    """

    name: str
    column: int
    values: Floats
    distance: Floats
    exact: bool


def spread_of(edges: Sequence[float], thresholds: Floats) -> float:
    """Return the unit of a change: the distance between the outer edges of a column's cells in training.

    About 80 % of the training loans lie between these. Where most of them have one value, and both edges are at it,
    the median distance of the model's thresholds from it; 1 without any.

    >>> spread_of((10.0, 12.0, 30.0), np.array([11.0]))
    20.0
    >>> spread_of((-5e-324, 0.0), np.array([0.5, 2.5, 3.5]))
    2.5
    """
    same = max(_SAME * max(abs(edge) for edge in edges), _LEAST) if edges else _LEAST
    if edges and edges[-1] - edges[0] > same:
        return edges[-1] - edges[0]
    apart = np.abs(thresholds - edges[-1]) if edges else np.empty(0)
    apart = apart[apart > same]
    return float(np.median(apart)) if len(apart) else 1.0


def levers_of(model: TrainedModel, ways: Mapping[str, str], row: Floats) -> tuple[tuple[Lever, ...], tuple[str, ...]]:
    """Return the levers of a loan, and what to say of those columns that cannot be moved.

    Parameters
    ----------
    model : TrainedModel
    ways : mapping of a column's name to `down`, `up` or `any`
    row : array of shape (n_columns,)
        The loan in the recipe's matrix.

    Raises
    ------
    UsageError
        When a column is not one of the model's, or a category is to go up or down.
    """
    _check(model, ways)
    kinds = {column.name: column for column in model.schema.columns}
    places = {step.name: place for place, step in enumerate(model.recipe.steps)}
    codes = special_codes(model)
    levers, remarks = [], []
    for name, way in ways.items():
        value, special = float(row[places[name]]), codes.get(name, ())
        if math.isnan(value) or value in special:
            what = "missing" if math.isnan(value) else "a special code"
            remarks.append(f"{shown(name)} is {what} in this loan, so it was not moved.")
            continue
        lever = _lever(model, places[name], kinds[name], way, value)
        usable = ~np.isin(lever.values, special)
        if usable.any():
            levers.append(Lever(name, lever.column, lever.values[usable], lever.distance[usable], lever.exact))
        else:
            remarks.append(f"{shown(name)}: the model's answer changes nowhere that way.")
    return tuple(levers), tuple(remarks)


def _check(model: TrainedModel, ways: Mapping[str, str]) -> None:
    kinds = {step.name: isinstance(step, CategoryStep) for step in model.recipe.steps}
    unknown = [f"{shown(name)} is no column of the model{did_you_mean(name, kinds)}" for name in ways
               if name not in kinds]  # fmt: skip
    turned = [f"{shown(name)} is a category, which only --actionable NAME:any can change" for name, way in ways.items()
              if kinds.get(name) and way != "any"]  # fmt: skip
    if unknown or turned:
        raise UsageError("--actionable names what cannot be changed so.", where=[*unknown, *turned])


def _lever(model: TrainedModel, place: int, column: Column, way: str, value: float) -> Lever:
    step = model.recipe.steps[place]
    if isinstance(step, CategoryStep):
        others = np.array([code for code in range(len(step.levels)) if code != value], dtype=np.float64)
        return Lever(column.name, place, others, np.ones(len(others)), exact=True)
    profile = model.profiles[place]
    thresholds = model.learned.thresholds(place)
    unit, alone = spread_of(profile.edges, thresholds), not _is_part(model, place)
    whole = column.kind == "date" or (value.is_integer() and are_halves(np.append(thresholds, profile.edges)))
    values = sides_of(thresholds, unit, whole=whole)
    if not alone and len(profile.edges) > 1:
        places = np.arange(len(profile.edges))
        between = np.interp(np.linspace(0, places[-1], _BETWEEN), places, profile.edges)
        tidy = np.rint(between) if whole else np.array([float(f"{each:.3g}") for each in between.tolist()])
        values = np.union1d(values, tidy)
    values = values[values < value] if way == "down" else values[values > value] if way == "up" else values
    values = values[values != value]
    values = values[np.argsort(np.abs(values - value), kind="stable")]
    return Lever(column.name, place, values, np.abs(values - value) / unit, exact=alone)


def _is_part(model: TrainedModel, place: int) -> bool:
    """Whether columns that the model derives are made of this one: then its answer may change between thresholds."""
    views, _ = views_of(model.learned, len(model.recipe.steps))
    derived = [(view, column) for view in views if view.view is not None
               for column in range(len(view.view.columns), view.width)]  # fmt: skip
    return any(place in view.sources(column) for view, column in derived)


def are_halves(thresholds: Floats) -> bool:
    """Whether all thresholds are whole numbers or lie half-way between two, as those of a column of whole numbers do.

    >>> are_halves(np.array([2.0, 3.5000000000000004])), are_halves(np.array([0.25]))
    (True, False)
    """
    return bool(np.allclose(2 * thresholds, np.rint(2 * thresholds), rtol=1e-12, atol=1e-9))


def sides_of(thresholds: Floats, unit: float, *, whole: bool) -> Floats:
    """Return tidy values on both sides of each threshold, and itself where it is tidy, rising.

    Tidy is of six significant digits (of the larger of the threshold and the unit), or of as many more as keep the
    value between its threshold and the next; whole numbers stay whole.

    >>> sides_of(np.array([0.3, 2.5]), 1.0, whole=False).tolist()
    [0.29999, 0.3, 0.30001, 2.49999, 2.5, 2.50001]
    >>> sides_of(np.array([0.3, 2.5]), 1.0, whole=True).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    found: list[float] = []
    ends = [-math.inf, *thresholds.tolist(), math.inf]
    for before, at, after in zip(ends, ends[1:], ends[2:], strict=False):
        if whole:
            found += [math.ceil(at) - 1.0, float(math.floor(at)), math.floor(at) + 1.0]
            continue
        found += [_below(at, before, unit), _above(at, after, unit)]
        if float(f"{at:.{_DIGITS}g}") == at:
            found.append(at)
    if whole:
        found = [value for value in found if math.isfinite(value)]
    return np.unique(np.array(found, dtype=np.float64))


def _below(at: float, before: float, unit: float) -> float:
    """Return the tidiest number between two thresholds that is near the upper one and below it."""
    for grain in _grains(at, unit):
        steps = round(at / grain)
        steps -= _tidy(steps * grain) >= at  # the last step below, whatever the division rounded
        if before < _tidy(steps * grain) < at:
            return _tidy(steps * grain)
    return math.nextafter(before if math.isfinite(before) else at, at if math.isfinite(before) else -math.inf)


def _above(at: float, after: float, unit: float) -> float:
    """Return the tidiest number between two thresholds that is near the lower one and above it."""
    for grain in _grains(at, unit):
        steps = round(at / grain)
        steps += _tidy(steps * grain) <= at
        if at < _tidy(steps * grain) < after:
            return _tidy(steps * grain)
    return math.nextafter(at, math.inf)


def _grains(at: float, unit: float) -> list[float]:
    """Return the steps of tidy numbers about a threshold: the six digits of the unit, then ever finer ones."""
    coarse, fine = (math.floor(math.log10(each)) - _DIGITS + 1 for each in (max(abs(at), unit), abs(at) or unit))
    return [10.0**power for power in (*range(coarse, fine, -2), *range(fine, fine - 6, -2))]


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
