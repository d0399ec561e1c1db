"""Several runs at one target: the last complete one wins, never a mix; files of crashed ones are swept up."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from processes import COMMAND, environment, names

from creditrisk.atomic_file import writing
from creditrisk.models.model_file import load_model

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600
#: Names that begin and end as those of unfinished files do.
FOREIGN = (
    ".creditrisk-my-notes.tmp",
    ".creditrisk-0123456789abcde.tmp",
    ".creditrisk-0123456789abcdef0.tmp",
    ".creditrisk-0123456789ABCDEF.tmp",
    ".creditrisk-0123456789abcdef.tmp.tmp",
)
WRITER = """
import pathlib, sys
from creditrisk.atomic_file import writing
target, mark = pathlib.Path(sys.argv[1]), sys.argv[2].encode()
for _ in range(10):
    with writing(target) as file:
        for _ in range(20):
            file.write(mark * 10_000)
"""


def write(path: Path) -> None:
    with writing(path) as file:
        file.write(b"x")


def test_eight_runs_at_one_target_never_mix(tmp_path: Path) -> None:
    target = tmp_path / "out"
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, str(target), mark]) for mark in "abcdefgh"]
    seen = set()
    while any(run.poll() is None for run in runs):
        if target.exists():
            content = target.read_bytes()
            assert content == content[:1] * 200_000
            seen.add(content[:1])
        time.sleep(0.002)
    assert [run.returncode for run in runs] == [0] * 8
    assert len(seen) > 1
    assert names(tmp_path) == ["out"]


@pytest.mark.fuzz
def test_eight_trainings_at_one_target_and_each_model_seen_loads(loans_csv: Path, tmp_path: Path) -> None:
    target, folder = tmp_path / "m.crm", tmp_path
    few = ["--preset", "fast", "--max-trees", "20", "--folds", "2", "--draws", "20", "--quiet", "--force"]
    for _ in range(5):
        commands = [
            [*COMMAND, "train", str(loans_csv), "--target", "isDefault", "-o", str(target), "--seed", str(seed), *few]
            for seed in range(8)
        ]
        runs = [subprocess.Popen(command, env=environment()) for command in commands]
        while any(run.poll() is None for run in runs):
            if target.exists():
                load_model(target)
            time.sleep(0.02)
        assert [run.returncode for run in runs] == [0] * 8
        assert names(folder) == ["m.crm"]


def leftover(folder: Path, hours: float, name: str = ".creditrisk-0123456789abcdef.tmp") -> Path:
    path = folder / name
    path.write_bytes(b"half")
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize(("hours", "left"), [(1.01, False), (1000, False), (0.9, True), (0, True), (-5, True)])
def test_stale_temporary_files_are_removed_by_a_later_run(tmp_path: Path, hours: float, left: bool) -> None:
    path = leftover(tmp_path, hours)
    write(tmp_path / "out")
    assert path.exists() == left


@pytest.mark.parametrize("name", [*FOREIGN, "creditrisk-0123.tmp", ".creditrisk-0123", ".creditrisk.tmp", ".x.tmp"])
def test_other_files_are_never_removed(tmp_path: Path, name: str) -> None:
    path = leftover(tmp_path, 1000, name)
    write(tmp_path / "out")
    assert path.exists()


def test_a_link_or_a_folder_of_that_name_stays_and_so_does_what_it_points_to(tmp_path: Path) -> None:
    real = leftover(tmp_path, 1000, "precious")
    link, folder = tmp_path / f".creditrisk-{1:016x}.tmp", tmp_path / f".creditrisk-{2:016x}.tmp"
    link.symlink_to(real)
    folder.mkdir()
    os.utime(folder, (0, 0))
    os.utime(link, (0, 0), follow_symlinks=False)
    write(tmp_path / "out")
    assert names(tmp_path) == [link.name, folder.name, "out", "precious"]


def test_the_file_of_a_run_that_still_writes_is_never_removed(tmp_path: Path) -> None:
    with writing(tmp_path / "slow") as file:
        file.write(b"half")
        file.flush()
        [path] = tmp_path.glob(".creditrisk-*.tmp")
        os.utime(path, (0, 0))
        write(tmp_path / "quick")
        assert path.exists()
        file.write(b" and half")
    assert (tmp_path / "slow").read_bytes() == b"half and half"
    assert names(tmp_path) == ["quick", "slow"]


def test_a_file_that_another_process_holds_is_never_removed(tmp_path: Path) -> None:
    path = leftover(tmp_path, 1000)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write(tmp_path / "out")
        assert path.exists()
    write(tmp_path / "out")
    assert names(tmp_path) == ["out"]


def test_a_run_that_fails_removes_nothing_of_others(tmp_path: Path) -> None:
    path = leftover(tmp_path, 1000)
    with pytest.raises(ValueError, match="stop"), writing(tmp_path / "out"):
        raise ValueError("stop")
    assert names(tmp_path) == [path.name]
