"""The applicant's words: what is wrong with the file is said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from creditrisk.errors import DataError
from creditrisk.jobs.reason_words import read_words

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "words.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_words_are_read_and_others_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeffVariable , reason\ndti,"Debts,  high"\n\nother model,x\nincome, Income low \n')
    assert read_words(path, ["dti", "income"], ["dti", "income"]) == {
        "dti": "Debts, high",
        "other model": "x",
        "income": "Income low",
    }


def test_all_that_is_wrong_is_listed(tmp_path: Path) -> None:
    path = written(tmp_path, "variable,reason\ndti,A\ndti,B\nincom,C\nage\nterm,\nlong," + "x" * 301 + "\n")
    with pytest.raises(DataError) as caught:
        read_words(path, ["dti", "income", "term"], ["dti", "income", "term"])
    assert caught.value.what == "The words of the reasons cannot be used."
    assert caught.value.where == (
        str(path),
        'line 3: "dti" has other words in an earlier line',
        "line 5: a line is a variable and its words",
        "line 6: a line is a variable and its words",
        "line 7: words may have 300 characters",
        '"income" has no words; did you mean "incom"?',
        '"term" has no words',
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("name,words\ndti,A\n", "The words of the reasons have another header."),
        ("", "The words of the reasons have another header."),
        (b"variable,reason\ndti,\xff\n", "The words of the reasons are no CSV in UTF-8."),
        ('variable,reason\ndti,"A\n', "The words of the reasons are no CSV in UTF-8."),
        (b"variable,reason\n" + b"a,b\n" * 2_000_000, "The words of the reasons are too large a file."),
    ],
    ids=["header", "empty", "bytes", "quote", "large"],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: str | bytes, what: str) -> None:
    with pytest.raises(DataError) as caught:
        read_words(written(tmp_path, content), ["dti"], ["dti"])
    assert caught.value.what == what


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="The words of the reasons cannot be read"):
        read_words(tmp_path / "none.csv", ["dti"], ["dti"])
