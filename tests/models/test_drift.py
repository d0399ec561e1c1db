"""Columns that tell when a loan was made, and columns that do not."""

import numpy as np
import pytest

from creditrisk.models.drift import drifting_columns

ROWS = 2000


@pytest.fixture(scope="module")
def loans():
    """Columns in random order of time: a trend, missing before a date, noise, a sine, a slight trend, constant."""
    rng = np.random.default_rng(0)
    time = rng.permutation(ROWS).astype(float)
    share = time / ROWS
    columns = {
        "trend": 3 * share + rng.normal(0, 0.3, ROWS),
        "falling": -(share**3) + rng.normal(0, 0.05, ROWS),
        "new": np.where(share < 0.45, np.nan, rng.normal(size=ROWS)),
        "ended": np.where(share < 0.55, rng.normal(size=ROWS), np.nan),
        "noise": rng.normal(size=ROWS),
        "sine": np.sin(2 * np.pi * 12 * share),
        "slight": share + rng.normal(0, 1, ROWS),
        "often missing": np.where(rng.random(ROWS) < 0.6, np.nan, rng.normal(size=ROWS)),
        "constant": np.full(ROWS, 7.0),
        "empty": np.full(ROWS, np.nan),
        "infinite": np.where(share < 0.5, -np.inf, np.inf),
    }
    return columns, time


def found(columns, time):
    names = list(columns)
    return [names[place] for place in drifting_columns(columns.values(), time)]


def test_trends_and_what_begins_or_ends_at_a_date_are_found_and_nothing_else(loans):
    assert found(*loans) == ["trend", "falling", "new", "ended", "infinite"]


def test_any_increasing_change_of_a_column_or_of_time_changes_nothing(loans):
    columns, time = loans
    moved = {name: np.exp(np.clip(values, -50, 50)) * 1e6 - 3 for name, values in columns.items()}
    assert found(moved, time) == found(columns, np.exp(time / 100)) == found(columns, time)


def test_turning_time_around_changes_nothing_with_no_loan_in_the_middle(loans):
    columns, time = loans
    assert found(columns, -time) == found(columns, time)


@pytest.mark.parametrize("time", [np.zeros(50), np.repeat([0.0, 1.0], [10, 40])])
def test_without_a_newer_half_nothing_drifts(time):
    assert drifting_columns([time], time) == ()


def test_no_columns_at_all_give_none():
    assert drifting_columns([], np.arange(10.0)) == ()


def test_the_mark_is_a_gini_of_three_fifths():
    time = np.arange(20.0)
    older, newer = np.arange(10.0), np.arange(10.0)
    # Of the 100 pairs of an older and a newer loan, the newer one is above in 81 or 79: Gini 0.62 or 0.58.
    for wins, drifts in ((81, (0,)), (79, ())):
        column = np.concatenate([older, newer + 0.5])
        pairs = np.zeros(10, dtype=int)
        pairs[:] = wins // 10
        pairs[: wins % 10] += 1
        column[10:] = pairs - 0.5  # so many of the older loans are below
        assert int((column[10:, None] > older).sum()) == wins
        assert drifting_columns([column], time) == drifts
