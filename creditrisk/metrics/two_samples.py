"""Difference and ratio of two figures of different loans, with the interval that follows from their own intervals."""

from __future__ import annotations

import math

from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate


def difference(a: Estimate, b: Estimate) -> Estimate:
    """Return a − b of independent estimates; its ends are NaN where one of the two has no interval.

    The interval is [d − √((a − a_low)² + (b_high − b)²), d + √((a_high − a)² + (b − b_low)²)], which follows intervals
    that are longer on one side (Zou and Donner 2008, doi:10.1002/sim.3095; for rates Newcombe 1998).

    >>> apart = difference(Estimate(0.75, 0.6, 0.8), Estimate(0.25, 0.2, 0.45))
    >>> apart.value, round(apart.low, 9), round(apart.high, 9)
    (0.5, 0.25, 0.570710678)
    """
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    return Estimate(value, low, high, math.hypot(a.se, b.se))


def ratio(a: Estimate, b: Estimate) -> Estimate:
    """Return a / b of independent estimates that are not negative, with the interval of a difference of logarithms.

    At b = 0 the ratio does not exist. At a = 0 there is no logarithm: the upper end is then the upper end of a over the
    lower end of b, which is wider than need be. The standard error is that of the ratio by the delta method.

    >>> halved = ratio(Estimate(0.2, 0.1, 0.4), Estimate(0.4, 0.4, 0.4))
    >>> halved.value, round(halved.low, 9), round(halved.high, 9)
    (0.5, 0.25, 1.0)
    """
    if not (a.value >= 0.0 and b.value > 0.0):
        return NO_ESTIMATE
    value = a.value / b.value
    se = math.hypot(a.se, value * b.se) / b.value
    if a.value == 0.0:
        return Estimate(0.0, 0.0, a.high / b.low if b.low > 0.0 else math.nan, se)
    logs = difference(_logarithm(a), _logarithm(b))
    return Estimate(value, math.exp(logs.low), math.exp(logs.high), se)


def _logarithm(estimate: Estimate) -> Estimate:
    low = -math.inf if estimate.low <= 0.0 else math.log(estimate.low)
    return Estimate(math.log(estimate.value), low, math.log(estimate.high))
