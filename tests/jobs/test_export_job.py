"""`export` and `verify` as commands: what is said, written, refused, and the exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def test_a_model_goes_to_a_database_and_back(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.sql"
    written = call("export", model_file, loans_csv, "--to", "sql", "--rows", "100", "-o", path)
    assert (written.exit_code, written.stderr) == (0, "")
    assert "100 loans of the files, sqlite: 0 different" in written.stdout
    assert "Same as the model" in written.stdout
    verified = call("verify", path, model_file, loans_csv, "--rows", "50", "--json")
    document = json.loads(verified.stdout)
    assert [trial["rows"] for trial in document["trials"]][1] == 50
    assert (document["command"], document["different"]) == ("verify", 0)


def test_a_difference_ends_with_6_and_tells_the_loans(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    assert call("export", model_file, "--to", "json", "-o", path).exit_code == 0
    rules = json.loads(path.read_text())
    rules["score"]["constant"] += 1
    path.write_text(json.dumps(rules))
    done = call("verify", path, model_file)
    assert done.exit_code == 6
    assert "score is" in done.stdout
    assert "loans DIFFER" in done.stdout
    assert "The export differs from the model on" in done.stderr


def test_values_of_loans_of_files_are_not_repeated(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    call("export", model_file, "--to", "json", "-o", path)
    path.write_text(path.read_text().replace('"intercept": ', '"intercept": 1'))
    document = json.loads(call("verify", path, model_file, loans_csv, "--rows", "10", "--json").stdout)
    assert document["trials"][1]["different"] == 10
    assert all(bool(each["loan"]) == (each["loans"] == "boundaries") for each in document["differences"])


def test_what_was_there_stays_where_the_trial_fails(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.sql"
    path.write_text("the night's own")
    monkeypatch.setattr("creditrisk.exports.sql._FURTHEST", 1)
    done = call("export", model_file, "--to", "sql", "-o", path)
    assert done.exit_code == 6
    assert "was not written" in done.stdout
    assert path.read_text() == "the night's own"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--to", "sql", "--id", "grade"], 2, "An id cannot be a column that the model looks at."),
        (["--to", "sql", "--on", "postgresql"], 2, "PostgreSQL refuses the statement."),
        (["--to", "sql", "-o", "-"], 2, "An export is written to a file."),
        (["--to", "points"], 2, "only a scorecard has points"),
        (["--to", "sql", "--rows", "0"], 2, "--rows must be 1 or more"),
    ],
)
def test_what_cannot_be_is_refused(
    words: list[str], code: int, said: str, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    if "postgresql" in words:
        monkeypatch.setattr("creditrisk.exports.databases.shutil.which", lambda _: "false")
        said = "PostgreSQL"
    done = call("export", model_file, "-o", tmp_path / "export", *words)
    assert done.exit_code == code
    assert said in done.stderr
    assert not (tmp_path / "export").exists()


def test_without_the_extras_the_way_is_told(model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("duckdb", "onnx", "onnxruntime"):
        monkeypatch.setitem(__import__("sys").modules, package, None)
    for module in ("creditrisk.exports.onnx_graph", "creditrisk.exports.onnx_nodes"):
        monkeypatch.delitem(__import__("sys").modules, module, raising=False)
    for words, extra in ((["sql", "--on", "duckdb"], "creditrisk[duckdb]"), (["onnx"], "creditrisk[onnx]")):
        done = call("export", model_file, "-o", tmp_path / "export", "--to", *words)
        assert done.exit_code == 2
        assert f"pip install '{extra}'" in done.stderr
