"""The result of `explain`, as data: what a model does with all loans, and what it does with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class Importance:
    """How much one variable matters: a column with the columns that copy it.

    Attributes
    ----------
    variable : str
    columns : tuple of str
        The columns that count as this variable.
    share : float
        What the model file alone tells: the share of the gain or of the spread, as `train` reports it.
    contribution : Estimate or None
        Mean absolute contribution to the log-odds over the loans that were looked at, with its standard error; None
        without loans.
    loss : Estimate or None
        By how much BCE rises (nats a loan) when the variable is permuted; None without outcomes.
    """

    variable: str
    columns: tuple[str, ...]
    share: float
    contribution: Estimate | None
    loss: Estimate | None


@dataclass(frozen=True)
class ResponsePoint:
    """One value of a column.

    Attributes
    ----------
    label : str
    loans : int
        Loans nearest to it, 10 or more.
    share : float
        The same as a share of the loans that were looked at.
    pd : float
        Partial effect: the mean PD if all loans had the value.
    accumulated : float
        Accumulated local effect in log-odds, 0 on average; NaN for categories and missing values, which have no order.
    """

    label: str
    loans: int
    share: float
    pd: float
    accumulated: float


@dataclass(frozen=True)
class Response:
    """What the model does along one column; `kind` is that of the column."""

    variable: str
    column: str
    kind: str
    points: tuple[ResponsePoint, ...]


@dataclass(frozen=True)
class Interaction:
    """How far two variables act together rather than each by itself.

    Attributes
    ----------
    first, second : str
    strength : float
        Standard deviation, in log-odds, of what their joint partial effect has beyond the sum of both.
    h : float
        Friedman's H: its square is the share of the joint effect's variance that this is.
    """

    first: str
    second: str
    strength: float
    h: float


@dataclass(frozen=True)
class MonotoneCheck:
    """Whether the PD moves with a column only as `--monotone` asked.

    Attributes
    ----------
    column : str
    sign : int
        +1 rises, −1 falls.
    proved : bool
        Whether the splits and bins of the model rule out a step the other way, for any loan.
    largest : float or None
        The largest step the other way, in log-odds, that was seen; None without loans.
    loans, values : int
        How many loans were moved, and to how many values of the column each.
    """

    column: str
    sign: int
    proved: bool
    largest: float | None
    loans: int
    values: int


@dataclass(frozen=True)
class Step:
    """What one variable adds to a loan's log-odds and to its points, against the mean of the training loans."""

    variable: str
    values: Mapping[str, str]
    log_odds: float
    points: float
    after: float


@dataclass(frozen=True)
class ChangedColumn:
    """One column of a change: from what to what, and how far in units of the training spread."""

    column: str
    before: str
    after: str
    distance: float


@dataclass(frozen=True)
class Change:
    """The nearest change that was found: fewest columns first, then the least distance.

    Attributes
    ----------
    columns : tuple of ChangedColumn
        Empty where the loan passes as it is, or no change passes.
    pd : float
        After the change; of the loan as it is where there is none.
    found : bool
        Whether the loan passes then.
    exact : bool
        Whether no change of as few columns is nearer, nor any of fewer passes: every one was tried, and the model makes
        no further columns of those that may change.
    tried : int
        How many changed loans were scored.
    """

    columns: tuple[ChangedColumn, ...]
    pd: float
    found: bool
    exact: bool
    tried: int


@dataclass(frozen=True)
class ExplainedLoan:
    """One loan.

    Attributes
    ----------
    row : int
        The number of its row, from 1.
    id : str
        What was asked for.
    pd, log_odds : float
    score : int
    grade : str
    base_log_odds, base_points : float
        Mean log-odds of the training loans, and the points of these: where the steps begin.
    steps : tuple of Step
        The largest in magnitude first; base + steps + `calibration` is `log_odds`.
    calibration : float
        What an isotonic calibration adds; 0 without one.
    cutoff : float
        0 where none is known.
    change : Change or None
    """

    row: int
    id: str
    pd: float
    log_odds: float
    score: int
    grade: str
    base_log_odds: float
    base_points: float
    steps: tuple[Step, ...]
    calibration: float
    cutoff: float
    change: Change | None


@dataclass(frozen=True)
class Explanation:
    """The result of `explain`.

    `structure` says how large the model is, `rows` how many loans the files have, `looked_at` how many were drawn from
    them, `defaults` is None where the outcomes are not known. `points` is the card of a scorecard, `loan` what was
    asked of one loan.
    """

    model: str
    sha256: str
    kind: str
    structure: Mapping[str, int]
    base_rate: float
    file: str
    rows: int
    rejected: int
    looked_at: int
    defaults: int | None
    importance: tuple[Importance, ...]
    responses: tuple[Response, ...]
    interactions: tuple[Interaction, ...]
    monotone: tuple[MonotoneCheck, ...]
    points: tuple[Any, ...]
    loan: ExplainedLoan | None
    remarks: tuple[str, ...]
