"""The outcome column: which words are understood, which are refused and how, and what a row's outcome is."""

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Target
from creditrisk.data.target import check_enough, outcomes, settle_target
from creditrisk.errors import DataError
from creditrisk.specs import ColumnSpec

SAY = "Name both with --positive LABEL (default) and --negative LABEL (repaid); other rows are then set aside."
NAME_BOTH = "Name both outcomes with --positive and --negative: the other rows are then set aside and counted."
NOT_PLAIN = "The target's values are not plain."
NOT_BINARY = "The target is not binary (0 and 1, where 1 = default)."


def column(*labels):
    return pa.chunked_array([pa.array(labels, pa.string())])


def settled(labels, positive="", negative="", **words):
    return settle_target(ColumnSpec(target="y", positive=positive, negative=negative, **words), labels)


@pytest.mark.parametrize(
    ("labels", "default", "repaid"),
    [
        (["0", "1"], ["1"], ["0"]),
        (["1.0", "0.0"], ["1.0"], ["0.0"]),
        (["True", "False"], ["True"], ["False"]),
        (["TRUE", "FALSE"], ["TRUE"], ["FALSE"]),
        (["no", "yes"], ["yes"], ["no"]),
        (["Y", "N"], ["Y"], ["N"]),
        (["f", "t"], ["t"], ["f"]),
        (["good", "Bad"], ["Bad"], ["good"]),
        (["yes", "No", "YES", "no"], ["YES", "yes"], ["No", "no"]),
        (["1 ", " 0"], ["1 "], [" 0"]),
    ],
)
def test_plain_pairs_are_understood_in_any_letter_case(labels, default, repaid):
    assert settled(column(*labels)) == Target("y", tuple(default), tuple(repaid))


@pytest.mark.parametrize(
    ("labels", "what", "where", "fix"),
    [
        (
            ["0"] * 3,
            "The target has the same value in every row.",
            'column "y": "0" × 3',
            "A model needs both outcomes.",
        ),
        (
            ["yes", "YES"],
            "The target has the same value in every row.",
            'column "y": "yes" × 1, "YES" × 1',
            "A model needs both outcomes.",
        ),
        (["0", "1", "2", "0"], NOT_BINARY, 'column "y": "0" × 2, "1" × 1, "2" × 1', SAY),
        (["1", "-1", "-1"], NOT_PLAIN, 'column "y": "-1" × 2, "1" × 1', SAY),
        (["1", "2"], NOT_PLAIN, 'column "y": "1" × 1, "2" × 1', SAY),
        (["yes", "0"], NOT_PLAIN, 'column "y": "yes" × 1, "0" × 1', SAY),
        (["Paid", "Charged Off"], NOT_PLAIN, 'column "y": "Paid" × 1, "Charged Off" × 1', SAY),
        (["0\x1b", "w" * 70], NOT_PLAIN, rf'column "y": "0\x1b" × 1, "{"w" * 60}…" × 1', SAY),
        (
            list("aabcdefgh"),
            NOT_BINARY,
            'column "y": "a" × 2, "b" × 1, "c" × 1, "d" × 1, "e" × 1, "f" × 1, 2 further values',
            SAY,
        ),
        (
            ["0", "", "1", "NA"],
            "The target is missing in 2 rows.",
            'column "y": "0" × 1, "1" × 1, missing × 2',
            NAME_BOTH,
        ),
        (
            ["-"] * 1000 + [""] * 234,
            "The target is missing in 1,234 rows.",
            'column "y": missing × 1,234',
            NAME_BOTH,
        ),
    ],
)
def test_values_that_are_not_understood_are_refused_with_their_counts(labels, what, where, fix):
    with pytest.raises(DataError) as caught:
        settled(column(*labels))
    assert (caught.value.what, caught.value.where, caught.value.fix) == (what, (where,), fix)


@pytest.mark.parametrize(
    ("positive", "negative", "words"),
    [("bad", "good", '"bad"'), ("b", "fine", '"fine"'), ("bad", "fine", '"bad" and "fine"'), ("B", "good", '"B"')],
)
def test_a_named_label_that_never_occurs_is_refused(positive, negative, words):
    with pytest.raises(DataError) as caught:
        settled(column("b", "good", "good", ""), positive, negative)
    error = caught.value
    assert error.what == f"The target never has the value {words}."
    assert error.where == ('column "y": "good" × 2, "b" × 1, missing × 1',)
    assert error.fix == "Copy the value from the file."


def test_named_labels_settle_the_target_whatever_else_there_is():
    labels = column("Charged Off", "Current", "", "Fully Paid", "NA", "1", "0")
    assert settled(labels, "Charged Off", "Fully Paid") == Target("y", ("Charged Off",), ("Fully Paid",))


@pytest.mark.parametrize("word", ["-", "NA", "?", ".", "None", "null"])
def test_a_word_for_missing_can_be_named_as_an_outcome(word):
    labels = column("late", word, "", word)
    assert settled(labels, "late", word) == Target("y", ("late",), (word,))
    assert settled(labels, word, "late") == Target("y", (word,), ("late",))


def test_a_word_for_missing_that_is_not_named_counts_as_missing():
    with pytest.raises(DataError) as caught:
        settled(column("late", "-", "", "NA", "-"), "late", "paid")
    assert caught.value.where == ('column "y": "late" × 1, missing × 4',)
    with pytest.raises(DataError) as caught:
        settled(column("late", "-", "", "NA", "-"), "paid", "-")
    assert caught.value.where == ('column "y": "-" × 2, "late" × 1, missing × 2',)


def test_named_labels_may_turn_a_plain_pair_round():
    assert settled(column("1", "0"), "0", "1") == Target("y", ("0",), ("1",))


def test_outcomes_follow_the_labels_letter_by_letter():
    target = Target("y", ("Yes", "yes"), ("No",))
    labels = column("yes", "No", "no", "Yes", "NA", "", "YES ")
    found = outcomes(target, labels)
    assert (found.tolist(), found.dtype) == ([1, 0, -1, 1, -1, -1, -1], np.dtype(np.int8))


@pytest.mark.parametrize("counts", [(20, 20), (20, 5000), (300, 20)])
def test_twenty_loans_of_each_kind_are_enough(counts):
    check_enough(np.repeat(np.array([1, 0], np.int8), counts), "loans.csv")


@pytest.mark.parametrize(
    ("defaults", "repaid", "words"),
    [
        (19, 5000, "19 defaults and 5,000 repaid"),
        (1200, 19, "1,200 defaults and 19 repaid"),
        (0, 0, "0 defaults and 0 repaid"),
    ],
)
def test_fewer_loans_of_a_kind_are_refused(defaults, repaid, words):
    with pytest.raises(DataError) as caught:
        check_enough(np.repeat(np.array([1, 0], np.int8), (defaults, repaid)), "loans.csv")
    error = caught.value
    assert error.what == f"Too few loans of one kind: {words}."
    assert (error.where, error.fix) == (
        ("loans.csv",),
        "At least 20 of each are needed for any figure to mean something.",
    )


def test_the_definition_of_default_and_its_window_are_kept():
    words = {"default_definition": "90 days late", "performance_window": "12 months"}
    assert settled(column("1", "0"), **words) == Target("y", ("1",), ("0",), "90 days late", "12 months")
