"""The frozen results of the commands that end in a file of loans; apart from the others, since scoring starts often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Scoring:
    """The result of `predict`: how many loans were scored, and what was unusual in them.

    `scores` is a pyarrow Table where no file was written, else None.
    """

    model: str
    file: str
    output: str
    rows: int
    rejected: int
    mean_pd: float
    remarks: tuple[str, ...]
    seconds: float
    scores: Any = None


@dataclass(frozen=True)
class Sample:
    """The result of `sample`: the loans, their expected default rate, the best AUC and BCE that any model can reach."""

    output: str
    rows: int
    expected_rate: float
    best_auc: float
    best_bce: float
