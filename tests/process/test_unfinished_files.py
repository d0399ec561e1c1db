"""The file beside the target: who may read it, how long it is locked, and what is said when it vanishes."""

from __future__ import annotations

import fcntl
import os
import pathlib
import stat
from typing import TYPE_CHECKING

import pytest
from processes import names

from creditrisk.atomic_file import writing
from creditrisk.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD, NEW = b"what was there before", b"one two three"


def write(target: Path) -> None:
    with writing(target) as file:
        file.write(NEW)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("of_target", "unfinished"), [(0o600, 0o600), (0o666, 0o600), (None, 0o640)])
def test_an_unfinished_file_is_open_to_nobody_whom_the_target_is_closed_to(
    tmp_path: Path, of_target: int | None, unfinished: int
) -> None:
    path = tmp_path / "scores.csv"
    if of_target is not None:
        path.write_bytes(OLD)
        path.chmod(of_target)
    with writing(path) as file:
        file.write(NEW)
        [beside] = tmp_path.glob(".creditrisk-*.tmp")
        assert mode(beside) == unfinished
    assert mode(path) == (0o640 if of_target is None else of_target)


@pytest.mark.usefixtures("umask")
def test_the_mode_is_private_from_the_first_moment_on(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, system_open = [], os.open

    def watched(path, flags, mode=0o777, **options):
        if flags & os.O_CREAT:
            made.append(mode)
        return system_open(path, flags, mode, **options)

    monkeypatch.setattr(os, "open", watched)
    write(target)
    assert made == [0o600]


def test_a_target_removed_meanwhile_gets_its_mode_back(target: Path) -> None:
    target.chmod(0o604)
    with writing(target) as file:
        file.write(NEW)
        target.unlink()
    assert (mode(target), target.read_bytes()) == (0o604, NEW)


def test_the_file_is_renamed_while_it_is_locked(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, free = pathlib.Path.replace, []

    def replaced(path, new):
        result = replace(path, new)
        with new.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                free.append(False)
            else:
                free.append(True)
        return result

    monkeypatch.setattr(pathlib.Path, "replace", replaced)
    write(target)
    assert free == [False]
    assert target.read_bytes() == NEW


@pytest.mark.parametrize("exists", [True, False])
def test_an_unfinished_file_that_vanishes_is_said_to(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "scores.csv"
    if exists:
        path.write_bytes(OLD)

    def lose() -> None:
        with writing(path) as file:
            file.write(NEW)
            [beside] = tmp_path.glob(".creditrisk-*.tmp")
            beside.unlink()

    with pytest.raises(OutputError) as caught:
        lose()
    error = caught.value
    assert error.what == "The unfinished file has vanished: another program has removed or renamed it."
    assert error.fix == (
        "Keep other programs from .creditrisk-*.tmp there; run it again. What was there before is unchanged."
    )
    assert (error.where, names(tmp_path)) == ((str(path),), ["scores.csv"] * exists)


def test_a_folder_that_vanishes_is_said_not_to_exist(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def lose() -> None:
        with writing(folder / "scores.csv"):
            [beside] = folder.iterdir()
            beside.unlink()
            folder.rmdir()

    with pytest.raises(OutputError, match=r"^The folder of the output does not exist\."):
        lose()
