"""One loan: what makes up its PD, step by step, and the least change that would pass the cut-off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.dates import iso_day
from creditrisk.errors import shown
from creditrisk.evaluation.explaining.changes import Found, nearest_change
from creditrisk.evaluation.explaining.levers import levers_of
from creditrisk.evaluation.explanation import Change, ChangedColumn, ExplainedLoan, Step
from creditrisk.features.steps import CategoryStep, Notices
from creditrisk.models.reasons.reasons import Reasons, variables_of
from creditrisk.models.scale import grade_index, grade_names, scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from creditrisk.data.table import LoanTable
    from creditrisk.evaluation.explaining.levers import Lever
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.option_values import Scale

#: Log-odds below which a step is rounding.
_LEAST = 1e-12


def explain_loan(
    scorer: Scorer, loan: LoanTable, named: str, row: int, cutoff: float, ways: Mapping[str, str]
) -> tuple[ExplainedLoan, tuple[str, ...]]:
    """Return the explanation of a loan, and what to say of it.

    Parameters
    ----------
    scorer : Scorer
    loan : LoanTable
        That loan alone.
    named : str
        What it was asked for by.
    row : int
        Of the file, from 1.
    cutoff : float
        The PD from which loans are refused; 0 where none is known.
    ways : mapping of the columns that may change to `down`, `up` or `any`

    Raises
    ------
    UsageError
        When a column that is to change is not the model's.
    """
    model = scorer.model
    matrix, _ = model.recipe.matrix(loan)
    scored = scorer.of_matrix(matrix, Notices())
    base, steps = _steps(model, loan, matrix)
    z = float(scored.log_odds[0])
    change, remarks = (None, ()) if not ways else _change(scorer, matrix, cutoff, ways)
    return ExplainedLoan(
        row=row,
        id=named,
        pd=float(scored.pd[0]),
        log_odds=z,
        score=int(scores(scored.log_odds, model.scale)[0]),
        grade=grade_names(model.scale)[int(grade_index(scored.pd, model.scale)[0])],
        base_log_odds=base,
        base_points=points_at(base, model.scale),
        steps=steps,
        calibration=z - (steps[-1].after if steps else base) if model.calibration.knots else 0.0,
        cutoff=cutoff,
        change=change,
    ), remarks


def points_at(z: float, scale: Scale) -> float:
    """Return the points of log-odds, not rounded."""
    return scale.base_score + scale.factor * (-z - math.log(scale.base_odds))


def _steps(model: TrainedModel, loan: LoanTable, matrix: Floats) -> tuple[float, tuple[Step, ...]]:
    reasons = Reasons(model)
    adds = reasons.contributions(matrix)[:, 0]
    values = value_texts(model, loan)
    of = variables_of(model)
    steps, after = [], reasons.base
    for place in np.argsort(-np.abs(adds), kind="stable").tolist():
        if abs(adds[place]) <= _LEAST:
            break
        after += float(adds[place])
        name = reasons.names[place]
        own = {column: values[column] for column, variable in of.items() if variable == name}
        steps.append(Step(name, own, float(adds[place]), -model.scale.factor * float(adds[place]), after))
    return reasons.base, tuple(steps)


def value_texts(model: TrainedModel, loan: LoanTable) -> dict[str, str]:
    """Return what stands in each column of a loan, in words."""
    texts = {}
    kinds = {column.name: column.kind for column in model.schema.columns}
    for step in model.recipe.steps:
        value = loan.column(step.name)[0].as_py()
        if value is None:
            texts[step.name] = "missing"
        elif kinds[step.name] == "numeric":
            texts[step.name] = number_text(value)
        else:
            texts[step.name] = str(value)
    return texts


def number_text(value: float) -> str:
    """Return a number as it would be typed.

    >>> number_text(12000.0), number_text(0.1)
    ('12000', '0.1')
    """
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _change(scorer: Scorer, matrix: Floats, cutoff: float, ways: Mapping[str, str]) -> tuple[Change, tuple[str, ...]]:
    model = scorer.model

    def pd_of(rows: Floats) -> Floats:
        return scorer.of_matrix(rows, Notices()).pd

    levers, remarks = levers_of(model, ways, matrix[0])
    now = float(pd_of(matrix)[0])
    if now < cutoff:
        return Change((), now, found=True, exact=True, tried=0), remarks
    found = nearest_change(pd_of, matrix[0], levers, cutoff)
    if not isinstance(found, Found):
        return Change((), now, found=False, exact=False, tried=found), remarks
    changed = tuple(
        _changed(model, lever, float(matrix[0, lever.column]), place)
        for lever, place in zip(found.levers, found.places, strict=True)
    )
    exact = found.whole and all(lever.exact for lever in levers)
    copied = [f"{shown(each.column)} goes together with {_names(others)}, which did not move."
              for each in changed if (others := _copies(model, each.column))]  # fmt: skip
    return Change(changed, found.pd, found=True, exact=exact, tried=found.tried), (*remarks, *copied)


def _names(names: Sequence[str]) -> str:
    return ", ".join(shown(name) for name in names)


def _copies(model: TrainedModel, column: str) -> list[str]:
    return [name for group in model.copies if column in group for name in group if name != column]


def _changed(model: TrainedModel, lever: Lever, before: float, place: int) -> ChangedColumn:
    step = model.recipe.steps[lever.column]
    is_date = lever.name in model.schema.dates
    after = float(lever.values[place])
    if isinstance(step, CategoryStep):
        old = step.levels[int(before)] if before < len(step.levels) else "a level that training did not know"
        return ChangedColumn(lever.name, old, step.levels[int(after)], float(lever.distance[place]))
    old, new = (iso_day(int(value)) if is_date else number_text(value) for value in (before, after))
    return ChangedColumn(lever.name, old, new, float(lever.distance[place]))
