"""What an audit of loans finds, as frozen data: findings with their evidence, and the facts of each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from creditrisk.metrics.estimate import Estimate

FindingKind = Literal["leak", "quality", "drift"]
Severity = Literal["high", "medium", "low"]
#: The kinds and severities, worst first: the order of a report.
KINDS: tuple[FindingKind, ...] = ("leak", "quality", "drift")
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, or may be, with the numbers that show it and the option that settles it.

    Attributes
    ----------
    kind : "leak", "quality" or "drift"
        A leak makes figures better than they will be; quality is what is wrong with the cells; drift is what differs
        between older and newer loans, or between two files.
    severity : "high", "medium" or "low"
        High: a model trained on these loans as they are is wrong, or its figures are; it fails `--fail-on`.
        Medium: look before you train. Low: good to know.
    rule : str
        The name of the rule, the same for ever: "predicts-alone".
    columns : names
        The columns that it is about, gravest first; none where it is about rows or the file.
    what : str
        One sentence that says what is odd.
    evidence : str
        The numbers that show it. Never a value of a loan, but for values that at least 10 loans share.
    fix : str
        The option, or the step, that settles it.
    drop : names
        The columns that `--drop-leaks` leaves out because of it.
    """

    kind: FindingKind
    severity: Severity
    rule: str
    what: str
    evidence: str
    fix: str
    columns: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """What a column holds, without a value of any one loan.

    Attributes
    ----------
    name, kind : str
        The kind is "numeric", "categorical" or "date".
    use : str
        "learned from", "id", "outcome", "time", "group", "weight", or "left out".
    note : str
        The reason why it is left out, or the unit of its cells; else empty.
    missing : float
        Share of the loans without a value, 0 to 1.
    distinct : int
        Different values, missing apart.
    top_share : float
        Share of the most frequent value among those present, 0 to 1.
    special : numbers
        Codes that hide among the numbers: 96, −9, 365243.
    quantiles : numbers
        Of numbers, those at 1, 25, 50, 75 and 99 % of the loans with a value; of dates, as days since 1970-01-01;
        of categories none.
    auc : Estimate or None
        How well the column alone ranks the loans, whatever the form of the relation, 0.5 to 1; None without outcomes.
    iv : float
        Information value, 0 or more; NaN without outcomes.
    trend : numbers
        The same AUC in each period of the audit, oldest first (NaN where a period has too few loans); empty without
        a time.
    """

    name: str
    kind: str
    use: str
    note: str
    missing: float
    distinct: int
    top_share: float
    special: tuple[float, ...] = ()
    quantiles: tuple[float, ...] = ()
    auc: Estimate | None = None
    iv: float = float("nan")
    trend: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found in loans: facts of every column in the file's order, findings with the worst first.

    `loans` have a known outcome, of which `defaults` did; both are 0 without an outcome. `periods` names the periods
    of the trends, `compared` says which loans drift was looked for between. Of very many rows only `looked_at` were,
    evenly spread; 0 says that all were.
    """

    file: str
    rows: int
    loans: int
    defaults: int
    set_aside: int
    rejected: int
    target: str
    columns: tuple[ColumnFacts, ...]
    findings: tuple[Finding, ...]
    periods: tuple[str, ...] = ()
    compared: str = ""
    looked_at: int = 0
    seconds: float = 0.0

    @property
    def leaks(self) -> tuple[str, ...]:
        """The columns that `--drop-leaks` leaves out, each once."""
        return tuple(dict.fromkeys(name for finding in self.findings for name in finding.drop))


def worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, then by kind; within both the order stays."""
    rank = {name: place for place, name in enumerate((*SEVERITIES, *KINDS))}
    return tuple(sorted(findings, key=lambda finding: (rank[finding.severity], rank[finding.kind])))
