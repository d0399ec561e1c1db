"""What is wrong with the words of a command is answered before NumPy, Arrow and the rest are loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer

from creditrisk.cli.app import app
from creditrisk.cli.start import busy

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"pandas", "sklearn", "lightgbm", "scipy", "numpy", "pyarrow", "rich", "jinja2"}
#: Runs each line of arguments in turn and prints its exit code and what heavy modules are loaded by then.
CODE = """
import contextlib, io, json, sys
from creditrisk.cli.app import app
found = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(io.StringIO()):
        try:
            app(arguments)
        except SystemExit as end:
            code = end.code
    tops = {name.split(".")[0] for name in sys.modules}
    found.append([code, said.getvalue(), sorted(tops)])
print(json.dumps(found))
"""

#: A call of each command of which every word is right, but for the files, which are not there.
CALLS = {
    "inspect": ["none.csv"],
    "train": ["none.csv", "--target", "y", "--output", "m.crm"],
    "evaluate": ["none.crm", "none.csv"],
    "compare": ["none.crm", "none.crm", "none.csv"],
    "monitor": ["none.crm", "none.csv"],
    "predict": ["none.crm", "none.csv", "--output", "s.csv"],
    "recalibrate": ["none.crm", "none.csv", "--output", "n.crm"],
    "explain": ["none.crm", "none.csv"],
    "export": ["none.crm", "--to", "sql", "--output", "m.sql"],
    "verify": ["none.sql", "none.crm"],
    "info": ["none.crm"],
    "sample": ["--output", "s.csv"],
}
#: An option of each command with a value that its own rules refuse.
WRONG_VALUES = {
    "inspect": ["--delimiter", "long"],
    "train": ["--folds", "1"],
    "evaluate": ["--cutoff", "2"],
    "compare": ["--a-direction", "up"],
    "monitor": ["--cutoff", "2"],
    "predict": ["--max-unseen", "7"],
    "recalibrate": ["--to-rate", "3.1"],
    "explain": ["--rows", "1"],
    "export": ["--to", "pmml"],
    "verify": ["--on", "oracle"],
    "info": ["--expect-sha256", "abc"],
    "sample": ["--rows", "0"],
}
#: Mistakes of single commands that only two words together show.
OTHERS = [
    (["train", "three.csv", "--target", "y", "-o", "three.csv"], 2, "The model file exists already."),
    (["train", "three.csv", "--target", "y", "-o", "none/m.crm"], 5, "The folder of the output does not exist."),
    (["train", "three.csv", "--target", "y", "-o", "m.crm", "--decision", "cutoff"], 2, "needs --cutoff PD"),
    (["train", "none-*.csv", "--target", "y", "-o", "m.crm"], 3, "No file matches the pattern."),
    (["train", "three.csv", "three.csv", "--target", "y", "-o", "m.crm"], 2, "A file is given twice."),
    (["train", "none.csv", "book.csv", "--target", "y", "-o", "m.crm"], 3, "2 of the 2 files cannot be used."),
    (["evaluate", "three.csv", "three.csv"], 4, "This is not a model file."),
    (["evaluate", "m.zip", "three.csv", "--report", "none/r.html"], 5, "The folder of the output does not exist."),
    (["predict", "m.zip", "book.csv", "-o", "s.csv"], 3, "This is a compressed or binary file, not CSV text."),
    (["predict", "m.zip", "three.csv", "-o", "none/s.csv"], 5, "The folder of the output does not exist."),
    (["predict", "m.zip", "three.csv", "-o", "three.csv"], 2, "The scores would overwrite the data."),
    (["predict", "m.zip", "three.csv", "-o", "s.csv.gz"], 2, "written as plain CSV"),
    (["predict", "m.zip", "three.csv", "-o", "s.csv", "--columns", '"a'], 2, "--columns cannot be read"),
    (["predict", "m.zip", "three.csv", "-o", "-", "--json"], 2, "cannot both go to standard output"),
    (["compare", "column:a", "m.zip", "three.csv"], 2, "A is a score column, and which way it points is not said."),
    (["compare", "m.zip", "m.zip", "three.csv", "--target", "y"], 2, "--target is for two score columns"),
    (["explain", "m.zip", "--row", "7"], 2, "--row needs DATA"),
    (["explain", "m.zip", "three.csv", "--actionable", "x:down"], 2, "--actionable needs --row ID"),
    (["export", "m.zip", "--to", "sql", "--page", "p.html", "-o", "m.sql"], 2, "--page is the page of a points"),
    (["export", "m.zip", "--to", "sql", "-o", "none/m.sql"], 5, "The folder of the output does not exist."),
    (["export", "m.zip", "--to", "sql", "-o", "m.zip"], 2, "The export would overwrite the model."),
    (["verify", "none.sql", "m.zip"], 2, "The export is no file."),
    (["inspect", "three.csv", "--against", "none.csv"], 3, "The file does not exist."),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a file of loans, one that begins as a model does, and one that only looks like loans."""
    (tmp_path / "three.csv").write_text("x,y\n1,0\n2,1\n3,0\n")
    (tmp_path / "m.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04 a sheet")
    return tmp_path


def answers(calls: list[list[str]], folder: Path) -> list[tuple[int, str, set[str]]]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, json.dumps(calls)], capture_output=True, text=True, cwd=folder, check=True
    )
    return [(code, said, set(loaded)) for code, said, loaded in json.loads(done.stdout)]


def test_every_command_has_its_cases() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert commands == set(CALLS) == set(WRONG_VALUES)


def test_mistakes_of_every_command_load_nothing_heavy(folder: Path) -> None:
    calls, codes = [], []
    for name, words in CALLS.items():
        calls += [[name, *words, "--bogus"], [name], [name, *words, *WRONG_VALUES[name]]]
        codes += [2, 2, 2]
        if name != "sample":
            calls.append([name, *words])
            codes.append(4 if "none.crm" in words else 3)
    for call, code, (found, said, loaded) in zip(calls, codes, answers(calls, folder), strict=True):
        assert (call, found) == (call, code)
        assert "rror: " in said
        assert (call, loaded & HEAVY) == (call, set())


def test_mistakes_that_two_words_make_load_nothing_heavy(folder: Path) -> None:
    found = answers([call for call, _, _ in OTHERS], folder)
    for (call, code, words), (ended, said, loaded) in zip(OTHERS, found, strict=True):
        assert (call, ended) == (call, code)
        assert words in said
        assert (call, loaded & HEAVY) == (call, set())
    assert sorted(path.name for path in folder.iterdir()) == ["book.csv", "m.zip", "three.csv"]


def test_the_check_of_what_is_loaded_can_fail(folder: Path) -> None:
    """A header that lacks the target is read by Arrow: nothing lighter could."""
    [(code, said, loaded)] = answers([["train", "three.csv", "--target", "z", "-o", "m.crm"]], folder)
    assert code == 3
    assert '"z" is not there' in said
    assert {"numpy", "pyarrow"} <= loaded


@pytest.mark.parametrize(
    ("words", "variables", "others"),
    [(["predict"], {}, False), (["predict"], {"CREDITRISK_SEED": "1"}, True), (["predict", "--config=a"], {}, True),
     (["predct"], {}, True), ([], {}, True)],
)  # fmt: skip
def test_the_files_of_other_commands_are_read_only_where_they_are_needed(
    words: list[str], variables: dict[str, str], others: bool
) -> None:
    code = (
        "import sys\nfrom creditrisk.cli.commands import app_for\napp_for(sys.argv[1:])\n"
        "print('creditrisk.cli.predict' in sys.modules, 'creditrisk.cli.train' in sys.modules)"
    )
    plain = {name: text for name, text in os.environ.items() if not name.startswith("CREDITRISK_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True, env=plain | variables
    )
    assert done.stdout.split() == ["True", str(others)]


def test_threads_sleep_while_they_wait_only_where_others_keep_half_of_the_processors_at_work(tmp_path: Path) -> None:
    told = tmp_path / "loadavg"
    half = max(1, (os.cpu_count() or 1) // 2)
    for running, expected in ((1, False), (half, False), (1 + half, True), (9 * half + 1, True)):
        told.write_text(f"0.20 0.18 0.12 {running}/80 11206\n")
        assert busy(str(told)) is expected
    told.write_text("no such thing")
    assert not busy(str(told))
    assert not busy(str(tmp_path / "none"))
