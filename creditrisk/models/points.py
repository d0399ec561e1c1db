"""The card of a scorecard: the points of every bin of every column, for people and for systems without Python.

A loan's score is the sum of its points, one bin of each column. They are those of the whole model: of the log-odds
after class weights are undone and a line of calibration is applied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.dates import iso_day
from creditrisk.features.steps import CategoryStep
from creditrisk.features.woe import CategoryBins
from creditrisk.models.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.features.steps import Step
    from creditrisk.features.woe import NumberBins
    from creditrisk.models.scorecard import ScorecardColumn
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.option_values import Scale

_MOST_LEVELS = 8


@dataclass(frozen=True)
class PointsRow:
    """One bin of one column.

    Attributes
    ----------
    column : str
    bin : str
        The values that it holds, in words.
    share, rate : float or None
        Its share of the training loans and their default rate; None where fewer than 10 loans are in it.
    woe : float
        Weight of evidence; higher is safer.
    points : float
        What it adds to the score, not rounded.
    iv : float
        Information value of the whole column.
    """

    column: str
    bin: str
    share: float | None
    rate: float | None
    woe: float
    points: float
    iv: float


def points_card(model: TrainedModel) -> tuple[PointsRow, ...]:
    """Return the card of a scorecard, the column of the highest information value first; nothing for other kinds."""
    card = model.learned
    if not isinstance(card, Scorecard):
        return ()
    dates = model.schema.dates
    at_0, at_1 = model.log_odds(np.array([0.0, 1.0])).tolist()
    points = points_of(card, model.scale, at_0, at_1 - at_0)
    rows: list[PointsRow] = []
    for column, earned in sorted(zip(card.columns, points, strict=True), key=lambda pair: -pair[0].iv):
        step = model.recipe.steps[column.index]
        names = _bin_names(column, step, is_date=column.name in dates)
        shares = [share or None for share in column.share]
        rates = [rate if share else None for share, rate in zip(column.share, column.rate, strict=True)]
        figures = zip(names, shares, rates, column.bins.woe, earned, strict=True)
        rows += [PointsRow(column.name, *figure, column.iv) for figure in figures if figure[0]]
    return tuple(rows)


def points_of(
    scorecard: Scorecard, scale: Scale, offset: float = 0.0, slope: float = 1.0
) -> tuple[tuple[float, ...], ...]:
    """Return the points of each column's bins, in the order of `bins.woe`; a loan's add up to its score.

    Each column has an equal share of what belongs to none: a bin of WOE 0 has that share alone. Points are not rounded;
    rounded to whole ones, n columns may move a score by n/2.

    Parameters
    ----------
    offset, slope : float
        The model's log-odds are offset + slope · the scorecard's: class weights undone, a line of calibration.

    Returns
    -------
    tuple, one tuple a column; empty for a scorecard without columns, where every loan's score is the same.
    """
    if not scorecard.columns:
        return ()
    constant = scale.base_score - scale.factor * (math.log(scale.base_odds) + slope * scorecard.intercept + offset)
    share = constant / len(scorecard.columns)
    return tuple(
        tuple(share - scale.factor * slope * column.coefficient * woe for woe in column.bins.woe)
        for column in scorecard.columns
    )


def _bin_names(column: ScorecardColumn, step: Step, *, is_date: bool) -> list[str]:
    """Return the values of each bin in words; an empty text for a bin that no loan can be in."""
    missing = "missing" if step.fill is None else ""
    if isinstance(column.bins, CategoryBins):
        levels = step.levels if isinstance(step, CategoryStep) else ()
        return [*_groups(column.bins.groups, levels), "any other", missing]
    return [*_ranges(column.bins, is_date=is_date), missing]


def _groups(groups: Sequence[int], levels: Sequence[str]) -> list[str]:
    names = []
    for group in range(max(groups, default=-1) + 1):
        members = [level for level, place in zip(levels, groups, strict=True) if place == group]
        more = f" and {len(members) - _MOST_LEVELS} more" if len(members) > _MOST_LEVELS else ""
        names.append(", ".join(members[:_MOST_LEVELS]) + more)
    return names


def _ranges(bins: NumberBins, *, is_date: bool) -> list[str]:
    edges = [_edge(edge, is_date=is_date) for edge in bins.edges]
    if not edges:
        inner = ["any number"]
    else:
        inner = [f"below {edges[0]}", *(f"{low} to below {high}" for low, high in pairwise(edges)), f"from {edges[-1]}"]
    return [*inner, *(f"{code:.12g}" for code in bins.special)]


def _edge(edge: float, *, is_date: bool) -> str:
    """Return an edge as it is written in the data; a date that is no whole day begins with the next one."""
    if is_date:
        return iso_day(math.ceil(edge))
    return f"{edge:.12g}"
