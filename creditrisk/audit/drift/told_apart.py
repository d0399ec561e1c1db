"""Whether newer loans can be told from older ones by their columns: the adversarial test of drift."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.drift.sides import ALPHA, comparable, side_by_side, time_columns
from creditrisk.audit.listing import cut, named, quoted
from creditrisk.audit.loans import AuditedLoans
from creditrisk.audit.results import Finding, Severity
from creditrisk.metrics.cell_shift import cell_shift, pooled
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.estimate import Estimate, jeffreys, logit_wald
from creditrisk.models.additive_fit import AdditivePlan, fit_additive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.drift.sides import Sides

#: So many loans of each side are looked at, evenly spread.
MOST_LOANS = 10_000
#: A model has so many columns, those that differ most in the loans that it is fitted to, in so many cells each: the
#: time of a fit grows with the cube of their product.
_MOST_COLUMNS, _CELLS = 40, 6
#: The lower end of the interval of the AUC that makes a finding of each severity.
AUC_BOUNDS: tuple[tuple[float, Severity], ...] = ((0.95, "high"), (0.8, "medium"), (0.65, "low"))
_PENALTY = 40.0
_MOST_NAMED = 5
_HALVES = 2


def distinguishable(loans: AuditedLoans) -> Iterator[Finding]:
    """Find newer loans that a model tells from older ones by the columns to learn from.

    Columns that tell when a loan was made are named apart and left out of the model.
    """
    if not comparable(loans) or loans.newer is None:
        return
    apart = time_columns(loans)
    rows = both_sides(loans.newer)
    sample = AuditedLoans(tuple(c.take(rows) for c in loans.learned_from if c not in apart), newer=loans.newer[rows])
    told = told_apart(sample)
    severity = next((name for bound, name in AUC_BOUNDS if told.low > bound), None)
    if severity is None:
        return
    strongest = _strongest(sample)
    words = cut([f"{quoted(name)} {value:.2f}" for name, value in strongest])
    alone = f" Columns that tell most alone: {words}." if strongest else ""
    clocks = f" Left out of it as they tell when a loan was made: {named([c.name for c in apart])}." if apart else ""
    yield Finding(
        kind="drift",
        severity=severity,
        rule="distinguishable",
        columns=tuple(name for name, _ in strongest),
        what="The newer loans can be told from the older ones by their columns: a model learns from loans unlike those "
        "that it will score.",
        evidence=f"AUC of newer against older {told.value:.3f} ({told.low:.3f} to {told.high:.3f}), out of sample; "
        f"0.5 were no difference.{alone}{clocks}",
        fix="Look at the columns named: mend what changed its meaning, or leave it out with --drop NAME. Train on "
        "loans as like the coming ones as you have.",
    )


def both_sides(newer: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return rows of both sides, evenly spread over each, ascending: at most 10,000 a side."""
    sides = [np.flatnonzero(~newer), np.flatnonzero(newer)]
    even = [rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_LOANS)).astype(np.intp)] for rows in sides]
    return np.sort(np.concatenate(even))


def told_apart(loans: AuditedLoans) -> Estimate:
    """Return the AUC with which an additive model of all columns tells newer loans from older ones, out of sample.

    Two halves, of every second loan of each side, are fitted and judged in turn. AUC and standard error are the means
    of both: a chance pattern that one half fits the other judges, so that both err together. At an AUC of 1, which has
    no interval, the lower end is Jeffreys' for as many hits as the smaller side has loans. NaN without columns, or with
    fewer than 4 loans on a side.
    """
    newer = np.zeros(len(loans), dtype=np.int8) if loans.newer is None else loans.newer.astype(np.int8)
    fewest = min(int(newer.sum()), len(loans) - int(newer.sum()))
    if not loans.columns or fewest < 2 * _HALVES:
        return Estimate(math.nan, math.nan, math.nan)
    half = np.where(newer == 1, np.cumsum(newer), np.cumsum(1 - newer)) % _HALVES == 0
    found = [_out_of_sample(loans, newer, fitted) for fitted in (half, ~half)]
    value, se = (sum(part) / _HALVES for part in zip(*((e.value, e.se) for e in found), strict=True))
    return Estimate(1.0, jeffreys(fewest, fewest).low, 1.0, se) if value == 1.0 else logit_wald(value, se)


def _out_of_sample(loans: AuditedLoans, newer: NDArray[np.int8], fitted: NDArray[np.bool_]) -> Estimate:
    """Return the AUC, among the other loans, of a model of the columns that differ most among the fitted ones."""
    rows = np.flatnonzero(fitted)
    half = AuditedLoans(tuple(column.take(rows) for column in loans.columns), newer=newer[rows] == 1)
    shifts = np.array([_psi(side_by_side(column, half)) for column in half.columns])
    columns = [loans.columns[place] for place in np.sort(np.argsort(-shifts, kind="stable")[:_MOST_COLUMNS])]
    matrix = np.column_stack([column.values for column in columns])
    levels = {place: len(column.levels) for place, column in enumerate(columns) if column.kind == "categorical"}
    plan = AdditivePlan(tuple(f"{place:02d}" for place in range(len(columns))), levels, cells=_CELLS)
    card = fit_additive(matrix[rows], newer[rows], None, plan, _PENALTY)
    return auc(newer[~fitted], card.log_odds(matrix[~fitted]))


def _psi(sides: Sides) -> float:
    value = cell_shift(*sides.parts()).value
    return 0.0 if math.isnan(value) else value


def _strongest(loans: AuditedLoans) -> list[tuple[str, float]]:
    """Return the columns that tell most, more than chance explains, and the AUC of each one's cells alone."""
    columns = [side_by_side(column, loans) for column in loans.columns]
    sure = [sides for sides in columns if cell_shift(*sides.parts()).p_value * len(columns) < ALPHA]
    aucs = [(sides.column.name, _auc_alone(sides)) for sides in sure]
    return sorted(aucs, key=lambda pair: -pair[1])[:_MOST_NAMED]


def _auc_alone(sides: Sides) -> float:
    """Return the AUC of newer against older loans by cells in the order of their share of newer ones."""
    older, newer = pooled(*(part.astype(np.float64) for part in sides.parts()))
    if len(older) < _HALVES:
        return 0.5
    order = np.argsort(newer / (older + newer), kind="stable")
    older, newer = older[order], newer[order]
    below = np.cumsum(older) - 0.5 * older
    return float(below @ newer / (older.sum() * newer.sum()))
