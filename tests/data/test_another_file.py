"""A file that lacks most of what is needed is asked about; one that lacks a little is told all of it."""

import pytest

from creditrisk.data.schema import check_present
from creditrisk.errors import DataError

NEEDED = [f"column{place}" for place in range(8)]


def error_of(header, *, samples=True):
    with pytest.raises(DataError) as caught:
        check_present(NEEDED, header, "new.csv", samples=samples)
    return caught.value


def test_another_file_is_asked_about_with_a_few_names():
    error = error_of(["column0", "a", "b", "c", "d"])
    assert error.what == "Is it another file? 7 of the 8 columns that are needed are not in it."
    assert error.where == (
        "new.csv", '"column1" is not there', '"column2" is not there', '"column3" is not there', "… and 4 more",
    )  # fmt: skip
    assert error.fix.startswith('The file has 5 columns: "column0", "a", "b" and 2 more.')


@pytest.mark.parametrize("present", [4, 7])
def test_half_of_the_columns_or_more_make_it_the_same_file_with_all_that_is_missing(present):
    error = error_of(NEEDED[:present])
    assert len(error.where) == 1 + 8 - present
    assert "another" not in error.what


def test_a_loan_in_the_place_of_the_header_is_not_told():
    assert "secret" not in str(error_of(["secret", "2"], samples=False))
