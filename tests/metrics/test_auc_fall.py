import math

import numpy as np
import pytest
from scipy import stats

from creditrisk.metrics.auc_fall import auc_fall
from creditrisk.metrics.estimate import Estimate


def area(value, se):
    return Estimate(value, math.nan, math.nan, se)


def test_both_errors_count():
    found = auc_fall(area(0.70, 0.03), area(0.78, 0.04), 0.05, 0.1)
    assert found.z == pytest.approx(0.08 / 0.05)
    assert found.p_value == pytest.approx(stats.norm.sf(1.6))
    assert found.level == pytest.approx(0.05)
    assert found.power == pytest.approx(stats.norm.sf(stats.norm.ppf(0.95) - 0.1 / 0.05))


def test_the_supervisor_s_variant_leaves_the_error_at_development_out():
    found = auc_fall(area(0.70, 0.03), area(0.78, 0.04), 0.05, 0.1, fixed=True)
    assert found.z == pytest.approx(0.08 / 0.03)
    assert found.p_value == pytest.approx(stats.norm.sf(0.08 / 0.03))


@pytest.mark.parametrize("fixed", [False, True])
def test_a_simulation_of_two_aucs_rejects_as_often_as_stated(fixed):
    rng = np.random.default_rng(2)
    exact = auc_fall(area(0.75, 0.03), area(0.75, 0.02), 0.05, 0.06, fixed=fixed)
    for fall, chance in ((0.0, exact.level), (0.06, exact.power)):
        now, before = rng.normal(0.75 - fall, 0.03, 20_000), rng.normal(0.75, 0.02, 20_000)
        share = np.mean(
            [
                auc_fall(area(a, 0.03), area(b, 0.02), 0.05, 0.06, fixed=fixed).p_value < 0.05
                for a, b in zip(now, before, strict=True)
            ]
        )
        assert share == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) / 20_000))


def test_equal_errors_make_the_supervisor_s_level_12_percent():
    assert auc_fall(area(0.7, 0.02), area(0.7, 0.02), 0.05, 0.05, fixed=True).level == pytest.approx(0.12, abs=0.003)


def test_a_missing_error_leaves_nothing_to_test():
    for now, before in ((math.nan, 0.02), (0.02, math.nan), (0.0, 0.0)):
        found = auc_fall(area(0.7, now), area(0.75, before), 0.05, 0.05)
        assert np.isnan([found.z, found.p_value, found.level, found.power]).all()
    fixed = auc_fall(area(0.7, 0.02), area(0.75, math.nan), 0.05, 0.05, fixed=True)
    assert fixed.z == pytest.approx(2.5)
    assert math.isnan(fixed.level)


def test_a_rise_is_no_fall():
    assert auc_fall(area(0.8, 0.02), area(0.7, 0.02), 0.05, 0.05).p_value > 0.99
