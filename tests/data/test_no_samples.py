"""With --no-samples no cell of the data is in a message, a report or a model, whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from faulty_loans import HEADER, QUICK, SECRET, rows_of_loans, run, said, text_of

from creditrisk.data.files import open_files
from creditrisk.data.reading import read_training
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faulty_loans import Done

    Trained = Callable[..., Done]
    Write = Callable[[str | bytes], Path]

ROWS = rows_of_loans(60, seed=2)
COLUMNS = HEADER.split(",")
SOME = ("id", "income", "opened")


def planted(column: str, cell: str = SECRET, rows: int = 1) -> list[str]:
    """The loans with a secret in a column of the first rows."""
    place = COLUMNS.index(column)
    cells = [row.split(",") for row in ROWS]
    for number, row in enumerate(cells[:rows]):
        row[place] = f"{cell} {number}" if rows > 1 else cell
    return [",".join(row) for row in cells]


FAULTS = {
    **{f"text in {column}": text_of(planted(column)) for column in COLUMNS},
    **{f"much text in {column}": text_of(planted(column, rows=30)) for column in SOME},
    **{f"a decimal comma in {column}": text_of(planted(column, '"4711,08"', rows=1)) for column in SOME},
    **{f"a zero byte in {column}": text_of(planted(column, f"{SECRET}\0")) for column in SOME},
    **{f"an open quote in {column}": text_of(planted(column, f'"{SECRET}')) for column in SOME},
    **{f"another encoding in {column}": text_of(planted(column, f"{SECRET}é")).encode("latin-1") for column in SOME},
    "a long row": text_of([*ROWS, f"{SECRET},{ROWS[0]}"]),
    "a short row": text_of([*ROWS, SECRET]),
    "a comma too many": text_of([f"{ROWS[0]},{SECRET}", *(f"{row}," for row in ROWS)]),
    "no header": "\n".join(planted("id") + ROWS),
    "no header, cells twice": "\n".join(f"{SECRET},{SECRET},{row}" for row in ROWS),
    "no header, cells alike": "\n".join(f"{SECRET},{SECRET.lower()},{row}" for row in ROWS),
    "no header, another delimiter": "\n".join(row.replace(",", ";") for row in planted("id") + ROWS),
    "decimal commas": text_of([row.replace(row.split(",")[1], '"4711,08"') for row in ROWS]),
    "a title": f"List of {SECRET}\n" + text_of(ROWS),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_no_cell_is_told(write: Write, small_model: Path, tmp_path: Path, fault: str) -> None:
    content = FAULTS[fault]
    path, model = write(content), tmp_path / "model.crm"
    done = run("predict", small_model, path, "-o", tmp_path / "scores.csv", "--no-samples")
    said_of_both = done.out + done.err
    if done.code == 0:
        assert fault.endswith((" in id", " in grade", " in bad"))
    else:
        assert (done.code, done.out) == (3, "")
    if fault not in ("text in id", "much text in id", "text in grade", "much text in grade"):
        trained = run("train", path, "-o", model, *QUICK, "--no-samples", "--numeric", "income")
        assert (trained.code, trained.out, model.exists()) == (3, "", False)
        said_of_both += trained.err
    for word in (*SECRET.lower().split(), "4711"):
        assert word not in said_of_both.lower()


def test_no_cell_is_in_a_report_or_a_model(odd: tuple[Done, Path]) -> None:
    done, model = odd
    assert "income" in done.out
    for word in SECRET.split():
        assert word not in done.out
        assert word.encode() not in model.read_bytes()
    assert b"grade" in model.read_bytes()


def test_with_samples_three_cells_are_shown_at_most(write: Write, small_model: Path, tmp_path: Path) -> None:
    path = write(text_of(planted("income", rows=30)))
    lines = [f'line {line}, column "income": "{SECRET} {line - 2}" is not a number' for line in (2, 3, 4)]
    fix = "Write numbers plainly (50000, not $50,000) and dates in the one form, or leave a missing value empty."
    what = "30 cells in 1 column cannot be read as the column's kind."
    done = run("predict", small_model, path, "-o", tmp_path / "scores.csv")
    assert done.err == said(what, str(path), *lines, "… and 27 more", fix=fix)
    done = run("predict", small_model, path, "-o", tmp_path / "scores.csv", "--no-samples")
    lines = [f'line {line}, column "income": not a number' for line in (2, 3, 4)]
    assert done.err == said(what, str(path), *lines, "… and 27 more", fix=fix)


def test_values_of_a_target_are_counted_and_not_told(write: Write, trained: Trained) -> None:
    done = trained(write(text_of(planted("bad", rows=30))), "--no-samples")
    assert 'where: column "bad": 32 values' in done.err


def test_files_of_other_columns_are_told_without_their_names(write: Write, tmp_path: Path) -> None:
    first, second = write(text_of(ROWS)), tmp_path / "second.csv"
    second.write_text("\n".join(ROWS))
    with pytest.raises(DataError) as caught:
        open_files([first, second], ReadSpec(samples=False))
    missing = [
        f"{second}: {name} is not there" for name in ('"id"', '"income"', '"dti"', '"grade"', '"opened"', '"bad"')
    ]
    assert list(caught.value.where) == [*missing, f"{second}: 6 names that the first has not"]


def test_frames_tell_no_cell() -> None:
    spec, read = TrainSpec(target="bad", numeric=("income",)), ReadSpec(samples=False)
    mixed = pd.DataFrame({"bad": [0, 1] * 30, "income": pd.Series([1, SECRET] * 30, dtype=object)})
    table = pa.table({"bad": [0, 1] * 30, "income": [SECRET] * 60})
    for source in (mixed, table):
        with pytest.raises(DataError) as caught:
            read_training(open_files(source, read), spec, read)
        assert SECRET not in str(caught.value)
        assert "income" in str(caught.value)


@pytest.mark.parametrize("form", ["pandas", "arrow", "parquet"])
def test_names_of_typed_tables_that_are_at_fault_are_counted_and_not_told(tmp_path: Path, form: str) -> None:
    table = pa.table({SECRET: [1], SECRET.upper() + " ": [2]})
    path = tmp_path / "loans.parquet"
    pyarrow.parquet.write_table(table, path)
    source = {"pandas": table.to_pandas(), "arrow": table, "parquet": path}[form]
    with pytest.raises(DataError) as caught:
        open_files(source, ReadSpec(samples=False))
    assert caught.value.where[1:] == ("1 name, not shown",)


def test_a_pandas_frame_without_columns_is_refused() -> None:
    with pytest.raises(DataError, match=r"^The table has no columns\."):
        open_files(pd.DataFrame(), ReadSpec())
