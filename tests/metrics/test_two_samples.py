from __future__ import annotations

import math

import numpy as np
import pytest

from creditrisk.metrics.estimate import Estimate, Z, jeffreys, wald
from creditrisk.metrics.two_samples import difference, ratio


def wilson(events, n):
    p, z2 = events / n, Z**2
    centre, half = (p + z2 / (2 * n)) / (1 + z2 / n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Estimate(p, centre - half, centre + half, math.sqrt(p * (1 - p) / n))


def test_a_published_difference_of_two_rates():
    # Newcombe 1998 (Statistics in Medicine 17:873–890), table II, 56/70 − 48/80, method 10: 0.0524 to 0.3339;
    # confint_proportions_2indep(56, 70, 48, 80, method="newcomb") of statsmodels 0.15.0 gives the same.
    found = difference(wilson(56, 70), wilson(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.05243147240236, 0.33387265403694), rel=1e-9)


def test_symmetric_intervals_give_the_usual_one():
    found = difference(wald(3.0, 0.3), wald(1.0, 0.4))
    assert (found.low, found.high, found.se) == pytest.approx((2 - Z * 0.5, 2 + Z * 0.5, 0.5), rel=1e-12)


def test_a_ratio_is_near_the_interval_of_its_logarithm():
    # confint_proportions_2indep(56, 70, 48, 80, compare="ratio", method="log") of statsmodels 0.15.0 gives
    # 1.07663 to 1.65125, from symmetric intervals of the logarithms.
    found = ratio(jeffreys(56, 70), jeffreys(48, 80))
    assert found.value == pytest.approx(4 / 3, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((1.0766, 1.6512), abs=0.02)
    assert found.se == pytest.approx(found.value * (math.log(1.6512485) - math.log(1.0766264)) / (2 * Z), rel=1e-4)


def test_zero_and_nothing():
    none = ratio(jeffreys(0, 100), jeffreys(40, 100))
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(jeffreys(0, 100).high / jeffreys(40, 100).low)
    assert math.isnan(ratio(jeffreys(4, 10), jeffreys(0, 10)).value)
    assert math.isnan(ratio(Estimate(math.nan, math.nan, math.nan), jeffreys(4, 10)).value)
    assert math.isnan(difference(Estimate(0.7, math.nan, math.nan), jeffreys(4, 10)).low)


def test_the_interval_of_a_ratio_at_rates_of_1_is_not_empty():
    found = ratio(jeffreys(50, 50), jeffreys(80, 80))
    assert found.low < 1 < found.high


@pytest.mark.parametrize(("n", "m", "p", "q"), [(100, 400, 0.6, 0.75), (300, 300, 0.95, 0.95), (150, 1000, 0.1, 0.2)])
def test_intervals_cover_the_truth(n, m, p, q):
    rng = np.random.default_rng(1)
    a, b = rng.binomial(n, p, 2000), rng.binomial(m, q, 2000)
    inside = np.zeros(2)
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        apart, times = (function(jeffreys(i, n), jeffreys(j, m)) for function in (difference, ratio))
        inside += (apart.low <= p - q <= apart.high, times.low <= p / q <= times.high)
    assert (inside / 2000 > 0.93).all()
    assert (inside / 2000 < 0.97).all()
