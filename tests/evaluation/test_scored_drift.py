"""Scored loans unlike those of the training: which columns, in which words, and when a scoring fails for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from creditrisk.auditing import ScoringSpec
from creditrisk.cli.app import app
from creditrisk.errors import GateError, UsageError
from creditrisk.evaluation.scored import Scoring, Unseen
from creditrisk.evaluation.scored_drift import drift_remarks, refuse_unlike, shifted
from creditrisk.features.profile import ColumnShift
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

SHIFTS = (
    ColumnShift("income", 0.4, 0.02, 0.0), ColumnShift("age", 0.9, 0.02, 0.0), ColumnShift("made", 3.0, 0.02, 0.0),
    ColumnShift("calm", 0.24, 0.02, 0.0), ColumnShift("few", 0.4, 0.5, 0.3), ColumnShift("nan", math.nan, math.nan, 1),
)  # fmt: skip


def test_shifted_columns_pass_both_bounds_and_are_no_dates_gravest_first() -> None:
    assert [each.name for each in shifted(SHIFTS, {"made"})] == ["age", "income"]


def test_the_remark_names_columns_with_their_psi() -> None:
    assert drift_remarks(()) == ()
    (remark,) = drift_remarks(shifted(SHIFTS, {"made"}))
    assert remark == (
        'Spread otherwise than in the training loans, by more than chance explains (PSI above 0.25): "age" 0.90, '
        '"income" 0.40. Other loans, another unit or another way of filling the column: the PDs may be wrong for them.'
    )
    many = [ColumnShift(f"x{number}", 1.0, 0.1, 0.0) for number in range(7)]
    assert '"x4" 1.00 and 2 further columns.' in drift_remarks(many)[0]


def scoring(**more: object) -> Scoring:
    return Scoring("m.crm", "loans.csv", "", 1000, 0, 0.1, (), 1.0, **more)  # type: ignore[arg-type]


def test_a_scoring_fails_only_for_what_it_was_told_to_fail_for() -> None:
    found = scoring(drifted=SHIFTS[:1], unseen=(Unseen("home", 20, 0.02, 0.005),))
    refuse_unlike(found, ScoringSpec())
    refuse_unlike(found, ScoringSpec(max_unseen=0.015))
    with pytest.raises(GateError, match=r"The scored loans are unlike those of the training\.") as caught:
        refuse_unlike(found, ScoringSpec(fail_on_drift=True, max_unseen=0.01))
    assert caught.value.where == (
        '--fail-on-drift: "income" has PSI 0.400', '--max-unseen 0.01: "home" has 2.00%, in training 0.50%',
    )  # fmt: skip


def test_a_share_beyond_1_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--max-unseen must be a share between 0 and 1 \(1 % is 0.01\), got 5\."):
        ScoringSpec(max_unseen=5)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drift")
    random = np.random.default_rng(0)
    write(folder / "train.csv", random, 1.0, "own")
    spec = TrainSpec(target="y", preset="fast", max_trees=10, folds=2, threads=1)
    train(folder / "train.csv", folder / "m.crm", spec, judge=JudgeSpec(draws=20))
    return folder


def write(path: Path, random: np.random.Generator, factor: float, level: str) -> None:
    income, home = random.lognormal(8, 1, 600) * factor, np.where(random.random(600) < 0.5, "rent", level)
    y = (random.random(600) < 0.3).astype(int)
    rows = [f"{a:.2f},{b},{c}" for a, b, c in zip(income, home, y, strict=True)]
    path.write_text("\n".join(["income,home,y", *rows]) + "\n")


def test_another_unit_is_told_and_fails_where_asked_after_the_scores_are_written(trained: Path) -> None:
    write(trained / "units.csv", np.random.default_rng(1), 1000.0, "castle")
    found = predict(trained / "m.crm", trained / "units.csv")
    assert [each.name for each in found.drifted] == ["home", "income"]
    assert [(each.name, each.in_training) for each in found.unseen] == [("home", 0.0)]
    words = [
        "predict",
        str(trained / "m.crm"),
        str(trained / "units.csv"),
        "-o",
        str(trained / "s.csv"),
        "--max-unseen",
        "0.1",
    ]
    result = CliRunner().invoke(app, [*words, "--fail-on-drift"])
    assert result.exit_code == 6
    assert '--fail-on-drift: "income" has PSI' in result.stderr
    assert '--max-unseen 0.1: "home" has' in result.stderr
    assert len((trained / "s.csv").read_text().splitlines()) == 601


def test_loans_like_those_of_the_training_are_not_told(trained: Path) -> None:
    write(trained / "calm.csv", np.random.default_rng(2), 1.0, "own")
    assert predict(trained / "m.crm", trained / "calm.csv").drifted == ()
