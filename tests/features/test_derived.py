"""Derived columns as plain data: the value of each row, and what no model file may hold."""

import math
import time
from datetime import date, timedelta

import numpy as np
import pytest

from creditrisk.features.derived import Arithmetic, DatePart, Flag, Lookup, MissingCount, Relative
from creditrisk.features.view import View

NAN = math.nan
MEAN = Lookup("mean", "mean", (1,), ((0.0,), (1.0,), (2.0,)), (4.0, 0.0, 1e-300), -2.0)


@pytest.mark.parametrize(
    ("value", "column", "flags"),
    [(None, [1.0, NAN, 0.0], [0, 1, 0]), (98.0, [98.0, NAN, 97.0], [1, 0, 0]), (0.0, [-0.0, 1.0, NAN], [1, 0, 0])],
)
def test_a_flag_is_1_where_the_value_stands(value, column, flags):
    assert Flag("f", 1, value).apply(np.column_stack([np.zeros(3), column])).tolist() == flags


def test_missing_values_are_counted_in_the_columns_asked_for():
    base = np.array([[NAN, NAN, NAN], [1.0, NAN, 1.0], [NAN, 0.0, 0.0]])
    assert MissingCount("m", (0, 2)).apply(base).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("left", "right", "ratio", "difference"),
    [(6.0, 4.0, 1.5, 2.0), (6.0, 0.0, NAN, 6.0), (6.0, -0.0, NAN, 6.0), (0.0, 0.0, NAN, 0.0), (NAN, 1.0, NAN, NAN),
     (1.0, NAN, NAN, NAN), (1e300, 1e-300, NAN, 1e300), (-1e308, 1e308, -1.0, NAN), (math.inf, math.inf, NAN, NAN)],
)  # fmt: skip
def test_arithmetic_is_finite_or_missing(left, right, ratio, difference):
    base = np.array([[right, left]])
    results = [Arithmetic("a", operation, 1, 0).apply(base)[0] for operation in ("ratio", "difference")]
    assert results == pytest.approx([ratio, difference], nan_ok=True, abs=0)


def test_parts_of_dates_are_those_of_the_calendar():
    days = [-719162, -141427, -25508, -1, 0, 59, 11016, 11017, 19782, 20000, 2932896]
    dates = [date(1970, 1, 1) + timedelta(day) for day in days]
    base = np.array(days, dtype=np.float64)[:, np.newaxis]
    assert DatePart("y", 0, "year").apply(base).tolist() == [day.year for day in dates]
    assert DatePart("m", 0, "month").apply(base).tolist() == [day.month for day in dates]
    assert DatePart("w", 0, "weekday").apply(base).tolist() == [day.weekday() for day in dates]


@pytest.mark.parametrize("part", ["year", "month", "weekday"])
def test_a_day_is_whole_and_what_is_no_day_is_missing(part):
    part = DatePart("p", 0, part)
    assert part.apply(np.array([[19782.9], [-0.5]])).tolist() == part.apply(np.array([[19782.0], [-1.0]])).tolist()
    assert np.isnan(part.apply(np.array([[NAN], [math.inf], [-1e300]]))).all()


@pytest.mark.parametrize(
    ("row", "value"),
    [((1.0, 2.0), 10.0), ((2.0, 1.0), 20.0), ((0.0, NAN), 30.0), ((-0.0, NAN), 30.0), ((NAN, NAN), 40.0),
     ((NAN, 0.0), 99.0), ((1.0, 1.0), 99.0), ((1.0, 2.5), 99.0), ((1.0, NAN), 99.0), ((math.inf, 1.0), 99.0)],
)  # fmt: skip
def test_a_key_of_two_columns_has_its_value_and_any_other_key_the_other(row, value):
    keys = ((2.0, 1.0), (1.0, 2.0), (None, None), (-0.0, None))
    lookup = Lookup("l", "target", (2, 0), keys, (20.0, 10.0, 40.0, 30.0), 99.0)
    assert lookup.apply(np.array([[row[1], 7.0, row[0]]])).tolist() == [value]


def test_a_lookup_without_keys_gives_the_other_value():
    assert Lookup("l", "count", (0,), (), (), 1.5).apply(np.array([[1.0], [NAN]])).tolist() == [1.5, 1.5]


@pytest.mark.parametrize("width", [1, 2])
def test_a_large_lookup_finds_what_a_dict_finds_and_fast(width):
    rng = np.random.default_rng(width)
    table = np.unique(rng.integers(-50, 5000, (5000, width)), axis=0).astype(np.float64)
    keys, values = [tuple(key) for key in table.tolist()], rng.normal(size=len(table))
    lookup = Lookup("l", "target", tuple(range(width)), tuple(keys), tuple(values.tolist()), 7.0)
    base = table[rng.integers(0, len(table), 3000)] + (rng.random((3000, width)) < 0.1)
    stored = dict(zip(keys, values.tolist(), strict=True))
    assert lookup.apply(base).tolist() == [stored.get(tuple(row), 7.0) for row in base.tolist()]
    many = np.tile(base, (33, 1))
    start = time.process_time()
    lookup.apply(many)
    assert time.process_time() - start < 0.5  # ten times what it takes


def test_relative_is_the_column_over_its_groups_mean():
    base = np.array([[8.0, 0.0], [8.0, 1.0], [8.0, 5.0], [NAN, 0.0], [1e300, 2.0]])
    assert Relative("r", 0, MEAN).apply(base).tolist() == pytest.approx([2.0, NAN, -4.0, NAN, NAN], nan_ok=True)


def test_a_row_of_a_large_matrix_is_the_row_alone_and_the_base_stands_first():
    rng = np.random.default_rng(3)
    base = np.where(rng.random((500, 2)) < 0.1, NAN, rng.integers(0, 4, (500, 2)) / 3)
    derived = [Flag("f", 0, None), MissingCount("m", (0, 1)), Arithmetic("a", "ratio", 0, 1), DatePart("d", 1, "year"),
               Relative("r", 0, MEAN), Lookup("l", "mean", (0, 1), ((0.0, 1.0),), (2.0,), 0.5)]  # fmt: skip
    view = View((0, 1), tuple(derived))
    whole = view.matrix(base)
    assert whole.shape == (500, 8)
    assert whole.flags.c_contiguous
    assert whole.dtype == np.float64
    np.testing.assert_array_equal(whole[:, :2], base)
    np.testing.assert_array_equal(np.vstack([view.matrix(base[i : i + 1]) for i in range(500)]), whole)
    np.testing.assert_array_equal(view.matrix(np.asfortranarray(base)[::-1]), whole[::-1])
    assert view.matrix(base[:0]).shape == (0, 8)


@pytest.mark.parametrize(
    ("feature", "columns"),
    [(Flag("f", 3, None), (3,)), (MissingCount("m", (2, 1)), (2, 1)), (Arithmetic("a", "ratio", 4, 2), (4, 2)),
     (DatePart("d", 5, "year"), (5,)), (MEAN, (1,)), (Relative("r", 7, MEAN), (7, 1))],
)  # fmt: skip
def test_a_feature_names_the_columns_that_it_uses(feature, columns):
    assert feature.columns == columns


POSITIONS = "columns must be positions in the base matrix, each once."
FINITE = "numbers must be finite."
KEY = "a key needs one value for each of one or two columns."


def lookup(**changes):
    parts = {"statistic": "target", "columns": (0,), "keys": ((1.0,),), "values": (1.0,), "other": 0.0}
    return Lookup("l", **{**parts, **changes})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Flag("f", -1, None), POSITIONS),
        (lambda: Flag("f", 0, NAN), FINITE),
        (lambda: Flag("f", 0, math.inf), FINITE),
        (lambda: MissingCount("m", ()), POSITIONS),
        (lambda: MissingCount("m", (1, 1)), POSITIONS),
        (lambda: MissingCount("m", (1, -2)), POSITIONS),
        (lambda: Arithmetic("a", "sum", 0, 1), "it must be one of: ratio, difference."),
        (lambda: Arithmetic("a", "ratio", 1, 1), POSITIONS),
        (lambda: Arithmetic("a", "ratio", -1, 1), POSITIONS),
        (lambda: DatePart("d", 0, "day"), "it must be one of: year, month, weekday."),
        (lambda: DatePart("d", -1, "year"), POSITIONS),
        (lambda: lookup(statistic="max"), "it must be one of: count, target, mean."),
        (lambda: lookup(columns=()), POSITIONS),
        (lambda: lookup(columns=(0, 0), keys=((1.0, 1.0),)), POSITIONS),
        (lambda: lookup(columns=(0, 1, 2), keys=((1.0, 1.0, 1.0),)), KEY),
        (lambda: lookup(columns=(0, 1)), KEY),
        (lambda: lookup(keys=((),)), KEY),
        (lambda: lookup(values=()), "every key needs one value."),
        (lambda: lookup(values=(NAN,)), FINITE),
        (lambda: lookup(other=math.inf), FINITE),
        (lambda: lookup(keys=((NAN,),)), FINITE),
        (lambda: lookup(keys=((1.0,), (1,)), values=(1.0, 2.0)), "a key stands twice."),
        (lambda: lookup(keys=((0.0,), (-0.0,)), values=(1.0, 2.0)), "a key stands twice."),
        (lambda: lookup(keys=((None,), (None,)), values=(1.0, 2.0)), "a key stands twice."),
        (lambda: Relative("r", -1, MEAN), POSITIONS),
        (lambda: Relative("r", 1, MEAN), POSITIONS),
        (lambda: Relative("r", 2, lookup()), "a group needs means."),
    ],
)
def test_what_no_fit_gives_is_refused(make, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        make()
