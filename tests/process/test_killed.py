"""SIGKILL at any time: the target is absent, the old file, or a new one that loads; what is left is swept up later."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from processes import COMMAND, environment, names

from creditrisk.atomic_file import check_writable, writing
from creditrisk.jobs.predict import predict
from creditrisk.models.model_file import open_model

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = b"what was there before", b"new " * 50_000
#: Ends itself by SIGKILL at the n-th step of writing.
SUICIDE = """
import os, pathlib, signal, sys
from creditrisk.atomic_file import writing
target, at = pathlib.Path(sys.argv[1]), int(sys.argv[2])
steps = 0
def deadly(owner, name):
    original = getattr(owner, name)
    def call(*arguments, **options):
        global steps
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
        return original(*arguments, **options)
    setattr(owner, name, call)
for owner, name in ((os, "fsync"), (pathlib.Path, "chmod"), (pathlib.Path, "replace"), (os, "open")):
    deadly(owner, name)
with writing(target) as file:
    for _ in range(5):
        file.write(b"new " * 10_000)
print(steps)
"""


@pytest.mark.parametrize("old", [True, False])
def test_killed_at_every_step_of_writing(tmp_path: Path, old: bool) -> None:
    target, left = tmp_path / "out", 0
    for at in range(20):
        if old:
            target.write_bytes(OLD)
            target.chmod(0o600)
        else:
            target.unlink(missing_ok=True)
        done = subprocess.run([sys.executable, "-c", SUICIDE, str(target), str(at)], capture_output=True, text=True)
        if done.returncode == 0:
            break
        assert done.returncode == -9
        beside = list(tmp_path.glob(".creditrisk-*.tmp"))
        left += len(beside)
        assert not old or {path.stat().st_mode & 0o777 for path in beside} <= {0o600}
        assert not target.exists() or target.read_bytes() in ((OLD, NEW) if old else (NEW,))
    assert done.stdout == f"{at}\n"
    assert (at, target.read_bytes()) == (8 if old else 5, NEW)
    assert left > 0, "no kill left anything, so the sweeping is tested by nothing"
    for path in tmp_path.glob(".creditrisk-*.tmp"):
        os.utime(path, (0, 0))
    with writing(tmp_path / "other") as file:
        file.write(b"x")
    assert names(tmp_path) == ["other", "out"]


@pytest.fixture(scope="module")
def tiny_csv(loans_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "tiny.csv"
    path.write_text("".join(loans_csv.read_text().splitlines(keepends=True)[:500]))
    return path


def kill(arguments: list[str], seconds: float) -> bool:
    """Start a command and kill it after some seconds; return whether it was still running."""
    process = subprocess.Popen([*COMMAND, *arguments], stdout=-3, stderr=-3, env=environment())
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def kills(arguments: list[str], target: Path, seconds: float, times: int, seed: int, sound) -> int:
    """Kill a command at random times up to `seconds`; after each the target is absent, or `sound`."""
    chance, killed = random.Random(seed), 0
    for number in range(times):
        if number % 2:
            target.unlink(missing_ok=True)
        moment = chance.uniform(0.3, 1.0) * seconds
        killed += kill(arguments, moment)
        if target.exists():
            assert sound(target), f"killed after {moment:.3f} s"
    return killed


def train_arguments(data: Path, target: Path) -> list[str]:
    few = ["--preset", "fast", "--max-trees", "20", "--folds", "2", "--draws", "50", "--quiet", "--force"]
    return ["train", str(data), "--target", "isDefault", "--id", "id", "-o", str(target), *few]


def run_kills(
    work: str, times: int, seconds: float, seed: int, model_file: Path, data: tuple[Path, Path], folder: Path
) -> None:
    """Kill a command, which takes about so many seconds; with 0 it is run once to see how many."""
    tiny, unlabelled = data
    if work == "train":
        target = folder / "m.crm"
        arguments = train_arguments(tiny, target)

        def sound(path: Path) -> bool:
            return open_model(path) is not None

    else:
        target = folder / "s.csv"
        arguments = ["predict", str(model_file), str(unlabelled), "-o", str(target), "--quiet"]
        predict(model_file, unlabelled, target)
        whole = target.read_bytes()

        def sound(path: Path) -> bool:
            return path.read_bytes() == whole

    if not seconds:
        started = time.monotonic()
        assert not kill(arguments, 60)
        seconds = time.monotonic() - started
        assert sound(target)
    assert kills(arguments, target, seconds, times, seed, sound)
    check_writable(target)
    assert {name for name in names(folder) if not name.startswith(".creditrisk-")} <= {target.name}


@pytest.mark.parametrize(("work", "times", "seconds"), [("train", 1, 2.0), ("predict", 3, 0.5)])
def test_killed_at_random_times(work, times, seconds, model_file, tiny_csv, unlabelled_csv, tmp_path) -> None:
    run_kills(work, times, seconds, 1, model_file, (tiny_csv, unlabelled_csv), tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("work", ["train", "predict"])
@pytest.mark.parametrize("seed", range(2, 6))
def test_killed_at_two_hundred_random_times(work, seed, model_file, tiny_csv, unlabelled_csv, tmp_path) -> None:
    run_kills(work, 25, 0.0, seed, model_file, (tiny_csv, unlabelled_csv), tmp_path)
