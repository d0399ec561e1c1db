from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def test_what_the_model_file_tells(model_file: Path) -> None:
    done = run(model_file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "no loans were given: what follows is what the model file alone tells" in done.stdout
    assert "What drives it?" in done.stdout
    assert "Along" not in done.stdout


def test_all_loans_on_the_console_and_as_a_page(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run(model_file, loans_csv, "--rows", "60", "--top", "2", "--permutations", "1", "--report", page)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "60 of 3,000 loans of" in done.stdout
    for heading in ("What drives it?", "Along ", "What acts together?", "What to watch"):
        assert heading in done.stdout
    assert "What does it do along a column?" in page.read_text(encoding="utf-8")


def test_one_loan_as_json(model_file: Path, loans_csv: Path) -> None:
    name = loans_csv.read_text(encoding="utf-8").splitlines()[9].split(",")[0]
    done = run(model_file, loans_csv, "--row", name, "--cutoff", "0.01", "--actionable", "interestRate:down", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["command"], document["loan"]["row"], document["loan"]["id"]) == ("explain", 9, name)
    assert document["loan"]["change"]["tried"] > 0
    steps = sum(step["log_odds"] for step in document["loan"]["steps"])
    assert document["loan"]["base_log_odds"] + steps == pytest.approx(document["loan"]["log_odds"], abs=1e-9)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--rows", "10"), 2, "--rows must be 50 to 100,000, got 10"),
        (("--row", "7", "--actionable", "x"), 2, "--actionable"),
        (("--row", "7", "--actionable", "x:sideways"), 2, "--actionable \"x\": 'sideways' is none of down, up, any"),
        (("--row", "7", "--actionable", "x:up", "--actionable", "x:down"), 2, "--actionable names a column twice"),
        (("--cutoff", "0.2"), 2, "--cutoff needs --row ID: it is about one loan"),
        (("--row", "nobody"), 3, 'No loan is called "nobody" by "id".'),
    ],
)
def test_mistakes(words: tuple[str, ...], code: int, said: str, model_file: Path, loans_csv: Path) -> None:
    done = run(model_file, loans_csv, *words)
    assert done.exit_code == code
    assert said in done.stderr
    assert done.stdout == ""
