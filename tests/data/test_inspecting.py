"""Every column of a file, typed, none left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from creditrisk.data.files import open_files
from creditrisk.data.inspecting import Inspection, read_against, read_inspection
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import InspectSpec

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (
    "id,made,income,home,same,status,memo\n"
    "1,2020-01-05,10.5,own,x,late,a\n"
    "2,2020-02-05,NA,rent,x,paid,b\n"
    "3,2021-01-05,inf,rent,x,open,\n"
)


def inspected(tmp_path: Path, text: str = TEXT, **options: object) -> Inspection:
    (tmp_path / "loans.csv").write_text(text)
    files = open_files(tmp_path / "loans.csv", ReadSpec())
    return read_inspection(files, InspectSpec(**options))  # type: ignore[arg-type]


def test_every_column_but_the_outcome_comes_with_its_kind_and_use(tmp_path: Path) -> None:
    found = inspected(tmp_path, target="status", positive="late", negative="paid", id=("id",), time="made")
    assert [(each.column.name, each.column.kind, each.use) for each in found.columns] == [
        ("id", "numeric", "id"), ("made", "date", "time"), ("income", "numeric", "learned from"),
        ("home", "categorical", "learned from"), ("same", "categorical", "left out"),
        ("memo", "categorical", "learned from"),
    ]  # fmt: skip
    assert found.columns[4].note == "the same value in every row"
    assert found.y_true is not None
    assert found.y_true.tolist() == [1, 0]
    assert (found.rows, found.table.num_rows) == (3, 2)
    assert found.labels is not None
    assert found.labels.to_pylist() == ["late", "paid"]
    assert found.table.column("income").to_pylist() == [10.5, None]
    assert found.table.column("memo").to_pylist() == ["a", "b"]


def test_without_a_target_there_are_no_outcomes_and_no_column_is_missing(tmp_path: Path) -> None:
    found = inspected(tmp_path, drop=("memo",))
    assert found.y_true is None
    assert found.labels is None
    assert found.table.column_names == ["id", "made", "income", "home", "same", "status"]


def test_a_column_without_a_name_is_looked_at_and_dropped(tmp_path: Path) -> None:
    text = ",x\n1,2\n2,3\n"
    assert inspected(tmp_path, text).table.column_names == ["", "x"]
    assert inspected(tmp_path, text, drop=("",)).table.column_names == ["x"]


def test_named_columns_that_are_missing_are_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="2 columns that are needed are not in the file") as caught:
        inspected(tmp_path, target="stattus", time="maade")
    hints = [line.split(";")[1] for line in caught.value.where[1:]]
    assert hints == [' did you mean "status"?', ' did you mean "made"?']


def test_a_file_without_loans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="The file has a header and no loans"):
        inspected(tmp_path, "a,b\n")


def test_other_files_are_read_by_the_kinds_of_the_first(tmp_path: Path) -> None:
    found = inspected(tmp_path, target="status", positive="late", negative="paid", id=("id",), time="made")
    (tmp_path / "new.csv").write_text("home,memo,income\nown,z,7\n")
    against = read_against(open_files(tmp_path / "new.csv", ReadSpec()), found, ReadSpec())
    assert against.select(["income", "home"]).to_pylist() == [{"income": 7.0, "home": "own"}]
    assert against.schema.field("income").type == pa.float64()
    (tmp_path / "new.csv").write_text("home,income\nown,7\n")
    with pytest.raises(DataError, match="A column that is needed is not in the file"):
        read_against(open_files(tmp_path / "new.csv", ReadSpec()), found, ReadSpec())
