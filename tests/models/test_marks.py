"""Marks of training loans: which of the judged loans were learned from, as a share with its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from creditrisk.models.fields import ManifestError
from creditrisk.models.marks import BITS, MOST_MARKS, MarkedLoans, Marks, row_hashes
from creditrisk.models.marks_fields import marks_text, read_marks


def loans(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 5))


def marked(marks: Marks, matrix: np.ndarray) -> MarkedLoans:
    found = MarkedLoans(marks)
    for start in range(0, len(matrix), 700):
        found.add(matrix[start : start + 700])
    return found


def test_equal_rows_have_equal_hashes_and_columns_are_not_alike() -> None:
    rows = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [0.0, math.nan], [-0.0, -math.nan]])
    hashes = row_hashes(rows)
    assert hashes[0] == hashes[2] != hashes[1]
    assert hashes[3] == hashes[4]


def test_hashes_are_even_over_their_bits() -> None:
    hashes = row_hashes(np.arange(20_000.0).reshape(-1, 1))
    assert len(np.unique(hashes)) == 20_000
    ones = [int((hashes >> np.uint64(bit) & np.uint64(1)).sum()) for bit in range(BITS)]
    assert all(abs(count - 10_000) < 5 * math.sqrt(5_000) for count in ones)


def test_all_of_few_loans_are_marked_and_their_share_is_counted() -> None:
    matrix = loans(2_000)
    found = marked(Marks.of([matrix]), np.concatenate([matrix[:600], loans(1_400, seed=1)]))
    assert (found.looked_at, found.marked) == (2_000, 600)
    assert found.share.value == 0.3
    assert 0.28 < found.share.low < 0.3 < found.share.high < 0.33


def test_of_many_loans_a_sample_is_marked_and_tells_the_share_of_any_file() -> None:
    matrix = loans(60_000)
    marks = Marks.of([matrix])
    assert len(marks.hashes) == MOST_MARKS
    found = marked(marks, np.concatenate([matrix[1_000:6_000], loans(15_000, seed=1)]))
    assert 2_500 < found.looked_at < 4_200
    assert found.share.low < 0.25 < found.share.high
    assert math.isnan(marked(marks, loans(20_000, seed=2)).share.value)


def test_where_rows_repeat_nothing_is_marked() -> None:
    marks = Marks.of([np.repeat(loans(300), 2, axis=0)])
    assert marks == Marks(())
    assert math.isnan(marked(marks, loans(300)).share.value)


def test_marks_come_back_from_their_text() -> None:
    for marks in (Marks(()), Marks.of([loans(50)]), Marks((0, 1, (1 << BITS) - 1))):
        assert read_marks(marks_text(marks)) == marks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("%%%%", "marks is not Base64"),
        ("é", "marks is not Base64"),
        ("AAAA", "marks has not the length of marks"),
        ("A" * 8 * (MOST_MARKS + 1), "marks has not the length of marks"),
        ("A" * 16, "marks do not rise"),
    ],
)
def test_a_text_of_no_marks_is_refused(text: str, says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        read_marks(text)
