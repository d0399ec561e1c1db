"""What holds for any file: it is read as Python's own reader reads it, or refused with an error that says why."""

from __future__ import annotations

import csv
import io
import os
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from faulty_loans import HEADER, rows_of_loans, text_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditrisk.data import csv_file
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.errors import CreditRiskError, DataError
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.models.model_file import load_model
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

FUZZ = os.environ.get("CREDITRISK_FUZZ") == "1"
settled = partial(
    settings, deadline=None, database=None, derandomize=not FUZZ, suppress_health_check=list(HealthCheck)
)  # fmt: skip

pieces = st.sampled_from(
    ["a", "b1", "2.5", "", "", " ", "é語", "'", ";", '"quoted"', '"a,b"', '"two\nlines"', '"say ""x"""']
)
slips = st.sampled_from(["", "", "", "", ",", '"', "\n", "\r", "x", '"",'])
ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Rows of two or three cells, most of them well written, with line ends of all kinds."""
    columns = draw(st.integers(1, 3))
    last = draw(st.sampled_from(["", "", ","]))
    rows = draw(st.lists(st.tuples(st.lists(pieces, min_size=columns, max_size=columns), slips, ends), max_size=12))
    lines = [",".join(cells) + slip + last + end for cells, slip, end in rows]
    return ",".join("xyz"[:columns]) + draw(ends) + "".join(lines)


def told(error: CreditRiskError) -> None:
    """An error that the user can mend says what is wrong and where, and is of the data or of the options."""
    assert error.exit_code in (2, 3)
    assert error.what
    assert error.where or error.fix


def whole_and_streamed(path: Path, block: int) -> tuple[tuple[str, ...], list[list[str]], list[list[str]]]:
    file = open_files(path, ReadSpec())
    types = dict.fromkeys(file.header, pa.string())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "_BLOCK", block)
        streamed = pa.concat_tables(file.read_batches(types))
    tables = [file.read_whole(types), streamed]
    whole, batches = ([list(row.values()) for row in table.to_pylist()] for table in tables)
    return file.header, whole, batches


@settled(max_examples=10_000 if FUZZ else 120)
@given(text=texts(), mark=st.sampled_from(["", "", "\ufeff"]), block=st.sampled_from([64, 300, 1 << 20]))
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, mark: str, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes((mark + text).encode())
    try:
        header, whole, batches = whole_and_streamed(path, block)
    except DataError as error:
        told(error)
        return
    names, *rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    if rows and all(len(row) == len(names) + 1 and not row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    assert (list(header), whole, batches) == (names, rows, rows)


cells = st.one_of(
    st.sampled_from(
        ["", "NA", "inf", "1e300", "0", "1", "7", "A", "B", "5%", "$1,000", "36 months", "2020-01-05", "x" * 50]
    ),
    st.floats(allow_nan=False).map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)


@settled(max_examples=200 if FUZZ else 3)
@given(data=st.data())
def test_any_table_trains_or_is_refused_with_words(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Columns of whatever is in a few cells, again and again; what is learned scores its own loans."""
    columns = data.draw(st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=4))
    outcomes = data.draw(
        st.sampled_from([["0", "1"], ["0", "0", "0", "1"], ["good", "bad"], ["1", "2"], ["0"], ["0", "1", ""]])
    )
    draw = np.random.default_rng(data.draw(st.integers(0, 9)))
    rows = [
        [str(number), draw.choice(outcomes), *(str(draw.choice(column)) for column in columns)] for number in range(160)
    ]
    folder = tmp_path_factory.mktemp("any")
    with (folder / "loans.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "bad", *(f"c{number}" for number in range(len(columns)))], *rows])
    spec = TrainSpec(target="bad", id=("id",), preset="fast", max_trees=3, folds=2)
    try:
        training = train(folder / "loans.csv", folder / "model.crm", spec)
    except CreditRiskError as error:
        told(error)
        assert not (folder / "model.crm").exists()
        return
    assert training.data.loans == 160
    scoring = predict(folder / "model.crm", folder / "loans.csv")
    pds = np.array(scoring.scores.column("pd"), dtype=float)
    assert scoring.rows == 160
    assert np.all((pds > 0) & (pds < 1))


damage = st.sampled_from(["", ",", ",x", '"', "\n", "x", "\0", "12%", "-inf"])


@settled(max_examples=1_000 if FUZZ else 15)
@given(data=st.data())
def test_rows_in_are_rows_scored_and_rows_rejected(
    small_model: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows = rows_of_loans(40, seed=4)
    for _ in range(data.draw(st.integers(0, 8))):
        row, what = data.draw(st.integers(0, 39)), data.draw(damage)
        place = data.draw(st.integers(0, len(rows[row])))
        rows[row] = rows[row][:place] + what + rows[row][place:]
    folder = tmp_path_factory.getbasetemp()
    path, rejects = folder / "damaged.csv", folder / "rejects.csv"
    path.write_text(text_of(rows))
    there = [row for row in csv.reader(io.StringIO(text_of(rows), newline="")) if row][1:]
    try:
        scoring = predict(small_model, path, read=ReadSpec(bad_rows="skip", rejects=str(rejects)))
    except DataError as error:
        told(error)
        return
    listed = list(csv.reader(io.StringIO(rejects.read_text(), newline="")))[1:]
    assert scoring.rows + scoring.rejected == len(there)
    assert scoring.rejected == len(listed)
    kept = scoring.scores.column("id").to_pylist()
    assert len(kept) == scoring.rows
    aside = [next(csv.reader(io.StringIO(row, newline="")))[0] for *_, row in listed]
    # A quote that is open at the end of the file swallows the last line end, which is not listed with the row.
    assert sorted(each.rstrip("\n") for each in kept + aside) == sorted(row[0].rstrip("\n") for row in there)
    left = iter(row[0] for row in there)
    assert all(name in left for name in kept)  # in their order


@settled(max_examples=500 if FUZZ else 10)
@given(data=st.data())
def test_order_of_columns_parts_and_blocks_change_no_value(
    small_model: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    table = list(csv.reader([HEADER, *rows_of_loans(50, seed=5)]))
    order = data.draw(st.permutations(range(6)))
    cut, block = data.draw(st.integers(1, 49)), data.draw(st.sampled_from([200, 777, 1 << 20]))
    moved = [",".join(row[place] for place in order) for row in table]
    folder = tmp_path_factory.getbasetemp()
    (folder / "first.csv").write_text("\n".join(moved[: cut + 1]))
    (folder / "second.csv").write_text("\n".join([HEADER, *(",".join(row) for row in table[cut + 1 :])]) + "\n")
    (folder / "one.csv").write_text("\n".join(",".join(row) for row in table))
    schema = load_model(small_model).schema
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "_BLOCK", block)
        files = open_files([folder / "first.csv", folder / "second.csv"], ReadSpec())
        parts = pa.concat_tables(loans.table for loans in open_source(files, schema, ReadSpec()).batches())
    one = open_source(open_files(folder / "one.csv", ReadSpec()), schema, ReadSpec())
    assert parts.to_pydict() == pa.concat_tables(loans.table for loans in one.batches()).to_pydict()
