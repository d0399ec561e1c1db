"""From tables to the numbers of an audit: codes by frequency, times, newest loans, training rows without outcomes."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from creditrisk.audit.loans import Cells
from creditrisk.audit.taking import as_codes, even_rows, newest, of_training
from creditrisk.data.schema import Column, Schema, Target
from creditrisk.data.table import LoanTable


def test_texts_become_places_in_their_levels_frequent_ones_first() -> None:
    codes, levels = as_codes(pa.array(["b", None, "a", "a", "c", "a", "b"]))
    assert levels == ("a", "b", "c")
    assert codes.tolist() == [1, -1, 0, 0, 2, 0, 1]


def test_texts_that_are_all_missing_have_no_level() -> None:
    codes, levels = as_codes(pa.array([None, None], pa.string()))
    assert (codes.tolist(), levels) == ([-1, -1], ())


def test_cells_count_each_value_and_the_missing_ones_last() -> None:
    cells = Cells.of(np.array([2.0, math.nan, 1.0, 2.0]))
    assert cells.values.tolist() == [1.0, 2.0]
    assert cells.code.tolist() == [1, 2, 0, 1]
    assert cells.loans.tolist() == [1, 2, 1]
    assert cells.sums(np.array([1.0, 1.0, 0.0, 1.0])).tolist() == [0.0, 2.0, 1.0]


def test_even_rows_are_all_of_few_and_spread_over_many() -> None:
    assert even_rows(5, 10).tolist() == [0, 1, 2, 3, 4]
    spread = even_rows(1_000, 10)
    assert len(set(spread.tolist())) == 10
    assert (spread[0], spread[-1]) == (0, 999)


def test_the_newest_fifth_keeps_whole_times_together() -> None:
    newer = newest(np.array([1.0, 1, 1, 1, 2, 2, 3, 3, 3, math.nan]))
    assert newer is not None
    assert newer.tolist() == [False] * 6 + [True] * 3 + [False]
    assert newest(np.full(4, 7.0)) is None
    assert newest(np.full(4, math.nan)) is None


def test_of_the_held_out_loans_the_audit_knows_no_outcome() -> None:
    schema = Schema((Column("x", "numeric"), Column("home", "categorical")), (), Target("y", ("1",), ("0",)))
    table = pa.table({"x": [1.0, None, 3.0, 4.0], "home": ["a", "b", None, "b"]})
    loans = LoanTable(schema, table, np.array([1, 0, 1, 0], dtype=np.int8), {})
    audited = of_training(loans, np.array([0, 1]), np.array([2, 3]))
    assert audited.y_true is not None
    assert audited.newer is not None
    np.testing.assert_array_equal(audited.y_true, [1.0, 0.0, math.nan, math.nan])
    assert audited.newer.tolist() == [False, False, True, True]
    assert audited.known.tolist() == [True, True, False, False]
    home = audited.columns[1]
    np.testing.assert_array_equal(home.values, [1.0, 0.0, math.nan, 0.0])
    assert home.levels == ("b", "a")
