"""The audit: every rule looks at the loans, and what they find is put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.drift.rules import DRIFT_RULES
from creditrisk.audit.leaks.rules import LEAK_RULES
from creditrisk.audit.quality.rules import QUALITY_RULES
from creditrisk.audit.results import Finding, worst_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from creditrisk.audit.loans import AuditedLoans

    Rule: TypeAlias = Callable[[AuditedLoans], Iterator[Finding]]


def look(loans: AuditedLoans, drifting: AuditedLoans | None = None) -> tuple[Finding, ...]:
    """Return what all rules find, worst first.

    Parameters
    ----------
    loans : where leaks and faults are looked for
    drifting : where drift is looked for between older and newer loans; nothing is where there are no newer ones.
        Columns that are leaks play no part in it: what is written after the outcome always differs.
    """
    leaks = _by(LEAK_RULES, loans)
    found = [*leaks, *_by(QUALITY_RULES, loans)]
    if drifting is not None and drifting.newer is not None:
        found += _by(DRIFT_RULES, drifting.without({name for leak in leaks for name in leak.drop}))
    return worst_first(found)


def _by(rules: Sequence[Rule], loans: AuditedLoans) -> list[Finding]:
    return [finding for rule in rules for finding in rule(loans)]
