"""Reasons beside the PDs: which loans get them, in which columns, and what the result says of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from creditrisk.errors import DataError, UsageError
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.predict import predict
from creditrisk.models.model_file import load_model
from creditrisk.models.reasons.reasons import variables_that_count
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_reasons_come_last_and_are_the_same_in_a_file_and_in_memory(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    result = predict(model_file, unlabelled_csv, tmp_path / "s.csv", ScoreSpec(reasons=3))
    rows = rows_of(tmp_path / "s.csv")
    assert list(rows[0]) == ["id", "pd", "score", "grade", "reason_1", "reason_2", "reason_3"]
    table = predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=3, threads=2)).scores
    for rank in (1, 2, 3):
        assert [row[f"reason_{rank}"] for row in rows] == [each or "" for each in table[f"reason_{rank}"].to_pylist()]
    assert result.reasons is not None
    assert (result.reasons.count, result.reasons.baseline, result.reasons.above) == (3, "", 0.0)
    assert any(
        said.startswith("Reasons say what raised a loan's log-odds above the mean of the training loans")
        for said in result.remarks
    )
    riskiest = max(rows, key=lambda row: float(row["pd"]))
    assert riskiest["reason_1"]
    assert {row["reason_1"] for row in rows} <= {"", *variables_that_count(load_model(model_file))}


def test_pds_are_the_same_with_reasons(model_file: Path, unlabelled_csv: Path) -> None:
    plain = predict(model_file, unlabelled_csv).scores
    told = predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=2)).scores
    assert plain.equals(told.select(plain.column_names))


def test_only_loans_above_a_pd_get_reasons(model_file: Path, unlabelled_csv: Path) -> None:
    columns = ("pd", "reason_1", "reason_1_log_odds", "reason_2_log_odds")
    everyone = predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=2, columns=columns)).scores.to_pydict()
    cut = float(np.median(everyone["pd"]))
    some = predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=2, columns=columns, reasons_above=cut)).scores
    assert some.column_names == list(columns)
    for place, pd in enumerate(everyone["pd"]):
        for name in columns[1:]:
            assert some[name][place].as_py() == (everyone[name][place] if pd >= cut else None)
    none = predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=1, reasons_above=1.0)).scores
    assert none["reason_1"].null_count == none.num_rows


def test_rows_with_empty_amounts_are_whole_lines(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    spec = ScoreSpec(reasons=1, reasons_above=0.3, columns=("id", "pd", "reason_1_log_odds", "reason_1"))
    predict(model_file, unlabelled_csv, tmp_path / "s.csv", spec)
    rows = rows_of(tmp_path / "s.csv")
    assert all(set(row) == {"id", "pd", "reason_1_log_odds", "reason_1"} for row in rows)
    assert {bool(row["reason_1"]) for row in rows} == {True, False}
    assert all(bool(row["reason_1"]) == bool(row["reason_1_log_odds"]) for row in rows)


def test_words_stand_for_variables_and_need_quotes_where_csv_does(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.csv"
    names = variables_that_count(load_model(model_file))
    said = ['=1+1, "high"' if place % 2 else "Low, very" for place in range(len(names))]
    with words.open("w", newline="") as file:
        csv.writer(file).writerows([("variable", "reason"), *zip(names, said, strict=True)])
    result = predict(model_file, unlabelled_csv, tmp_path / "s.csv", ScoreSpec(reasons=2, reason_words=str(words)))
    assert {row["reason_1"] for row in rows_of(tmp_path / "s.csv")} <= {"", *said}
    assert any("like a formula" in each for each in result.remarks)
    predict(
        model_file, unlabelled_csv, tmp_path / "t.csv", ScoreSpec(reasons=2, reason_words=str(words), excel_safe=True)
    )
    assert {row["reason_1"] for row in rows_of(tmp_path / "t.csv")} <= {"", "'" + said[1], said[0]}


def test_a_baseline_of_loans_is_named(model_file: Path, unlabelled_csv: Path, loans_csv: Path) -> None:
    spec = ScoreSpec(reasons=1, reason_baseline=str(loans_csv))
    result = predict(model_file, unlabelled_csv, spec=spec)
    assert result.reasons is not None
    assert (result.reasons.baseline, result.reasons.baseline_loans) == (str(loans_csv), 3000)
    log_odds = predict(model_file, loans_csv, spec=ScoreSpec(columns=("log_odds",))).scores["log_odds"]
    assert result.reasons.base_log_odds == pytest.approx(np.mean(log_odds.to_pylist()), abs=1e-9)
    assert any(f'the mean of 3,000 loans of "{loans_csv}"' in said for said in result.remarks)


def test_a_baseline_without_loans_or_columns_is_refused(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    header = unlabelled_csv.read_text().splitlines()[0]
    empty, other = tmp_path / "empty.csv", tmp_path / "other.csv"
    empty.write_text(header + "\n")
    other.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="There are no baseline loans"):
        predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=1, reason_baseline=str(empty)))
    with pytest.raises(DataError) as caught:
        predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=1, reason_baseline=str(other)))
    assert str(other) in str(caught.value)


def test_bad_rows_of_the_loans_do_not_excuse_those_of_the_baseline(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text(unlabelled_csv.read_text() + "1,2\n")
    read = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "rejects.csv"))
    with pytest.raises(DataError):
        predict(model_file, unlabelled_csv, spec=ScoreSpec(reasons=1, reason_baseline=str(broken)), read=read)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"reasons": 51}, ("--reasons must be between 0 and 50, got 51",)),
        (
            {"reasons_above": 1.5, "reason_words": "w"},
            (
                "--reasons-above must be a PD between 0 and 1 (5 % is 0.05), got 1.5",
                "--reasons-above needs --reasons N",
                "--reason-words needs --reasons N",
            ),
        ),
        ({"reason_baseline": "b"}, ("--reason-baseline needs --reasons N",)),
    ],
    ids=["many", "above", "baseline"],
)
def test_options_that_cannot_be_meant_are_refused(given: dict[str, Any], where: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        ScoreSpec(**given)
    assert caught.value.where == where


def test_columns_of_reasons_without_reasons_are_explained(model_file: Path, unlabelled_csv: Path) -> None:
    with pytest.raises(UsageError) as caught:
        predict(model_file, unlabelled_csv, spec=ScoreSpec(columns=("id", "reason_1")))
    assert caught.value.where[0].endswith("; reasons are written with --reasons N")


def test_scores_do_not_overwrite_words_or_baseline(model_file: Path, unlabelled_csv: Path, loans_csv: Path) -> None:
    with pytest.raises(UsageError, match="The scores would overwrite the baseline loans"):
        predict(model_file, unlabelled_csv, loans_csv, ScoreSpec(reasons=1, reason_baseline=str(loans_csv)))
