"""Names by which columns cannot be told apart."""

from __future__ import annotations

import pytest

from creditrisk.data.column_names import blank_remark, check_names
from creditrisk.errors import DataError


@pytest.mark.parametrize(
    "header", [["a", "b"], ["", "a"], ["a b", "a_b", "ab"], [" a ", "b"], ["ß", "s"], ["n0", "n1"]]
)
def test_names_that_can_be_told_apart(header: list[str]) -> None:
    check_names(header, "x.csv")


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        (["a", "A"], ['"a" and "A"']),
        (["a b", "x", "a  b", " A\tb "], ['"a b" and "a  b" and " A\\tb "']),
        (["ss", "ß", "Y", "y"], ['"ss" and "ß"', '"Y" and "y"']),
        (["", "x", " "], ['"" and " "']),
    ],
)
def test_names_that_differ_in_letter_case_or_blanks(header: list[str], lines: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        check_names(header, "x.csv")
    assert list(caught.value.where) == ["x.csv", *lines]
    with pytest.raises(DataError) as caught:
        check_names(header, "x.csv", samples=False)
    assert caught.value.where == ("x.csv", f"{len(lines)} name{'s' if len(lines) > 1 else ''}, not shown")


def test_numbers_that_stand_twice_are_a_loan() -> None:
    with pytest.raises(DataError) as caught:
        check_names(["7", "A", "7"], "x.csv")
    assert caught.value.fix == (
        "Rename or remove one of each, so that every column can be named. "
        "If the first line is a loan, write a line of names before it."
    )


def test_many_names_twice_are_cut() -> None:
    with pytest.raises(DataError) as caught:
        check_names([f"c{number % 500}" for number in range(1000)], "x.csv")
    assert len(caught.value.where) == 22
    assert caught.value.where[-1] == "… and 480 more"


def test_names_with_a_blank_at_an_end_are_remarked() -> None:
    assert blank_remark(["a", "b c", ""]) == ()
    assert blank_remark([" a", "b"]) == ('A column\'s name begins or ends with a blank, which belongs to it: " a".',)
    assert blank_remark([" a", "b\t"]) == (
        'The names of 2 columns begin or end with a blank, which belongs to it: " a", "b\\t".',
    )
