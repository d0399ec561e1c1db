"""Calibration: each kind against an independent fit, and its judgement on loans that it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from creditrisk.errors import DataError
from creditrisk.metrics.calibration import bce, bce_rows
from creditrisk.metrics.odds import expit
from creditrisk.models.calibrating import fit_calibration, judge_calibration
from creditrisk.models.calibration import Calibration


def simulated(rows: int, intercept: float, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes, and log-odds that would have to be moved by the line given to be right."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.0, 1.2, rows)
    y = (rng.random(rows) < expit(intercept + slope * z)).astype(np.int8)
    return y, z


def test_none_changes_nothing() -> None:
    z = np.array([-3.0, 0.0, 40.0])
    assert fit_calibration("none", np.array([0, 1, 1], np.int8), z, None).apply(z) is z


@pytest.mark.parametrize("weighted", [False, True])
def test_platt_is_a_logistic_regression_on_the_log_odds(weighted: bool) -> None:
    y, z = simulated(5000, 0.7, 0.6)
    weight = np.random.default_rng(1).uniform(0.5, 3.0, len(y)) if weighted else None
    fitted = fit_calibration("platt", y, z, weight)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(z[:, None], y, sample_weight=weight)
    assert (fitted.intercept, fitted.slope) == pytest.approx((oracle.intercept_[0], oracle.coef_[0, 0]), abs=1e-4)
    assert fitted.apply(np.array([2.0]))[0] == pytest.approx(fitted.intercept + 2 * fitted.slope)


def test_intercept_makes_the_mean_right_and_keeps_the_slope() -> None:
    y, z = simulated(5000, -0.8, 1.0)
    fitted = fit_calibration("intercept", y, z, None)
    assert fitted.slope == 1.0
    assert np.mean(expit(fitted.apply(z))) == pytest.approx(np.mean(y), abs=1e-9)


def test_steps_rise_and_never_reach_zero_or_one() -> None:
    y, z = simulated(8000, 0.3, 0.5)
    fitted = fit_calibration("isotonic", y, z, None)
    ends = fitted.apply(np.array([-30.0, 30.0]))
    grid = fitted.apply(np.linspace(-6, 6, 500))
    assert (np.diff(grid) >= 0).all()
    assert ((expit(ends) > 0) & (expit(ends) < 1)).all()
    assert bce(y, expit(fitted.apply(z))).value < bce(y, expit(z)).value


def test_steps_need_a_thousand_defaults() -> None:
    y, z = simulated(2000, 0.0, 1.0)
    with pytest.raises(DataError) as caught:
        fit_calibration("isotonic", y, z, None)
    assert caught.value.what == (
        f"Isotonic calibration needs 1,000 defaults among the loans that cross-validation judges; there are {y.sum()}."
    )
    assert caught.value.fix == "Use --calibration platt."


def test_a_falling_line_is_refused() -> None:
    y, z = simulated(3000, 0.0, -0.7)
    with pytest.raises(DataError, match=r"^The log-odds do not rise with the risk"):
        fit_calibration("platt", y, z, None)


def test_separated_outcomes_have_no_line() -> None:
    z = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    with pytest.raises(DataError, match=r"^The log-odds separate the outcomes perfectly"):
        fit_calibration("platt", (z > 0).astype(np.int8), z, None)


@pytest.mark.parametrize("kind", ["intercept", "platt", "isotonic"])
def test_a_calibration_is_judged_on_folds_that_it_was_not_fitted_on(kind: str) -> None:
    y, z = simulated(9000, 0.9, 0.6)
    fold = np.arange(len(y)) % 3
    effect = judge_calibration(kind, y, z, fold, None)
    assert effect is not None
    corrected = np.empty_like(z)
    for number in range(3):
        judged = fold == number
        corrected[judged] = fit_calibration(kind, y[~judged], z[~judged], None).apply(z[judged])
    by_hand = np.mean(bce_rows(y, expit(corrected)) - bce_rows(y, expit(z)))
    assert effect.bce_difference.value == pytest.approx(by_hand, abs=1e-12)
    assert effect.bce_difference.high < 0


def test_right_log_odds_gain_nothing() -> None:
    y, z = simulated(9000, 0.0, 1.0)
    effect = judge_calibration("platt", y, z, np.arange(len(y)) % 5, None)
    assert effect is not None
    assert effect.bce_difference.low < 0.0005
    assert effect.slope_before.low < 1.0 < effect.slope_before.high


def test_one_fold_cannot_be_judged() -> None:
    y, z = simulated(500, 0.0, 1.0)
    assert judge_calibration("platt", y, z, np.zeros(len(y), np.intp), None) is None


def test_a_loan_is_calibrated_alone_as_in_any_batch() -> None:
    y, z = simulated(8000, 0.3, 0.5)
    for kind in ("intercept", "platt", "isotonic"):
        fitted = fit_calibration(kind, y, z, None)
        whole = fitted.apply(z)
        assert [fitted.apply(z[i : i + 1])[0] for i in range(100)] == whole[:100].tolist()
        assert fitted.apply(z[::-1]).tolist() == whole[::-1].tolist()


def test_stored_numbers_alone_make_the_calibration() -> None:
    curve = Calibration("isotonic", knots=(-1.0, 1.0), values=(-2.0, 0.0))
    assert curve.apply(np.array([-3.0, 0.0, 5.0])).tolist() == [-4.0, -1.0, 4.0]
