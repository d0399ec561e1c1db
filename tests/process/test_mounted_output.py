"""A file that is mounted cannot be replaced by a rename: that is said before the long work, not after it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from processes import names

from creditrisk import atomic_file
from creditrisk.atomic_file import check_writable, writing
from creditrisk.errors import OutputError

if TYPE_CHECKING:
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


MOUNTED = "The output is a mount point: what is mounted there cannot be replaced by a new file."
ON_A_MOUNT = """
import pathlib, subprocess, sys
from creditrisk.atomic_file import check_writable, writing
from creditrisk.errors import OutputError
folder = pathlib.Path(sys.argv[1])
if subprocess.run(["mount", "--bind", folder / "a", folder / "the model.crm"]).returncode:
    raise SystemExit(77)
def write(path):
    with writing(path) as file:
        file.write(b"new")
for attempt in (check_writable, write):
    for name in ("the model.crm", "link", "plain"):
        try:
            attempt(folder / name)
            print(name, "is fine")
        except OutputError as error:
            print(name, error.what)
"""


def test_a_file_that_is_mounted_is_refused_before_long_work(tmp_path: Path) -> None:
    for name in ("a", "the model.crm", "plain"):
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / "link").symlink_to("the model.crm")
    command = [sys.executable, "-c", ON_A_MOUNT, str(tmp_path)]
    if os.path.exists("/usr/bin/unshare"):  # noqa: PTH110
        command = ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", *command]
    done = subprocess.run(command, capture_output=True, text=True)
    if re.search("^unshare: ", done.stderr) or done.returncode == 77:
        pytest.skip("this system lets nobody mount a file")
    said = [f"the model.crm {MOUNTED}", f"link {MOUNTED}", "plain is fine"]
    assert (done.returncode, done.stdout.splitlines()) == (0, said * 2), done.stderr
    assert names(tmp_path) == ["a", "link", "plain", "the model.crm"]
    assert [(tmp_path / name).read_bytes() for name in ("a", "plain")] == [OLD, b"new"]


@pytest.mark.parametrize("attempt", [write, check_writable])
def test_a_mount_point_is_refused_with_what_to_do(target: Path, attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_file, "_mount", lambda path: f"mnt_id:\t{1 + (path == target)}")
    with pytest.raises(OutputError) as caught:
        attempt(target)
    error = caught.value
    fix = "Mount its folder instead of the file itself, or choose another path."
    assert (error.what, error.where, error.fix) == (MOUNTED, (str(target),), fix)
    assert (target.read_bytes(), names(target.parent)) == (OLD, ["scores.csv"])
