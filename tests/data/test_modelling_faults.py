"""Loans that cannot be modelled as they are, or only with a word about it: through the commands."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from faulty_loans import HEADER, Done, rows_of_loans, run, said, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Scored = Callable[..., tuple[Done, str]]
    Trained = Callable[..., Done]
    Write = Callable[[str | bytes], Path]

ROWS = rows_of_loans(60, seed=2)


def with_outcomes(outcomes: list[str]) -> str:
    """Loans with these outcomes, one after the other again and again."""
    rows = [f"{row.rpartition(',')[0]},{outcomes[place % len(outcomes)]}" for place, row in enumerate(ROWS)]
    return text_of(rows)


@pytest.mark.parametrize("outcome", ["0", "1"])
def test_target_one_class(write: Write, trained: Trained, outcome: str) -> None:
    path = write(with_outcomes([outcome]))
    done = trained(path)
    where, fix = f'column "bad": "{outcome}" × 60', "A model needs both outcomes."
    assert (done.code, done.err) == (3, said("The target has the same value in every row.", where, fix=fix))


NAMES = "Name both with --positive LABEL (default) and --negative LABEL (repaid); other rows are then set aside."
THREE = "The target is not binary (0 and 1, where 1 = default)."
MISSING = "Name both outcomes with --positive and --negative: the other rows are then set aside and counted."


@pytest.mark.parametrize(
    ("outcomes", "what", "where", "fix"),
    [
        (["0", "1", "2"], THREE, '"0" × 20, "1" × 20, "2" × 20', NAMES),
        (["-1", "1"], "The target's values are not plain.", '"-1" × 30, "1" × 30', NAMES),
        (["0.3", "0.9"], "The target's values are not plain.", '"0.3" × 30, "0.9" × 30', NAMES),
        (["0", "1", ""], "The target is missing in 20 rows.", '"0" × 20, "1" × 20, missing × 20', MISSING),
        (["0", "1", "NaN"], "The target is missing in 20 rows.", '"0" × 20, "1" × 20, missing × 20', MISSING),
    ],
)  # fmt: skip
def test_target_3_values_minus_1_nan_fractions(
    write: Write, trained: Trained, outcomes: list[str], what: str, where: str, fix: str
) -> None:
    done = trained(write(with_outcomes(outcomes)))
    assert (done.code, done.err) == (3, said(what, f'column "bad": {where}', fix=fix))


def test_rows_without_an_outcome_are_set_aside_where_both_are_named(odd: tuple[Done, Path]) -> None:
    facts = odd[0].document["data"]
    assert (facts["loans"], facts["set_aside"]) == (400, 2)


def test_tiny_data_below_the_hard_floor(write: Write, trained: Trained) -> None:
    path = write(with_outcomes(["1", *"00000"]))
    what, fix = (
        "Too few loans of one kind: 10 defaults and 50 repaid.",
        "At least 20 of each are needed for any figure to mean something.",
    )
    assert trained(path) == Done(3, "", said(what, str(path), fix=fix))


def test_tiny_data_below_the_soft_floor(odd: tuple[Done, Path]) -> None:
    figures, remarks = odd[0].document["held_out"], odd[0].document["remarks"]
    words = f"Only {figures['defaults']} loans have the rarer outcome: the intervals are wide"
    assert any(remark.startswith(words) for remark in remarks)
    assert figures["auc"]["high"] - figures["auc"]["low"] > 0.1


def test_constant_all_missing_near_unique_columns(odd: tuple[Done, Path], write: Write, tmp_path: Path) -> None:
    dropped = {column["name"]: column["reason"] for column in odd[0].document["data"]["dropped"]}
    assert dropped == {
        "always": "the same value in every row",
        "never": "no value in any row",
        "number": "whole numbers, every one different: a row number or an id (--id copies it, --numeric keeps it)",
        "code": "no value is shared by 10 training loans: free text, a name or an id",
        "text": "no value is shared by 10 training loans: free text, a name or an id",
    }
    path = write(text_of(ROWS, HEADER.replace("dti", " dti")))
    done = run("predict", odd[1], path, "-o", tmp_path / "scores.csv", "-q")
    assert (done.code, done.err) == (0, "")


def test_all_columns_unusable(write: Write, trained: Trained) -> None:
    rows = [f"L{number},7,,{number % 2}" for number in range(60)]
    done = trained(write(text_of(rows, "id,seven,nothing,bad")))
    where = ('"seven": the same value in every row', '"nothing": no value in any row')
    fix = "Use a file with more columns; --numeric or --categorical NAME keeps one that looks like an id or a text."
    assert (done.code, done.err) == (3, said("No column is left to learn from.", *where, fix=fix))


def test_what_is_odd_and_learned_from_is_said(odd: tuple[Done, Path]) -> None:
    remarks = odd[0].document["remarks"]
    expected = (
        "odd.csv ends in a comma that the header lacks: nothing follows it, so it is ignored.",
        'A column\'s name begins or ends with a blank, which belongs to it: " dti".',
        '2 rows with the id of another row ("id")',
        '"code" is taken for categories, though 99.8% of its values are numbers: 1 cell is not.',
        'Infinite or beyond 1e100, which counts as missing: 3 values of "income".',
    )
    for words in expected:
        assert sum(words in remark for remark in remarks) == 1, (words, remarks)


def test_unseen_category_at_predict(write: Write, scored: Scored) -> None:
    done, scores = scored(write(text_of([row.replace(",A,", ",Z,").replace(",B,", ",Y,") for row in ROWS])))
    unseen = sum(",A," in row or ",B," in row for row in ROWS)
    words = f'Among 60 rows, {unseen} values of "grade": of a level that training did not know'
    assert (done.code, len(scores.splitlines())) == (0, 61)
    assert any(remark.startswith(words) for remark in done.document["remarks"])


def test_category_with_other_order(write: Write, scored: Scored) -> None:
    """The order in which levels are first seen gives them no other code."""
    one = scored(write(text_of(ROWS)))[1].splitlines()
    other = scored(write(text_of(ROWS[::-1])))[1].splitlines()
    assert one[1:] == other[:0:-1]


def test_missing_column(write: Write, scored: Scored) -> None:
    path = write(text_of(ROWS, HEADER.replace("dti", "dtl").replace("grade", "score")))
    what = "2 columns that are needed are not in the file."
    where = (str(path), '"dti" is not there; did you mean "dtl"?', '"grade" is not there')
    fix = 'The file has 6 columns: "id", "income", "dtl", "score", "opened", "bad".'
    assert scored(path) == (Done(3, "", said(what, *where, fix=fix)), "")


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]])
def test_extra_and_reordered_columns(write: Write, scored: Scored, order: list[int]) -> None:
    plain = scored(write(text_of(ROWS)))[1]
    table = [[*row, "extra"] for row in csv.reader([HEADER, *ROWS])]
    moved = "".join(",".join(row[place] for place in [6, *order]) + "\n" for row in table)
    done, scores = scored(write(moved))
    assert (done.code, scores) == (0, plain)


def test_probabilities_are_finite_and_from_0_to_1(write: Write, scored: Scored) -> None:
    cells = ["0", "-0.0", "1e99", "-1e99", "1e-320", "", "inf", "nan", "12345678901234567890"]
    rows = [f"L,{income},{dti},{grade},0001-01-01," for income in cells for dti in cells for grade in ("A", "", "ß")]
    done, scores = scored(write(text_of(rows)))
    pds = [float(row.split(",")[1]) for row in scores.splitlines()[1:]]
    assert (done.code, len(pds)) == (0, len(rows))
    assert all(0 < pd < 1 for pd in pds)
