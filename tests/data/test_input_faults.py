"""Damaged CSV files through the commands: what each says, with which exit code, and that nothing is written."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from faulty_loans import HEADER, Done, rows_of_loans, said, text_of

from creditrisk.data import csv_file
from creditrisk.data.schema import MISSING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Scored = Callable[..., tuple[Done, str]]
    Trained = Callable[..., Done]
    Write = Callable[[str | bytes], Path]

ROWS = rows_of_loans(60, seed=2)
PLAIN = text_of(ROWS)
RAGGED = "Quote cells that hold commas, and remove stray commas and footer lines."
NUMBERS = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."


def changed(row: int, column: str, cell: str) -> str:
    """The loans with one cell changed."""
    rows = list(csv.reader(ROWS))
    rows[row][HEADER.split(",").index(column)] = cell
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return f"{HEADER}\n{text.getvalue()}"


def refused(path: Path, scored: Scored, trained: Trained, message: str) -> None:
    """Both commands end with 3 and the same words, and write nothing."""
    assert trained(path) == Done(3, "", message)
    done, scores = scored(path)
    assert (done.code, done.out, done.err, scores) == (3, "", message, "")


@pytest.fixture(scope="module")
def plain_scores(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The scores of the undamaged loans."""
    from faulty_loans import run

    folder = tmp_path_factory.mktemp("plain")
    (folder / "loans.csv").write_text(PLAIN)
    assert run("predict", small_model, folder / "loans.csv", "-o", folder / "scores.csv", "-q").code == 0
    return (folder / "scores.csv").read_text()


@pytest.mark.parametrize(
    ("row", "fields"), [(ROWS[7] + ",9", 7), (ROWS[7].rpartition(",")[0], 5)], ids=["long", "short"]
)
def test_ragged_one_row(write: Write, scored: Scored, trained: Trained, tmp_path: Path, row: str, fields: int) -> None:
    path = write(text_of([*ROWS[:7], row, *ROWS[8:]]))
    where = (str(path), f"line 9: {fields} fields")
    refused(path, scored, trained, said("1 row does not have the 6 fields of the header.", *where, fix=RAGGED))
    done, scores = scored(path, "--bad-rows", "skip", "--rejects", tmp_path / "rejects.csv")
    assert (done.code, done.document["rows"], done.document["rejected"]) == (0, 59, 1)
    assert len(scores.splitlines()) == 60
    assert (
        (tmp_path / "rejects.csv").read_text().splitlines()[1].startswith(f"loans.csv,9,{fields} fields instead of 6,")
    )


def test_all_rows_one_longer(write: Write, scored: Scored, trained: Trained, plain_scores: str) -> None:
    done, scores = scored(write(text_of([f"{row}," for row in ROWS])))
    assert (done.code, scores) == (0, plain_scores)
    path = write(text_of([f"{row}," for row in ROWS[:9]] + [f"{ROWS[9]},x"] + [f"{row}," for row in ROWS[10:]]))
    what = "The first rows end in a delimiter after the 6 fields of the header, and 1 row does not."
    refused(path, scored, trained, said(what, str(path), "line 11: 7 fields", fix=f"End all rows alike. {RAGGED}"))
    path = write(text_of([f"x,{row}" for row in ROWS]))
    where = (str(path), "line 2: 7 fields", "line 3: 7 fields", "line 4: 7 fields", "… and 57 more")
    refused(path, scored, trained, said("60 rows do not have the 6 fields of the header.", *where, fix=RAGGED))


@pytest.mark.parametrize(
    ("mark", "word", "option"), [(";", "semicolons", '";"'), ("\t", "tabs", "tab"), ("|", "bars", '"|"')]
)
def test_wrong_delimiter(
    write: Write, scored: Scored, trained: Trained, plain_scores: str, mark: str, word: str, option: str
) -> None:
    path = write(PLAIN.replace(",", mark))
    what, fix = f"The columns are separated by {word}, not commas.", f"Add --delimiter {option}."
    refused(path, scored, trained, said(what, f"{path}, line 1", fix=fix))
    done, scores = scored(path, "--delimiter", option.strip('"'))
    assert (done.code, scores) == (0, plain_scores)


def test_bom(write: Write, scored: Scored, plain_scores: str) -> None:
    done, scores = scored(write("\ufeff" + PLAIN))
    assert (done.code, scores) == (0, plain_scores)


@pytest.mark.parametrize(("encoding", "grade"), [("utf-16", "甲"), ("gbk", "甲级用户评分"), ("latin-1", "é")])
def test_utf_16_gbk_latin_1(write: Write, scored: Scored, trained: Trained, encoding: str, grade: str) -> None:
    text = changed(5, "grade", grade)
    twin = scored(write(text))[1]
    path = write(text.encode(encoding))
    byte, line = (0, 1) if encoding == "utf-16" else (text.encode(encoding).index(grade.encode(encoding)), 7)
    where = f"{path}, line {line}, byte {byte} (0x{text.encode(encoding)[byte]:02x})"
    fix = f"Name the encoding, for example --encoding {encoding}."
    refused(path, scored, trained, said("The file is not UTF-8 text.", where, fix=fix))
    done, scores = scored(path, "--encoding", encoding)
    assert (done.code, scores, bool(twin)) == (0, twin, True)


@pytest.mark.parametrize("column", ["id", "income", "grade", "bad"])
def test_nul_bytes(write: Write, scored: Scored, trained: Trained, tmp_path: Path, column: str) -> None:
    path = write(changed(3, column, "1\x002"))
    what = "1 row with a zero byte (NUL), which no text holds."
    fix = "The file was damaged when it was written or copied: copy it or save it again."
    refused(path, scored, trained, said(what, str(path), "line 5", fix=fix))
    done, _ = scored(path, "--bad-rows", "skip", "--rejects", tmp_path / "rejects.csv")
    assert (done.code, done.document["rows"], done.document["rejected"]) == (0, 59, 1)
    assert b"loans.csv,5,a zero byte," in (tmp_path / "rejects.csv").read_bytes()


def test_unclosed_quote(write: Write, scored: Scored, trained: Trained) -> None:
    path = write(PLAIN.replace(f"\n{ROWS[4]}", f'\n"{ROWS[4]}'))
    what, fix = (
        "A quotation mark is opened and never closed.",
        'Close the quotation mark; one that belongs to the text is written twice ("").',
    )
    begins = f"{ROWS[4]}"[:30]
    refused(path, scored, trained, said(what, f'{path}, line 6: the cell that begins with "{begins}"', fix=fix))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("block", [300, 1 << 20])
def test_quoted_newline_crlf_lone_cr_no_final_newline(
    write: Write, scored: Scored, monkeypatch: pytest.MonkeyPatch, end: str, block: int
) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", block)
    rows = [row.replace("L000", '"two\nlines ').replace(",", '",', 1) for row in ROWS]
    done, scores = scored(write(text_of(rows, end=end).removesuffix(end)))
    assert done.code == 0
    ids = [row[0] for row in csv.reader(io.StringIO(scores, newline=""))]
    assert ids == ["id", *(next(csv.reader(io.StringIO(row, newline="")))[0] for row in rows)]


LIMITS = """
import resource, sys, time
from creditrisk.data.files import open_files
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec
import pyarrow.csv
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    began = time.process_time()
    try:
        list(open_files(path, ReadSpec()).read_batches({}, ("id",)))
    except DataError as error:
        print(error.what, *error.where, sep="|")
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10
"""


def test_a_million_columns_or_a_line_of_a_gigabyte(tmp_path: Path) -> None:
    wide, line, row, packed = (tmp_path / name for name in ("wide.csv", "line.csv", "row.csv", "packed.csv"))
    wide.write_text(",".join(f"c{number}" for number in range(1_000_000)) + "\n")
    line.touch()
    row.write_text("id,a\n1,2\n1,")
    for path in (line, row):
        with path.open("r+b") as file:
            file.truncate(1 << 30)  # it takes no room on the disk
    packed.write_bytes(gzip.compress(b"id,a\n1,2\n1,") + gzip.compress(b"x" * (16 << 20), 1) * 64)
    paths = [wide, line, row, packed]
    done = subprocess.run([sys.executable, "-c", LIMITS, *paths], capture_output=True, text=True)
    too_long = "A line is longer than 10,000,000 characters.|{}, line {}"
    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        [
            f"The header has more than 10,000 columns.|{wide}, line 1",
            too_long.format(line, 1),
            too_long.format(row, 3),
            too_long.format(packed, 3),
        ],
    )


TWICE = "The header names a column more than once."
ALIKE = "The header names columns that differ in letter case or blanks alone."
NAMED = "Rename or remove one of each, so that every column can be named."
TAKEN = "Rename or remove one of each, so that no column is taken for another."


@pytest.mark.parametrize(
    ("header", "what", "names", "fix"),
    [
        ("id,income,income,grade,opened,bad", TWICE, '"income" × 2', NAMED),
        ("id,,,grade,opened,bad", TWICE, '"" × 2', NAMED),
        ("id,income, income ,grade,opened,bad", ALIKE, '"income" and " income "', TAKEN),
        ("id,income,Income,grade,opened,bad", ALIKE, '"income" and "Income"', TAKEN),
    ],
    ids=["duplicate", "empty", "whitespace", "case"],
)
def test_duplicate_empty_whitespace_case_variant_headers(
    write: Write, scored: Scored, trained: Trained, header: str, what: str, names: str, fix: str
) -> None:
    path = write(text_of(ROWS, header=header))
    refused(path, scored, trained, said(what, f"{path}, line 1", names, fix=fix))


def test_preamble_and_footer_lines(write: Write, scored: Scored, trained: Trained, plain_scores: str) -> None:
    path = write("Notes offered by Prospectus\n" + PLAIN)
    where, fix = f"{path}, line 2: 6 fields there, 1 before", "Pass over the lines before it with --skip-rows 1."
    refused(path, scored, trained, said("The header is not on line 1.", where, fix=fix))
    done, scores = scored(path, "--skip-rows", "1")
    assert (done.code, scores) == (0, plain_scores)
    path = write("Notes, by Prospectus\n\n" + PLAIN)
    done, _ = scored(path)
    where, fix = f"{path}, line 3: 5 needed names there", "Pass over the lines before it with --skip-rows 2."
    assert (done.code, done.err) == (3, said("The header is not on line 1.", where, fix=fix))
    path = write(PLAIN + "\nTotal amount funded: 6417608175\n")
    where = (str(path), "line 63: 1 field")
    refused(path, scored, trained, said("1 row does not have the 6 fields of the header.", *where, fix=RAGGED))


@pytest.mark.parametrize("content", ["", "\n\r\n\n", "\ufeff"])
def test_empty_file_only_blank_lines(write: Write, scored: Scored, trained: Trained, content: str) -> None:
    path = write(content)
    fix = "A header line and at least one loan are needed."
    refused(path, scored, trained, said("The file is empty.", str(path), fix=fix))


def test_header_only(write: Write, scored: Scored, trained: Trained) -> None:
    path = write(HEADER + "\n\n")
    done, scores = scored(path)
    assert (done.code, scores) == (0, "id,pd,score,grade\n")
    message = said("The file has a header and no loans.", str(path), fix="Training needs loans.")
    assert trained(path) == Done(3, "", message)


@pytest.mark.parametrize("cell", ["12%", "$1,000", "1,5", "TRUE", "0x10", "1_000"])
def test_numbers_in_other_clothes(write: Write, scored: Scored, cell: str) -> None:
    path = write(changed(8, "income", cell))
    done, scores = scored(path)
    line = f'line 10, column "income": "{cell}" is not a number'
    what = "1 cell in 1 column cannot be read as the column's kind."
    assert (done.code, done.err, scores) == (3, said(what, str(path), line, fix=NUMBERS), "")


def test_numbers_in_exponents_are_numbers(write: Write, scored: Scored) -> None:
    twin = scored(write(changed(8, "income", "50000")))[1]
    done, scores = scored(write(changed(8, "income", "5e4")))
    assert (done.code, scores) == (0, twin)


def test_na_words(write: Write, scored: Scored) -> None:
    written, empty = (
        scored(write(text_of([f"{word},5000,20,{grade},2020-01-05,0" for word, grade in words])))
        for words in (zip(MISSING_TOKENS, MISSING_TOKENS, strict=True), ((word, "") for word in MISSING_TOKENS))
    )
    assert (written[0].code, written[1]) == (0, empty[1])
    assert [row[0] for row in csv.reader(written[1].splitlines()[1:])] == list(MISSING_TOKENS)  # ids stay as they are


@pytest.mark.parametrize("cell", ["inf", "1e300", "-1e999"])
def test_inf_and_1e300(write: Write, scored: Scored, cell: str) -> None:
    empty = scored(write(changed(8, "income", "")))[1]
    done, scores = scored(write(changed(8, "income", cell)))
    assert (done.code, scores) == (0, empty)
    assert 'Among 60 rows, 1 value of "income": infinite' in " ".join(done.document["remarks"])


@pytest.mark.parametrize("name", ["00123", "12345678901234567890", "1.50", "1e5", "NA", "-", " x ", '"quoted, ""id"""'])
def test_ids_are_copied_byte_for_byte(write: Write, scored: Scored, name: str) -> None:
    _, scores = scored(write(text_of([ROWS[0].replace("L00000", name)])))
    assert scores.splitlines()[1].startswith(f"{name},0.")


@pytest.mark.parametrize("block", [1 << 15, 1 << 20])
def test_type_drift_deep_in_the_file(write: Write, scored: Scored, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", block)
    rows = ROWS * 100
    path = write(text_of([*rows, ROWS[0].replace(",", ",text ", 1)]))
    done, scores = scored(path)
    cell = ROWS[0].split(",")[1]
    line = f'line 6,002, column "income": "text {cell}" is not a number'
    what = "1 cell in 1 column cannot be read as the column's kind."
    assert (done.code, done.err, scores) == (3, said(what, str(path), line, fix=NUMBERS), "")


def test_duplicate_ids(write: Write, scored: Scored, plain_scores: str) -> None:
    done, scores = scored(write(text_of([*ROWS, ROWS[3]])))
    again = plain_scores.splitlines(keepends=True)[4]
    assert (done.code, scores) == (0, plain_scores + again)


def test_gz_input(write: Write, scored: Scored, plain_scores: str) -> None:
    done, scores = scored(write(gzip.compress(PLAIN.encode())))
    assert (done.code, scores) == (0, plain_scores)
