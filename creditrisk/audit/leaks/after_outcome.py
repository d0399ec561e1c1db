"""A column that is filled, or changes its meaning, only once the outcome is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.listing import quoted, share
from creditrisk.audit.results import Finding
from creditrisk.metrics.estimate import jeffreys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.leaks.known_loans import KnownLoans
    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.results import Severity

#: So many loans, or expected defaults, at least are evidence.
_FEWEST = 20
#: Nearly all: the lower end of the interval of the default rate, at least. Honest levels have 40 to 60 %.
_NEARLY_ALL = 0.9
#: What a name already says needs fewer loans to show it.
_FEWEST_NAMED, _NEARLY_ALL_NAMED = 10, 0.8
#: Nearly none: the upper end, as a part of the default rate of all; of nearly all the repaid are so few.
_NEARLY_NONE = 0.1
#: Never: those without arrears, or with cash as security, may have a tenth of all loans' rate, but not this.
_NEVER = 0.02
#: From this rate of all on the worst grade of a good rating may have defaults only.
_HIGH_RATE = 0.3


@dataclass(frozen=True)
class Pattern:
    """Loans that have something in common in one column, nearly all or nearly none of which defaulted.

    `where` says which they are: "where it is filled"; `is_value` whether that is one single value.
    """

    where: str
    loans: int
    defaults: int
    is_value: bool
    all_default: bool


def filled_after(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns whose filling, or a single value, all but gives the outcome away: high, and dropped.

    The loans where a column is filled, is not 0, or is off its most frequent value, and the others in each case, are
    counted: nearly all defaulted although at least 20 repaid would be expected (the interval of the share of repaid,
    Jeffreys', ends below a tenth of theirs among all), or nearly none although at least 20 defaults would be (it ends
    below a tenth of the overall rate). So are the loans of every single value of categories and numbers. Nearly none
    is medium unless the upper end is below a fiftieth of the overall rate, because loans without a mark of risk or
    with a sure security may be so safe, and always for a single value, the best grade of a good rating. All of a
    single value, its worst grade, is medium from an overall default rate of 0.3.
    """
    known = known_loans(loans)
    for column in known.columns:
        pattern = pattern_of(known, column)
        if pattern is not None:
            yield _finding(known, column.name, pattern)


def pattern_of(known: KnownLoans, column: AuditedColumn, repaid: float = _NEARLY_NONE) -> Pattern | None:
    """Return the pattern of a column of these loans that gives the outcome away, or None.

    `repaid`, 0 to 1, is the part of all loans' share of repaid that "nearly all defaulted" stays below: larger where
    something else, as the name, already speaks against the column.
    """
    cells = column.cells
    defaults = cells.sums(known.y_true)
    for where, selected in _splits(column):
        in_it, of_them = int(cells.loans[selected].sum()), int(defaults[selected].sum())
        told = _told(of_them, in_it, known.rate, repaid)
        if told is not None:
            return Pattern(where, in_it, of_them, _is_one_of_several(column, selected), told)
    return _value_pattern(known, column, repaid) if column.kind != "date" else None


def _splits(column: AuditedColumn) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield which cells are filled, not 0, off the mode, and the others in each case."""
    values, loans = np.append(column.cells.values, np.nan), column.cells.loans
    filled = ~np.isnan(values)
    splits = [("filled", "missing", filled)]
    if column.kind == "numeric":
        splits.append(("not 0", "0 or missing", filled & (values != 0)))
    if column.kind != "date" and filled.any():
        common = int(np.argmax(loans[:-1]))
        off = np.arange(len(loans)) != common
        if loans[common] >= _FEWEST:
            usual = f"its most frequent value, {_told_value(column, common)}"
            splits.append((f"off {usual}", f"at {usual}", off))
    for inside, outside, selected in splits:
        yield f"where it is {inside}", selected
        yield f"where it is {outside}", ~selected


def _is_one_of_several(column: AuditedColumn, selected: NDArray[np.bool_]) -> bool:
    """Whether cells have one of more than two values, the missing ones aside."""
    present = column.cells.loans[:-1] > 0
    return column.kind != "date" and int(present.sum()) > 2 and int((selected[:-1] & present).sum()) == 1


def _value_pattern(known: KnownLoans, column: AuditedColumn, repaid: float) -> Pattern | None:
    """Return the pattern of the single value that tells most, or None."""
    loans, bad = column.cells.loans[:-1], column.cells.sums(known.y_true)[:-1]
    # The bounds of the rates themselves leave few values whose intervals are worth their time.
    near = (bad >= _NEARLY_ALL * loans) | (bad < _NEARLY_NONE * known.rate * loans)
    found = []
    for place in np.flatnonzero(near & (loans >= _FEWEST)):
        told = _told(int(bad[place]), int(loans[place]), known.rate, repaid)
        if told is not None:
            where = f"where it is {_told_value(column, int(place))}"
            found.append(Pattern(where, int(loans[place]), int(bad[place]), True, told))
    return max(found, key=lambda pattern: (pattern.all_default, pattern.loans), default=None)


def _told_value(column: AuditedColumn, place: int) -> str:
    """Return a value that many loans share as text."""
    value = column.cells.values[place]
    return quoted(column.levels[int(value)]) if column.levels else f"{value:g}"


def _told(defaults: int, loans: int, rate: float, repaid: float) -> bool | None:
    """Return True where nearly all defaulted, False where nearly none, None where neither can be said."""
    named = repaid > _NEARLY_NONE
    if loans < (_FEWEST_NAMED if named else _FEWEST) or not 0.0 < rate < 1.0:
        return None
    certain = max(_NEARLY_ALL_NAMED if named else _NEARLY_ALL, 1 - repaid * (1 - rate))
    nearly_all = defaults >= certain * loans and loans * (1 - rate) >= _FEWEST * _NEARLY_NONE / repaid
    # The interval costs more than the rate, and cannot begin above it.
    if nearly_all and jeffreys(defaults, loans).low >= certain:
        return True
    nearly_none = defaults < _NEARLY_NONE * rate * loans and loans * rate >= _FEWEST
    return False if nearly_none and jeffreys(defaults, loans).high < _NEARLY_NONE * rate else None


def counted_pattern(known: KnownLoans, pattern: Pattern) -> str:
    """Return the counts of a pattern in words."""
    interval = jeffreys(pattern.defaults, pattern.loans)
    return (
        f"{pattern.where}, {pattern.defaults:,} of {pattern.loans:,} loans defaulted "
        f"({share(pattern.defaults, pattern.loans)}, {100 * interval.low:.1f}–{100 * interval.high:.1f} %); "
        f"of all {share(known.defaults, len(known.y_true))}"
    )


def is_certain(known: KnownLoans, pattern: Pattern) -> bool:
    """Whether no honest column known at the decision has such a pattern."""
    if pattern.all_default:
        return not pattern.is_value or known.rate < _HIGH_RATE
    return not pattern.is_value and jeffreys(pattern.defaults, pattern.loans).high < _NEVER * known.rate


def _finding(known: KnownLoans, name: str, pattern: Pattern) -> Finding:
    sure = is_certain(known, pattern)
    seldom = "default" if not pattern.all_default else "are repaid"
    severity: Severity = "high" if sure else "medium"
    outcome = "loans that default" if pattern.all_default else "loans that are repaid"
    doing = "takes a value of its own" if pattern.is_value else "is filled or changed"
    drop = f"--drop {quoted(name)}"
    return Finding(
        kind="leak",
        severity=severity,
        rule="filled-after",
        columns=(name,),
        what=f"{quoted(name)} {doing} for {outcome}, as what is written after the outcome is."
        if sure
        else f"{quoted(name)} has loans that all but never {seldom}.",
        evidence=counted_pattern(known, pattern),
        fix=drop if sure else f"Find out when it is written; {drop} if that is after the outcome.",
        drop=(name,) if sure else (),
    )
