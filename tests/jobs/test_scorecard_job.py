"""Scorecards from file to scores: the same verbs, the same promises, and a card whose points add up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from creditrisk.errors import ModelFileError, UsageError
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.models.container import pack, unpack
from creditrisk.models.model_file import from_bytes, load_model, to_bytes
from creditrisk.reports.lines import info_lines
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.specs import TrainSpec

#: For figures whose intervals are not drawn, and where only other things are looked at.
QUICK = JudgeSpec(draws=20)
#: Every column is binned, which is most of the work: these say little.
LEFT_OUT = ("postCode", "employmentTitle", "title", *(f"n{number}" for number in range(13)))


@pytest.fixture(scope="module")
def spec(card_spec: TrainSpec) -> TrainSpec:
    """Give settings for a card of the loans' other columns: numbers, words, dates, years, and missing values."""
    return replace(card_spec, drop=LEFT_OUT)


@pytest.fixture(scope="module")
def card_file(tmp_path_factory: pytest.TempPathFactory, loans_csv: Path, spec: TrainSpec) -> Path:
    path = tmp_path_factory.mktemp("card") / "card.crm"
    train(loans_csv, path, replace(spec, class_weight="balanced", calibration="platt"), judge=QUICK)
    return path


def pds(model: Path, data: Any) -> dict[str, float]:
    scores = predict(model, data).scores
    return dict(zip(scores.column("id").to_pylist(), scores.column("pd").to_pylist(), strict=True))


def test_a_scorecard_ranks_restores_and_is_evaluated(loans_csv: Path, spec: TrainSpec, tmp_path: Path) -> None:
    result = train(loans_csv, tmp_path / "card.crm", replace(spec, class_weight="balanced"), judge=QUICK)
    assert result.model.kind == "scorecard"
    assert 0.66 < result.held_out.auc.value < 0.85
    assert result.held_out.observed_over_expected.low < 1 < result.held_out.observed_over_expected.high
    assert result.reweighting is not None
    unweighted, tilted, restored = result.reweighting.variants
    assert tilted.observed_over_expected.value < 0.7
    assert abs(restored.bce.value - unweighted.bce.value) < 0.01
    assert result.model.chosen == {"columns_used": len([share for share in result.importance.values() if share])}
    assert sum(result.importance.values()) == pytest.approx(1.0)
    again = evaluate(tmp_path / "card.crm", loans_csv, judge=QUICK)
    assert again.figures.loans == 3000


def test_a_loan_has_the_same_pd_in_any_company(card_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    loans = pd.read_csv(unlabelled_csv, dtype=str, keep_default_na=False)
    whole = pds(card_file, unlabelled_csv)
    loans.sample(frac=1, random_state=3)[loans.columns[::-1]].to_csv(tmp_path / "mixed.csv", index=False)
    assert pds(card_file, tmp_path / "mixed.csv") == whole
    parts: dict[str, float] = {}
    for rows in (slice(0, 1), slice(1, 40), slice(40, 700)):
        loans.iloc[rows].to_csv(tmp_path / "part.csv", index=False)
        parts |= pds(card_file, tmp_path / "part.csv")
    assert parts == whole


def test_seed_and_threads_leave_the_file_as_it_is(
    loans_csv: Path, spec: TrainSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for threads in (1, 2):
        train(loans_csv, tmp_path / f"{threads}.crm", replace(spec, threads=threads), judge=JudgeSpec(draws=60))
    assert (tmp_path / "1.crm").read_bytes() == (tmp_path / "2.crm").read_bytes()


def test_the_points_of_the_card_add_up_to_the_score(card_file: Path, unlabelled_csv: Path) -> None:
    model, rows = load_model(card_file), info(card_file).points
    table = predict(card_file, unlabelled_csv, spec=ScoreSpec(columns=("score", "log_odds"))).scores.to_pandas()
    points = {(row.column, row.bin): row.points for row in rows}
    total = np.zeros(len(table))
    loans = pd.read_csv(unlabelled_csv)
    for column in model.learned.columns:  # type: ignore[attr-defined]
        total += _points_by_hand(points, column, loans[column.name], model)
    assert table["score"].tolist() == pytest.approx(total, abs=0.500001)
    exact = 600 + 20 * np.log2(np.exp(-table["log_odds"]) / 50)
    assert total.tolist() == pytest.approx(exact.tolist(), abs=1e-6)


def _points_by_hand(points: dict[tuple[str, str], float], column: Any, values: pd.Series, model: Any) -> np.ndarray:
    """Return the points of a column by the words of the card alone."""
    kind = next(each.kind for each in model.schema.columns if each.name == column.name)
    unit = next(each.unit for each in model.schema.columns if each.name == column.name)
    bins = [(words.split(" to below "), value) for (name, words), value in points.items() if name == column.name]
    if unit == "years":
        values = values.map(
            lambda cell: cell if pd.isna(cell) else 0 if "<" in cell else float(cell.split()[0].rstrip("+"))
        )
    if kind == "date":
        values = pd.to_datetime(values, format="mixed")
    fill = model.recipe.steps[column.index].fill
    if kind == "numeric" and fill is not None:
        values = values.fillna(fill)
    earned = []
    for value in values:
        for words, score in bins:
            if _inside(value, words, kind):
                earned.append(score)
                break
        else:
            earned.append(next(score for words, score in bins if words == ["any other"]))
    return np.array(earned)


def _inside(value: Any, words: list[str], kind: str) -> bool:
    if pd.isna(value):
        return words == ["missing"]
    if words in (["missing"], ["any other"]):
        return False
    if kind == "categorical":
        return value in words[0].split(", ")
    read = pd.Timestamp if kind == "date" else float
    low, high = (words[0], words[1]) if len(words) == 2 else (None, None)
    if low is not None:
        return bool(read(low) <= value < read(high))
    word, edge = words[0].split(" ")
    return bool(value < read(edge)) if word == "below" else bool(value >= read(edge))


def test_info_prints_the_card(card_file: Path) -> None:
    text = info_lines(info(card_file))
    assert "kind          scorecard of" in text
    assert "calibration   platt:" in text
    assert "\npoints        loans    rate     WOE  points\n" in text
    assert '"issueDate"  IV' in text
    assert " to below 20" in text


def test_steps_would_bend_the_points(spec: TrainSpec) -> None:
    with pytest.raises(UsageError) as caught:
        replace(spec, calibration="isotonic")
    assert caught.value.where == (
        "--calibration isotonic would bend the points of a scorecard: use intercept or platt",
    )


def test_monotone_and_special_reach_the_bins(loans_csv: Path, spec: TrainSpec, tmp_path: Path) -> None:
    train(
        loans_csv, tmp_path / "m.crm", replace(spec, monotone=("dti:+",), special=("n14:0",), refit=True), judge=QUICK
    )
    columns = {column.name: column for column in load_model(tmp_path / "m.crm").learned.columns}  # type: ignore[attr-defined]
    woe = columns["dti"].bins.woe[: len(columns["dti"].bins.edges) + 1]
    assert list(woe) == sorted(woe, reverse=True)
    assert columns["n14"].bins.special == (0.0,)


def test_saving_what_was_loaded_gives_the_same_bytes(card_file: Path) -> None:
    data = card_file.read_bytes()
    assert to_bytes(from_bytes(data)) == data
    assert set(unpack(data, {"manifest.json": 1 << 23, "booster.txt": 1 << 30})) == {"manifest.json"}


CHANGES = [
    (lambda card: card["columns"][0].update(index=900), "is a column that the model does not have"),
    (lambda card: card["columns"][0].update(name="x"), "is a column that the model does not have"),
    (lambda card: card["columns"][0].update(coefficient=0.3), ".coefficient is not below 0"),
    (lambda card: card["columns"].append(card["columns"][0]), "columns are not in order, each once"),
    (lambda card: card["columns"][0]["share"].pop(), "has not one share and rate for each bin"),
    (lambda card: card["columns"][0]["bins"]["woe"].pop(), "the scorecard's bins are not sound"),
    (lambda card: card["columns"][0]["bins"].update(extra=1), ".bins.extra is unknown"),
    (lambda card: card.update(intercept="x"), "intercept is missing or of another type"),
    (lambda card: card.update(more=1), "manifest.model.learned.more is unknown"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_crafted_card_is_refused(card_file: Path, change: Any, reason: str) -> None:
    manifest = json.loads(unpack(card_file.read_bytes(), {"manifest.json": 1 << 23})["manifest.json"])
    change(manifest["model"]["learned"])
    with pytest.raises(ModelFileError) as caught:
        from_bytes(pack({"manifest.json": json.dumps(manifest).encode()}))
    assert reason in caught.value.what


def test_loans_without_a_signal_make_a_card_without_columns(tmp_path: Path, spec: TrainSpec) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"x": rng.integers(0, 3, 900), "y": np.arange(900) % 5 == 0})
    frame["y"] = frame["y"].astype(int)
    result = train(frame, tmp_path / "m.crm", replace(spec, target="y", id=(), drop=()), judge=QUICK)
    table = predict(tmp_path / "m.crm", frame).scores.to_pandas()
    assert table["pd"].mean() == pytest.approx(0.2, abs=0.03)
    assert result.remarks
