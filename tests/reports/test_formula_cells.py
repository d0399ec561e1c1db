"""Which cells a spreadsheet program would run, and what they become."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from creditrisk.data.arrow import texts
from creditrisk.reports.formula_cells import as_text, formula_cells, names_as_text

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\x00=1", "=", "-", "+", "@", "--5",
    "+49 170 123", "-5x", "-.", "'=1", "''@x", "'-5", "＝1+1", "＋1", "－1", "＠x", "-1e", "- 5",
]  # fmt: skip
PLAIN = [
    "",
    "a=1",
    " =1",
    "5",
    "-5",
    "+5",
    "-5.25",
    "-1e-7",
    "+1.5E+3",
    "-1,234.50",
    "-.5",
    "-5%",
    "'a",
    "'",
    "1-1",
    "é",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert formula_cells(texts([cell])).to_pylist() == [True]
    assert as_text(texts([cell])).to_pylist() == ["'" + cell]


@pytest.mark.parametrize("cell", PLAIN)
def test_numbers_and_other_texts_stay(cell: str) -> None:
    assert formula_cells(texts([cell])).to_pylist() == [False]
    assert as_text(texts([cell])).to_pylist() == [cell]


def test_a_missing_cell_is_no_formula_and_stays_missing() -> None:
    assert formula_cells(texts([None, "=1"])).to_pylist() == [False, True]
    assert as_text(texts([None, "=1"])).to_pylist() == [None, "'=1"]
    assert as_text(texts([])).to_pylist() == []


def back(cell: str) -> str:
    """Return a cell as it was: the documented way back."""
    return cell[1:] if re.match(r"'+[=+\-@\t\r\n\x00＝＋－＠]", cell) else cell


@given(st.text(st.sampled_from("'=+-@\t\r\n\0＝0159.,eE%a ")) | st.text())
@example("'-5")
@settings(max_examples=50, deadline=None)
def test_the_way_back_is_exact(cell: str) -> None:
    safe = as_text(texts([cell])).to_pylist()[0]
    assert back(safe) == cell
    assert formula_cells(texts([cell])).to_pylist() == [safe != cell]


def test_names_of_a_header_are_texts_too() -> None:
    assert names_as_text(["id", "=x", "-5"]) == ["id", "'=x", "-5"]
