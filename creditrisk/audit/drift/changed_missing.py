"""Columns that newer loans fill more or less often, or not at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.drift.sides import ALPHA, FEWEST_LOANS, compared
from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.results import Finding, Severity
from creditrisk.metrics.cell_shift import share_difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.audit.drift.sides import Sides
    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.metrics.arrays import Floats

#: By how much the share of missing values changes at least.
JUMP = 0.1
#: A column is empty from some time on, or up to it, over this share of the loans at least.
EMPTY_SHARE = 0.05
#: The chance that a column's values all lie on one side of such a time by accident.
_CHANCE = 1e-6


def missing_jumps(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns whose share of missing values changes by 0.1 or more, and those empty before or after some time.

    Empty after some time is of high severity: a model learns to lean on what the coming loans will not have.
    """
    columns = compared(loans)
    gone = [sides for sides in columns if _is_empty(sides, loans, newest=True)]
    new = [sides for sides in columns if sides not in gone and _is_empty(sides, loans, newest=False)]
    jumped = [s for s in columns if s not in gone and s not in new and _has_jumped(s, len(columns))]
    if gone:
        yield _finding(gone, "high", "Empty in the newest loans, so that a model would lean on what it will not have")
    if new:
        yield _finding(new, "medium", "Empty in the oldest loans and filled since")
    if jumped:
        yield _finding(jumped, "medium", "Filled much more often, or much less often, in the newer loans")


def is_filled_otherwise(sides: Sides, loans: AuditedLoans, tests: int) -> bool:
    """Whether `missing_jumps` names the column, looking at so many."""
    return any(_is_empty(sides, loans, newest=newest) for newest in (True, False)) or _has_jumped(sides, tests)


def _has_jumped(sides: Sides, tests: int) -> bool:
    """Whether the share of missing values changes by 0.1 or more, as chance does not explain in so many tests."""
    (a, b), (n, m) = sides.missing, sides.loans
    return abs(b / m - a / n) >= JUMP and share_difference((a, n), (b, m)) * tests < ALPHA


def _finding(columns: Sequence[Sides], severity: Severity, what: str) -> Finding:
    names = [sides.column.name for sides in columns]
    pairs = []
    for sides in columns:
        old, new = (share(gap, every) for gap, every in zip(sides.missing, sides.loans, strict=True))
        pairs.append(f"{quoted(sides.column.name)} {old}, then {new}")
    return Finding(
        kind="drift",
        severity=severity,
        rule="missing-jumps",
        columns=tuple(names),
        what=f"{what}: {named(names)}.",
        evidence=f"Missing among the older and among the newer loans: {cut(pairs, '; ')}.",
        fix="Ask how the column is filled today; --drop NAME leaves it out unless the coming loans will have it.",
    )


def _is_empty(sides: Sides, loans: AuditedLoans, *, newest: bool) -> bool:
    """Whether a column is empty after its last value, or before its first one, over more loans than chance explains.

    Without a time, whether it is empty on the newer, or on the older side.
    """
    if loans.time is not None:
        return _ends(np.isnan(sides.column.values), loans.time if newest else -loans.time)
    here, there = (sides.newer, sides.older) if newest else (sides.older, sides.newer)
    return not here[:-1].any() and _is_unlikely(int(here.sum()), int(there[:-1].sum()), int(here.sum() + there.sum()))


def _ends(missing: NDArray[np.bool_], time: Floats) -> bool:
    """Whether all loans after the last that has a value, in time, are more than chance leaves empty."""
    timed = ~np.isnan(time)
    filled = timed & ~missing
    if not filled.any():
        return False
    empty, loans = int((timed & (time > time[filled].max())).sum()), int(timed.sum())
    return empty >= max(FEWEST_LOANS, EMPTY_SHARE * loans) and _is_unlikely(empty, int(filled.sum()), loans)


def _is_unlikely(empty: int, filled: int, loans: int) -> bool:
    """Whether all values lie outside so many of the loans though chance alone put them there, at about (1 − e/n)^f."""
    return filled * math.log1p(-empty / loans) < math.log(_CHANCE)
