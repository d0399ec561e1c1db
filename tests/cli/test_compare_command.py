from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "creditrisk", "compare", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def run_here(*arguments: str | Path) -> Result:
    """Run the command without a process of its own, which spares the start."""
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


def test_the_report_ends_in_the_one_sentence(model_file: Path, loans_csv: Path) -> None:
    done = run("column:ficoRangeLow", model_file, loans_csv, "--a-direction", "safety", "--draws", "100")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('What was compared\n  A, the champion: score column "ficoRangeLow"')
    last = done.stdout.splitlines()[-1]
    assert last.startswith("  No verdict: a model learned from some of these loans")
    assert "On these 3,000 loans with " in last
    assert " B is better than A: its AUC less that of A is +0." in last


def test_json_is_one_document(model_file: Path, loans_csv: Path) -> None:
    done = run(model_file, model_file, loans_csv, "--json", "--draws", "100", "--lgd", "0.5", "--margin", "0.1")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert (document["schema_version"], document["command"]) == (1, "compare")
    assert document["verdict"] == "not told apart"
    assert document["differences"]["profit"] == {"value": 0.0, "low": 0.0, "high": 0.0, "se": 0.0}
    assert document["equal_approval"]["newly_accepted"]["bad_rate"]["value"] is None


def test_quiet_prints_nothing_and_verbose_names_the_stages(model_file: Path, loans_csv: Path) -> None:
    done = run(model_file, model_file, loans_csv, "--quiet", "--draws", "100")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    told = run_here(model_file, model_file, loans_csv, "--verbose", "--draws", "100").stderr
    assert all(stage in told for stage in ("scoring with A", "scoring with B", "comparing"))


def test_errors_have_their_words_and_exit_codes(model_file: Path, loans_csv: Path) -> None:
    done = run("column:dti", model_file, loans_csv)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: A is a score column, and which way it points is not said.\n"
        '  where: "dti"\n'
        "  fix: Give --a-direction risk (a higher score is riskier), safety (a higher one is safer) or pd (it is a PD)."
        "\n"
    )
    words = run_here("column:grade", model_file, loans_csv, "--a-direction", "risk")
    assert words.exit_code == 3
    assert 'line 2, column "grade": ' in words.stderr
    assert run_here("none.crm", model_file, loans_csv).exit_code == 4
    drawn = run_here(model_file, model_file, loans_csv, "--draws", "5")
    assert (drawn.exit_code, drawn.stderr) == (
        2,
        "Error: An option of the comparison is wrong.\n  where: --draws must be between 100 and 100,000, got 5\n",
    )
