"""Everything that may be asked of a judgement, on train, evaluate and predict, from files to files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from creditrisk.errors import DataError, GateError, UsageError
from creditrisk.evaluation.gates import refuse_failed
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.profit import break_even_pd
from creditrisk.models.model_file import load_model
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.evaluation.results import Training
    from creditrisk.specs import TrainSpec

EVERYTHING = JudgeSpec(
    draws=50, by=("grade", "annualIncome"), protected=("homeOwnership",), lgd=0.6, margin=0.15, amount="loanAmnt",
    profit_window="12 months", fail_if=("auc < 0.99", "bce > 5"),
)  # fmt: skip


#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)


@pytest.fixture(scope="module")
def timed(loans_csv: Path, quick_spec: TrainSpec) -> TrainSpec:
    """Give settings with a time, a window, made grades and a kept cut-off."""
    return replace(
        quick_spec, time="issueDate", performance_window="12 months", grades="5", pd_floor=0.03, decision="profit"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judged")


@pytest.fixture(scope="module")
def training(loans_csv: Path, timed: TrainSpec, folder: Path) -> Training:
    judge = replace(EVERYTHING, report=str(folder / "r.html"), model_card=str(folder / "c.md"))
    return train(loans_csv, folder / "m.crm", timed, judge=judge)


def test_a_training_answers_everything(training: Training, folder: Path) -> None:
    figures = training.held_out
    assert figures.vintages is not None
    assert sum(row.loans for row in figures.vintages.rows) == figures.loans
    assert [each.column for each in figures.segmentations] == ["grade", "annualIncome"]
    assert len(figures.segmentations[1].segments) == 5  # numbers are cut in fifths
    assert figures.protected[0].column == "homeOwnership"
    assert figures.money is not None
    assert figures.money.out_of_fold
    assert figures.money.break_even == pytest.approx(break_even_pd(0.6, 0.15))
    assert figures.money.remarks == ()
    assert 1 <= len(training.effects) <= 8
    assert [gate.failed for gate in training.gates] == [True, False]
    with pytest.raises(GateError):
        refuse_failed(training.gates)
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "homeOwnership" in page
    assert (folder / "c.md").read_text(encoding="utf-8").startswith("#")


def test_made_grades_and_the_cut_off_are_kept_and_used(training: Training, folder: Path, unlabelled_csv: Path) -> None:
    model = load_model(folder / "m.crm")
    assert training.held_out.money is not None
    assert model.decision_cutoff == training.held_out.money.chosen_cutoff
    assert 2 <= len(model.scale.pds) <= 5
    assert len(model.scale.pds) == len(model.scale.grades) + 1
    assert min(model.scale.pds) >= 0.03
    assert list(model.scale.pds) == sorted(model.scale.pds)
    predict(folder / "m.crm", unlabelled_csv, folder / "s.csv")
    scored = pd.read_csv(folder / "s.csv")
    assert list(scored) == ["id", "pd", "score", "grade", "decision"]
    refused = scored["pd"] >= model.decision_cutoff
    assert (scored["decision"] == np.where(refused, "refuse", "accept")).all()
    predict(folder / "m.crm", unlabelled_csv, folder / "g.csv", spec=ScoreSpec(columns=("grade", "grade_pd")))
    pairs = pd.read_csv(folder / "g.csv").drop_duplicates().sort_values("grade")
    assert set(pairs["grade_pd"]) <= set(model.scale.pds)
    assert pairs["grade_pd"].is_monotonic_increasing


def test_an_evaluation_answers_everything(training: Training, folder: Path, loans_csv: Path) -> None:
    rows = pd.read_csv(loans_csv, dtype=str, keep_default_na=False)
    rows.loc[:49, "isDefault"] = "?"
    rows.to_csv(folder / "new.csv", index=False)
    found = evaluate(folder / "m.crm", folder / "new.csv", judge=replace(EVERYTHING, report=str(folder / "e.html")))
    assert (found.set_aside, found.figures.loans) == (50, 2950)
    assert found.figures.vintages is not None
    assert sum(row.everyone for row in found.figures.vintages.rows) == 3000
    assert any(row.known.value < 1 for row in found.figures.vintages.rows)
    assert found.figures.money is not None
    assert not found.figures.money.out_of_fold
    assert found.figures.confusion.cutoff == load_model(folder / "m.crm").decision_cutoff
    names = [check.name for check in found.figures.validation.checks]
    assert any(name.startswith("AUC against development") for name in names)
    assert "Would" in found.figures.validation.reason or found.figures.validation.reason
    assert (folder / "e.html").exists()


def test_borrowers_widen_the_intervals(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    rows = pd.read_csv(loans_csv, dtype=str, keep_default_na=False).iloc[:1500]
    rows["id"] = [str(number) for number in range(len(rows))]
    again = pd.concat([rows.assign(who=rows["id"]), rows.assign(who=rows["id"], id="x" + rows["id"])])
    again.to_csv(tmp_path / "twice.csv", index=False)
    again.assign(who=again["id"]).to_csv(tmp_path / "alone.csv", index=False)
    spec = replace(quick_spec, max_trees=10, group="who")
    found = train(tmp_path / "twice.csv", tmp_path / "m.crm", spec, judge=QUICK)
    drawn = JudgeSpec(draws=300)
    wide, narrow = (
        evaluate(tmp_path / "m.crm", tmp_path / name, judge=drawn).figures for name in ("twice.csv", "alone.csv")
    )
    # Each loan is there twice, and two loans of one borrower that are the same say what one does.
    assert wide.auc.se == pytest.approx(2**0.5 * narrow.auc.se, rel=0.01)
    # The ratio of two standard errors of 300 draws has one of 6 %.
    assert wide.bce.se == pytest.approx(2**0.5 * narrow.bce.se, rel=0.18)
    assert found.held_out.loans == 600


@pytest.mark.parametrize(
    ("judge", "error", "says"),
    [
        (JudgeSpec(by=("grad",)), DataError, 'did you mean "grade"'),
        (JudgeSpec(fail_if=("acu < 1",)), UsageError, 'did you mean "auc"'),
        (JudgeSpec(lgd=0.5, margin=0.1, amount="issueDate"), DataError, "issueDate"),
        (JudgeSpec(lgd=0.5, margin_column="dti2"), DataError, '"dti2" is not there'),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_work(
    model_file: Path, loans_csv: Path, judge: JudgeSpec, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        evaluate(model_file, loans_csv, judge=judge)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"decision": "cutoff"}, "--decision cutoff needs --cutoff PD."),
        ({"decision": "profit"}, "--decision profit needs --lgd and --margin."),
    ],
)
def test_a_decision_needs_what_it_is_made_of(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path, options: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        train(loans_csv, tmp_path / "m.crm", replace(quick_spec, **options))  # type: ignore[arg-type]
    assert caught.value.what == says


def test_a_page_must_not_lie_over_the_data(model_file: Path, tmp_path: Path, loans_csv: Path) -> None:
    copy = tmp_path / "loans.csv"
    copy.write_bytes(loans_csv.read_bytes())
    with pytest.raises(UsageError, match="The report would overwrite the data"):
        evaluate(model_file, copy, judge=JudgeSpec(report=str(copy)))
    assert copy.read_bytes() == loans_csv.read_bytes()


def test_a_journal_tells_of_other_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model_file: Path, loans_csv: Path, quick_spec: TrainSpec
) -> None:
    journal = tmp_path / "state" / "judged.jsonl"
    monkeypatch.setenv("CREDITRISK_JOURNAL", str(journal))
    train(loans_csv, tmp_path / "other.crm", replace(quick_spec, max_trees=3), judge=QUICK)
    said = [
        any("judged on this file before" in remark for remark in evaluate(model, loans_csv, judge=QUICK).remarks)
        for model in (model_file, model_file, tmp_path / "other.crm", model_file)
    ]
    assert said == [False, False, True, True]
    text = journal.read_text()
    assert len(text.splitlines()) == 2
    assert str(tmp_path) not in text
    journal.write_text("no json\n{}\n")
    assert not any("before" in remark for remark in evaluate(model_file, loans_csv, judge=QUICK).remarks)
    monkeypatch.setenv("CREDITRISK_JOURNAL", str(loans_csv / "cannot be"))
    evaluate(model_file, loans_csv, judge=QUICK)


def test_vintages_of_a_training_are_those_of_its_held_out_loans(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    rows = pd.read_csv(loans_csv, dtype=str, keep_default_na=False).sort_values("issueDate", kind="stable")
    rows.iloc[::7, rows.columns.get_loc("isDefault")] = "open"
    rows.to_csv(tmp_path / "some.csv", index=False)
    spec = replace(quick_spec, time="issueDate", positive="1", negative="0")
    found = train(tmp_path / "some.csv", tmp_path / "m.crm", spec, judge=QUICK).held_out.vintages
    assert found is not None
    assert all(row.loans for row in found.rows)
    assert all(0.7 < row.known.value < 1 for row in found.rows)


def test_fewer_grades_than_asked_for_and_a_learned_protected_column_are_said(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    judge = JudgeSpec(draws=20, protected=("homeOwnership",))
    found = train(loans_csv, tmp_path / "m.crm", replace(quick_spec, grades="26"), judge=judge)
    made = len(load_model(tmp_path / "m.crm").scale.pds)
    assert made < 26
    assert any(remark.startswith(f"--grades 26 made {made} grades") for remark in found.remarks)
    assert found.held_out.protected[0].remarks[0].startswith('The model learned from "homeOwnership" itself')
