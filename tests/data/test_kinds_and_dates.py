"""What a training file's columns are taken for, and in which types their values are kept."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.data.dates import FORMATS, example, is_date, known_format, parse_dates, settle_format
from creditrisk.data.files import open_files
from creditrisk.data.kinds import as_numbers, canonical_codes
from creditrisk.data.reading import read_training
from creditrisk.data.schema import Column, Dropped
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import TrainSpec

AUGUST, YEAR_END, MAY = date(2001, 8, 1), date(1969, 12, 31), date(2000, 5, 1)
NO_VALUE, SAME = "no value in any row", "the same value in every row"
ID_LIKE = "whole numbers, every one different: a row number or an id (--id copies it, --numeric keeps it)"


def reading(path, **roles):
    return read_training(open_files(path, ReadSpec()), TrainSpec(target="y", **roles), ReadSpec())


@pytest.fixture
def train(tmp_path):
    """Read a training file whose column a has the given cells, beside a number and the outcome."""

    def read(cells, **roles):
        path = tmp_path / "loans.csv"
        lines = [f"{cell},{number % 3}.5,{number % 2}" for number, cell in enumerate(cells)]
        path.write_text("\n".join(["a,other,y", *lines, ""]), encoding="utf-8")
        return reading(path, **roles).loans

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
        (["01/08/2001", "02/08/2001", "12/08/2001"], "categorical", ["01/08/2001", "02/08/2001", "12/08/2001"]),
        (["Aug-2001", "2001-08-01", "Aug-2001"], "categorical", ["Aug-2001", "2001-08-01", "Aug-2001"]),
        (["1-3", "4-6", "1-3"], "categorical", ["1-3", "4-6", "1-3"]),
        (["555-12", "556-1", ""], "categorical", ["555-12", "556-1", None]),
        (["Aug-01", "Dec-54", "NA"], "categorical", ["Aug-01", "Dec-54", None]),
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
        (["2001-08-01 23:59:59.000", "1969-12-31 00:00:00.5"], "%Y-%m-%d %H:%M:%S.%f", [AUGUST, YEAR_END]),
        (["2001-08-01T23:30:00.000Z", "1969-12-31T00:30:00.999+08:00"], "%Y-%m-%dT%H:%M:%S.%f%z", [AUGUST, YEAR_END]),
        (["2001-08-01 00:00:00+00:00", "1969-12-31 23:59:59-1100"], "%Y-%m-%d %H:%M:%S%z", [AUGUST, YEAR_END]),
        (["8/1/2001", "12/31/1969"], "%m/%d/%Y", [AUGUST, YEAR_END]),
        (["01/08/2001", "31/12/1969"], "%d/%m/%Y", [AUGUST, YEAR_END]),
        (["08-01-2001", "12-31-1969"], "%m-%d-%Y", [AUGUST, YEAR_END]),
        (["8/1/2001 12:00:00 AM", "12/31/1969 1:00:00 pm"], "%m/%d/%Y %I:%M:%S %p", [AUGUST, YEAR_END]),
        (["1/8/2001 0:00", "31/12/1969 23:59"], "%d/%m/%Y %H:%M", [AUGUST, YEAR_END]),
        (["01.08.2001", "02.08.2001"], "%d.%m.%Y", [AUGUST, date(2001, 8, 2)]),
        (["Aug-01", "Dec-69", "JAN-49", "may-00"], "%b-%y", [AUGUST, date(1969, 12, 1), date(2049, 1, 1), MAY]),
        (["01-Aug-01", "31-Dec-69"], "%d-%b-%y", [AUGUST, YEAR_END]),
        (["01AUG2001", "31dec1969"], "%d%b%Y", [AUGUST, YEAR_END]),
        (["01AUG2001:00:00:00", "31DEC1969:12:00:00"], "%d%b%Y:%H:%M:%S", [AUGUST, YEAR_END]),
        (["08/2001", "5/2000"], "%m/%Y", [AUGUST, MAY]),
        (["Aug 2001", "May 2000"], "%b %Y", [AUGUST, MAY]),
        (["August 2001", "May 2000"], "%B %Y", [AUGUST, MAY]),
        (["1 August 2001", "31 December 1969"], "%d %B %Y", [AUGUST, YEAR_END]),
        (["2001年8月1日", "1969年12月31日"], "%Y年%m月%d日", [AUGUST, YEAR_END]),
        (["2001年8月", "2000年05月"], "%Y年%m月", [AUGUST, MAY]),
    ],
)
def test_dates_of_one_known_form_are_dates(train, cells, date_format, days):
    loans = train([*cells, ""])
    assert (settled(loans), values(loans)) == (Column("a", "date", date_format), [*days, None])


def test_every_known_form_of_a_date_is_the_one_that_is_settled():
    day = datetime(1987, 6, 25, 13, 14, 15, tzinfo=UTC)
    assert [settle_format(pa.array([day.strftime(form), None])) for form in FORMATS] == list(FORMATS)


@pytest.mark.parametrize("form", ["{0}/{1}/2014", "{0}-{1}-2014", "{0}/{1}/2014 00:00"])
def test_day_and_month_in_figures_are_told_apart_by_the_whole_column_or_not_at_all(form):
    both = [form.format(*pair) for pair in ((1, 2), (12, 11), (7, 7))]
    first, second = form.format(13, 2), form.format(2, 13)
    days_first = form.format("%d", "%m").replace("2014", "%Y").replace("00:00", "%H:%M")
    months_first = form.format("%m", "%d").replace("2014", "%Y").replace("00:00", "%H:%M")
    found = [settle_format(pa.array(cells)) for cells in (both, [*both, first], [*both, second], [first, second])]
    assert found == ["", days_first, months_first, ""]


quick = settings(max_examples=300, deadline=None, derandomize=True)
start, end = datetime(1969, 1, 1), datetime(2049, 12, 31)  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(start, end, timezones=st.just(UTC))


@quick
@given(moments, st.sampled_from(FORMATS))
def test_a_day_is_read_as_it_was_written(moment, date_format):
    written = moment.strftime(date_format)
    day = moment.date() if "%d" in date_format else moment.date().replace(day=1)
    assert is_date(written, date_format)
    assert parse_dates(pa.array([written]), date_format).to_pylist() == [day]
    assert settle_format(pa.array([written])) or moment.day <= 12


@quick
@given(moments, st.sampled_from(FORMATS))
def test_a_value_of_two_forms_is_the_same_day_in_both_but_for_day_and_month_in_figures(moment, date_format):
    written = moment.strftime(date_format)
    found = {parse_dates(pa.array([written]), other)[0].as_py() for other in FORMATS if is_date(written, other)}
    days = {moment.date().replace(day=moment.month, month=moment.day)} if moment.day <= 12 else set()
    assert len(found - days) <= 1
    assert len(found) == 1 or ("%m" in date_format and settle_format(pa.array([written])) == "")


@quick
@given(st.text() | st.text("0123456789-/.: JulyAPMZT年月日", max_size=22), st.sampled_from(FORMATS) | st.text())
def test_any_text_in_any_form_is_a_date_where_it_parses(value, date_format):
    assert is_date(value, date_format) is (parse_dates(pa.array([value]), date_format).null_count == 0)


@pytest.mark.parametrize("date_format", ["", "%", "%Y%Y", "%Q", "%d-%", "(", "%b-%y ", "%c", "\x00", "%Y-%m-%d\udcff"])
def test_nothing_is_a_date_in_a_form_that_is_not_ours(date_format):
    cells = ["2001-08-01", "Aug-01", "", date_format.encode("utf-8", "replace").decode()]
    assert (known_format(date_format), [is_date(cell, date_format) for cell in cells]) == (False, [False] * 4)
    assert parse_dates(pa.array(cells), date_format).null_count == 4
    assert example(date_format) == "2014-07-31"


@pytest.mark.parametrize("date_format", FORMATS)
def test_the_example_of_a_form_is_a_date_in_it(date_format):
    assert is_date(example(date_format), date_format)
    assert known_format(date_format)


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
        (" 2001-08-01", "%Y-%m-%d", False),
        ("2001-08-01\n", "%Y-%m-%d", False),
        ("2001-08- 1", "%Y-%m-%d", False),
        ("２００１-08-01", "%Y-%m-%d", False),
        ("2001-08-01  12:00:00", "%Y-%m-%d %H:%M:%S", False),
        ("2001-08-01\t12:00:00", "%Y-%m-%d %H:%M:%S", False),
        ("2001-08-01 24:00:00", "%Y-%m-%d %H:%M:%S", False),
        ("2001-08-01 23:59:60", "%Y-%m-%d %H:%M:%S", False),
        ("2001-08-01 00:00:00+24:00", "%Y-%m-%d %H:%M:%S%z", False),
        ("0000-01-01", "%Y-%m-%d", False),
        ("Aug-1", "%b-%y", False),
        ("Dec-49", "%b-%y", True),
        ("Dec-50", "%b-%y", False),
        ("Dec-68", "%b-%y", False),
        ("Dec-69", "%b-%y", True),
        ("Dez-99", "%b-%y", False),
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
    lines[40] = "50k,0"
    (tmp_path / "loans.csv").write_text("\n".join(["a,y", *lines, ""]))
    (remark,) = reading(tmp_path / "loans.csv").remarks
    assert remark == (
        '"a" is taken for categories, though 99.0% of its values are numbers: 1 cell such as "50k" is not. '
        "--numeric names the lines, --categorical says that it is meant."
    )
    assert reading(tmp_path / "loans.csv", categorical=("a",)).remarks == ()


@pytest.mark.parametrize(
    "cells",
    [["001", "1", "1.5"], [str(number) for number in range(300)], ["2001-01-01", "2001-01-02"], ["12:30", "12:31"],
     ["5%", "6%"]],
)  # fmt: skip
def test_categorical_makes_codes_text_letter_by_letter(train, cells):
    loans = train(cells, categorical=("a",))
    assert (settled(loans), values(loans)) == (Column("a", "categorical"), cells)


def test_codes_lose_only_a_zero_fraction(train):
    assert values(train(["001", "1", "1.0", "", "2.0"], categorical=("a",))) == ["001", "1", "1", None, "2"]


def test_infinite_values_become_missing_and_are_counted(train):
    loans = train(["1", "inf", "-Infinity", "1e999", "", "2"])
    assert (values(loans), loans.infinite) == ([1.0, None, None, None, None, 2.0], {"a": 3})


def test_numbers_with_a_unit_are_numbers_unless_they_are_said_to_be_codes(train):
    cells = ["10+ years", "< 1 year", "", "3 years"]
    loans, codes = train(cells), train(cells, categorical=("a",))
    assert (settled(loans), values(loans)) == (Column("a", "numeric", unit="years"), [10.0, 0.0, None, 3.0])
    assert (settled(codes), values(codes)) == (Column("a", "categorical"), [*cells[:2], None, cells[3]])


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


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["3.0", "3", "12.00", "-1.0", "0.0", "-0.0", None], ["3", "3", "12", "-1", "0", "0", None]),
        (["10.0", "100.000", "1" * 30 + ".0"], ["10", "100", "1" * 30]),
        (["3.0", "3.5", "3.05", "A1.0"], ["3", "3.5", "3.05", "A1.0"]),
        (["True", "TRUE", "true", None, "False", "FALSE"], ["true", "true", "true", None, "false", "false"]),
        (["True", "tRUE", "Trueish", " True", "T", "2.0"], ["true", "tRUE", "Trueish", " True", "T", "2"]),
        (
            ["1.0", "03.0", "-0", "+3.0", "3.", ".0", "1.0.0", "1e3", " 3.0", "3.0 ", "3.0\n", "\n3.0", "3,0", "٣.0"],
            None,
        ),
    ],
)
def test_a_code_with_a_zero_fraction_is_the_code_without_it(cells, kept):
    half = len(cells) // 2
    column = pa.chunked_array([cells[:half], cells[half:]])
    assert canonical_codes(column).to_pylist() == (kept or ["1", *cells[1:]])


@pytest.mark.parametrize("cells", [["3", "12", "-1", "007", None], ["A", "3.5"], [None], []])
def test_codes_without_a_zero_fraction_are_left_alone(cells):
    column = pa.chunked_array([pa.array(cells, pa.string())])
    assert canonical_codes(column) is column


@quick
@given(st.lists(st.integers() | st.none(), min_size=1), st.text(max_size=5))
def test_codes_are_the_same_levels_however_they_were_written(codes, text):
    plain = [None if code is None else str(code) for code in codes]
    written = [None if code is None else f"{code}.0" for code in codes]
    assert canonical_codes(pa.chunked_array([pa.array(written, pa.string())])).to_pylist() == plain
    (once,) = canonical_codes(pa.chunked_array([[text]])).to_pylist()
    assert canonical_codes(pa.chunked_array([[once]])).to_pylist() == [once]
    assert once == text.lower() or once == text or float(once) == float(text)
