"""A figure with its uncertainty, and the intervals that have a closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Every interval of the tool covers the truth in 95 of 100 samples, if its assumptions hold.
LEVEL = 0.95
#: The normal quantile that belongs to it; the statistics module takes long to import for one number.
Z = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A figure, its standard error and its 95 % interval; NaN where the data do not determine it."""

    value: float
    low: float
    high: float
    se: float = math.nan


#: What stands where the data do not determine a figure.
NO_ESTIMATE = Estimate(math.nan, math.nan, math.nan)


def wald(value: float, se: float, least: float = -math.inf, most: float = math.inf) -> Estimate:
    """Return `value ± 1.96 se`, cut where the figure itself ends (NaN stays NaN).

    >>> wald(1.0, 0.1)
    Estimate(value=1.0, low=0.8040036015459946, high=1.1959963984540054, se=0.1)
    """
    if math.isnan(se):
        return Estimate(value, math.nan, math.nan, se)
    return Estimate(value, max(value - Z * se, least), min(value + Z * se, most), se)


def logit_wald(value: float, se: float) -> Estimate:
    """Return the interval of a share, symmetric in its log-odds, so that it stays between 0 and 1.

    The standard error of the log-odds is se / (value (1 − value)), by the delta method. At exactly 0 or 1 the
    log-odds do not exist and neither does the interval.
    """
    if not 0.0 < value < 1.0 or not math.isfinite(se):
        return Estimate(value, math.nan, math.nan, se)
    centre = math.log(value / (1.0 - value))
    half = Z * se / (value * (1.0 - value))
    return Estimate(value, 1.0 / (1.0 + math.exp(half - centre)), 1.0 / (1.0 + math.exp(-half - centre)), se)


def jeffreys(events: float, n: float) -> Estimate:
    """Return a rate with Jeffreys' interval: quantiles of Beta(events + ½, n − events + ½).

    The ends are 0 at no event and 1 at nothing but events (Brown, Cai and DasGupta 2001,
    doi:10.1214/ss/1009213286).

    >>> jeffreys(0, 10)
    Estimate(value=0.0, low=0.0, high=0.21719626750921053, se=0.0)
    """
    # Imported here: scoring passes by this module, and SciPy takes longer to import than a loan to score.
    from scipy.special import betaincinv

    if n <= 0:
        return NO_ESTIMATE
    rate = events / n
    tail = (1.0 - LEVEL) / 2
    low = 0.0 if events == 0 else float(betaincinv(events + 0.5, n - events + 0.5, tail))
    high = 1.0 if events == n else float(betaincinv(events + 0.5, n - events + 0.5, 1 - tail))
    return Estimate(rate, low, high, math.sqrt(rate * (1 - rate) / n))
