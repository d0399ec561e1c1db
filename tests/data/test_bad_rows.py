"""Rows that cannot be read are set aside with line and reason, and the others go on letter by letter."""

import csv
import gzip
import io

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data.files import open_files
from creditrisk.data.schema import Column
from creditrisk.errors import DataError, OutputError
from creditrisk.file_specs import ReadSpec

READ = ReadSpec()
TEXT = pa.string()
COLUMNS = (Column("income", "numeric"), Column("issued", "date", "%b-%Y"), Column("grade", "categorical"))
HEADER = "id,income,issued,grade\n"


@pytest.fixture
def rejects(tmp_path):
    return tmp_path / "rejects.csv"


def listed(rejects):
    with rejects.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "line", "reason", "row"]
    return [tuple(row) for row in rows]


def texts(files):
    types = dict.fromkeys(files.header, TEXT)
    whole = files.read_whole(types).to_pylist()
    assert pa.concat_tables(files.read_batches(types)).to_pylist() == whole
    return [tuple(row.values()) for row in whole]


def test_a_sound_file_is_read_as_it_is(write, rejects):
    files = open_files(write(HEADER + '1,5,Jul-2014,A\n2,NA,,"B\nC"\n'), READ)
    assert files.without_bad_rows(COLUMNS, rejects) is files
    assert files.without_bad_rows((), rejects) is files
    assert rejects.read_text() == "file,line,reason,row\n"


FAULTY = (
    HEADER + '1,5,Jul-2014,A\n\n2,6,Jul-2014\n"3\nx",$7,2014-07,"B, ""C"""\n'
    '4,8,,"say ""x"", then\ntwo lines"\n5,x,Jul-2014,A,B\n 06 ,,NA,\n7,$9,Jul-2014,\n'
)
GOOD = [("1", "5", "Jul-2014", "A"), ("4", "8", "", 'say "x", then\ntwo lines'), (" 06 ", "", "NA", "")]
BAD = [
    ("loans.csv", "4", "3 fields instead of 4", "2,6,Jul-2014"),
    (
        "loans.csv",
        "5",
        'column "income": not a number; column "issued": not a date such as Jul-2014',
        '"3\nx",$7,2014-07,"B, ""C"""',
    ),
    ("loans.csv", "9", "5 fields instead of 4", "5,x,Jul-2014,A,B"),
    ("loans.csv", "11", 'column "income": not a number', "7,$9,Jul-2014,"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("encoding", "packed"), [("utf-8", False), ("utf-8", True), ("utf-16", False), ("gbk", True)])
def test_bad_rows_are_set_aside_in_every_form(write, rejects, end, encoding, packed):
    content = FAULTY.replace("\n", end).encode(encoding)
    files = open_files(write(gzip.compress(content) if packed else content), ReadSpec(encoding=encoding))
    good = files.without_bad_rows(COLUMNS, rejects)
    assert texts(good) == [tuple(cell.replace("\n", end) for cell in row) for row in GOOD]
    assert listed(rejects) == [(*row[:3], row[3].replace("\n", end)) for row in BAD]
    assert (good.rejected, files.rejected) == (4, 0)
    assert (good.name, good.paths, good.digests()) == (files.name, files.paths, files.digests())


def test_another_delimiter_is_kept_in_the_rejected_rows(write, rejects):
    files = open_files(write("id;income\n1;5\n2;a;b\n3;6,5\n"), ReadSpec(delimiter=";"))
    assert texts(files.without_bad_rows(COLUMNS[:1], rejects)) == [("1", "5")]
    assert [row[3] for row in listed(rejects)] == ["2;a;b", "3;6,5"]


def test_units_are_read_by_their_rule(write, rejects):
    files = open_files(write('id,rate\n1,5%\n2,"6.5 %"\n3,7\n4,seven\n'), READ)
    good = files.without_bad_rows([Column("rate", "numeric", unit="%")], rejects)
    assert ("4", "seven") not in texts(good)
    assert listed(rejects)[-1][1] == "5"


def test_several_files_share_the_rejects(tmp_path, rejects):
    for name, content in (("a.csv", "a,b\n1,2\n3\n"), ("b.csv", "a,b\n1,2\n"), ("c.csv", "b,a\nx,5\n6,y\n")):
        (tmp_path / name).write_text(content)
    good = open_files(str(tmp_path / "?.csv"), READ).without_bad_rows([Column("a", "numeric")], rejects)
    assert texts(good) == [("1", "2"), ("1", "2"), ("5", "x")]
    assert [row[:3] for row in listed(rejects)] == [
        ("a.csv", "3", "1 field instead of 2"), ("c.csv", "3", 'column "a": not a number')
    ]  # fmt: skip
    assert good.rejected == 2


@pytest.mark.parametrize(
    ("bad", "sound", "refused"), [(10, 0, False), (11, 1089, False), (11, 1088, True), (500, 500, True)]
)
def test_too_many_bad_rows_are_refused_and_listed_all_the_same(write, rejects, bad, sound, refused):
    path = write("a,b\n" + "1,2\n" * sound + "1\n" * bad)
    files = open_files(path, READ)
    if not refused:
        assert files.without_bad_rows((), rejects).rejected == bad
    else:
        with pytest.raises(DataError) as caught:
            files.without_bad_rows((), rejects)
        rows = bad + sound
        error = caught.value
        assert error.what == f"{bad} of {rows:,} rows cannot be read ({bad / rows:.1%}): that is too many to skip."
        assert error.where == (str(path),)
        assert error.fix == f"Look at them and their reasons in {rejects}. At most 1% of the rows are skipped."
    assert len(listed(rejects)) == bad


@pytest.mark.parametrize(("sound", "refused"), [((500, 489, 100), False), ((500, 488, 100), True)])
def test_the_share_of_bad_rows_is_that_of_all_files(tmp_path, rejects, sound, refused):
    for name, rows, bad in zip("abc", sound, (11, 0, 0), strict=True):
        (tmp_path / f"{name}.csv").write_text("a,b\n" + "1\n" * bad + "1,2\n" * rows)
    files = open_files(str(tmp_path / "?.csv"), READ)
    if not refused:
        assert files.without_bad_rows((), rejects).rejected == 11
    else:
        with pytest.raises(DataError, match=r"^11 of 1,099 rows cannot be read \(1\.0%\): that is too many to skip\."):
            files.without_bad_rows((), rejects)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('a,b\n1\n1,"x\n' + "2,3\n" * 50, "A quotation mark is opened and never closed."),
        (b"a,b\n1\n1,\xe9\n", "The file is not UTF-8 text."),
        (b"a,b\n1,\xe9\n", "The file is not UTF-8 text."),
        pytest.param(gzip.compress(b"a,b\n1\n1,2\n")[:-3], "The gzip file is cut off or damaged.", id="gzip"),
    ],
)
def test_what_hides_where_rows_end_stays_an_error(write, rejects, content, what):
    rejects.write_text("as it was")
    path = write(content)
    with pytest.raises(DataError) as caught:
        open_files(path, READ).without_bad_rows([Column("b", "numeric")], rejects)
    assert (caught.value.what, rejects.read_text()) == (what, "as it was")


def test_rejects_that_cannot_be_written_are_told(write, tmp_path):
    with pytest.raises(OutputError):
        open_files(write("a\n1\n"), READ).without_bad_rows((), tmp_path / "no" / "where.csv")


def test_a_comma_at_the_end_of_the_first_rows_must_end_all(write, rejects):
    good = open_files(write("a,b\n" + "1,2,\n" * 3 + "3,4\n5,6,7\n8,9,\n"), READ).without_bad_rows((), rejects)
    assert texts(good) == [("1", "2")] * 3 + [("8", "9")]
    assert [row[1:] for row in listed(rejects)] == [
        ("5", "2 fields instead of 2 and a delimiter", "3,4"), ("6", "3 fields instead of 2 and a delimiter", "5,6,7")
    ]  # fmt: skip


def test_a_header_alone_has_no_bad_rows(write, rejects):
    files = open_files(write("a,b\n"), READ)
    assert files.without_bad_rows([Column("a", "numeric")], rejects) is files


def test_rows_of_typed_tables_are_set_aside_by_number(rejects):
    table = pa.table(
        {"a": ["1", "x", None, "NA"], "f": [1.0, 2.5, 3.0, 4.0], "l": [[1]] * 4, "w": ["p", 'q,"', "r", "s"]}
    )
    files = open_files(table, READ)
    assert files.without_bad_rows([Column("f", "numeric")], rejects) is files
    good = files.without_bad_rows([Column("a", "numeric"), Column("w", "categorical")], rejects)
    assert good.read_whole({"a": pa.float64(), "w": None}).to_pylist() == [
        {"a": 1.0, "w": "p"}, {"a": None, "w": "r"}, {"a": None, "w": "s"}
    ]  # fmt: skip
    assert sum(batch.num_rows for batch in good.read_batches({"a": pa.float64()})) == 3
    assert listed(rejects) == [("data frame", "2", 'column "a": not a number', 'x,2.5,"q,"""')]
    assert good.rejected == 1


cells = st.text(alphabet=',;"\n\r ab07é', max_size=6)


@settings(max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=12))
def test_every_row_is_good_letter_by_letter_or_listed_as_it_stands(tmp_path, rows):
    rows = [row for row in rows if row != [""]]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b", "c"], *rows])
    path, rejects = tmp_path / "loans.csv", tmp_path / "rejects.csv"
    path.write_bytes(text.getvalue().encode())
    ends = bool(rows) and all(len(row) == 4 and not row[3] for row in rows[:3])
    is_good = [len(row) == 4 and not row[3] if ends else len(row) == 3 for row in rows]
    bad = [row for row, good in zip(rows, is_good, strict=True) if not good]
    try:
        files = open_files(path, READ).without_bad_rows((), rejects)
    except DataError:
        assert len(bad) > 10
    else:
        assert texts(files) == [tuple(row[:3]) for row, good in zip(rows, is_good, strict=True) if good]
    assert [next(csv.reader(io.StringIO(row, newline=""))) for *_, row in listed(rejects)] == bad
