from __future__ import annotations

import hashlib
import io
import json
import pickle
import random
import struct
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from loan_reading import source

from creditrisk.errors import ModelFileError
from creditrisk.models.container import pack, unpack
from creditrisk.models.model_file import from_bytes, load_model, open_model, save_model, to_bytes

NAMES = ("manifest.json", "booster.txt")
LIMITS = {"manifest.json": 8 << 20, "booster.txt": 1 << 30}


@pytest.fixture(scope="module")
def data(model_file: Path) -> bytes:
    return model_file.read_bytes()


def rebuilt(data: bytes, change: Any = None, booster: bytes | None = None, **top: Any) -> bytes:
    """Return the file with its manifest or trees changed, and every digest right again."""
    members = unpack(data, LIMITS)
    manifest = json.loads(members["manifest.json"])
    text = members["booster.txt"] if booster is None else booster
    manifest["members"] = {"booster.txt": {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}}
    manifest.update(top)
    if change is not None:
        change(manifest)
    return pack({"manifest.json": json.dumps(manifest).encode(), "booster.txt": text})


def test_saving_what_was_loaded_gives_the_same_bytes(data: bytes) -> None:
    assert to_bytes(from_bytes(data)) == data


def test_a_loaded_model_scores_as_the_saved_one(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    first = open_model(model_file)
    digest = save_model(first.model, tmp_path / "copy.crm")
    again = open_model(tmp_path / "copy.crm")
    loans = next(source(unlabelled_csv, first.model.schema).batches())
    assert again.score(loans).pd.tolist() == first.score(loans).pd.tolist()
    assert digest == hashlib.sha256((tmp_path / "copy.crm").read_bytes()).hexdigest()


def test_any_zip_program_reads_the_container(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(NAMES)
        assert all(item.compress_type == zipfile.ZIP_STORED for item in archive.infolist())
        assert json.loads(archive.read("manifest.json"))["format"] == "creditrisk-model"


def test_the_golden_rows_are_scored_again_when_a_model_is_opened(data: bytes, tmp_path: Path) -> None:
    def shift(manifest: dict[str, Any]) -> None:
        manifest["model"]["golden"]["log_odds"][5] += 1e-6

    path = tmp_path / "model.crm"
    path.write_bytes(rebuilt(data, shift))
    load_model(path)
    with pytest.raises(ModelFileError, match="no longer gives the log-odds that it gave when it was saved"):
        open_model(path)


def test_the_golden_rows_reach_missing_values_and_levels_that_training_never_saw(data: bytes) -> None:
    golden = from_bytes(data).golden
    by_column = dict(zip(golden.columns, zip(*golden.rows, strict=True), strict=True))
    assert len(golden.rows) == 24
    assert len(set(golden.log_odds)) > 10
    assert None in by_column["dti"]
    assert "(a level that training never saw)" in by_column["grade"]


def test_a_file_cut_anywhere_is_refused(data: bytes) -> None:
    for part in range(64):
        with pytest.raises(ModelFileError):
            from_bytes(data[: len(data) * part // 64])


def test_no_flipped_bit_loads(data: bytes) -> None:
    rng = random.Random(3)
    for _ in range(400):
        flipped = bytearray(data)
        flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        with pytest.raises(ModelFileError):
            from_bytes(bytes(flipped))


def test_bytes_before_after_and_between_the_members_are_refused(data: bytes) -> None:
    start = data.index(b"booster.txt") - 30
    for crafted in (b"x" + data, data + b"x", data[:start] + b"gap" + data[start:], data[:-2] + b"\x01\x00!"):
        with pytest.raises(ModelFileError):
            from_bytes(crafted)


def test_a_member_that_lies_about_its_size_is_refused_before_it_is_read(data: bytes) -> None:
    huge = bytearray(data)
    struct.pack_into("<II", huge, 18, 0xFFFFFF00, 0xFFFFFF00)
    with pytest.raises(ModelFileError, match=r"the size of manifest\.json is not right"):
        from_bytes(bytes(huge))


@pytest.mark.parametrize("names", [("../x", "booster.txt"), ("booster.txt", "manifest.json"), ("manifest.json",) * 2])
def test_other_names_are_refused(data: bytes, names: tuple[str, ...]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for index, name in enumerate(names):
            file.writestr(f"{name}" if index == 0 else name + "x" * (names[0] == name), b"{}")
    with pytest.raises(ModelFileError, match=r"it has no member|is not right"):
        from_bytes(archive.getvalue())


class Trap:
    """Leaves a mark if it is ever unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self.mark,))


def test_a_pickle_is_refused_and_never_opened(tmp_path: Path) -> None:
    path, mark = tmp_path / "model.crm", tmp_path / "mark"
    path.write_bytes(pickle.dumps(Trap(mark)))
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert caught.value.what == "This is not a model file."
    assert caught.value.fix == "Name a file that `creditrisk train` wrote: the model comes first, then the loans."
    assert not mark.exists()


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        load_model(tmp_path / "none.crm")
    assert caught.value.what == "The model file does not exist."
    assert caught.value.where == (str(tmp_path / "none.crm"),)


def test_a_newer_format_says_which_version_is_needed(data: bytes) -> None:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(rebuilt(data, format_version=2, written_by="creditrisk 9.1"))
    assert "format version 2 (written by 'creditrisk 9.1')" in caught.value.what
    assert caught.value.fix == "Upgrade: pip install --upgrade creditrisk"


def test_trees_of_another_model_are_refused(data: bytes) -> None:
    members = unpack(data, LIMITS)
    other = members["booster.txt"].replace(b"leaf_value=-1", b"leaf_value=-2", 1)
    assert other != members["booster.txt"]
    with pytest.raises(ModelFileError, match="the members are not those that were saved"):
        from_bytes(pack({**members, "booster.txt": other}))


def test_right_digests_do_not_get_a_crafted_tree_past_the_structural_check(data: bytes) -> None:
    text = unpack(data, LIMITS)["booster.txt"]
    start = text.index(b"left_child=") + len("left_child=")
    crafted = text[:start] + b"0" + text[start + 1 :]
    with pytest.raises(ModelFileError, match="The model's trees are damaged"):
        from_bytes(rebuilt(data, booster=crafted))


MANIFESTS = [
    (b"[" * 100_000, "it is nested too deeply"),
    (b'{"format": NaN}', "the manifest holds NaN"),
    (b'{"a": 1, "a": 2}', "the manifest names a field twice"),
    (b'{"a": 1e999}', "the manifest holds a number that is too large"),
    (b'{"a": ' + b"9" * 5000 + b"}", "the manifest holds a whole number that is too large"),
    (b"[]", "manifest is not an object"),
    (b"{}", "manifest.format is missing or of another type"),
    (b'{"format": "creditrisk-model", "format_version": true}', "format_version is missing or of another type"),
    (b'{"format": "other", "format_version": 1}', "the format has another name"),
    (b"\xff", "can't decode byte"),
]


@pytest.mark.parametrize(("manifest", "reason"), MANIFESTS)
def test_a_manifest_that_is_not_strict_json_is_refused(manifest: bytes, reason: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(pack({"manifest.json": manifest, "booster.txt": b"tree\n"}))
    assert reason in caught.value.what


FIELDS = [
    (lambda m: m["model"].update(extra=1), "manifest.model.extra is unknown"),
    (
        lambda m: m["model"].update(kind="forest"),
        "the kind of model is unknown, or its members are not those of its kind",
    ),
    (
        lambda m: m["model"].update(kind="scorecard"),
        "the kind of model is unknown, or its members are not those of its kind",
    ),
    (lambda m: m["model"].pop("base_rate"), "manifest.model.base_rate is missing or of another type"),
    (lambda m: m["model"].update(base_rate=1.5), "weighting.ratio or base_rate is out of its range"),
    (lambda m: m["model"]["weighting"].update(ratio=0), "weighting.ratio or base_rate is out of its range"),
    (lambda m: m["model"]["steps"].pop(), "steps and schema do not name the same columns"),
    (lambda m: m["model"]["steps"][0].update(fill="x"), "manifest.model.steps[0].fill is missing or of another type"),
    (lambda m: m["model"]["steps"][0].update(step="code"), "manifest.model.steps[0].step is unknown"),
    (lambda m: m["model"]["schema"]["columns"][0].update(kind="x"), "manifest.model.schema.columns[0].kind is unknown"),
    (lambda m: m["model"]["schema"]["ids"].append("loanAmnt"), "schema names a column twice"),
    (
        lambda m: m["model"]["schema"]["columns"][0].update(unit="furlongs"),
        "manifest.model.schema.columns[0] has a date format or a unit that is unknown",
    ),
    (
        lambda m: m["model"]["schema"]["columns"][0].update(date_format="%Y%Y"),
        "manifest.model.schema.columns[0] has a date format or a unit that is unknown",
    ),
    (lambda m: m["model"]["schema"]["roles"].update(weight_kind="x"), "the roles of columns are not understood"),
    (lambda m: m["model"]["calibration"].update(slope=0), "the calibration does not rise"),
    (lambda m: m["model"]["calibration"].update(knots=[1, 0], values=[0, 1]), "the calibration does not rise"),
    (lambda m: m["model"]["calibration"].update(knots=[0, 1], values=[0]), "the calibration does not rise"),
    (lambda m: m["model"]["scale"].update(grades=[0.5, 0.2]), "the scale of points and grades makes no sense"),
    (lambda m: m["model"]["scale"].update(pdo=0), "the scale of points and grades makes no sense"),
    (lambda m: m["model"]["golden"]["rows"][0].pop(), "manifest.model.golden.rows[0] is not a row of 44 values"),
    (lambda m: m["model"]["golden"]["log_odds"].pop(), "the golden rows do not fit the columns"),
]


@pytest.mark.parametrize(("change", "reason"), FIELDS)
def test_a_manifest_with_other_fields_is_refused(data: bytes, change: Any, reason: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        from_bytes(rebuilt(data, change))
    assert caught.value.what == f"The model file is damaged: {reason}."


def test_a_level_may_hold_brackets_and_any_script(data: bytes) -> None:
    def rename(manifest: dict[str, Any]) -> None:
        step = next(step for step in manifest["model"]["steps"] if step["step"] == "category")
        step["levels"][:4] = ["[" * 60, "等級", "\U0001f3e6", '"}']

    assert "等級" in str(from_bytes(rebuilt(data, rename)).recipe)


def test_no_loan_is_in_the_model(model_file: Path, loans_csv: Path) -> None:
    loans, text = pd.read_csv(loans_csv), model_file.read_bytes().decode("latin-1")
    for column in ("annualIncome", "revolBal", "installment"):
        for extreme in (loans[column].min(), loans[column].max()):
            assert f"[{extreme}" not in text
            assert f":{extreme}]" not in text
    assert str(loans_csv.parent) not in text
