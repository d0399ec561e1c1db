"""Loan weights: which are refused, in training and where a model is judged, with their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from loan_reading import source, training_data

from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.errors import DataError
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIX = "Give each loan a weight above 0, or remove it."


def text(*weights: str) -> str:
    rows = [f"{number},{weight},{number % 2}" for number, weight in enumerate(weights)]
    return "\n".join(["a,w,y", *rows, ""])


def spec(kind: str) -> TrainSpec:
    return TrainSpec(target="y", weight="w", weight_kind=kind)


def schema(kind: str) -> Schema:
    return Schema((Column("a", "numeric"),), (), Target("y", ("1",), ("0",)), (), Roles(weight="w", weight_kind=kind))


@pytest.mark.parametrize(
    ("kind", "weights", "what"),
    [
        ("sampling", ("1", "0", "2"), "The weight is missing, infinite, or not above 0 in 1 row."),
        ("sampling", ("-1", "NA", "inf"), "The weight is missing, infinite, or not above 0 in 3 rows."),
        ("exposure", ("1", "0.5", "-0.0"), "The weight is missing, infinite, or not above 0 in 1 row."),
        ("frequency", ("1", "0", "2.5"), "The weight is missing, infinite, or not above 0 in 1 row."),
        ("frequency", ("1", "2.5", "0.1"), "The weight is not whole, although --weight-kind is frequency in 2 rows."),
    ],
)
def test_weights_that_cannot_be_meant_are_refused(
    write: Callable[[str], Path], kind: str, weights: tuple[str, ...], what: str
) -> None:
    path = write(text(*weights))
    for read in (
        lambda: training_data(path, spec(kind)),
        lambda: list(source(path, schema(kind), labelled=True).batches()),
    ):
        with pytest.raises(DataError) as caught:
            read()
        error = caught.value
        assert (error.what, error.where, error.fix) == (what, (f'{path}, column "w"',), FIX)


def test_more_loans_than_the_figures_can_count_are_refused(write: Callable[[str], Path]) -> None:
    path = write(text("60000000", "40000001", "1"))
    with pytest.raises(DataError) as caught:
        training_data(path, spec("frequency"))
    error = caught.value
    assert (error.what, error.where, error.fix) == (
        "The rows stand for 1e+08 loans, more than the figures can count.",
        (f'{path}, column "w"',),
        "At most 100,000,000 loans work as frequencies; use --weight-kind sampling.",
    )
    assert training_data(path, spec("sampling")).loans.weight is not None


def test_the_most_loans_that_can_be_counted_are_read(write: Callable[[str], Path]) -> None:
    weight = training_data(write(text("60000000", "39999999", "1")), spec("frequency")).loans.weight
    assert weight is not None
    assert weight.tolist() == [60_000_000, 39_999_999, 1]


def test_the_weight_of_a_loan_without_an_outcome_is_not_looked_at(write: Callable[[str], Path]) -> None:
    path = write("a,w,y\n1,2,1\n2,0,late\n3,4,0\n")
    (batch,) = source(path, schema("sampling"), labelled=True).batches()
    assert batch.weight is not None
    assert (batch.weight.tolist(), batch.outcomes.tolist()) == ([2, 0, 4], [1, -1, 0])
    named = TrainSpec(target="y", positive="1", negative="0", weight="w")
    data = training_data(path, named)
    assert data.loans.weight is not None
    assert (data.loans.weight.tolist(), data.set_aside) == ([2, 4], 1)


def test_scoring_asks_for_no_weights_and_judging_does(write: Callable[[str], Path]) -> None:
    path = write("a,y\n1,1\n2,0\n")
    assert [len(batch) for batch in source(path, schema("sampling")).batches()] == [2]
    with pytest.raises(DataError) as caught:
        source(path, schema("sampling"), labelled=True)
    assert (caught.value.what, caught.value.where) == (
        "A column that is needed is not in the file.", (str(path), '"w" is not there')
    )  # fmt: skip
