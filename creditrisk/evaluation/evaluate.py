"""How good a model is on loans with known outcomes: every figure with its interval, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.evaluation.curves import Curves, curves
from creditrisk.evaluation.parts import amounts_of, fairness_of, money_of, segments_of, validation_of, vintages_of
from creditrisk.judging import JudgeSpec
from creditrisk.metrics.bootstrap import bootstrap_figures
from creditrisk.metrics.calibration import calibration_line
from creditrisk.metrics.calibration_test import LikelihoodRatio, calibration_lr_test
from creditrisk.metrics.confusion import Confusion, confusion
from creditrisk.metrics.corp import Corp, corp
from creditrisk.metrics.discrimination import auc, gini, ks_at
from creditrisk.metrics.ece import CalibrationError, expected_calibration_error
from creditrisk.metrics.estimate import Estimate, jeffreys
from creditrisk.metrics.gains import GainsRow, gains_table
from creditrisk.metrics.odds import log_odds
from creditrisk.metrics.rates import weighted_rate
from creditrisk.metrics.resampling import Resampling
from creditrisk.models.scale import scores

if TYPE_CHECKING:
    from creditrisk.evaluation.judged import Judged, Yardsticks
    from creditrisk.evaluation.money import Money
    from creditrisk.evaluation.protected import Protected
    from creditrisk.evaluation.segments import Segmentation
    from creditrisk.evaluation.validation import Validation
    from creditrisk.evaluation.vintages import Vintages


@dataclass(frozen=True)
class Evaluation:
    """The figures of one model on one set of loans; docs/figures.md says what each means.

    What was not asked for, or cannot be known of these loans, is None or empty.
    """

    loans: int
    defaults: int
    weights: str
    default_rate: Estimate
    mean_pd: float
    auc: Estimate
    gini: Estimate
    ks: Estimate
    ks_at_cutoff: Estimate
    ks_cutoff: float
    h_measure: Estimate
    pr_auc: Estimate
    pr_gain: Estimate
    capture: tuple[Estimate, ...]
    lift: tuple[Estimate, ...]
    bce: Estimate
    bce_skill: Estimate
    brier: Estimate
    brier_skill: Estimate
    observed_over_expected: Estimate
    calibration_in_the_large: Estimate
    calibration_intercept: Estimate
    calibration_slope: Estimate
    calibration_test: LikelihoodRatio
    ece: CalibrationError
    corp: Corp
    confusion: Confusion
    gains: tuple[GainsRow, ...]
    validation: Validation
    vintages: Vintages | None
    segmentations: tuple[Segmentation, ...]
    protected: tuple[Protected, ...]
    money: Money | None
    curves: Curves


def evaluate(
    judged: Judged,
    yardsticks: Yardsticks,
    wishes: JudgeSpec | None = None,
    out_of_fold: Judged | None = None,
    threads: int = 1,
) -> Evaluation:
    """Return all figures of PDs between 0 and 1, of loans that the model was not fitted on.

    `loans` and `defaults` count rows of the file (with frequencies: the loans that they stand for); every other figure
    is weighted.

    Parameters
    ----------
    judged : Judged
    yardsticks : Yardsticks
    wishes : JudgeSpec, optional
        What is wanted beside the figures that every report has.
    out_of_fold : Judged, optional
        Training loans with out-of-fold PDs: the cut-off of most profit is chosen on them, and they are what the PSI of
        vintages is held against.
    threads : int
        Of the bootstrap; the figures do not depend on it.

    Raises
    ------
    ValueError
        When a class is empty.
    """
    wishes, loans = wishes or JudgeSpec(), judged.expanded
    y, pd, weight, by = loans.y_true, loans.pd, loans.weight, loans.by
    area = auc(y, pd, weight, by=by)
    line = calibration_line(y, pd, weight, by=by)
    how = Resampling(draws=wishes.draws, threads=threads, by=by)
    drawn = bootstrap_figures(y, pd, yardsticks.base_rate, weight, how)
    lr_test = calibration_lr_test(y, pd, weight)
    money = money_of(loans, wishes, yardsticks.watched, out_of_fold)
    named = {yardsticks.cutoff} if money is None else {yardsticks.cutoff, money.break_even, money.chosen_cutoff}
    points = scores(log_odds(pd), yardsticks.scale)
    return Evaluation(
        loans=len(y),
        defaults=int(np.sum(y == 1)),
        weights=judged.weight_kind,
        default_rate=_default_rate(loans),
        mean_pd=float(np.average(pd, weights=weight)),
        auc=area,
        gini=gini(area),
        ks=drawn.ks,
        ks_at_cutoff=ks_at(y, pd, yardsticks.ks_cutoff, weight, by=by),
        ks_cutoff=yardsticks.ks_cutoff,
        h_measure=drawn.h_measure,
        pr_auc=drawn.pr_auc,
        pr_gain=drawn.pr_gain,
        capture=drawn.capture,
        lift=drawn.lift,
        bce=drawn.bce,
        bce_skill=drawn.bce_skill,
        brier=drawn.brier,
        brier_skill=drawn.brier_skill,
        observed_over_expected=drawn.observed_over_expected,
        calibration_in_the_large=line.in_the_large,
        calibration_intercept=line.intercept,
        calibration_slope=line.slope,
        calibration_test=lr_test,
        ece=expected_calibration_error(y, pd, weight, by=by),
        corp=corp(y, pd, weight, by=by, threads=threads),
        confusion=confusion(y, pd, yardsticks.cutoff, weight, by=by),
        gains=gains_table(y, pd, weight, by=by),
        validation=validation_of(loans, yardsticks, wishes.rho, area, lr_test),
        vintages=vintages_of(loans, yardsticks.window, out_of_fold),
        segmentations=segments_of(loans, wishes.by),
        protected=fairness_of(loans, wishes.protected, yardsticks.cutoff),
        money=money,
        curves=curves(y, pd, points, weight, amounts_of(loans, wishes), sorted(named)),
    )


def _default_rate(loans: Judged) -> Estimate:
    """Return the share of defaults with Jeffreys' interval, at the effective number of loans."""
    y = loans.y_true
    if loans.weight is None and loans.by is None:
        return jeffreys(int(np.sum(y == 1)), len(y))
    weight = np.ones(len(y)) if loans.weight is None else loans.weight
    return weighted_rate(y, weight, by=loans.by)
