from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from creditrisk.metrics.level_tests import heterogeneity, trend


def drifting_loans(factor=1.04):
    rng = np.random.default_rng(5)
    pd = 1 / (1 + np.exp(-rng.normal(-1.5, 1, 3000)))
    x = rng.integers(0, 12, 3000).astype(float)
    y = (rng.random(3000) < np.minimum(pd * factor**x, 1)).astype(int)
    return y, pd, x, rng.uniform(0.2, 3, 3000)


def test_with_one_pd_for_all_it_is_pearsons_test_of_a_table():
    good, bad = [90, 150, 60, 300], [10, 40, 12, 31]
    y = np.repeat([0] * 4 + [1] * 4, good + bad)
    group = np.repeat([0, 1, 2, 3] * 2, good + bad)
    pearson = stats.chi2_contingency([good, bad], correction=False)
    for pd in (0.1, 0.4):
        found = heterogeneity(y, np.full(len(y), pd), group)
        assert (found.statistic, found.df, found.p_value) == pytest.approx((*pearson[:1], 3, pearson[1]), rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_least_sum_over_all_common_factors(weighted):
    y, p, x, w = drifting_loans()
    w = w if weighted else np.ones(len(y))
    group = (x // 3).astype(int)
    q = np.minimum(p * (w @ y) / (w @ p), 1)
    cells = [group == g for g in range(4)]

    def distance(c):
        return sum((w[m] @ (y[m] - c * p[m])) ** 2 / (w[m] ** 2 @ (q[m] * (1 - q[m]))) for m in cells)

    found = heterogeneity(y, p, group, w)
    assert found.statistic == pytest.approx(optimize.minimize_scalar(distance).fun, rel=1e-9)
    assert found.df == 3


def test_a_level_that_is_off_everywhere_is_no_heterogeneity():
    y, p, x, _ = drifting_loans()
    group = (x // 6).astype(int)
    found = heterogeneity(y, p, group)
    assert heterogeneity(y, p / 2, group).statistic == pytest.approx(found.statistic, rel=1e-9)
    assert found.p_value < 0.01


def test_small_groups_count_together_or_not_at_all():
    y, p, _, _ = drifting_loans()
    group = np.zeros(3000, dtype=int)
    group[1000:2000], group[:40] = 1, np.repeat(np.arange(2, 12), 4)
    pooled = np.where(group > 1, 2, group)
    assert heterogeneity(y, p, group).statistic == pytest.approx(heterogeneity(y, p, pooled).statistic, rel=1e-12)
    assert heterogeneity(y, p, group).df == 2
    few = np.where(group > 3, 0, group)
    kept = few < 2
    assert heterogeneity(y, p, few).df == 1
    assert heterogeneity(y, p, few).statistic == pytest.approx(
        heterogeneity(y[kept], p[kept], few[kept]).statistic, rel=0.05
    )
    assert math.isnan(heterogeneity(y, p, np.zeros(3000, dtype=int)).p_value)
    assert math.isnan(heterogeneity(y, np.zeros(3000), (np.arange(3000) % 2)).p_value)


def test_with_one_pd_for_all_it_is_the_test_of_cochran_and_armitage():
    good, bad, score = [30, 60, 70, 80, 90], [5, 9, 14, 21, 30], [0, 1, 2, 3, 5.0]
    y = np.repeat([0] * 5 + [1] * 5, good + bad)
    x = np.repeat(score * 2, good + bad)
    found = trend(y, np.full(len(y), 0.3), x)
    assert found.z == pytest.approx(math.sqrt(len(y)) * np.corrcoef(x, y)[0, 1], rel=1e-9)
    # Table(...).test_ordinal_association(row_scores=score) of statsmodels 0.15.0: z = 2.2367531902149196 with the
    # variance of a table whose margins are fixed, which is n / (n − 1) times this one.
    assert found.z * math.sqrt((len(y) - 1) / len(y)) == pytest.approx(2.2367531902149196, rel=1e-9)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(found.z), rel=1e-9)


def test_the_factor_is_that_of_a_poisson_regression_with_an_offset():
    # GLM(y, [1, x], Poisson(), offset=log(pd)) of statsmodels 0.15.0 on these loans: e^b, and its standard error with
    # cov_type="HC0", which takes the variances from the residuals instead of from the binomial law.
    y, p, x, w = drifting_loans()
    found = trend(y, p, x).factor
    assert found.value == pytest.approx(1.0506540785609053, rel=1e-9)
    assert found.se == pytest.approx(0.008239132990589466, rel=0.01)
    assert trend(y, p, x, w).factor.value == pytest.approx(1.044383686669499, rel=1e-9)


def test_the_unit_of_the_position_counts_for_the_factor_only():
    y, p, x, _ = drifting_loans()
    found, moved = trend(y, p, x), trend(y, p, 10 * x - 400)
    assert moved.z == pytest.approx(found.z, rel=1e-9)
    assert moved.factor.value**10 == pytest.approx(found.factor.value, rel=1e-9)
    assert trend(y, p / 3, x).z == pytest.approx(found.z, rel=1e-9)


def test_what_has_no_trend_is_not_a_number():
    y, p, x, _ = drifting_loans()
    for found in (trend(y, p, np.zeros(3000)), trend(y, np.zeros(3000), x)):
        assert math.isnan(found.z)
        assert math.isnan(found.factor.value)
    only_late = trend((x == 11).astype(int), np.full(3000, 0.1), (x == 11).astype(float))
    assert math.isnan(only_late.factor.value)
    assert only_late.z > 10


@pytest.mark.parametrize("weighted", [False, True])
def test_levels_and_coverage_where_nothing_is_wrong_but_the_level(weighted):
    rng = np.random.default_rng(23)
    rejected = np.zeros(3)
    for _ in range(500):
        p = 1 / (1 + np.exp(-rng.normal(-2.5, 1, 1200)))
        y = (rng.random(1200) < np.minimum(1.15 * p, 1)).astype(int)
        group = rng.integers(0, 6, 1200)
        w = rng.uniform(0.2, 3, 1200) if weighted else None
        found = trend(y, p, group.astype(float), w)
        rejected += (
            heterogeneity(y, p, group, w).p_value < 0.05,
            found.p_value < 0.05,
            not found.factor.low <= 1 <= found.factor.high,
        )
    assert (rejected / 500 > 0.025).all()
    assert (rejected / 500 < 0.08).all()


def test_the_score_has_variance_1_where_the_pds_move_with_the_position():
    rng = np.random.default_rng(29)
    x = np.repeat(np.arange(6.0), 150)
    p = np.repeat([0.01, 0.02, 0.05, 0.1, 0.2, 0.4], 150)
    z = [trend((rng.random(900) < p).astype(int), p, x).z for _ in range(1500)]
    # Centred at the plain mean of the positions the standard deviation would be 0.66.
    assert np.std(z) == pytest.approx(1, abs=0.06)
    assert np.mean(z) == pytest.approx(0, abs=0.1)


def test_shapes_are_checked():
    y, p, x, _ = drifting_loans()
    with pytest.raises(ValueError, match="group must have the shape"):
        heterogeneity(y, p, np.zeros(2, dtype=int))
    with pytest.raises(ValueError, match="position must be finite"):
        trend(y, p, np.where(x == 3, np.nan, x))
