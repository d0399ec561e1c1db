"""Outputs are kept apart from inputs and from each other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from creditrisk.errors import UsageError
from creditrisk.jobs.outputs import check_apart

if TYPE_CHECKING:
    from pathlib import Path


def test_an_output_must_not_be_an_input_also_through_links(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("x")
    (tmp_path / "soft.csv").symlink_to(data)
    os.link(data, tmp_path / "hard.csv")
    for output in (data, tmp_path / "soft.csv", tmp_path / "hard.csv", tmp_path / "." / "data.csv"):
        with pytest.raises(UsageError) as caught:
            check_apart({"rejects": output}, {"data": (tmp_path / "other.csv", data)})
        assert (caught.value.what, caught.value.where) == ("The rejects would overwrite the data.", (str(output),))


def test_two_outputs_must_not_be_one_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^The rejects and the scores are one file\."):
        check_apart({"scores": tmp_path / "a.csv", "rejects": tmp_path / "x" / ".." / "a.csv"}, {})


def test_no_path_and_other_files_are_fine(tmp_path: Path) -> None:
    check_apart({"scores": "", "rejects": tmp_path / "a.csv"}, {"data": (tmp_path / "b.csv",), "model": ()})
