"""The same result in odd surroundings: environment, locale, paths, threads."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from processes import environment, names, run

import creditrisk
from creditrisk.jobs.predict import predict
from creditrisk.models.booster import usable_threads

if TYPE_CHECKING:
    from collections.abc import Mapping

#: No home, no folder for temporary files, no terminal, no locale, every warning an error.
BARE: Mapping[str, str | None] = {
    "HOME": None, "TMPDIR": None, "TERM": None, "XDG_STATE_HOME": None, "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0",
    "PYTHONWARNINGS": "error",
}  # fmt: skip
ODD: dict[str, Mapping[str, str | None]] = {
    "bare": BARE,
    "decimal commas, and folders that do not exist": {
        "LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "TMPDIR": "/nonexistent", "HOME": "/nonexistent",
        "TERM": "dumb", "COLUMNS": "4",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(model_file: Path, unlabelled_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "scores.csv"
    predict(model_file, unlabelled_csv, path)
    return path.read_bytes()


@pytest.mark.parametrize("odd", ODD)
def test_odd_surroundings_change_no_byte(odd: str, model_file, unlabelled_csv, whole, tmp_path) -> None:
    folder = tmp_path / "a folder 🏦 ü"
    folder.mkdir()
    target = folder / "-scores 语.csv"
    done = run("predict", model_file, unlabelled_csv, "-o", target, env=environment(**ODD[odd]))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("700 loans scored")
    assert (names(folder), target.read_bytes()) == (["-scores 语.csv"], whole)


def test_names_that_begin_with_a_dash(model_file, unlabelled_csv, whole, tmp_path) -> None:
    (tmp_path / "-m.crm").write_bytes(model_file.read_bytes())
    (tmp_path / "-data.csv").write_bytes(unlabelled_csv.read_bytes())
    here = {"env": environment(PYTHONPATH=str(Path(creditrisk.__file__).parents[1])), "cwd": tmp_path}
    done = run("predict", "--output", "-s.csv", "--", "-m.crm", "-data.csv", **here)
    assert (done.returncode, done.stderr, (tmp_path / "-s.csv").read_bytes()) == (0, "", whole)


@pytest.mark.fuzz
def test_training_with_every_warning_an_error_and_no_home(loans_csv, tmp_path) -> None:
    changes = {**BARE, "CREDITRISK_JOURNAL": None}
    few = ["--preset", "fast", "--max-trees", "10", "--folds", "2", "--draws", "20"]
    arguments = ["train", loans_csv, "--target", "isDefault", "--id", "id", *few]
    done = run(*arguments, "-o", tmp_path / "m.crm", env=environment(**changes))
    assert (done.returncode, done.stderr, names(tmp_path)) == (0, "", ["m.crm"])


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system knows no affinity")
def test_threads_default_to_the_affinity_not_to_the_machine() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert (usable_threads(0), usable_threads(3)) == (1, 3)
    finally:
        os.sched_setaffinity(0, before)


def test_nothing_forks_after_openmp() -> None:
    """A fork after OpenMP ran hangs for ever; the package starts threads, and psql, which takes its place at once."""
    forks = re.compile(r"os\.fork|multiprocessing|ProcessPoolExecutor|subprocess|os\.system|os\.spawn|os\.exec|\bpty\.")
    sources = sorted(Path(creditrisk.__file__).parent.rglob("*.py"))
    assert len(sources) > 100
    found = {path.name: forks.findall(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: words for name, words in found.items() if words} == {"databases.py": ["subprocess", "subprocess"]}
    assert forks.search("from multiprocessing import Pool")


def test_umask_is_respected_and_a_replaced_file_keeps_its_mode(model_file, unlabelled_csv, tmp_path) -> None:
    new, kept = tmp_path / "new.csv", tmp_path / "kept.csv"
    kept.touch(0o600)
    kept.chmod(0o604)
    before = os.umask(0o027)
    try:
        predict(model_file, unlabelled_csv, new)
        predict(model_file, unlabelled_csv, kept)
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (new, kept)] == [0o640, 0o604]
