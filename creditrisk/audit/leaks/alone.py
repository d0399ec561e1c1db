"""A column that ranks the loans by itself better than what is known at a decision does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.listing import quoted
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.audit.results import Severity
    from creditrisk.metrics.estimate import Estimate

#: From here on a column is taken for the outcome in disguise, if its interval does not reach far below.
CERTAIN = 0.95
_CERTAIN_LOW = 0.9
#: Application data hardly have a column above 0.8.
SUSPICIOUS = 0.85


def predicts_alone(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns with an AUC alone of 0.85 and more: medium; from 0.95 with a lower end of 0.9: high, and dropped."""
    for name, strength in known_loans(loans).alone.items():
        if strength.auc.value >= SUSPICIOUS:
            yield _finding(name, strength.auc)


def ranked(auc: Estimate) -> str:
    """Return an AUC alone with its interval in words.

    >>> from creditrisk.metrics.estimate import Estimate
    >>> ranked(Estimate(0.912, 0.9, 0.925))
    'AUC alone 0.912 (0.900–0.925)'
    """
    return f"AUC alone {auc.value:.3f} ({auc.low:.3f}–{auc.high:.3f})"


def _finding(name: str, auc: Estimate) -> Finding:
    certain = auc.value >= CERTAIN and auc.low >= _CERTAIN_LOW
    severity: Severity = "high" if certain else "medium"
    if certain:
        what = f"{quoted(name)} alone nearly tells the outcome: it must have been written after it."
        fix = f"--drop {quoted(name)}"
    else:
        what = f"{quoted(name)} alone ranks the loans as few columns do that are known at the decision."
        fix = f"Find out when it is written; --drop {quoted(name)} if that is after the decision."
    return Finding(
        kind="leak",
        severity=severity,
        rule="predicts-alone",
        columns=(name,),
        what=what,
        evidence=ranked(auc),
        fix=fix,
        drop=(name,) if certain else (),
    )
