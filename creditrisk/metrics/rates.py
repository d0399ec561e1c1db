"""A rate among loans with weights, with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.borrowers import clustered_cov, shared, summed
from creditrisk.metrics.estimate import Estimate, jeffreys, wald

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def weighted_rate(hit: NDArray[Any], weight: Floats, *, by: NDArray[np.intp] | None = None) -> Estimate:
    """Return the weighted share of the loans that are hit, with Jeffreys' interval; NaN where there are no loans.

    The interval is taken at the effective number of loans, (Σ w)² / Σ w² (Kish 1965); with borrowers at
    r (1 − r) / var(r), where the variance sums the loans' influence by borrower (Korn and Graubard 1998, Survey
    Methodology 24:193–201), but at no more loans than without them. Where all or none are hit, the variance is 0 and
    tells nothing: each borrower then counts as one loan.

    Parameters
    ----------
    hit : array of shape (n_rows,)
        1 or true for a hit.
    weight : array of shape (n_rows,)
        Positive loan weights.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    >>> weighted_rate(np.array([1, 0, 0, 0]), np.full(4, 2.0)).value
    0.25
    """
    if len(weight) == 0:
        return jeffreys(0, 0)
    effective = effective_loans(hit, weight, by)
    # A sum over the same loans, so that a share of 1 is exactly 1, which its interval asks for.
    return jeffreys(effective * float(np.sum(weight * hit) / weight.sum()), effective)


def weighted_mean(
    values: Floats, weight: Floats, least: float = -math.inf, *, by: NDArray[np.intp] | None = None
) -> Estimate:
    """Return the weighted mean of values, one for each loan, with the interval of a mean.

    The standard error is √(n / (n − 1) Σ i²) with a loan's influence i = w (v − mean) / Σ w; with borrowers
    `borrowers.clustered_cov` of these. The interval is cut at `least`, where the figure itself ends.

    >>> weighted_mean(np.array([0.0, 0.0, 1.0, 1.0]), np.ones(4)).value
    0.5
    """
    n, mean, by = len(values), float(np.average(values, weights=weight)), shared(by, len(values))
    influence = weight / weight.sum() * (values - mean)
    if by is not None:
        return wald(mean, math.sqrt(clustered_cov(influence, influence, by)), least)
    return wald(mean, math.sqrt(n / (n - 1) * float(np.sum(influence**2))) if n > 1 else math.nan, least)


def effective_loans(hit: NDArray[Any], weight: Floats, by: NDArray[np.intp] | None = None) -> float:
    """Return the effective number of loans of a rate, as in `weighted_rate`; one loan at least."""
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    return effective if by is None else min(effective, _effective_borrowers(hit, weight, by))


def _effective_borrowers(hit: NDArray[Any], weight: Floats, by: NDArray[np.intp]) -> float:
    """Return how many independent loans the rate is worth."""
    rate = float(np.sum(weight * hit) / weight.sum())
    influence = weight * (hit - rate) / weight.sum()
    variance = clustered_cov(influence, influence, by)
    if not 0.0 < rate < 1.0 or math.isnan(variance):
        return float(weight.sum() ** 2 / np.sum(summed(weight, by) ** 2))
    return rate * (1.0 - rate) / variance if variance > 0.0 else math.inf
