"""Recalibration with loan weights, frequencies, borrowers, scorecards and curves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from creditrisk.data.schema import Roles
from creditrisk.errors import DataError
from creditrisk.file_specs import SampleSpec
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.jobs.recalibrate import recalibrate
from creditrisk.jobs.sample import sample
from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.odds import log_odds
from creditrisk.models.model_file import load_model, save_model
from creditrisk.recalibration_spec import RecalibrateSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from creditrisk.specs import TrainSpec

SHIFT, SLOPE = RecalibrateSpec(method="intercept"), RecalibrateSpec(method="slope")


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give 1,500 loans with a weight, a frequency and a borrower."""
    path = tmp_path_factory.mktemp("roles") / "roles.csv"
    sample(path, SampleSpec(rows=1500, seed=31, first_id=90_000))
    rng = np.random.default_rng(0)
    frame = pd.read_csv(path)
    return frame.assign(w=rng.uniform(0.5, 4.0, 1500), n=rng.integers(1, 4, 1500), who=np.arange(1500) // 2)


@pytest.fixture
def model_of(model_file: Path, tmp_path: Path) -> Callable[..., Path]:
    """Give a maker of models that know columns by these roles."""

    def made(**roles: Any) -> Path:
        model = load_model(model_file)
        path = tmp_path / f"{'-'.join(roles)}.crm"
        save_model(replace(model, schema=replace(model.schema, roles=Roles(**roles))), path)
        return path

    return made


def log_odds_of(model: Path, loans: pd.DataFrame) -> np.ndarray:
    return log_odds(np.array(predict(model, loans).scores.column("pd").to_pylist()))


def test_weights_count_in_the_fit(model_of: Callable[..., Path], loans: pd.DataFrame, tmp_path: Path) -> None:
    model = model_of(weight="w", weight_kind="sampling")
    found = recalibrate(model, loans, tmp_path / "n.crm", SLOPE)
    z, y, w = log_odds_of(model, loans), loans["isDefault"].to_numpy(), loans["w"].to_numpy()
    oracle = minimize(
        lambda b: np.sum(w * (np.logaddexp(0, b[0] + b[1] * z) - y * (b[0] + b[1] * z))), [0.0, 1.0], tol=1e-10
    ).x
    assert (found.correction.intercept, found.correction.slope) == pytest.approx(tuple(oracle), abs=1e-4)
    assert found.rate == pytest.approx(np.average(y, weights=w))
    assert found.mean_pd_after == pytest.approx(found.rate, abs=1e-9)
    assert found.weights == "sampling"


def test_a_rate_is_weighted_where_the_file_holds_the_weights(
    model_of: Callable[..., Path], loans: pd.DataFrame, tmp_path: Path
) -> None:
    model, bare = model_of(weight="w", weight_kind="sampling"), loans.drop(columns="isDefault")
    found = recalibrate(model, bare, tmp_path / "n.crm", RecalibrateSpec(to_rate=0.1))
    pd_of = np.array(predict(tmp_path / "n.crm", bare).scores.column("pd").to_pylist())
    assert np.average(pd_of, weights=loans["w"]) == pytest.approx(0.1, abs=1e-12)
    assert not any("lacks the loan weights" in remark for remark in found.remarks)
    without = recalibrate(model, bare.drop(columns="w"), tmp_path / "o.crm", RecalibrateSpec(to_rate=0.1))
    assert without.remarks[0] == 'The file lacks the loan weights, "w": every loan counts once.'
    assert without.correction.intercept != found.correction.intercept
    with pytest.raises(DataError, match=r"^The weight is missing"):
        recalibrate(model, bare.assign(w=-1.0), tmp_path / "p.crm", RecalibrateSpec(to_rate=0.1))


def test_a_frequency_is_so_many_loans(
    model_file: Path, model_of: Callable[..., Path], loans: pd.DataFrame, tmp_path: Path
) -> None:
    counted = recalibrate(model_of(weight="n", weight_kind="frequency"), loans, tmp_path / "n.crm", SLOPE)
    repeated = recalibrate(model_file, loans.loc[loans.index.repeat(loans["n"])], tmp_path / "o.crm", SLOPE)
    assert counted.loans == repeated.loans == loans["n"].sum()
    assert counted.outcome is not None
    assert repeated.outcome is not None
    assert counted.outcome.line == repeated.outcome.line
    assert counted.outcome.before == repeated.outcome.before
    assert counted.correction == repeated.correction
    # Copies of a loan are never in the fold that fits and the one that is judged.
    assert counted.outcome.after.bce != repeated.outcome.after.bce


def test_borrowers_are_not_counted_as_loans(
    model_file: Path, model_of: Callable[..., Path], loans: pd.DataFrame, tmp_path: Path
) -> None:
    twice = pd.concat([loans.assign(who=np.arange(1500))] * 2)
    once = recalibrate(model_file, loans, tmp_path / "n.crm", SHIFT).outcome
    known = recalibrate(model_of(group="who"), twice, tmp_path / "o.crm", SHIFT)
    assert once is not None
    assert known.outcome is not None
    assert known.outcome.shift.statistic == pytest.approx(once.shift.statistic, rel=0.1)
    before, of_once = known.outcome.before.observed_over_expected, once.before.observed_over_expected
    assert before.high - before.low == pytest.approx(of_once.high - of_once.low, rel=0.02)
    assert any("take loans as independent" in remark for remark in known.remarks)


def test_a_fold_without_defaults_is_refused(model_of: Callable[..., Path], loans: pd.DataFrame, tmp_path: Path) -> None:
    who = np.where(loans["isDefault"] == 1, 0, np.arange(1500) + 1)
    with pytest.raises(DataError, match=r"^A fold lacks defaults or repaid loans"):
        recalibrate(model_of(group="who"), loans.assign(who=who), tmp_path / "n.crm", SHIFT)


def test_a_curve_is_taken_where_it_pays_and_composes(model_file: Path, tmp_path: Path) -> None:
    """Outcomes follow a step: no line can."""
    path = tmp_path / "many.csv"
    sample(path, SampleSpec(rows=6000, seed=41, first_id=90_000))
    loans = pd.read_csv(path)
    z = log_odds_of(model_file, loans)
    chance = np.where(z < np.median(z), 0.08, 0.4)
    loans["isDefault"] = (np.random.default_rng(1).random(len(z)) < chance) * 1
    found = recalibrate(model_file, loans, tmp_path / "n.crm")
    assert (found.asked, found.method) == ("auto", "isotonic")
    assert found.outcome is not None
    assert (found.outcome.tested, found.outcome.needed) == ("curve", True)
    assert found.outcome.bce_difference.high < 0
    assert len(load_model(tmp_path / "n.crm").calibration.knots) >= 2
    again = recalibrate(tmp_path / "n.crm", loans, tmp_path / "o.crm", SLOPE)
    line = again.correction.intercept + again.correction.slope * log_odds_of(tmp_path / "n.crm", loans)
    np.testing.assert_allclose(log_odds_of(tmp_path / "o.crm", loans), line, rtol=0, atol=1e-9)


def test_the_points_of_a_scorecard_are_those_of_the_new_model(
    loans_csv: Path, card_spec: TrainSpec, loans: pd.DataFrame, tmp_path: Path
) -> None:
    spec = replace(
        card_spec, drop=tuple(name for name in loans.columns[5:] if name not in ("isDefault", "w", "n", "who"))
    )
    train(loans_csv, tmp_path / "m.crm", spec, judge=JudgeSpec(draws=20))
    recalibrate(tmp_path / "m.crm", loans, tmp_path / "n.crm", SLOPE)
    old, new = (info(tmp_path / name) for name in ("m.crm", "n.crm"))
    assert [row.bin for row in old.points] == [row.bin for row in new.points]
    assert [row.points for row in old.points] != pytest.approx([row.points for row in new.points])
    first = {row.column: row.points for row in reversed(new.points)}
    z = (new.scale.base_score - sum(first.values())) / new.scale.factor - np.log(new.scale.base_odds)
    assert len(first) > 1
    # A loan in the first bin of every column: its PD by the new points is that of the line behind the old ones.
    before = {row.column: row.points for row in reversed(old.points)}
    z_before = (old.scale.base_score - sum(before.values())) / old.scale.factor - np.log(old.scale.base_odds)
    line = load_model(tmp_path / "n.crm").calibration
    assert z == pytest.approx(line.intercept + line.slope * z_before, abs=1e-9)
    with pytest.raises(DataError, match=r"^An isotonic recalibration would bend the points of a scorecard"):
        recalibrate(tmp_path / "m.crm", loans, tmp_path / "o.crm", RecalibrateSpec(method="isotonic"))
