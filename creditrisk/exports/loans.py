"""Loans as rows of plain values, as a program without Python would hold them, and what the model says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.models.scale import grade_index, grade_names, points_of_log_odds, scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.table import LoanTable
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.trained_model import TrainedModel


@dataclass(frozen=True, eq=False)
class Loans:
    """Rows of values, None for missing, and the name and kind of each column.

    The kinds are `number`, `text`, `date` (days since 1970-01-01) and `row` (a whole number).
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Answer:
    """What the model says of a loan: `points` before they are rounded; no decision where it keeps no cut-off."""

    pd: float
    score: int
    points: float
    grade: str
    decision: str | None


def plain_loans(model: TrainedModel, table: LoanTable, ids: Sequence[str]) -> Loans:
    """Return the columns that a model looks at, behind ids, which hold the number of the row."""
    kinds = {column.name: column.kind for column in model.schema.columns}
    names = [step.name for step in model.recipe.steps]
    own = [(name, {"numeric": "number", "categorical": "text"}.get(kinds[name], "date")) for name in names]
    numbers = [list(range(len(table)))] * len(ids)
    values = [_plain(table.table.column(name), kind) for name, kind in own]
    return Loans((*((name, "row") for name in ids), *own), tuple(zip(*numbers, *values, strict=True)))


def numbered(loans: Loans) -> Loans:
    """Return loans that were put together with ids from 0 on."""
    ids = sum(kind == "row" for _, kind in loans.columns)
    return Loans(loans.columns, tuple((*[place] * ids, *row[ids:]) for place, row in enumerate(loans.rows)))


def _plain(column: pa.ChunkedArray, kind: str) -> list[object]:
    if kind == "date":
        column = column.cast(pa.int32()).cast(pa.float64())
    elif kind == "number":
        column = column.cast(pa.float64())
    values: list[object] = column.to_pylist()
    return values


def answers_of(scorer: Scorer, table: LoanTable) -> list[Answer]:
    """Return what the model itself says of loans."""
    model, scored = scorer.model, scorer.score(table)
    names, cutoff = grade_names(model.scale), model.decision_cutoff
    grades = [names[place] for place in grade_index(scored.pd, model.scale).tolist()]
    decided = np.where(scored.pd >= cutoff, "refuse", "accept").tolist() if cutoff else [None] * len(grades)
    whole, points = scores(scored.log_odds, model.scale), points_of_log_odds(scored.log_odds, model.scale)
    listed = (scored.pd.tolist(), whole.tolist(), points.tolist(), grades, decided)
    return [Answer(*each) for each in zip(*listed, strict=True)]
