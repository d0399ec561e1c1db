"""Columns that options name: a time, numbers that rise or have codes, an outcome, rows to skip, columns to copy."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from loan_reading import source, training_data

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.data.schema import Column, Dropped, Roles, Schema, Target
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TARGET = Target("y", ("1",), ("0",))
AMOUNT = Column("amount", "numeric")


def table(cells: list[str]) -> str:
    return "\n".join(["a,t,y", *(f"{place},{cell},{place % 2}" for place, cell in enumerate(cells)), ""])


@pytest.mark.parametrize(
    ("cells", "what", "fix"),
    [
        (["", "NA", ""], "The time cannot be used: no value in any row.", ""),
        (["2015"] * 3, "The time cannot be used: the same value in every row.", ""),
        (
            ["spring", "autumn", "winter"],
            "The time is text that is not understood as dates.",
            "Write it as 2014-07-01, or as numbers that rise with time.",
        ),
    ],
)
def test_a_time_that_orders_nothing_is_refused(
    write: Callable[[str], Path], cells: list[str], what: str, fix: str
) -> None:
    with pytest.raises(DataError) as caught:
        training_data(write(table(cells)), TrainSpec(target="y", time="t"))
    assert (caught.value.what, caught.value.where, caught.value.fix) == (what, ('column "t"',), fix)


@pytest.mark.parametrize(
    ("cells", "times"),
    [(["2015-01-03", "2015-01-01", "2015-02-01"], [16438, 16436, 16467]), (["3", "1.5", "2"], [3, 1.5, 2])],
)
def test_a_time_is_dates_or_numbers(write: Callable[[str], Path], cells: list[str], times: list[float]) -> None:
    loans = training_data(write(table(cells)), TrainSpec(target="y", time="t")).loans
    assert loans.time is not None
    assert (loans.time.tolist(), loans.schema.names) == (times, ("a",))


def test_what_is_no_number_can_neither_rise_nor_have_codes(write: Callable[[str], Path]) -> None:
    path = write("a,grade,gone,y\n1,A,1,1\n2,B,2,0\n")
    spec = TrainSpec(target="y", drop=("gone",), monotone=("grade:+", "gone:-", "a:+"), special=("grade:9",))
    with pytest.raises(DataError) as caught:
        training_data(path, spec)
    assert (caught.value.what, caught.value.where) == (
        "Only numbers can rise, fall, or have special codes.",
        (
            '--monotone "grade": it is categorical',
            '--monotone "gone": it is left out (as asked with --drop)',
            '--special "grade": it is categorical',
        ),
    )


@pytest.mark.parametrize(
    ("samples", "words"), [(True, '"y", is not in the file; did you mean "Y"?'), (False, '"y", is not in the file')]
)
def test_an_outcome_that_is_not_there_is_told_before_other_columns(
    write: Callable[[str], Path], samples: bool, words: str
) -> None:
    path, read = write("amnt,Y\n1,1\n"), ReadSpec(samples=samples)
    with pytest.raises(DataError) as caught:
        open_source(open_files(path, read), Schema((AMOUNT,), (), TARGET), read, labelled=True)
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        f"The outcome, {words.rstrip('?')}{'?' if samples else ''}.",
        (str(path),),
        "Figures need known outcomes; `creditrisk predict` scores loans without them.",
    )


def test_bad_rows_of_a_training_are_set_aside_by_their_cells_alone(
    write: Callable[[str], Path], tmp_path: Path
) -> None:
    path, rejects = write("a,y\n1,1\n2\n3,0\n"), tmp_path / "rejects.csv"
    data = training_data(path, TrainSpec(target="y"), ReadSpec(bad_rows="skip", rejects=str(rejects)))
    assert (len(data.loans), data.files.rejected) == (2, 1)
    assert rejects.read_text() == f"file,line,reason,row\n{path.name},3,1 field instead of 2,2\n"


def test_a_judged_time_that_cannot_be_read_is_a_bad_row_and_one_of_scored_loans_is_not(
    write: Callable[[str], Path], tmp_path: Path
) -> None:
    path, rejects = write("amount,t,y\n5,2015-01-01,1\n6,soon,0\n"), tmp_path / "rejects.csv"
    schema = Schema((AMOUNT,), (), TARGET, roles=Roles(Column("t", "date", "%Y-%m-%d")))
    read = ReadSpec(bad_rows="skip", rejects=str(rejects))
    for labelled, rows in ((True, 1), (False, 2)):
        loans = open_source(open_files(path, read), schema, read, labelled=labelled)
        assert sum(len(batch) for batch in loans.batches()) == rows
        with rejects.open(newline="") as file:
            assert len(list(csv.reader(file))) == 1 + 2 - rows


def test_a_number_that_is_copied_too_is_read_as_without_the_copy(write: Callable[[str], Path]) -> None:
    path = write('amount,y\n007,1\n" 1.50\t",0\nNA,0\ninf,1\n')
    schema, read = Schema((AMOUNT,), (), TARGET), ReadSpec()
    (batch,) = open_source(open_files(path, read), schema, read, copied=("amount",)).batches()
    assert batch.table.to_pydict() == {"amount": [7, 1.5, None, None]}
    assert batch.copied.to_pydict() == {"amount": ["007", " 1.50\t", "NA", "inf"]}
    assert batch.infinite == {"amount": 1}


def test_text_in_a_number_that_is_copied_too_is_refused_with_its_line(write: Callable[[str], Path]) -> None:
    path, read = write("amount,y\n7,1\nseven,0\n"), ReadSpec()
    loans = open_source(open_files(path, read), Schema((AMOUNT,), (), TARGET), read, copied=("amount",))
    with pytest.raises(DataError) as caught:
        list(loans.batches())
    assert caught.value.where == (str(path), 'line 3, column "amount": "seven" is not a number')


def test_columns_left_out_take_their_counts_along(write: Callable[[str], Path]) -> None:
    loans = training_data(write("a,b,y\n1,inf,1\n2,3,0\n3,4,0\n"), TrainSpec(target="y")).loans
    assert loans.infinite == {"b": 1}
    fewer = loans.without([Dropped("b", "a leak")])
    assert (fewer.schema.names, fewer.table.column_names, fewer.infinite) == (("a",), ["a"], {})
    assert fewer.schema.dropped == (Dropped("b", "a leak"),)
    assert fewer.outcomes.tolist() == [1, 0, 0]


def test_loans_read_without_copies_say_so(write: Callable[[str], Path]) -> None:
    (batch,) = source(write("amount,y\n7,1\n"), Schema((AMOUNT,), (), TARGET)).batches()
    assert batch.copied.num_columns == 0
    loans = training_data(write("a,y\n1,1\n2,0\n"), TrainSpec(target="y")).loans
    with pytest.raises(ValueError, match=r"^These loans were read without columns to copy\.$"):
        _ = loans.copied


@pytest.mark.parametrize(("samples", "shows"), [(True, ': "1,5"'), (False, "")])
def test_numbers_with_a_decimal_comma_are_no_categories(
    write: Callable[[str], Path], samples: bool, shows: str
) -> None:
    path = write('a;b;y\n1,5;x;1\n2,25;1,5;0\n3;z;1\n"4,75";x;0\n')
    read = ReadSpec(delimiter=";", samples=samples)
    with pytest.raises(DataError) as caught:
        training_data(path, TrainSpec(target="y"), read)
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "1 column of text would be numbers if their commas were points.",
        (str(path), f'column "a"{shows}'),
        "Write decimals with a point, or name a column of codes with --categorical.",
    )
    kept = training_data(path, TrainSpec(target="y", categorical=("a",)), read).loans
    assert kept.schema.columns == (Column("a", "categorical"), Column("b", "categorical"))


def test_a_header_of_one_column_too_many_is_refused(write: Callable[[str], Path]) -> None:
    path = write(",".join(['"a"', *(f"c{number}" for number in range(10_000))]) + "\n")
    with pytest.raises(DataError) as caught:
        open_files(path, ReadSpec())
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "The header has 10,001 columns.", (f"{path}, line 1",), "At most 10,000 work.",
    )  # fmt: skip
