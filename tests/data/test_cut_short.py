"""A file that breaks off in its last row: it is said so, and only then."""

import pyarrow as pa
import pytest
from csv_ways import both_ways, open_csv

from creditrisk.errors import DataError

WHOLE = "id,amount,word\n1,2,x\n2,3,y\n"


def error_of(path, read) -> DataError:
    file = open_csv(path)
    with pytest.raises(DataError) as caught:
        read(file, dict.fromkeys(file.header, pa.string()))
    return caught.value


@both_ways
@pytest.mark.parametrize(("end", "cells"), [("3,4", 2), ("3", 1), ("3,", 2)])
def test_a_last_row_that_breaks_off_is_said_to_be_cut_short(write, read, end, cells):
    path = write(WHOLE + end)
    error = error_of(path, read)
    assert error.what == f"The file may be cut short: its last line has {cells} of 3 cells and no line end."
    assert error.where == (f"{path}, line 4",)
    assert error.fix == "Fetch or copy the file again; loans may be missing after that line."


@both_ways
def test_a_quotation_mark_open_where_the_file_breaks_off_is_said_too(write, read):
    error = error_of(write(WHOLE + '3,"ab'), read)
    assert error.what.startswith("The file may be cut short: its last line has 2 of 3 cells, an open quotation mark")
    assert error.fix.startswith("Fetch or copy the file again. If it is whole: close the quotation mark;")


@both_ways
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WHOLE + "3,4\n", id="its line is ended"),
        pytest.param(WHOLE + "3,4\n4,5", id="another row is short too"),
        pytest.param(WHOLE + "3,4\n5,6,z", id="the short row is not the last"),
        pytest.param(WHOLE + "3,4,5,6", id="the last row is too long"),
    ],
)
def test_other_ragged_rows_keep_their_advice(write, read, text):
    assert error_of(write(text), read).fix == "Quote cells that hold commas, and remove stray commas and footer lines."
