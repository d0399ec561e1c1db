from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from creditrisk.evaluation.vintages import Timeline, vintages
from creditrisk.metrics.calibration import observed_over_expected
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.drift import psi
from creditrisk.metrics.level_tests import heterogeneity, trend
from creditrisk.metrics.odds import expit
from creditrisk.option_values import Window

N = 12_000
FIRST, LAST = (date(2016, 1, 1).toordinal() - date(1970, 1, 1).toordinal() + shift for shift in (0, 365))


def loans(seed=1, drift=0.0, migration=0.0):
    """A year of loans by their days, over which their odds rise by e^drift and their known risk by `migration`."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.integers(FIRST, LAST + 1, N)).astype(float)
    past = (time - FIRST) / (LAST - FIRST)
    z = rng.normal(-1.8, 1, N) + migration * past
    y = (rng.random(N) < expit(z + drift * past)).astype(int)
    return time, y, expit(z), rng.uniform(0.2, 3, N)


def line(time, **more):
    return Timeline("issued", time, True, **more)


@pytest.mark.parametrize("weighted", [False, True])
def test_each_vintage_has_the_figures_of_its_loans(weighted):
    time, y, p, w = loans()
    weight, mass = (w, w) if weighted else (None, np.ones(N))
    found = vintages(line(time), y, p, weight)
    month = time.astype(int).astype("datetime64[D]").astype("datetime64[M]").astype(str)
    assert (found.column, found.period, found.reference, found.undated) == ("issued", "month", "oldest half", 0)
    assert [row.label for row in found.rows] == [f"2016-{number:02d}" for number in range(1, 13)]
    for row in found.rows:
        inside = month == row.label
        part = (y[inside], p[inside], mass[inside])
        assert (row.loans, row.everyone, row.defaults) == (inside.sum(), inside.sum(), y[inside].sum())
        assert row.auc == auc(*part)
        assert row.observed_over_expected.value == pytest.approx(observed_over_expected(*part).value)
        assert not row.young
        assert math.isnan(row.known.value)
    at = np.array([int(label[-2:]) for label in month], dtype=float)
    assert found.level_trend.z == pytest.approx(trend(y, p, at, weight).z)
    assert found.default_rate_trend.z == pytest.approx(trend(y, np.full(N, 0.2), at, weight).z)
    assert found.heterogeneity.statistic == pytest.approx(heterogeneity(y, p, at.astype(int), weight).statistic)


def test_the_oldest_half_leaves_out_the_vintage_itself():
    time, y, p, _ = loans()
    found = vintages(line(time), y, p)
    month = time.astype(int).astype("datetime64[D]").astype("datetime64[M]").astype(str)
    # The months that begin before half of the loans were made.
    older = np.isin(month, month[: N // 2])
    assert 0.5 <= older.mean() < 0.6
    for row in found.rows:
        inside = month == row.label
        expected = psi(p[older & ~inside], p[inside])
        assert (row.psi, row.psi_critical) == (expected.value, expected.critical)


def test_reference_loans_are_compared_with_where_there_are_some():
    time, y, p, w = loans()
    reference = expit(np.random.default_rng(9).normal(-1.0, 1, 3000))
    found = vintages(line(time), y, p, None, reference, w[:3000])
    assert found.reference == "reference loans"
    first = p[: found.rows[0].loans]
    assert found.rows[0].psi == psi(reference, first, w[:3000]).value
    assert found.remarks[-1].startswith(
        "The PDs of these vintages are spread otherwise than those of the reference loans"
    )
    assert found.remarks[-1].endswith('"2016-05" and 7 more.')


def test_right_pds_leave_nothing_to_say():
    assert vintages(line(loans()[0]), *loans()[1:3]).remarks == ()


def test_pds_that_wear_out_are_found():
    found = vintages(line(loans(drift=0.8)[0]), *loans(drift=0.8)[1:3])
    assert found.level_trend.p_value < 1e-6
    (said,) = found.remarks
    assert said.startswith("Observed / expected rises over time by more than chance explains (p < 0.001): times 1.0")
    assert said.endswith("from one month to the next. The PDs do not follow the default rate.")


def test_known_migration_is_a_trend_of_the_default_rate_only():
    time, y, p, _ = loans(migration=1.5)
    found = vintages(line(time), y, p)
    assert found.default_rate_trend.factor.low > 1.05
    assert found.level_trend.p_value > 0.01
    assert found.rows[-1].psi > max(found.rows[-1].psi_critical, 0.25)
    assert any("spread otherwise than those of the older half of these loans" in said for said in found.remarks)


def test_a_level_that_goes_up_and_down_is_no_trend_but_differs():
    time, y, p, _ = loans()
    spring = (time - FIRST > 120) & (time - FIRST < 245)
    y = np.where(spring & (np.random.default_rng(2).random(N) < 0.1), 1, y)
    found = vintages(line(time), y, p)
    assert found.level_trend.p_value > 0.05
    assert found.heterogeneity.p_value < 0.001
    assert found.remarks[0].startswith(
        "The level of the PDs differs from vintage to vintage by more than chance explains"
    )


def test_vintages_younger_than_the_window_are_marked_and_left_out_of_trends():
    time, y, p, _ = loans()
    late = time > LAST - 92
    y = np.where(late & (np.random.default_rng(3).random(N) < 0.8), 0, y)
    assert vintages(line(time), y, p).level_trend.p_value < 1e-6
    found = vintages(line(time, window=Window(months=3)), y, p)
    assert [row.label for row in found.rows if row.young] == ["2016-10", "2016-11", "2016-12"]
    assert found.level_trend.p_value > 0.05
    (said,) = found.remarks
    assert said == (
        "The 3 vintages from 2016-10 on are younger than the 3 months that a loan is watched, counted to 2016-12-31, "
        "the newest date of these loans: not all defaults have shown yet, so default rates are too low and trends "
        "leave these vintages out. If the outcomes were read at a later date this does not hold."
    )
    later = vintages(line(time, window=Window(months=3), as_of=float(LAST + 62)), y, p)
    assert [row.label for row in later.rows if row.young] == ["2016-12"]
    assert later.remarks[0].startswith("Vintage 2016-12 is younger than the 3 months")
    assert not any(row.young for row in vintages(line(time, window=Window(days=90), as_of=LAST + 90.0), y, p).rows)


def test_the_newest_loans_of_unknown_outcome_count_for_the_newest_date():
    time, y, p, _ = loans()
    found = vintages(line(time, unknown_time=np.array([LAST + 400.0]), window=Window(months=3)), y, p)
    assert [row.label for row in found.rows if row.young] == ["2018-02"]


def test_only_closed_loans_are_noticed_by_the_share_of_known_outcomes():
    time, y, p, _ = loans()
    rng = np.random.default_rng(4)
    closed = rng.random(N) < 1 - 0.9 * (time - FIRST) / (LAST - FIRST)
    found = vintages(line(time[closed], unknown_time=time[~closed]), y[closed], p[closed])
    known = [row.known for row in found.rows]
    assert known[0].value > 0.9 > 0.2 > known[-1].value
    assert all(row.known.low < row.known.value < row.known.high for row in found.rows)
    assert sum(row.everyone for row in found.rows) == N
    assert found.remarks[0].startswith("The share of loans whose outcome is known falls from 7")
    even = vintages(line(time[::2], unknown_time=time[1::2]), y[::2], p[::2])
    assert not any("falls from" in said for said in even.remarks)
    none = vintages(line(time, unknown_time=np.empty(0)), y, p)
    assert {row.known.value for row in none.rows} == {1.0}


def test_a_vintage_of_which_nothing_is_known_stands_in_the_table():
    time, y, p, _ = loans()
    found = vintages(line(time, unknown_time=np.full(50, LAST + 20.0)), y, p)
    last = found.rows[-1]
    assert (last.label, last.loans, last.everyone, last.note) == ("2017-01", 0, 50, "no outcome known")
    assert (last.known.value, last.share) == (0.0, 0.0)
    for figure in (last.default_rate.value, last.mean_pd, last.auc.value, last.observed_over_expected.value, last.psi):
        assert math.isnan(figure)
    assert math.isfinite(found.level_trend.z)


def test_loans_without_a_time_are_counted():
    time, y, p, _ = loans()
    time[:7] = np.nan
    found = vintages(line(time, unknown_time=np.array([np.nan, time[-1]])), y, p)
    assert found.undated == 7
    assert sum(row.loans for row in found.rows) == N - 7
    assert found.remarks == ('7 loans without a value of "issued": in no vintage.',)


def test_numbers_are_times_too():
    time, y, p, _ = loans()
    found = vintages(Timeline("wave", np.floor((time - FIRST) / 61), False), y, p)
    assert (found.period, [row.label for row in found.rows]) == ("number", ["0", "1", "2", "3", "4", "5"])


def test_too_little_time_has_no_trend():
    time, y, p, _ = loans()
    part = time < FIRST + 50
    found = vintages(line(time[part]), y[part], p[part])
    assert len(found.rows) == 2
    assert math.isnan(found.level_trend.p_value)
    assert found.remarks == ("There are fewer than 3 settled vintages: no trend can be tested.",)


def test_trends_keep_their_level():
    rng = np.random.default_rng(6)
    p_values = []
    for _ in range(150):
        p = expit(rng.normal(-2, 1, 800))
        y = (rng.random(800) < p).astype(int)
        found = vintages(line(rng.integers(FIRST, LAST + 1, 800).astype(float)), y, p)
        p_values.append((found.level_trend.p_value, found.default_rate_trend.p_value, found.heterogeneity.p_value))
    share = np.mean(np.array(p_values) < 0.1, axis=0)
    assert (share > 0.04).all()
    assert (share < 0.17).all()


def test_arguments_are_checked():
    time, y, p, _ = loans()
    with pytest.raises(ValueError, match=r"time must have the shape \(12000,\)"):
        vintages(line(time[:5]), y, p)
    with pytest.raises(ValueError, match="A window needs dates"):
        vintages(Timeline("wave", time, False, window=Window(months=1)), y, p)
    with pytest.raises(ValueError, match="No loan has a time"):
        vintages(line(np.full(N, np.nan)), y, p)
