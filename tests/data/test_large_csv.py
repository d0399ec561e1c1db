"""A CSV file of many rows is read by the types of its first rows, which later rows may have to correct."""

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data import csv_file
from creditrisk.data.files import open_files
from creditrisk.file_specs import ReadSpec

FIRST = [f"{place},{place / 4},1999-01-0{1 + place % 9},a," for place in range(300)]
LATER = {
    "alike": "7,7.5,2001-02-03,b,",
    "a fraction": "7.5,7.5,2001-02-03,b,",
    "text": "seven,7.5,2001-02-03,b,",
    "no date": "7,7.5,soon,b,",
    "the first value": "7,7.5,2001-02-03,b,5",
    "missing": "NA,,,,",
}


@pytest.fixture
def small_look(monkeypatch):
    """Files of 100 rows are many, and the first 2,000 bytes are looked at."""
    monkeypatch.setattr(csv_file, "_MANY_ROWS", 100)
    monkeypatch.setattr(csv_file, "_LOOK", 2_000)
    monkeypatch.setattr(csv_file, "_BLOCK", 1_000)


def written(path, last):
    path.write_text("\n".join(["whole,number,day,word,empty", *FIRST, last]) + "\n")
    return path


def read(path, rows=None):
    return open_files(path, ReadSpec()).read_whole(
        {"whole": None, "number": None, "day": None, "word": pa.string(), "empty": None}, rows
    )


@pytest.mark.parametrize("name", list(LATER))
def test_types_are_those_of_the_whole_column(tmp_path, monkeypatch, name):
    path = written(tmp_path / "loans.csv", LATER[name])
    inferred = read(path)
    monkeypatch.setattr(csv_file, "_MANY_ROWS", 100)
    monkeypatch.setattr(csv_file, "_LOOK", 2_000)
    monkeypatch.setattr(csv_file, "_BLOCK", 1_000)
    assert read(path).equals(inferred)
    rows = np.array([0, 5, 299, 300])
    assert read(path, rows).equals(inferred.take(pa.array(rows)))


@pytest.mark.usefixtures("small_look")
def test_as_expected_nothing_is_read_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "_inferred", None)
    table = read(written(tmp_path / "loans.csv", LATER["alike"]))
    assert table.num_rows == 301
    assert [str(kind) for kind in table.schema.types] == ["int64", "double", "date32[day]", "string", "null"]


@pytest.mark.usefixtures("small_look")
@pytest.mark.parametrize("second", ["alike", "a fraction"])
def test_rows_of_several_files_are_counted_through(tmp_path, second):
    paths = [written(tmp_path / "a.csv", LATER["alike"]), written(tmp_path / "b.csv", LATER[second])]
    rows = np.array([3, 300, 301, 601])
    assert read(paths, rows).equals(read(paths).take(pa.array(rows)))


@pytest.mark.usefixtures("small_look")
def test_a_row_that_is_not_wanted_must_be_sound_all_the_same(tmp_path):
    from creditrisk.errors import DataError

    path = written(tmp_path / "loans.csv", "1,2,3")
    with pytest.raises(DataError) as error:
        read(path, np.array([0, 1]))
    assert any("line 302" in line for line in error.value.where)
