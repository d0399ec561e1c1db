"""Closed streams, pipes that are left, outputs that are no plain files, and disks that are full."""

from __future__ import annotations

import os
import shlex
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from processes import names, run, shell

from creditrisk.jobs.predict import predict

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(model_file: Path, unlabelled_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the scores as they are written to a plain file."""
    path = tmp_path_factory.mktemp("whole") / "scores.csv"
    predict(model_file, unlabelled_csv, path)
    return path.read_bytes()


def words(*parts: object) -> str:
    return " ".join(shlex.quote(str(part)) for part in parts)


def test_sigpipe_ends_silently(model_file: Path, unlabelled_csv: Path, whole: bytes) -> None:
    command = words("predict", model_file, unlabelled_csv, "-o", "-")
    done = shell(f"$creditrisk {command} --quiet | head -1; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == (whole.decode().splitlines()[0] + "\n0\n", "")


def test_help_into_a_pipe_that_is_left_is_silent() -> None:
    done = shell("$creditrisk train --help | true")
    assert (done.stdout, done.stderr) == ("", "")


def test_a_report_on_a_closed_stdout_is_dropped_and_the_output_is_written(
    model_file: Path, unlabelled_csv: Path, whole: bytes, tmp_path: Path
) -> None:
    done = shell(f"$creditrisk {words('predict', model_file, unlabelled_csv, '-o', tmp_path / 's.csv')} >&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (names(tmp_path), (tmp_path / "s.csv").read_bytes()) == (["s.csv"], whole)


def test_scores_on_a_closed_stdout_are_an_error(model_file: Path, unlabelled_csv: Path) -> None:
    done = shell(f"$creditrisk {words('predict', model_file, unlabelled_csv, '-o', '-')} >&-")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("Error: The output cannot be written: standard output is closed.\n")


def test_all_three_streams_closed_write_the_scores_and_nothing_else(
    model_file: Path, unlabelled_csv: Path, whole: bytes, tmp_path: Path
) -> None:
    """The first file that is opened would else be standard output, and a library's print would end up in it."""
    target = tmp_path / "s.csv"
    done = shell(f"$creditrisk {words('predict', model_file, unlabelled_csv, '-o', target)} <&- >&- 2>&-")
    assert (done.returncode, target.read_bytes()) == (0, whole)


def test_an_error_that_nobody_can_read_keeps_its_exit_code(tmp_path: Path) -> None:
    line = f"$creditrisk info {words(tmp_path / 'none.crm')} 2> >(true); code=$?; sleep 0.1; echo $code"
    assert shell(line).stdout == "4\n"


def test_output_that_is_a_symlink_a_fifo_or_a_device(
    model_file: Path, unlabelled_csv: Path, whole: bytes, tmp_path
) -> None:
    real, link, fifo = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "fifo"
    real.write_text("old")
    link.symlink_to("real.csv")
    predict(model_file, unlabelled_csv, link)
    assert (link.is_symlink(), real.is_symlink(), real.read_bytes()) == (True, False, whole)
    os.mkfifo(fifo)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()), daemon=True)
    reader.start()
    predict(model_file, unlabelled_csv, fifo)
    reader.join(timeout=20)
    assert (got, fifo.is_fifo()) == ([whole], True)
    assert predict(model_file, unlabelled_csv, "/dev/null").rows == 700
    assert names(tmp_path) == ["fifo", "link.csv", "real.csv"]


def test_output_that_is_a_folder_is_refused(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    done = run("predict", model_file, unlabelled_csv, "-o", tmp_path)
    assert (done.returncode, done.stdout, names(tmp_path)) == (5, "", [])
    assert done.stderr == (f"Error: The output is a folder.\n  where: {tmp_path}\n  fix: Name a file inside it.\n")


def test_a_full_disk_ends_with_5_and_keeps_the_old_file(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    target = tmp_path / "s.csv"
    target.write_bytes(b"old")
    command = words("predict", model_file, unlabelled_csv, "-o", target)
    done = shell(f"ulimit -f 10; $creditrisk {command}")  # no file may pass 10 KiB; the scores have more
    assert (done.returncode, target.read_bytes(), names(tmp_path)) == (5, b"old", ["s.csv"])
    assert done.stderr.startswith("Error: The output cannot be written: File too large.\n")


full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110
NO_ROOM = "Error: The {} cannot be written: No space left on device."


@full
@pytest.mark.parametrize("unbuffered", [None, "1"])
def test_a_device_that_is_full_ends_with_5(unbuffered: str | None, model_file: Path, unlabelled_csv: Path) -> None:
    command = words("predict", model_file, unlabelled_csv, "-o", "-")
    done = shell(f"$creditrisk {command} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr.splitlines()) == (5, [
        NO_ROOM.format("output"), "  where: -",
        "  fix: Free some space, change the permissions, or choose another path. What was there before is unchanged.",
    ])  # fmt: skip


@full
@pytest.mark.parametrize("arguments", [("info", "MODEL"), ("--version",), ("train", "--help")])
def test_a_report_on_a_full_device_ends_with_5(arguments: tuple[str, ...], model_file: Path) -> None:
    command = words(*(model_file if word == "MODEL" else word for word in arguments))
    done = shell(f"$creditrisk {command} >/dev/full")
    assert (done.returncode, done.stderr.splitlines()) == (
        5, [NO_ROOM.format("report"), "  fix: Check where standard output goes."],
    )  # fmt: skip


@full
def test_an_error_that_no_disk_has_room_for_keeps_its_exit_code(tmp_path: Path) -> None:
    assert shell(f"$creditrisk info {words(tmp_path / 'none.crm')} 2>/dev/full").returncode == 4


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_closed_stream(closed: str, tmp_path: Path) -> None:
    """A file that is opened gets the lowest number that is free, and libraries print to 1 and 2 whoever they are."""
    code = (
        "import os, sys; from creditrisk.cli.start import _open_closed_streams; _open_closed_streams()\n"
        "handle = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT); os.write(handle, str(handle).encode())"
    )
    shell(f"{words(sys.executable, '-c', code, tmp_path / 'file')} {closed}")
    assert int((tmp_path / "file").read_text()) > 2
