"""What a recalibration changed: figures of the level before and after, grades and decisions, and what to watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.calibration import bce, bce_rows, calibration_line, observed_over_expected
from creditrisk.metrics.calibration_test import LikelihoodRatio, calibration_lr_test
from creditrisk.metrics.odds import expit
from creditrisk.metrics.rates import weighted_mean
from creditrisk.metrics.spiegelhalter import Spiegelhalter, spiegelhalter
from creditrisk.models.recalibrating import ALPHA
from creditrisk.models.scale import grade_index, grade_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.data.schema import Target
    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.models.calibration import Calibration
    from creditrisk.models.trained_model import TrainedModel

#: With fewer defaults every figure is wide.
_FEW_DEFAULTS = 60
#: A rate that moves the mean PD by more than this factor is likelier a slip of the pen than a change of the times.
_TOO_FAR = 5.0


@dataclass(frozen=True)
class LevelFigures:
    """Whether PDs are right on average and in their spread; intervals are by borrower where borrowers are known.

    The two tests take loans as independent.
    """

    mean_pd: float
    bce: Estimate
    observed_over_expected: Estimate
    calibration_in_the_large: Estimate
    calibration_slope: Estimate
    calibration_test: LikelihoodRatio
    spiegelhalter: Spiegelhalter


@dataclass(frozen=True)
class Outcome:
    """What new outcomes said of a model.

    Attributes
    ----------
    defaults : int
    needed : bool
        Whether the test of no correction says at 5 % that one is asked for.
    tested : str
        Which test that is: `shift`, `line` or `curve` against none.
    shift, line, curve, slope, bend : LikelihoodRatio
        The tests, see `metrics.nested_lines`.
    before : LevelFigures
        Of the model as it was.
    after : LevelFigures
        Of the model with the correction, each fold's fitted on the others.
    bce_difference : Estimate
        After less before, paired by loan: below 0 the correction pays.
    auc : Estimate
        Of the model as it was.
    auc_after : float
        Of the new model.
    folds : int
    """

    defaults: int
    needed: bool
    tested: str
    shift: LikelihoodRatio
    line: LikelihoodRatio
    curve: LikelihoodRatio
    slope: LikelihoodRatio
    bend: LikelihoodRatio
    before: LevelFigures
    after: LevelFigures
    bce_difference: Estimate
    auc: Estimate
    auc_after: float
    folds: int


@dataclass(frozen=True)
class GradeChange:
    """One grade before and after: its PD, and which share of the loans of the recalibration is in it."""

    grade: str
    pd_before: float
    pd_after: float
    share_before: float
    share_after: float


@dataclass(frozen=True)
class Recalibration:
    """The result of `recalibrate`.

    `output` and `sha256` are empty where no file was written; `asked` is the method that was asked for, `method` the
    one that was used. `correction` is what was added, `calibration` the whole of it in the new model. `to_rate` is 0,
    and `outcome` there, where outcomes were looked at. `rate` is the level that the PDs have now. `refused_before` and
    `refused_after` are the shares of the loans from the decision's cut-off on, where the model keeps one. `lineage` are
    all recalibrations of the new model, the newest last.
    """

    model: str
    parent: str
    output: str
    sha256: str
    kind: str
    target: Target
    file: str
    data: tuple[Mapping[str, str], ...]
    rows: int
    set_aside: int
    rejected: int
    loans: int
    weights: str
    asked: str
    method: str
    to_rate: float
    rate: float
    correction: Calibration
    calibration: Calibration
    mean_pd_before: float
    mean_pd_after: float
    outcome: Outcome | None
    grades: tuple[GradeChange, ...]
    decision_cutoff: float
    refused_before: float
    refused_after: float
    lineage: tuple[Mapping[str, Any], ...]
    remarks: tuple[str, ...]


def level_figures(
    y_true: Outcomes, z: Floats, weight: Floats | None, by: NDArray[np.intp] | None = None
) -> LevelFigures:
    """Return the figures of the level of log-odds z, all arrays of shape (n_rows,).

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`.
    """
    pd = expit(z)
    line = calibration_line(y_true, pd, weight, by=by)
    return LevelFigures(
        mean_pd=float(np.average(pd, weights=weight)),
        bce=bce(y_true, pd, weight, by=by),
        observed_over_expected=observed_over_expected(y_true, pd, weight, by=by),
        calibration_in_the_large=line.in_the_large,
        calibration_slope=line.slope,
        calibration_test=calibration_lr_test(y_true, pd, weight),
        spiegelhalter=spiegelhalter(y_true, pd, weight),
    )


def bce_change(
    y_true: Outcomes, before: Floats, after: Floats, weight: Floats | None, by: NDArray[np.intp] | None = None
) -> Estimate:
    """Return the BCE of log-odds `after` less that of `before`, paired by loan; below 0 the change pays."""
    difference = bce_rows(y_true, expit(after)) - bce_rows(y_true, expit(before))
    return weighted_mean(difference, np.ones_like(difference) if weight is None else weight, by=by)


def grade_changes(
    old: TrainedModel, new: TrainedModel, before: Floats, after: Floats, weight: Floats | None
) -> tuple[GradeChange, ...]:
    """Return every grade before and after; `before` and `after` are PDs of the same loans, shape (n_rows,)."""
    names = grade_names(old.scale)
    shares = []
    for pd in (before, after):
        counts = np.bincount(grade_index(pd, old.scale), weight, minlength=len(names))
        shares.append((counts / counts.sum()).tolist())
    rows = zip(names, old.scale.pds, new.scale.pds, *shares, strict=True)
    return tuple(GradeChange(*row) for row in rows)


def refused_share(pd: Floats, cutoff: float, weight: Floats | None) -> float:
    """Return the share of the loans whose PD is the cut-off or more; 0 where no cut-off is kept."""
    return float(np.average(pd >= cutoff, weights=weight)) if cutoff else 0.0


def outcome_remarks(outcome: Outcome, method: str, *, asked: str, curve_tried: bool, grouped: bool) -> tuple[str, ...]:
    """Return what to watch where outcomes were looked at, the gravest first."""
    found = []
    if not outcome.needed:
        found.append(
            "No correction was needed: chance alone would show as much in more than 1 of 20 samples of right PDs. The "
            "old model may stay."
        )
    if outcome.bce_difference.low > 0:
        found.append("On loans that the correction was not fitted on the PDs are worse for it: keep the old model.")
    if outcome.bend.p_value < ALPHA and method != "isotonic":
        tried = (
            "a curve did not pay on the folds"
            if asked == "auto" and curve_tried
            else ("with 1,000 defaults, and where the model is no scorecard, --method isotonic follows a curve")
        )
        found.append(f"A line may not be all that is wrong (the test of a bend says so): {tried}.")
    if asked == "intercept" and outcome.slope.p_value < ALPHA:
        found.append("A shift is not all that is wrong (the test of the slope says so): try --method slope.")
    if outcome.defaults < _FEW_DEFAULTS:
        found.append(f"{outcome.defaults:,} defaults are few: the correction may be off by as much as its intervals.")
    if abs(outcome.auc_after - outcome.auc.value) > 1e-9:
        found.append("The order of the loans has changed: the curve ties loans that the old model told apart.")
    if grouped:
        found.append("The tests of the PDs before and after take loans as independent, and some are of one borrower; "
                     "the intervals, and the tests of what is needed, do not.")  # fmt: skip
    return tuple(found)


def rate_remarks(before: float, after: float) -> tuple[str, ...]:
    """Return what to watch where the PDs were shifted to a rate."""
    factor = max(after / before, before / after)
    if factor <= _TOO_FAR:
        return ()
    return (f"The mean PD is moved by a factor of {factor:.1f}: look whether the rate is what was meant.",)
