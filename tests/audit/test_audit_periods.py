"""Periods: calendar units where they are right, else runs of about equal numbers of outcomes."""

from __future__ import annotations

import numpy as np

from creditrisk.audit.loans import AuditedColumn, AuditedLoans
from creditrisk.audit.periods import Periods, audit_periods

RNG = np.random.default_rng(14)


def loans_at(time: np.ndarray, y_true: np.ndarray | None = None, *, kind: str = "date") -> AuditedLoans:
    column = AuditedColumn("made", kind, "time", time)  # type: ignore[arg-type]
    return AuditedLoans((column,), y_true, None, time, None, "made")


def days(first: str, last: str, rows: int) -> np.ndarray:
    ends = np.array([first, last], dtype="datetime64[D]").astype(np.int64)
    return RNG.integers(ends[0], ends[1] + 1, rows) * 1.0


def periods_of(loans: AuditedLoans) -> Periods:
    periods = audit_periods(loans)
    assert periods is not None
    return periods


def test_years_are_taken_where_four_to_eight_hold_enough() -> None:
    time = days("2012-01-01", "2016-12-31", 1500)
    periods = periods_of(loans_at(time))
    assert periods.names == ("2012", "2013", "2014", "2015", "2016")
    years = time.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    assert (periods.member == years - 2012).all()


def test_quarters_and_months_are_taken_of_shorter_spans() -> None:
    assert periods_of(loans_at(days("2015-01-01", "2016-06-30", 1500))).names[:2] == ("2015 Q1", "2015 Q2")
    assert periods_of(loans_at(days("2015-03-01", "2015-07-31", 1500))).names[-1] == "2015-07"


def test_runs_of_months_hold_about_equal_outcomes_where_years_do_not() -> None:
    time = np.concatenate([days("2008-01-01", "2014-12-31", 300), days("2015-01-01", "2016-12-31", 1700)])
    y_true = np.tile([1.0, 0, 0, 0], 500)
    periods = periods_of(loans_at(time, y_true))
    assert len(periods.names) == 8
    assert periods.names[0].startswith("2008-01 to 20")
    assert np.bincount(periods.member[y_true == 1]).min() > 30


def test_runs_of_days_are_taken_within_few_months() -> None:
    periods = periods_of(loans_at(days("2015-03-01", "2015-04-10", 1600)))
    assert len(periods.names) == 8
    assert periods.names[0].startswith("2015-03-01 to 2015-03-0")


def test_numbers_are_named_by_shared_or_rounded_ends() -> None:
    time = RNG.integers(10_000, 99_999, 1000) + 0.25
    periods = periods_of(loans_at(time, kind="numeric"))
    assert len(periods.names) == 8
    assert periods.names[0].startswith("up to ")
    assert periods.names[-1].startswith("above ")
    assert ".25" not in "".join(periods.names)


def test_loans_without_a_time_are_in_no_period() -> None:
    time = days("2012-01-01", "2016-12-31", 1500)
    time[7] = np.nan
    periods = periods_of(loans_at(time))
    assert periods.member[7] == -1
    assert (np.delete(periods.member, 7) >= 0).all()


def test_fewer_outcomes_make_fewer_periods_and_too_few_make_none() -> None:
    time = np.arange(1000.0)
    assert len(periods_of(loans_at(time, (np.arange(1000) % 9 == 0) * 1.0, kind="numeric")).names) == 5
    assert audit_periods(loans_at(time, (np.arange(1000) % 20 == 0) * 1.0, kind="numeric")) is None
    assert audit_periods(loans_at(time[:300], kind="numeric")) is None
    assert audit_periods(loans_at(np.full(1000, 5.0))) is None
    assert audit_periods(loans_at(np.full(1000, np.nan))) is None
    assert audit_periods(AuditedLoans((AuditedColumn("x", "numeric", "learned from", time),))) is None
