"""Columns over which newer loans are spread otherwise than older ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.audit.drift.changed_missing import is_filled_otherwise
from creditrisk.audit.drift.changed_scale import scale_factor
from creditrisk.audit.drift.sides import ALPHA, compared
from creditrisk.audit.listing import cut, named, quoted
from creditrisk.audit.results import Finding, Severity
from creditrisk.metrics.cell_shift import cell_shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.audit.loans import AuditedLoans

#: The bounds of PSI that credit scoring has used for decades.
PSI_BOUNDS: tuple[tuple[float, Severity], ...] = ((0.25, "medium"), (0.1, "low"))


def shifted_distribution(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns whose PSI between older and newer loans is above 0.25, or 0.1, and more than chance explains.

    Columns of which another rule says more, that missing values jump or a unit changed, are left to it.
    """
    columns = compared(loans)
    shifts = []
    for sides in columns:
        shift, tests = cell_shift(*sides.parts()), len(columns)
        explained = is_filled_otherwise(sides, loans, tests) or scale_factor(sides, tests) is not None
        if shift.p_value * tests < ALPHA and not explained:
            shifts.append((shift.value, sides.column.name))
    most = math.inf
    for bound, severity in PSI_BOUNDS:
        found = sorted([pair for pair in shifts if bound < pair[0] <= most], reverse=True)
        most = bound
        if found:
            yield _finding(found, severity, bound)


def _finding(found: Sequence[tuple[float, str]], severity: Severity, bound: float) -> Finding:
    names = [name for _, name in found]
    return Finding(
        kind="drift",
        severity=severity,
        rule="shifted-distribution",
        columns=tuple(names),
        what=f"The newer loans are spread otherwise than the older ones over {named(names)}.",
        evidence=f"PSI above {bound:g} and more than chance explains: "
        f"{cut([f'{quoted(name)} {value:.2f}' for value, name in found])}.",
        fix="Ask what changed: who applies, what is offered, or how the column is filled. Watch a model that leans on "
        "it, or train without it: --drop NAME.",
    )
