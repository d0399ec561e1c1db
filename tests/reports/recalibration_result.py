"""Two recalibrations made by hand: one by outcomes, one to a rate."""

from __future__ import annotations

from dataclasses import replace

from report_results import estimate

from creditrisk.data.schema import Target
from creditrisk.evaluation.recalibration import GradeChange, LevelFigures, Outcome, Recalibration
from creditrisk.metrics.calibration_test import LikelihoodRatio
from creditrisk.metrics.spiegelhalter import Spiegelhalter
from creditrisk.models.calibration import Calibration

BEFORE = LevelFigures(
    mean_pd=0.09,
    bce=estimate(0.3659, 0.01),
    observed_over_expected=estimate(1.943, 0.06),
    calibration_in_the_large=estimate(1.086, 0.045),
    calibration_slope=estimate(1.041, 0.034),
    calibration_test=LikelihoodRatio(1889.9, 2, 0.0),
    spiegelhalter=Spiegelhalter(25.0, 0.0),
)
AFTER = replace(
    BEFORE, mean_pd=0.175, bce=estimate(0.316, 0.01), observed_over_expected=estimate(1.0, 0.03),
    calibration_in_the_large=estimate(0.0, 0.045), calibration_slope=estimate(0.999, 0.03),
    calibration_test=LikelihoodRatio(0.01, 2, 0.995), spiegelhalter=Spiegelhalter(0.7, 0.457),
)  # fmt: skip
STEP = {
    "created": "2026-03-01T10:00:00+00:00", "parent": "a" * 64, "method": "intercept", "intercept": 1.0862,
    "slope": 1.0, "knots": 0, "loans": 18907, "rate": 0.175, "data": [{"file": "new.csv", "sha256": "b" * 64}],
}  # fmt: skip
BY_OUTCOMES = Recalibration(
    model="model.crm",
    parent="a" * 64,
    output="newer.crm",
    sha256="c" * 64,
    kind="lightgbm",
    target=Target("y\x1b", ("1",), ("0",)),
    file="new.csv",
    data=({"file": "new.csv", "sha256": "b" * 64},),
    rows=19000,
    set_aside=93,
    rejected=2,
    loans=18907,
    weights="",
    asked="auto",
    method="intercept",
    to_rate=0.0,
    rate=0.175,
    correction=Calibration("intercept", 1.0862),
    calibration=Calibration("recalibrated", 1.3, 0.9),
    mean_pd_before=0.09,
    mean_pd_after=0.175,
    outcome=Outcome(
        defaults=3312,
        needed=True,
        tested="line",
        shift=LikelihoodRatio(1884.2, 1, 0.0),
        line=LikelihoodRatio(1889.96, 2, 0.0),
        curve=LikelihoodRatio(float("nan"), 3, float("nan")),
        slope=LikelihoodRatio(1.77, 1, 0.183),
        bend=LikelihoodRatio(float("nan"), 1, float("nan")),
        before=BEFORE,
        after=AFTER,
        bce_difference=estimate(-0.0499, 0.005),
        auc=estimate(0.8683, 0.007),
        auc_after=0.8683,
        folds=5,
    ),
    grades=(GradeChange("A", 0.01, 0.012, 0.6, 0.2), GradeChange("B", 0.2, 0.23, 0.4, 0.8)),
    decision_cutoff=0.2,
    refused_before=0.1,
    refused_after=0.3,
    lineage=(STEP, STEP),
    remarks=("A remark of \x1b[2J.",),
)
TO_RATE = replace(
    BY_OUTCOMES, outcome=None, to_rate=0.031, rate=0.031, mean_pd_after=0.031, decision_cutoff=0.0, remarks=(),
    lineage=({**STEP, "to_rate": 0.031, "rate": 0.031},), weights="sampling", set_aside=0, rejected=0,
)  # fmt: skip
