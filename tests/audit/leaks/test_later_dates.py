from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, days, found, numbers

from creditrisk.audit.leaks.later_dates import later_date


def timed(loans, *planted):
    made = 15000.0 + np.arange(loans.rows)
    return loans.with_columns(days("issued", made, "time"), *planted, time=made, time_name="issued"), made


def test_a_later_date_that_tells_the_outcome_is_dropped():
    loans = Loans()
    _, made = timed(loans)
    last = made + np.where(loans.bad, loans.rng.integers(30, 700, 1500), loans.rng.integers(300, 1100, 1500))
    (finding,) = later_date(timed(loans, days("last_seen", last))[0])
    assert (finding.severity, finding.columns, finding.drop) == ("high", ("last_seen",), ("last_seen",))
    assert finding.what == '"last_seen" lies after the loan\'s own date, "issued", and tells the outcome.'
    assert finding.evidence.startswith(
        "later for 1,500 of 1,500 loans with both (100 %); lateness, or having the date at all: AUC alone 0.8"
    )
    assert finding.fix == '--drop "last_seen"'


def test_a_later_date_that_tells_nothing_is_medium():
    loans = Loans()
    _, made = timed(loans)
    (finding,) = later_date(timed(loans, days("seen", made + loans.rng.integers(1, 900, 1500)))[0])
    assert (finding.severity, finding.drop) == ("medium", ())
    assert finding.what == '"seen" lies after the loan\'s own date, "issued".'
    assert finding.fix == 'Find out when it is known; --drop "seen" if that is after the decision.'


def test_a_planned_date_is_low():
    loans = Loans()
    _, made = timed(loans)
    term = np.where(loans.rng.random(1500) < np.where(loans.bad, 0.2, 0.7), 36, 60)
    (finding,) = later_date(timed(loans, days("matures", np.round(made + term * 365.25 / 12)))[0])
    assert (finding.severity, finding.drop) == ("low", ())
    assert finding.what == '"matures" lies after the loan\'s own date, "issued", as a planned date does.'
    assert finding.fix == 'Fine if it is planned when the loan is made; else --drop "matures".'


@pytest.mark.parametrize("shift", [-4000, -1])
def test_an_earlier_date_is_none(shift):
    loans = Loans()
    _, made = timed(loans)
    assert found(later_date, timed(loans, days("born", made + shift), numbers("n", made + 9))[0]) == []


def test_without_a_time_the_latest_date_is_a_hint():
    loans = Loans()
    first = loans.rng.integers(9000, 12000, 1500)
    second = loans.rng.integers(12001, 15000, 1500)
    (finding,) = later_date(loans.with_columns(days("first", first), days("issued", second)))
    assert (finding.severity, finding.columns, finding.drop) == ("low", ("issued",), ())
    assert finding.what == '"issued" lies after all other dates of nearly all loans.'
    assert finding.evidence == "later for 1,500 of 1,500 loans (100 %)"
    assert finding.fix == '--time "issued" if it is when the loan was made; --drop "issued" if it is known only later.'
    assert found(later_date, loans.with_columns(days("issued", second))) == []
    mixed = np.where(loans.rng.random(1500) < 0.1, first - 1, second)
    assert found(later_date, loans.with_columns(days("first", first), days("issued", mixed))) == []


def test_a_time_whose_column_is_not_at_hand_is_told_by_its_numbers():
    loans = Loans()
    made = 15000.0 + np.arange(1500)
    seen = days("seen", made + loans.rng.integers(1, 900, 1500))
    ((severity, *_),) = found(later_date, loans.with_columns(seen, time=made, time_name="issued"))
    assert severity == "medium"
    for other in (2000.0 + np.arange(1500) // 100, 200001.0 + np.arange(1500)):
        assert found(later_date, loans.with_columns(seen, time=other, time_name="issued")) == []


def test_columns_that_leak_by_themselves_are_left_to_their_own_rules():
    loans = Loans()
    _, made = timed(loans)
    assert found(later_date, timed(loans, days("last", np.where(loans.bad, made + 50, np.nan)))[0]) == []


@pytest.mark.parametrize("terms", [(12, 24, 36, 60), (1,)])
def test_a_term_with_some_days_of_delay_is_planned(terms):
    loans = Loans()
    _, made = timed(loans)
    safe = loans.risk + loans.rng.normal(size=1500) < 0
    term = np.where(safe, terms[0], loans.rng.choice(terms, 1500))
    due = np.round(made + term * 365.25 / 12 + loans.rng.integers(0, 25, 1500))
    assert found(later_date, timed(loans, days("due", due))[0]) == [("low", "later-date", ("due",), ())]


def test_a_date_that_a_column_of_months_explains_is_planned():
    loans = Loans()
    _, made = timed(loans)
    months = loans.rng.integers(4, 120, 1500).astype(np.float64)
    due = days("due", np.round(made + months * 365.25 / 12 + loans.rng.integers(0, 25, 1500)))
    assert found(later_date, timed(loans, due, numbers("term", months))[0])[0][0] == "low"
    assert found(later_date, timed(loans, due, numbers("term", 3 * months))[0])[0][0] == "medium"
    assert found(later_date, timed(loans, due)[0])[0][0] == "medium"


def test_a_later_date_that_tells_something_is_not_dropped():
    loans = Loans()
    _, made = timed(loans)
    late = loans.rng.integers(30, 900, 1500) + np.where(loans.bad, 0, 200)
    (finding,) = later_date(timed(loans, days("seen", made + late))[0])
    assert "AUC alone 0.7" in finding.evidence
    assert (finding.severity, finding.drop) == ("medium", ())
