"""Whether the PDs are right: BCE, Brier score, observed over expected, calibration intercept and slope."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked, checked_pd
from creditrisk.metrics.borrowers import clustered_cov, summed
from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate, wald
from creditrisk.metrics.odds import CLIP, expit, log_odds
from creditrisk.metrics.rates import weighted_mean, weighted_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEWTON_STEPS = 100


def bce_rows(y_true: Outcomes, pd: NDArray[np.floating]) -> Floats:
    """Return each loan's binary cross-entropy −[y ln pd + (1 − y) ln(1 − pd)], in nats."""
    inside = np.clip(np.asarray(pd, dtype=np.float64), CLIP, 1 - CLIP)
    return -np.where(np.asarray(y_true) == 1, np.log(inside), np.log1p(-inside))


def bce(
    y_true: Outcomes, pd: NDArray[np.floating], weight: Floats | None = None, *, by: NDArray[np.intp] | None = None
) -> Estimate:
    """Return the mean binary cross-entropy (log loss), in nats, 0 or more, with the interval of a mean.

    With `by`, a number for each loan that says whose it is, the loans' influence is summed by borrower.

    >>> round(bce(np.array([0, 1]), np.array([0.5, 0.5])).value, 6)
    0.693147
    """
    y, p, w = checked_pd(y_true, pd, weight)
    return weighted_mean(bce_rows(y, p), w, least=0.0, by=by)


def bce_skill(y_true: Outcomes, pd: NDArray[np.floating], base_rate: float, weight: Floats | None = None) -> Estimate:
    """Return 1 − BCE(pd) / BCE(base_rate): the share of the ignorance that the model removes.

    1 is perfect, 0 no better than giving every loan the default rate of the training loans, below 0 worse.
    Interval by the delta method for a ratio of two means over the same loans.
    """
    y, p, w = checked_pd(y_true, pd, weight)
    model, null = bce_rows(y, p), bce_rows(y, np.full_like(y, base_rate))
    ratio = float(np.average(model, weights=w) / np.average(null, weights=w))
    residual = weighted_mean((model - ratio * null) / np.average(null, weights=w), w)
    return wald(1 - ratio, residual.se, most=1.0)


def bce_difference(
    y_true: Outcomes, pd_a: NDArray[np.floating], pd_b: NDArray[np.floating], weight: Floats | None = None
) -> Estimate:
    """Return BCE(a) − BCE(b) on the same loans, with the interval of the mean of the paired differences."""
    y, a, w = checked_pd(y_true, pd_a, weight)
    _, b, _ = checked_pd(y_true, pd_b, weight)
    return weighted_mean(bce_rows(y, a) - bce_rows(y, b), w)


def brier(y_true: Outcomes, pd: NDArray[np.floating], weight: Floats | None = None) -> Estimate:
    """Return the Brier score, the mean of (pd − y)², from 0 to 1 (Brier 1950), with the interval of a mean."""
    y, p, w = checked_pd(y_true, pd, weight)
    return weighted_mean((p - y) ** 2, w, least=0.0)


def observed_over_expected(
    y_true: Outcomes, pd: NDArray[np.floating], weight: Floats | None = None, *, by: NDArray[np.intp] | None = None
) -> Estimate:
    """Return Σ y / Σ pd: 1 where the level is right, above 1 where the PDs are too low.

    The interval is Jeffreys' interval of the default rate over the mean PD; with loan weights at the effective
    number of loans (Σ w)² / Σ w² (Kish 1965). With `by`, a number for each loan that says whose it is, it is the
    effective number under dependence within borrowers (see `rates.weighted_rate`).
    """
    y, p, w = checked_pd(y_true, pd, weight)
    rate = weighted_rate(y, w, by=by)
    mean = float(np.average(p, weights=w))
    if mean == 0.0:
        return NO_ESTIMATE
    return Estimate(rate.value / mean, rate.low / mean, rate.high / mean, rate.se / mean)


@dataclass(frozen=True)
class CalibrationLine:
    """Cox's recalibration: how the log-odds would have to be moved to be right."""

    in_the_large: Estimate
    intercept: Estimate
    slope: Estimate


def fit_intercept(
    y_true: Outcomes, z: NDArray[np.floating], weight: Floats | None = None, *, by: NDArray[np.intp] | None = None
) -> tuple[float, float]:
    """Return the shift a (and its standard error) for which the mean of expit(z + a) is the default rate.

    It is the maximum-likelihood intercept of a logistic regression with offset z, found by Newton's method. With loan
    weights the standard error is the sandwich's (Huber 1967; White 1982, doi:10.2307/1912526), which does not take the
    sum of the weights for a number of loans. With `by`, a number for each loan that says whose it is, its scores are
    summed by borrower (Liang and Zeger 1986, doi:10.1093/biomet/73.1.13), times C / (C − 1) for C borrowers.

    >>> a, se = fit_intercept(np.array([0, 0, 0, 1]), np.zeros(4))
    >>> round(a, 6)
    -1.098612
    """
    y, z, w = checked(y_true, z, weight)
    rate = float(np.average(y, weights=w))
    shift = math.log(rate / (1 - rate)) - float(np.average(z, weights=w))
    for _ in range(_NEWTON_STEPS):
        p = expit(z + shift)
        hessian = float(np.sum(w * p * (1 - p)))
        if hessian <= 0.0:
            return math.nan, math.nan
        gradient = float(np.sum(w * (y - p)))
        step = float(np.clip(gradient / hessian, -2.0, 2.0))
        shift += step
        # Where every loan is all but certain the likelihood is flat, and only the gradient tells the end.
        if abs(step) < 1e-12 * max(1.0, abs(shift)) or abs(gradient) < 1e-14 * float(w.sum()):
            spread = hessian if weight is None else float(np.sum((w * (y - p)) ** 2))
            if by is not None:
                spread = clustered_cov(w * (y - p), w * (y - p), by)
            return shift, math.sqrt(spread) / hessian
    return math.nan, math.nan


def calibration_line(
    y_true: Outcomes, pd: NDArray[np.floating], weight: Floats | None = None, *, by: NDArray[np.intp] | None = None
) -> CalibrationLine:
    """Return calibration-in-the-large, intercept and slope with Wald intervals, robust with loan weights or borrowers.

    In the large: a in logit P(y = 1) = a + logit pd; 0 is right, above 0 means that the PDs are too low.
    Slope: β in logit P(y = 1) = α + β logit pd; 1 is right, below 1 means that the PDs are too extreme, the mark of
    overfitting (Cox 1958, doi:10.1093/biomet/45.3-4.562; Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7).
    With `by`, a number for each loan that says whose it is, the intervals are those of `fit_intercept` by borrower.
    """
    y, p, w = checked_pd(y_true, pd, weight)
    z = log_odds(p)
    large = wald(*fit_intercept(y, z, weight, by=by))
    if np.ptp(z) == 0.0:
        return CalibrationLine(large, NO_ESTIMATE, NO_ESTIMATE)
    fitted = _logistic_line(y, z, w, robust=weight is not None, by=by)
    return CalibrationLine(large, *(fitted if fitted is not None else (NO_ESTIMATE, NO_ESTIMATE)))


def _logistic_line(
    y: Floats, z: Floats, w: Floats, *, robust: bool, by: NDArray[np.intp] | None = None
) -> tuple[Estimate, Estimate] | None:
    """Maximum-likelihood intercept and slope; None where they do not exist (the classes are separated).

    Newton's method from the best constant, with steps halved until the likelihood does not fall.
    """
    design = np.column_stack([np.ones_like(z), z])
    rate = float(np.average(y, weights=w))
    beta = np.array([math.log(rate / (1 - rate)), 0.0])
    loss = _line_loss(design @ beta, y, w)
    for _ in range(_NEWTON_STEPS):
        p = expit(design @ beta)
        information = (design * (w * p * (1 - p))[:, None]).T @ design
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e13:
            return None
        step = np.linalg.solve(information, design.T @ (w * (y - p)))
        if np.abs(step).max() < 1e-10:
            covariance = np.linalg.inv(information)
            if robust or by is not None:  # the sandwich, see `fit_intercept`
                covariance = covariance @ _meat(design * (w * (y - p))[:, None], by) @ covariance
            se = np.sqrt(np.diag(covariance))
            return wald(float(beta[0]), float(se[0])), wald(float(beta[1]), float(se[1]))
        while _line_loss(design @ (beta + step), y, w) > loss and np.abs(step).max() > 1e-10:
            step = step / 2
        beta = beta + step
        loss = _line_loss(design @ beta, y, w)
    return None


def _meat(scores: Floats, by: NDArray[np.intp] | None) -> Floats:
    """Return Σ s sᵀ over the loans or, times C / (C − 1), over the sums of C borrowers; NaN for one borrower."""
    if by is None:
        meat: Floats = scores.T @ scores
        return meat
    sums = summed(scores, by)
    corrected: Floats = (len(sums) / (len(sums) - 1) if len(sums) > 1 else math.nan) * (sums.T @ sums)
    return corrected


def _line_loss(z: Floats, y: Floats, w: Floats) -> float:
    return float(np.sum(w * (np.logaddexp(0.0, z) - y * z)))
