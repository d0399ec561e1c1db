"""The edges of the model file: sizes, versions, figures that are not known, files that cannot be opened."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from creditrisk import __version__
from creditrisk.errors import ModelFileError
from creditrisk.models import model_bytes
from creditrisk.models import model_file as files
from creditrisk.models.container import pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

TOO_LARGE = "Leave out columns with very many levels (--drop), or grow fewer trees."


@pytest.fixture(scope="module")
def data(model_file: Path) -> bytes:
    return model_file.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    return unpack(data, {"manifest.json": 32 << 20, "booster.txt": 128 << 20})


def changed(data: bytes, **top: Any) -> bytes:
    """Return the file with other fields at the top of its manifest."""
    parts = members(data)
    manifest = {**json.loads(parts["manifest.json"]), **top}
    return pack({**parts, "manifest.json": json.dumps(manifest).encode()})


@pytest.mark.parametrize("name", ["manifest.json", "booster.txt"])
def test_a_member_may_be_as_large_as_its_limit_and_no_larger(
    data: bytes, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, size = files.from_bytes(data), len(members(data)[name])
    monkeypatch.setitem(files._LIMITS, name, size)
    assert files.to_bytes(model) == data
    monkeypatch.setitem(files._LIMITS, name, size - 1)
    with pytest.raises(ModelFileError) as caught:
        files.to_bytes(model)
    what = f"The model is too large to be saved: {name} may have {size - 1:,} bytes, not {size:,}."
    assert (caught.value.what, caught.value.fix) == (what, TOO_LARGE)


def limit(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in (files, model_bytes):
        monkeypatch.setattr(module, "LARGEST_FILE", size)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path = files.from_bytes(data), tmp_path / "model.crm"
    limit(monkeypatch, len(data))
    files.save_model(model, path)
    assert files.read_model_file(path) == data
    limit(monkeypatch, len(data) - 1)
    with pytest.raises(ModelFileError) as saving:
        files.save_model(model, path)
    what = f"The model is too large to be saved: it may have {len(data) - 1:,} bytes, not {len(data):,}."
    assert (saving.value.what, saving.value.fix) == (what, TOO_LARGE)
    assert path.read_bytes() == data
    with pytest.raises(ModelFileError) as reading:
        files.read_model_file(path)
    assert (reading.value.what, reading.value.where) == ("The file is too large for a model file.", (str(path),))


def test_a_manifest_of_too_many_parts_is_not_saved(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "has_too_many", lambda _: True)
    with pytest.raises(ModelFileError) as caught:
        files.to_bytes(files.from_bytes(data))
    assert caught.value.what == "The model is too large to be saved: its columns have too many levels."


def test_what_begins_as_no_model_is_refused_for_that_before_it_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "loans.csv"
    path.write_bytes(b"id,income\n" + b"1,2\n" * 100_000)
    limit(monkeypatch, 1000)
    with pytest.raises(ModelFileError) as caught:
        files.read_model_file(path)
    assert (caught.value.what, caught.value.where) == ("This is not a model file.", (str(path),))


def test_a_pipe_is_refused_at_once_though_nobody_writes_to_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError) as caught:
        files.read_model_file(tmp_path / "pipe")
    assert (caught.value.what, caught.value.where) == (
        "The model file is a pipe or a device.", (str(tmp_path / "pipe"),)
    )  # fmt: skip
    assert caught.value.fix == "Save the model to a plain file: it is checked as a whole before it is used."


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        files.read_model_file(tmp_path)
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "The model file cannot be read: Is a directory.", (str(tmp_path),), "Check the path.",
    )  # fmt: skip


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_never_was_is_damage(data: bytes, version: int) -> None:
    with pytest.raises(ModelFileError) as caught:
        files.from_bytes(changed(data, format_version=version))
    assert caught.value.what == f"The model file is damaged: there is no format version {version}."


def test_a_newer_format_with_other_members_says_which_version_is_needed(data: bytes) -> None:
    newer = members(changed(data, format_version=7, written_by="creditrisk 9.1"))
    with pytest.raises(ModelFileError) as caught:
        files.from_bytes(pack({**newer, "notes.txt": b"new"}))
    assert caught.value.what == (
        "The model file has format version 7 (written by 'creditrisk 9.1') and needs that creditrisk or a newer one; "
        f"this is creditrisk {__version__}, which reads up to version 1."
    )


def test_a_member_that_no_version_has_is_damage(data: bytes) -> None:
    with pytest.raises(ModelFileError) as caught:
        files.from_bytes(pack({**members(data), "notes.txt": b"new"}))
    assert caught.value.what == "The model file is damaged: it has no member booster-2.txt where one must be."


def test_a_field_beside_the_model_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError) as caught:
        files.from_bytes(changed(data, more=1))
    assert caught.value.what == "The model file is damaged: manifest.more is unknown."


def test_a_figure_that_is_not_known_is_stored_as_nothing_and_not_as_a_number(data: bytes) -> None:
    assert files._without_nan({"a": [float("nan"), float("inf"), 0.25], "b": (-float("inf"), 3, "x", None)}) == {
        "a": [None, None, 0.25],
        "b": [None, 3, "x", None],
    }


def test_golden_rows_that_cannot_be_scored_are_damage_with_the_name_of_the_file(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise OverflowError("a number that a crafted model holds")

    monkeypatch.setattr(files, "checked_scorer", stumble)
    with pytest.raises(ModelFileError) as caught:
        files.open_model(model_file)
    assert (caught.value.what, caught.value.where, caught.value.fix) == (
        "The model file is damaged: its golden rows cannot be scored (OverflowError).",
        (str(model_file),),
        "Restore it, or train again.",
    )


def test_a_save_tells_the_digest_of_the_file_that_it_wrote(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.crm"
    digest = files.save_model(files.from_bytes(data), path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest() == hashlib.sha256(data).hexdigest()
