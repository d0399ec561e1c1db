"""The leaks of single columns, each column with its best explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from creditrisk.audit.leaks.after_outcome import filled_after
from creditrisk.audit.leaks.alone import predicts_alone
from creditrisk.audit.leaks.post_outcome_names import named_after
from creditrisk.audit.leaks.same_as_target import target_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.audit.results import Finding

#: A copy of the outcome also predicts alone, and is filled after it: the first that is sure is told.
_RULES = (target_again, filled_after, named_after, predicts_alone)
_KEPT: WeakKeyDictionary[AuditedLoans, tuple[Finding, ...]] = WeakKeyDictionary()


def single_columns(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns that leak by themselves: of each column the gravest finding, and of those the first rule's."""
    yield from found_of_single(loans)


def found_of_single(loans: AuditedLoans) -> tuple[Finding, ...]:
    """Return what `single_columns` finds, looked for once."""
    if loans not in _KEPT:
        best: dict[tuple[str, ...], Finding] = {}
        for finding in (finding for rule in _RULES for finding in rule(loans)):
            columns = finding.columns
            if columns not in best or (finding.severity == "high" and best[columns].severity != "high"):
                best[columns] = finding
        _KEPT[loans] = tuple(best.values())
    return _KEPT[loans]
