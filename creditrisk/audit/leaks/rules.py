"""All rules that look for leaks: what would make a model's figures better than they will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.leaks.both_sides import both_sides
from creditrisk.audit.leaks.later_dates import later_date
from creditrisk.audit.leaks.order import id_predicts
from creditrisk.audit.leaks.single_columns import single_columns
from creditrisk.audit.leaks.two_columns import two_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.audit.results import Finding

#: `single_columns` stands for predicts-alone, filled-after, named-after and target-again.
LEAK_RULES: tuple[Callable[[AuditedLoans], Iterator[Finding]], ...] = (
    single_columns,
    two_columns,
    later_date,
    id_predicts,
    both_sides,
)
