"""Rows that no block can hold, headers that no table has, and files that cannot be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from creditrisk.data import memory
from creditrisk.data.files import open_files
from creditrisk.data.memory import Needs
from creditrisk.data.spool import sha256_of
from creditrisk.errors import DataError
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READ = ReadSpec()
WIDE = [f"c{number}" for number in range(900)]


def text(letters: int) -> str:
    """900 columns and four rows, the third of which has so many letters in each cell."""
    rows = [["1"] * 900, ["2"] * 900, ["x" * letters] * 900, ["3"] * 900]
    return "\n".join(",".join(row) for row in [WIDE, *rows]) + "\n"


def test_a_row_longer_than_a_block_is_read_where_two_blocks_hold_it(write: Callable[[str], Path]) -> None:
    whole = open_files(write(text(1_500)), READ).read_whole({"c899": None})
    assert whole.column("c899").to_pylist() == ["1", "2", "x" * 1_500, "3"]


def test_a_row_that_no_block_can_hold_is_named_by_its_line(write: Callable[[str], Path]) -> None:
    path = write(text(4_000))
    with pytest.raises(DataError) as caught:
        open_files(path, READ).read_whole({"c0": None})
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "1 row may be too long to be read: more than 524,288 characters.",
        (str(path), "line 4"),
        "Look for text that is no loan's, or leave out columns of long text.",
    )


def test_a_digest_of_a_file_that_has_gone_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        sha256_of(tmp_path / "gone.csv")
    assert (caught.value.what, caught.value.where) == ("The file does not exist.", (str(tmp_path / "gone.csv"),))


def test_where_no_limit_of_memory_is_known_none_is_imposed(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = open_files(write("a\n1\n"), READ)
    for free, refused in ((47, True), (48 * 10, False), (None, False)):
        monkeypatch.setattr(memory, "free_memory", lambda free=free: free)
        if refused:
            with pytest.raises(DataError, match=r"^These loans are too many for the memory"):
                files.check_room(1, Needs(6.0))
        else:
            files.check_room(1, Needs(6.0))
