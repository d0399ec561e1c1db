"""An output that cannot be written is refused before the long work: before a row of the loans is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from processes import names

from creditrisk.errors import CreditRiskError, OutputError, UsageError
from creditrisk.file_specs import ReadSpec
from creditrisk.jobs.compare import compare
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.predict import predict
from creditrisk.jobs.recalibrate import recalibrate
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.score_spec import ScoreSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = TrainSpec(target="isDefault", id=("id",))


@pytest.fixture
def broken_csv(loans_csv: Path, tmp_path: Path) -> Path:
    """Give a file whose header is sound and whose rows cannot be read: whoever reads them raises `DataError`."""
    path = tmp_path / "broken.csv"
    path.write_text(loans_csv.read_text().splitlines()[0] + '\n"never closed\n1,2\n')
    return path


def skip(rejects: Path) -> ReadSpec:
    return ReadSpec(bad_rows="skip", rejects=str(rejects))


CALLS: dict[str, Callable[[Path, Path, Path, Path], object]] = {
    "model of train": lambda model, data, bad, ok: train(data, bad, SPEC),
    "report of train": lambda model, data, bad, ok: train(data, ok, SPEC, judge=JudgeSpec(report=str(bad))),
    "model card of train": lambda model, data, bad, ok: train(data, ok, SPEC, judge=JudgeSpec(model_card=str(bad))),
    "rejects of train": lambda model, data, bad, ok: train(data, ok, SPEC, read=skip(bad)),
    "report of evaluate": lambda model, data, bad, ok: evaluate(model, data, judge=JudgeSpec(report=str(bad))),
    "rejects of evaluate": lambda model, data, bad, ok: evaluate(model, data, read=skip(bad)),
    "rejects of compare": lambda model, data, bad, ok: compare(model, model, data, read=skip(bad)),
    "scores of predict": lambda model, data, bad, ok: predict(model, data, bad),
    "scores of predict with rejects": lambda model, data, bad, ok: predict(model, data, bad, read=skip(ok)),
    "model of recalibrate": lambda model, data, bad, ok: recalibrate(model, data, bad),
    "rejects of recalibrate": lambda model, data, bad, ok: recalibrate(model, data, ok, read=skip(bad)),
    "rejects of predict": lambda model, data, bad, ok: predict(model, data, ok, read=skip(bad)),
}


@pytest.mark.parametrize("what", CALLS)
def test_read_only_or_missing_output_dir_is_found_before_the_work(what, model_file, broken_csv, tmp_path) -> None:
    with pytest.raises(CreditRiskError) as sound:
        CALLS[what](model_file, broken_csv, tmp_path / "bad.csv", tmp_path / "ok.csv")
    assert not isinstance(sound.value, OutputError), "the call does not get as far as the rows"
    for path in tmp_path.glob("*.csv"):
        if path != broken_csv:
            path.unlink()
    missing = tmp_path / "missing" / "out"
    with pytest.raises(OutputError) as caught:
        CALLS[what](model_file, broken_csv, missing, tmp_path / "ok.csv")
    assert caught.value.what == "The folder of the output does not exist."
    assert (caught.value.where, caught.value.exit_code) == ((str(missing),), 5)
    assert names(tmp_path) == ["broken.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not stop root")
def test_a_read_only_folder_is_found_before_the_work(model_file, broken_csv, tmp_path) -> None:
    folder = tmp_path / "readonly"
    folder.mkdir(0o500)
    for call in CALLS.values():
        with pytest.raises(OutputError, match=r"^The output cannot be written: Permission denied\."):
            call(model_file, broken_csv, folder / "out", tmp_path / "ok.csv")


def test_a_folder_on_a_read_only_file_system_is_found_before_the_work(model_file, broken_csv, tmp_path) -> None:
    """For root too: nobody makes files in /proc."""
    with pytest.raises(OutputError) as caught:
        predict(model_file, broken_csv, "/proc/scores.csv")
    assert caught.value.exit_code == 5


def variants(path: Path, folder: Path) -> list[Path]:
    """Return other names of a file: through a symbolic link, a hard link, a linked folder, and with `./` and `..`."""
    (folder / "soft").symlink_to(path)
    os.link(path, folder / "hard")
    (folder / "linked").symlink_to(path.parent)
    roundabout = path.parent / ".." / path.parent.name / path.name
    return [path, folder / "soft", folder / "hard", folder / "linked" / path.name, roundabout]


@pytest.mark.parametrize("what", ["model of train", "report of train", "rejects of evaluate", "scores of predict"])
def test_output_path_that_is_an_input_is_refused_in_every_spelling(
    what, model_file, unlabelled_csv, loans_csv, tmp_path, monkeypatch
) -> None:
    data = tmp_path / "data.csv"
    data.write_text("".join((loans_csv).read_text().splitlines(keepends=True)[:50]))
    before = data.read_bytes()
    folder = tmp_path / "names"
    folder.mkdir()
    monkeypatch.chdir(data.parent)
    for path in [*variants(data, folder), type(data)("data.csv"), type(data)("./data.csv")]:
        with pytest.raises(UsageError) as caught:
            CALLS[what](model_file, data, path, tmp_path / "ok.csv")
        if what != "model of train":  # an existing file is refused before it is looked at
            assert caught.value.what.endswith(" would overwrite the data.")
        assert caught.value.exit_code == 2
    assert data.read_bytes() == before


def test_two_outputs_that_are_one_file_are_refused(model_file, unlabelled_csv, tmp_path) -> None:
    (tmp_path / "soft").symlink_to(tmp_path / "x.csv")
    for rejects in (tmp_path / "x.csv", tmp_path / "soft"):
        with pytest.raises(UsageError, match=r"^The rejects and the scores are one file\."):
            predict(model_file, unlabelled_csv, tmp_path / "x.csv", read=skip(rejects))
    assert names(tmp_path) == ["soft"]


def test_rows_that_may_be_skipped_get_no_numbers_and_nothing_is_written(model_file, unlabelled_csv, tmp_path) -> None:
    with pytest.raises(UsageError) as caught:
        predict(
            model_file,
            unlabelled_csv,
            tmp_path / "s",
            read=skip(tmp_path / "bad"),
            spec=ScoreSpec(columns=("row", "pd")),
        )
    error = caught.value
    assert error.what == "Rows may be skipped, so the numbers of the scored ones would not be those of the file."
    assert error.fix == "Copy a column that names the loan, as in --columns NAME,pd,score,grade."
    assert (error.where, names(tmp_path)) == ((str(unlabelled_csv),), [])
