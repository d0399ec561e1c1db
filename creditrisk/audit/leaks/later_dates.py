"""Dates that lie after the loan's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.alone import SUSPICIOUS, ranked
from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.leaks.post_outcome_names import meaning_of
from creditrisk.audit.leaks.single_columns import found_of_single
from creditrisk.audit.listing import quoted, share
from creditrisk.audit.results import Finding
from creditrisk.metrics.univariate import alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.leaks.known_loans import KnownLoans
    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.results import Severity
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

_FEWEST = 20
#: Nearly all loans, for the hint without a time.
_NEARLY_ALL = 0.95
#: A planned date lies one of at most so many round terms after the loan, in months, give or take the days that a first
#: due date, a weekend or the pay-out take.
_PLANS = 12
_ROUND = np.array([1, 2, 3, 6, 9, 12, 15, 18, 24, 30, 36, 42, 48, 54, *range(60, 481, 12)], dtype=np.float64)
_DAYS_A_MONTH = 365.25 / 12
_DAYS_OFF = 31.0
#: Or a term in months explains nearly all of the lateness (R²), a month of it being a month.
_EXPLAINED = 0.99
_SLOPE_OFF = 0.05
#: 1983 to 2079 as days since 1970: no year, and no year and month in one number.
_OLDEST, _NEWEST = 5_000.0, 40_000.0


def later_date(loans: AuditedLoans) -> Iterator[Finding]:
    """Find dates that lie after the loan's own for most loans that have them.

    With a time: high and dropped where lateness, or having the date at all, has an AUC of 0.85 and more, else medium.
    A date that lies about one of at most twelve round terms later (give or take 31 days), or as many months as another
    column says, is planned (a first payment, a maturity) and low. Without a time: low for a date that lies after all
    other dates of nearly all loans. Columns that leak by themselves are left aside.
    """
    aside = {name for finding in found_of_single(loans) for name in finding.drop}
    dates = [column for column in loans.learned_from if column.kind == "date" and column.name not in aside]
    if not loans.known.any():
        return
    if loans.time is not None:
        for column in dates if _is_of_days(loans, loans.time) else ():
            yield from _against_time(loans, column, loans.time)
    else:
        yield from _against_others([column for column in dates if not meaning_of(column.name)])


def _is_of_days(loans: AuditedLoans, time: Floats) -> bool:
    """Whether the time is dates; where its column is not at hand, whether its numbers can be days since 1970."""
    own = next((column for column in loans.columns if column.use == "time"), None)
    if own is not None:
        return own.kind == "date"
    known = time[~np.isnan(time)]
    return len(known) > 0 and _OLDEST <= float(np.median(known)) <= _NEWEST


def _against_time(loans: AuditedLoans, column: AuditedColumn, time: Floats) -> Iterator[Finding]:
    known = known_loans(loans)
    lateness = np.asarray((column.values - time)[known.rows], dtype=np.float64)
    present = lateness[~np.isnan(lateness)]
    later = int((present > 0).sum())
    if len(present) < _FEWEST or later <= 0.5 * len(present):
        return
    auc = alone(lateness, known.y_true, codes=False).auc if known.can_be_ranked else None
    counts = f"later for {later:,} of {len(present):,} loans with both ({share(later, len(present))})"
    planned = _is_planned(present) or _is_a_term(known, lateness)
    yield _finding(column.name, loans.time_name, auc, counts, planned=planned)


def _against_others(dates: list[AuditedColumn]) -> Iterator[Finding]:
    days = np.stack([column.values for column in dates]) if len(dates) > 1 else np.zeros((0, 0))
    for place, column in enumerate(dates if len(days) else ()):
        others = np.delete(days, place, axis=0)
        both = ~np.isnan(column.values) & ~np.isnan(others).all(axis=0)
        if both.sum() < _FEWEST:
            continue
        latest = np.nanmax(others[:, both], axis=0)
        later = int((column.values[both] > latest).sum())
        if later >= _NEARLY_ALL * both.sum():
            yield _hint(column.name, later, int(both.sum()))


def _is_planned(lateness: Floats) -> bool:
    """Whether nearly all dates lie at about one of a few round terms, each with many loans."""
    nearest = np.searchsorted((_ROUND[1:] + _ROUND[:-1]) / 2, lateness / _DAYS_A_MONTH)
    about = np.abs(lateness - _ROUND[nearest] * _DAYS_A_MONTH) <= _DAYS_OFF
    loans = np.sort(np.bincount(nearest[about], minlength=len(_ROUND)))[::-1][:_PLANS]
    return bool(loans[loans >= _FEWEST].sum() >= _NEARLY_ALL * len(lateness))


def _is_a_term(known: KnownLoans, lateness: Floats) -> bool:
    """Whether a column of months says how late the dates are, for nearly all loans with the date."""
    for column in known.columns:
        both = ~np.isnan(lateness) & ~np.isnan(column.values)
        if column.kind != "numeric" or both.sum() < max(_FEWEST, _NEARLY_ALL * (~np.isnan(lateness)).sum()):
            continue
        term, late = column.values[both] - column.values[both].mean(), lateness[both] - lateness[both].mean()
        of_term, of_late, shared = term @ term, late @ late, term @ late
        explained = of_term > 0 and shared**2 > _EXPLAINED * of_term * of_late
        if explained and abs(shared / of_term - _DAYS_A_MONTH) <= _SLOPE_OFF * _DAYS_A_MONTH:
            return True
    return False


def _finding(name: str, time: str, auc: Estimate | None, counts: str, *, planned: bool) -> Finding:
    tells = auc is not None and auc.value >= SUSPICIOUS and auc.low > 0.5
    ranking = "" if auc is None else f"; lateness, or having the date at all: {ranked(auc)}"
    drop = f"--drop {quoted(name)}"
    severity: Severity = "high" if tells else "low" if planned else "medium"
    fix = (
        f"Fine if it is planned when the loan is made; else {drop}."
        if planned
        else f"Find out when it is known; {drop}"
    )
    return Finding(
        kind="leak",
        severity=severity,
        rule="later-date",
        columns=(name,),
        what=f"{quoted(name)} lies after the loan's own date, {quoted(time)}"
        + (", and tells the outcome." if tells else ", as a planned date does." if planned else "."),
        evidence=counts + ranking,
        fix=drop if tells else fix if planned else f"{fix} if that is after the decision.",
        drop=(name,) if tells else (),
    )


def _hint(name: str, later: int, loans: int) -> Finding:
    return Finding(
        kind="leak",
        severity="low",
        rule="later-date",
        columns=(name,),
        what=f"{quoted(name)} lies after all other dates of nearly all loans.",
        evidence=f"later for {later:,} of {loans:,} loans ({share(later, loans)})",
        fix=f"--time {quoted(name)} if it is when the loan was made; --drop {quoted(name)} if it is known only later.",
    )
