"""Which columns a file of scores has: names that are asked for, and what stands in them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Schema, Target
from creditrisk.errors import UsageError
from creditrisk.jobs.predict import predict
from creditrisk.jobs.score_columns import score_columns
from creditrisk.jobs.train import train
from creditrisk.models.model_file import load_model
from creditrisk.models.scale import grade_index, grade_names, scores
from creditrisk.option_values import Scale
from creditrisk.score_spec import ScoreSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema((Column("x", "numeric"),), ("id",), Target("isDefault", ("1",), ("0",)))
HEADER = ("id", "x", "note, with comma")


def test_without_a_wish_there_are_ids_pd_score_and_grade() -> None:
    assert score_columns((), SCHEMA, HEADER).names == ("id", "pd", "score", "grade")
    assert score_columns((), Schema((), (), SCHEMA.target), HEADER).names == ("row", "pd", "score", "grade")


def test_the_target_stands_for_the_pd_and_others_are_copied() -> None:
    chosen = score_columns(("id", "isDefault", "note, with comma"), SCHEMA, (*HEADER, "isDefault"))
    assert chosen.sources == ("", "pd", "")
    assert chosen.copied == ("id", "note, with comma")


def test_all_that_cannot_be_written_is_listed() -> None:
    with pytest.raises(UsageError) as caught:
        score_columns(("id", "scor", "X", "pd", "pd"), SCHEMA, HEADER)
    assert caught.value.what == "--columns names what cannot be written."
    own = "row, pd, score, grade, grade_pd, decision, log_odds"
    assert caught.value.where == (
        f'"scor" is neither a column of the file nor one of {own}; did you mean "score"?',
        f'"X" is neither a column of the file nor one of {own}; did you mean "x"?',
        '"pd" is named twice',
    )


def test_the_competitions_submission(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    predict(model_file, unlabelled_csv, tmp_path / "s.csv", spec=ScoreSpec(columns=("id", "isDefault")))
    predict(model_file, unlabelled_csv, tmp_path / "all.csv")
    submission, scored = pd.read_csv(tmp_path / "s.csv"), pd.read_csv(tmp_path / "all.csv")
    assert list(submission) == ["id", "isDefault"]
    assert submission["isDefault"].tolist() == scored["pd"].tolist()


def test_columns_that_the_model_learned_from_are_copied_as_they_stand(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    names = ("loanAmnt", "id", "employmentLength", "issueDate", "grade", "log_odds", "row", "n0", "pd")
    predict(model_file, unlabelled_csv, tmp_path / "s.csv", spec=ScoreSpec(columns=names))
    with unlabelled_csv.open(newline="") as before, (tmp_path / "s.csv").open(newline="") as after:
        for number, (loan, score) in enumerate(
            zip(csv.DictReader(before), csv.DictReader(after), strict=True), start=1
        ):
            assert tuple(score) == names
            copied = ("loanAmnt", "id", "employmentLength", "issueDate", "n0")
            assert [score[name] for name in copied] == [loan[name] for name in copied]
            assert score["row"] == str(number)
    predict(model_file, unlabelled_csv, tmp_path / "plain.csv")
    assert pd.read_csv(tmp_path / "s.csv")["pd"].tolist() == pd.read_csv(tmp_path / "plain.csv")["pd"].tolist()


def test_score_and_grade_follow_the_pd(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    predict(
        model_file, unlabelled_csv, tmp_path / "s.csv", spec=ScoreSpec(columns=("pd", "score", "grade", "log_odds"))
    )
    table, scale = pd.read_csv(tmp_path / "s.csv"), load_model(model_file).scale
    odds = (1 - table["pd"]) / table["pd"]
    assert table["score"].tolist() == np.rint(600 + 20 * np.log2(odds / 50)).astype(int).tolist()
    bounds = [0, *scale.grades, 1]
    for letter, low, high in zip("ABCDEFGH", bounds, bounds[1:], strict=False):
        inside = table[table["grade"] == letter]["pd"]
        assert ((inside >= low) & (inside < high)).all()
    assert table["grade"].nunique() > 3


def test_points_double_and_grades_begin_where_the_scale_says() -> None:
    scale = Scale(pdo=50, base_score=500, base_odds=20, grades=(0.02, 0.2))
    assert scores(-np.log(np.array([20.0, 40.0, 10.0])), scale).tolist() == [500, 550, 450]
    index = grade_index(np.array([0.0, np.nextafter(0.02, 0), 0.02, 0.2, 1.0]), scale)
    assert [grade_names(scale)[place] for place in index] == ["A", "A", "B", "C", "C"]


def test_a_frame_is_scored_in_memory_as_the_file_is(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    predict(model_file, unlabelled_csv, tmp_path / "s.csv")
    from_file = pd.read_csv(tmp_path / "s.csv")
    frame = pd.read_csv(unlabelled_csv)
    for data in (frame, pa.Table.from_pandas(frame), unlabelled_csv):
        result = predict(model_file, data)
        assert result.output == ""
        table = result.scores.to_pandas()
        assert list(table) == ["id", "pd", "score", "grade"]
        assert table["pd"].tolist() == from_file["pd"].tolist()
        assert table["score"].tolist() == from_file["score"].tolist()


def test_a_quoted_name_in_the_header_is_written_as_csv(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    text = unlabelled_csv.read_text().splitlines()
    extra = ['"note, ""x"""', *['"a, b"'] * (len(text) - 1)]
    loans = [f"{line},{cell}" for line, cell in zip(text, extra, strict=True)]
    (tmp_path / "in.csv").write_text("\n".join(loans) + "\n")
    predict(model_file, tmp_path / "in.csv", tmp_path / "s.csv", spec=ScoreSpec(columns=('note, "x"', "pd")))
    rows = list(csv.reader(io.StringIO((tmp_path / "s.csv").read_text())))
    assert (rows[0][0], {row[0] for row in rows[1:]}) == ('note, "x"', {"a, b"})


def test_copying_a_column_changes_no_pd_from_any_source(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=600).astype("float32"),
            "day": pd.to_datetime("2014-01-01") + pd.to_timedelta(rng.integers(0, 900, 600), unit="D"),
            "code": rng.integers(0, 3, 600) > 0,
        }
    )
    days = (frame["day"] - frame["day"].min()).dt.days
    frame["y"] = (frame["x"] + days / 300 + rng.normal(size=600) > 1.5).astype(int)
    written = frame.assign(day=frame["day"].dt.strftime("%d-%b-%Y"))
    written.to_csv(tmp_path / "loans.csv", index=False)
    frame.to_parquet(tmp_path / "loans.parquet")
    spec = TrainSpec(target="y", preset="fast", max_trees=20, learning_rate=0.2)
    train(tmp_path / "loans.csv", tmp_path / "m.crm", spec)
    plain = predict(tmp_path / "m.crm", tmp_path / "loans.csv").scores.column("pd").to_pylist()
    for data in (frame, tmp_path / "loans.csv", tmp_path / "loans.parquet"):
        for columns in (("pd",), ("day", "x", "code", "pd")):
            scores = predict(tmp_path / "m.crm", data, spec=ScoreSpec(columns=columns)).scores
            assert scores.column("pd").to_pylist() == plain
