"""Cases that once went wrong: each is a promise of the documentation, from files to results."""

from __future__ import annotations

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
from creditrisk.models.model_file import load_model, open_model
from creditrisk.score_spec import ScoreSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)


def made(rows: int = 900, seed: int = 3) -> pd.DataFrame:
    """Return loans whose one number tells something."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    y = (rng.random(rows) < 1 / (1 + np.exp(1.2 - x))).astype(int)
    return pd.DataFrame({"id": np.arange(rows) + 7000, "x": x.round(3), "y": y})


@pytest.fixture
def spec() -> TrainSpec:
    return TrainSpec(target="y", id=("id",), preset="fast", max_trees=8, learning_rate=0.2, folds=3)


def test_a_column_without_a_name_is_learned_from_and_may_be_the_id(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made()
    frame.rename(columns={"x": ""}).to_csv(tmp_path / "x.csv", index=False)
    assert train(tmp_path / "x.csv", tmp_path / "x.crm", spec, judge=QUICK).held_out.auc.value > 0.6
    frame.rename(columns={"id": ""}).to_csv(tmp_path / "id.csv", index=False)
    train(tmp_path / "id.csv", tmp_path / "id.crm", replace(spec, id=("",)), judge=QUICK)
    scores = predict(tmp_path / "id.crm", tmp_path / "id.csv").scores.to_pandas()
    assert scores[""].tolist() == [str(name) for name in frame["id"]]


@pytest.mark.parametrize("empty", [pd.NA, None])
def test_a_missing_outcome_in_a_frame_is_said_or_set_aside(spec: TrainSpec, tmp_path: Path, empty: object) -> None:
    frame = made()
    frame["y"] = frame["y"].astype("Int64")
    frame.loc[:4, "y"] = empty
    with pytest.raises(DataError, match=r"^The target is missing in 5 rows\."):
        train(frame, tmp_path / "m.crm", spec, judge=QUICK)
    assert train(frame, tmp_path / "m.crm", replace(spec, positive="1", negative="0"), judge=QUICK).data.set_aside == 5


def test_one_and_one_point_zero_are_one_outcome_and_one_group(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made()
    frame["who"] = np.arange(900) % 150
    whole, rest = frame.iloc[:450], frame.iloc[450:].astype({"y": float, "who": float})
    whole.to_csv(tmp_path / "a.csv", index=False)
    rest.to_csv(tmp_path / "b.csv", index=False)
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    result = train(files, tmp_path / "m.crm", replace(spec, positive="1", negative="0", group="who"), judge=QUICK)
    assert (result.data.set_aside, result.data.loans) == (0, 900)
    assert len(set(frame["who"])) == 150
    assert evaluate(tmp_path / "m.crm", tmp_path / "b.csv", judge=QUICK).figures.loans == 450
    assert result.held_out.loans % 6 == 0  # six loans a borrower, three in each file


def test_a_date_edge_between_two_days_is_no_obstacle(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made()
    frame["day"] = pd.to_datetime("2014-01-01") + pd.to_timedelta((np.arange(900) % 2) * 31, unit="D")
    for each in (TrainSpec(target="y", id=("id",), model="scorecard", folds=3), spec):
        train(frame, tmp_path / "m.crm", each, force=True, judge=QUICK)
        open_model(tmp_path / "m.crm")


def test_decimal_commas_are_refused_with_the_columns(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made()
    frame["x"] = [f"{value:.1f}".replace(".", ",") for value in frame["x"]]
    frame.to_csv(tmp_path / "a.csv", index=False, sep=";")
    with pytest.raises(DataError) as caught:
        train(tmp_path / "a.csv", tmp_path / "m.crm", spec, read=ReadSpec(delimiter=";"), judge=QUICK)
    assert caught.value.what == "1 column of text would be numbers if their commas were points."
    assert caught.value.where[1].startswith('column "x": "')
    train(
        tmp_path / "a.csv",
        tmp_path / "m.crm",
        replace(spec, categorical=("x",)),
        read=ReadSpec(delimiter=";"),
        judge=QUICK,
    )


def test_repeated_ids_are_remarked(spec: TrainSpec, tmp_path: Path) -> None:
    twice = pd.concat([made(), made().iloc[:40]])
    remarks = train(twice, tmp_path / "m.crm", spec, judge=QUICK).remarks
    assert any(remark.startswith('40 rows with the id of another row ("id"): a loan may have') for remark in remarks)
    assert not any(
        "with the id" in remark for remark in train(made(), tmp_path / "m.crm", spec, force=True, judge=QUICK).remarks
    )


def test_numbers_of_skipped_rows_are_not_given_to_others(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made().drop(columns="id")
    train(frame, tmp_path / "m.crm", replace(spec, id=()), judge=QUICK)
    lines = frame.to_csv(index=False).splitlines()
    lines[3] += ",1"
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    read = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "bad.csv"))
    with pytest.raises(UsageError, match=r"^Rows may be skipped, so the numbers of the scored ones"):
        predict(tmp_path / "m.crm", tmp_path / "a.csv", read=read)
    assert predict(tmp_path / "m.crm", tmp_path / "a.csv", read=read, spec=ScoreSpec(columns=("x", "pd"))).rows == 899


def test_a_target_or_id_with_a_name_of_ours_leaves_the_default_columns(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made().rename(columns={"y": "score"})
    train(frame, tmp_path / "m.crm", replace(spec, target="score"), judge=QUICK)
    table = predict(tmp_path / "m.crm", frame).scores.to_pandas()
    assert table["score"].dtype == "int64"
    frame = made().rename(columns={"id": "grade"})
    train(frame, tmp_path / "g.crm", replace(spec, id=("grade",)), judge=QUICK)
    assert predict(tmp_path / "g.crm", frame).scores.column_names == ["grade", "pd", "score"]


def test_time_without_room_for_forward_folds_is_remarked(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made(1200)
    frame["year"] = np.where(np.arange(1200) < 10, 2010, np.where(np.arange(1200) < 950, 2015, 2018))
    frame["day"] = pd.to_datetime(frame["year"].astype(str) + "-03-01")
    timed = replace(spec, time="day", performance_window="12 months", drop=("year",))
    result = train(frame, tmp_path / "m.crm", timed, judge=QUICK)
    assert any(remark.startswith("The training loans span too little time") for remark in result.remarks)
    assert load_model(tmp_path / "m.crm").training["folds_walk_forward"] is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"monotone": ("x:+", "x:-")}, "--monotone is given twice for one column."),
        ({"id": "id"}, "id must be a tuple of names, not one text."),
        ({"id": ("id", "id")}, "--id names a column twice."),
        ({"special": ("x:nan",), "model": "scorecard"}, "--special must end in numbers, as in utilisation:96,98."),
        ({"special": ("x:1e400",), "model": "scorecard"}, "--special must end in numbers, as in utilisation:96,98."),
    ],
)
def test_options_that_contradict_themselves_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        TrainSpec(**{"target": "y", **options})  # type: ignore[arg-type]
    assert caught.value.what == words


def test_weights_with_units_and_too_many_loans_are_refused(spec: TrainSpec, tmp_path: Path) -> None:
    frame = made()
    frame["w"] = "$1,000"
    with pytest.raises(DataError, match=r"^900 cells in 1 column cannot be read as the column's kind\."):
        train(frame, tmp_path / "m.crm", replace(spec, weight="w"), judge=QUICK)
    frame["w"] = 10**9
    with pytest.raises(DataError, match=r"^The rows stand for 9e\+11 loans"):
        train(frame, tmp_path / "m.crm", replace(spec, weight="w", weight_kind="frequency"), judge=QUICK)


@pytest.mark.parametrize("name", ["s.csv.gz", "s.ZIP", "s.xlsx"])
def test_scores_are_not_written_under_the_name_of_another_form(model_file: Path, loans_csv: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"^The scores are written as plain CSV or as Parquet\."):
        predict(model_file, loans_csv, name)
