"""Columns side by side: counts, cells, and which columns tell the time."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from two_sides import halves, loans_of, number, text

from creditrisk.audit.drift import sides as sides_module
from creditrisk.audit.drift.sides import comparable, compared, side_by_side, time_columns
from creditrisk.audit.loans import AuditedColumn

RNG = np.random.default_rng(12)
ROWS = 1000
TIME = 15_000 + np.sort(RNG.integers(0, 1500, ROWS)) * 1.0


def date(name: str, days: np.ndarray) -> AuditedColumn:
    return AuditedColumn(name, "date", "learned from", np.floor(days))


def test_counts_are_those_of_each_side() -> None:
    loans = halves([number("x", np.array([1.0, 1, 2, math.nan, 3, 3, 1, 3, math.nan, math.nan]))])
    sides = side_by_side(loans.columns[0], loans)
    assert sides.values.tolist() == [1.0, 2.0, 3.0]
    assert (sides.older.tolist(), sides.newer.tolist()) == ([3, 1, 2, 1], [0, 0, 1, 2])
    assert (sides.loans, sides.missing) == ((7, 3), (1, 2))


def test_numbers_are_cut_at_the_older_loans_quantiles_and_missing_is_a_cell() -> None:
    values = np.concatenate([RNG.normal(size=700), RNG.normal(5, 1, 250), np.full(50, np.nan)])
    loans = halves([number("x", values)])
    older, newer = side_by_side(loans.columns[0], loans).parts()
    assert older.tolist() == [70] * 10 + [0]
    assert newer[-1] == 50
    assert newer[-2] > 200


def test_few_loans_have_few_cells_and_an_empty_older_side_has_two() -> None:
    loans = halves([number("x", RNG.normal(size=200)), number("y", np.where(np.arange(200) < 140, np.nan, 1.0))])
    assert [len(side_by_side(column, loans).parts()[0]) for column in loans.columns] == [4, 2]


@pytest.mark.parametrize(("newer", "enough"), [(49, False), (50, True), (150, True), (151, False)])
def test_both_sides_need_fifty_loans(newer: int, enough: bool) -> None:
    loans = replace(halves([number("x", np.arange(200.0))]), newer=np.arange(200) < newer)
    assert comparable(loans) is enough
    assert len(compared(loans)) == int(enough)


def test_columns_that_follow_the_loans_time_tell_it() -> None:
    made = [
        date("approved", TIME - RNG.integers(1, 30, ROWS)),
        number("year", 2010 + np.floor((TIME - 15_000) / 365)),
        text("quarter", np.floor((TIME - 15_000) / 91), tuple(f"Q{place}" for place in range(20))),
        number("base rate", np.sin((TIME - 15_000) // 30)),
    ]
    honest = [
        date("born", TIME - RNG.integers(7000, 20_000, ROWS)),
        number("grows", TIME + 800 * RNG.normal(size=ROWS)),
    ]
    loans = halves([*made, *honest, *loans_of(2, ROWS)], time=TIME)
    assert [column.name for column in time_columns(loans)] == ["approved", "year", "quarter", "base rate"]
    assert len(compared(loans)) == len(loans.columns) - 4
    assert time_columns(replace(loans, time=np.full(ROWS, 7.0))) == ()


def test_without_a_time_only_dates_that_all_lie_later_tell_it() -> None:
    columns = [date("made", TIME), date("born", TIME - RNG.integers(7000, 20_000, ROWS)), number("year", TIME // 365)]
    loans = halves([*columns, date("none", np.full(ROWS, np.nan))])
    assert [column.name for column in time_columns(loans)] == ["made"]


def test_sides_and_time_columns_are_looked_for_once_for_the_same_loans(monkeypatch: pytest.MonkeyPatch) -> None:
    loans = halves([*loans_of(3, ROWS), date("day", TIME)], time=TIME)
    calls: list[str] = []
    explained = sides_module._explained
    monkeypatch.setattr(
        sides_module, "_explained", lambda column, *given: calls.append(column.name) or explained(column, *given)
    )
    found = compared(loans)
    assert [column.name for column in time_columns(loans)] == ["day"]
    assert compared(loans) is found
    assert calls == [column.name for column in loans.columns]
    others = compared(loans.without(["income"]))
    assert [sides.column.name for sides in others] == [column.name for column in loans.columns[1:-1]]
