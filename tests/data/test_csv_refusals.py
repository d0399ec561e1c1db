"""Files that cannot be read: every refusal word for word, with the lines at fault."""

import bz2
import gzip
import lzma

import pyarrow as pa
import pytest
from csv_ways import both_ways, open_csv, whole

from creditrisk.errors import DataError

NUMBER, TEXT = pa.float64(), pa.string()
UNPACK = "Unpack it, or save it as CSV."
ARCHIVE = "Unpack the archive; in a spreadsheet program, save the sheet as CSV in UTF-8."
EMPTY = ("The file is empty.", ("FILE",), "A header line and at least one loan are needed.")
ENDLESS = (
    "The header is not a header: a name in it is endless.",
    ("FILE, line 1",),
    "Look for a quotation mark that is opened and never closed.",
)
RAGGED = "Quote cells that hold commas, and remove stray commas and footer lines."
PLAIN = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."


def refusal(path, call):
    """The parts of the error that a call ends with, the file's path as FILE."""
    with pytest.raises(DataError) as caught:
        call()
    error = caught.value
    return error.what, tuple(place.replace(str(path), "FILE") for place in error.where), error.fix


def twice(*names):
    return (
        "The header names a column more than once.",
        ("FILE, line 1", *names),
        "Rename or remove one of each, so that every column can be named.",
    )


def separated(word, named):
    return f"The columns are separated by {word}, not commas.", ("FILE, line 1",), f"Add --delimiter {named}."


def not_utf8(place, encoding="latin-1"):
    fix = f"Name the encoding, for example --encoding {encoding}." if encoding else "Save it as CSV in UTF-8."
    return "The file is not UTF-8 text.", (f"FILE, line {place}",), fix


def packed(fix):
    return "This is a compressed or binary file, not CSV text.", ("FILE",), fix


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", EMPTY, id="no byte"),
        pytest.param("\ufeff", EMPTY, id="a byte order mark only"),
        pytest.param("\n\r\n\n", EMPTY, id="blank lines"),
        pytest.param(",,\n", twice('"" × 3'), id="no name"),
        pytest.param('"id,a\n' + "1,2\n" * 101, ENDLESS, id="an endless name of many lines"),
        pytest.param("a" * 65_537 + ",b\n1,2\n", ENDLESS, id="an endless name of one line"),
        pytest.param('id,"a\n' + "1,2\n" * 2_600_000, ENDLESS, id="a name longer than the longest header"),
        pytest.param("id;amount\n1;2\n", separated("semicolons", '";"'), id="semicolons"),
        pytest.param("id\tamount\n1\t2\n", separated("tabs", "tab"), id="tabs"),
        pytest.param("id|amount\n1|2\n", separated("bars", '"|"'), id="bars"),
        pytest.param("id,amount\n1,2\n".encode("utf-16"), not_utf8("1, byte 0 (0xff)", "utf-16"), id="utf-16"),
        pytest.param(
            b"\xfe\xff" + "id,amount\n".encode("utf-16-be"),
            not_utf8("1, byte 0 (0xfe)", "utf-16"),
            id="utf-16, big-endian",
        ),
        pytest.param("id,amount\n".encode("utf-16-le"), not_utf8("1", "utf-16-le"), id="utf-16 without a mark"),
        pytest.param("id,amount\n".encode("utf-16-be"), not_utf8("1", "utf-16-be"), id="the other utf-16"),
        pytest.param(gzip.compress(gzip.compress(b"id,amount\n1,2\n")), packed(UNPACK), id="gzip in gzip"),
        pytest.param(gzip.compress(b"PAR1\x15" + bytes(20)), packed(UNPACK), id="parquet in gzip"),
        pytest.param(gzip.compress(b"PK\x03\x04" + bytes(20)), packed(ARCHIVE), id="zip in gzip"),
        pytest.param(b"PK\x03\x04" + bytes(20), packed(ARCHIVE), id="zip or xlsx"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), packed("Save the sheet as CSV in UTF-8."), id="xls"
        ),
        pytest.param(bz2.compress(b"id,amount\n1,2\n"), packed(UNPACK), id="bzip2"),
        pytest.param(lzma.compress(b"id,amount\n1,2\n"), packed(UNPACK), id="xz"),
        pytest.param(b"ARROW1\x00\x00" + bytes(20), packed("Save it as Parquet or as CSV."), id="arrow"),
        pytest.param(b"id,gr\xf6\xdfe\n1,2\n", not_utf8("1, byte 5 (0xf6)"), id="a latin-1 header"),
        pytest.param(b"id,\x00\n1,2\n", not_utf8("1", ""), id="a zero byte"),
        pytest.param(
            "a,b,a,c,b,a\n1,2,3,4,5,6\n",
            twice('"a" × 3', '"b" × 2'),
            id="names that occur twice",
        ),
        pytest.param(
            ",a,\n1,2,3\n",
            twice('"" × 2'),
            id="two columns without a name",
        ),
        pytest.param(
            ",".join(f"c{number}" for number in range(10_001)),
            ("The header has 10,001 columns.", ("FILE, line 1",), "At most 10,000 work."),
            id="too many columns",
        ),
    ],
)
def test_a_file_without_a_sound_header_is_refused(write, content, expected):
    path = write(content)
    assert refusal(path, lambda: open_csv(path)) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("missing.csv", ("The file does not exist.", ("FILE",), "Check the path for a typing error.")),
        ("", ("This is a folder, not a file.", ("FILE",), "Name a CSV file inside it.")),
        ("loans.csv/x", ("The file cannot be read: Not a directory.", ("FILE",), "Check its permissions.")),
    ],
)
def test_a_path_that_is_no_file_is_refused(tmp_path, place, expected):
    (tmp_path / "loans.csv").write_text("id\n")
    path = tmp_path / place
    assert refusal(path, lambda: open_csv(path)) == expected


@both_ways
@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"id,word\n1,x\n2,\xe9\n", "3, byte 14 (0xe9)"),
        (b"id,word\r\n1,x\r\n2,y\xff\r\n", "3, byte 17 (0xff)"),
        (b"\xef\xbb\xbfid,word\n1,\x80\n", "2, byte 13 (0x80)"),
        (b"id,word\n1,\xc3", "2, byte 10 (0xc3)"),
        (b"id,word\n" + b"1,x\n" * 1999 + b"2,caf\xe9\n3,\xe9\n", "2,001, byte 8,009 (0xe9)"),
        (b'id,word\n1,"a\nb"\n2,\xe9\n', "4, byte 18 (0xe9)"),
    ],
)
def test_a_byte_that_is_not_utf8_is_named_with_line_and_offset(write, read, content, place):
    path = write(content)
    file = open_csv(path)
    assert refusal(path, lambda: read(file, {"id": TEXT, "word": TEXT})) == not_utf8(place)


def test_a_byte_that_is_not_utf8_is_named_where_no_type_is_given(write):
    path = write(b"id,word\n1,x\n2,\xe9\n")
    file = open_csv(path)
    assert refusal(path, lambda: whole(file, {"word": None})) == not_utf8("3, byte 14 (0xe9)")


def test_a_bad_byte_further_down_leaves_the_header_as_it_is(write):
    assert open_csv(write(b"\xef\xbb\xbfid,word\n1,\xe9\n")).header == ("id", "word")


def ragged(what, *lines):
    return f"{what} not have the 3 fields of the header.", ("FILE", *lines), RAGGED


@both_ways
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1,2,3", "4,5,6,7"], ragged("1 row does", "line 3: 4 fields")),
        (["1,2", "4,5,6"], ragged("1 row does", "line 2: 2 fields")),
        (["1,2", "1,2,3", "1,2,3,4"], ragged("2 rows do", "line 2: 2 fields", "line 4: 4 fields")),
        (
            ["1,2,3,4"] * 3,
            ragged("3 rows do", "line 2: 4 fields", "line 3: 4 fields", "line 4: 4 fields"),
        ),
        (
            ["1,2,3"] * 998 + ["1,2"] * 1002,
            ragged(
                "1,002 rows do",
                "line 1,000: 2 fields",
                "line 1,001: 2 fields",
                "line 1,002: 2 fields",
                "… and 999 more",
            ),
        ),
        (['"a\nb",2,3', "1,2,3,4"], ragged("1 row does", "line 4: 4 fields")),
        (['1,"a,b",3', "1,a,b,3"], ragged("1 row does", "line 3: 4 fields")),
        (["1,2,3", "", "1,2"], ragged("1 row does", "line 4: 2 fields")),
        (["1,2,3", "4"], ragged("1 row does", "line 3: 1 field")),
        (["  "], ragged("1 row does", "line 2: 1 field")),
        (["1,2,3", "  ", "\t"], ragged("2 rows do", "line 3: 1 field", "line 4: 1 field")),
    ],
)
def test_rows_of_another_length_are_listed(write, read, rows, expected):
    path = write("\n".join(["a,b,c", *rows, ""]))
    file = open_csv(path)
    assert refusal(path, lambda: read(file, {"a": TEXT, "c": TEXT})) == expected


@both_ways
@pytest.mark.parametrize(
    ("text", "column", "line"),
    [('\ufeff"a\nb,x",c\n1,2\n3\n', "c", 4), ("\n\na,b\n1,2\n3\n", "b", 5)],
    ids=["a header of two lines", "blank lines before the header"],
)
def test_lines_are_counted_from_the_first(write, read, text, column, line):
    path = write(text)
    file = open_csv(path)
    what, where, _ = refusal(path, lambda: read(file, {column: TEXT}))
    assert (what, where) == ("1 row does not have the 2 fields of the header.", ("FILE", f"line {line}: 1 field"))


def unfit(cells, *lines):
    return f"{cells} cannot be read as the column's kind.", ("FILE", *lines), PLAIN


ONE = "1 cell in 1 column"


@both_ways
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1,2", "x,3"], unfit(ONE, 'line 3, column "a": "x" is not a number')),
        (["1,1_000"], unfit(ONE, 'line 2, column "b": "1_000" is not a number')),
        (['1,"1,000"'], unfit(ONE, 'line 2, column "b": "1,000" is not a number')),
        (["5%,1"], unfit(ONE, 'line 2, column "a": "5%" is not a number')),
        (["1,true"], unfit(ONE, 'line 2, column "b": "true" is not a number')),
        (["0x1A,2"], unfit(ONE, 'line 2, column "a": "0x1A" is not a number')),
        (["1,2001-01-01"], unfit(ONE, 'line 2, column "b": "2001-01-01" is not a number')),
        (["1, "], unfit(ONE, 'line 2, column "b": " " is not a number')),
        (["1," + "w" * 50], unfit(ONE, f'line 2, column "b": "{"w" * 40}" is not a number')),
        (["1,\x1b[2J"], unfit(ONE, r'line 2, column "b": "\x1b[2J" is not a number')),
        (["1,2", "\uff11\uff12,3"], unfit(ONE, 'line 3, column "a": "\uff11\uff12" is not a number')),
        (["1,2", "1,\u0663"], unfit(ONE, 'line 3, column "b": "\u0663" is not a number')),
        (["1,\xa05"], unfit(ONE, r'line 2, column "b": "\xa05" is not a number')),
        (["1,5\xa0"], unfit(ONE, r'line 2, column "b": "5\xa0" is not a number')),
        (["1,\u20095"], unfit(ONE, r'line 2, column "b": "\u20095" is not a number')),
        (
            ["1,2"] * 649 + ["1,12 %", "\uff15,x"],
            unfit(
                "3 cells in 2 columns",
                'line 652, column "a": "\uff15" is not a number',
                'line 651, column "b": "12 %" is not a number',
                'line 652, column "b": "x" is not a number',
            ),
        ),
        (
            ['"\n",1', "NA,y"],
            unfit(
                "2 cells in 2 columns",
                r'line 2, column "a": "\n" is not a number',
                'line 4, column "b": "y" is not a number',
            ),
        ),
        (
            ["x,1", "1,y"],
            unfit(
                "2 cells in 2 columns",
                'line 2, column "a": "x" is not a number',
                'line 3, column "b": "y" is not a number',
            ),
        ),
        (
            ["1,2"] * 998 + ["1,text"] * 1003,
            unfit(
                "1,003 cells in 1 column",
                *(f'line {line}, column "b": "text" is not a number' for line in ("1,000", "1,001", "1,002")),
                "… and 1,000 more",
            ),
        ),
    ],
)
def test_text_in_a_numeric_column_is_listed(write, read, rows, expected):
    path = write("\n".join(["a,b", *rows, ""]))
    file = open_csv(path)
    assert refusal(path, lambda: read(file, {"a": NUMBER, "b": NUMBER})) == expected


def test_rows_of_another_length_are_told_before_text_among_numbers(write):
    path = write("a,b\nx,1\n1\n")
    file = open_csv(path)
    what, where, _ = refusal(path, lambda: whole(file, {"a": NUMBER}))
    assert (what, where) == ("1 row does not have the 2 fields of the header.", ("FILE", "line 3: 1 field"))
