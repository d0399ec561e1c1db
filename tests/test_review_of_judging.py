"""Joints between the parts of a judgement: borrowers, gates, cut-offs, columns without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.beside import Beside
from creditrisk.errors import UsageError
from creditrisk.evaluation.evaluate import evaluate as figures
from creditrisk.evaluation.judged import Judged, Yardsticks
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.journal import judged_before
from creditrisk.jobs.predict import predict
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.option_values import Scale
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path

QUICK = JudgeSpec(draws=20)


def loans(n: int = 2000) -> pa.Table:
    random = np.random.default_rng(0)
    x, other = random.normal(size=(2, n))
    y = (random.random(n) < 1 / (1 + np.exp(1.5 - x))).astype(int)
    return pa.table({"x": x.round(4), "other": other.round(4), "amount": random.integers(1, 9, n), "y": y})


def quick(**more: object) -> TrainSpec:
    return TrainSpec(**{"target": "y", "model": "lightgbm", "max_trees": 20, "folds": 2, **more})  # type: ignore[arg-type]


def test_a_report_of_a_column_without_a_value(tmp_path: Path) -> None:
    train(loans(), tmp_path / "m.crm", quick(), judge=QUICK)
    empty = loans().set_column(0, "x", pa.nulls(2000, pa.float64()))
    found = evaluate(tmp_path / "m.crm", empty, judge=JudgeSpec(draws=20, report=str(tmp_path / "r.html")))
    assert [(point.label, point.share) for point in found.effects[0].points] == [("missing", 1.0)]


@pytest.mark.parametrize("gate", ["money.profit_at_chosen < 0", "money.nonsense < 0"])
def test_a_gate_on_what_is_not_asked_for_is_refused_before_the_model_is_saved(tmp_path: Path, gate: str) -> None:
    with pytest.raises(UsageError, match="names a figure that is not there"):
        train(loans(), tmp_path / "m.crm", quick(), judge=JudgeSpec(draws=20, fail_if=(gate,)))
    assert not (tmp_path / "m.crm").exists()


def test_where_refusing_everybody_pays_most_everybody_is_refused(tmp_path: Path) -> None:
    judge = JudgeSpec(draws=20, lgd=1.0, margin=0.0001)
    train(loans(), tmp_path / "m.crm", quick(max_trees=1, leaves=2, decision="profit"), judge=judge)
    scores = predict(tmp_path / "m.crm", loans()).scores
    assert scores is not None
    assert set(scores.column("decision").to_pylist()) == {"refuse"}


def test_a_column_may_be_both_amount_and_segment(tmp_path: Path) -> None:
    train(loans(), tmp_path / "m.crm", quick(drop=("amount",)), judge=QUICK)
    judge = JudgeSpec(draws=20, lgd=0.5, margin=0.1, amount="amount", by=("amount",))
    assert evaluate(tmp_path / "m.crm", loans(), judge=judge).figures.money is not None


def test_loans_that_are_written_five_times_change_no_interval_or_verdict() -> None:
    random = np.random.default_rng(1)
    pd = random.beta(1, 12, 2000)
    y = (random.random(2000) < 1.1 * pd).astype(np.int8)
    texts = {"all": np.full(2000, "a", dtype=object)}
    once = Judged(y, pd, beside=Beside(y, None, None, np.arange(2000), texts, {}))
    rows = np.repeat(np.arange(2000), 5)
    assert once.beside is not None
    many = Judged(y[rows], pd[rows], beside=once.beside.take(rows))
    wishes, sticks = JudgeSpec(draws=20, by=("all",)), Yardsticks(0.08, 0.1, 0.1, Scale(grades=(0.05, 0.1)))
    a, b = (figures(each, sticks, wishes) for each in (once, many))
    for one, other in (
        (a.segmentations[0].segments[0].auc, b.segmentations[0].segments[0].auc),
        (a.segmentations[0].segments[0].default_rate, b.segmentations[0].segments[0].default_rate),
        (a.validation.portfolio.default_rate, b.validation.portfolio.default_rate),
    ):
        assert other.se == pytest.approx(one.se, rel=1e-2)
    assert b.validation.portfolio.jeffreys_too_low == pytest.approx(a.validation.portfolio.jeffreys_too_low, rel=2e-2)
    assert b.validation.verdict == a.validation.verdict


def test_whatever_is_in_the_journal_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "j").write_text("[" * 200_000 + "\n")
    monkeypatch.setenv("CREDITRISK_JOURNAL", str(tmp_path / "j"))
    assert judged_before(["a"], "model") == ()


def test_vintages_of_the_held_out_loans_leave_out_the_training_loans_time(tmp_path: Path) -> None:
    table = loans()
    status = ["open" if row % 10 == 0 else str(y) for row, y in enumerate(table.column("y").to_pylist())]
    made = table.append_column("status", pa.array(status)).append_column("when", pa.array(np.arange(2000) // 200))
    spec = quick(target="status", positive="1", negative="0", drop=("y",), time="when")
    found = train(made, tmp_path / "m.crm", spec, judge=QUICK).held_out.vintages
    assert found is not None
    assert min(row.loans for row in found.rows) > 0
    assert [round(row.known.value, 2) for row in found.rows] == [0.9, 0.9]
