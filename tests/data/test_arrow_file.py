"""Parquet files and data frames are read as the CSV file with the same loans is."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data import frames
from creditrisk.data.files import Digest, open_files
from creditrisk.data.schema import Column
from creditrisk.data.several import text_of
from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec

READ = ReadSpec()
TEXT, NUMBER, DAY = pa.string(), pa.float64(), pa.date32()


@pytest.fixture
def parquet(tmp_path):
    def written(table, name="loans.parquet"):
        pq.write_table(table, tmp_path / name)
        return tmp_path / name

    return written


def refusal(call, kind=DataError):
    with pytest.raises(kind) as caught:
        call()
    return caught.value.what, caught.value.where, caught.value.fix


def one(values, kind=None):
    return pa.table({"a": pa.array(values, kind)})


def read(source, kind):
    """The column "a" whole and in batches, which are the same wherever a type is asked for."""
    files = open_files(source, READ)
    whole = files.read_whole({"a": kind}).column("a")
    if kind is not None:
        assert pa.concat_tables(files.read_batches({"a": kind})).column("a").to_pylist() == whole.to_pylist()
    return whole.type, whole.to_pylist()


D, T = dt.date, dt.datetime
NOON = T(2014, 7, 31, 12, 0, 5, 600)


@pytest.mark.parametrize(
    ("table", "kind", "cells", "text"),
    [
        (one([3, None], pa.int8()), pa.int64(), [3, None], ["3", None]),
        (one([3, 2**40], pa.uint64()), pa.int64(), [3, 2**40], ["3", "1099511627776"]),
        (one([2**64 - 1], pa.uint64()), NUMBER, [2.0**64], ["18446744073709551615"]),
        (one([3.0, 0.1, None, float("nan")]), NUMBER, [3.0, 0.1, None, None], ["3", "0.1", None, None]),
        (one([-7.0, 1e15, 1e300, 1 / 3]), NUMBER, [-7.0, 1e15, 1e300, 1 / 3],
         ["-7", "1000000000000000", "1e+300", "0.3333333333333333"]),
        (one([0.5, 3.0], pa.float32()), NUMBER, [0.5, 3.0], ["0.5", "3"]),
        (one([np.float16(0.5), np.float16(2)], pa.float16()), NUMBER, [0.5, 2.0], ["0.5", "2"]),
        (one([float("inf"), -float("inf")]), NUMBER, [float("inf"), -float("inf")], ["inf", "-inf"]),
        (one([Decimal("3.00"), Decimal("1.10"), Decimal("-0.05"), Decimal("100.00")]), NUMBER, [3.0, 1.1, -0.05, 100.0],
         ["3", "1.1", "-0.05", "100"]),
        (one([Decimal(12345678901234567890)]), NUMBER, [1.2345678901234567e19], ["12345678901234567890"]),
        (one([True, None, False]), TEXT, ["true", None, "false"], ["true", None, "false"]),
        (one(["x", None, "NA"], pa.large_string()), TEXT, ["x", None, "NA"], ["x", None, "NA"]),
        (one(["x", "é"], pa.string_view()), TEXT, ["x", "é"], ["x", "é"]),
        (one(["x", None, "x"]).set_column(0, "a", pa.array(["x", None, "x"]).dictionary_encode()), TEXT,
         ["x", None, "x"], ["x", None, "x"]),
        (pa.table({"a": pa.array([5, 6, 5]).dictionary_encode()}), pa.int64(), [5, 6, 5], ["5", "6", "5"]),
        (one([None, None], pa.null()), pa.null(), [None, None], [None, None]),
        (one([D(2014, 7, 31), None]), DAY, [D(2014, 7, 31), None], ["2014-07-31", None]),
        (one([D(2014, 7, 31)], pa.date64()), DAY, [D(2014, 7, 31)], ["2014-07-31"]),
        (one([T(2014, 7, 31), None, T(1950, 1, 1)]), DAY, [D(2014, 7, 31), None, D(1950, 1, 1)],
         ["2014-07-31", None, "1950-01-01"]),
        (one([T(2014, 7, 31), NOON, T(1950, 1, 1, 5)]), TEXT,
         ["2014-07-31 00:00:00", "2014-07-31 12:00:05", "1950-01-01 05:00:00"],
         ["2014-07-31", "2014-07-31 12:00:05", "1950-01-01 05:00:00"]),
        (one([dt.time(12, 30), dt.time(1, 2, 3, 40)]), TEXT, ["12:30:00", "01:02:03.000040"],
         ["12:30:00", "01:02:03.000040"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stored", [True, False])
def test_every_type_becomes_one_that_a_csv_file_has(parquet, table, kind, cells, text, stored):
    if stored and table.schema.types[0] == pa.date64():
        pytest.skip("Parquet has no such type")
    source = parquet(table) if stored else table
    assert read(source, None) == (kind, cells)
    assert read(source, TEXT) == (TEXT, text)


def test_timestamps_with_a_zone_are_the_time_of_that_zone():
    moments = pa.array([T(2014, 7, 30, 22), T(2014, 12, 30, 23)], pa.timestamp("us", tz="Europe/Berlin"))
    assert read(pa.table({"a": moments}), None) == (DAY, [D(2014, 7, 31), D(2014, 12, 31)])


def test_days_can_be_asked_for_whatever_the_time_of_day():
    assert read(one([T(2014, 7, 31), NOON, None, T(1950, 1, 1, 5)]), DAY) == (
        DAY, [D(2014, 7, 31), D(2014, 7, 31), None, D(1950, 1, 1)]
    )  # fmt: skip
    assert read(one(["Jul-2014"]), DAY) == (TEXT, ["Jul-2014"])


def test_the_text_of_a_timestamp_depends_on_that_cell_alone(parquet, monkeypatch):
    monkeypatch.setattr(frames, "_BATCH", 3)
    table = one([T(2014, 7, 31)] * 7 + [NOON, None])
    for source in (table, parquet(table)):
        assert read(source, TEXT)[1] == ["2014-07-31"] * 7 + ["2014-07-31 12:00:05", None]
    assert read(one([T(2014, 7, 31)] * 8), TEXT)[1] == ["2014-07-31"] * 8


def test_columns_come_as_numbers_or_days_and_as_text_from_one_reading(parquet, monkeypatch):
    monkeypatch.setattr(frames, "_BATCH", 2)
    table = pa.table({"a": pa.array([0.1, 3, None], pa.float32()), "d": [T(2014, 7, 31), NOON, None], "c": ["x"] * 3})
    for source in (table, parquet(table)):
        (part,) = open_files(source, READ).parts
        found = pa.concat_tables(part.read_batches({"a": NUMBER, "d": DAY}, ["d", "a", "c"])).to_pydict()
        assert found == {
            "a": [0.1, 3.0, None],
            "d": [D(2014, 7, 31), D(2014, 7, 31), None],
            text_of("d"): ["2014-07-31", "2014-07-31 12:00:05", None],
            text_of("a"): ["0.1", "3", None],
            text_of("c"): ["x"] * 3,
        }


@pytest.mark.parametrize(
    ("values", "readable"),
    [
        (pa.array([-719_162, 2_932_896, None], pa.date32()), True),
        (pa.array([-719_163, None], pa.date32()), False),
        (pa.array([2_932_897], pa.date32()), False),
        (pa.array([253_402_300_799], pa.timestamp("s")), True),
        (pa.array([253_402_300_800], pa.timestamp("s")), False),
        (pa.array([-62_135_596_800_000], pa.timestamp("ms")), True),
        (pa.array([-62_135_596_800_001], pa.timestamp("ms")), False),
        (pa.array([2**62], pa.timestamp("s")), False),
        (pa.array([-(2**63) + 10**14, 2**63 - 1], pa.timestamp("ns")), True),
        (pa.array([-(2**63)], pa.timestamp("ns")), False),
        (pa.array([None], pa.timestamp("ns")), True),
    ],
)
def test_dates_outside_the_years_1_to_9999_are_refused(values, readable):
    files = open_files(pa.table({"ok": pa.nulls(len(values), values.type), "a": values}), READ)
    for kind in (None, DAY, TEXT):
        if readable:
            assert files.read_whole({"a": kind}).num_rows == len(values)
            continue
        for call in (
            partial(files.read_whole, {"a": kind}),
            lambda: list(files.read_batches({"ok": DAY, "a": DAY})),
        ):
            assert refusal(call) == (
                "1 column of dates cannot be read: a date must be in the years 1 to 9999.",
                ("data frame", 'column "a"'),
                "Correct the dates, or leave the columns out with --drop.",
            )
    assert files.read_whole({"ok": DAY}).num_rows == len(values)


def test_days_and_times_in_two_files_are_text_of_one_form(parquet):
    paths = [parquet(one([T(2014, 7, 31)]), "a.parquet"), parquet(one([NOON]), "b.parquet")]
    cells = ["2014-07-31 00:00:00", "2014-07-31 12:00:05"]
    assert open_files(paths, READ).read_whole({"a": None}).column("a").to_pylist() == cells


@pytest.mark.parametrize(
    ("table", "numbers"),
    [
        (one([3, None], pa.int8()), [3.0, None]),
        (one([Decimal("1.10")]), [1.1]),
        (one([None], pa.null()), [None]),
        (
            one(["1", " 2.5 ", None, "NA", "", "+3", "1e3", "-nan", "nan(1)"]),
            [1, 2.5, None, None, None, 3, 1e3, None, None],
        ),
        (one(["inf"]), [float("inf")]),
    ],
)
def test_numbers_are_read_from_numbers_and_text(parquet, table, numbers):
    assert read(table, NUMBER) == read(parquet(table), NUMBER) == (NUMBER, numbers)


def unfit(cells, where):
    fix = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."
    return f"{cells} in 1 column cannot be read as the column's kind.", where, fix


@pytest.mark.parametrize("batch", [2, 65_536])
def test_text_among_numbers_is_listed_by_rows(parquet, monkeypatch, batch):
    monkeypatch.setattr(frames, "_BATCH", batch)
    table = pa.table({"b": [1] * 7, "a": ["1", "x", "NA", None, "$5", "x", "y"]})
    path = parquet(table)
    lines = [f'row {row}, column "a": "{cell}" is not a number' for row, cell in ((2, "x"), (5, "$5"), (6, "x"))]
    for source, name in ((path, str(path)), (table, "data frame")):
        files = open_files(source, READ)
        expected = unfit("4 cells", (name, *lines, "… and 1 more"))
        assert refusal(lambda: files.read_whole({"a": NUMBER})) == expected  # noqa: B023
        assert refusal(lambda: list(files.read_batches({"b": NUMBER, "a": NUMBER}))) == expected  # noqa: B023
        error = files.explain([Column("a", "numeric"), Column("b", "numeric")], "says")
        assert (error.what, error.where, error.fix) == expected
    assert refusal(lambda: read(one([True]), NUMBER)) == unfit(
        "1 cell", ("data frame", 'row 1, column "a": "true" is not a number')
    )


def test_dates_are_explained_by_rows():
    table = pa.table({"a": ["Jul-2014", "soon"], "b": pa.array([D(2014, 7, 31)] * 2)})
    columns = [Column("a", "date", "%b-%Y"), Column("b", "date", "%b-%Y")]
    error = open_files(table, READ).explain(columns, "says")
    assert error.where == ("data frame", 'row 2, column "a": "soon" is not a date such as Jul-2014')


def test_columns_that_no_cell_can_hold_are_refused_where_they_are_asked_for(parquet):
    table = pa.table({"a": [1], "l": [[1]], "s": [{"x": 1}], "y": [b"1"], "d": pa.array([5], pa.duration("s"))})
    path = parquet(table)
    for source, name in ((path, str(path)), (table, "data frame")):
        files = open_files(source, READ)
        assert files.read_whole({"a": None}).to_pylist() == [{"a": 1}]
        what, where, fix = refusal(lambda: files.read_whole(dict.fromkeys(files.header)))  # noqa: B023
        assert what == "4 columns cannot be read: a cell must be a number, a text or a date."
        assert (where[0], [line.split(":")[0] for line in where[1:]]) == (name, ['"l"', '"s"', '"y"', '"d"'])
        assert fix == "Leave them out with --drop, or spread them over plain columns."


def test_a_table_without_rows_has_the_types(parquet):
    table = pa.table({"a": pa.array([], pa.int32()), "b": pa.array([], TEXT), "t": pa.array([], pa.timestamp("s"))})
    for source in (table, parquet(table)):
        files = open_files(source, READ)
        (batch,) = files.read_batches({"b": TEXT, "a": NUMBER, "t": TEXT})
        assert (batch.num_rows, batch.schema.types) == (0, [TEXT, NUMBER, TEXT])
        assert files.read_whole({"a": None, "b": TEXT}).schema.types == [pa.int64(), TEXT]


def test_names_twice_or_none_are_refused(parquet):
    twice = pa.table([[1], [2], [3]], names=["a", "b", "a"])
    expected = (
        "The header names a column more than once.",
        ("data frame", '"a" × 2'),
        "Rename or remove one of each, so that every column can be named.",
    )
    assert refusal(lambda: open_files(twice, READ)) == expected
    assert refusal(lambda: open_files(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]), READ)) == expected
    assert refusal(lambda: open_files(pa.table({}), READ))[0] == "The table has no columns."
    path = parquet(twice)
    assert refusal(lambda: open_files(path, READ))[:2] == (expected[0], (str(path), '"a" × 2'))


@pytest.mark.parametrize("keep", [0.5, 0.99, 8])
def test_a_damaged_parquet_file_is_refused(parquet, keep):
    path = parquet(one(list(range(1000))))
    content = path.read_bytes()
    path.write_bytes(content[: keep if keep > 1 else int(len(content) * keep)])
    what, where, fix = refusal(lambda: open_files(path, READ))
    assert (what, where[0]) == ("The Parquet file is cut off or damaged.", str(path))
    assert fix == "Write it again, or save it as CSV."


def test_damaged_pages_are_refused(parquet):
    path = parquet(one([f"text {number}" for number in range(5000)]))
    content = bytearray(path.read_bytes())
    content[8:400] = bytes(392)
    path.write_bytes(content)
    files = open_files(path, READ)
    assert refusal(lambda: files.read_whole({"a": None}))[0] == "The Parquet file is cut off or damaged."
    assert refusal(lambda: list(files.read_batches({"a": TEXT})))[0] == "The Parquet file is cut off or damaged."
    assert refusal(lambda: files.explain([Column("a", "numeric")], ""))[0] == "The Parquet file is cut off or damaged."


def test_text_that_is_no_utf8_is_refused(parquet):
    bad = pa.Array.from_buffers(TEXT, 1, [None, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"\xff")])
    what, where, _ = refusal(lambda: read(parquet(pa.table({"a": bad})), None))
    assert (what, "UTF8" in where[1]) == ("The Parquet file is cut off or damaged.", True)
    assert refusal(lambda: read(pa.table({"a": bad}), None))[0] == "The table cannot be read."


def test_a_csv_file_whose_first_column_is_named_like_the_mark_of_parquet(tmp_path):
    path = tmp_path / "loans.csv"
    path.write_text("PAR1,a\n1,2\n")
    assert open_files(path, READ).header == ("PAR1", "a")


def test_row_labels_that_pandas_stores_are_no_column(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    frame.to_parquet(tmp_path / "loans")
    assert open_files(tmp_path / "loans", READ).header == ("a",)
    assert open_files(frame, READ).header == ("a",)


def test_frames_are_named_and_have_no_digest():
    files = open_files(one([1]), READ)
    assert (files.name, files.paths, files.digests()) == ("data frame", (), (Digest("data frame", ""),))


class Stream:
    """Any table of another library, which gives its data once."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        table, self._table = self._table, None
        return table.__arrow_c_stream__(requested_schema)


def test_any_table_that_hands_over_arrow_data_can_be_read_again():
    files = open_files(Stream(one([1, None])), READ)
    assert [files.read_whole({"a": None}).column("a").to_pylist() for _ in range(2)] == [[1, None]] * 2
    assert open_files(one([1]).to_batches()[0], READ).header == ("a",)
    what, _, fix = refusal(lambda: open_files(pa.chunked_array([[1]]), READ), UsageError)
    assert (what.startswith("The loans are no table: "), fix) == (True, "Give a data frame.")


def test_pandas_columns_of_every_kind():
    frame = pd.DataFrame(
        {
            1: pd.Categorical(["A", None, "B"]),
            "n": pd.array([1, None, 3], "Int16"),
            "f": [1.5, np.nan, np.inf],
            "w": ["x", None, "NA"],
            "d": pd.to_datetime(["2014-07-31", None, "2015-01-01"]),
            "b": [True, False, True],
            "o": [Decimal("1.5"), None, Decimal(2)],
        }
    )
    files = open_files(frame, READ)
    assert files.header == ("1", "n", "f", "w", "d", "b", "o")
    assert files.read_whole(dict.fromkeys(files.header)).to_pydict() == {
        "1": ["A", None, "B"],
        "n": [1, None, 3],
        "f": [1.5, None, np.inf],
        "w": ["x", None, "NA"],
        "d": [D(2014, 7, 31), None, D(2015, 1, 1)],
        "b": ["true", "false", "true"],
        "o": [1.5, None, 2.0],
    }


def test_pandas_columns_that_cannot_be_converted_are_named_where_they_are_asked_for():
    frame = pd.DataFrame({"a": [1, 2], "mixed": [1, "x"], "thing": [object(), 1], "z": [1j, 2]})
    files = open_files(frame, READ)
    assert files.read_whole({"a": None}).to_pylist() == [{"a": 1}, {"a": 2}]
    what, where, _ = refusal(lambda: files.read_whole(dict.fromkeys(files.header)))
    assert what == "3 columns cannot be read: a cell must be a number, a text or a date."
    assert where[:2] == ("data frame", "\"mixed\": Could not convert 'x' with type str: tried to convert to int64")
    assert [line.split(":")[0] for line in where[2:]] == ['"thing"', '"z"']


@settings(max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.integers(-(2**53), 2**53),
            st.none() | st.floats(allow_nan=False, width=64),
            st.none() | st.text(alphabet='ab,"\n é0', min_size=1, max_size=5),
            st.none() | st.dates(D(1900, 1, 1), D(2100, 1, 1)),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_parquet_reads_as_the_csv_file_that_pandas_writes(tmp_path, rows):
    frame = pd.DataFrame(rows, columns=["i", "f", "w", "d"])
    frame = frame.astype({"i": "Int64", "f": "Float64", "w": "str"})
    frame["d"] = pd.to_datetime(frame["d"])
    frame.to_csv(tmp_path / "x.csv", index=False)
    frame.to_parquet(tmp_path / "x.parquet")
    types = {"i": NUMBER, "f": NUMBER, "w": TEXT, "d": DAY}
    parsed = [
        open_files(source, READ).read_whole(types) for source in (tmp_path / "x.csv", tmp_path / "x.parquet", frame)
    ]
    lists = [table.to_pydict() for table in parsed]
    lists[0]["w"] = [None if cell == "" else cell for cell in lists[0]["w"]]
    lists[0]["d"] = [D.fromisoformat(cell) if cell else None for cell in lists[0]["d"]]
    assert lists[0] == lists[1] == lists[2]


def test_reading_parquet_imports_no_pandas(parquet):
    path = parquet(pa.table({"a": [1.0, 2.5], "w": ["1", "2"], "t": pa.array([NOON, None])}))
    code = f"""if True:
        import sys
        import pyarrow as pa
        from creditrisk.data.files import open_files
        from creditrisk.file_specs import ReadSpec
        types = {{"a": pa.string(), "w": pa.float64(), "t": pa.string()}}
        print(list(open_files({str(path)!r}, ReadSpec()).read_batches(types))[0].num_rows, "pandas" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2 False\n"
