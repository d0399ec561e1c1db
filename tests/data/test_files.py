"""Several files as one, patterns, and what is refused before a row is read."""

import csv
import gzip
import hashlib
import io

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data.files import Digest, open_files
from creditrisk.data.schema import Column
from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec

READ = ReadSpec()
TEXT, NUMBER = pa.string(), pa.float64()
EMPTY = "A header line and at least one loan are needed."
CELLS = ["1", "-2", "2.5", "NA", "", "x", "2001-02-03", "1e3", "007"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a function that writes a file into it."""
    monkeypatch.chdir(tmp_path)

    def written(name, content):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return written


def refusal(call, kind=DataError):
    with pytest.raises(kind) as caught:
        call()
    return caught.value.what, caught.value.where, caught.value.fix


def test_several_files_are_read_one_after_the_other(folder):
    names = [
        folder("b.csv", "id,a\n1,2\n"),
        folder("a.csv.gz", gzip.compress(b"a,id\n4,3\n")),
        folder("c.csv", "id,a\n"),
        folder("d.csv", "id,a\n5,6.5"),
    ]
    files = open_files(names, READ)
    rows = [{"a": 2.0, "id": "1"}, {"a": 4.0, "id": "3"}, {"a": 6.5, "id": "5"}]
    types = {"a": NUMBER, "id": TEXT}
    assert files.read_whole(types).to_pylist() == rows
    assert pa.concat_tables(files.read_batches(types)).to_pylist() == rows
    assert (files.header, files.name) == (("id", "a"), "4 files (b.csv, a.csv.gz and 2 more)")
    assert [path.name for path in files.paths] == names
    assert files.digests()[2] == Digest("c.csv", hashlib.sha256(b"id,a\n").hexdigest())


def test_one_file_and_two_files_have_names(folder, tmp_path):
    one, two = folder("one.csv", "a\n1\n"), folder("two.csv", "a\n1\n")
    assert open_files(one, READ).name == "one.csv"
    assert open_files(tmp_path / one, READ).name == str(tmp_path / one)
    assert open_files([one, tmp_path / two], READ).name == "2 files (one.csv, two.csv)"
    assert open_files(one, READ).rejected == 0


def test_patterns_are_replaced_by_what_they_match_in_order(folder, tmp_path):
    for name in ("l2.csv", "l10.csv", "l1.csv", "x.txt"):
        folder(name, f"id\n{name}\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "l0.csv").write_text("id\nl0.csv\n")

    def read(source):
        return [row["id"] for row in open_files(source, READ).read_whole({"id": TEXT}).to_pylist()]

    assert read("l*.csv") == ["l1.csv", "l10.csv", "l2.csv"]
    assert read(["x.*", "l[12].csv"]) == ["x.txt", "l1.csv", "l2.csv"]
    assert read(str(tmp_path / "l?.csv")) == ["l1.csv", "l2.csv"]
    assert read("deep/**/*.csv") == ["l0.csv"]
    assert read(tmp_path / "l?.csv") == ["l1.csv", "l2.csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    folder("a.csv", "id\n1\n")
    assert open_files(folder("[a].csv", "id\n2\n"), READ).read_whole({"id": None}).to_pylist() == [{"id": 2}]


def test_a_pattern_that_matches_nothing_is_refused(folder):
    assert refusal(lambda: open_files("l*.csv", READ)) == (
        "No file matches the pattern.", ("l*.csv",), "Check the folder."
    )  # fmt: skip
    assert refusal(lambda: open_files(["l*.csv", "m?"], READ)) == (
        "2 patterns match no file.",
        ("l*.csv: No file matches the pattern.", "m?: No file matches the pattern."),
        "Check the folder.",
    )


def test_no_file_and_a_file_twice_are_refused(folder, tmp_path):
    name = folder("a.csv", "id\n1\n")
    (tmp_path / "link.csv").symlink_to("a.csv")
    assert refusal(lambda: open_files([], READ), UsageError)[0] == "No file is named."
    for other in (name, "link.csv", str(tmp_path / "a.csv"), "a*.csv"):
        what, where, fix = refusal(lambda: open_files([name, other], READ), UsageError)  # noqa: B023
        assert (what, where[0], fix) == ("A file is given twice.", "a.csv", "Name it once.")


@pytest.mark.parametrize("source", [5, None, {"a": [1]}, object()])
def test_what_is_neither_files_nor_a_table_is_refused(source):
    what, _, fix = refusal(lambda: open_files(source, READ), UsageError)
    assert what == f"The loans are no file and no table, but of the type {type(source).__name__}."
    assert fix == "Give a path, a list of paths, or a data frame of pandas, polars or pyarrow."


def test_all_files_that_cannot_be_used_are_listed(folder, tmp_path):
    good, empty = folder("good.csv", "id\n1\n"), folder("empty.csv", "")
    (tmp_path / "folder").mkdir()
    assert refusal(lambda: open_files([good, empty, "missing.csv", "folder"], READ)) == (
        "3 of the 4 files cannot be used.",
        (
            "empty.csv: The file is empty.",
            "missing.csv: The file does not exist.",
            "folder: This is a folder, not a file.",
        ),
        "A header line and at least one loan are needed. Check the path for a typing error. Name a CSV file inside it.",
    )
    assert refusal(lambda: open_files([good, "missing.csv"], READ))[:2] == (
        "The file does not exist.", ("missing.csv",)
    )  # fmt: skip


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "x" * 5000])
def test_a_name_that_is_too_long_is_refused(folder, name):
    for source in (name, [name]):
        assert refusal(lambda: open_files(source, READ)) == (  # noqa: B023
            "The file cannot be read: File name too long.", (name,), "Check its permissions."
        )  # fmt: skip


def test_files_of_other_columns_are_refused_with_all_differences(folder):
    first = folder("a.csv", "id,amount,grade\n1,2,3\n")
    names = [
        first,
        folder("b.csv", "id,amnt\n"),
        folder("c.csv", "grade,id,amount\n"),
        folder("d.csv", "id,x,grade,amount"),
    ]
    assert refusal(lambda: open_files(names, READ)) == (
        "The files do not have the same columns.",
        (
            'b.csv: "amount" is not there; did you mean "amnt"?',
            'b.csv: "grade" is not there',
            'b.csv: "amnt" is not in the first',
            'd.csv: "x" is not in the first',
        ),
        "Give files with the columns of the first, a.csv, in any order.",
    )


def test_many_differences_are_cut(folder):
    names = [folder("a.csv", "id\n"), folder("b.csv", "id," + ",".join(f"c{n}" for n in range(15)))]
    where = refusal(lambda: open_files(names, READ))[1]
    assert (len(where), where[-1]) == (11, "b.csv: … and 5 more columns")


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        (["1", "2.5"], NUMBER, [1.0, 2.5]),
        (["1", "NA"], pa.int64(), [1, None]),
        (["", "2.5", "7"], NUMBER, [None, 2.5, 7.0]),
        (["2001-01-01", "?"], pa.date32(), None),
        (["007", "x"], TEXT, ["007", "x"]),
        (["1.0", "2001-01-01"], TEXT, ["1.0", "2001-01-01"]),
        (["NA", "x", "2"], TEXT, ["NA", "x", "2"]),
        (["12:30", "1"], TEXT, ["12:30", "1"]),
        (["NA", ""], pa.null(), [None, None]),
    ],
)
def test_types_are_settled_as_in_one_file(folder, cells, kind, read):
    names = [folder(f"{n}.csv", f"id,a\n{n},{cell}\n") for n, cell in enumerate(cells)]
    column = open_files(names, READ).read_whole({"id": None, "a": None}).column("a")
    one = open_files(folder("one.csv", "id,a\n" + "".join(f"0,{cell}\n" for cell in cells)), READ)
    assert column.type == kind
    assert column.to_pylist() == one.read_whole({"a": None}).column("a").to_pylist()
    assert read is None or column.to_pylist() == read


@settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.sampled_from(CELLS), min_size=1, max_size=12),
    cut=st.integers(0, 12),
)
def test_a_file_cut_in_two_is_read_as_the_one(tmp_path, rows, cut):
    def written(name, part):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([["id", "a"], *(["0", row] for row in part)])
        (tmp_path / name).write_text(text.getvalue(), newline="")
        return tmp_path / name

    one = open_files(written("one.csv", rows), READ).read_whole({"a": None})
    two = open_files([written("x.csv", rows[:cut]), written("y.csv", rows[cut:])], READ).read_whole({"a": None})
    assert two.column("a").to_pylist() == one.column("a").to_pylist()
    assert two.schema == one.schema


def test_explaining_looks_in_all_files(folder):
    names = [folder("a.csv", "a\nx\n1\n"), folder("b.csv", "a\n1\n"), folder("c.csv", "a\n1\ny\n")]
    files, column = open_files(names, READ), [Column("a", "numeric")]
    fix = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."
    error = files.explain(column, "says")
    assert (error.what, error.where, error.fix) == (
        "2 files hold rows that cannot be read.",
        (
            "a.csv: 1 cell in 1 column cannot be read as the column's kind.",
            'line 2, column "a": "x" is not a number',
            "c.csv: 1 cell in 1 column cannot be read as the column's kind.",
            'line 3, column "a": "y" is not a number',
        ),
        fix,
    )
    error = open_files(names[:2], READ).explain(column, "says")
    assert error.where == ("a.csv", 'line 2, column "a": "x" is not a number')
    error = open_files(names[1], READ).explain(column, "says")
    assert (error.what, error.where) == ("The file cannot be read as CSV.", ("b.csv", "says"))
