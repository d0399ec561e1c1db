"""Loans and models that many tests share, made once a run by the tool's own generator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Most tests do not look at intervals, whose 1,000 draws are then most of their time; the commands keep theirs.
assert JudgeSpec.__init__.__kwdefaults__ is not None
JudgeSpec.__init__.__kwdefaults__["draws"] = 100

# As the command line sets it: threads that spin while they wait take several times as long beside other work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over the long random runs, which `make fuzz` asks for."""
    if os.environ.get("CREDITRISK_FUZZ") == "1":
        return
    for item in items:
        if item.get_closest_marker("fuzz"):
            item.add_marker(pytest.mark.skip(reason="a long random run: make fuzz"))


@pytest.fixture(scope="session")
def loans_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 3,000 synthetic loans with their outcome."""
    path = tmp_path_factory.mktemp("loans") / "loans.csv"
    sample(path, SampleSpec(rows=3000, seed=11))
    return path


@pytest.fixture(scope="session")
def unlabelled_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 700 other loans without their outcome."""
    path = tmp_path_factory.mktemp("loans") / "unlabelled.csv"
    sample(path, SampleSpec(rows=700, seed=12, first_id=3000, target=False))
    return path


@pytest.fixture(scope="session")
def quick_spec() -> TrainSpec:
    """Give settings that train in a second: the data have numbers, categories, dates and missing values."""
    return TrainSpec(
        target="isDefault", id=("id",), preset="fast", learning_rate=0.2, patience=10, folds=3, audit=False
    )


@pytest.fixture(scope="session")
def card_spec() -> TrainSpec:
    """Give settings that train a scorecard of the same loans."""
    return TrainSpec(target="isDefault", id=("id",), model="scorecard", folds=3, audit=False)


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory, loans_csv: Path, quick_spec: TrainSpec) -> Path:
    """Give a model trained on `loans_csv`."""
    path = tmp_path_factory.mktemp("model") / "model.crm"
    train(loans_csv, path, quick_spec)
    return path


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Give the address of a cluster of two workers, which run until the end of the tests."""
    pytest.importorskip("distributed", reason='Dask is not installed: pip install "creditrisk[dask]"')
    from creditrisk.engine.local_workers import started

    with started(2) as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def no_journal() -> Iterator[None]:
    """Keep the tests out of the user's journal of judged files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDITRISK_JOURNAL", "off")
        yield
