"""Loans from files: read whole for training, in batches for scoring, and always the same loans."""

import random
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data import csv_file, reading
from creditrisk.data.files import open_files
from creditrisk.data.schema import Column, Dropped, Schema, Target, check_present
from creditrisk.errors import DataError, shown
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import TrainSpec

READ = ReadSpec()
SPEC = TrainSpec(target="y", id=("id", "branch"), positive="bad", negative="good")
SCHEMA = Schema(
    (Column("amount", "numeric"), Column("grade", "categorical"), Column("opened", "date", "%b-%Y")),
    ("id", "branch"),
    Target("y", ("bad",), ("good",)),
)


def read_training(path, spec):
    return reading.read_training(open_files(path, READ), spec, READ)


def open_source(path, schema, *, labelled=False):
    """A source that copies the ids, which are no columns of its loans."""
    return reading.open_source(open_files(path, READ), schema, READ, labelled=labelled, copied=schema.ids)


def loans_of(batch):
    """The loans of a batch with their ids in front."""
    rows = zip(batch.copied.to_pylist(), batch.table.to_pylist(), strict=True)
    return [{**ids, **loan} for ids, loan in rows]


def made_rows(count, seed=11):
    """Loans of every kind of cell as dicts of CSV text; ids with commas, quotes, newlines and zeros in front."""
    rng = random.Random(seed)
    ids = ["00{n}", '"a,{n}"', '"say ""{n}"""', '"two\nlines {n}"', "9{n:019d}", "ü{n}"]
    return [
        {
            "id": rng.choice(ids).format(n=n),
            "branch": rng.choice(["north", "south"]),
            "amount": rng.choice(["", "NA", "inf", f"{rng.randint(1, 9)}", f"{rng.random():.3f}"]),
            "grade": rng.choice(["A", "B", "", '"C, D"', '"two\nlines"']),
            "opened": rng.choice(["", "Aug-2001", "Jan-1999", "Dec-1960"]),
            "y": rng.choice(["bad", "good", "good", "late", ""]),
        }
        for n in range(count)
    ]


def csv_bytes(rows, names, end="\n"):
    return end.join([",".join(names), *(",".join(row[name] for name in names) for row in rows), ""]).encode()


NAMES = ("id", "branch", "amount", "grade", "opened", "y")
OTHER_NAMES = ("y", "extra", "opened", "grade", "", "amount", "branch", "id")


@pytest.fixture(scope="module")
def rows():
    return [{**row, "extra": f"text {n}", "": str(n)} for n, row in enumerate(made_rows(3000))]


def joined(source):
    """All batches of a source as one list of loans, with the infinite values counted, and the number of batches."""
    batches = list(source.batches())
    infinite = sum(batch.infinite.get("amount", 0) for batch in batches)
    return [loan for batch in batches for loan in loans_of(batch)], infinite, batches


def test_training_settles_the_schema_of_the_made_loans(write, rows):
    data = read_training(write(csv_bytes(rows, NAMES)), SPEC)
    assert (data.loans.schema.columns, data.loans.schema.ids) == (SCHEMA.columns, SCHEMA.ids)
    assert data.loans.schema.target == SCHEMA.target


@pytest.mark.parametrize("block", [4096, 10_000, 1 << 22])
@pytest.mark.parametrize("names", [NAMES, OTHER_NAMES], ids=["same columns", "reordered, with others"])
def test_batches_are_the_loans_of_the_whole_file_in_order(write, rows, monkeypatch, block, names):
    data = read_training(write(csv_bytes(rows, NAMES)), SPEC)
    monkeypatch.setattr(csv_file, "_BLOCK", block)
    path = write(csv_bytes(rows, names, end="\r\n" if names is OTHER_NAMES else "\n"))
    loans, _, batches = joined(open_source(path, SCHEMA, labelled=True))
    y = np.concatenate([batch.outcomes for batch in batches])
    assert [loan for loan, outcome in zip(loans, y, strict=True) if outcome >= 0] == data.loans.table.to_pylist()
    assert (y[y >= 0].tolist(), int((y < 0).sum())) == (data.loans.outcomes.tolist(), data.set_aside)
    assert (len(batches) > 10) is (block < 1 << 20)


def test_other_outcomes_are_minus_one_and_set_aside(write, rows):
    path = write(csv_bytes(rows, NAMES))
    meanings = {"bad": 1, "good": 0}
    expected = [meanings.get(row["y"], -1) for row in rows]
    _, _, batches = joined(open_source(path, SCHEMA, labelled=True))
    assert [int(y) for batch in batches for y in batch.outcomes] == expected
    assert read_training(path, SPEC).set_aside == expected.count(-1)


def test_infinite_values_are_counted_in_batches_as_they_are_written(write, rows, monkeypatch):
    monkeypatch.setattr(csv_file, "_BLOCK", 4096)
    _, infinite, _ = joined(open_source(write(csv_bytes(rows, NAMES)), SCHEMA))
    assert infinite == sum(row["amount"] == "inf" for row in rows)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("00123", "00123"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e5", "1e5"),
        ("1.0", "1.0"),
        (" 7 ", " 7 "),
        ("True", "True"),
        ("2001-01-01", "2001-01-01"),
        ("12:30", "12:30"),
        ('"a,b"', "a,b"),
        ('"say ""x"""', 'say "x"'),
        ('"two\r\nlines"', "two\r\nlines"),
        ("it's;a\t語", "it's;a\t語"),
        ("NA", "NA"),
        ('"NA"', "NA"),
        ("-", "-"),
        ("?", "?"),
        ("null", "null"),
        ("", ""),
    ],
)
def test_an_id_keeps_every_character(write, cell, kept):
    content = f"id,branch,amount,grade,opened,y\n{cell},b,1,A,Aug-2001,bad\n0,b,2,B,Sep-2001,good\n"
    path = write(content)
    whole = read_training(path, SPEC).loans.table.column("id")
    streamed = next(open_source(path, SCHEMA).batches()).copied.column("id")
    assert (whole[0].as_py(), streamed[0].as_py(), whole.type) == (kept, kept, pa.string())


def test_loans_without_outcomes_say_so(write, rows):
    batch = next(open_source(write(csv_bytes(rows[:5], NAMES[:-1])), SCHEMA).batches())
    with pytest.raises(ValueError, match="These loans were read without their outcomes"):
        _ = batch.outcomes


def test_types_of_batches_are_those_of_the_kinds(write):
    path = write("id,branch,amount,grade,opened\n1,2,3,4,Aug-2001\n")
    batch = next(open_source(path, SCHEMA).batches())
    assert batch.table.schema.types == [pa.float64(), pa.string(), pa.date32()]
    assert batch.copied.schema.types == [pa.string(), pa.string()]
    assert loans_of(batch) == [{"id": "1", "branch": "2", "amount": 3.0, "grade": "4", "opened": date(2001, 8, 1)}]


@pytest.mark.parametrize("labelled", [True, False])
def test_a_header_alone_is_one_batch_of_no_loans(write, labelled):
    (batch,) = open_source(write(",".join(NAMES) + "\n"), SCHEMA, labelled=labelled).batches()
    assert (len(batch), batch.table.schema.types) == (0, [pa.float64(), pa.string(), pa.date32()])


UNFIT = "cannot be read as the column's kind."
AS_TRAINED = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."


def no_date(line, cell, name="opened", such="Jul-2014"):
    return f'line {line}, column "{name}": "{cell}" is not a date such as {such}'


@pytest.mark.parametrize(
    ("cells", "count", "where"),
    [
        (["Aug-2001", "2001-08-01"], "1 cell", [no_date(3, "2001-08-01")]),
        (
            ["08/2001", "Aug-2001", "08/2001", "Aug 2001", "soon", "x"],
            "5 cells",
            [no_date(2, "08/2001"), no_date(4, "08/2001"), no_date(5, "Aug 2001"), "… and 2 more"],
        ),
        (["", "NA", "\x1b[2J"], "1 cell", [no_date(4, r"\x1b[2J")]),
        (["w" * 50], "1 cell", [no_date(2, "w" * 40)]),
        (["Aug-2001"] * 649 + ["12 %"], "1 cell", [no_date(651, "12 %")]),
        (["Aug-01", "Aug-2001"], "1 cell", [no_date(2, "Aug-01")]),
    ],
)
def test_a_date_of_another_form_is_refused(write, cells, count, where):
    lines = [f"1,b,2,A,{cell}" for cell in cells]
    path = write("\n".join(["id,branch,amount,grade,opened", *lines, ""]))
    with pytest.raises(DataError) as caught:
        list(open_source(path, SCHEMA).batches())
    error = caught.value
    assert (error.what, error.where, error.fix) == (f"{count} in 1 column {UNFIT}", (str(path), *where), AS_TRAINED)


def test_wrong_dates_are_counted_over_the_whole_file(write, monkeypatch):
    """Also those in later batches than the first that holds one, and days that do not exist."""
    monkeypatch.setattr(csv_file, "_BLOCK", 4096)
    cells = [("Aug-2001", "2001-02-28")] * 3000
    cells[648], cells[649], cells[2990] = ("12 %", "2001-02-28"), ("", "2001-02-31"), ("soon", "x")
    path = write("\n".join(["opened,ended", *map(",".join, cells), ""]))
    dates = (Column("opened", "date", "%b-%Y"), Column("ended", "date", "%Y-%m-%d"))
    with pytest.raises(DataError) as caught:
        list(open_source(path, Schema(dates, (), SCHEMA.target)).batches())
    error = caught.value
    assert (error.what, error.fix) == (f"4 cells in 2 columns {UNFIT}", AS_TRAINED)
    assert error.where == (
        str(path),
        no_date("650", "12 %"),
        no_date("2,992", "soon"),
        no_date("651", "2001-02-31", "ended", "2014-07-31"),
        no_date("2,992", "x", "ended", "2014-07-31"),
    )


def test_an_outcome_may_be_a_word_for_missing(write):
    path = write("a,y\n1,late\n2,-\n3,-\n4,NA\n5,\n")
    data = read_training(path, TrainSpec(target="y", positive="late", negative="-"))
    assert (data.loans.outcomes.tolist(), data.set_aside) == ([1, 0, 0], 2)
    (batch,) = open_source(path, data.loans.schema, labelled=True).batches()
    assert batch.outcomes.tolist() == [1, 0, 0, -1, -1]


@pytest.mark.parametrize("token", ["", "NA", "-", "?"])
def test_a_word_for_missing_is_a_value_among_ids_and_missing_elsewhere(write, token):
    path = write(
        f"id,branch,amount,grade,opened,y\n{token},{token},{token},{token},{token},bad\n1,b,2,B,Aug-2001,good\n"
    )
    loan = {"id": token, "branch": token, "amount": None, "grade": None, "opened": None}
    whole, (batch,) = read_training(path, SPEC).loans, open_source(path, SCHEMA).batches()
    assert (whole.table.to_pylist()[0], loans_of(batch)[0]) == (loan, loan)


@pytest.mark.parametrize(
    ("header", "labelled", "what", "missing"),
    [
        (
            "id,branch,amount,opened",
            False,
            "A column that is needed is not in the file.",
            ['"grade" is not there'],
        ),
        (
            "ID,branch,amnt,sub_grade,opened,y",
            False,
            "3 columns that are needed are not in the file.",
            [
                '"id" is not there; did you mean "ID"?',
                '"amount" is not there; did you mean "amnt"?',
                '"grade" is not there; did you mean "sub_grade"?',
            ],
        ),
    ],
)
def test_all_missing_columns_are_listed_with_near_names(write, header, labelled, what, missing):
    path = write(f"{header}\n")
    with pytest.raises(DataError) as caught:
        open_source(path, SCHEMA, labelled=labelled)
    names = header.split(",")
    error = caught.value
    assert (error.what, error.where) == (what, (str(path), *missing))
    assert error.fix == f"The file has {len(names)} columns: {', '.join(shown(name) for name in names)}."


def test_a_long_header_is_listed_in_part():
    with pytest.raises(DataError) as caught:
        check_present(["zzz"], [f"c{number}" for number in range(100)], "loans.csv")
    assert caught.value.fix.startswith('The file has 100 columns: "c0", "c1"')
    assert caught.value.fix.endswith('"c19" and 80 more.')


def test_a_name_that_is_used_already_is_no_suggestion():
    with pytest.raises(DataError) as caught:
        check_present(["amount", "amount2"], ["amount", "other"], "loans.csv")
    assert caught.value.where == ("loans.csv", '"amount2" is not there')


@pytest.mark.parametrize(
    "roles", [{"target": "Y"}, {"id": ("Y",)}, {"drop": ("Y",)}, {"categorical": ("Y",)}, {"numeric": ("Y",)}]
)
def test_a_role_for_a_column_that_is_not_there_is_refused(write, roles):
    path = write("y,a,Z\n1,2,3\n0,3,4\n")
    with pytest.raises(DataError, match='"Y" is not there'):
        read_training(path, TrainSpec(**{"target": "y", **roles}))


def test_a_column_without_a_name_can_be_dropped(write):
    loans = read_training(write(",a,y\n0,5,1\n1,6,0\n"), TrainSpec(target="y", drop=("",))).loans
    assert (loans.schema.names, loans.schema.dropped) == (("a",), (Dropped("", "as asked with --drop"),))


@pytest.mark.parametrize("content", ["a,y\n", "a,y", "\n\na,y", "a,y\r\n\r\n", '"a",y'])
def test_training_needs_loans(write, content):
    path = write(content)
    with pytest.raises(DataError) as caught:
        read_training(path, TrainSpec(target="y"))
    error = caught.value
    assert (error.what, error.where, error.fix) == (
        "The file has a header and no loans.", (str(path),), "Training needs loans."
    )  # fmt: skip


def test_training_needs_a_column_to_learn_from(write):
    path = write("a,b,y,c\n,5,1,6\n,5,0,7\n")
    with pytest.raises(DataError) as caught:
        read_training(path, TrainSpec(target="y", drop=("c",)))
    assert caught.value.what == "No column is left to learn from."
    assert sorted(caught.value.where) == [
        '"a": no value in any row', '"b": the same value in every row', '"c": as asked with --drop'
    ]  # fmt: skip
    assert "--numeric or --categorical NAME" in caught.value.fix
    with pytest.raises(DataError) as caught:
        read_training(write("y\n1\n0\n"), TrainSpec(target="y"))
    assert caught.value.where == ("the file holds no column beside the outcome and those that have a role",)


def test_a_column_is_settled_on_the_loans_with_an_outcome(write):
    content = "a,b,y\n" + "1,1,bad\n1,2,good\n" * 5 + "2,3,late\n"
    data = read_training(write(content), TrainSpec(target="y", positive="bad", negative="good"))
    assert (data.loans.schema.names, data.set_aside, len(data.loans)) == (("b",), 1, 10)


def test_loans_can_be_taken_and_sliced_with_their_outcomes(write, rows):
    loans = read_training(write(csv_bytes(rows, NAMES)), SPEC).loans
    taken = loans.take(np.array([5, 0, 5]))
    everything = loans.table.to_pylist()
    assert taken.table.to_pylist() == [everything[5], everything[0], everything[5]]
    assert taken.outcomes.tolist() == loans.outcomes[[5, 0, 5]].tolist()
    slices = list(loans.batches(700))
    assert [loan for part in slices for loan in part.table.to_pylist()] == everything
    assert np.concatenate([part.outcomes for part in slices]).tolist() == loans.outcomes.tolist()
    assert {len(part) for part in slices[:-1]} == {700}
