"""Zeros that fill up a gzip file are no damage; anything else after its members is."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from creditrisk.data.files import open_files
from creditrisk.data.gzip_padding import end_before_zeros
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = gzip.compress(b"id,a\n1,2\n", mtime=0), gzip.compress(b"3,4\n", mtime=0)


@pytest.mark.parametrize("zeros", [0, 1, 2, 5, 512, 3 << 20])
@pytest.mark.parametrize(
    "members", [ONE + TWO, ONE + gzip.compress(b"", mtime=0) + TWO, ONE + TWO + gzip.compress(b"", mtime=0)]
)
def test_zeros_after_the_last_member_are_passed_over(tmp_path: Path, zeros: int, members: bytes) -> None:
    path = tmp_path / "loans.csv.gz"
    path.write_bytes(members + bytes(zeros))
    assert end_before_zeros(path) == (len(members) if zeros else None)
    files = open_files(path, ReadSpec())
    types = {"id": pa.string(), "a": pa.float64()}
    for table in (files.read_whole(types), pa.concat_tables(files.read_batches(types))):
        assert table.to_pylist() == [{"id": "1", "a": 2.0}, {"id": "3", "a": 4.0}]


@pytest.mark.parametrize("content", [ONE[:-3], ONE + TWO[:-8] + bytes(4), ONE + bytes(9) + b"x", ONE + bytes(5) + TWO])
def test_anything_else_is_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "loans.csv.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"^The gzip file is cut off or damaged\."):
        open_files(path, ReadSpec()).read_whole({"id": pa.string()})
