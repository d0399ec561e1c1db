"""Files that are no models, or were crafted to hurt: exit code 4 and a reason, at once and in little memory."""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hostile_mutations import opened, packed

from creditrisk.errors import ModelFileError
from creditrisk.models import model_file as file_of_model
from creditrisk.models.container import pack
from creditrisk.models.model_bytes import read_model_file
from creditrisk.models.model_file import from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "creditrisk"
NO_MODEL = "This is not a model file."


class Trap:
    """Leaves a mark if it is ever unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self.mark,))


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip as any program writes it."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of a name that stands twice
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def linked(data: bytes) -> bytes:
    """Return the container with the attributes of a symbolic link on its manifest."""
    start = data.index(b"PK\x01\x02") + 38
    return data[:start] + struct.pack("<I", 0o120777 << 16) + data[start + 4 :]


def declared(data: bytes, size: int) -> bytes:
    """Return the container whose manifest says that it has so many bytes."""
    return data[:18] + struct.pack("<II", size, size) + data[26:]


def json_first(text: bytes) -> bytes:
    """Return a sound container around a manifest of any text."""
    return pack({"manifest.json": text, "booster.txt": b"tree\n"})


def crafted(data: bytes, blend: bytes, mark: Path) -> Mapping[str, tuple[bytes, str]]:
    """Return files with the reason that each must give."""
    manifest, texts = opened(data)
    other = opened(blend)
    text = json.dumps(manifest)
    moved = {**manifest, "format_version": 7, "written_by": "creditrisk 9.1"}
    bomb = zipped(("manifest.json", b" " * (40 << 20)), compression=zipfile.ZIP_DEFLATED)
    around = "its bytes are not those of a model file with these members"
    return {
        "empty": (b"", NO_MODEL),
        "pickle": (pickle.dumps(Trap(mark)), NO_MODEL),
        "pickle in a zip": (zipped(("data.pkl", pickle.dumps(Trap(mark)))), "it has no member manifest.json"),
        "loans": (b"id,income\n1,2\n" * 1000, NO_MODEL),
        "gzip": (b"\x1f\x8b\x08" + b"\0" * 100, NO_MODEL),
        "deflated bomb": (bomb, "the size of manifest.json is not right"),
        "deflated": (zipped(("manifest.json", text.encode()), compression=zipfile.ZIP_DEFLATED), "is not right"),
        "declared 4 GB": (declared(data, 0xFFFFFFF0), "the size of manifest.json is not right"),
        "declared less": (declared(data, 100), around),
        "traversal": (zipped(("../../manifest.json", b"{}")), "it has no member manifest.json"),
        "absolute": (zipped(("/manifest.json", b"{}")), "it has no member manifest.json"),
        "symlink": (linked(data), around),
        "twice": (zipped(("manifest.json", text.encode()), ("manifest.json", b"{}")), "is not right"),
        "twice in our own zip": (pack({"manifest.json": text.encode()})[:-22] + data, around),
        "one more member": (
            pack({"manifest.json": text.encode(), **texts, "more.txt": b""}),
            "it has no member booster-2.txt",
        ),
        "end counts 65,535": (data[:-14] + b"\xff\xff\xff\xff" + data[-10:], around),
        "a comment": (data[:-2] + b"\x03\0abc", around),
        "a gap": (data[: len(data) // 2] + b"\0" + data[len(data) // 2 :], "damaged"),
        "too deep": (json_first(b"[" * 1_000_000 + b"]" * 1_000_000), "it is nested too deeply"),
        "deep objects": (json_first(b'{"a":' * 400_000 + b"1" + b"}" * 400_000), "it is nested too deeply"),
        "many lists": (json_first(b"[" + b"[]," * 5_000_000 + b"[]]"), "it holds more values than any manifest"),
        "many objects": (json_first(b"[" + b"{}," * 600_000 + b"{}]"), "it holds more values than any manifest"),
        "long text": (json_first(b'{"a":"' + b"x" * (33 << 20) + b'"}'), "the size of manifest.json is not right"),
        "NaN": (json_first(b'{"a": [1, NaN]}'), "the manifest holds NaN"),
        "Infinity": (json_first(b'{"a": -Infinity}'), "the manifest holds -Infinity"),
        "large": (json_first(b'{"a": 1e400}'), "a number that is too large"),
        "huge": (json_first(b'{"a": ' + b"9" * 1_000_000 + b"}"), "a whole number that is too large"),
        "key twice": (json_first(b'{"format": 1, "format": 2}'), "names a field twice"),
        "not ASCII": (json_first('{"a": "é"}'.encode()), "can't decode byte"),
        "version": (packed(moved, texts), "and needs that creditrisk or a newer one"),
        "version with a new member": (
            pack({"manifest.json": json.dumps(moved).encode(), **texts, "profiles.json": b"{}"}),
            "and needs that creditrisk or a newer one",
        ),
        "version 0": (packed({**manifest, "format_version": 0}, texts), "there is no format version 0"),
        "version -3": (packed({**manifest, "format_version": -3}, texts), "there is no format version -3"),
        "trees of another": (pack({"manifest.json": text.encode(), "booster.txt": other[1]["booster.txt"]}), "SHA-256"),
        "manifest of another": (pack({"manifest.json": json.dumps(other[0]).encode(), **texts}), "SHA-256"),
        "ends of lines": (packed(manifest, {"booster.txt": lines_only(texts["booster.txt"])}), "other entries than"),
        "many sizes": (packed(manifest, {"booster.txt": b"tree\ntree_sizes=" + b"1 " * 9_000_000}), "header does not"),
    }


def lines_only(text: bytes) -> bytes:
    """Return the trees as one of 20 million ends of lines."""
    body = b"Tree=0\n" + b"\n" * 20_000_000
    head, _, _ = text.partition(b"\n\n")
    return re.sub(rb"tree_sizes=[^\n]*", b"tree_sizes=%d" % len(body), head) + b"\n\n" + body + b"end of trees\n"


@pytest.fixture(scope="module")
def commands(
    model_file: Path, blend_file: Path, few_csv: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], list[dict[str, Any]], Path]:
    """Give the reasons to expect, what every command did with its file, and what a trap would have left."""
    folder = tmp_path_factory.mktemp("hostile") / "files"
    folder.mkdir()
    mark = folder.parent / "mark"
    files = crafted(model_file.read_bytes(), blend_file.read_bytes(), mark)
    for name, (content, _) in files.items():
        (folder / f"{name}.crm").write_bytes(content)
    (folder / "directory").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "zeros").symlink_to("/dev/zero")
    (folder / "nothing").symlink_to(folder / "nowhere")
    with (folder / "sparse").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(1 << 34)
    asked = [sys.executable, str(HERE / "hostile_commands.py"), str(folder), str(few_csv)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True)
    reasons = {f"{name}.crm": reason for name, (_, reason) in files.items()} | {
        "directory": "The model file cannot be read: Is a directory.",
        "fifo": "The model file is a pipe or a device.",
        "zeros": "The model file is a pipe or a device.",
        "nothing": "The model file does not exist.",
        "sparse": "The file is too large for a model file.",
    }
    return reasons, json.loads(done.stdout), mark


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="pipes and devices of this system have other names")
def test_every_hostile_file_ends_with_exit_code_4_a_reason_and_nothing_else(commands: Any) -> None:
    reasons, results, mark = commands
    assert {result["file"] for result in results} == set(reasons)
    for result in results:
        name, said = result["file"], result["said"]
        assert result["code"] == 4, result
        assert said.startswith("Error: "), result
        assert reasons[name] in said, result
        assert f"where: {name}" in said.replace(str(mark.parent / "files") + "/", ""), result
        assert result["printed"] == "", result
    assert not mark.exists()
    assert not (mark.parent / "scores.csv").exists()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="this system does not tell the peak of memory")
def test_no_hostile_file_takes_two_seconds_or_500_megabytes(commands: Any) -> None:
    _, results, _ = commands
    assert all(result["peak"] > 1 << 20 for result in results)
    assert max((result["peak"], result["file"]) for result in results)[0] < 500 << 20
    assert max((result["cpu_seconds"], result["file"]) for result in results)[0] < 2.0


@pytest.mark.parametrize("name", ["version.crm", "version with a new member.crm"])
def test_a_newer_file_says_what_made_it_and_what_it_needs(commands: Any, name: str) -> None:
    said = next(result["said"] for result in commands[1] if result["file"] == name)
    assert said.split("\n")[0] == (
        "Error: The model file has format version 7 (written by 'creditrisk 9.1') and needs that creditrisk or a newer "
        f"one; this is creditrisk {file_of_model.__version__}, which reads up to version 1."
    )
    assert said.split("\n")[2] == "  fix: Upgrade: pip install --upgrade creditrisk"


def test_a_pipe_is_refused_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError) as caught:
        read_model_file(tmp_path / "pipe")
    assert caught.value.what == "The model file is a pipe or a device."
    assert caught.value.where == (str(tmp_path / "pipe"),)
    assert caught.value.fix == "Save the model to a plain file: it is checked as a whole before it is used."


def test_what_is_too_large_to_be_read_is_not_saved(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = from_bytes(model_file.read_bytes())
    monkeypatch.setattr(file_of_model, "LARGEST_FILE", 1000)
    with pytest.raises(ModelFileError, match=r"^The model is too large to be saved: it may have 1,000 bytes, not"):
        to_bytes(model)
    monkeypatch.setattr(file_of_model, "has_too_many", lambda _: True)
    with pytest.raises(ModelFileError, match=r"^The model is too large to be saved: its columns have too many levels"):
        to_bytes(model)


#: What turns data into running code.
RUNS = re.compile(r"\b(?:c?pickle|joblib|marshal|shelve|dill|yaml\.load|(?<![\w.])eval\(|(?<![\w.])exec\(|__import__)")


def code_of(path: Path) -> str:
    """Return a source without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_nothing_in_the_package_can_run_what_a_file_holds() -> None:
    found = {path.name: RUNS.findall(code_of(path).replace("never pickle", "")) for path in PACKAGE.rglob("*.py")}
    assert len(found) > 100
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "line", ["import pickle", "joblib.load(x)", "eval(text)", "x = exec(text)", "yaml.load(f)", "import marshal",
             "shelve.open(x)"]
)  # fmt: skip
def test_the_search_for_what_runs_can_fail(line: str) -> None:
    assert RUNS.search(line)
    assert not RUNS.search("retrieval(x), self.eval(x), unpickled, executes, evaluate(x)")
