"""Tests of nested corrections against fits by another program and against their own level on simulated loans."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from creditrisk.metrics.calibration_test import calibration_lr_test
from creditrisk.metrics.nested_lines import nested_lines
from creditrisk.metrics.odds import expit


def simulated(rows: int, intercept: float, slope: float, bend: float = 0.0, seed: int = 0) -> tuple[Any, Any]:
    """Return outcomes, and log-odds that a parabola would put right."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.5, 1.0, rows)
    y = (rng.random(rows) < expit(intercept + slope * z + bend * (z + 1.5) ** 2)).astype(np.int8)
    return y, z


def largest_likelihood(y: Any, z: Any, terms: int) -> tuple[float, Any]:
    """Return the log-likelihood of z + b₀ + b₁ z + b₂ z² with so many terms free, found by a general optimiser."""

    def loss(b: Any) -> float:
        moved = z + sum(b[power] * z**power for power in range(terms))
        return float(np.sum(np.logaddexp(0.0, moved) - y * moved))

    def slope(b: Any) -> Any:
        moved = z + sum(b[power] * z**power for power in range(terms))
        return np.array([np.sum((expit(moved) - y) * z**power) for power in range(terms)])

    found = minimize(loss, np.zeros(terms), jac=slope, method="BFGS", options={"gtol": 1e-6})
    return -found.fun, found.x


@pytest.mark.parametrize("wrong", [(0.0, 1.0, 0.0), (0.8, 1.0, 0.0), (0.3, 0.7, 0.0), (0.2, 1.1, 0.3)])
def test_the_statistics_are_differences_of_likelihoods_that_an_optimiser_finds(wrong: tuple[float, ...]) -> None:
    y, z = simulated(4000, *wrong)
    none = float(np.sum(y * z - np.logaddexp(0.0, z)))
    likelihood = [largest_likelihood(y, z, terms)[0] for terms in (1, 2, 3)]
    found = nested_lines(y, z)
    expected = [*(2 * (reached - none) for reached in likelihood), *(2 * np.diff(likelihood))]
    tests = (found.shift, found.line, found.curve, found.slope, found.bend)
    assert [test.statistic for test in tests] == pytest.approx(expected, abs=1e-4)
    assert [test.df for test in tests] == [1, 2, 3, 1, 1]
    assert [test.p_value for test in tests] == pytest.approx([chi2.sf(t.statistic, t.df) for t in tests], rel=1e-9)
    b = largest_likelihood(y, z, 2)[1]
    assert found.fitted_line == pytest.approx((b[0], 1 + b[1]), abs=1e-4)


def test_without_the_bend_the_house_test_of_intercept_and_slope_says_the_same() -> None:
    y, z = simulated(3000, 0.4, 0.9)
    found, both = nested_lines(y, z), calibration_lr_test(y, expit(z))
    assert found.shift.statistic + found.slope.statistic == pytest.approx(both.statistic, abs=1e-6)


def test_equal_weights_give_nearly_the_likelihood_ratio_and_borrowers_of_copies_exactly_half_the_loans() -> None:
    y, z = simulated(20_000, 0.1, 1.0)
    plain, weighted = nested_lines(y, z), nested_lines(y, z, np.full(len(y), 3.0))
    assert weighted.shift.statistic == pytest.approx(plain.shift.statistic, rel=0.05)
    twice = np.repeat(np.arange(len(y)), 2)
    by_borrower = nested_lines(y[twice], z[twice], by=twice)
    assert by_borrower.line.statistic == pytest.approx(weighted.line.statistic, rel=1e-3)
    assert nested_lines(y[twice], z[twice]).shift.statistic == pytest.approx(2 * plain.shift.statistic, rel=1e-6)


@pytest.mark.parametrize("how", ["plain", "weighted", "borrowers"])
def test_right_log_odds_are_rejected_in_one_of_twenty_samples(how: str) -> None:
    rng, rejected, samples = np.random.default_rng(5), 0, 120
    for _ in range(samples):
        z = rng.normal(-1.5, 1.0, 600)
        y = (rng.random(600) < expit(z)).astype(np.int8)
        if how == "borrowers":
            z, y, by = np.tile(z[:300], 2), np.tile(y[:300], 2), np.tile(np.arange(300), 2)
            found = nested_lines(y, z, by=by)
        else:
            found = nested_lines(y, z, rng.uniform(0.5, 2.0, 600) if how == "weighted" else None)
        rejected += found.curve.p_value < 0.05
    # 5 % of 120 is 6 with a standard error of 2.4; Wald's test rejects a little too often with 300 loans.
    assert 1 <= rejected <= 15


def test_where_nothing_can_be_fitted_nothing_is_said() -> None:
    y = np.array([0, 0, 0, 1, 1, 1])
    apart = nested_lines(y, np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]))
    assert math.isnan(apart.slope.p_value)
    assert all(math.isnan(number) for number in apart.fitted_line)
    one_pd = nested_lines(np.array([0, 0, 0, 1] * 50), np.full(200, -2.0))
    assert one_pd.shift.p_value < 1e-6
    assert math.isnan(one_pd.slope.p_value)
