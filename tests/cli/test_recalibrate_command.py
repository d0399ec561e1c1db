from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner

import creditrisk
from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["recalibrate", *map(str, arguments)])


def test_report_pages_and_file_are_written(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    new, page, card = (tmp_path / name for name in ("n.crm", "r.html", "c.md"))
    done = run(model_file, loans_csv, "--output", new, "--report", page, "--model-card", card)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("What was it recalibrated on?\n")
    assert "\nWas it needed?  " in done.stdout
    assert done.stdout.splitlines()[-1].startswith(f"Saved  {new}  SHA-256 ")
    assert "Was it needed?" in page.read_text(encoding="utf-8")
    assert "## Where does the model come from?" in card.read_text(encoding="utf-8")
    assert creditrisk.info(new).training["recalibrations"][0]["loans"] == 3000


def test_json_is_one_document_and_verbose_names_the_stages(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    done = run(model_file, unlabelled_csv, "-o", tmp_path / "n.crm", "--to-rate", "0.05", "--json", "--verbose")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert (document["schema_version"], document["command"]) == (1, "recalibrate")
    assert (document["rate"], document["outcome"], document["rows"]) == (0.05, None, 700)
    assert all(stage in done.stderr for stage in ("scoring", "recalibrating"))


def test_errors_have_their_exit_codes_and_leave_no_file(
    model_file: Path, loans_csv: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    new = tmp_path / "n.crm"
    cases = [
        ((model_file, unlabelled_csv), 3, 'Error: The outcome, "isDefault", is not in the file.'),
        ((model_file, loans_csv, "--to-rate", "2"), 2, "--to-rate must be a PD above 0 and below 1"),
        ((loans_csv, loans_csv), 4, "Error: This is not a model file."),
        ((model_file, loans_csv, "--expect-sha256", "0" * 64), 4, "Error: The model file is not the expected one"),
        ((model_file, loans_csv, "--report", tmp_path / "none" / "r.html"), 5, "The folder of the output does"),
        ((model_file, loans_csv, "--report", new), 2, "The model and the report are one file."),
    ]  # fmt: skip
    for arguments, code, words in cases:
        done = run(*arguments, "--output", new)
        assert (done.exit_code, done.stdout) == (code, "")
        assert words in done.stderr
    assert list(tmp_path.iterdir()) == []
