"""Correct log-odds so that the PDs are right: a shift, a line, or steps, fitted on out-of-fold log-odds.

A calibration is plain numbers. It is judged by cross-fitting: each fold's log-odds are corrected by a calibration of
the other folds, so that its gain is no gain on loans that it has seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import DataError
from creditrisk.metrics.calibration import bce_difference, calibration_line, fit_intercept
from creditrisk.metrics.isotonic import isotonic_log_odds
from creditrisk.metrics.odds import expit
from creditrisk.models.calibration import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

#: Steps fitted on fewer defaults than these are noise.
FEWEST_FOR_STEPS = 1000


@dataclass(frozen=True)
class CalibrationEffect:
    """What a calibration changed on loans that it was not fitted on.

    `bce_difference` is calibrated less uncalibrated, paired by loan: below 0 the calibration pays. The slopes are
    those of the calibration line before and after.
    """

    bce_difference: Estimate
    slope_before: Estimate
    slope_after: Estimate


def fit_calibration(asked: str, y_true: NDArray[np.int8], z: Floats, weight: Floats | None) -> Calibration:
    """Return the calibration of one kind that fits these loans best.

    Parameters
    ----------
    asked : str
        `none`, `intercept`, `platt` (Platt 1999: a logistic regression on z) or `isotonic` (Zadrozny and Elkan 2002,
        doi:10.1145/775047.775151).
    y_true, z, weight : arrays of shape (n_rows,)
        Outcomes, out-of-fold log-odds, loan weights.

    Raises
    ------
    DataError
        When there are too few defaults for steps, or the outcomes do not determine a rising line.
    """
    if asked == "none":
        return Calibration()
    if asked == "intercept":
        return Calibration(asked, fit_intercept(y_true, z, weight)[0])
    if asked == "platt":
        line = calibration_line(y_true, expit(z), weight)
        if math.isnan(line.slope.value):
            raise DataError(
                "The log-odds separate the outcomes perfectly, so no line calibrates them.",
                fix="Look for columns that are known only after the outcome.",
            )
        if not line.slope.value > 0:
            raise DataError(
                "The log-odds do not rise with the risk, so no line calibrates them.",
                fix="Use --calibration none or intercept, and look at the model first.",
            )
        return Calibration(asked, line.intercept.value, line.slope.value)
    check_calibration(asked, y_true)
    curve = isotonic_log_odds(y_true, z, weight)
    return Calibration(asked, knots=curve.knots, values=curve.values)


def check_calibration(asked: str, y_true: NDArray[np.int8]) -> None:
    """Raise `DataError` where these loans are too few for the calibration that was asked for."""
    defaults = int(np.sum(y_true == 1))
    if asked == "isotonic" and defaults < FEWEST_FOR_STEPS:
        raise DataError(
            f"Isotonic calibration needs {FEWEST_FOR_STEPS:,} defaults among the loans that cross-validation judges; "
            f"there are {defaults:,}.",
            fix="Use --calibration platt.",
        )  # fmt: skip


def judge_calibration(
    asked: str, y_true: NDArray[np.int8], z: Floats, fold: NDArray[np.intp], weight: Floats | None
) -> CalibrationEffect | None:
    """Correct each fold by a calibration of the others; None where there is nothing to judge or one fold only."""
    folds = np.unique(fold)
    if asked == "none" or len(folds) < 2:
        return None
    corrected = np.empty_like(z)
    for number in folds:
        judged = fold == number
        others = None if weight is None else weight[~judged]
        corrected[judged] = _fit_anyway(asked, y_true[~judged], z[~judged], others).apply(z[judged])
    before, after = expit(z), expit(corrected)
    return CalibrationEffect(
        bce_difference=bce_difference(y_true, after, before, weight),
        slope_before=calibration_line(y_true, before, weight).slope,
        slope_after=calibration_line(y_true, after, weight).slope,
    )


def _fit_anyway(asked: str, y_true: NDArray[np.int8], z: Floats, weight: Floats | None) -> Calibration:
    """Fit although the other folds alone have a few defaults less than are asked of all."""
    if asked == "isotonic":
        curve = isotonic_log_odds(y_true, z, weight)
        return Calibration(asked, knots=curve.knots, values=curve.values)
    return fit_calibration(asked, y_true, z, weight)
