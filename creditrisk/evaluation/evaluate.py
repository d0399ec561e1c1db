"""How good a model is on loans with known outcomes: every figure with its interval, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.calibration import bce, bce_skill, brier, calibration_line, observed_over_expected
from creditrisk.metrics.confusion import Confusion, confusion
from creditrisk.metrics.discrimination import auc, gini, ks, ks_at
from creditrisk.metrics.ece import CalibrationError, expected_calibration_error
from creditrisk.metrics.estimate import Estimate, jeffreys
from creditrisk.metrics.gains import GainsRow, gains_table
from creditrisk.metrics.precision import average_precision
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class Yardsticks:
    """What was fixed on the training loans, and what figures on other loans are measured against.

    `base_rate` is the default rate of the training loans (the model that knows nothing), `ks_cutoff` the PD at which
    KS was reached on out-of-fold PDs, `cutoff` the PD from which loans count as refused in the confusion table.
    """

    base_rate: float
    ks_cutoff: float
    cutoff: float


@dataclass(frozen=True, eq=False)
class Judged:
    """Outcomes, PDs and loan weights of the loans that a model is judged on, arrays of shape (n_rows,).

    `weight_kind` is empty where every loan counts once. Loans with frequencies are repeated, so that intervals know
    how many there are.
    """

    y_true: Outcomes
    pd: Floats
    weight: Floats | None = None
    weight_kind: str = ""

    @property
    def expanded(self) -> Judged:
        """The same loans, each as often as its frequency says."""
        if self.weight is None or self.weight_kind != "frequency":
            return self
        often = self.weight.astype(np.intp)
        return Judged(np.repeat(self.y_true, often), np.repeat(self.pd, often), None, self.weight_kind)


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model on one set of loans; docs/figures.md says what each means."""

    loans: int
    defaults: int
    weights: str
    default_rate: Estimate
    mean_pd: float
    auc: Estimate
    gini: Estimate
    ks: float
    ks_at_cutoff: Estimate
    ks_cutoff: float
    pr_auc: Estimate
    bce: Estimate
    bce_skill: Estimate
    brier: Estimate
    observed_over_expected: Estimate
    calibration_in_the_large: Estimate
    calibration_intercept: Estimate
    calibration_slope: Estimate
    ece: CalibrationError
    confusion: Confusion
    gains: tuple[GainsRow, ...]


def evaluate(judged: Judged, yardsticks: Yardsticks) -> Evaluation:
    """Return all figures of PDs between 0 and 1, of loans that the model was not fitted on.

    `loans` and `defaults` count rows of the file (with frequencies: the loans that they stand for); every other figure
    is weighted.

    Raises
    ------
    ValueError
        When a class is empty.
    """
    loans = judged.expanded
    y, pd, weight = loans.y_true, loans.pd, loans.weight
    area = auc(y, pd, weight)
    line = calibration_line(y, pd, weight)
    return Evaluation(
        loans=len(y),
        defaults=int(np.sum(y == 1)),
        weights=judged.weight_kind,
        default_rate=_default_rate(y, weight),
        mean_pd=float(np.average(pd, weights=weight)),
        auc=area,
        gini=gini(area),
        ks=ks(y, pd, weight)[0],
        ks_at_cutoff=ks_at(y, pd, yardsticks.ks_cutoff, weight),
        ks_cutoff=yardsticks.ks_cutoff,
        pr_auc=average_precision(y, pd, weight),
        bce=bce(y, pd, weight),
        bce_skill=bce_skill(y, pd, yardsticks.base_rate, weight),
        brier=brier(y, pd, weight),
        observed_over_expected=observed_over_expected(y, pd, weight),
        calibration_in_the_large=line.in_the_large,
        calibration_intercept=line.intercept,
        calibration_slope=line.slope,
        ece=expected_calibration_error(y, pd, weight),
        confusion=confusion(y, pd, yardsticks.cutoff, weight),
        gains=gains_table(y, pd, weight),
    )


def _default_rate(y_true: Outcomes, weight: Floats | None) -> Estimate:
    """Return the share of defaults with Jeffreys' interval, at Kish's effective number of loans."""
    if weight is None:
        return jeffreys(int(np.sum(y_true == 1)), len(y_true))
    return weighted_rate(y_true, weight)
