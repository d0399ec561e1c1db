from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from creditrisk.errors import DataError, GateError, UsageError
from creditrisk.evaluation.compare_spec import CompareSpec
from creditrisk.evaluation.gates import refuse_failed
from creditrisk.file_specs import ReadSpec, SampleSpec
from creditrisk.jobs.compare import compare
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.evaluation.compare import Comparison
    from creditrisk.specs import TrainSpec

QUICK = CompareSpec(draws=100)
#: Scorecards need time for every column: these say little.
LEFT_OUT = tuple(f"n{number}" for number in range(15))
#: For what does not depend on how a model was judged.
FEW = JudgeSpec(draws=20)
AS_SAFETY = CompareSpec(draws=100, a_direction="safety")


@pytest.fixture(scope="module")
def card_file(tmp_path_factory: pytest.TempPathFactory, loans_csv: Path, card_spec: TrainSpec) -> Path:
    """Give a scorecard of the loans of which `model_file` was made."""
    path = tmp_path_factory.mktemp("card") / "card.crm"
    train(loans_csv, path, replace(card_spec, drop=LEFT_OUT), judge=FEW)
    return path


@pytest.fixture(scope="module")
def new_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 1,500 loans that no model was made of."""
    path = tmp_path_factory.mktemp("loans") / "new.csv"
    sample(path, SampleSpec(rows=1500, seed=21, first_id=9000))
    return path


@pytest.fixture(scope="module")
def found(card_file: Path, model_file: Path, new_csv: Path) -> Comparison:
    return compare(card_file, model_file, new_csv, QUICK)


def changed(source: Path, target: Path, **columns: object) -> Path:
    """Write the loans once more with some columns replaced or added."""
    pd.read_csv(source, dtype=str, keep_default_na=False).assign(**columns).to_csv(target, index=False)  # type: ignore[arg-type]
    return target


def test_each_side_has_the_figures_of_its_evaluation(
    found: Comparison, card_file: Path, model_file: Path, new_csv: Path
) -> None:
    for side, model in ((found.a, card_file), (found.b, model_file)):
        alone = evaluate(model, new_csv, judge=FEW).figures
        assert side.name == str(model)
        assert (side.auc, side.mean_pd) == (alone.auc, alone.mean_pd)
        for key in ("bce", "brier", "observed_over_expected"):
            assert getattr(side, key).value == pytest.approx(getattr(alone, key).value, abs=1e-12)
        assert side.ks.value == pytest.approx(getattr(alone.ks, "value", alone.ks), abs=1e-12)
    assert (found.loans, found.rows, found.set_aside, found.unscored, found.rejected) == (1500, 1500, 0, 0, 0)
    assert "what A accepts below its own cut-off" in found.equal_approval.reason


def test_scores_that_stand_in_the_data_are_compared_as_the_model_that_gave_them(
    model_file: Path, new_csv: Path, tmp_path: Path
) -> None:
    predict(model_file, new_csv, tmp_path / "scores.csv")
    scores = pd.read_csv(tmp_path / "scores.csv", dtype=str)
    both = changed(new_csv, tmp_path / "both.csv", incumbent=scores["pd"], points=scores["score"])
    result = compare("column:incumbent", model_file, both, replace(QUICK, a_direction="pd"))
    assert result.differences.bce.value == pytest.approx(0.0, abs=1e-9)
    assert (result.verdict, result.a.mapping) == ("not told apart", "")
    points = compare("column:points", model_file, both, AS_SAFETY)
    # Points are rounded, so a few loans tie.
    assert points.a.auc.value == pytest.approx(result.b.auc.value, abs=0.002)
    assert points.a.mapping.startswith("Platt on the log-odds of ranks")
    assert any(remark.startswith("A is a score, not a PD.") for remark in points.remarks)


def test_the_wrong_direction_is_asked_about(model_file: Path, new_csv: Path) -> None:
    result = compare(model_file, "column:ficoRangeLow", new_csv, replace(QUICK, b_direction="risk"))
    assert result.verdict == "worse"
    assert any("is the direction right? See --b-direction." in remark for remark in result.remarks)


def test_a_frame_is_compared_as_its_file(found: Comparison, card_file: Path, model_file: Path, new_csv: Path) -> None:
    frame = compare(card_file, model_file, pd.read_csv(new_csv), QUICK)
    assert frame.file == "data frame"
    assert frame.differences == found.differences


def test_two_columns_need_the_outcome_named(new_csv: Path, tmp_path: Path) -> None:
    spec = replace(QUICK, a_direction="safety", b_direction="risk", target="isDefault")
    result = compare("column:ficoRangeLow", "column:dti", new_csv, spec)
    assert result.verdict == "worse"
    loans = pd.read_csv(new_csv)
    words = changed(new_csv, tmp_path / "words.csv", isDefault=loans["isDefault"].map({0: "fine", 1: "lost"}))
    named = compare("column:ficoRangeLow", "column:dti", words, replace(spec, positive="lost", negative="fine"))
    assert named.differences == result.differences
    with pytest.raises(DataError, match=r"^The target's values are not plain"):
        compare("column:ficoRangeLow", "column:dti", words, spec)


def test_rows_without_an_outcome_or_a_score_are_set_aside_and_counted(
    model_file: Path, new_csv: Path, tmp_path: Path
) -> None:
    loans = pd.read_csv(new_csv, dtype=str, keep_default_na=False)
    outcome, score = loans["isDefault"].copy(), loans["ficoRangeLow"].copy()
    outcome[:10], score[5:30] = "?", "NA"
    holed = changed(new_csv, tmp_path / "holed.csv", isDefault=outcome, ficoRangeLow=score)
    result = compare("column:ficoRangeLow", model_file, holed, AS_SAFETY)
    assert (result.rows, result.set_aside, result.unscored, result.loans) == (1500, 10, 20, 1470)
    assert any(remark.startswith("20 of 1,500 rows have no score in a score column") for remark in result.remarks)


def test_a_row_that_one_side_cannot_read_is_skipped_for_both(
    card_file: Path, new_csv: Path, model_file: Path, tmp_path: Path
) -> None:
    loans = pd.read_csv(new_csv, dtype=str, keep_default_na=False)
    score = loans["ficoRangeLow"].where(loans.index != 7, "seven")
    bad = changed(new_csv, tmp_path / "bad.csv", incumbent=score)
    with pytest.raises(DataError) as caught:
        compare("column:incumbent", model_file, bad, AS_SAFETY)
    assert 'line 9, column "incumbent": "seven" is not a number' in caught.value.where
    skip = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "rejects.csv"))
    result = compare("column:incumbent", card_file, bad, AS_SAFETY, read=skip)
    assert (result.rejected, result.rows, result.loans) == (1, 1499, 1499)
    assert "seven" in (tmp_path / "rejects.csv").read_text()


def test_loan_weights_are_those_of_a(
    loans_csv: Path, new_csv: Path, model_file: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    frequency = [str(1 + row % 2) for row in range(3000)]
    changed(loans_csv, tmp_path / "train.csv", often=frequency)
    data = changed(new_csv, tmp_path / "new.csv", often=frequency[:1500])
    weighted = replace(quick_spec, max_trees=5, weight="often", weight_kind="frequency")
    train(tmp_path / "train.csv", tmp_path / "w.crm", weighted, judge=FEW)
    there = compare(tmp_path / "w.crm", model_file, data, QUICK)
    assert (there.loans, there.rows, there.weights) == (2250, 1500, "frequency")
    assert any('those of A count here ("often"), not B\'s (none)' in remark for remark in there.remarks)
    back = compare(model_file, tmp_path / "w.crm", data, QUICK)
    assert (back.loans, back.weights) == (1500, "")
    foreign = compare("column:ficoRangeLow", tmp_path / "w.crm", data, AS_SAFETY)
    assert (foreign.loans, foreign.weights) == (2250, "frequency")


def test_models_of_different_outcomes_are_refused(
    loans_csv: Path, new_csv: Path, model_file: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    loans = pd.read_csv(loans_csv)
    renamed = changed(loans_csv, tmp_path / "r.csv", isDefault=1 - loans["isDefault"]).rename(tmp_path / "renamed.csv")
    turned = replace(quick_spec, max_trees=3, positive="0", negative="1")
    train(renamed, tmp_path / "turned.crm", turned, judge=FEW)
    with pytest.raises(UsageError) as caught:
        compare(model_file, tmp_path / "turned.crm", new_csv)
    assert caught.value.what == "A and B predict different outcomes, so no loan can judge both."
    assert caught.value.where == ('default: A has "1", B has "0"', 'repaid: A has "0", B has "1"')


def test_other_words_for_the_same_outcome_are_said(
    loans_csv: Path, new_csv: Path, quick_spec: TrainSpec, tmp_path: Path
) -> None:
    for name, window in (("a.crm", "12 months"), ("b.crm", "24 months")):
        train(loans_csv, tmp_path / name, replace(quick_spec, max_trees=3, performance_window=window), judge=FEW)
    result = compare(tmp_path / "a.crm", tmp_path / "b.crm", new_csv, QUICK)
    stated = (
        'The models state another performance window: A "12 months", B "24 months". Their PDs do not mean the same.'
    )
    assert stated in result.remarks


def test_loans_that_a_model_was_made_of_are_recognised(card_file: Path, model_file: Path, loans_csv: Path) -> None:
    result = compare(card_file, model_file, loans_csv, QUICK)
    assert [remark[:31] for remark in result.remarks[:2]] == [
        "A is judged on the file that it", "B is judged on the file that it",
    ]  # fmt: skip


def test_a_score_column_that_is_not_there_has_near_names(model_file: Path, new_csv: Path) -> None:
    with pytest.raises(DataError) as caught:
        compare("column:ficoRangeLo", model_file, new_csv, AS_SAFETY)
    assert caught.value.what == "A column that is needed is not in the file."
    assert caught.value.where[1].startswith('"ficoRangeLo" is not there; did you mean "ficoRangeLow"')


def test_a_score_that_is_no_pd_is_refused(model_file: Path, new_csv: Path) -> None:
    with pytest.raises(DataError) as caught:
        compare("column:ficoRangeLow", model_file, new_csv, replace(QUICK, a_direction="pd"))
    assert caught.value.what.startswith('The score column "ficoRangeLow" is no PD: 1,500 values of 1,500 lie outside 0')
    assert caught.value.fix == "Divide per cent by 100, or give --a-direction risk or safety."


USES = [
    ({}, "column:dti", "MODEL", "A is a score column, and which way it points is not said."),
    ({"b_direction": "pd"}, "MODEL", "MODEL", "--b-direction is for score columns, and B is a model file."),
    ({"a_direction": "risk", "b_direction": "risk"}, "column:dti", "column:id",
     "Neither A nor B is a model file, so nothing says which column is the outcome."),
    ({"a_direction": "risk", "target": "isDefault"}, "column:dti", "MODEL",
     "--target is for two score columns; here the model file B says what the outcome is."),
    ({"b_direction": "risk"}, "MODEL", "column:isDefault", "The score column B is the outcome itself."),
]  # fmt: skip


@pytest.mark.parametrize(("options", "a", "b", "words"), USES)
def test_what_cannot_be_meant_is_refused(
    options: dict[str, str], a: str, b: str, words: str, model_file: Path, new_csv: Path
) -> None:
    a, b = (str(model_file) if name == "MODEL" else name for name in (a, b))
    with pytest.raises(UsageError) as caught:
        compare(a, b, new_csv, CompareSpec(**options))  # type: ignore[arg-type]
    assert caught.value.what == words


def test_rejects_must_not_overwrite_a_model(card_file: Path, model_file: Path, new_csv: Path) -> None:
    with pytest.raises(UsageError, match="The rejects would overwrite the model"):
        compare(card_file, model_file, new_csv, read=ReadSpec(bad_rows="skip", rejects=str(model_file)))


def test_too_few_loans_that_both_have_scored_are_refused(model_file: Path, new_csv: Path, tmp_path: Path) -> None:
    loans = pd.read_csv(new_csv, dtype=str, keep_default_na=False)
    scarce = changed(new_csv, tmp_path / "s.csv", ficoRangeLow=loans["ficoRangeLow"].where(loans.index < 40, ""))
    with pytest.raises(DataError, match=r"^Too few loans of one kind"):
        compare("column:ficoRangeLow", model_file, scarce, AS_SAFETY)


def test_a_page_is_written_and_gates_are_checked(
    card_file: Path, model_file: Path, new_csv: Path, tmp_path: Path
) -> None:
    page = tmp_path / "c.html"
    spec = CompareSpec(report=str(page), fail_if=("differences.auc > 5", "b.auc < 2"), draws=100)
    found = compare(card_file, model_file, new_csv, spec)
    assert [gate.failed for gate in found.gates] == [False, True]
    assert found.gates[1].value == found.b.auc
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(GateError):
        refuse_failed(found.gates)
    with pytest.raises(UsageError, match="--fail-if names a figure that is not there"):
        compare(card_file, model_file, new_csv, CompareSpec(fail_if=("c.auc < 1",), draws=100))
    with pytest.raises(UsageError, match="The report would overwrite the data"):
        compare(card_file, model_file, new_csv, CompareSpec(report=str(new_csv)))
