"""What each column holds, and how well it alone ranks the loans, over all of them and by period."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.known_loans import KnownLoans, known_loans
from creditrisk.audit.periods import ENOUGH_LOANS, ENOUGH_OUTCOMES
from creditrisk.audit.results import ColumnFacts
from creditrisk.metrics.shared_quantiles import shared_quantile

if TYPE_CHECKING:
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
    known = known_loans(loans)
    of_periods = [] if periods is None else _by_period(loans, known, periods)
    return tuple(_facts(column, known, of_periods) for column in loans.columns)


def _facts(column: AuditedColumn, known: KnownLoans, periods: list[KnownLoans | None]) -> ColumnFacts:
    counts = column.cells.loans
    present, rows = int(counts[:-1].sum()), len(column.values)
    auc, iv = _alone(column, known)
    return ColumnFacts(
        name=column.name,
        kind=column.kind,
        use=column.use,
        note=column.note,
        missing=int(counts[-1]) / rows if rows else math.nan,
        distinct=len(counts) - 1,
        top_share=int(counts[:-1].max()) / present if present else math.nan,
        special=column.codes if column.use != "id" else (),
        quantiles=_quantiles(column),
        auc=auc,
        iv=iv,
        trend=() if auc is None else tuple(_auc(column, period) for period in periods),
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


def _alone(column: AuditedColumn, known: KnownLoans) -> tuple[Estimate | None, float]:
    """Return how well a column alone ranks the loans of known outcome, and its information value."""
    if not 0 < known.defaults < len(known.y_true):
        return None, math.nan
    # What a training would use is counted once for the facts and the rules of leaks.
    counted = known.alone.get(column.name) if column.use == "learned from" else None
    found = counted or known.alone_of(known.taken(column))
    return found.auc, found.iv


def _by_period(loans: AuditedLoans, known: KnownLoans, periods: Periods) -> list[KnownLoans | None]:
    """Return the loans of known outcome of each period, None of too few of them."""
    found: list[KnownLoans | None] = []
    for period in range(len(periods.names)):
        rows = np.flatnonzero(loans.known & (periods.member == period))
        here = known.y_true[np.searchsorted(known.rows, rows)]
        fewer = min(int(here.sum()), len(here) - int(here.sum()))
        enough = len(here) >= ENOUGH_LOANS and fewer >= ENOUGH_OUTCOMES
        found.append(KnownLoans((), here, rows) if enough else None)
    return found


def _auc(column: AuditedColumn, period: KnownLoans | None) -> float:
    return math.nan if period is None else period.alone_of(period.taken(column)).auc.value
