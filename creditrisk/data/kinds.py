"""Settle the kind of every column by looking at the whole of it, and turn it into the type of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers, texts, together
from creditrisk.data.dates import settle_format
from creditrisk.data.schema import MISSING_TOKENS, Column, Dropped
from creditrisk.data.units import settle_unit

if TYPE_CHECKING:
    from collections.abc import Collection

#: Fewer rows than this are no evidence that a column of different numbers is an id.
_FEWEST_FOR_ID = 200
#: Numbers beyond this are no amounts, and their squares and products would be infinite.
_MOST = 1e100
_LARGEST = numbers(np.array([_MOST]))[0]
#: A whole number with a zero fraction, in the syntax of Arrow's expressions.
_WHOLE = r"\A(?:-?(0)|(-?[1-9][0-9]*))\.0+\z"
_MISSING = texts(MISSING_TOKENS)
#: Truth values as other programs write them.
_TRUTHS = ("True", "TRUE", "False", "FALSE")


def settle_column(name: str, values: pa.ChunkedArray, numeric: Collection[str] = ()) -> Column | Dropped:
    """Return the column with its kind, or why it is not learned from.

    Parameters
    ----------
    name : str
    values : pyarrow array of shape (n_rows,)
        Integers or floats (numeric), strings (a date where every value is written in one known format, numeric where
        every value is a number with one unit, else categorical), date32, or the null type.
    numeric : names
        Columns that the user says are numbers, so that they are not taken for ids.
    """
    if values.null_count == len(values):
        return Dropped(name, "no value in any row")
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    if distinct == 1 and values.null_count == 0:
        return Dropped(name, "the same value in every row")
    if pa.types.is_date(values.type):
        return Column(name, "date", "%Y-%m-%d")
    if pa.types.is_string(values.type):
        return _settle_text(name, pc.unique(values))
    if name not in numeric and _looks_like_an_id(values, distinct):
        return Dropped(
            name, "whole numbers, every one different: a row number or an id (--id copies it, --numeric keeps it)"
        )
    return Column(name, "numeric")


def _settle_text(name: str, distinct: pa.Array) -> Column:
    date_format = settle_format(distinct)
    if date_format:
        return Column(name, "date", date_format)
    unit = settle_unit(distinct)
    return Column(name, "numeric", unit=unit) if unit else Column(name, "categorical")


def _looks_like_an_id(values: pa.ChunkedArray, distinct: int) -> bool:
    rows = len(values)
    return pa.types.is_integer(values.type) and distinct == rows >= _FEWEST_FOR_ID


def as_numbers(values: pa.Array | pa.ChunkedArray) -> tuple[pa.Array | pa.ChunkedArray, int]:
    """Return float64 values with those that are infinite or beyond 1e100 made missing, and how many those were."""
    found = values.cast(pa.float64(), safe=False)
    chunks = found.chunks if isinstance(found, pa.ChunkedArray) else [found]
    if all(map(_is_usable, chunks)):  # as almost always
        return found, 0
    usable = pc.less_equal(pc.abs(found), _LARGEST)  # false for NaN too
    if pc.all(usable).as_py() is not False:
        return found, 0
    beyond = int(pc.sum(pc.greater(pc.abs(found), _LARGEST)).as_py() or 0)
    return pc.if_else(usable, found, pa.nulls(1, pa.float64())[0]), beyond


def _is_usable(chunk: pa.Array) -> bool:
    """Whether no number is infinite, NaN or beyond 1e100; False too where what stands under a null is.

    A pass over the bytes as NumPy sees them takes a third of the time of Arrow's steps.
    """
    stored = np.frombuffer(chunk.buffers()[1] or b"", dtype=np.float64)[chunk.offset : chunk.offset + len(chunk)]
    return bool(np.abs(stored).max(initial=0.0) <= _MOST)


def missing_to_null(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text with every missing token made null."""
    missing = pc.is_in(values, value_set=_MISSING)
    if not pc.any(missing).as_py():
        return values
    return pc.if_else(missing, pa.nulls(1, pa.string())[0], values)


def canonical_codes(values: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return text of categories with a zero fraction left off whole numbers and truth values in small letters.

    A column of codes reads 3.0 instead of 3 where pandas wrote it with some rows missing, and truth values are True
    in a CSV file of pandas, true in a Parquet file: these are the same levels. Everything else stays letter by letter:
    3.5, 03.0, 1e3, tRUE. The zero below zero of floats, -0.0, is 0.

    >>> canonical_codes(pa.chunked_array([["3.0", "12.00", "-1.0", "3", "007", None]])).to_pylist()
    ['3', '12', '-1', '3', '007', None]
    >>> canonical_codes(pa.chunked_array([["True", "FALSE", "true", "T"]])).to_pylist()
    ['true', 'false', 'true', 'T']
    """
    coded = together(values).dictionary_encode()
    levels = coded.dictionary
    truths = pc.is_in(levels, value_set=texts(_TRUTHS))
    if not pc.any(pc.or_(truths, pc.match_substring_regex(levels, _WHOLE))).as_py():
        return values
    levels = pc.replace_substring_regex(levels, _WHOLE, r"\1\2")
    return pc.if_else(truths, pc.ascii_lower(levels), levels).take(coded.indices)


def text_among_numbers(values: pa.ChunkedArray) -> tuple[float, tuple[int, str]]:
    """Return the share of the present cells that are numbers, and of the others how many there are and one of them."""
    from creditrisk.data.cells import is_number  # only training needs it

    counts = pc.value_counts(values.drop_null())
    numbers = text = 0
    sample = ""
    for value, count in zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True):
        if is_number(value):
            numbers += count
        else:
            text, sample = text + count, sample or value[:40]
    return (numbers / (numbers + text) if text else 1.0), (text, sample)
