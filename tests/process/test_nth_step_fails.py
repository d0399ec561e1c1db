"""SQLite's way: the n-th step of writing fails, for every n, in everything that writes a file."""

from __future__ import annotations

import errno
import os
import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from processes import names

from creditrisk import atomic_file
from creditrisk.errors import OutputError
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs import judging
from creditrisk.jobs.predict import predict
from creditrisk.models.model_file import load_model, save_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD = b"what was there before"
REASONS = [errno.ENOSPC, errno.EIO]


class Disk:
    """Counts the steps of writing, and fails at one of them."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.fail_at, self.reason = -1, errno.EIO

    def step(self, name: str) -> None:
        self.taken.append(name)
        if self.fail_at == len(self.taken) - 1:
            raise OSError(self.reason, os.strerror(self.reason))


class OnDisk:
    """A binary file whose writes and flushes are steps."""

    def __init__(self, file, disk: Disk) -> None:
        self.file, self.disk = file, disk

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        return self.file.__exit__(*raised)

    def write(self, data):
        self.disk.step("write")
        return self.file.write(data)

    def flush(self):
        self.disk.step("flush")
        self.file.flush()

    def fileno(self):
        return self.file.fileno()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()

    def watch(owner, name: str) -> None:
        original = getattr(owner, name)

        def call(*arguments, **options):
            found.step(name)
            return original(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    for owner, name in ((os, "fsync"), (pathlib.Path, "chmod"), (pathlib.Path, "replace")):
        watch(owner, name)
    create = atomic_file._create
    monkeypatch.setattr(atomic_file, "_create", lambda *arguments: OnDisk(create(*arguments), found))
    return found


@dataclass(frozen=True)
class Writer:
    """Something that writes a file, and how it is seen that the file is complete."""

    write: Callable[[Path], object]
    complete: Callable[[Path], bool]


@pytest.fixture(scope="module")
def few_csv(unlabelled_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("few") / "few.csv"
    path.write_text("".join(unlabelled_csv.read_text().splitlines(keepends=True)[:30]))
    return path


@pytest.fixture(params=["model", "scores", "rejects", "report"])
def writer(request, model_file: Path, few_csv: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    if request.param == "model":
        model = load_model(model_file)
        return Writer(lambda path: save_model(model, path), lambda path: load_model(path) is not None)
    if request.param == "scores":
        return Writer(
            lambda path: predict(model_file, few_csv, path), lambda path: len(path.read_text().splitlines()) == 30
        )
    if request.param == "rejects":

        def skipping(path: Path) -> object:
            return predict(model_file, few_csv, read=ReadSpec(bad_rows="skip", rejects=str(path)))

        return Writer(skipping, lambda path: path.read_text() == "file,line,reason,row\n")
    monkeypatch.setattr("creditrisk.reports.html.page.html_report", lambda _result: "<p>page</p>")
    return Writer(lambda path: judging.write_page(str(path), None), lambda path: path.read_text() == "<p>page</p>")


def every_failure(writer: Writer, disk: Disk, target: Path) -> Iterator[tuple[str, OutputError | None]]:
    """Write once to see the steps, then once for each step and reason with that step failing."""
    target.write_bytes(OLD)
    writer.write(target)
    steps = tuple(disk.taken)
    for reason in REASONS:
        for fail_at, name in enumerate(steps):
            target.write_bytes(OLD)
            disk.taken, disk.fail_at, disk.reason = [], fail_at, reason
            error = None
            try:
                writer.write(target)
            except OutputError as caught:
                error = caught
            disk.fail_at = -1
            yield f"{name} {fail_at} of {len(steps)}", error


def test_the_nth_step_fails_and_the_file_is_the_old_one_or_the_new_one(writer, disk, tmp_path) -> None:
    target = tmp_path / "out"
    seen = []
    for step, error in every_failure(writer, disk, target):
        seen.append(step.split()[0])
        assert names(tmp_path) == ["out"], step
        if error is None:  # only the flush of the folder may fail without a loss
            assert seen[-1] == "fsync", step
            assert writer.complete(target), step
        else:
            assert target.read_bytes() == OLD, step
            assert (error.exit_code, error.where) == (5, (str(target),)), step
            assert error.what.startswith("The output cannot be written: "), step
    assert {"write", "flush", "chmod", "fsync", "replace"} <= set(seen)
    assert seen.count("replace") == len(REASONS)
