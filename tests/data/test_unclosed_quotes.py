"""Quotation marks: one that is never closed is found wherever it stands, and no other one is taken for it."""

import csv

import pyarrow as pa
import pytest
from csv_ways import both_ways, open_csv

from creditrisk.errors import DataError

FIX = 'Close the quotation mark; one that belongs to the text is written twice ("").'


@pytest.fixture(autouse=True)
def _the_limit_of_the_csv_module_stays():
    before = csv.field_size_limit()
    yield
    assert csv.field_size_limit() == before


def columns(path, read, *used):
    """The rows of the used columns as text; all columns where none is named."""
    file = open_csv(path)
    return read(file, dict.fromkeys(used or file.header, pa.string())).to_pylist()


def assert_never_closed(path, read, used, begins, line=3):
    with pytest.raises(DataError) as caught:
        columns(path, read, *used)
    error = caught.value
    where = f'{path}, line {line}: the cell that begins with "{begins}"'
    assert (error.what, error.where, error.fix) == ("A quotation mark is opened and never closed.", (where,), FIX)


@both_ways
@pytest.mark.parametrize("used", [["word"], ["id", "amount", "word"]])
@pytest.mark.parametrize("rows", [200, 20_000])
@pytest.mark.parametrize(
    ("line", "begins"), [('7,"never closed, 5', "never closed, 5"), ('"7,8,\x1b[2J', r"7,8,\x1b[2J")]
)
def test_a_quote_that_is_never_closed_is_found(write, read, used, rows, line, begins):
    assert_never_closed(write("id,amount,word\n1,2,x\n" + line + "\n" + "2,3,y\n" * rows), read, used, begins)


@both_ways
@pytest.mark.parametrize("used", [["word"], ["id", "amount", "word"]])
def test_a_quote_that_is_never_closed_is_found_in_the_last_column(write, read, used):
    assert_never_closed(
        write('id,amount,word\n1,2,x\n7,8,"to the end\n' + "2,3,y\n" * 20_000), read, used, "to the end"
    )


SMALL = 'id,a,b\n1,2,"abc\n2,3,def\n3,4,x\n'


@both_ways
@pytest.mark.parametrize("used", [["b"], ["id", "a"], []])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(SMALL.rstrip(), id="no final newline"),
        pytest.param(SMALL.replace("\n", "\r\n"), id="windows line ends"),
        pytest.param(SMALL.replace("\n", "\r"), id="old mac line ends"),
        pytest.param(SMALL.replace("x", '""x""'), id="quotes written twice after it"),
        pytest.param(SMALL.replace("1,2", '"1",2'), id="a closed quote before it"),
        pytest.param(SMALL[:15], id="nothing after it"),
        pytest.param(SMALL + "2,3,y\n" * 150, id="a hundred lines"),
    ],
)
def test_a_last_cell_that_is_never_closed_is_found_used_or_not(write, read, used, content):
    assert_never_closed(write(content), read, used, "abc", line=2)


@both_ways
@pytest.mark.parametrize("used", [["b"], ["id"]])
@pytest.mark.parametrize("megabytes", [11, 18])
def test_a_last_cell_that_swallows_a_large_file_is_found(write, read, used, megabytes):
    path = write('id,a,b\n0,1,x\n1,2,"abc\n' + ("2,3," + "d" * 95 + "\n") * (10_000 * megabytes))
    assert path.stat().st_size > megabytes * 1_000_000
    assert_never_closed(path, read, used, "abc")


@both_ways
def test_a_quote_that_begins_nothing_is_found(write, read):
    assert_never_closed(write('id,a\n1,2\n"\n'), read, [], "")


@both_ways
@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("5'10\"", "5'10\""),
        ('5\'10" or 6"1', '5\'10" or 6"1'),
        ('"abc"def', "abcdef"),
        ('"say ""x"""', 'say "x"'),
        ('""', ""),
        ('""""', '"'),
    ],
)
@pytest.mark.parametrize("form", ["1,2,{}", "{},2,3", "1,{},3"])
def test_other_quotes_are_accepted(write, read, cell, kept, form):
    row = form.format(cell)
    expected = dict(zip("iab", [kept if part == "{}" else part for part in form.split(",")], strict=True))
    last = {"i": "7", "a": "8", "b": "9"}
    assert columns(write(f"i,a,b\n{row}\n7,8,9\n"), read) == [expected, last]


@both_ways
@pytest.mark.parametrize("text", ["word " * 13_000, "word\n" * 100, "word " * 12_000 + "\nline\nline"])
@pytest.mark.parametrize("odd", ["", '5"'])
def test_a_long_quoted_text_is_accepted(write, read, text, odd):
    path = write(f'id,a,b\n1,{odd},"{text}"\n2,3,x\n')
    assert columns(path, read) == [{"id": "1", "a": odd, "b": text}, {"id": "2", "a": "3", "b": "x"}]


@both_ways
def test_many_cells_of_a_few_lines_are_accepted(write, read):
    path = write("id,a\n" + '1,"x\ny\nz"\n' * 400)
    assert columns(path, read) == [{"id": "1", "a": "x\ny\nz"}] * 400
    assert columns(path, read, "id") == [{"id": "1"}] * 400


@both_ways
@pytest.mark.parametrize(("letters", "accepted"), [(32_768, True), (32_769, False), (40_000, False)])
def test_the_longest_cell_is_measured_in_bytes_and_named_with_its_line(write, read, letters, accepted):
    path = write("id,a\n1,2\n2," + "é" * letters + "\n")
    if accepted:
        assert columns(path, read)[1]["a"] == "é" * letters
    else:
        assert refusal(path, read) == too_big(path, 3, "é" * 30)


def refusal(path, read, *used):
    with pytest.raises(DataError) as caught:
        columns(path, read, *used)
    return caught.value.what, caught.value.where, caught.value.fix


def too_big(path, line, begins):
    return (
        "A cell is longer than 65,536 bytes or 100 line breaks.",
        (f'{path}, line {line}: the cell that begins with "{begins}"',),
        "Look for a quotation mark that is never closed, and cut text that is as long as that.",
    )


ELSEWHERE = ["", "\n", '3,"a\nb"\n', '3,"x"\n', '3,5"\n']


@both_ways
@pytest.mark.parametrize("after", ELSEWHERE)
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_big_cell_that_is_not_needed_is_read_whatever_else_stands_there(write, read, after, quote):
    path = write(f"id,a\n1,{quote}{'x' * 70_000}{quote}\n2,y\n{after}")
    assert columns(path, read, "id")[:2] == [{"id": "1"}, {"id": "2"}]
    assert refusal(path, read, "a") == too_big(path, 2, "x" * 30)


@both_ways
@pytest.mark.parametrize("after", ELSEWHERE)
@pytest.mark.parametrize("used", ["id", "a"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("note", [["line"] * 150, ["long " * 8_000] * 3], ids=["150 lines", "3 long lines"])
def test_a_cell_of_too_many_lines_is_refused_whatever_else_stands_there(write, read, after, used, end, note):
    path = write(f'id,a\n1,"{end.join(note)}"\n2,y\n{after}')
    assert refusal(path, read, used) == too_big(path, 2, note[0][:30])


@both_ways
def test_a_big_cell_that_is_not_needed_hides_no_other_fault(write, read):
    path = write(f"id,a\n1,{'x' * 70_000}\nx,y\n")
    with pytest.raises(DataError) as caught:
        read(open_csv(path), {"id": pa.float64()})
    assert caught.value.where == (str(path), 'line 3, column "id": "x" is not a number')
