"""Columns beside those of the model: read once, in the order of the rows, and refused where they are not sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from creditrisk.data.beside import as_share, check_amounts, read_beside
from creditrisk.data.files import open_files
from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from pathlib import Path

ROWS = """issued,who,bad,region,amount,note
2015-01-01,a,1,north,100,x
2015-02-01,b,0,NA,250.5,
,a,other,south,0,y
2016-03-01,,0,"north, east",10,z
"""
TARGET = Target("bad", ("1",), ("0",))


def schema(**roles: object) -> Schema:
    """Return a schema with these roles and no columns."""
    return Schema((), (), TARGET, roles=Roles(**roles))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "loans.csv"
    path.write_text(ROWS)
    return path


def test_every_row_is_there_in_its_order(path: Path) -> None:
    files = open_files(path, ReadSpec())
    roles = schema(time=Column("issued", "date", "%Y-%m-%d"), group="who")
    beside = read_beside(files, roles, ["region", "note"], ["amount"])
    assert beside.y_true.tolist() == [1, 0, -1, 0]
    day = np.datetime64("2015-01-01").astype(int)
    assert beside.time is not None
    assert beside.time[0] == day
    assert np.isnan(beside.time[2])
    assert beside.group is not None
    assert beside.group[0] == beside.group[2]
    assert len(set(beside.group[[0, 1, 3]])) == 3
    assert beside.texts["region"].tolist() == ["north", "", "south", "north, east"]
    assert beside.numbers["amount"].tolist() == [100, 250.5, 0, 10]
    some = beside.take(np.array([3, 0]))
    assert some.texts["note"].tolist() == ["z", "x"]
    assert some.time_column == beside.time_column


def test_roles_that_the_file_lacks_are_none(path: Path) -> None:
    files = open_files(path, ReadSpec())
    beside = read_beside(files, schema(time=Column("made", "date", "%Y"), group="owner"), [], [])
    assert beside.time is None
    assert beside.group is None
    assert beside.texts == {}


def test_columns_that_are_not_there_are_all_named(path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_beside(open_files(path, ReadSpec()), schema(), ["regoin"], ["amt"])
    assert '"regoin" is not there; did you mean "region"?' in caught.value.where
    assert any(place.startswith('"amt" is not there') for place in caught.value.where)


def test_text_among_amounts_is_refused_with_its_line(path: Path) -> None:
    path.write_text(ROWS.replace("250.5", "many"))
    with pytest.raises(DataError, match="many") as caught:
        read_beside(open_files(path, ReadSpec()), schema(), [], ["amount"])
    assert any("line 3" in place for place in caught.value.where)


def test_dates_are_no_amounts(path: Path) -> None:
    with pytest.raises(DataError):
        read_beside(open_files(path, ReadSpec()), schema(), [], ["issued"])


def test_margins_in_per_cent_become_shares(path: Path) -> None:
    for cells, shares, percent in (
        (("12", "9.5", "0", "7"), [0.12, 0.095, 0.0, 0.07], ("amount",)),
        (("12%", "9.5%", "0%", "7%"), [0.12, 0.095, 0.0, 0.07], ("amount",)),
        (("0.12", "0.5", "0", "0.07"), [0.12, 0.5, 0.0, 0.07], ()),
    ):
        text = ROWS
        for before, after in zip((",100,", ",250.5,", ",0,y", ",10,"), cells, strict=True):
            text = text.replace(before, f",{after}," + before.removeprefix(",").partition(",")[2])
        path.write_text(text)
        files = open_files(path, ReadSpec())
        found = as_share(read_beside(files, schema(), [], ["amount"]), "amount", files)
        assert found.numbers["amount"].tolist() == pytest.approx(shares)
        assert found.in_percent == percent


def test_a_margin_above_the_amount_is_refused(path: Path) -> None:
    files = open_files(path, ReadSpec())
    with pytest.raises(DataError) as caught:
        as_share(read_beside(files, schema(), [], ["amount"]), "amount", files)
    assert caught.value.what == "The margin is above 100 per cent in 1 loan."


def test_amounts_that_are_all_nothing_are_refused(path: Path) -> None:
    files = open_files(path, ReadSpec())
    check_amounts(np.zeros(3), "margin", files)
    with pytest.raises(DataError, match="Every amount is 0"):
        check_amounts(np.zeros(3), "amount", files, all_zero=True)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.01])
def test_amounts_must_be_sound(path: Path, value: float) -> None:
    files = open_files(path, ReadSpec())
    check_amounts(np.array([0.0, 1.0]), "amount", files)
    with pytest.raises(DataError) as caught:
        check_amounts(np.array([1.0, value, value]), "amount", files)
    assert caught.value.what == "Money is missing, infinite or below 0 in 2 loans."
