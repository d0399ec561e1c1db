from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

pytest.importorskip("distributed", reason='Dask is not installed: pip install "creditrisk[dask]"')

from typer.testing import CliRunner

from creditrisk.cli.app import app
from creditrisk.engine_specs import EngineSpec
from creditrisk.errors import DataError, OutputError, UsageError
from creditrisk.evaluation import effects
from creditrisk.file_specs import ReadSpec, SampleSpec
from creditrisk.jobs import cluster_evaluate
from creditrisk.jobs.cluster_predict import predict_on
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.sample import sample
from creditrisk.judging import JudgeSpec
from creditrisk.score_spec import ScoreSpec

QUICK = JudgeSpec(draws=20)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give three files of other loans, one of them Parquet."""
    folder = tmp_path_factory.mktemp("others")
    for place, rows in enumerate((1500, 400, 900)):
        sample(folder / f"{place}.csv", SampleSpec(rows=rows, seed=30 + place, first_id=5000 * place))
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(folder / "1.csv"), folder / "1.parquet")
    return [str(folder / name) for name in ("0.csv", "1.parquet", "2.csv")]


def on(scheduler: str) -> EngineSpec:
    return EngineSpec(engine="dask", scheduler=scheduler)


def test_each_file_has_the_scores_that_it_has_here_to_the_last_byte(
    model_file: Path, files: list[str], scheduler: str, tmp_path: Path
) -> None:
    columns = ("row", "id", "pd", "log_odds")
    told = predict_on(on(scheduler), predict)(
        model_file, files, tmp_path / "scores", ScoreSpec(columns=columns, reasons=1)
    )
    assert sorted(path.name for path in (tmp_path / "scores").iterdir()) == [f"{n}.scores.csv" for n in range(3)]
    total = 0.0
    for place, name in enumerate(files):
        here = predict(model_file, name, tmp_path / "here.csv", ScoreSpec(columns=columns, reasons=1))
        total += here.mean_pd * here.rows
        assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "scores" / f"{place}.scores.csv").read_bytes()
    assert (told.rows, told.rejected) == (2800, 0)
    assert told.mean_pd == pytest.approx(total / 2800, rel=1e-12)


def test_rows_that_cannot_be_scored_are_set_aside_file_by_file_and_counted(
    model_file: Path, files: list[str], scheduler: str, tmp_path: Path
) -> None:
    lines = Path(files[0]).read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "0.csv"
    broken.write_text("\n".join([*lines, "too,short", "also"]) + "\n", encoding="utf-8")
    read = ReadSpec(bad_rows="skip", rejects=str(tmp_path / "rejects"))
    told = predict_on(on(scheduler), predict)(model_file, [str(broken), files[2]], tmp_path / "scores", read=read)
    assert (told.rows, told.rejected) == (2400, 2)
    bad = (tmp_path / "rejects" / "0.rejects.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in bad[1:]] == [["0.csv", "1502"], ["0.csv", "1503"]]
    kept = (tmp_path / "scores" / "0.scores.csv").read_bytes()
    one = replace(read, rejects=str(tmp_path / "here"))
    predict(model_file, broken, tmp_path / "here.csv", read=one)
    assert (tmp_path / "here.csv").read_bytes() == kept


def test_where_one_file_fails_no_scores_are_there_and_old_ones_stay(
    model_file: Path, files: list[str], scheduler: str, tmp_path: Path
) -> None:
    folder = tmp_path / "scores"
    folder.mkdir()
    (folder / "0.scores.csv").write_text("old\n")
    lines = Path(files[2]).read_text(encoding="utf-8").splitlines()
    (tmp_path / "2.csv").write_text("\n".join([*lines, "too,short"]) + "\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        predict_on(on(scheduler), predict)(model_file, [files[0], str(tmp_path / "2.csv")], folder)
    assert caught.value.where[0].startswith(str(tmp_path / "2.csv"))
    assert [path.name for path in folder.iterdir()] == ["0.scores.csv"]
    assert (folder / "0.scores.csv").read_text() == "old\n"
    with pytest.raises(DataError):
        predict_on(on(scheduler), predict)(model_file, [files[0], str(tmp_path / "2.csv")], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_outputs_that_are_no_folder_and_names_that_meet_are_refused_before_the_work(
    model_file: Path, files: list[str], tmp_path: Path
) -> None:
    job = predict_on(on("tcp://127.0.0.1:9"), predict)
    (tmp_path / "file.csv").touch()
    for output in ("-", tmp_path / "file.csv", tmp_path / "scores.parquet", tmp_path / "scores.csv"):
        with pytest.raises(OutputError, match="the output is a folder"):
            job(model_file, files, output)
    (tmp_path / "0.csv").write_bytes(Path(files[0]).read_bytes())
    with pytest.raises(UsageError, match="The scores of two files would have one name") as caught:
        job(model_file, [files[0], str(tmp_path / "0.csv")], tmp_path / "scores")
    assert caught.value.where == (files[0], str(tmp_path / "0.csv"))
    with pytest.raises(UsageError, match="standard input"):
        job(model_file, "-", tmp_path / "scores")
    assert not (tmp_path / "scores").exists()
    assert predict_on(EngineSpec(), predict) is predict


def test_the_figures_are_those_that_are_found_here(
    model_file: Path, files: list[str], scheduler: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(effects.EvenSample.__init__, "__defaults__", (300,))
    monkeypatch.setattr(cluster_evaluate, "MOST_KEPT", 300)
    texts = []
    for number, where in enumerate(([], ["--engine", "dask", "--scheduler", scheduler])):
        page = tmp_path / f"{number}.html"
        words = ["evaluate", str(model_file), *files, "--draws", "50", "--by", "homeOwnership", "--amount", "loanAmnt"]
        words += ["--lgd", "0.4", "--margin", "0.1"]
        done = CliRunner().invoke(app, [*words, *where, "--report", str(page), "--json"])
        assert done.exit_code == 0, done.stderr
        texts.append((json.loads(done.stdout), page.read_bytes()))
    assert texts[0] == texts[1]
    assert len(texts[0][0]["effects"]) > 3


def test_loans_of_the_training_are_known_again_by_their_marks(
    model_file: Path, loans_csv: Path, scheduler: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.csv"
    lines = loans_csv.read_text(encoding="utf-8").splitlines(keepends=True)
    copy.write_text("".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    here = evaluate(model_file, copy, judge=QUICK)
    there = evaluate(model_file, copy, judge=QUICK, engine=on(scheduler))
    assert (there.remarks, there.rows, there.data) == (here.remarks, here.rows, here.data)
    assert there.figures.auc == here.figures.auc
    assert "learned from" in there.remarks[0]
