"""How a model does on loans in use whose outcomes are known, and what of a change is the population's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.auc_fall import auc_fall
from creditrisk.metrics.calibration import calibration_line, observed_over_expected
from creditrisk.metrics.calibration_test import calibration_lr_test
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.evaluation.judged import Judged
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

_ALPHA = 0.05
#: Of AUC: the fall at which the power of its test is asked for.
_SEEN_FALL = 0.05


@dataclass(frozen=True)
class Performance:
    """Loans with known outcomes, against the held-out loans at development; weighted as the model says.

    Attributes
    ----------
    loans, defaults : int
    default_rate : Estimate
    mean_pd : float
    observed_over_expected : Estimate
        Above 1: PDs too low.
    calibration_slope : Estimate
        Below 1: PDs too extreme.
    calibration_p : float
        Of the test that the log-odds of the PDs need neither a shift nor a stretch.
    auc : Estimate
    expected_auc : float
        What AUC would be on these very loans if the PDs were right.
    development_auc : float
    auc_fall_p : float
        One-sided, that AUC fell since development; both AUCs err.
    development_default_rate : float
    rate_change : float
        Default rate less that of development: the sum of the next two.
    by_population : float
        What the PDs say of it: mean PD less mean PD at development. Other loans are asking.
    by_concept : float
        What they do not: the rest. The same loans default more (above 0), or less, than they did.
    """

    loans: int
    defaults: int
    default_rate: Estimate
    mean_pd: float
    observed_over_expected: Estimate
    calibration_slope: Estimate
    calibration_p: float
    auc: Estimate
    expected_auc: float
    development_auc: float
    auc_fall_p: float
    development_default_rate: float
    rate_change: float
    by_population: float
    by_concept: float


def performance(judged: Judged, development_auc: Estimate | None, held_out: Mapping[str, Any]) -> Performance:
    """Return how a model does on loans with known outcomes, both of which occur.

    Parameters
    ----------
    judged : Judged
    development_auc : Estimate or None
        AUC of the held-out loans at development, with its standard error.
    held_out : mapping
        The figures of these loans as the model's file keeps them.
    """
    loans = judged.expanded
    y, pd, weight, by = loans.y_true, loans.pd, loans.weight, loans.by
    area, line = auc(y, pd, weight, by=by), calibration_line(y, pd, weight, by=by)
    rate = weighted_rate(y, np.ones(len(y)) if weight is None else weight, by=by)
    mean = float(np.average(pd, weights=weight))
    then_rate, then_mean = _central(held_out.get("default_rate")), _central(held_out.get("mean_pd"))
    fall = math.nan if development_auc is None else auc_fall(area, development_auc, _ALPHA, _SEEN_FALL).p_value
    return Performance(
        loans=len(y),
        defaults=int(np.sum(y == 1)),
        default_rate=rate,
        mean_pd=mean,
        observed_over_expected=observed_over_expected(y, pd, weight, by=by),
        calibration_slope=line.slope,
        calibration_p=calibration_lr_test(y, pd, weight).p_value,
        auc=area,
        expected_auc=expected_auc(pd, weight),
        development_auc=math.nan if development_auc is None else development_auc.value,
        auc_fall_p=fall,
        development_default_rate=then_rate,
        rate_change=rate.value - then_rate,
        by_population=mean - then_mean,
        by_concept=(rate.value - mean) - (then_rate - then_mean),
    )


def expected_auc(pd: Floats, weight: Floats | None = None) -> float:
    """Return the AUC that PDs would have on their own loans if they were right.

    Each loan counts as a default with its PD and as repaid with the rest: Σᵢⱼ pᵢ (1 − pⱼ) [pᵢ > pⱼ] over
    Σᵢ pᵢ Σⱼ (1 − pⱼ), ties by half. It falls where loans become more alike, though the model is as good as it was (the
    model-based concordance of van Klaveren et al. 2019, doi:10.1186/s41512-019-0055-8).

    Parameters
    ----------
    pd, weight : arrays of shape (n_rows,)
        PDs between 0 and 1, loan weights (positive; 1 where None).

    Examples
    --------
    >>> round(expected_auc(np.array([0.1, 0.9])), 3), expected_auc(np.array([0.3, 0.3]))
    (0.9, 0.5)
    """
    w = np.ones(len(pd)) if weight is None else weight
    values, place = np.unique(pd, return_inverse=True)
    bad = np.bincount(place, w * pd, len(values))
    good = np.bincount(place, w * (1 - pd), len(values))
    below = np.cumsum(good) - good / 2
    total = bad.sum() * good.sum()
    return float(np.sum(bad * below) / total) if total > 0 else math.nan


def _central(figure: Any) -> float:
    """Return a figure that a model's file keeps, with or without its interval; NaN where it keeps none."""
    value = figure.get("value") if isinstance(figure, dict) else figure
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
