from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from creditrisk.evaluation.periods import settle_periods

EPOCH = date(1970, 1, 1).toordinal()


def days(first, last, count):
    span = date(*first).toordinal() - EPOCH, date(*last).toordinal() - EPOCH
    return np.floor(np.linspace(*span, count))


def settle(first, last, defaults_each=100, count=2400):
    time = days(first, last, count)
    return settle_periods(time, np.arange(count) % max(count // defaults_each, 1) == 0, is_date=True)


@pytest.mark.parametrize(
    ("first", "last", "defaults", "period", "count"),
    [
        ((2014, 1, 1), (2014, 3, 31), 2400, "month", 3),
        ((2014, 1, 1), (2014, 8, 31), 2400, "month", 8),
        ((2013, 1, 1), (2014, 12, 31), 2400, "month", 24),
        ((2013, 1, 1), (2015, 1, 31), 2400, "quarter", 9),
        ((2010, 1, 1), (2015, 12, 31), 2400, "quarter", 24),
        ((2007, 1, 1), (2018, 12, 31), 2400, "year", 12),
        ((2013, 1, 1), (2014, 12, 31), 200, "quarter", 8),
        ((2013, 1, 1), (2014, 12, 31), 20, "quarter", 8),
        ((2010, 1, 1), (2015, 12, 31), 20, "year", 6),
    ],
)
def test_periods_are_as_short_as_their_defaults_allow(first, last, defaults, period, count):
    found = settle(first, last, defaults)
    assert (found.period, len(found.labels)) == (period, count)


def test_each_loan_is_in_the_period_of_its_day():
    found = settle((2013, 1, 1), (2014, 12, 31), 2400)
    for day, member in zip(days((2013, 1, 1), (2014, 12, 31), 2400).tolist(), found.member.tolist(), strict=True):
        assert date.fromordinal(int(day) + EPOCH).strftime("%Y-%m") == found.labels[member]
    quarters = settle((2010, 1, 1), (2015, 12, 31), 2400)
    assert (quarters.labels[0], quarters.labels[-1]) == ("2010 Q1", "2015 Q4")
    old = settle((1965, 1, 1), (1975, 12, 31), 2400)
    assert (old.labels[0], old.labels[-1]) == ("1965", "1975")


def test_empty_periods_count_as_time():
    time = np.concatenate([days((2014, 1, 1), (2014, 2, 28), 100), days((2014, 7, 1), (2014, 8, 31), 100)])
    found = settle_periods(time, np.ones(200, dtype=bool), is_date=True)
    assert found.labels == ("2014-01", "2014-02", "2014-07", "2014-08")
    assert found.position.tolist() == [0, 1, 6, 7]


def test_of_many_years_the_oldest_are_one():
    found = settle((1980, 1, 1), (2019, 12, 31), 2400)
    assert (len(found.labels), found.labels[0], found.labels[1], found.labels[-1]) == (24, "until 1996", "1997", "2019")
    assert (found.member == 0).sum() == pytest.approx(17 / 40 * 2400, abs=2)


def test_numbers_stand_alone_or_are_tenths():
    found = settle_periods(np.array([2009.0, 2007, 2009, 2012]), np.zeros(4, dtype=bool), is_date=False)
    assert (found.period, found.labels) == ("number", ("2007", "2009", "2012"))
    assert found.member.tolist() == [1, 0, 1, 2]
    many = settle_periods(np.arange(1000.0), np.zeros(1000, dtype=bool), is_date=False)
    assert (len(many.labels), many.labels[0]) == (10, "up to 99")
