"""Which correction log-odds need: none, a shift, a line, or more than a line, by tests of nested logistic regressions.

The corrections are logit P(y = 1) = z + b₀, z + b₀ + b₁ x and z + b₀ + b₁ x + b₂ x², where x is z less its mean over
its standard deviation, so that "nothing is wrong" is b = 0 in each of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked
from creditrisk.metrics.borrowers import summed
from creditrisk.metrics.calibration_test import LikelihoodRatio
from creditrisk.metrics.odds import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEWTON_STEPS = 100
#: Beyond this the parameters cannot be told apart.
_MOST_CONDITION = 1e12


@dataclass(frozen=True)
class NestedLines:
    """What five tests ask for, and the line that fits best.

    Attributes
    ----------
    shift, line, curve : LikelihoodRatio
        Of b₀ = 0, of b₀ = b₁ = 0 and of b₀ = b₁ = b₂ = 0: each correction against none.
    slope : LikelihoodRatio
        Of b₁ = 0 where b₀ is free: whether a line fits better than a shift.
    bend : LikelihoodRatio
        Of b₂ = 0 where b₀ and b₁ are free: whether a line leaves something.
    fitted_line : pair of float
        Intercept and slope of logit P(y = 1) = α + β z; NaN where they do not exist.
    """

    shift: LikelihoodRatio
    line: LikelihoodRatio
    curve: LikelihoodRatio
    slope: LikelihoodRatio
    bend: LikelihoodRatio
    fitted_line: tuple[float, float]


@dataclass(frozen=True, eq=False)
class _Fit:
    """Parameters, the log-likelihood and, where loans are weighted or belong together, the sandwich covariance."""

    b: Floats
    likelihood: float
    covariance: Floats | None


def nested_lines(
    y_true: Outcomes,
    z: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> NestedLines:
    """Test which correction of log-odds these outcomes ask for.

    The statistics are likelihood ratios, χ² with as many degrees of freedom as parameters are tested (Cox 1958,
    doi:10.1093/biomet/45.3-4.562). With loan weights, or borrowers of several loans, a likelihood does not exist: they
    are then Wald's with the sandwich covariance (White 1982, doi:10.2307/1912526; by borrower Liang and Zeger 1986,
    doi:10.1093/biomet/73.1.13).

    Parameters
    ----------
    y_true, z, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), log-odds of default (finite), loan weights (positive; 1 where None).
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Returns
    -------
    NestedLines
        Statistics are NaN where a fit does not exist: the outcomes are separated, or z has too few values.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`.

    Examples
    --------
    >>> z, y = np.repeat([-2.0, 0.0, 1.0], 100), np.repeat([0, 1, 0, 1, 0, 1], [77, 23, 30, 70, 15, 85])
    >>> found = nested_lines(y, z)
    >>> [round(test.p_value, 3) for test in (found.line, found.slope, found.bend)]
    [0.0, 0.953, 0.753]
    """
    y, z, w = checked(y_true, z, weight)
    w, robust = w / w.max(), weight is not None or by is not None
    mean, spread = (
        float(np.average(z, weights=w)),
        float(np.sqrt(np.average((z - np.average(z, weights=w)) ** 2, weights=w))),
    )
    x = (z - mean) / spread if spread > 0.0 else np.zeros_like(z)
    designs = [np.ones((len(z), 1)), np.column_stack([np.ones_like(z), x]), np.column_stack([np.ones_like(z), x, x**2])]
    fits = [_fitted(y, z, design, w, by, robust=robust) for design in designs]
    none = float(np.sum(_log_likelihood(y, z, w)))
    line = fits[1]
    beta = (math.nan, math.nan)
    if line is not None:
        beta = (float(line.b[0] - line.b[1] * mean / spread), 1.0 + float(line.b[1]) / spread)
    return NestedLines(
        shift=_test(fits[0], none, 1),
        line=_test(line, none, 2),
        curve=_test(fits[2], none, 3),
        slope=_test(line, fits[0].likelihood if fits[0] is not None else math.nan, 1),
        bend=_test(fits[2], line.likelihood if line is not None else math.nan, 1),
        fitted_line=beta,
    )


def _test(fit: _Fit | None, smaller: float, df: int) -> LikelihoodRatio:
    """Test the last `df` parameters of a fit, against the log-likelihood without them."""
    from scipy.special import chdtrc

    if fit is None or math.isnan(smaller):
        return LikelihoodRatio(math.nan, df, math.nan)
    if fit.covariance is None:
        statistic = max(2.0 * (fit.likelihood - smaller), 0.0)
    else:
        tested = fit.covariance[-df:, -df:]
        if not np.isfinite(tested).all() or np.linalg.cond(tested) > _MOST_CONDITION:
            return LikelihoodRatio(math.nan, df, math.nan)
        statistic = float(fit.b[-df:] @ np.linalg.solve(tested, fit.b[-df:]))
    return LikelihoodRatio(statistic, df, float(chdtrc(df, statistic)))


def _fitted(
    y: Floats, z: Floats, design: Floats, w: Floats, by: NDArray[np.intp] | None, *, robust: bool
) -> _Fit | None:
    """Fit by Newton's method from b = 0, with steps halved until the likelihood does not fall; None where it fails."""
    b = np.zeros(design.shape[1])
    likelihood = float(np.sum(_log_likelihood(y, z, w)))
    for _ in range(_NEWTON_STEPS):
        p = expit(z + design @ b)
        information = (design * (w * p * (1 - p))[:, None]).T @ design
        if not np.isfinite(information).all() or np.linalg.cond(information) > _MOST_CONDITION:
            return None
        step = np.linalg.solve(information, design.T @ (w * (y - p)))
        if np.abs(step).max() < 1e-10:
            scores = design * (w * (y - p))[:, None]
            return _Fit(b, likelihood, _sandwich(information, scores, by) if robust else None)
        reached = float(np.sum(_log_likelihood(y, z + design @ (b + step), w)))
        while reached < likelihood and np.abs(step).max() > 1e-10:
            step = step / 2
            reached = float(np.sum(_log_likelihood(y, z + design @ (b + step), w)))
        b, likelihood = b + step, reached
    return None


def _sandwich(information: Floats, scores: Floats, by: NDArray[np.intp] | None) -> Floats:
    """Return I⁻¹ (Σ s sᵀ) I⁻¹, over the loans or, times C / (C − 1), over the sums of C borrowers."""
    sums = scores if by is None else summed(scores, by)
    factor = 1.0 if by is None else (len(sums) / (len(sums) - 1) if len(sums) > 1 else math.nan)
    inverse = np.linalg.inv(information)
    covariance: Floats = inverse @ (factor * (sums.T @ sums)) @ inverse
    return covariance


def _log_likelihood(y: Floats, z: Floats, w: Floats) -> Floats:
    terms: Floats = w * (y * z - np.logaddexp(0.0, z))
    return terms
