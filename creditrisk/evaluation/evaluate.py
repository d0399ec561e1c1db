"""How good a model is on loans with known outcomes: every figure with its interval, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.calibration import bce, bce_skill, brier, calibration_line, observed_over_expected
from creditrisk.metrics.discrimination import auc, gini, ks, ks_at
from creditrisk.metrics.estimate import Estimate, jeffreys
from creditrisk.metrics.gains import GainsRow, gains_table

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class Yardsticks:
    """What was fixed on the training loans, and what figures on other loans are measured against.

    `base_rate` is the default rate of the training loans (the model that knows nothing), `ks_cutoff` the PD at which
    KS was reached on out-of-fold PDs.
    """

    base_rate: float
    ks_cutoff: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model on one set of loans; docs/figures.md says what each means."""

    loans: int
    defaults: int
    default_rate: Estimate
    mean_pd: float
    auc: Estimate
    gini: Estimate
    ks: float
    ks_at_cutoff: Estimate
    ks_cutoff: float
    bce: Estimate
    bce_skill: Estimate
    brier: Estimate
    observed_over_expected: Estimate
    calibration_in_the_large: Estimate
    calibration_intercept: Estimate
    calibration_slope: Estimate
    gains: tuple[GainsRow, ...]


def evaluate(y_true: Outcomes, pd: Floats, yardsticks: Yardsticks) -> Evaluation:
    """Return all figures.

    Parameters
    ----------
    y_true, pd : arrays of shape (n_rows,)
        Outcomes (1 = default) and PDs between 0 and 1 of loans that the model was not fitted on.

    Raises
    ------
    ValueError
        When a class is empty.
    """
    area = auc(y_true, pd)
    line = calibration_line(y_true, pd)
    defaults = int(np.sum(y_true == 1))
    return Evaluation(
        loans=len(y_true),
        defaults=defaults,
        default_rate=jeffreys(defaults, len(y_true)),
        mean_pd=float(np.mean(pd)),
        auc=area,
        gini=gini(area),
        ks=ks(y_true, pd)[0],
        ks_at_cutoff=ks_at(y_true, pd, yardsticks.ks_cutoff),
        ks_cutoff=yardsticks.ks_cutoff,
        bce=bce(y_true, pd),
        bce_skill=bce_skill(y_true, pd, yardsticks.base_rate),
        brier=brier(y_true, pd),
        observed_over_expected=observed_over_expected(y_true, pd),
        calibration_in_the_large=line.in_the_large,
        calibration_intercept=line.intercept,
        calibration_slope=line.slope,
        gains=gains_table(y_true, pd),
    )
