"""Recalibrate: what is fitted to new outcomes, and the whole model that comes of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import DataError
from creditrisk.features.score_profile import operating_cutoff, score_profile
from creditrisk.metrics.calibration import fit_intercept
from creditrisk.metrics.isotonic import isotonic_log_odds
from creditrisk.metrics.nested_lines import nested_lines
from creditrisk.metrics.odds import expit, log_odds
from creditrisk.models.calibrating import FEWEST_FOR_STEPS
from creditrisk.models.calibration import Calibration
from creditrisk.models.composing import composed
from creditrisk.models.fields import LARGEST
from creditrisk.models.master_scale import grade_pds
from creditrisk.models.training import with_golden_log_odds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.nested_lines import NestedLines
    from creditrisk.models.trained_model import TrainedModel

#: A correction is asked for where chance alone would show so much in fewer than 1 of 20 samples.
ALPHA = 0.05
#: Figures of the held-out loans that hang on the order of the PDs alone, which no recalibration changes.
_OF_THE_ORDER = (
    "loans", "defaults", "weights", "default_rate", "auc", "gini", "ks", "ks_at_cutoff", "h_measure", "pr_auc",
    "pr_gain",
)  # fmt: skip


def simplest_line(tests: NestedLines) -> str:
    """Return `slope` where a line is better than nothing and than a shift at 5 %, and rises; else `intercept`."""
    asked_for = tests.line.p_value < ALPHA and tests.slope.p_value < ALPHA
    return "slope" if asked_for and tests.fitted_line[1] > 0 else "intercept"


def wants_curve(tests: NestedLines, defaults: int, *, bends: bool) -> bool:
    """Whether a curve is worth a try: a line leaves a bend at 5 %, there are 1,000 defaults, and the model may bend."""
    return bends and defaults >= FEWEST_FOR_STEPS and tests.bend.p_value < ALPHA


def fit_correction(method: str, y_true: NDArray[np.int8], z: Floats, weight: Floats | None) -> Calibration:
    """Return the correction of one kind that fits these outcomes best.

    Parameters
    ----------
    method : str
        `intercept`, `slope` (Platt 1999: a logistic regression on z) or `isotonic` (`metrics.isotonic`).
    y_true, z, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), the model's log-odds, loan weights.

    Raises
    ------
    DataError
        When the outcomes do not determine a rising line or a shift.
    """
    if method == "isotonic":
        curve = isotonic_log_odds(y_true, z, weight)
        return Calibration(method, knots=curve.knots, values=curve.values)
    if method == "intercept":
        shift = fit_intercept(y_true, z, weight)[0]
        if math.isnan(shift):
            raise DataError(
                "The PDs are so near to 0 and 1 that no shift fits these outcomes.",
                fix="Look at the model first: `creditrisk evaluate` shows where it is wrong.",
            )
        return Calibration(method, shift)
    intercept, slope = nested_lines(y_true, z, weight).fitted_line
    if not slope > 0:  # NaN where there is no line
        raise DataError(
            "No rising line fits these outcomes: the PDs do not rise with the risk, or separate it perfectly.",
            fix="Use --method intercept, and look at the model first: `creditrisk evaluate` shows how it ranks.",
        )
    return Calibration(method, intercept, slope)


def check_method(method: str, defaults: int, *, bends: bool) -> None:
    """Refuse a curve where there are too few defaults for it, or points that it would bend.

    Raises
    ------
    DataError
    """
    if method == "isotonic" and not bends:
        raise DataError(
            "An isotonic recalibration would bend the points of a scorecard, which then add up no more.",
            fix="Use --method intercept or slope.",
        )
    if method == "isotonic" and defaults < FEWEST_FOR_STEPS:
        raise DataError(
            f"An isotonic recalibration needs {FEWEST_FOR_STEPS:,} defaults; there are {defaults:,}.",
            fix="Use --method slope.",
        )


def cross_fitted(
    method: str, y_true: NDArray[np.int8], z: Floats, weight: Floats | None, folds: Sequence[Fold]
) -> Floats:
    """Return log-odds of which each fold's are corrected by what the other folds ask for, shape (n_rows,).

    Every loan must be judged by a fold.
    """
    corrected = np.empty_like(z)
    for fold in folds:
        others = None if weight is None else weight[fold.fit]
        corrected[fold.judge] = fit_correction(method, y_true[fold.fit], z[fold.fit], others).apply(z[fold.judge])
    return corrected


def recalibrated(
    model: TrainedModel,
    correction: Calibration,
    z: Floats,
    weight: Floats | None,
    notes: Mapping[str, Any],
    figures: Mapping[str, Any],
) -> TrainedModel:
    """Return the model with a correction behind its calibration, and everything that hangs on its PDs made anew.

    Kept are the learner, the bounds of the grades, the points of the scale and the cut-off of decisions, which is a PD
    and stays one. Anew are the PDs of the grades, the spread of the PDs (that of the loans of the recalibration), the
    cut-off of KS (the same loans are on its sides), the rate of a model that knows nothing, the golden rows' log-odds;
    and of the figures of the held-out loans those of the level are left out.

    Parameters
    ----------
    model : TrainedModel
    correction : Calibration
        What is done to the model's log-odds.
    z, weight : arrays of shape (n_rows,)
        The log-odds that the model gave the loans of the recalibration, and their weights.
    notes : mapping
        What the new file says of this recalibration; its `rate` is the level that the model has now.
    figures : mapping
        The figures of this recalibration.
    """
    before = model.training.get("recalibrations", [])
    held_out = model.figures.get("held_out")
    kept = {"held_out": {name: held_out[name] for name in _OF_THE_ORDER if name in held_out}} if held_out else {}
    pd = expit(correction.apply(z))
    pds = grade_pds(pd, model.scale.grades, _floor(model.training), weight)
    ks_cutoff = float(expit(correction.apply(log_odds(np.array([model.ks_cutoff]))))[0])
    new = replace(
        model,
        scores=score_profile(pd, operating_cutoff(model.decision_cutoff, ks_cutoff)),
        calibration=_kept(composed(model.calibration, correction)),
        scale=replace(model.scale, pds=pds),
        base_rate=float(notes["rate"]),
        ks_cutoff=ks_cutoff,
        training={**model.training, "recalibrations": [*before, dict(notes)]},
        figures={**kept, "recalibration": dict(figures)},
    )
    return with_golden_log_odds(new)


def _kept(calibration: Calibration) -> Calibration:
    """Return a calibration that a model file can hold.

    Raises
    ------
    DataError
    """
    numbers = (calibration.intercept, calibration.slope, *calibration.knots, *calibration.values)
    if max(map(abs, numbers)) > LARGEST or not calibration.slope > 0:
        raise DataError(
            "The correction, behind the calibration that the model has, is too steep to be kept.",
            fix="Use --method intercept, and look at the model first: its PDs hardly differ.",
        )
    return calibration


def _floor(training: Mapping[str, Any]) -> float:
    """Return the least PD of a grade that the training was asked for; 0 where the file does not say."""
    floor = training.get("settings", {}).get("pd_floor", 0.0)
    known = isinstance(floor, (int, float)) and not isinstance(floor, bool) and 0.0 <= floor <= 1.0
    return float(floor) if known else 0.0
