"""Rating grades from out-of-fold PDs: against a search through all cuts, and with what a grade must have."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from creditrisk.models.master_scale import grade_bounds, grade_pds


def loans(n: int, seed: int = 0, *, rate: float = -2.0) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes of right PDs."""
    random = np.random.default_rng(seed)
    pd = 1 / (1 + np.exp(-random.normal(rate, 1.2, n)))
    return (random.random(n) < pd).astype(np.int8), pd


def likelihood(y: np.ndarray, pd: np.ndarray, bounds: tuple[float, ...]) -> float:
    """Return the log-likelihood of one rate a grade; −inf where a grade lacks what it must have."""
    grade, total, before = np.searchsorted(bounds, pd, side="right"), 0.0, 0.0
    for number in range(len(bounds) + 1):
        own = y[grade == number]
        bad, n = int(own.sum()), len(own)
        if min(bad, n - bad) < 20 or n < 0.01 * len(y) or bad / n <= before:
            return -np.inf
        before = bad / n
        total += bad * np.log(bad / n) + (n - bad) * np.log(1 - bad / n)
    return total


@pytest.mark.parametrize("grades", [2, 3, 4])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_other_cut_between_the_same_values_is_likelier(seed: int, grades: int) -> None:
    random = np.random.default_rng(seed)
    values = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6])
    pd = random.choice(values, 4000)
    y = (random.random(4000) < pd).astype(np.int8)
    middles = (values[1:] + values[:-1]) / 2
    best = max(combinations(middles.tolist(), grades - 1), key=lambda bounds: likelihood(y, pd, bounds))
    assert grade_bounds(y, pd, grades) == pytest.approx(best)


def test_grades_hold_defaults_enough_and_default_more_the_riskier_they_are() -> None:
    y, pd = loans(20_000)
    bounds = grade_bounds(y, pd, 8)
    grade = np.searchsorted(bounds, pd, side="right")
    defaults = np.bincount(grade, y)
    rates = defaults / np.bincount(grade)
    assert len(bounds) == 7
    assert defaults.min() >= 20
    assert (np.diff(rates) > 0).all()


def test_few_loans_make_fewer_grades_and_none_where_they_are_too_few() -> None:
    y, pd = loans(600)
    assert 0 < len(grade_bounds(y, pd, 10)) < 9
    assert grade_bounds(y[:60], pd[:60], 5) == ()


def test_weights_count_as_rows_do() -> None:
    y, pd = loans(5000)
    twice = np.repeat(np.arange(5000), 2)
    assert grade_bounds(y, pd, 4, np.full(5000, 2.0)) == grade_bounds(y, pd, 4)
    assert len(grade_bounds(y[twice], pd[twice], 4)) == 3


def test_the_pd_of_a_grade_is_the_mean_of_its_loans_and_not_below_the_floor() -> None:
    _, pd = loans(5000)
    bounds = (0.05, 0.2)
    free, floored = grade_pds(pd, bounds, 0.0), grade_pds(pd, bounds, 0.04)
    assert free == pytest.approx((pd[pd < 0.05].mean(), pd[(pd >= 0.05) & (pd < 0.2)].mean(), pd[pd >= 0.2].mean()))
    assert floored == (0.04, free[1], free[2])
    weight = np.where(pd < 0.02, 3.0, 1.0)
    assert grade_pds(pd, bounds, 0.0, weight)[0] == pytest.approx(np.average(pd[pd < 0.05], weights=weight[pd < 0.05]))


def test_a_grade_without_loans_has_the_middle_of_its_bounds() -> None:
    assert grade_pds(np.array([0.3]), (0.01, 0.04), 0.0) == pytest.approx((np.sqrt(0.005 * 0.01), 0.02, 0.3))
    assert grade_pds(np.array([0.1, 0.3]), (), 0.0) == pytest.approx((0.2,))
