"""From loans to PDs with a trained model: the one path for training's held-out loans, `evaluate` and `predict`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import numbers, texts
from creditrisk.data.table import LoanTable
from creditrisk.errors import ModelFileError
from creditrisk.features.steps import Notices
from creditrisk.metrics.odds import expit
from creditrisk.models.booster import BoosterError

if TYPE_CHECKING:
    from creditrisk.data.schema import Schema
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import GoldenRows, TrainedModel

#: How far a golden row's log-odds may be from the stored ones before the model is refused.
_GOLDEN_TOLERANCE = 1e-9
_A_PART = 1 << 18


class Counts(Protocol):
    """What counts scored loans as it sees them, such as `features.profile.ProfileCounts`."""

    def add(self, matrix: Floats) -> None:
        """See the next rows of the recipe's matrix, shape (n_rows, n_columns)."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of a batch, arrays of shape (n_rows,), and what was unusual in it.

    `raw` are the learner's log-odds, still tilted by class weights and not calibrated; `log_odds` are the model's.
    """

    raw: Floats
    log_odds: Floats
    pd: Floats
    notices: Notices


class Scorer:
    """A model ready to score; it gives a loan the same PD whatever else is in the batch."""

    def __init__(self, model: TrainedModel, threads: int = 0) -> None:
        self.model = model
        self._raw = model.learned.scorer(threads)

    def score(self, loans: LoanTable, counts: Counts | None = None) -> Scores:
        """Return the scores of loans that were read by the model's schema, and show them to `counts`."""
        matrix, notices = self.model.recipe.matrix(loans)
        if counts is not None:
            counts.add(matrix)
        return self.of_matrix(matrix, notices)

    def of_matrix(self, matrix: Floats, notices: Notices) -> Scores:
        """Return the scores of rows of the recipe's matrix, shape (n_rows, n_columns), with what `matrix` noticed.

        Several threads may call it at the same time.
        """
        raw = self._raw(matrix)
        z = self.model.log_odds(raw)
        return Scores(raw, z, expit(z), notices)


def score_in_parts(scorer: Scorer, loans: LoanTable) -> Scores:
    """Return the scores of many loans without a matrix of all of them: the same as of all at once."""
    parts = [scorer.score(part) for part in loans.batches(_A_PART)]
    notices = Notices()
    for part in parts:
        notices.add(part.notices)
    raw, z, pd = (np.concatenate([getattr(part, name) for part in parts]) for name in ("raw", "log_odds", "pd"))
    return Scores(raw, z, pd, notices)


def checked_scorer(model: TrainedModel, threads: int = 0) -> Scorer:
    """Return a scorer that was seen to give the golden rows their stored log-odds.

    Raises
    ------
    ModelFileError
        When LightGBM refuses the trees or a golden row's log-odds differ.
    """
    try:
        scorer = Scorer(model, threads)
        z = scorer.score(golden_loans(model.schema, model.golden)).log_odds
    except BoosterError as error:
        raise ModelFileError(f"LightGBM refuses the model: {error}.", fix="Train the model again.") from error
    if not (np.abs(z - np.array(model.golden.log_odds)) <= _GOLDEN_TOLERANCE).all():
        raise ModelFileError(
            "The model no longer gives the log-odds that it gave when it was saved.",
            fix="Install the versions that the model names, or train it again.",
        )
    return scorer


def golden_loans(schema: Schema, golden: GoldenRows) -> LoanTable:
    """Return the golden rows as loans."""
    kinds = {column.name: column.kind for column in schema.columns}
    arrays = {}
    for index, name in enumerate(golden.columns):
        values = [row[index] for row in golden.rows]
        if kinds[name] == "date":
            arrays[name] = _numbers(values).cast(pa.int32()).cast(pa.date32())
        elif kinds[name] == "numeric":
            arrays[name] = _numbers(values)
        else:
            arrays[name] = texts([value if isinstance(value, str) else None for value in values])
    return LoanTable(schema, pa.table(arrays), None, {})


def _numbers(values: list[float | str | None]) -> pa.Array:
    valid = np.array([value is not None for value in values])
    return numbers(np.array([0.0 if value is None else float(value) for value in values]), valid)
