"""The default model through the whole pipeline: no leak, the same bytes again, its members again, and on time."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from loan_reading import training_data

from creditrisk.data.splitting import Fold
from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.odds import expit
from creditrisk.models.learner import TrainingMatrix
from creditrisk.models.model_file import load_model, open_model
from creditrisk.models.portfolio import Candidate
from creditrisk.models.presets import PRESETS
from creditrisk.models.training import Trainer
from creditrisk.models.watcher import SILENT
from creditrisk.models.workshop import Workshop
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from creditrisk.data.table import LoanTable
    from creditrisk.models.learner import OutOfFold

ENCODED = "plain+target+pairs,additive"
QUICK = JudgeSpec(draws=20)
#: Three blocks of draws, which threads share.
SEVERAL = JudgeSpec(draws=60)


def unrelated(path: Path, seed: int, rows: int = 600) -> Path:
    """Write loans whose outcomes are a permutation: nothing tells them."""
    rng = np.random.default_rng(seed)
    days = np.datetime64("2012-01-01") + rng.integers(0, 2000, (2, rows))
    pd.DataFrame(
        {
            "income": np.where(rng.random(rows) < 0.1, np.nan, rng.lognormal(10, 0.6, rows).round(-2)),
            "debt": rng.lognormal(9, 0.6, rows).round(-2),
            "late": rng.poisson(0.7, rows),
            "employer": [f"e{number}" for number in rng.choice(40, rows, p=rng.dirichlet(np.full(40, 2.0)))],
            "region": rng.choice(list("abcdef"), rows),
            "opened": days[0].astype(str),
            "born": days[1].astype(str),
            "y": rng.permutation(np.arange(rows) % 4 == 0).astype(int),
        }
    ).to_csv(path, index=False)
    return path


def by_folds(y: Any, log_odds: Any, folds: Any) -> float:
    """Return the mean over folds of the AUC of the loans that a fold judged."""
    areas = []
    for fold in np.unique(folds):
        inside = folds == fold
        if 0 < y[inside].sum() < inside.sum():
            areas.append(auc(y[inside], expit(log_odds[inside])).value)
    return float(np.mean(areas))


@cache
def told(members: str, seed: int) -> tuple[LoanTable, OutOfFold]:
    """Return unrelated loans and what cross-validation chose on them; two tests look at the same ones."""
    with TemporaryDirectory() as folder:
        loans = training_data(unrelated(Path(folder) / "loans.csv", seed), settings(members, seed)).loans
    trainer = Trainer(loans, settings(members, seed))
    return loans, trainer._learner.out_of_fold(trainer._folds, settings(members, seed), SILENT)


def settings(members: str, seed: int) -> TrainSpec:
    return TrainSpec(target="y", seed=seed, threads=1, folds=3, members=members)


@pytest.mark.fuzz
@pytest.mark.parametrize("members", ["", ENCODED])
def test_a_permuted_target_is_not_told_by_members_that_were_chosen_on_another_one(members: str, tmp_path: Path) -> None:
    areas = []
    for seed in (0, 7):
        chosen, spec = told(members, seed)[1].chosen, settings(members, seed)
        for other in range(seed + 1, seed + 7):
            loans = training_data(unrelated(tmp_path / "loans.csv", other), spec).loans
            trainer = Trainer(loans, spec)
            judged = trainer._learner.judge(trainer._folds, chosen, spec, SILENT)
            areas.append(by_folds(loans.outcomes[judged.rows], judged.log_odds, judged.fold))
    # One such mean over folds has a standard error of about 0.032 (60 sets of loans), that of 12 one of 0.009.
    assert len(areas) == 12
    assert abs(np.mean(areas) - 0.5) < 0.03


@pytest.mark.parametrize("members", ["", ENCODED])
def test_a_permuted_target_is_not_told_by_the_folds_that_chose(members: str) -> None:
    areas = []
    for seed in (0, 7, 14):
        loans, found = told(members, seed)
        areas.append(by_folds(loans.outcomes[found.rows], found.log_odds, found.fold))
    # 0.518 on average over 10 seeds with a standard error of 0.007, as the best of many is chosen by what it shows;
    # that of three is 0.014.
    assert abs(np.mean(areas) - 0.5) < 0.06


def test_an_encoding_that_saw_its_own_loans_would_be_noticed(tmp_path: Path) -> None:
    loans = training_data(unrelated(tmp_path / "loans.csv", 1), TrainSpec(target="y")).loans
    y, employer = loans.outcomes, np.array(loans.table.column("employer").to_pylist())
    rate = np.array([y[employer == each].mean() for each in employer])
    assert by_folds(y, rate, np.arange(len(y)) % 5) > 0.5 + 0.06


@pytest.fixture(scope="module")
def on_threads(tmp_path_factory: pytest.TempPathFactory, few_csv: Path) -> list[Path]:
    """Give models trained alike on one and on two threads."""
    folder = tmp_path_factory.mktemp("threads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        for threads in (1, 2):
            spec = TrainSpec(target="y", id=("id",), seed=3, folds=2, threads=threads)
            train(few_csv, folder / f"{threads}.crm", spec, judge=SEVERAL)
    return [folder / "1.crm", folder / "2.crm"]


def test_the_same_seed_gives_the_same_blend_on_one_and_two_threads(on_threads: list[Path]) -> None:
    one, two = (load_model(path) for path in on_threads)
    assert one.kind == "blend"
    assert (one.learned, one.golden, one.figures) == (two.learned, two.golden, two.figures)


def test_the_same_seed_gives_the_same_bytes_on_one_and_two_threads(on_threads: list[Path]) -> None:
    one, two = (path.read_bytes() for path in on_threads)
    assert one == two


def test_the_names_of_the_blended_members_repeat_the_blend(
    on_threads: list[Path], tmp_path: Path, few_csv: Path
) -> None:
    first = load_model(on_threads[0])
    finalists = [row["name"] for row in first.training["leaderboard"]]
    spec = TrainSpec(target="y", id=("id",), seed=3, folds=2, threads=1, members=",".join(finalists))
    train(few_csv, tmp_path / "again.crm", spec, judge=QUICK)
    assert load_model(tmp_path / "again.crm").learned == first.learned
    assert pds(tmp_path / "again.crm", few_csv) == pds(on_threads[0], few_csv)


def pds(model: Path, loans: Path) -> list[float]:
    found: list[float] = predict(model, loans).scores.column("pd").to_pylist()
    return found


@pytest.fixture
def own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time limits count the processor's seconds of this process: on one thread, those of an idle machine."""
    monkeypatch.setattr(time, "perf_counter", time.process_time)


def test_the_names_that_a_time_limit_left_repeat_its_blend(own_clock: None, tmp_path: Path, few_csv: Path) -> None:
    spec = TrainSpec(target="y", id=("id",), seed=2, time_limit=2, threads=1)
    train(few_csv, tmp_path / "first.crm", spec, judge=QUICK)
    names = [row["name"] for row in load_model(tmp_path / "first.crm").training["leaderboard"]]
    assert all("/" in name for name in names)
    train(few_csv, tmp_path / "again.crm", replace(spec, time_limit=0, members=",".join(names)), judge=QUICK)
    first, again = (load_model(tmp_path / name) for name in ("first.crm", "again.crm"))
    assert again.learned == first.learned


@pytest.mark.parametrize("preset", ["standard", "best"])
def test_a_time_limit_is_kept_and_leaves_a_sound_model(preset: str, own_clock: None, tmp_path: Path) -> None:
    sample(tmp_path / "loans.csv", SampleSpec(rows=2000, seed=5))
    spec = TrainSpec(target="isDefault", id=("id",), preset=preset, time_limit=3, threads=1)
    started = time.process_time()
    result = train(tmp_path / "loans.csv", tmp_path / "m.crm", spec)
    assert time.process_time() - started < 3 + 3
    assert result.held_out.auc.value > 0.6
    assert 0 < min(pds(tmp_path / "m.crm", tmp_path / "loans.csv")) < 1
    assert evaluate(tmp_path / "m.crm", tmp_path / "loans.csv", judge=QUICK).figures.loans == 2000


def test_members_that_are_all_worse_than_nothing_leave_everybody_the_default_rate(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    days, x = np.sort(rng.integers(0, 2000, 1500)), rng.normal(size=1500)
    z = -1 + np.where(days < np.quantile(days, 0.4), 2, -2) * x  # what was a risk becomes a virtue
    frame = pd.DataFrame(
        {
            "x": x.round(3),
            "noise": rng.normal(size=1500).round(3),
            "day": (np.datetime64("2012-01-01") + days).astype(str),
            "y": (rng.random(1500) < expit(z)).astype(int),
        }
    )
    train(frame, tmp_path / "m.crm", TrainSpec(target="y", time="day", members="additive"), judge=QUICK)
    model = open_model(tmp_path / "m.crm").model
    assert sum(row["weight"] for row in model.training["leaderboard"]) < 0.1
    np.testing.assert_allclose(predict(tmp_path / "m.crm", frame).scores.column("pd"), model.base_rate, atol=0.05)


def test_what_a_fold_is_fitted_on_is_what_its_view_shows_of_it() -> None:
    rng = np.random.default_rng(1)
    base = np.column_stack([rng.lognormal(9, 1, 400), rng.lognormal(8, 1, 400), rng.integers(0, 6, 400) * 1.0])
    base[rng.random((400, 3)) < 0.1] = np.nan
    base[:, 2] = np.nan_to_num(base[:, 2])
    y = (rng.random(400) < 0.4).astype(np.int8)
    data = TrainingMatrix(base, y, None, ("income", "debt", "region"), {2: 6}, {0: 1})
    fold = Fold(np.arange(300), np.arange(300, 400))
    for name in ("flags", "counts", "ratios", "groups", "dates"):
        sight = Workshop(data, TrainSpec(target="y")).sight(Candidate("plain", generators=(name,)), fold)
        np.testing.assert_array_equal(sight.fit, sight.view.matrix(base[fold.fit]))
        assert all(0 not in feature.columns for feature in sight.view.derived)


def test_one_fold_alone_has_its_weights_cross_fitted_on_parts_of_it(
    tmp_path: Path, few_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditrisk.models.presets.FEW_LOANS", 0)
    monkeypatch.setitem(PRESETS, "standard", replace(PRESETS["standard"], final_loans=1))
    result = train(
        few_csv, tmp_path / "m.crm", TrainSpec(target="y", id=("id",), members="plain,additive"), judge=QUICK
    )
    assert result.held_out.auc.value > 0.6
    assert [row["settings"]["folds"] for row in load_model(tmp_path / "m.crm").training["leaderboard"]] == [1, 1]
