from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from creditrisk.data.csv_file import open_csv
from creditrisk.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pipe_is_refused_before_a_byte_of_it_is_lost(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DataError) as caught:
        open_csv(pipe)
    assert caught.value.what == "This is a pipe or a device, and the loans must be read more than once."
    assert (caught.value.where, caught.value.fix) == ((str(pipe),), "Write them to a file first.")
