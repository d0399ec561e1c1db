"""Which columns a file of scores has, and how each is made from the scored loans."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.arrow import numbers, texts
from creditrisk.errors import UsageError, did_you_mean, shown
from creditrisk.models.scale import grade_index, grade_names, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from creditrisk.data.schema import Schema
    from creditrisk.data.table import LoanTable
    from creditrisk.jobs.reason_codes import ReasonCodes
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.scoring import Scores
    from creditrisk.models.trained_model import TrainedModel

#: What the tool itself can say of a loan; `row` is the number of the loan in its file, from 1.
OWN = ("row", "pd", "score", "grade", "grade_pd", "decision", "log_odds")
#: What a decision is called, by whether the PD is at the cut-off or above it.
DECISIONS = ("accept", "refuse")


@dataclass(frozen=True, eq=False)
class ScoredBatch:
    """Scored loans, of which columns are made.

    Attributes
    ----------
    loans : LoanTable
    matrix : float64 array, shape (n_rows, n_columns)
        The recipe's, of which the scores were computed.
    scores : Scores
    before : int
        The number of loans in the batches before it.
    """

    loans: LoanTable
    matrix: Floats
    scores: Scores
    before: int


@dataclass(frozen=True)
class ScoreColumns:
    """The columns of a file of scores, in order.

    Attributes
    ----------
    names : tuple of str
        As they stand in the header.
    sources : tuple of str
        For each one of `OWN`, or "" for a column that is copied from the file.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def copied(self) -> tuple[str, ...]:
        """The columns of the input that are copied as they stand."""
        return tuple(name for name, source in zip(self.names, self.sources, strict=True) if not source)

    def of(
        self, batch: ScoredBatch, model: TrainedModel, codes: ReasonCodes | None = None
    ) -> list[pa.Array | pa.ChunkedArray]:
        """Return the columns of one batch, those of reasons made by `codes`; several threads may ask."""
        reasons = codes.of(batch) if codes is not None else {}
        scale, cutoff, scored = model.scale, model.decision_cutoff, batch.scores
        first = batch.before + 1
        made: dict[str, Callable[[], pa.Array]] = {
            "row": lambda: numbers(np.arange(first, first + len(batch.loans))),
            "pd": lambda: numbers(scored.pd),
            "score": lambda: numbers(scores(scored.log_odds, scale)),
            "grade": lambda: texts(grade_names(scale)).take(numbers(grade_index(scored.pd, scale))),
            "grade_pd": lambda: numbers(np.array(scale.pds)[grade_index(scored.pd, scale)]),
            "decision": lambda: texts(DECISIONS).take(numbers((scored.pd >= cutoff).astype(np.int64))),
            "log_odds": lambda: numbers(scored.log_odds),
            **{name: partial(reasons.__getitem__, name) for name in reasons},
        }
        named = zip(self.names, self.sources, strict=True)
        return [made[source]() if source else batch.loans.copied.column(name) for name, source in named]


def score_columns(
    asked: Sequence[str], schema: Schema, header: Sequence[str], *, decides: bool = False, reasons: int = 0
) -> ScoreColumns:
    """Return the columns that were asked for, or the ids, PD, score, grade and, where the model `decides`, decision.

    A name is one of `OWN`, the target (which stands for the PD, as in a competition's submission), one of those of so
    many `reasons`, or a column of the file, which is copied as it stands. Where no column of reasons was asked for,
    their names come last.

    Raises
    ------
    UsageError
        When a name is none of these, or comes twice; all of them are listed.
    """
    if not asked:
        ids = schema.ids or ("row",)
        usual = ("pd", "score", "grade", *(["decision"] if decides else []))
        asked = (*ids, *(name for name in usual if name not in ids))
    of_reasons = reason_columns(reasons)
    if not set(asked) & set(of_reasons):
        asked = (*asked, *(name for name in of_reasons[:reasons] if name not in schema.ids))
    own = {schema.target.name: "pd", **{name: name for name in (*OWN, *of_reasons)}}
    # An id has its name even where a column of ours is called the same.
    sources = ["" if name in schema.ids else own.get(name, "") for name in asked]
    known = [*header, *own]
    may_be = ", ".join((*OWN, *of_reasons))
    wrong = [
        f"{shown(name)} is neither a column of the file nor one of {may_be}{_meant(name, known)}"
        for name, source in zip(asked, sources, strict=True)
        if not source and name not in header and name not in schema.ids
    ]
    wrong += [f"{shown(name)} is named twice" for name in dict.fromkeys(asked) if list(asked).count(name) > 1]
    if "decision" in sources and not decides:
        wrong.append('"decision": the model keeps no cut-off; train it with --decision')
    if wrong:
        raise UsageError("--columns names what cannot be written.", where=wrong)
    return ScoreColumns(tuple(asked), tuple(sources))


def reason_columns(count: int) -> tuple[str, ...]:
    """Return the names of the columns that so many reasons can be written to.

    >>> reason_columns(2)
    ('reason_1', 'reason_2', 'reason_1_log_odds', 'reason_2_log_odds')
    """
    ranks = range(1, count + 1)
    return (*(f"reason_{rank}" for rank in ranks), *(f"reason_{rank}_log_odds" for rank in ranks))


def _meant(name: str, known: Sequence[str]) -> str:
    if re.fullmatch(r"reason_[0-9]+(_log_odds)?", name):
        return "; reasons are written with --reasons N"
    return did_you_mean(name, known)
