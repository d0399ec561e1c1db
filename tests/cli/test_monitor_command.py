"""`creditrisk monitor`: console, JSON, HTML, gates and its errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["monitor", *map(str, arguments)], env={"COLUMNS": "120", "NO_COLOR": "1"})


def test_the_report_ends_with_what_to_do(model_file: Path, unlabelled_csv: Path) -> None:
    done = run(model_file, unlabelled_csv, "--baseline", unlabelled_csv)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].strip() == "NOTHING (not known). Go on, and look again with the next loans."
    assert "PSI 0.0000; chance alone passes" in done.stdout


def test_a_gate_that_fails_is_told_whole_and_ends_with_6(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    loans = pd.read_csv(unlabelled_csv)
    loans.assign(revolBal=3 * loans["revolBal"]).to_csv(tmp_path / "moved.csv", index=False)
    done = run(model_file, tmp_path / "moved.csv", "--json", "--fail-if", "column_psi > 0.25",
               "--fail-if", "verdict >= red", "--fail-if", "columns_shifted > 0")  # fmt: skip
    assert done.exit_code == 6
    assert "Error: 2 of the --fail-if conditions are met." in done.stderr
    document = json.loads(done.stdout)
    assert [gate["failed"] for gate in document["gates"]] == [True, False, True]
    assert document["population"]["columns"][0]["name"] == "revolBal"
    assert (document["conclusion"]["action"], document["conclusion"]["verdict"]) == ("watch", "amber")


def test_the_page_and_the_card_say_the_same_and_names_are_escaped(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "<b>odd.csv"
    odd.write_bytes(unlabelled_csv.read_bytes())
    page, card = tmp_path / "r.html", tmp_path / "r.md"
    done = run(model_file, odd, unlabelled_csv, "--report", page, "--model-card", card, "--quiet")
    assert (done.exit_code, done.stdout) == (0, "")
    html, text = page.read_text(), card.read_text()
    for title in ("What to do?", "Who comes?", "Which columns are spread otherwise?", "How does it go over time?"):
        assert title in html
    assert "<b>odd" not in html
    assert "&lt;b&gt;odd" in html
    assert "## What to do?" in text


def test_outcomes_are_judged_where_they_are_known(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    done = run(model_file, loans_csv, "--report", tmp_path / "r.html")
    assert done.exit_code == 0
    assert "Do the outcomes agree?  3,000 loans, " in done.stdout
    assert "by the concept (defaults that the PDs do not explain)" in done.stdout
    assert "Do the outcomes agree?" in (tmp_path / "r.html").read_text()


def test_a_missing_file_is_one_error(model_file: Path, tmp_path: Path) -> None:
    done = run(model_file, tmp_path / "none.csv")
    assert done.exit_code == 3
    assert done.stderr.startswith("Error: The file does not exist.")


def test_a_report_over_the_data_is_refused(model_file: Path, unlabelled_csv: Path) -> None:
    before = unlabelled_csv.read_bytes()
    assert run(model_file, unlabelled_csv, "--report", unlabelled_csv).exit_code == 2
    assert unlabelled_csv.read_bytes() == before
