"""Scores as Parquet: the same bytes whatever the batches, and nothing that looks whole where it is not."""

from __future__ import annotations

import errno
import io
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditrisk.reports import scores_parquet
from creditrisk.reports.scores_parquet import parquet_scores

IDS = [f"é{number}" for number in range(1000)]
PDS = np.random.default_rng(1).random(1000)
GRADES = ["AB"[number % 2] for number in range(1000)]


def written(sizes: list[int], file: io.BytesIO | None = None) -> bytes:
    """Write the loans in batches of these sizes."""
    file, first = io.BytesIO() if file is None else file, 0
    with parquet_scores(file, ["id", "pd", "grade"]) as scores:
        for size in sizes:
            rows = slice(first, first + size)
            columns = [pa.array(IDS[rows], pa.string()), pa.array(PDS[rows]), pa.array(GRADES[rows], pa.string())]
            scores.write(scores.prepared(columns))
            first += size
    return file.getvalue()


def test_what_is_written_is_read_again_with_its_types() -> None:
    table = pq.read_table(io.BytesIO(written([300, 700])))
    assert table.schema == pa.schema([("id", pa.string()), ("pd", pa.float64()), ("grade", pa.string())])
    assert table.to_pydict() == {"id": IDS, "pd": PDS.tolist(), "grade": GRADES}


def test_the_bytes_do_not_depend_on_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_parquet, "_GROUP", 128)
    whole = written([1000])
    assert {written(sizes) for sizes in ([1] * 100 + [900], [128] * 7 + [104], [0, 999, 0, 1])} == {whole}
    metadata = pq.ParquetFile(io.BytesIO(whole)).metadata
    assert [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)] == [128] * 7 + [104]
    assert metadata.row_group(0).column(1).compression == "ZSTD"


def test_pages_within_a_group_do_not_depend_on_the_batches_either() -> None:
    """So many different texts that Arrow gives up their dictionary on the way."""
    ids = pa.array([f"loan number {number}" for number in range(120_000)])
    found = set()
    for size in (120_000, 5_000, 7_777):
        file = io.BytesIO()
        with parquet_scores(file, ["id"]) as scores:
            for first in range(0, len(ids), size):
                scores.write(scores.prepared([ids.slice(first, size)]))
        found.add(file.getvalue())
    assert len(found) == 1


def test_long_texts_end_a_group_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_parquet, "_MOST_BYTES", 2000)
    file = pq.ParquetFile(io.BytesIO(written([50] * 20)))
    assert file.metadata.num_row_groups > 5
    assert file.read().column("id").to_pylist() == IDS


def test_no_loan_gives_columns_without_rows() -> None:
    table = pq.read_table(io.BytesIO(written([0])))
    assert (table.num_rows, table.column_names) == (0, ["id", "pd", "grade"])


class Full(io.BytesIO):
    """A file on a disk with little room."""

    def write(self, data):
        if self.tell() > 2000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_the_error_of_a_full_disk_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_parquet, "_GROUP", 64)
    with pytest.raises(OSError, match="No space left") as caught:
        written([100] * 10, Full())
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("batches", [0, 1, 5])
def test_an_unfinished_file_never_looks_whole(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_parquet, "_GROUP", 64)
    file = io.BytesIO()

    def interrupted() -> None:
        with parquet_scores(file, ["id"]) as scores:
            for _ in range(batches):
                scores.write(scores.prepared([pa.array(IDS[:50])]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not file.getvalue().endswith(b"PAR1") or len(file.getvalue()) == 4
    with pytest.raises(pa.ArrowInvalid):
        pq.ParquetFile(io.BytesIO(file.getvalue()))
