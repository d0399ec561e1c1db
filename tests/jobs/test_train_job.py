from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from loan_reading import training_data

from creditrisk.data.splitting import stratified_split
from creditrisk.errors import DataError, OutputError, UsageError
from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.discrimination import auc
from creditrisk.models.model_file import load_model, open_model
from creditrisk.reports.console import report as print_report
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)
#: Three blocks of draws, which threads share.
SEVERAL = JudgeSpec(draws=60)


def test_the_held_out_figures_are_those_of_the_saved_model_on_the_held_out_loans(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    result = train(loans_csv, tmp_path / "model.crm", quick_spec, judge=QUICK)
    loans = training_data(loans_csv, quick_spec).loans
    held_out = loans.take(stratified_split(loans.outcomes, quick_spec.test_size, quick_spec.seed)[1])
    pd = open_model(tmp_path / "model.crm").score(held_out).pd
    assert result.held_out.auc == auc(held_out.outcomes, pd)
    assert result.held_out.loans == len(held_out) == 600
    assert result.data.training_loans == 2400
    assert load_model(tmp_path / "model.crm").figures["held_out"]["auc"]["value"] == result.held_out.auc.value


def test_the_model_finds_what_drives_default_and_less_than_the_truth_allows(tmp_path: Path) -> None:
    best = sample(tmp_path / "loans.csv", SampleSpec(rows=12_000, seed=4))
    spec = TrainSpec(target="isDefault", id=("id",), preset="fast", learning_rate=0.1, patience=20, folds=3)
    result = train(tmp_path / "loans.csv", tmp_path / "model.crm", spec, judge=QUICK)
    assert 0.70 < result.held_out.auc.value < best.best_auc + 3 * result.held_out.auc.se
    assert result.held_out.bce.value > best.best_bce - 3 * result.held_out.bce.se
    assert result.held_out.calibration_slope.low < 1.1
    assert result.remarks == ()


def test_class_weights_are_reported_with_their_unweighted_twin(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    spec = replace(quick_spec, class_weight="balanced")
    weighted = train(loans_csv, tmp_path / "weighted.crm", spec, judge=QUICK)
    plain = train(loans_csv, tmp_path / "plain.crm", quick_spec, judge=QUICK)
    effect = weighted.reweighting
    assert effect is not None
    unweighted, tilted, restored = effect.variants
    assert unweighted.auc == plain.held_out.auc
    assert restored.bce.value == pytest.approx(weighted.held_out.bce.value, abs=1e-12)
    assert tilted.auc.value == pytest.approx(restored.auc.value)
    assert tilted.observed_over_expected.value < 0.7 < restored.observed_over_expected.value
    assert effect.bce_difference.value == pytest.approx(restored.bce.value - unweighted.bce.value)
    assert plain.reweighting is None
    alone = train(loans_csv, tmp_path / "alone.crm", replace(spec, compare=False, max_trees=3), judge=QUICK)
    assert alone.reweighting is None


def test_the_same_data_seed_and_time_give_the_same_file(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("a.crm", "b.crm"):
        train(loans_csv, tmp_path / name, replace(quick_spec, max_trees=20), judge=SEVERAL)
    assert (tmp_path / "a.crm").read_bytes() == (tmp_path / "b.crm").read_bytes()
    assert load_model(tmp_path / "a.crm").training["created"] == "2023-11-14T22:13:20+00:00"


def test_an_existing_model_is_kept_unless_forced(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    model = tmp_path / "model.crm"
    model.write_text("precious")
    with pytest.raises(UsageError) as caught:
        train(loans_csv, model, quick_spec)
    assert caught.value.what == "The model file exists already."
    assert caught.value.fix == "Choose another --output, or add --force."
    assert model.read_text() == "precious"
    train(loans_csv, model, replace(quick_spec, max_trees=3), judge=QUICK, force=True)
    assert load_model(model).kind == "lightgbm"


def test_the_data_are_never_overwritten(tmp_path: Path, quick_spec: TrainSpec) -> None:
    data = tmp_path / "loans.csv"
    data.write_text("id,isDefault\n1,0\n")
    (tmp_path / "link.csv").symlink_to(data)
    for output in (data, tmp_path / "link.csv", tmp_path / "." / "loans.csv"):
        with pytest.raises(UsageError, match=r"^The model would overwrite the data\."):
            train(data, output, quick_spec, force=True)
    assert data.read_text() == "id,isDefault\n1,0\n"


def test_an_output_that_cannot_be_written_is_found_before_the_data_are_read(
    tmp_path: Path, quick_spec: TrainSpec
) -> None:
    with pytest.raises(OutputError, match=r"^The folder of the output does not exist\."):
        train(tmp_path / "no data either.csv", tmp_path / "none" / "model.crm", quick_spec)


def test_too_few_defaults_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 7},{int(i < 19)}\n" for i in range(400))
    (tmp_path / "loans.csv").write_text("id,x,y\n" + rows)
    with pytest.raises(DataError) as caught:
        train(tmp_path / "loans.csv", tmp_path / "model.crm", TrainSpec(target="y", id=("id",)))
    assert caught.value.what == "Too few loans of one kind: 19 defaults and 381 repaid."
    assert not (tmp_path / "model.crm").exists()


def test_a_file_without_a_usable_column_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"name{i},1,{i % 2}\n" for i in range(400))
    (tmp_path / "loans.csv").write_text("name,one,y\n" + rows)
    with pytest.raises(DataError, match="No column is left to learn from"):
        train(tmp_path / "loans.csv", tmp_path / "model.crm", TrainSpec(target="y"))


def test_word_labels_and_rows_without_an_outcome(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=900)
    words = np.where(x + rng.normal(size=900) > 0.5, "Charged Off", "Fully Paid")
    words[::9] = "Current"
    lines = "".join(f"{value:.4f},{word}\n" for value, word in zip(x, words, strict=True))
    (tmp_path / "loans.csv").write_text("x,status\n" + lines)
    spec = TrainSpec(target="status", positive="Charged Off", negative="Fully Paid", preset="fast", patience=5)
    result = train(tmp_path / "loans.csv", tmp_path / "model.crm", spec, judge=QUICK)
    assert (result.data.loans, result.data.set_aside) == (800, 100)
    assert result.held_out.auc.value > 0.6
    judged = evaluate(tmp_path / "model.crm", tmp_path / "loans.csv", judge=QUICK)
    assert (judged.rows, judged.set_aside, judged.figures.loans) == (900, 100, 800)


def test_settings_and_versions_are_in_the_model(model_file: Path, loans_csv: Path) -> None:
    training = load_model(model_file).training
    assert training["settings"]["target"] == "isDefault"
    assert training["data"] == [{"file": loans_csv.name, "sha256": hashlib.sha256(loans_csv.read_bytes()).hexdigest()}]
    assert set(training["versions"]) == {"creditrisk", "python", "lightgbm", "numpy", "pyarrow"}
    json.dumps(training)


def test_growing_that_never_stopped_by_itself_is_remarked(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    cut = train(loans_csv, tmp_path / "cut.crm", replace(quick_spec, max_trees=5), judge=QUICK)
    assert any(remark.startswith("Growing ended at --max-trees (5 trees") for remark in cut.remarks)
    whole = train(loans_csv, tmp_path / "whole.crm", quick_spec, judge=QUICK)
    assert not any("--max-trees" in remark for remark in whole.remarks)


def test_threads_do_not_show_in_the_file(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for threads in (1, 2):
        train(
            loans_csv,
            tmp_path / f"{threads}.crm",
            replace(quick_spec, max_trees=5, folds=2, threads=threads),
            judge=SEVERAL,
        )
    assert (tmp_path / "1.crm").read_bytes() == (tmp_path / "2.crm").read_bytes()


def test_progress_is_told(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    class Ear:
        def __init__(self) -> None:
            self.tasks: list[str] = []

        def step(self, task: str, done: int, total: int) -> None:
            assert 0 <= done <= total
            if task not in self.tasks:
                self.tasks.append(task)

    ear = Ear()
    train(loans_csv, tmp_path / "model.crm", replace(quick_spec, max_trees=3), judge=QUICK, watcher=ear)
    assert ear.tasks == [
        "reading the loans", "looking for leaks, faults and drift", "preparing the columns",
        "choosing the number of trees", "fitting on all training loans", "judging on the held-out loans",
    ]  # fmt: skip


def test_held_out_loans_need_a_few_of_each_kind(quick_spec: TrainSpec, tmp_path: Path) -> None:
    rows = "".join(f"{i},{2010 + i // 300},{int(i % 30 == 0 and i < 1000)}\n" for i in range(1500))
    (tmp_path / "loans.csv").write_text("x,year,y\n" + rows)
    spec = replace(quick_spec, target="y", id=(), time="year", numeric=("x",))
    with pytest.raises(DataError) as caught:
        train(tmp_path / "loans.csv", tmp_path / "m.crm", spec)
    assert caught.value.what == "Too few loans of one kind: 0 defaults and 300 repaid."
    assert caught.value.where == (f"{tmp_path / 'loans.csv'}, the held-out loans",)
    assert caught.value.fix == "At least 5 of each are needed for any figure to mean something."


def test_a_sample_of_the_loans_is_named_everywhere_and_keeps_the_default_rate(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    spec = replace(quick_spec, max_rows=1_200, max_trees=10)
    report = tmp_path / "report.html"
    result = train(loans_csv, tmp_path / "model.crm", spec, judge=replace(QUICK, report=str(report)))
    everyone = training_data(loans_csv, quick_spec).loans.outcomes
    assert (result.data.loans, result.data.drawn_from) == (1_200, 3_000)
    assert result.data.training_loans + result.data.held_out_loans == 1_200
    assert abs(result.data.defaults - 1_200 * everyone.mean()) <= 0.5
    assert load_model(tmp_path / "model.crm").training["drawn"] == {"loans": 1_200, "of": 3_000}
    words = "trained on 1,200 of 3,000 loans, drawn at random within each outcome"
    console = io.StringIO()
    print_report(result, console)
    assert words in console.getvalue()
    assert words in report.read_text(encoding="utf-8")


def test_a_sample_holds_out_its_newest_loans(tmp_path: Path) -> None:
    sample(tmp_path / "loans.csv", SampleSpec(rows=4_000, seed=4))
    spec = TrainSpec(target="isDefault", id=("id",), preset="fast", time="issueDate", max_trees=5)
    parts = [
        train(tmp_path / "loans.csv", tmp_path / f"{most}.crm", replace(spec, max_rows=most), judge=QUICK).data
        for most in (0, 2_000)
    ]
    begins = [date.fromisoformat(data.split.partition(" from ")[2].split()[0]) for data in parts]
    assert abs(begins[0] - begins[1]).days < 62
    assert parts[1].held_out_loans / 2_000 == pytest.approx(parts[0].held_out_loans / 4_000, abs=0.03)
