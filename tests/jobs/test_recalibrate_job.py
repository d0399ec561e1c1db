"""Recalibration from file to file: the level is put right, the order and the old file stay, and the new one says so."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.jobs.recalibrate import recalibrate
from creditrisk.jobs.sample import sample
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.odds import expit, log_odds
from creditrisk.models.model_file import load_model, save_model
from creditrisk.recalibration_spec import RecalibrateSpec
from creditrisk.reports.lines import info_lines

if TYPE_CHECKING:
    from pathlib import Path

QUICK = JudgeSpec(draws=20)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give 8,000 loans that the model has not learned from, with their true PD."""
    path = tmp_path_factory.mktemp("plain") / "plain.csv"
    sample(path, SampleSpec(rows=8000, seed=21, first_id=50_000, true_pd=True))
    return pd.read_csv(path)


def moved(plain: pd.DataFrame, shift: float, seed: int = 0) -> pd.DataFrame:
    """Return the loans with outcomes drawn anew, from their true log-odds and a shift."""
    chance = expit(log_odds(plain["truePD"].to_numpy()) + shift)
    return plain.drop(columns="truePD").assign(isDefault=(np.random.default_rng(seed).random(len(plain)) < chance) * 1)


@pytest.fixture(scope="module")
def new_loans(plain: pd.DataFrame) -> pd.DataFrame:
    """Give loans that default far more often than those of the training."""
    return moved(plain[:4000], 1.2)


@pytest.fixture(scope="module")
def shifted_file(tmp_path_factory: pytest.TempPathFactory, model_file: Path, new_loans: pd.DataFrame) -> Path:
    """Give the model recalibrated by a shift."""
    path = tmp_path_factory.mktemp("shifted") / "shifted.crm"
    recalibrate(model_file, new_loans, path, RecalibrateSpec(method="intercept"))
    return path


def pds(model: Path, loans: Any) -> np.ndarray:
    scores = predict(model, loans).scores
    return np.array(scores.column("pd").to_pylist())


def test_a_shift_is_put_right_on_loans_that_nothing_was_fitted_on(
    model_file: Path, shifted_file: Path, plain: pd.DataFrame
) -> None:
    third = moved(plain[4000:], 1.2, seed=1)
    before, after = (evaluate(path, third, judge=QUICK).figures for path in (model_file, shifted_file))
    assert before.observed_over_expected.low > 1.3
    assert after.observed_over_expected.low < 1 < after.observed_over_expected.high
    assert after.bce.value < before.bce.value - 0.02
    assert after.auc.value == pytest.approx(before.auc.value, abs=1e-12)


@pytest.mark.parametrize("method", ["intercept", "slope"])
def test_the_line_is_the_logistic_regression_of_another_program(
    method: str, model_file: Path, new_loans: pd.DataFrame, tmp_path: Path
) -> None:
    found = recalibrate(model_file, new_loans, tmp_path / "n.crm", RecalibrateSpec(method=method))
    old, new = (pds(path, new_loans) for path in (model_file, tmp_path / "n.crm"))
    y, z = new_loans["isDefault"].to_numpy(), log_odds(old)
    line = found.correction.intercept + found.correction.slope * z
    np.testing.assert_allclose(log_odds(new), line, rtol=0, atol=1e-9)
    assert new.mean() == pytest.approx(y.mean(), abs=1e-9)
    if method == "slope":
        oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(z[:, None], y)
        expected = (oracle.intercept_[0], oracle.coef_[0, 0])
        assert (found.correction.intercept, found.correction.slope) == pytest.approx(expected, abs=1e-4)
    assert roc_auc_score(y, new) == pytest.approx(roc_auc_score(y, old), abs=1e-12)
    assert found.outcome is not None
    assert found.outcome.auc_after == pytest.approx(roc_auc_score(y, old), abs=1e-12)


def test_what_was_needed_is_said_and_the_simplest_of_it_taken(
    model_file: Path, new_loans: pd.DataFrame, tmp_path: Path
) -> None:
    found = recalibrate(model_file, new_loans, tmp_path / "n.crm")
    assert found.outcome is not None
    assert found.outcome.needed
    assert found.outcome.shift.p_value < 1e-6
    assert found.method == ("slope" if found.outcome.slope.p_value < 0.05 else "intercept")
    assert found.outcome.before.observed_over_expected.low > 1.3
    assert found.outcome.after.observed_over_expected.value == pytest.approx(1.0, abs=0.01)
    assert found.outcome.bce_difference.high < 0


def test_pds_that_are_right_need_nothing(shifted_file: Path, plain: pd.DataFrame, tmp_path: Path) -> None:
    """Outcomes are drawn from the very PDs of the model, so that nothing can be wrong with them."""
    loans = plain[4000:].drop(columns="truePD")
    chance = pds(shifted_file, loans)
    loans = loans.assign(isDefault=(np.random.default_rng(4).random(len(loans)) < chance) * 1)
    found = recalibrate(shifted_file, loans, tmp_path / "n.crm", RecalibrateSpec(if_needed=True))
    assert found.outcome is not None
    assert not found.outcome.needed
    assert found.remarks[0].startswith("No correction was needed")
    assert (found.output, found.sha256, list(tmp_path.iterdir())) == ("", "", [])
    written = recalibrate(shifted_file, loans, tmp_path / "n.crm")
    assert (written.method, written.output) == ("intercept", str(tmp_path / "n.crm"))
    assert abs(written.correction.intercept) < 0.15


def test_to_a_rate_no_outcome_is_looked_at(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    found = recalibrate(model_file, unlabelled_csv, tmp_path / "n.crm", RecalibrateSpec(to_rate=0.031))
    assert found.outcome is None
    old, new = (pds(path, unlabelled_csv) for path in (model_file, tmp_path / "n.crm"))
    assert new.mean() == pytest.approx(0.031, abs=1e-12)
    assert log_odds(new) - log_odds(old) == pytest.approx(found.correction.intercept, abs=1e-9)
    assert "to a mean PD of 3.10 %" in info_lines(info(tmp_path / "n.crm"))
    assert found.remarks[0].startswith("The mean PD is moved by a factor of ")


def test_what_hangs_on_the_pds_is_made_anew_and_the_rest_kept(
    model_file: Path, shifted_file: Path, new_loans: pd.DataFrame
) -> None:
    old, new = load_model(model_file), load_model(shifted_file)
    pd_of = pds(shifted_file, new_loans)
    grade = np.searchsorted(old.scale.grades, pd_of, side="right")
    means = [pd_of[grade == number].mean() for number in np.unique(grade)]
    assert [new.scale.pds[number] for number in np.unique(grade)] == pytest.approx(means, abs=1e-12)
    assert replace(new.scale, pds=()) == replace(old.scale, pds=())
    assert new.base_rate == pytest.approx(new_loans["isDefault"].mean())
    assert ((pds(model_file, new_loans) >= old.ks_cutoff) == (pd_of >= new.ks_cutoff)).all()
    assert new.golden.rows == old.golden.rows
    assert np.array(new.golden.log_odds) - np.array(old.golden.log_odds) == pytest.approx(
        new.calibration.intercept, abs=1e-12
    )
    assert (new.marks, new.profiles, new.weighting, new.decision_cutoff) == (
        old.marks, old.profiles, old.weighting, old.decision_cutoff
    )  # fmt: skip
    assert new.figures["held_out"]["auc"] == old.figures["held_out"]["auc"]
    assert "bce" not in new.figures["held_out"]
    assert new.figures["recalibration"]["needed"] is True


def test_the_lineage_names_every_step_and_the_old_file_stays(
    model_file: Path, shifted_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    bytes_before = shifted_file.read_bytes()
    found = recalibrate(shifted_file, unlabelled_csv, tmp_path / "n.crm", RecalibrateSpec(to_rate=0.1))
    assert shifted_file.read_bytes() == bytes_before
    parents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (model_file, shifted_file)]
    assert [step["parent"] for step in found.lineage] == parents
    assert found.lineage[1]["data"] == [
        {"file": "unlabelled.csv", "sha256": hashlib.sha256(unlabelled_csv.read_bytes()).hexdigest()}
    ]
    text = info_lines(info(tmp_path / "n.crm"))
    assert text.count("\nrecalibrated  ") == 2
    assert all(parent in text for parent in parents)
    assert "10.0 % as asked at the last recalibration" in text


def test_the_file_of_a_recalibration_is_recognised_where_it_is_judged_on(
    model_file: Path, new_loans: pd.DataFrame, tmp_path: Path
) -> None:
    new_loans.to_csv(tmp_path / "new.csv", index=False)
    recalibrate(model_file, tmp_path / "new.csv", tmp_path / "n.crm")
    assert "\n              out of fold: BCE 0." in info_lines(info(tmp_path / "n.crm"))
    judged = evaluate(tmp_path / "n.crm", tmp_path / "new.csv", judge=QUICK)
    assert "the file that it was recalibrated on" in judged.remarks[0]
    assert "recalibrated 20" in judged.made


def test_training_loans_are_told(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    found = recalibrate(model_file, loans_csv, tmp_path / "n.crm")
    assert any(remark.startswith("The model is recalibrated on the file that it was trained from")
               for remark in found.remarks)  # fmt: skip


def test_a_decision_keeps_its_pd_and_the_loans_that_it_refuses_are_counted(
    model_file: Path, new_loans: pd.DataFrame, tmp_path: Path
) -> None:
    save_model(replace(load_model(model_file), decision_cutoff=0.3), tmp_path / "o.crm")
    found = recalibrate(tmp_path / "o.crm", new_loans, tmp_path / "n.crm", RecalibrateSpec(method="intercept"))
    assert load_model(tmp_path / "n.crm").decision_cutoff == 0.3
    shares = [float((pds(tmp_path / name, new_loans) >= 0.3).mean()) for name in ("o.crm", "n.crm")]
    assert (found.refused_before, found.refused_after) == pytest.approx(tuple(shares))


def test_the_same_loans_give_the_same_file_where_the_time_is_fixed(
    model_file: Path, new_loans: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name, threads in (("a.crm", 1), ("b.crm", 2)):
        recalibrate(model_file, new_loans, tmp_path / name, threads=threads)
    assert (tmp_path / "a.crm").read_bytes() == (tmp_path / "b.crm").read_bytes()
    shuffled = new_loans.sample(frac=1, random_state=0)
    assert recalibrate(model_file, shuffled, tmp_path / "c.crm").correction.intercept == pytest.approx(
        load_model(tmp_path / "a.crm").calibration.intercept, abs=1e-9
    )


def test_bad_loans_are_refused(model_file: Path, new_loans: pd.DataFrame, tmp_path: Path) -> None:
    cases = [
        (new_loans[new_loans["isDefault"] == 0], RecalibrateSpec(), "Too few loans of one kind: 0 defaults"),
        (new_loans[:30], RecalibrateSpec(), "Too few loans of one kind"),
        (new_loans.drop(columns="isDefault"), RecalibrateSpec(), 'The outcome, "isDefault", is not in the file.'),
        (new_loans[:1000], RecalibrateSpec(method="isotonic"), "An isotonic recalibration needs 1,000 defaults"),
        (new_loans[:0], RecalibrateSpec(to_rate=0.1), "There are no loans."),
        (new_loans.assign(isDefault=1 - new_loans["isDefault"]), RecalibrateSpec(method="slope"), "No rising line"),
    ]  # fmt: skip
    for loans, spec, words in cases:
        with pytest.raises(DataError) as caught:
            recalibrate(model_file, loans, tmp_path / "n.crm", spec)
        assert caught.value.what.startswith(words)
        assert caught.value.fix
    with pytest.raises(UsageError, match=r"^The model file exists already\."):
        recalibrate(model_file, new_loans, model_file)
    with pytest.raises(UsageError, match=r"^The model would overwrite the old model\."):
        recalibrate(model_file, new_loans, model_file, force=True)
    assert list(tmp_path.iterdir()) == []
