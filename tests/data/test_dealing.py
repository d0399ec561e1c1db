from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import chi2, kstest

from creditrisk.data.dealing import FOR_SAMPLE, FOR_SPLIT, HELD_OUT, NEITHER, TRAINING, Dealing, row_numbers
from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.data.table import LoanTable
from creditrisk.errors import DataError


def loans(y: list[int], roles: Roles = Roles(), **columns: pa.Array) -> LoanTable:  # noqa: B008 - frozen
    schema = Schema((), (), Target("y", ("1",), ("0",)), roles=roles)
    return LoanTable(schema, pa.table(columns or {"x": pa.nulls(len(y))}), np.array(y, dtype=np.int8), {})


def test_the_numbers_of_rows_are_uniform_and_those_of_files_uses_and_seeds_independent() -> None:
    rows = np.arange(20_000)
    of = {key: row_numbers(*key, rows) for key in [(0, FOR_SPLIT, 0), (0, FOR_SAMPLE, 0), (1, FOR_SPLIT, 0),
                                                  (0, FOR_SPLIT, 1)]}  # fmt: skip
    for numbers in of.values():
        assert kstest(numbers, "uniform").pvalue > 1e-4
    first, *others = of.values()
    for other in others:
        table = np.histogram2d(first, other, bins=8, range=[[0, 1], [0, 1]])[0]
        statistic = float(((table - 20_000 / 64) ** 2 / (20_000 / 64)).sum())
        assert chi2.sf(statistic, 63) > 1e-4


def test_a_row_has_its_number_whoever_reads_it_and_with_whatever_others() -> None:
    whole = row_numbers(5, FOR_SPLIT, 3, np.arange(1000))
    assert np.array_equal(row_numbers(5, FOR_SPLIT, 3, np.arange(400, 700)), whole[400:700])
    several = row_numbers(5, FOR_SPLIT, np.array([0, 3, 7]), np.array([9, 9, 9]))
    assert several[1] == whole[9]


def test_the_share_is_held_out_and_unknown_outcomes_are_on_neither_side() -> None:
    y = [0, 1, -1] * 10_000
    sides = Dealing(seed=0, test_size=0.2).sides(loans(y), 0, np.arange(30_000))
    known = np.array(y) >= 0
    assert abs((sides[known] == HELD_OUT).mean() - 0.2) < 4 * np.sqrt(0.16 / 20_000)
    assert set(sides[known].tolist()) == {TRAINING, HELD_OUT}
    assert set(sides[~known].tolist()) == {NEITHER}


def test_all_loans_of_a_group_are_on_one_side_in_whatever_file_and_loans_without_one_are_alone() -> None:
    roles = Roles(group="who")
    names = [f"p{number % 500}" for number in range(4000)] + [None] * 2000
    table = loans([0] * 6000, roles, who=pa.array(names))
    one, other = (Dealing(0, 0.3).sides(table, place, np.arange(6000)) for place in (0, 1))
    assert np.array_equal(one[:4000], other[:4000])
    by_name = {name: {side for n, side in zip(names[:4000], one[:4000].tolist(), strict=True) if n == name}
               for name in ("p1", "p77", "p499")}  # fmt: skip
    assert all(len(sides) == 1 for sides in by_name.values())
    assert abs((one[4000:] == HELD_OUT).mean() - 0.3) < 0.05
    assert not np.array_equal(one[4000:], other[4000:])


def test_with_a_time_the_newest_are_held_out_and_loans_still_watched_then_are_on_neither_side() -> None:
    roles = Roles(time=Column("made", "date", "%Y-%m-%d"))
    days = pa.array([0, 60, 99, 100, 130], pa.int32()).cast(pa.date32())
    dealing = Dealing(0, 0.2, begins=100.0, window="40 days")
    sides = dealing.sides(loans([0, 1, 0, 1, 0], roles, made=days), 0, np.arange(5))
    assert sides.tolist() == [TRAINING, TRAINING, NEITHER, HELD_OUT, HELD_OUT]


def test_a_loan_without_a_time_is_refused_unless_its_outcome_is_unknown() -> None:
    roles = Roles(time=Column("made", "numeric"))
    dealing = Dealing(0, 0.2, begins=5.0)
    assert dealing.sides(loans([0, -1], roles, made=pa.array([1.0, None])), 0, np.arange(2)).tolist() == [1, 0]
    with pytest.raises(DataError, match=r"The time is missing in 1 row\."):
        dealing.sides(loans([0, 1], roles, made=pa.array([1.0, None])), 0, np.arange(2))
