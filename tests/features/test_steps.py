"""One fitted step a column: medians, levels, missing values, and fitting in batches."""

import random
import statistics
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column
from creditrisk.features.steps import CategoryStep, Notices, NumberStep, finish, merge, partial

NUMERIC, CATEGORICAL, DATE = Column("a", "numeric"), Column("a", "categorical"), Column("a", "date", "%Y-%m-%d")
TYPES = {"numeric": pa.float64(), "categorical": pa.string(), "date": pa.date32()}


def chunked(column, *batches):
    return pa.chunked_array([pa.array(batch, TYPES[column.kind]) for batch in batches], TYPES[column.kind])


def fitted(column, *batches):
    return finish(column, merge(partial(column, chunked(column, batch)) for batch in batches))


def applied(step, values, column):
    """The step's numbers for values, with None for NaN, and the notices."""
    notices = Notices()
    numbers = step.apply(chunked(column, values), notices)
    assert numbers.dtype == np.float64
    return [None if np.isnan(number) else number for number in numbers.tolist()], notices


def made(kind, count, seed, missing):
    rng = random.Random(seed)
    draw = {
        "numeric": lambda: rng.choice([rng.randint(-3, 3), round(rng.gauss(0, 10), 2), 1e9]),
        "categorical": lambda: rng.choice("ABCDEFGHIJ") * rng.randint(1, 3),
        "date": lambda: date.fromordinal(rng.randint(710_000, 735_000)),
    }[kind]
    return [None if missing and rng.random() < 0.1 else draw() for _ in range(count)]


@pytest.mark.parametrize("column", [NUMERIC, CATEGORICAL, DATE], ids=lambda column: column.kind)
@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("size", [1, 7, 50, 333])
@pytest.mark.parametrize("seed", [1, 2])
def test_batches_merge_to_what_one_batch_gives(column, missing, size, seed):
    values = made(column.kind, 400, seed, missing)
    batches = [values[start : start + size] for start in range(0, len(values), size)]
    whole = fitted(column, values)
    assert fitted(column, *batches) == whole
    assert fitted(column, *reversed(batches)) == whole


@pytest.mark.parametrize("column", [NUMERIC, CATEGORICAL, DATE], ids=lambda column: column.kind)
def test_merging_may_be_done_in_any_grouping(column):
    parts = [partial(column, chunked(column, made(column.kind, 60, seed, missing=True))) for seed in range(6)]
    nested = merge([merge(parts[:2]), merge([merge(parts[2:5]), parts[5]])])
    assert finish(column, nested) == finish(column, merge(parts))


@pytest.mark.parametrize(
    ("values", "median"),
    [
        ([7], 7.0),
        ([1, 2], 1.5),
        ([3, 1, 2], 2.0),
        ([1, 1, 1, 9], 1.0),
        ([1, 1, 9, 9], 5.0),
        ([1, 9, 9, 9], 9.0),
        ([-5, 0, 5, 100], 2.5),
        ([0.1, 0.3], 0.2),
        ([-1e300, 1e300], 0.0),
        ([1.6e308, 1.7e308], 1.6499999999999999e308),
        ([-1.7e308, -1.6e308], -1.6499999999999999e308),
    ],
)
def test_the_median_of_complete_numbers_is_exact(values, median):
    assert fitted(NUMERIC, values) == NumberStep("a", median)


@pytest.mark.parametrize("seed", range(30))
def test_the_median_is_that_of_the_statistics_module(seed):
    rng = random.Random(seed)
    values = [float(rng.choice([rng.randint(0, 4), rng.gauss(0, 1)])) for _ in range(rng.randint(1, 60))]
    assert fitted(NUMERIC, values[:20], values[20:]).fill == statistics.median(values)


def test_the_median_of_complete_dates_is_in_days():
    assert fitted(DATE, [date(1970, 1, 2), date(1970, 1, 11), date(1970, 1, 4)]) == NumberStep("a", 3.0)


@pytest.mark.parametrize("column", [NUMERIC, CATEGORICAL, DATE], ids=lambda column: column.kind)
def test_a_column_with_missing_values_in_training_has_nothing_to_fill_with(column):
    values = made(column.kind, 100, 3, missing=False)
    assert (fitted(column, values, [None]).fill, fitted(column, values).fill is None) == (None, False)


def test_levels_of_fewer_than_ten_loans_are_not_stored():
    values = ["ten"] * 10 + ["nine"] * 9 + ["many"] * 50 + ["one"]
    assert fitted(CATEGORICAL, values) == CategoryStep("a", ("many", "ten"), 2.0)


def test_ten_loans_spread_over_batches_make_a_level():
    assert fitted(CATEGORICAL, *[["x"]] * 10, ["y"] * 9).levels == ("x",)


def test_missing_is_no_level():
    assert fitted(CATEGORICAL, ["x"] * 10 + [None] * 30) == CategoryStep("a", ("x",), None)


def test_levels_stand_in_the_order_of_their_letters():
    levels = fitted(CATEGORICAL, ["b", "ä", "B", "10", "9", " a"] * 10).levels
    assert levels == (" a", "10", "9", "B", "b", "ä")


@pytest.mark.parametrize(
    ("fill", "numbers", "filled"), [(5.0, [1.0, 5.0, -2.0, 5.0], {"a": 2}), (None, [1.0, None, -2.0, None], {})]
)
def test_a_missing_number_is_filled_and_counted_only_where_training_was_complete(fill, numbers, filled):
    found, notices = applied(NumberStep("a", fill), [1.0, None, -2.0, None], NUMERIC)
    assert (found, notices) == (numbers, Notices(filled=notices.filled))
    assert notices.filled == filled


@pytest.mark.parametrize(
    ("fill", "codes", "filled"),
    [(2.0, [1.0, 2.0, 0.0, 2.0, 2.0], {"a": 1}), (None, [1.0, None, 0.0, 2.0, 2.0], {})],
)
def test_an_unseen_level_has_the_code_after_the_last_and_a_missing_one_as_in_training(fill, codes, filled):
    step = CategoryStep("a", ("A", "B"), fill)
    found, notices = applied(step, ["B", None, "A", "b", "A "], CATEGORICAL)
    assert (found, notices.unseen, notices.filled, notices.infinite) == (codes, {"a": 2}, filled, {})


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(1970, 1, 1), 0.0),
        (date(1969, 12, 31), -1.0),
        (date(2000, 3, 1), 11017.0),
        (date(1900, 1, 1), -25567.0),
        (None, None),
    ],
)
def test_a_date_is_days_since_1970(day, number):
    assert applied(NumberStep("a", None), [day], DATE)[0] == [number]


@pytest.mark.parametrize(
    ("step", "column"),
    [(NumberStep("a", 1.0), NUMERIC), (NumberStep("a", 1.0), DATE), (CategoryStep("a", ("A",), 1.0), CATEGORICAL)],
)
def test_no_loans_are_no_numbers_and_no_notices(step, column):
    assert applied(step, [], column) == ([], Notices())


def test_notices_of_batches_add_up():
    total = Notices()
    for count in (1, 2):
        one = Notices()
        one.unseen["a"], one.filled["b"], one.infinite[f"c{count}"] = count, 10 * count, 1
        total.add(one)
    assert (total.unseen, total.filled, total.infinite) == ({"a": 3}, {"b": 30}, {"c1": 1, "c2": 1})
