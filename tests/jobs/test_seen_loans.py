"""Loans that a model learned from are recognised in other files, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.evaluation.compare_spec import CompareSpec
from creditrisk.jobs.compare import compare
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

QUICK = JudgeSpec(draws=20)


def loans(n: int, seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    x, other, third, fourth = random.normal(size=(4, n))
    y = (random.random(n) < 1 / (1 + np.exp(1 - x))).astype(int)
    home = np.where(other > 0, "own", None)
    return pa.table({"x": x, "home": pa.array(home.tolist()), "other": other, "c": third, "d": fourth, "y": y})


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seen") / "m.crm"
    spec = TrainSpec(target="y", preset="fast", max_trees=10, folds=2, threads=1, test_size=0.5)
    train(loans(1_000, seed=0), path, spec, judge=QUICK)
    return path


def test_a_file_that_holds_some_training_loans_is_told_whatever_the_order_of_its_columns(model: Path) -> None:
    mixed = pa.concat_tables([loans(1_000, seed=0), loans(1_000, seed=1)]).select(["y", "d", "other", "home", "c", "x"])
    found = evaluate(model, mixed, judge=QUICK)
    assert found.remarks[0] == (
        "The model is judged on loans of which it learned from about 25% (23% to 27%; 500 of 2,000 sampled rows are "
        "equal to rows of its training), so these figures flatter it. Its honest figures are those at development."
    )
    assert found.remarks[0] in found.figures.validation.reason


def test_other_loans_are_no_training_loans(model: Path) -> None:
    found = evaluate(model, loans(1_000, seed=2), judge=QUICK)
    assert not any("learned from" in remark for remark in found.remarks)


def test_a_comparison_tells_it_of_each_model(model: Path) -> None:
    found = compare(model, "column:x", loans(1_000, seed=0), CompareSpec(b_direction="risk"))
    assert found.remarks[0] == (
        "A is judged on loans of which it learned from about 50% (47% to 53%; 500 of 1,000 sampled rows are equal to "
        "rows of its training), so these figures flatter it. Compare on loans that neither side has seen."
    )
