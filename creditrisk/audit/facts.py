"""What each column holds, and how well it alone ranks the loans, over all of them and by period."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.periods import ENOUGH_LOANS, ENOUGH_OUTCOMES
from creditrisk.audit.results import ColumnFacts
from creditrisk.data.special import special_codes
from creditrisk.metrics.shared_quantiles import shared_quantile
from creditrisk.metrics.univariate import alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.periods import Periods
    from creditrisk.metrics.estimate import Estimate

#: The loans of which a quantile tells the value, at least approximately.
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)


def column_facts(loans: AuditedLoans, periods: Periods | None) -> tuple[ColumnFacts, ...]:
    """Return the facts of every column, in the file's order.

    Figures of the outcome are those of the loans with a known one, and NaN or None without both outcomes. A period
    with fewer than 100 such loans, or 20 of the rarer outcome, has no AUC.
    """
    return tuple(_facts(column, loans, periods) for column in loans.columns)


def _facts(column: AuditedColumn, loans: AuditedLoans, periods: Periods | None) -> ColumnFacts:
    counts = column.cells.loans
    present, rows = int(counts[:-1].sum()), len(column.values)
    auc, iv = _alone(column, loans, loans.known)
    return ColumnFacts(
        name=column.name,
        kind=column.kind,
        use=column.use,
        note=column.note,
        missing=int(counts[-1]) / rows if rows else math.nan,
        distinct=len(counts) - 1,
        top_share=int(counts[:-1].max()) / present if present else math.nan,
        special=special_codes(column.values) if column.kind == "numeric" and column.use != "id" else (),
        quantiles=_quantiles(column),
        auc=auc,
        iv=iv,
        trend=() if periods is None or auc is None else _trend(column, loans, periods),
    )


def _quantiles(column: AuditedColumn) -> tuple[float, ...]:
    """Return quantiles that are no single loan's value; none of categories, ids, and of fewer than 20 loans."""
    if column.kind == "categorical" or column.use == "id":
        return ()
    values, counts = column.cells.values, column.cells.loans[:-1]
    found = np.array([shared_quantile(values, counts, share) for share in QUANTILES])
    if np.isnan(found).any():
        return ()
    return tuple((np.floor(found) if column.kind == "date" else found).tolist())


def _alone(column: AuditedColumn, loans: AuditedLoans, rows: NDArray[np.bool_]) -> tuple[Estimate | None, float]:
    """Return how well a column alone ranks some loans of known outcome, and its information value."""
    if loans.y_true is None:
        return None, math.nan
    y_true = loans.y_true[rows]
    if not 0 < y_true.sum() < len(y_true):
        return None, math.nan
    found = alone(column.values[rows], y_true, codes=column.kind == "categorical")
    return found.auc, found.iv


def _trend(column: AuditedColumn, loans: AuditedLoans, periods: Periods) -> tuple[float, ...]:
    """Return the AUC in each period, NaN where too few loans are."""
    aucs = []
    for period in range(len(periods.names)):
        rows = loans.known & (periods.member == period)
        auc = _alone(column, loans, rows)[0] if _enough(loans, rows) else None
        aucs.append(math.nan if auc is None else auc.value)
    return tuple(aucs)


def _enough(loans: AuditedLoans, rows: NDArray[np.bool_]) -> bool:
    if loans.y_true is None:
        return False
    defaults, count = int(loans.y_true[rows].sum()), int(rows.sum())
    return count >= ENOUGH_LOANS and min(defaults, count - defaults) >= ENOUGH_OUTCOMES
