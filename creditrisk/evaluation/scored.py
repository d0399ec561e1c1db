"""The frozen results of the commands that end in a file of loans; apart from the others, since scoring starts often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditrisk.features.profile import ColumnShift


@dataclass(frozen=True)
class Unseen:
    """How many scored loans have a level of a column that the model does not know, and how it was in training.

    `share` is that of the scored loans, `in_training` that of the training loans, whose rare levels no model knows.
    """

    name: str
    loans: int
    share: float
    in_training: float


@dataclass(frozen=True)
class GivenReasons:
    """Which reasons were written beside the PDs.

    Attributes
    ----------
    count : int
        How many a loan may get.
    base_log_odds : float
        The mean log-odds of the baseline, before any isotonic calibration: with a loan's contributions it makes the
        loan's.
    baseline : str
        The file of the baseline loans; empty where it is the mean of the training loans.
    baseline_loans : int
        How many loans that file holds.
    above : float
        The PD from which on a loan gets reasons.
    """

    count: int
    base_log_odds: float
    baseline: str
    baseline_loans: int
    above: float


@dataclass(frozen=True, eq=False)
class Scoring:
    """The result of `predict`: how many loans were scored, and what was unusual in them.

    `drifted` are the columns in which the loans are spread otherwise than those of the training, gravest first;
    `unseen` tells of columns with values of levels that training did not know, `reasons` of what the reasons are.
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
    drifted: tuple[ColumnShift, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    reasons: GivenReasons | None = None
    scores: Any = None


@dataclass(frozen=True)
class Sample:
    """The result of `sample`: the loans, their expected default rate, the best AUC and BCE that any model can reach."""

    output: str
    rows: int
    expected_rate: float
    best_auc: float
    best_bce: float
