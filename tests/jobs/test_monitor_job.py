"""A model in use: a reference against itself, planted shifts, periods, outcomes, and the conclusion."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import numpy as np
import pandas as pd
import pytest

from creditrisk.errors import DataError, UsageError
from creditrisk.evaluation.monitor_spec import MonitorSpec
from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.monitor import monitor
from creditrisk.jobs.predict import predict
from creditrisk.jobs.recalibrate import recalibrate
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.models.model_file import load_model
from creditrisk.recalibration_spec import RecalibrateSpec
from creditrisk.reports.json_schema import json_schema
from creditrisk.reports.json_text import json_text, to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.evaluation.monitoring import Monitoring
    from creditrisk.evaluation.population import ColumnDrift
    from creditrisk.specs import TrainSpec


@pytest.fixture(scope="module")
def known_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 3,000 other loans of the same population with their outcome."""
    path = tmp_path_factory.mktemp("known") / "known.csv"
    sample(path, SampleSpec(rows=3000, seed=21, first_id=9000))
    return path


def column(found: Monitoring, name: str) -> ColumnDrift:
    return next(each for each in found.population.columns if each.name == name)


def test_a_reference_against_itself_has_an_index_of_0(model_file: Path, unlabelled_csv: Path) -> None:
    found = monitor(model_file, unlabelled_csv, MonitorSpec(baseline=str(unlabelled_csv)))
    assert found.population.psi == 0.0
    assert {each.psi for each in found.population.columns if not np.isnan(each.psi)} == {0.0}
    assert found.population.mean_pd_change.value == 0.0
    assert found.population.approval_rate.value == pytest.approx(found.population.reference_approval_rate, abs=0.002)
    assert (found.conclusion.action, found.conclusion.verdict, found.conclusion.kind) == (
        "nothing", "green", "not known",
    )  # fmt: skip


def test_the_reference_is_the_out_of_fold_pds_of_the_training_loans(model_file: Path, unlabelled_csv: Path) -> None:
    scores = load_model(model_file).scores
    found = monitor(model_file, unlabelled_csv)
    assert found.population.reference_rows == sum(scores.loans) == 2400
    assert [each.reference for each in found.population.bins] == pytest.approx(np.array(scores.loans) / 2400)
    assert min(scores.loans) >= 10
    assert found.cutoff == scores.cutoff


def test_the_figures_are_those_of_the_predicted_pds(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    found = monitor(model_file, unlabelled_csv, MonitorSpec(cutoff=0.2))
    predict(model_file, unlabelled_csv, tmp_path / "scores.csv")
    pds = pd.read_csv(tmp_path / "scores.csv")["pd"]
    assert found.population.mean_pd.value == pytest.approx(pds.mean(), abs=1e-6)
    assert found.population.rows == len(pds)
    share = (pds < 0.2).mean()
    assert found.population.approval_rate.low < share < found.population.approval_rate.high
    assert np.isnan(found.population.reference_approval_rate)


def test_a_shift_planted_in_one_column_is_named_first(model_file: Path, unlabelled_csv: Path) -> None:
    loans = pd.read_csv(unlabelled_csv)
    loans["revolBal"] *= 3
    found = monitor(model_file, loans)
    first = found.population.columns[0]
    assert (first.name, first.reads) == ("revolBal", "large")
    assert first.psi > first.critical
    assert "above " in first.moved
    assert found.conclusion.action == "watch"
    assert found.conclusion.kind == "population shift; concept shift not known"
    assert any('"revolBal" PSI' in reason for reason in found.conclusion.reasons)


def test_emptied_cells_and_missing_values_and_unknown_levels_are_counted(
    model_file: Path, unlabelled_csv: Path
) -> None:
    loans = pd.read_csv(unlabelled_csv)
    loans["dti"] = np.nan
    loans.loc[:99, "subGrade"] = "Z9"
    loans["ficoRangeLow"] = 700
    found = monitor(model_file, loans)
    assert column(found, "dti").missing == 1.0
    assert column(found, "dti").emptied >= 9
    assert column(found, "dti").reads == "large"
    assert column(found, "dti").moved.startswith("missing: ")
    assert column(found, "ficoRangeLow").emptied >= 8
    assert column(found, "ficoRangeLow").reads == "large"
    known = next(step for step in load_model(model_file).recipe.steps if step.name == "subGrade").levels  # type: ignore[union-attr]
    assert column(found, "subGrade").unseen == pytest.approx((~loans["subGrade"].isin(known)).mean())
    assert any("levels that the model does not know" in reason for reason in found.conclusion.reasons)


def test_each_of_several_files_is_a_period(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    loans = pd.read_csv(unlabelled_csv)
    for name, factor in (("q1", 1.0), ("q2", 4.0)):
        loans.assign(revolBal=loans["revolBal"] * factor).to_csv(tmp_path / f"{name}.csv", index=False)
    found = monitor(model_file, [tmp_path / "q1.csv", tmp_path / "q2.csv"])
    assert [each.label.removesuffix(".csv")[-2:] for each in found.periods] == ["q1", "q2"]
    assert [bool(each.population.shifted) for each in found.periods] == [False, True]
    assert [each.population.rows for each in found.periods] == [len(loans), len(loans)]
    assert found.judged == found.periods[1].label
    alone = monitor(model_file, tmp_path / "q2.csv")
    assert to_plain(alone.population) == to_plain(found.population)


def test_a_single_file_is_cut_by_the_time_of_the_model(
    loans_csv: Path, known_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    timed = replace(quick_spec, time="issueDate", max_trees=10, folds=2)
    train(loans_csv, tmp_path / "timed.crm", timed)
    loans = pd.read_csv(known_csv)
    found = monitor(tmp_path / "timed.crm", loans)
    labels = [each.label for each in found.periods]
    assert len(labels) >= 4
    assert labels == sorted(labels)
    assert sum(each.population.rows for each in found.periods) == len(loans)
    years = loans["issueDate"].str[:4].value_counts()
    if set(labels) <= set(years.index):
        assert [each.population.rows for each in found.periods] == [years[label] for label in labels]
    assert found.vintages is not None
    assert sum(each.performance.defaults for each in found.periods if each.performance) <= loans["isDefault"].sum()


def test_few_loans_have_no_index(model_file: Path, unlabelled_csv: Path) -> None:
    found = monitor(model_file, pd.read_csv(unlabelled_csv).head(150))
    assert found.population.reads == "too few"
    assert np.isnan(found.population.psi)
    assert found.conclusion.reasons == ("150 loans are too few to tell: 200 are needed",)


def test_outcomes_that_agree_leave_the_model_alone(model_file: Path, known_csv: Path) -> None:
    found = monitor(model_file, known_csv)
    assert found.performance is not None
    assert found.performance.loans == 3000
    assert found.performance.development_auc == load_model(model_file).figures["held_out"]["auc"]["value"]
    assert found.conclusion.action in ("nothing", "watch")
    change = found.performance
    assert change.rate_change == pytest.approx(change.by_population + change.by_concept)
    jsonschema.validate(json.loads(json_text("monitor", to_plain(found))), json_schema("monitor"))


def test_more_defaults_at_the_same_ranking_want_a_recalibration(model_file: Path, known_csv: Path) -> None:
    loans = pd.read_csv(known_csv)
    kept = (loans["isDefault"] == 1) | (np.random.default_rng(1).random(len(loans)) < 0.5)
    found = monitor(model_file, loans[kept])
    assert found.conclusion.action == "recalibrate"
    assert found.conclusion.verdict == "amber"
    assert found.conclusion.kind in ("concept shift", "both")
    assert found.performance is not None
    assert found.performance.observed_over_expected.low > 1.1
    assert found.performance.by_concept > 0.05


def test_outcomes_that_follow_no_pd_want_a_new_model(model_file: Path, known_csv: Path) -> None:
    loans = pd.read_csv(known_csv)
    loans["isDefault"] = np.random.default_rng(1).permutation(loans["isDefault"])
    found = monitor(model_file, loans)
    assert (found.conclusion.action, found.conclusion.verdict) == ("rebuild", "red")
    assert found.conclusion.reasons[0].startswith("AUC fell from ")


def test_a_recalibrated_model_is_held_against_the_loans_of_its_recalibration(
    model_file: Path, known_csv: Path, tmp_path: Path
) -> None:
    recalibrate(model_file, known_csv, tmp_path / "new.crm", RecalibrateSpec(method="intercept"))
    found = monitor(tmp_path / "new.crm", known_csv)
    assert found.population.psi == 0.0
    assert found.population.mean_pd_change.value == pytest.approx(0.0, abs=1e-12)
    assert found.population.reference_rows == 3000
    assert "of the loans of its recalibration" in found.reference


def test_the_loans_of_the_training_are_recognised(model_file: Path, loans_csv: Path) -> None:
    assert any("they are no test of the model" in remark for remark in monitor(model_file, loans_csv).remarks)


def test_wrong_wishes_are_refused_at_once(model_file: Path, unlabelled_csv: Path) -> None:
    with pytest.raises(UsageError, match=r"^An option of the monitoring is wrong\.") as caught:
        MonitorSpec(cutoff=1.0, baseline="-", rho=2)
    assert len(caught.value.where) == 3
    with pytest.raises(UsageError, match="names a figure that is not there"):
        monitor(model_file, unlabelled_csv, MonitorSpec(fail_if=("psy > 0.1",)))
    with pytest.raises(DataError, match=r"^The file has a header and no loans\."):
        monitor(model_file, pd.read_csv(unlabelled_csv).head(0))
