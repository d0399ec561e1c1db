from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from creditrisk.errors import DataError
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.judging import JudgeSpec
from creditrisk.models.model_file import load_model

if TYPE_CHECKING:
    from pathlib import Path

#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)


def test_the_figures_are_those_of_the_predicted_pds(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    judged = evaluate(model_file, loans_csv, judge=QUICK)
    predict(model_file, loans_csv, tmp_path / "scores.csv")
    loans, scores = pd.read_csv(loans_csv), pd.read_csv(tmp_path / "scores.csv")
    assert judged.figures.auc.value == pytest.approx(roc_auc_score(loans["isDefault"], scores["pd"]), abs=1e-12)
    assert judged.figures.mean_pd == pytest.approx(scores["pd"].mean(), abs=1e-12)
    assert judged.figures.defaults == loans["isDefault"].sum()


def test_figures_are_measured_against_the_training_loans(model_file: Path, loans_csv: Path) -> None:
    model, judged = load_model(model_file), evaluate(model_file, loans_csv, judge=QUICK)
    assert judged.figures.ks_cutoff == model.ks_cutoff
    assert judged.development == model.figures["held_out"]


def test_loans_without_their_outcome_are_refused(model_file: Path, unlabelled_csv: Path) -> None:
    with pytest.raises(DataError) as caught:
        evaluate(model_file, unlabelled_csv)
    assert caught.value.what == 'The outcome, "isDefault", is not in the file.'
    assert caught.value.fix == "Figures need known outcomes; `creditrisk predict` scores loans without them."


def test_the_file_that_the_model_was_trained_from_is_recognised(
    model_file: Path, loans_csv: Path, tmp_path: Path
) -> None:
    warning = "The model is judged on the file that it was trained from: most of these loans were fitted"
    assert evaluate(model_file, loans_csv, judge=QUICK).remarks[0].startswith(warning)
    (tmp_path / "other.csv").write_text(loans_csv.read_text() + "\n")
    (remark, *_) = evaluate(model_file, tmp_path / "other.csv", judge=QUICK).remarks
    assert remark.startswith("The model is judged on loans of which it learned from about 80% (")


def test_too_few_defaults_are_refused(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("".join(loans_csv.read_text().splitlines(keepends=True)[:40]))
    with pytest.raises(DataError, match=r"^Too few loans of one kind"):
        evaluate(model_file, few)


def test_what_is_unusual_is_said(model_file: Path, loans_csv: Path, tmp_path: Path) -> None:
    loans = pd.read_csv(loans_csv)
    loans.loc[:4, "grade"] = "Z"
    loans.loc[:9, "loanAmnt"] = float("nan")
    loans.to_csv(tmp_path / "odd.csv", index=False)
    remarks = "\n".join(evaluate(model_file, tmp_path / "odd.csv", judge=QUICK).remarks)
    assert '10 values of "loanAmnt", ' in remarks or '10 values of "loanAmnt" were missing where' in remarks
    assert 'values of "grade"' in remarks
