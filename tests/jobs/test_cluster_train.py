from __future__ import annotations

import gzip
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

pytest.importorskip("distributed", reason='Dask is not installed: pip install "creditrisk[dask]"')

from typer.testing import CliRunner

from creditrisk.cli.app import app
from creditrisk.data.dealing import HELD_OUT, TRAINING, Dealing
from creditrisk.data.files import open_files
from creditrisk.data.reading import TrainingData, read_training
from creditrisk.data.sample.generator import sample_batches
from creditrisk.engine_specs import TrainEngineSpec
from creditrisk.errors import ClusterError, DataError, UsageError
from creditrisk.file_specs import ReadSpec, SampleSpec
from creditrisk.jobs import cluster_fit
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.calibration import bce
from creditrisk.metrics.discrimination import auc
from creditrisk.models.model_file import load_model, open_model
from creditrisk.models.training import Trainer
from creditrisk.models.watcher import SILENT
from creditrisk.specs import TrainSpec

QUICK = JudgeSpec(draws=20)
NAMES = ("id", "loanAmnt", "term", "interestRate", "grade", "annualIncome", "homeOwnership", "issueDate", "dti",
         "revolUtil", "isDefault")  # fmt: skip
#: So many trees for the sample and for all, that both grow as many.
SPEC = TrainSpec(target="isDefault", id=("id",), model="lightgbm", learning_rate=0.15, max_trees=25, folds=2)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give 42,000 loans in four files of different sizes."""
    folder = tmp_path_factory.mktemp("parts")
    table = pa.concat_tables([batch.table.select(NAMES) for batch in sample_batches(SampleSpec(rows=42_000, seed=5))])
    cuts = [0, 9_000, 22_000, 27_000, 42_000]
    for place in range(4):
        pyarrow.csv.write_csv(table.slice(cuts[place], cuts[place + 1] - cuts[place]), folder / f"{place}.csv")
    return [str(folder / f"{place}.csv") for place in range(4)]


def on(scheduler: str, sample_rows: int = 8_000) -> TrainEngineSpec:
    return TrainEngineSpec(engine="dask", scheduler=scheduler, sample_rows=sample_rows)


def read_here(files: list[str], spec: TrainSpec = SPEC) -> TrainingData:
    return read_training(open_files(files, ReadSpec()), spec, ReadSpec())


def sides_of(files: list[str], dealing: Dealing, spec: TrainSpec = SPEC) -> np.ndarray:
    """Return the side of each loan of all files, dealt file by file."""
    every = [read_here([path], spec).loans for path in files]
    return np.concatenate([dealing.sides(loans, place, np.arange(len(loans))) for place, loans in enumerate(every)])


@pytest.fixture(scope="module")
def trained(files: list[str], scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    path = tmp_path_factory.mktemp("trained") / "model.crm"
    return train(files, path, SPEC, judge=QUICK, engine=on(scheduler)), path


def test_a_model_of_the_cluster_is_as_good_as_one_of_the_same_loans_here(
    files: list[str], trained: tuple[Any, Path]
) -> None:
    result, path = trained
    loans, sides = read_here(files).loans, sides_of(files, Dealing(SPEC.seed, SPEC.test_size))
    held_out = loans.take(np.flatnonzero(sides == HELD_OUT))
    local = Trainer(loans.take(np.flatnonzero(sides == TRAINING)), SPEC).train(SPEC, SILENT, {}).model
    scorer = open_model(path)
    assert scorer.model.training["trees"] == local.training["trees"] == SPEC.max_trees
    from creditrisk.models.scoring import Scorer

    here, there = (each.score(held_out).pd for each in (Scorer(local), scorer))
    y = held_out.outcomes
    assert abs(auc(y, there).value - auc(y, here).value) <= 0.002
    assert abs(bce(y, there).value - bce(y, here).value) <= 0.001
    # The headline is that of the gathered held-out loans, and of nothing else.
    assert result.held_out.auc == auc(y, there)
    assert result.held_out.bce.value == pytest.approx(bce(y, there).value, rel=1e-12)
    assert (result.data.held_out_loans, result.data.training_loans) == (len(held_out), int((sides == TRAINING).sum()))
    assert result.data.loans == 42_000
    assert result.data.defaults == int(loans.outcomes.sum())
    training = loans.outcomes[sides == TRAINING]
    assert scorer.model.base_rate == pytest.approx(training.mean(), rel=1e-12)


def test_the_recipe_profiles_and_marks_are_those_of_all_training_loans(
    files: list[str], trained: tuple[Any, Path]
) -> None:
    from creditrisk.features.recipe import fit_recipe
    from creditrisk.models.marks import Marks

    model = load_model(trained[1])
    sides = sides_of(files, Dealing(SPEC.seed, SPEC.test_size))
    loans = read_here(files).loans.take(np.flatnonzero(sides == TRAINING))
    recipe, profiles, _ = fit_recipe([loans])
    assert model.recipe == recipe
    assert {each.name: each.loans for each in model.profiles} == {each.name: each.loans for each in profiles}
    assert model.marks == Marks.of([recipe.matrix(loans)[0]])


def test_the_file_says_where_it_was_made_and_from_which_files(files: list[str], trained: tuple[Any, Path]) -> None:
    result, path = trained
    training = load_model(path).training
    assert training["engine"] == {"name": "dask", "sample_rows": 8_000, "workers": 2}
    assert [entry["file"] for entry in training["data"]] == [Path(name).name for name in files]
    assert training["data"][0]["sha256"] == open_files(files[0], ReadSpec()).digests()[0].sha256
    assert result.data.split == "at random by a hash of file and row (seed 0)"
    assert "settled on a sample of 8,000 rows, drawn from all 42,000" in result.remarks[0]


def test_the_same_files_and_workers_give_the_same_model(
    files: list[str], trained: tuple[Any, Path], scheduler: str, tmp_path: Path
) -> None:
    train(files, tmp_path / "model.crm", SPEC, judge=QUICK, engine=on(scheduler))
    first, second = (load_model(path) for path in (trained[1], tmp_path / "model.crm"))
    for name in ("learned", "recipe", "profiles", "marks", "calibration", "scale", "base_rate", "figures", "golden"):
        assert getattr(first, name) == getattr(second, name)


def test_held_out_loans_do_not_reach_the_fit(files: list[str], scheduler: str, tmp_path: Path) -> None:
    """A model of loans whose held-out ones have no column but noise is the same to the last bit."""
    dealing, spoiled = Dealing(SPEC.seed, SPEC.test_size), []
    few = files[2:3]
    for place, name in enumerate(few):
        table = pyarrow.csv.read_csv(name)
        held_out = dealing.sides(read_here([name]).loans, place, np.arange(table.num_rows)) == HELD_OUT
        for column in ("interestRate", "isDefault"):
            values = np.array(table.column(column)).copy()
            values[held_out] = values[held_out][::-1]
            table = table.set_column(table.schema.get_field_index(column), column, pa.array(values))
        spoiled.append(str(tmp_path / Path(name).name))
        pyarrow.csv.write_csv(table, spoiled[-1])
    models = []
    for number, names in enumerate((few, spoiled)):
        train(names, tmp_path / f"{number}.crm", SPEC, judge=QUICK, engine=on(scheduler, 2_000))
        models.append(load_model(tmp_path / f"{number}.crm"))
    first, second = models
    assert first.learned == second.learned
    assert (first.recipe, first.profiles, first.calibration) == (second.recipe, second.profiles, second.calibration)
    assert first.ks_cutoff == second.ks_cutoff
    assert first.figures["held_out"]["auc"] != second.figures["held_out"]["auc"]


def test_out_of_time_the_newest_are_held_out_and_class_weights_and_weights_are_restored(
    files: list[str], scheduler: str, tmp_path: Path
) -> None:
    spec = replace(SPEC, time="issueDate", class_weight="4", weight="loanAmnt", weight_kind="exposure")
    path = tmp_path / "model.crm"
    result = train(files[:2], path, spec, judge=QUICK, engine=on(scheduler, 4_000))
    assert result.data.split.startswith('the newest, "issueDate" from ')
    assert result.data.training_loans + result.data.held_out_loans + result.data.still_watched == 22_000
    assert result.held_out.vintages is not None
    model, figures = load_model(path), result.held_out
    assert model.weighting.ratio == 4.0
    assert figures.mean_pd / figures.default_rate.value == pytest.approx(1.0, abs=0.15)
    assert any("no unweighted twin" in remark for remark in result.remarks)


def test_text_parquet_and_packed_files_give_one_model_and_rows_of_other_outcomes_are_set_aside(
    scheduler: str, tmp_path: Path
) -> None:
    batches = sample_batches(SampleSpec(rows=6_000, seed=8))
    table = pa.concat_tables([batch.table.select([*NAMES, "employmentLength"]) for batch in batches])
    rng = np.random.default_rng(0)
    status = np.where(np.array(table.column("isDefault").cast(pa.string())) == "1", "bad", "good").astype(object)
    status[rng.random(6_000) < 0.05] = "open"
    table = table.append_column("status", pa.array(status)).drop_columns(["isDefault"])
    table = table.append_column("who", pa.array([f"w{number}" for number in rng.integers(0, 2_000, 6_000)]))
    for place in range(2):
        part = table.slice(3_000 * place, 3_000)
        pyarrow.csv.write_csv(part, tmp_path / f"{place}.csv")
        pyarrow.parquet.write_table(part, tmp_path / f"{place}.parquet")
    (tmp_path / "1.csv.gz").write_bytes(gzip.compress((tmp_path / "1.csv").read_bytes()))
    spec = replace(SPEC, target="status", positive="bad", negative="good", group="who", class_weight="balanced")
    models = []
    for names in (["0.csv", "1.csv.gz"], ["0.parquet", "1.parquet"]):
        paths = [str(tmp_path / name) for name in names]
        result = train(paths, tmp_path / "m.crm", spec, judge=QUICK, engine=on(scheduler, 2_000), force=True)
        assert (result.data.loans, result.data.set_aside) == (
            int((status != "open").sum()),
            int((status == "open").sum()),
        )
        assert result.data.split == 'at random by a hash of group, no "who" on both sides (seed 0)'
        models.append(load_model(tmp_path / "m.crm"))
    for name in ("learned", "recipe", "profiles", "marks", "weighting", "figures"):
        assert getattr(models[0], name) == getattr(models[1], name)


def test_a_cell_that_the_sample_did_not_show_is_named_with_file_and_line(
    files: list[str], scheduler: str, tmp_path: Path
) -> None:
    lines = Path(files[0]).read_text(encoding="utf-8").splitlines(keepends=True)
    place = NAMES.index("annualIncome")
    cells = lines[4321].split(",")
    cells[place] = "plenty"
    broken = tmp_path / "broken.csv"
    broken.write_text("".join([*lines[:4321], ",".join(cells), *lines[4322:]]), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        train([files[1], str(broken)], tmp_path / "m.crm", SPEC, judge=QUICK, engine=on(scheduler, 1_000))
    assert any("line 4,322" in line and "annualIncome" in line and "plenty" in line for line in caught.value.where)
    assert caught.value.where[0].startswith(str(broken))
    assert not (tmp_path / "m.crm").exists()


def test_all_that_a_cluster_cannot_do_is_refused_at_once(loans_csv: Path, tmp_path: Path) -> None:
    words = ["train", str(loans_csv), "--target", "isDefault", "-o", str(tmp_path / "m.crm"), "--engine", "dask"]
    done = CliRunner().invoke(
        app, [*words, "--refit", "--time-limit", "60", "--max-rows", "900", "--bad-rows", "skip", "--rejects", "r"]
    )
    assert done.exit_code == 2
    assert [line.strip().removeprefix("where: ").split(":")[0] for line in done.stderr.splitlines()[1:-1]] == [
        "--bad-rows skip", "--model and --preset", "--refit", "--max-rows", "--time-limit",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="a data frame"):
        train(pa.table({"y": [0, 1]}), tmp_path / "m.crm", replace(SPEC, target="y", id=()), engine=on(""))


def test_a_worker_that_is_killed_while_trees_grow_is_one_error_and_no_model(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import multiprocessing

    monkeypatch.setattr(cluster_fit, "trees_for", lambda _loans, _chosen: 100_000)
    killed: list[int] = []
    others = {child.pid for child in multiprocessing.active_children()}

    def kill() -> None:
        killed.extend(child.pid for child in multiprocessing.active_children() if child.pid and child.pid not in others)
        os.kill(killed[0], signal.SIGKILL)

    class Watching:
        def step(self, task: str, done: int, total: int) -> None:
            if task.startswith("growing 100,000 trees on 2 workers"):
                threading.Timer(1.0, kill).start()

    spec = replace(SPEC, max_trees=100_000, patience=1, learning_rate=1.0)
    engine = TrainEngineSpec(engine="dask", workers=2, sample_rows=1_000)
    with pytest.raises(ClusterError, match=r"1 worker of the cluster was lost\."):
        train(files[2:], tmp_path / "m.crm", spec, judge=QUICK, engine=engine, watcher=Watching())
    assert killed
    assert list(tmp_path.iterdir()) == []
