"""`predict` into Parquet: the scores of the CSV file, with types."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditrisk.data import csv_file
from creditrisk.errors import DataError, OutputError, UsageError
from creditrisk.jobs.predict import predict
from creditrisk.reports import scores_parquet
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("id", "pd", "score", "grade", "log_odds", "row", "dti")


def test_the_scores_are_those_of_the_csv_file_with_types(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    spec = ScoreSpec(columns=NAMES)
    as_csv = predict(model_file, unlabelled_csv, tmp_path / "s.csv", spec)
    as_parquet = predict(model_file, unlabelled_csv, tmp_path / "s.Parquet", spec)
    table = pq.read_table(tmp_path / "s.Parquet")
    kinds = [pa.string(), pa.float64(), pa.int64(), pa.string(), pa.float64(), pa.int64(), pa.string()]
    assert table.schema.names == list(NAMES)
    assert table.schema.types == kinds
    text = pd.read_csv(tmp_path / "s.csv", dtype={"id": str, "dti": str}, keep_default_na=False)
    assert {name: table.column(name).to_pylist() for name in NAMES} == text.to_dict("list")
    assert (as_parquet.rows, as_parquet.mean_pd, as_parquet.remarks) == (700, as_csv.mean_pd, as_csv.remarks)


def test_blocks_threads_and_source_change_no_byte(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores_parquet, "_GROUP", 300)
    predict(model_file, unlabelled_csv, tmp_path / "s.parquet")
    whole = (tmp_path / "s.parquet").read_bytes()
    assert pq.ParquetFile(tmp_path / "s.parquet").metadata.num_row_groups == 3
    for block, threads in ((3000, 1), (3000, 2), (20_000, 3)):
        monkeypatch.setattr(csv_file, "_BLOCK", block)
        predict(model_file, unlabelled_csv, tmp_path / "s.parquet", ScoreSpec(threads=threads))
        assert (tmp_path / "s.parquet").read_bytes() == whole
    pq.write_table(pa.Table.from_pandas(pd.read_csv(unlabelled_csv)), tmp_path / "in.parquet", row_group_size=90)
    predict(model_file, tmp_path / "in.parquet", tmp_path / "s.parquet")
    assert (tmp_path / "s.parquet").read_bytes() == whole


def test_a_header_without_loans_gives_columns_without_rows(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(unlabelled_csv.read_text().splitlines()[0] + "\n")
    assert predict(model_file, tmp_path / "in.csv", tmp_path / "s.parquet").rows == 0
    table = pq.read_table(tmp_path / "s.parquet")
    assert (table.num_rows, table.column_names) == (0, ["id", "pd", "score", "grade"])


def test_excel_safe_changes_nothing_and_says_so(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    header, first, *_ = unlabelled_csv.read_text().splitlines()
    assert header.split(",")[0] == "id"
    (tmp_path / "in.csv").write_text(f"{header}\n=1+1,{first.split(',', 1)[1]}\n")
    result = predict(model_file, tmp_path / "in.csv", tmp_path / "s.parquet", ScoreSpec(excel_safe=True))
    assert pq.read_table(tmp_path / "s.parquet").column("id").to_pylist() == ["=1+1"]
    assert result.remarks[-1].startswith("--excel-safe changes nothing here: a Parquet file has types")
    plain = predict(model_file, tmp_path / "in.csv", tmp_path / "s.parquet")
    assert not any("formula" in remark for remark in plain.remarks)


def test_an_error_or_a_full_disk_leaves_the_old_file(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "s.parquet"
    target.write_text("old")
    lines = unlabelled_csv.read_text().splitlines()
    (tmp_path / "in.csv").write_text("\n".join([*lines, "1,2"]))
    monkeypatch.setattr(scores_parquet, "_GROUP", 50)
    monkeypatch.setattr(csv_file, "_BLOCK", 3000)
    with pytest.raises(DataError):
        predict(model_file, tmp_path / "in.csv", target)
    assert (target.read_text(), sorted(path.name for path in tmp_path.iterdir())) == ("old", ["in.csv", "s.parquet"])

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"^The output cannot be written: No space left on device\."):
        predict(model_file, unlabelled_csv, target)
    assert (target.read_text(), sorted(path.name for path in tmp_path.iterdir())) == ("old", ["in.csv", "s.parquet"])


def test_the_input_is_never_overwritten(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pandas(pd.read_csv(unlabelled_csv)), tmp_path / "in.parquet")
    with pytest.raises(UsageError, match=r"^The scores would overwrite the data\."):
        predict(model_file, tmp_path / "in.parquet", tmp_path / "in.parquet")
