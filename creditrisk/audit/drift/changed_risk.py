"""Whether the default rate moved, and columns whose relation to default turned round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.drift.sides import ALPHA, comparable, time_columns
from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.periods import ENOUGH_OUTCOMES, audit_periods
from creditrisk.audit.results import Finding
from creditrisk.metrics.cell_shift import share_difference
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.estimate import jeffreys
from creditrisk.metrics.two_samples import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.metrics.estimate import Estimate

#: A change of the default rate by less than this share of it is no news.
RATE_CHANGE = 0.1
#: How far from 0.5 the AUC of the column alone lies on both sides.
TURN = 0.05


@dataclass(frozen=True)
class _Turn:
    """A column whose higher values are riskier in one period and safer in another, by their numbers from 1."""

    column: str
    riskier: int
    up: Estimate
    safer: int
    down: Estimate


def level_shift(loans: AuditedLoans) -> Iterator[Finding]:
    """Find a default rate that differs between older and newer loans of known outcome by a tenth of it or more."""
    if not comparable(loans) or loans.newer is None or loans.y_true is None:
        return
    older, newer = (_defaults(loans, side) for side in (~loans.newer, loans.newer))
    if min(_rarer(older), _rarer(newer)) < ENOUGH_OUTCOMES or share_difference(older, newer) >= ALPHA:
        return
    change = ratio(jeffreys(*newer), jeffreys(*older))
    if abs(change.value - 1.0) < RATE_CHANGE:
        return
    yield Finding(
        kind="drift",
        severity="low",
        rule="level-shift",
        what=f"The default rate of the newer loans is {'higher' if change.value > 1 else 'lower'} than that of the "
        "older ones.",
        evidence=f"{share(*older)} of {older[1]:,} older loans and {share(*newer)} of {newer[1]:,} newer ones "
        f"defaulted: {change.value:.2f} times as many ({change.low:.2f} to {change.high:.2f}).",
        fix="PDs of a model of all loans lie between both levels: look at its calibration by --time. See first that "
        "the newest loans have had the time to default.",
    )


def _rarer(side: tuple[int, int]) -> int:
    return min(side[0], side[1] - side[0])


def _defaults(loans: AuditedLoans, side: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the defaults and the loans of known outcome on one side."""
    if loans.y_true is None:
        return 0, 0
    y_true = loans.y_true[side & loans.known]
    return int(y_true.sum()), len(y_true)


def relation_turns(loans: AuditedLoans) -> Iterator[Finding]:
    """Find numbers and dates whose higher values are riskier in one period and safer in another.

    Periods are those of `audit_periods`; without them, the older and the newer loans. Columns that tell when a loan was
    made are left out: within a period they tell how long it has had to default.
    """
    if not comparable(loans) or loans.newer is None or not loans.known.any():
        return
    periods = audit_periods(loans)
    member = loans.newer.astype(np.intp) if periods is None else periods.member
    clocks = time_columns(loans)
    columns = [column for column in loans.learned_from if column.kind != "categorical" and column not in clocks]
    number = int(member.max()) + 1
    found = [turn for column in columns if (turn := _turn(column, loans, member, len(columns) * number)) is not None]
    if found:
        yield Finding(
            kind="drift",
            severity="medium",
            rule="relation-turns",
            columns=tuple(turn.column for turn in found),
            what=f"The relation to default turned round over time: {named([turn.column for turn in found])}.",
            evidence=f"AUC of the value itself, above 0.5 where higher is riskier: "
            f"{cut([_words(turn) for turn in found], '; ')}; period 1 of {number} is the oldest.",
            fix="See whether the column changed its meaning; if it did not, --drop NAME trains without it.",
        )


def _words(turn: _Turn) -> str:
    return (
        f"{quoted(turn.column)} {_area(turn.up)} in period {turn.riskier} and {_area(turn.down)} in period {turn.safer}"
    )


def _area(area: Estimate) -> str:
    """Return an AUC with its interval, which those of exactly 0 and 1 do not have."""
    interval = "" if math.isnan(area.low) else f" ({area.low:.2f} to {area.high:.2f})"
    return f"{area.value:.2f}{interval}"


def _turn(column: AuditedColumn, loans: AuditedLoans, member: NDArray[np.intp], tests: int) -> _Turn | None:
    """Return the periods in which a column most surely points up and down, where chance explains neither."""
    surest: dict[bool, tuple[float, int, Estimate]] = {}
    for period in range(int(member.max()) + 1):
        area = _auc(column, loans, (member == period) & loans.known & ~column.missing)
        if area is None or abs(area.value - 0.5) < TURN:
            continue
        z = abs(area.value - 0.5) / area.se if area.se > 0 else math.inf
        up = area.value > 0.5
        if math.erfc(z / math.sqrt(2.0)) * tests < ALPHA and (up not in surest or z > surest[up][0]):
            surest[up] = (z, period + 1, area)
    if len(surest) < len((True, False)):
        return None
    return _Turn(column.name, surest[True][1], surest[True][2], surest[False][1], surest[False][2])


def _auc(column: AuditedColumn, loans: AuditedLoans, rows: NDArray[np.bool_]) -> Estimate | None:
    if loans.y_true is None:
        return None
    y_true = loans.y_true[rows]
    defaults = int(y_true.sum())
    if min(defaults, len(y_true) - defaults) < ENOUGH_OUTCOMES:
        return None
    return auc(y_true, column.values[rows])
