"""What a training file's columns are taken for, and in which types their values are kept."""

from datetime import date

import pyarrow as pa
import pytest

from creditrisk.data.dates import FORMATS, is_date, parse_dates, settle_format
from creditrisk.data.kinds import as_numbers
from creditrisk.data.reading import read_training
from creditrisk.data.schema import Column, Dropped
from creditrisk.errors import DataError
from creditrisk.specs import ColumnSpec

NO_VALUE, SAME = "no value in any row", "the same value in every row"
ID_LIKE = "whole numbers, every one different: a row number or an id (--id copies it, --numeric keeps it)"


@pytest.fixture
def train(tmp_path):
    """Read a training file whose column a has the given cells, beside a number and the outcome."""

    def read(cells, **roles):
        path = tmp_path / "loans.csv"
        lines = [f"{cell},{number % 3}.5,{number % 2}" for number, cell in enumerate(cells)]
        path.write_text("\n".join(["a,other,y", *lines, ""]), encoding="utf-8")
        return read_training(path, ColumnSpec(target="y", **roles)).loans

    return read


def settled(loans, name="a"):
    return next(column for column in (*loans.schema.columns, *loans.schema.dropped) if column.name == name)


def values(loans, name="a"):
    return loans.table.column(name).to_pylist()


@pytest.mark.parametrize(
    ("cells", "kind", "kept"),
    [
        (["1", "2", "2"], "numeric", [1.0, 2.0, 2.0]),
        (["1.5", "", "-2e3"], "numeric", [1.5, None, -2000.0]),
        (["7", "NA", "7"], "numeric", [7.0, None, 7.0]),
        (["007", "010", "007"], "numeric", [7.0, 10.0, 7.0]),
        (["20010131", "20010201", "1"], "numeric", [20010131.0, 20010201.0, 1.0]),
        (["A", "B", ""], "categorical", ["A", "B", None]),
        (["A", "", "A"], "categorical", ["A", None, "A"]),
        (["1", "2", "3x"], "categorical", ["1", "2", "3x"]),
        (["true", "false", "true"], "categorical", ["true", "false", "true"]),
        (["true", "", "true"], "categorical", ["true", None, "true"]),
        (["false", "", "false"], "categorical", ["false", None, "false"]),
        ([" a", "a", "a "], "categorical", [" a", "a", "a "]),
        (["12:30", "01:05", "12:30"], "categorical", ["12:30", "01:05", "12:30"]),
        (["12:30:15", "", "01:05:00"], "categorical", ["12:30:15", None, "01:05:00"]),
        (["12:30", "01:05", "noon"], "categorical", ["12:30", "01:05", "noon"]),
        (["2001-08-01", "2001-08-02", "today"], "categorical", ["2001-08-01", "2001-08-02", "today"]),
        (["01/08/2001", "02/08/2001", "13/08/2001"], "categorical", ["01/08/2001", "02/08/2001", "13/08/2001"]),
        (["Aug-2001", "2001-08-01", "Aug-2001"], "categorical", ["Aug-2001", "2001-08-01", "Aug-2001"]),
        (["1-3", "4-6", "1-3"], "categorical", ["1-3", "4-6", "1-3"]),
        (["555-12", "556-1", ""], "categorical", ["555-12", "556-1", None]),
        (["Aug-01", "Dec-99", "NA"], "categorical", ["Aug-01", "Dec-99", None]),
        (["2001-02-31", "2001-02-01", ""], "categorical", ["2001-02-31", "2001-02-01", None]),
        (["2001/02/29", "2001/02/01", "-"], "categorical", ["2001/02/29", "2001/02/01", None]),
        (["31-Jun-2001", "01-Jun-2001", "?"], "categorical", ["31-Jun-2001", "01-Jun-2001", None]),
    ],
)
def test_a_column_is_what_all_its_cells_are(train, cells, kind, kept):
    loans = train(cells)
    assert (settled(loans), values(loans)) == (Column("a", kind), kept)


@pytest.mark.parametrize(
    ("cells", "date_format", "days"),
    [
        (["2001-08-01", "1969-12-31"], "%Y-%m-%d", [date(2001, 8, 1), date(1969, 12, 31)]),
        (["2001/08/01", "2000/02/29"], "%Y/%m/%d", [date(2001, 8, 1), date(2000, 2, 29)]),
        (["Aug-2001", "Dec-1999"], "%b-%Y", [date(2001, 8, 1), date(1999, 12, 1)]),
        (["2001-08", "1999-12"], "%Y-%m", [date(2001, 8, 1), date(1999, 12, 1)]),
        (["31-Aug-2001", "01-Jan-1950"], "%d-%b-%Y", [date(2001, 8, 31), date(1950, 1, 1)]),
        (
            ["2001-08-01 23:59:59", "1969-12-31 12:00:00"],
            "%Y-%m-%d %H:%M:%S",
            [date(2001, 8, 1), date(1969, 12, 31)],
        ),
        (
            ["2001-08-01T23:59:59", "1969-12-31T00:00:01"],
            "%Y-%m-%dT%H:%M:%S",
            [date(2001, 8, 1), date(1969, 12, 31)],
        ),
    ],
)
def test_dates_of_one_known_form_are_dates(train, cells, date_format, days):
    loans = train([*cells, ""])
    assert (settled(loans), values(loans)) == (Column("a", "date", date_format), [*days, None])


def test_every_known_form_of_a_date_is_the_one_that_is_settled():
    day = date(1987, 6, 5)
    assert [settle_format(pa.array([day.strftime(form), None])) for form in FORMATS] == list(FORMATS)


@pytest.mark.parametrize("cells", [[], [None], [None, None]])
def test_no_date_has_no_form(cells):
    assert settle_format(pa.array(cells, pa.string())) == ""


def test_one_other_value_far_down_makes_dates_text():
    cells = [f"{1950 + number // 12}-{number % 12 + 1:02d}-01" for number in range(600)]
    assert (settle_format(pa.array(cells)), settle_format(pa.array([*cells, "soon"]))) == ("%Y-%m-%d", "")


def test_values_of_another_form_parse_as_missing():
    column = pa.chunked_array([["Aug-2001", None], ["2001-08-01", "Aug-2001"]])
    august = date(2001, 8, 1)
    assert parse_dates(column, "%b-%Y").to_pylist() == [august, None, None, august]


@pytest.mark.parametrize(
    ("value", "date_format", "expected"),
    [
        ("2000-02-29", "%Y-%m-%d", True),
        ("2001-02-29", "%Y-%m-%d", False),
        ("2001-02-31", "%Y-%m-%d", False),
        ("1800-01-01", "%Y-%m-%d", True),
        ("1799-12-31", "%Y-%m-%d", True),
        ("2200-12-31", "%Y-%m-%d", True),
        ("9999-12-31", "%Y-%m-%d", True),
        ("1-3", "%Y-%m", False),
        ("555-12", "%Y-%m", False),
        ("2001-13", "%Y-%m", False),
        ("Aug-01", "%b-%Y", False),
        ("", "%Y-%m", False),
    ],
)
def test_a_date_is_a_day_that_exists_with_a_year_of_four_digits(value, date_format, expected):
    assert is_date(value, date_format) is expected
    assert (parse_dates(pa.array([value]), date_format).null_count == 0) is expected


@pytest.mark.parametrize("last", ["text", "12:30", "2001-01-01"])
@pytest.mark.parametrize("cell", ["{n}", "{n}.25", "2001-01-01", "12:30"])
def test_a_column_that_turns_to_text_deep_in_the_file_is_text(train, cell, last):
    cells = [*(cell.format(n=number) for number in range(60_000)), last, "x"]
    loans = train(cells)
    assert (settled(loans).kind, values(loans)) == ("categorical", cells)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "", ""], NO_VALUE),
        (["", "NA", "null"], NO_VALUE),
        (["5", "5", "5"], SAME),
        (["x", "x", "x"], SAME),
        (["2001-01-01"] * 3, SAME),
        (["12:30"] * 3, SAME),
        (range(200), ID_LIKE),
        (range(-100, 150), ID_LIKE),
        ([str(number * 7 % 211) for number in range(211)], ID_LIKE),
    ],
)
def test_a_column_that_says_nothing_is_dropped_with_the_reason(train, cells, reason):
    loans = train(cells)
    assert (settled(loans), loans.schema.names, loans.table.column_names) == (
        Dropped("a", reason),
        ("other",),
        ["other"],
    )


@pytest.mark.parametrize(
    "cells",
    [range(199), [*range(199), ""], [*range(199), 0], [f"{number}.5" for number in range(200)]],
)
def test_numbers_that_are_no_id_are_kept(train, cells):
    assert settled(train(cells)) == Column("a", "numeric")


def test_numeric_keeps_a_column_that_looks_like_an_id(train):
    loans = train(range(300), numeric=("a",))
    assert (settled(loans), values(loans)) == (Column("a", "numeric"), [float(number) for number in range(300)])


@pytest.mark.parametrize("cells", [["x", "y"], ["2001-01-01", "2001-01-02"], ["12:30", "12:31"], ["1", "2%"]])
def test_numeric_refuses_text(train, cells):
    with pytest.raises(DataError) as caught:
        train(cells, numeric=("a",))
    assert caught.value.what.endswith("in 1 column cannot be read as the column's kind.")
    assert caught.value.where[-1] == f'line 3, column "a": "{cells[1]}" is not a number'


def test_a_slip_among_numbers_is_remarked(tmp_path):
    lines = [f"{number},{number % 2}" for number in range(1, 100)]
    lines[40] = '"$50,000",0'
    (tmp_path / "loans.csv").write_text("\n".join(["a,y", *lines, ""]))
    (remark,) = read_training(tmp_path / "loans.csv", ColumnSpec(target="y")).remarks
    assert remark == (
        '"a" is taken for categories, though 99.0% of its values are numbers: 1 cell such as "$50,000" is not. '
        "--numeric names the lines, --categorical says that it is meant."
    )
    assert read_training(tmp_path / "loans.csv", ColumnSpec(target="y", categorical=("a",))).remarks == ()


@pytest.mark.parametrize(
    "cells",
    [["001", "1", "1.0"], [str(number) for number in range(300)], ["2001-01-01", "2001-01-02"], ["12:30", "12:31"]],
)
def test_categorical_makes_codes_text_letter_by_letter(train, cells):
    loans = train(cells, categorical=("a",))
    assert (settled(loans), values(loans)) == (Column("a", "categorical"), cells)


def test_infinite_values_become_missing_and_are_counted(train):
    loans = train(["1", "inf", "-Infinity", "1e999", "", "2"])
    assert (values(loans), loans.infinite) == ([1.0, None, None, None, None, 2.0], {"a": 3})


def test_a_column_left_out_is_named_with_its_reason(train):
    loans = train(["x", "y"], drop=("a",))
    assert (loans.schema.dropped, loans.table.column_names) == ((Dropped("a", "as asked with --drop"),), ["other"])


@pytest.mark.parametrize(
    ("numbers", "kept", "infinite"),
    [
        ([1.0, None, 2.0], [1.0, None, 2.0], 0),
        ([float("inf"), float("-inf"), None, 3.0], [None, None, None, 3.0], 2),
        ([float("nan"), float("inf")], [None, None], 1),
        ([], [], 0),
    ],
)
def test_only_finite_numbers_are_kept(numbers, kept, infinite):
    found, count = as_numbers(pa.chunked_array([pa.array(numbers, pa.float64())]))
    assert (found.to_pylist(), count) == (kept, infinite)
