"""Sound files: every way to write the same loans is read as the same loans."""

import csv
import io

import pyarrow as pa
import pytest
from csv_ways import batches, both_ways, open_csv, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data import csv_file
from creditrisk.data.kinds import missing_to_null
from creditrisk.data.schema import MISSING_TOKENS

TYPES = {"id": pa.string(), "amount": pa.float64(), "word": pa.string()}
LOANS = [
    {"id": "00123", "amount": 1.5, "word": "plain"},
    {"id": "12345678901234567890", "amount": None, "word": "a,b"},
    {"id": 'x,"y"', "amount": -3.0, "word": "two\nlines"},
    {"id": " 7 ", "amount": 1e-300, "word": "Größe 語"},
]
WORDS_FOR_MISSING = [
    "", "NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-nan", "NULL", "null", "Null", "None",
    "NaT", "\\N", "?", "-", ".",
]  # fmt: skip
TEXT = """id,amount,word
00123,1.5,plain
12345678901234567890,,"a,b"
"x,""y\""",-3,"two
lines"
 7 ,1e-300,Größe 語
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "loans.csv"


@both_ways
@pytest.mark.parametrize(
    "written",
    [
        pytest.param(TEXT, id="plain"),
        pytest.param("\ufeff" + TEXT, id="byte order mark"),
        pytest.param(TEXT.rstrip("\n"), id="no final newline"),
        pytest.param(TEXT + "\n\n", id="blank lines at the end"),
        pytest.param(TEXT.replace("\n00123", "\n\n00123"), id="blank line after the header"),
        pytest.param("\n" + TEXT, id="blank first line"),
        pytest.param("\ufeff\r\n\n" + TEXT, id="blank first lines after a byte order mark"),
        pytest.param(TEXT.replace("id,amount,word", '"id","amount","word"'), id="quoted header"),
        pytest.param(TEXT.replace("1.5", '"1.5"'), id="quoted number"),
        pytest.param(TEXT.replace("00123", '"00123"'), id="quoted id"),
        pytest.param(TEXT.replace(",,", ",NaN,"), id="a word for missing"),
    ],
)
def test_ways_to_write_the_same_loans_are_read_alike(path, read, written):
    path.write_bytes(written.encode())
    assert read(open_csv(path), TYPES).to_pylist() == LOANS


@both_ways
def test_windows_line_ends_are_no_part_of_the_last_cell(path, read):
    path.write_bytes(b'id,amount,word\r\n1,2,x\r\n2,3,"a\r\nb"\r\n')
    assert read(open_csv(path), TYPES).to_pylist() == [
        {"id": "1", "amount": 2.0, "word": "x"},
        {"id": "2", "amount": 3.0, "word": "a\r\nb"},
    ]


@both_ways
@pytest.mark.parametrize("token", WORDS_FOR_MISSING)
def test_every_word_for_missing_is_missing(path, read, token):
    """Among numbers at once; text comes as it stands in the file, and its words are made missing by a second step."""
    path.write_text(f"id,amount,word\n1,{token},{token}\n")
    table = read(open_csv(path), {"amount": pa.float64(), "word": pa.string()})
    assert table.to_pylist() == [{"amount": None, "word": token}]
    assert missing_to_null(table.column("word")).to_pylist() == [None]


@both_ways
@pytest.mark.parametrize("word", ["nA", "none", "NONE", "missing", "--", " ", "0", "null ", "N.A.", "unknown"])
def test_other_words_are_words(path, read, word):
    path.write_text(f"id,word\n1,{word}\n")
    table = read(open_csv(path), {"word": pa.string()})
    assert table.to_pylist() == [{"word": word}]
    assert missing_to_null(table.column("word")).to_pylist() == [word]


@both_ways
@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1", 1.0), ("-0.5", -0.5), ("+5", 5.0), (" 5 ", 5.0), (".5", 0.5), ("5.", 5.0), ("1E3", 1000.0), ("007", 7.0),
        ("0.1", 0.1), ("12345678901234567890", 12345678901234567890.0), ("1e400", float("inf")),
        ("inf", float("inf")), ("-Infinity", float("-inf")), ("2.2250738585072011e-308", 2.2250738585072011e-308),
    ],
)  # fmt: skip
def test_a_number_is_read_as_python_reads_it(path, read, cell, number):
    path.write_text(f"id,amount\n1,{cell}\n")
    assert read(open_csv(path), {"amount": pa.float64()}).to_pylist() == [{"amount": number}]


@pytest.mark.parametrize("content", ["id,amount,word\n", "id,amount,word", "id,amount,word\r\n\r\n"])
def test_a_header_alone_streams_as_one_empty_batch_of_the_types(path, content):
    path.write_text(content, newline="")
    (table,) = open_csv(path).read_batches(TYPES)
    assert (table.num_rows, dict(zip(table.column_names, table.schema.types, strict=True))) == (0, TYPES)


@pytest.mark.parametrize("content", ['"two\nlines",b', '"two\nlines",b\n', '\n"two\nlines",b\n\n'])
def test_a_header_of_two_lines_alone_is_one_empty_batch(path, content):
    path.write_text(content)
    types = {"b": pa.float64(), "two\nlines": pa.string()}
    (table,) = open_csv(path).read_batches(types)
    assert (table.num_rows, dict(zip(table.column_names, table.schema.types, strict=True))) == (0, types)


@pytest.mark.parametrize("block", [4096, 1 << 22])
@pytest.mark.parametrize("last", ["\r", ""])
def test_old_mac_line_ends_give_all_rows(path, monkeypatch, block, last):
    monkeypatch.setattr(csv_file, "_BLOCK", block)
    rows = [{"id": f"{n:05d}", "amount": float(n), "word": "x,y"} for n in range(2000)]
    path.write_text("\r".join(["id,amount,word", *(f'{n:05d},{n},"x,y"' for n in range(2000))]) + last, newline="")
    file = open_csv(path)
    assert (whole(file, TYPES).to_pylist(), batches(file, TYPES).to_pylist()) == (rows, rows)


@both_ways
@pytest.mark.parametrize(
    ("content", "name", "cells"),
    [('""\n1\n2\n', "", ["1", "2"]), ('""\n', "", []), ('""', "", []), ("   \n7\n", "   ", ["7"])],
)
def test_the_only_column_may_have_an_empty_name(path, read, content, name, cells):
    path.write_text(content)
    file = open_csv(path)
    assert (file.header, read(file, {name: pa.string()}).column(name).to_pylist()) == ((name,), cells)


@both_ways
@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,b", ("a", "b")),
        (",b", ("", "b")),
        (' a ,"b,c"', (" a ", "b,c")),
        ('"say ""x""",b', ('say "x"', "b")),
        ('"two\nlines",b', ("two\nlines", "b")),
        ("Größe,語", ("Größe", "語")),
    ],
)
def test_a_column_can_be_read_by_any_name(path, read, header, names):
    path.write_text(f"{header}\n1,2\n", encoding="utf-8")
    file = open_csv(path)
    assert file.header == names
    for name, cell in zip(names, "12", strict=True):
        assert read(file, {name: pa.string()}).to_pylist() == [{name: cell}]


def cell_text(cell, *, quoted):
    if quoted or any(mark in cell for mark in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


words = st.text(alphabet=",\"\n\r ab07;\té語'", min_size=1, max_size=10).filter(lambda word: word not in MISSING_TOKENS)


@st.composite
def csv_texts(draw):
    """A CSV text of two to four columns, its cells quoted where they must be and at random."""
    columns = draw(st.integers(2, 4))
    rows = draw(st.lists(st.tuples(*[st.tuples(words, st.booleans())] * columns), min_size=1, max_size=25))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [",".join(f"c{number}" for number in range(columns))]
    lines += [",".join(cell_text(word, quoted=quoted) for word, quoted in row) for row in rows]
    return end.join(lines) + draw(st.sampled_from(["", end]))


@settings(max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(text=csv_texts(), block=st.sampled_from([400, 4096, 1 << 22]))
def test_text_is_read_as_the_csv_module_reads_it(path, text, block):
    path.write_bytes(text.encode())
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    file, types = open_csv(path), dict.fromkeys(header, pa.string())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "_BLOCK", block)
        streamed = batches(file, types)
    expected = [dict(zip(header, row, strict=True)) for row in rows]
    assert (whole(file, types).to_pylist(), streamed.to_pylist()) == (expected, expected)
