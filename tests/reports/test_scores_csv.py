"""Lines of scores, against the CSV module of Python."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.reports.scores_csv import header_line, score_lines

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.sampled_from(
    ['a "b"', "a,b", "a\nb", "a\r\nb", "=1", " x ", "é", "'", "\t"]
)
ROWS = st.lists(st.tuples(CELLS, CELLS, st.floats(allow_nan=False)), max_size=5)


@settings(max_examples=150)
@given(ROWS)
def test_cells_are_read_again_as_they_were(rows: list[tuple[str, str, float]]) -> None:
    first, second, numbers = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    columns = [pa.array(first, pa.string()), pa.array(second, pa.string()), pa.array(numbers, pa.float64())]
    text = bytes(score_lines(columns)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [(a, b, float(number)) for a, b, number in read] == rows


@pytest.mark.parametrize("more", [[], ["x, y"]])
def test_only_cells_that_need_it_are_quoted_and_nothing_is_empty(more: list[str]) -> None:
    texts = ["00123", "", None, "=1", "a b", *more]
    whole = bytes(score_lines([pa.array(texts), pa.array(range(len(texts)))]))
    assert whole == b"00123,0\n,1\n,2\n=1,3\na b,4\n" + (b'"x, y",5\n' if more else b"")


def test_numbers_are_as_short_as_they_can_be_whether_or_not_a_cell_is_quoted() -> None:
    numbers = [0.1, 1e-5, 1e22, 5e-324, 1.7976931348623157e308, 123456789.123, -0.0, 2.0]
    plain, quoted = (bytes(score_lines([pa.array(numbers), pa.array([cell] * len(numbers))])) for cell in ("x", 'x"'))
    assert quoted.replace(b'"x"""', b"x") == plain
    assert [float(line.split(b",")[0]) for line in plain.splitlines()] == numbers
    assert plain.startswith(b"0.1,x\n")


def test_a_header_is_quoted_where_it_must_be() -> None:
    assert header_line(["id", 'a "b"', "x,y"]) == b'id,"a ""b""","x,y"\n'
