"""`inspect` from files to the audit, and the audit before a training: leaks dropped, listed, refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from creditrisk.cli.app import app
from creditrisk.errors import DataError, UsageError
from creditrisk.jobs.inspect import inspect
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.models.model_file import load_model
from creditrisk.specs import InspectSpec, TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


def loans(n: int = 1500, *, seed: int = 0) -> pa.Table:
    """Return loans of which `recovered` is written after the default, by year."""
    random = np.random.default_rng(seed)
    x, other = random.normal(size=(2, n))
    y = (random.random(n) < 1 / (1 + np.exp(1.5 - x))).astype(int)
    recovered = np.where(y == 1, random.integers(1, 500, n), 0)
    return pa.table(
        {"x": x.round(4), "other": other.round(4), "recovered": recovered, "year": 2010 + np.arange(n) // 300, "y": y}
    )


def quick(**more: object) -> TrainSpec:
    return TrainSpec(**{"target": "y", "preset": "fast", "max_trees": 15, "folds": 2, **more})  # type: ignore[arg-type]


QUICK = JudgeSpec(draws=20)


def test_an_audit_tells_rows_columns_and_the_planted_leak() -> None:
    found = inspect(loans(), InspectSpec(target="y"))
    assert (found.rows, found.loans, found.set_aside, found.target) == (1500, 1500, 0, "y")
    assert [column.name for column in found.columns] == ["x", "other", "recovered", "year"]
    assert found.leaks == ("recovered",)
    assert found.findings[0].severity == "high"
    assert found.compared == ""


def test_without_a_target_no_leak_is_looked_for() -> None:
    found = inspect(loans())
    assert (found.loans, found.defaults, found.leaks) == (0, 0, ())
    assert all(column.auc is None for column in found.columns)
    assert all(finding.kind != "leak" for finding in found.findings)


def test_a_second_file_that_differs_is_told(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    rows = zip(random.normal(3, 1, 800), random.normal(0, 1, 800), strict=True)
    lines = ["x,other", *(f"{x:.4f},{other:.4f}" for x, other in rows)]
    (tmp_path / "new.csv").write_text("\n".join(lines) + "\n")
    spec = InspectSpec(target="y", drop=("recovered", "year"), against=str(tmp_path / "new.csv"))
    found = inspect(loans(), spec)
    assert found.compared == f"these loans and those of {tmp_path / 'new.csv'}"
    told = [finding for finding in found.findings if finding.kind == "drift"]
    assert any("x" in finding.columns for finding in told)
    assert all("other" not in finding.columns for finding in told)


def test_a_file_of_nothing_but_outcomes_has_its_loans(tmp_path: Path) -> None:
    found = inspect(loans().select(["y"]), InspectSpec(target="y"))
    assert (found.rows, found.loans, found.set_aside, found.columns) == (1500, 1500, 0, ())


def test_loans_are_not_compared_with_themselves_nor_overwritten(tmp_path: Path) -> None:
    data = written(tmp_path)
    with pytest.raises(UsageError, match=r"--against names the very loans that are looked at\."):
        inspect(data, InspectSpec(target="y", against=str(data)))
    other = tmp_path / "other.csv"
    other.write_text(data.read_text() + data.read_text().splitlines()[-1] + "\n")
    with pytest.raises(UsageError, match=r"The report would overwrite the data\."):
        inspect(data, InspectSpec(target="y", against=str(other), report=str(other)))
    assert other.read_text().startswith("x,other")


def test_rows_of_neither_outcome_are_set_aside_as_a_training_does(tmp_path: Path) -> None:
    lines = written(tmp_path).read_text().splitlines()
    (tmp_path / "open.csv").write_text("\n".join([*lines, *["1,1,1,2014,open"] * 300]) + "\n")
    found = inspect(tmp_path / "open.csv", InspectSpec(target="y", positive="1", negative="0"))
    assert (found.rows, found.loans, found.set_aside) == (1800, 1500, 300)
    assert {column.name: column.top_share for column in found.columns}["year"] == 0.2


def test_the_page_is_written_and_must_not_be_the_data(tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    inspect(loans(), InspectSpec(target="y", report=str(page)))
    assert "recovered" in page.read_text()
    data = tmp_path / "loans.csv"
    data.write_text("x,y\n" + "1,0\n2,1\n" * 30)
    with pytest.raises(UsageError, match=r"The report would overwrite the data\."):
        inspect(data, InspectSpec(target="y", report=str(data)))
    assert data.read_text().startswith("x,y\n")


def test_a_training_tells_what_its_audit_found_and_keeps_the_columns(tmp_path: Path) -> None:
    training = train(loans(), tmp_path / "m.crm", quick(), judge=QUICK)
    assert any("recovered" in finding.drop for finding in training.findings)
    assert "recovered" in load_model(tmp_path / "m.crm").schema.names
    verdict = training.held_out.validation
    assert verdict.verdict != "green"
    assert verdict.reason.startswith('The model learned from 1 column that the audit takes for leaks ("recovered"), so')


def test_dropped_leaks_are_listed_in_the_model_and_do_not_flatter(tmp_path: Path) -> None:
    training = train(loans(), tmp_path / "m.crm", quick(drop_leaks=True), judge=QUICK)
    model = load_model(tmp_path / "m.crm")
    assert "recovered" not in model.schema.names
    reasons = {column.name: column.reason for column in model.schema.dropped}
    assert reasons["recovered"].startswith("taken for a leak (")
    assert training.held_out.auc.value < 0.85


def test_dropped_leaks_stay_away_from_the_refitted_model(tmp_path: Path) -> None:
    train(loans(), tmp_path / "m.crm", quick(drop_leaks=True, refit=True), judge=QUICK)
    assert load_model(tmp_path / "m.crm").schema.names == ("x", "other", "year")


def test_where_every_column_is_a_leak_nothing_is_trained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Every column is taken for a leak\."):
        train(loans().select(["recovered", "y"]), tmp_path / "m.crm", quick(drop_leaks=True), judge=QUICK)
    assert not (tmp_path / "m.crm").exists()


def test_no_audit_finds_nothing(tmp_path: Path) -> None:
    assert train(loans(), tmp_path / "m.crm", quick(audit=False), judge=QUICK).findings == ()


def written(tmp_path: Path) -> Path:
    table, path = loans(), tmp_path / "loans.csv"
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    path.write_text("\n".join([",".join(table.column_names), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_inspect_fails_on_what_it_was_told_to_fail_on(tmp_path: Path) -> None:
    path = str(written(tmp_path))
    result = CliRunner().invoke(app, ["inspect", path, "--target", "y", "--fail-on", "leak"])
    assert result.exit_code == 6
    assert "Error: --fail-on: " in result.stderr
    assert '"recovered"' in result.stderr
    assert CliRunner().invoke(app, ["inspect", path, "--target", "y", "--fail-on", "quality"]).exit_code == 0
    wrong = CliRunner().invoke(app, ["inspect", path, "--fail-on", "lea"])
    assert (wrong.exit_code, wrong.stderr.splitlines()[0]) == (
        2, "Error: --fail-on must be leak, quality or drift, got 'lea'.",
    )  # fmt: skip


def test_a_training_that_fails_on_leaks_saves_its_model_all_the_same(tmp_path: Path) -> None:
    words = ["train", str(written(tmp_path)), "--target", "y", "--preset", "fast", "--max-trees", "5", "--draws", "20"]
    result = CliRunner().invoke(app, [*words, "--output", str(tmp_path / "m.crm"), "--fail-on", "leak"])
    assert result.exit_code == 6
    assert (tmp_path / "m.crm").is_file()
    assert "What to watch" in result.stdout


def test_no_audit_and_what_hangs_on_it_exclude_each_other(tmp_path: Path) -> None:
    words = ["train", str(written(tmp_path)), "--target", "y", "--output", str(tmp_path / "m.crm"), "--no-audit"]
    result = CliRunner().invoke(app, [*words, "--drop-leaks"])
    assert result.exit_code == 2
    assert "--no-audit excludes --drop-leaks and --fail-on: they are about what the audit finds." in result.stderr
