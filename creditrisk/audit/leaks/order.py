"""Numbers of loans, and the order of the file itself, that know the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.alone import CERTAIN, ranked
from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.listing import quoted
from creditrisk.audit.loans import AuditedColumn
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

#: Above 0.5 by so much, and by so many standard errors more: 1 file in 1,000 of unsorted loans would be so.
_CLEARLY = 0.02
_ERRORS = 3.3
#: The name in a finding about the order of the rows, which has no column.
ROW_ORDER = "row-order"


def id_predicts(loans: AuditedLoans) -> Iterator[Finding]:
    """Find ids, and the order of the rows, that rank the loans: medium, and high from an AUC of 0.95.

    The AUC must be above 0.52 by 3.3 standard errors.

    An id here is a column of whole numbers that is one by option or is left out as one. An id that rises with the rows
    says what their order says and is told in its place. Where a time is known and the rows follow it, their order says
    what the time does, and nothing is found.
    """
    known = known_loans(loans)
    if not known.can_be_ranked or (loans.time is not None and _rises(loans.time)):
        return
    ids = [column for column in loans.columns if _is_number_of_loan(column)]
    rows = AuditedColumn(ROW_ORDER, "numeric", "left out", np.arange(len(loans), dtype=np.float64))
    in_order = any(_rises(column.values) or _rises(-column.values) for column in ids)
    for column in ids if in_order else [*ids, rows]:
        auc = known.alone_of(known.taken(column)).auc
        if auc.value - _ERRORS * auc.se > 0.5 + _CLEARLY:
            yield _finding(column.name, auc, is_order=column is rows)


def _is_number_of_loan(column: AuditedColumn) -> bool:
    if column.kind != "numeric" or column.use not in ("id", "left out"):
        return False
    present = column.cells.values
    return len(present) > 1 and bool((present == np.floor(present)).all())


def _rises(values: Floats) -> bool:
    """Whether values nearly never fall from a row to the next."""
    present = values[~np.isnan(values)]
    return len(present) > 1 and float((np.diff(present) >= 0).mean()) >= 0.99


def _finding(name: str, auc: Estimate, *, is_order: bool) -> Finding:
    certain = auc.value >= CERTAIN
    subject = "The order of the rows" if is_order else f"{quoted(name)}, a number of the loan,"
    found = Finding(
        kind="leak",
        severity="medium",
        rule="id-predicts",
        columns=() if is_order else (name,),
        what=f"{subject} tells something of the outcome: the file is sorted, by time or otherwise.",
        evidence=ranked(auc),
        fix="--time COLUMN if the loans are in the order of their dates; never learn from a number of the loan.",
    )
    if not certain:
        return found
    return replace(
        found,
        severity="high",
        what=f"{subject} tells the outcome: the file is sorted by it.",
        fix="Never learn from a number of the loan; ask how the file was made, for a sample by outcome has another "
        "default rate than the portfolio.",
    )
