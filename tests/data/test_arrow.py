"""Between Arrow and NumPy: the same values both ways, with missing ones, slices and chunks."""

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.arrow import as_flags, as_floats, numbers, text, texts, together

SLICES = [slice(0, 0), slice(0, 20), slice(3, 17), slice(9, 10)]


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.int8, np.uint16])
@pytest.mark.parametrize("part", SLICES)
def test_numbers_are_the_same_in_arrow(kind, part):
    values = np.arange(20)[::-1].astype(kind)[part]
    found = numbers(values)
    assert (found.type, found.to_pylist()) == (pa.from_numpy_dtype(kind), values.tolist())


@pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 100])
def test_numbers_that_are_not_valid_are_null(count):
    valid = np.random.default_rng(count).random(count) < 0.5
    found = numbers(np.arange(count), valid)
    assert found.to_pylist() == [number if good else None for number, good in enumerate(valid)]


@pytest.mark.parametrize(
    "values", [[], ["a"], ["", None, "ü語", "two\nlines"], [None], ["x"] * 100 + [None] * 3, ["\U0001f600", ""]]
)
def test_texts_are_the_same_in_arrow(values):
    found = texts(values)
    found.validate(full=True)
    assert (found.type, found.to_pylist()) == (pa.string(), values)


@pytest.mark.parametrize("value", ["", "a", "ü語"])
def test_a_text_is_an_arrow_scalar(value):
    assert text(value).equals(pa.scalar(value))


@pytest.mark.parametrize("kind", [pa.float64(), pa.int64(), pa.int32(), pa.uint8()])
@pytest.mark.parametrize("part", SLICES)
@pytest.mark.parametrize("missing", [True, False])
def test_floats_are_nan_where_a_value_is_missing(kind, part, missing):
    values = [None if missing and number % 4 == 1 else number for number in range(20)]
    expected = [np.nan if value is None else float(value) for value in values[part]]
    whole = pa.array(values, kind)[part]
    chunks = pa.chunked_array([values[:6], values[6:6], values[6:]], kind)[part]
    for column in (whole, chunks):
        np.testing.assert_array_equal(as_floats(column), expected)
        assert as_floats(column).dtype == np.float64


@pytest.mark.parametrize("part", SLICES)
def test_flags_are_truth_values(part):
    values = [number % 3 == 0 for number in range(20)]
    for column in (pa.array(values, pa.bool_()), pa.chunked_array([values[:5], values[5:]], pa.bool_())):
        found = as_flags(column[part])
        assert (found.dtype, found.tolist()) == (np.dtype(bool), values[part])


def test_chunks_become_one_array():
    column = pa.chunked_array([["a"], [], ["b", None]], pa.string())
    assert together(column).equals(pa.array(["a", "b", None]))
    assert together(together(column)).equals(pa.array(["a", "b", None]))
