"""Gates of the commands: exit code 6 and what was asked for all the same; options that must reach their job."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

WRITTEN = "  fix: What the command writes was written all the same.\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "100", "NO_COLOR": "1"})


def said(condition: str, figure: str, number: str = r"-?\d\.\d+") -> str:
    """The words of one gate that failed, as a pattern."""
    interval = rf" \({number} – {number}\)"
    return (
        r"Error: 1 of the --fail-if conditions is met\.\n"
        rf"  where: {re.escape(condition)}: {figure} is {number}{interval}\n{re.escape(WRITTEN)}"
    )


def test_an_evaluation_that_fails_its_gate_is_told_whole_and_ends_with_6(model_file: Path, loans_csv: Path) -> None:
    words = ("evaluate", model_file, loans_csv, "--draws", "20", "--json")
    failed = run(*words, "--fail-if", "auc < 0.999", "--fail-if", "auc < 0.1")
    assert failed.exit_code == 6
    assert re.fullmatch(said("auc < 0.999", "auc"), failed.stderr)
    gates = json.loads(failed.stdout)["gates"]
    assert [(gate["condition"], gate["failed"]) for gate in gates] == [("auc < 0.999", True), ("auc < 0.1", False)]
    passed = run(*words, "--fail-if", "auc < 0.1")
    assert (passed.exit_code, passed.stderr) == (0, "")


def test_a_comparison_that_fails_its_gate_is_told_whole_and_ends_with_6(model_file: Path, loans_csv: Path) -> None:
    words = ("compare", "column:ficoRangeLow", model_file, loans_csv, "--a-direction", "safety", "--draws", "100")
    for condition, code in (("differences.auc > 0", 6), ("differences.auc < 0", 0)):
        done = run(*words, "--json", "--fail-if", condition)
        assert (done.exit_code, json.loads(done.stdout)["command"]) == (code, "compare")
        if code:
            assert re.fullmatch(said(condition, r"differences\.auc"), done.stderr)


def test_a_training_that_fails_its_gate_keeps_its_model_and_ends_with_6(loans_csv: Path, tmp_path: Path) -> None:
    few = ("--preset", "fast", "--max-trees", "5", "--folds", "2", "--draws", "20", "--no-audit", "--quiet")
    model = tmp_path / "m.crm"
    done = run("train", loans_csv, "--target", "isDefault", "-o", model, *few, "--fail-if", "auc < 0.999")
    assert (done.exit_code, done.stdout, model.exists()) == (6, "", True)
    assert re.fullmatch(said("auc < 0.999", "auc"), done.stderr)


@pytest.fixture(scope="module")
def unlike_csv(unlabelled_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give loans a twentieth of which have a grade that training never saw, and incomes in another unit."""
    path = tmp_path_factory.mktemp("unlike") / "unlike.csv"
    with unlabelled_csv.open(newline="") as file:
        loans = list(csv.DictReader(file))
    for place, loan in enumerate(loans):
        loan["annualIncome"] = loan["annualIncome"] and str(float(loan["annualIncome"]) / 1000)
        loan["grade"] = "Z" if place % 20 == 0 else loan["grade"]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(loans[0]))
        writer.writeheader()
        writer.writerows(loans)
    return path


@pytest.mark.parametrize(
    ("limits", "code", "where"),
    [
        ((), 0, ""),
        (("--max-unseen", "0.05"), 0, ""),
        (("--max-unseen", "0.04"), 6, r'--max-unseen 0\.04: "grade" has 5\.00%, in training 0\.00%'),
        (("--fail-on-drift",), 6, r'--fail-on-drift: "annualIncome" has PSI \d+\.\d{3}'),
    ],
)
def test_loans_unlike_those_of_training_are_scored_and_end_with_6_where_that_was_asked_for(
    limits: tuple[str, ...], code: int, where: str, model_file: Path, unlike_csv: Path, tmp_path: Path
) -> None:
    scores = tmp_path / "scores.csv"
    done = run("predict", model_file, unlike_csv, "-o", scores, "--quiet", *limits)
    assert (done.exit_code, len(scores.read_text().splitlines())) == (code, 701)
    fix = "The scores were written all the same. Look at these columns before you use them."
    words = rf"Error: The scored loans are unlike those of the training\.\n  where: {where}\n  fix: {re.escape(fix)}\n"
    assert re.fullmatch(words if code else "", done.stderr)


def test_a_cut_off_reaches_the_evaluation(model_file: Path, loans_csv: Path) -> None:
    usual, asked = (
        json.loads(run("evaluate", model_file, loans_csv, "--draws", "20", "--json", *more).stdout)["figures"]
        for more in ((), ("--cutoff", "0.4321"))
    )
    assert asked["confusion"]["cutoff"] == 0.4321 != usual["confusion"]["cutoff"]


def test_too_little_memory_is_told_without_a_traceback(
    model_file: Path, loans_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("creditrisk.jobs.evaluate.evaluate", too_much)
    done = run("evaluate", model_file, loans_csv)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: The memory of this machine is not enough.\n  fix: Use fewer rows, or a larger machine.\n"
    )


def test_scores_and_json_cannot_both_go_to_standard_output(model_file: Path, unlabelled_csv: Path) -> None:
    done = run("predict", model_file, unlabelled_csv, "-o", "-", "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: The scores and --json cannot both go to standard output.\n  fix: Give --output a file.\n"
    )


@pytest.mark.parametrize("named", ['id,"pd', 'id,"pd"x'])
def test_columns_that_are_no_line_of_csv_are_refused(named: str, model_file: Path, unlabelled_csv: Path) -> None:
    done = run("predict", model_file, unlabelled_csv, "-o", "-", "--columns", named)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: --columns cannot be read: ")
    assert done.stderr.endswith('  fix: Example: --columns id,pd,"a name, with a comma"\n')


@pytest.mark.parametrize("output", ["--output", "--report", "--model-card", "--rejects"])
def test_no_output_may_be_the_config_file(output: str, tmp_path: Path) -> None:
    config = tmp_path / "options.toml"
    config.write_text("seed = 7\n")
    words = {"--output": tmp_path / "m.crm", output: config}
    named = [word for pair in words.items() for word in pair]
    done = run("train", "loans.csv", "--target", "y", *named, "--config", config)
    assert (done.exit_code, config.read_text()) == (2, "seed = 7\n")
    assert done.stderr == (
        f"Error: {output} would overwrite the config file.\n  where: {config}\n  fix: Choose another file.\n"
    )


def test_an_inspection_that_finds_a_leak_is_told_whole_and_ends_with_6(tmp_path: Path) -> None:
    path = tmp_path / "loans.csv"
    rows = (f"{place % 97},{place % 5 // 4 + 0.5},{place % 5 // 4}" for place in range(500))
    path.write_text("\n".join(["income,paid,y", *rows, ""]))
    for kinds, code in (((), 0), (("--fail-on", "quality"), 0), (("--fail-on", "leak"), 6)):
        done = run("inspect", path, "--target", "y", "--json", *kinds)
        assert (done.exit_code, json.loads(done.stdout)["command"]) == (code, "inspect")
        assert ("Error: --fail-on: " in done.stderr) == bool(code)
    assert '"paid"' in done.stderr
