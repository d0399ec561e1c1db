"""The rules of drift: what differs between older and newer loans, or between two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.drift.changed_levels import categories_appear, categories_vanish
from creditrisk.audit.drift.changed_missing import missing_jumps
from creditrisk.audit.drift.changed_risk import level_shift, relation_turns
from creditrisk.audit.drift.changed_scale import scale_changed
from creditrisk.audit.drift.changed_shape import shifted_distribution
from creditrisk.audit.drift.told_apart import distinguishable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.audit.results import Finding

#: Each finds nothing where `loans.newer` is None, or either side has fewer than 50 loans.
DRIFT_RULES: tuple[Callable[[AuditedLoans], Iterator[Finding]], ...] = (
    scale_changed,
    missing_jumps,
    distinguishable,
    categories_appear,
    shifted_distribution,
    relation_turns,
    level_shift,
    categories_vanish,
)
