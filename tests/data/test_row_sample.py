from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from scipy.stats import chisquare

from creditrisk.data.dealt import PlacedFile
from creditrisk.data.files import open_files
from creditrisk.data.reading import read_training
from creditrisk.data.row_sample import (
    DrawRows,
    SampledRows,
    as_files,
    chance,
    chance_to_draw,
    lowest,
    stored_alike,
)
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, sizes: list[int], form: str = "csv") -> list[Path]:
    """Write files with one number that counts on over all of them, a code and a target."""
    first, paths = 0, []
    for place, size in enumerate(sizes):
        rows = np.arange(first, first + size)
        first += size
        table = pa.table({"x": rows / 2, "code": [f"0{row % 7}" for row in rows], "y": rows % 2})
        path = folder / f"{place}.{form}"
        (pyarrow.csv.write_csv if form == "csv" else pyarrow.parquet.write_table)(table, path)
        paths.append(path)
    return paths


def drawn(paths: list[Path], wanted: int, below: float, *, seed: int = 0, as_text: bool = True) -> SampledRows:
    draw = DrawRows(ReadSpec(), seed, ("x", "code", "y"), below, as_text)
    return lowest([draw(PlacedFile(str(path), place)) for place, path in enumerate(paths)], wanted)


def test_every_row_of_every_file_has_the_same_chance(tmp_path: Path) -> None:
    paths = written(tmp_path, [300, 100, 600])
    times = np.zeros(1000)
    for seed in range(80):
        sample = drawn(paths, 100, 1.0, seed=seed)
        rows = (2 * np.array(sample.table.column("x").cast(pa.float64()))).astype(int)
        assert len(set(rows.tolist())) == 100
        times[rows] += 1
    assert chisquare(times.reshape(10, 100).sum(axis=1)).pvalue > 1e-4
    assert chisquare(times).pvalue > 1e-4


def test_a_sample_knows_its_rows_and_does_not_depend_on_how_many_were_drawn_at_first(tmp_path: Path) -> None:
    paths = written(tmp_path, [2000, 3000])
    whole, early = drawn(paths, 50, 1.0), drawn(paths, 50, chance(50, 5000))
    assert whole.table.equals(early.table)
    x = (2 * np.array(whole.table.column("x").cast(pa.float64()))).astype(int)
    assert np.array_equal(x, whole.row + np.array([0, 2000])[whole.place])
    assert (whole.rows, [digest.file for digest in whole.digests]) == (5000, ["0.csv", "1.csv"])


def test_the_chance_is_enough_for_the_rows_that_are_wanted(tmp_path: Path) -> None:
    files = open_files([str(path) for path in written(tmp_path, [40_000, 20_000])], ReadSpec())
    below = chance_to_draw(files, 1000)
    draws = np.random.default_rng(0).binomial(60_000, below, 2000)
    assert draws.min() >= 1000
    assert below < 0.05
    assert chance(10, 10) == 1.0


def test_the_sample_is_read_as_the_files_are(tmp_path: Path) -> None:
    spec = TrainSpec(target="y")
    for form in ("csv", "parquet"):
        folder = tmp_path / form
        folder.mkdir()
        paths = written(folder, [400, 400], form)
        files = open_files([str(path) for path in paths], ReadSpec())
        as_text = not stored_alike(files, files.header)
        assert as_text == (form == "csv")
        sample = as_files(drawn(paths, 800, 1.0, as_text=as_text), files, as_text=as_text)
        assert sample.name == f"a sample of 800 rows of 2 files (0.{form}, 1.{form})"
        mine, theirs = (read_training(each, spec, ReadSpec()).loans for each in (sample, files))
        assert mine.schema == theirs.schema
        assert mine.table.equals(theirs.table)
        assert np.array_equal(mine.outcomes, theirs.outcomes)
