"""A column that is the outcome again: copied, turned round, split into cases or put together from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.listing import quoted, share
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.leaks.known_loans import KnownLoans
    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

#: Chance must be less likely than this to keep repeated values pure.
_CHANCE = 1e-9
#: A column with more different values than this part of the loans is a number of somebody, not an outcome.
_MOST_DISTINCT = 0.3


def target_again(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns that are the outcome in other words: high, and dropped.

    Either every value that several loans share has one outcome only (a copy, an inverse, a refinement such as the
    reason of a default), and chance would do that in less than 1 of 10⁹ files; or the outcome column's own texts
    determine the column, the loans without a known outcome included, and it differs between default and repaid.
    """
    known = known_loans(loans)
    if not 0 < known.defaults < len(known.y_true):
        return
    for column, whole in zip(known.columns, loans.learned_from, strict=True):
        kind = _is_pure(known, column) or _is_determined(loans, known, column, whole)
        if kind:
            yield _finding(known, column, kind)


def _is_pure(known: KnownLoans, column: AuditedColumn) -> str:
    """Return what a column is whose values each have one outcome, empty where it is not."""
    cells = column.cells
    defaults = cells.sums(known.y_true)
    repeated = cells.loans >= 2
    loans, bad = cells.loans[repeated], defaults[repeated]
    if not ((bad == 0) | (bad == loans)).all() or not 0 < bad.sum() < loans.sum():
        return ""
    if len(cells.values) > _MOST_DISTINCT * len(known.y_true):
        return ""
    # The logarithm, because a power of a rate with a hundred thousand loans is 0.
    by_chance = np.logaddexp(loans * np.log(known.rate), loans * np.log1p(-known.rate)).sum()
    if by_chance > np.log(_CHANCE):
        return ""
    return "is the outcome again" if int((cells.loans > 0).sum()) == 2 else "is the outcome, split into cases"


def _is_determined(loans: AuditedLoans, known: KnownLoans, column: AuditedColumn, whole: AuditedColumn) -> str:
    """Return what a column is that the outcome's texts determine, empty where they do not."""
    if loans.status is None or not _each_has_one(loans.status, whole):
        return ""
    rates = column.cells.sums(known.y_true) / np.maximum(column.cells.loans, 1)
    return "is made of the outcome's own texts" if np.ptp(rates[column.cells.loans > 0]) == 1.0 else ""


def _each_has_one(status: object, column: AuditedColumn) -> bool:
    """Whether every text of the outcome goes with one value of a column, and some text with several loans."""
    code = column.cells.code
    texts, first, place = np.unique(np.asarray(status), return_index=True, return_inverse=True)
    return len(texts) < len(code) and bool((code == code[first][place]).all())


def _finding(known: KnownLoans, column: AuditedColumn, kind: str) -> Finding:
    cells = column.cells
    present = int((cells.loans > 0).sum())
    pure = cells.loans[cells.loans >= 2].sum()
    return Finding(
        kind="leak",
        severity="high",
        rule="target-again",
        columns=(column.name,),
        what=f"{quoted(column.name)} {kind}.",
        evidence=f"{present:,} different values (missing counts as one); none that several loans share has both "
        f"outcomes, and {share(float(pure), len(known.y_true))} of the loans have such a value",
        fix=f"--drop {quoted(column.name)}",
        drop=(column.name,),
    )
