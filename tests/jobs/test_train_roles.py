"""Training with time, group, weight, refit, several files and frames, from file to saved model."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.models.model_file import load_model
from creditrisk.reports.json_text import to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.specs import TrainSpec

#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)


def test_out_of_time_is_said_and_the_date_is_not_learned_from(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    result = train(loans_csv, tmp_path / "m.crm", replace(quick_spec, max_trees=20, time="issueDate"), judge=QUICK)
    assert result.data.split.startswith('the newest, "issueDate" from 201')
    assert "issueDate" not in load_model(tmp_path / "m.crm").schema.names
    loans = pd.read_csv(loans_csv)
    begins = result.data.split.split()[4]
    assert result.held_out.loans == (loans["issueDate"] >= begins).sum()
    without = loans.drop(columns=["issueDate", "isDefault"])
    without.to_csv(tmp_path / "new.csv", index=False)
    assert predict(tmp_path / "m.crm", tmp_path / "new.csv").rows == len(loans)


def test_loan_weights_count_in_training_and_in_evaluation(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    spec = replace(quick_spec, max_trees=20, weight="loanAmnt", weight_kind="exposure")
    result = train(loans_csv, tmp_path / "m.crm", spec, judge=QUICK)
    assert result.held_out.weights == "exposure"
    judged = evaluate(tmp_path / "m.crm", loans_csv, judge=QUICK).figures
    loans = pd.read_csv(loans_csv)
    rate = np.average(loans["isDefault"], weights=loans["loanAmnt"])
    assert judged.default_rate.value == pytest.approx(rate)
    loans.drop(columns=["loanAmnt"]).to_csv(tmp_path / "bare.csv", index=False)
    with pytest.raises(DataError) as caught:
        evaluate(tmp_path / "m.crm", tmp_path / "bare.csv")
    assert caught.value.where[1].startswith('"loanAmnt" is not there')
    assert predict(tmp_path / "m.crm", tmp_path / "bare.csv").rows == len(loans)


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        ("0", "sampling", "The weight is missing, infinite, or not above 0 in 1 row."),
        ("", "sampling", "The weight is missing, infinite, or not above 0 in 1 row."),
        ("1.5", "frequency", "The weight is not whole, although --weight-kind is frequency in 1 row."),
    ],
)
def test_weights_that_cannot_be_are_refused(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path, cell: str, kind: str, words: str
) -> None:
    lines = loans_csv.read_text().splitlines()
    rows = [f"{lines[0]},w", f"{lines[1]},{cell}", *(f"{line},2" for line in lines[2:])]
    (tmp_path / "loans.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(DataError) as caught:
        train(tmp_path / "loans.csv", tmp_path / "m.crm", replace(quick_spec, weight="w", weight_kind=kind))
    assert caught.value.what == words


def test_a_refit_saves_another_model_with_the_figures_of_the_first(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    few = replace(quick_spec, max_trees=20)
    plain = train(loans_csv, tmp_path / "plain.crm", few, judge=QUICK)
    refit = train(loans_csv, tmp_path / "refit.crm", replace(few, refit=True), judge=QUICK)
    assert to_plain(refit.held_out) == to_plain(plain.held_out)
    assert refit.model.refitted_on == refit.data.loans == 3000
    assert any(remark.startswith("The saved model was fitted once more on all 3,000 loans") for remark in refit.remarks)
    one, two = load_model(tmp_path / "plain.crm"), load_model(tmp_path / "refit.crm")
    assert one.learned != two.learned
    assert two.training["refitted_on"] == 3000


def test_several_files_a_packed_one_and_a_frame_are_the_same_loans(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    header, *rows = loans_csv.read_text().splitlines(keepends=True)
    (tmp_path / "p1.csv").write_text(header + "".join(rows[:1100]))
    with gzip.open(tmp_path / "p2.csv.gz", "wt") as file:
        file.write(header + "".join(rows[1100:]))
    few = replace(quick_spec, max_trees=20)
    whole = train(loans_csv, tmp_path / "a.crm", few, judge=QUICK)
    parts = train([tmp_path / "p1.csv", tmp_path / "p2.csv.gz"], tmp_path / "b.crm", few, judge=QUICK)
    frame = train(pd.read_csv(loans_csv), tmp_path / "c.crm", few, judge=QUICK)
    assert to_plain(parts.held_out) == to_plain(whole.held_out) == to_plain(frame.held_out)
    texts = {load_model(tmp_path / name).learned.text for name in ("a.crm", "b.crm", "c.crm")}  # type: ignore[attr-defined]
    assert len(texts) == 1
    assert [entry["file"] for entry in load_model(tmp_path / "b.crm").training["data"]] == ["p1.csv", "p2.csv.gz"]


def test_bad_rows_are_skipped_counted_and_kept(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    lines = loans_csv.read_text().splitlines()
    lines[100] += ",1"
    lines[2000] = lines[2000].rpartition(",")[0]
    (tmp_path / "loans.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r"^2 rows do not have the 47 fields of the header"):
        train(tmp_path / "loans.csv", tmp_path / "m.crm", quick_spec)
    read = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "bad.csv"))
    few = replace(quick_spec, max_trees=5)
    result = train(tmp_path / "loans.csv", tmp_path / "m.crm", few, judge=QUICK, read=read)
    assert (result.data.rejected, result.data.loans) == (2, 2998)
    rejects = pd.read_csv(tmp_path / "bad.csv")
    assert rejects["line"].tolist() == [101, 2001]
    scored = predict(tmp_path / "m.crm", tmp_path / "loans.csv", read=read)
    assert (scored.rows, scored.rejected) == (2998, 2)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"monotone": ("grade:+",)}, DataError, '--monotone "grade": it is categorical'),
        ({"monotone": ("policyCode:-",)}, DataError, '--monotone "policyCode": it is left out (the same value'),
        ({"monotone": ("dtx:+",)}, DataError, '"dtx" is not there; did you mean "dti"?'),
        ({"time": "grade"}, DataError, 'column "grade"'),
        ({"time": "issueDat"}, DataError, '"issueDat" is not there; did you mean "issueDate"?'),
    ],
)
def test_roles_that_do_not_fit_are_refused(
    loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path, options: dict[str, object], error: type, words: str
) -> None:
    with pytest.raises(error) as caught:
        train(loans_csv, tmp_path / "m.crm", replace(quick_spec, **options))  # type: ignore[arg-type]
    assert any(line.startswith(words) for line in caught.value.where)


def test_outputs_are_kept_apart(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^The model would overwrite the data\."):
        train(loans_csv, loans_csv, quick_spec, force=True)
    read = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "m.crm"))
    with pytest.raises(UsageError, match=r"^The model and the rejects are one file\."):
        train(loans_csv, tmp_path / "m.crm", quick_spec, read=read)
