"""Results made by hand, with everything that a report may have to show."""

from __future__ import annotations

import math
from dataclasses import replace

from creditrisk.data.schema import Column, Dropped, Roles, Target
from creditrisk.evaluation.curves import Curves, CutoffPoint, HistogramBin
from creditrisk.evaluation.effects import Effect, EffectPoint
from creditrisk.evaluation.evaluate import Evaluation
from creditrisk.evaluation.gates import GateResult
from creditrisk.evaluation.leaderboard import LeaderboardRow, RacedRow
from creditrisk.evaluation.results import DataFacts, Judgement, ModelFacts, Training
from creditrisk.evaluation.reweighting import ReweightingEffect, Variant
from creditrisk.evaluation.scored import Sample, Scoring
from creditrisk.evaluation.validation import Check, Validation
from creditrisk.metrics.calibration_test import LikelihoodRatio
from creditrisk.metrics.confusion import Confusion
from creditrisk.metrics.corp import BandPoint, Corp, Decomposition, Reliability, ReliabilityStep
from creditrisk.metrics.ece import CalibrationError
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.gains import GainsRow
from creditrisk.metrics.grade_order import Concentration, Neighbours
from creditrisk.metrics.grade_tests import GradeRow
from creditrisk.models.calibrating import CalibrationEffect
from creditrisk.models.calibration import Calibration


def estimate(value: float, half: float) -> Estimate:
    """Return a figure with a symmetric interval."""
    return Estimate(value, value - half, value + half, half / 1.96)


GAINS = (
    GainsRow(1, 1000, 400, estimate(0.4, 0.03), 0.41, 0.3, 0.9, 0.8, 0.3, 1.6, 1.6),
    GainsRow(2, 1000, 100, estimate(0.1, 0.02), 0.09, 0.001, 0.3, 1.0, 1.0, 0.4, 1.0),
)
CORP = Corp(
    bce=Decomposition(0.4321, 0.0031, 0.1333, 0.5623, 0.0021, 0.0042, 0.21),
    brier=Decomposition(0.1432, 0.0011, 0.0454, 0.1875, 0.0008, 0.0016, 0.0004),
    reliability=Reliability((ReliabilityStep(0.001, 0.3, 0.1, 0.12, 1200),), (BandPoint(0.1, 0.08, 0.13),)),
)


def grade_row(grade: str, loans: int, defaults: int, pd: float, p: float, verdict: str) -> GradeRow:
    """Return a grade's row of tests."""
    return GradeRow(
        grade, loans, defaults, loans / 2000, pd, pd, estimate(defaults / loans, 0.02), p, 1 - p, p, 1 - p, 2 * p, 1.0,
        math.nan, math.nan, 0.048, 0.61, verdict,
    )  # fmt: skip


VALIDATION = Validation(
    alpha=0.05,
    rho=0.0,
    grades=(grade_row("A", 1200, 60, 0.04, 0.012, "red"), grade_row("B", 800, 440, 0.56, 0.4, "green")),
    portfolio=grade_row("all loans", 2000, 500, 0.25, 0.45, "green"),
    neighbours=(Neighbours("A", "B", 0.5, 12.3, 0.0, 1.0, 1.0, monotone=True),),
    concentration=Concentration(2, 0.52, 0.04),
    checks=(
        Check("grades: PD too low (Holm)", 1.0, 0.024, 0.049, 0.61, "red", "The PD of 1 of 2 grades is too low."),
        Check("Spiegelhalter's test", -0.4, 0.69, 0.05, math.nan, "information", "Nothing is shown."),
    ),
    verdict="red",
    reason="the PD of grade A is too low.",
    rule="Red where a test that can give red rejects.",
)
EVALUATION = Evaluation(
    loans=2000,
    defaults=500,
    weights="",
    default_rate=estimate(0.25, 0.02),
    mean_pd=0.25,
    auc=estimate(0.7654, 0.02),
    gini=estimate(0.5308, 0.04),
    ks=estimate(0.41234, 0.03),
    ks_at_cutoff=estimate(0.4, 0.05),
    ks_cutoff=0.2345,
    h_measure=estimate(0.2345, 0.02),
    pr_auc=estimate(0.4567, 0.03),
    pr_gain=estimate(0.6789, 0.02),
    capture=(estimate(0.15, 0.02), estimate(0.27, 0.03), estimate(0.48, 0.03)),
    lift=(estimate(3.0, 0.4), estimate(2.7, 0.3), estimate(2.4, 0.2)),
    bce=estimate(0.4321, 0.0123),
    bce_skill=estimate(0.1234, 0.02),
    brier=estimate(0.1432, 0.01),
    brier_skill=estimate(0.2363, 0.03),
    observed_over_expected=estimate(1.0, 0.07),
    calibration_in_the_large=estimate(0.001, 0.1),
    calibration_intercept=estimate(-0.02, 0.2),
    calibration_slope=Estimate(math.nan, math.nan, math.nan),
    calibration_test=LikelihoodRatio(3.21, 2, 0.2009),
    ece=CalibrationError(0.0123, 0.0101, 0.0187, 0.234),
    corp=CORP,
    confusion=Confusion(
        0.2345,
        300.0,
        400.0,
        200.0,
        1100.0,
        estimate(0.6, 0.04),
        estimate(0.4286, 0.04),
        estimate(0.7333, 0.02),
        estimate(0.7, 0.02),
        estimate(0.35, 0.02),
    ),
    gains=GAINS,
    validation=VALIDATION,
    vintages=None,
    segmentations=(),
    protected=(),
    money=None,
    curves=Curves(
        cutoffs=(
            CutoffPoint(0.01, 0.0, math.nan, 1.0, 1.0, math.nan),
            CutoffPoint(0.3, 0.6, 0.1, 0.76, 0.28, 0.11),
            CutoffPoint(1.0, 1.0, 0.25, 0.0, 0.0, 0.25),
        ),
        histogram=(HistogramBin(480, 500, 0.6, 0.2), HistogramBin(500, 520, 0.4, 0.8)),
    ),
)


def variant(name: str, bce: float) -> Variant:
    """Return a variant of the reweighting table."""
    return Variant(
        name, estimate(0.7654, 0.02), estimate(bce, 0.01), estimate(1.0, 0.07), estimate(0.98, 0.1), estimate(0.2, 0.01)
    )


TRAINING = Training(
    data=DataFacts(
        file="loans\x07.csv",
        loans=10_000,
        defaults=2_500,
        set_aside=12,
        rejected=3,
        still_watched=400,
        related=1,
        training_loans=7_600,
        held_out_loans=2_000,
        split='the newest, "issued" from 2015-01-01 on',
        target=Target("status", ("Charged Off", "Default"), ("Fully Paid",), "90 days late", "12 months"),
        roles=Roles(Column("issued", "date", "%Y-%m-%d"), "who", "w", "sampling"),
        columns={"numeric": 9, "categorical": 2, "date": 1},
        units={"term": '"36 months" is 36'},
        dropped=(Dropped("<script>", "the same value in every row"), Dropped("", "as asked with --drop")),
    ),
    model=ModelFacts(
        path="model.crm",
        sha256="0123456789abcdef" * 4,
        bytes=123_456,
        kind="lightgbm",
        chosen={"trees": 1_234},
        out_of_fold_bce=0.43334,
        class_weight="balanced",
        weight_ratio=3.0,
        restored_by=-1.1,
        calibration=Calibration("platt", 0.0123, 0.987),
        refitted_on=10_000,
        seed=7,
        decision_cutoff=0.2,
        created="2026-11-01T12:00:00+00:00",
        settings={"preset": "fast", "grades": "7", "refit": True, "time_limit": 0.0},
        versions={"creditrisk": "0.1.0"},
        data=({"file": "loans.csv", "sha256": "ab" * 32},),
    ),
    held_out=EVALUATION,
    importance={"[red]\x1b[2J": 0.5, **{f"column {i}": 0.05 for i in range(10)}},
    leaderboard=(
        LeaderboardRow("sharp+target+ratios", 0.4312, 0.7701, 12.34, 0.6543),
        LeaderboardRow("additive", 0.4456, 0.7512, 1.2, 0.0),
    ),
    raced=(RacedRow("sharp+target+ratios", 0.4333, 1.5), RacedRow("plain", 0.4401, 0.75)),
    reweighting=ReweightingEffect(
        variants=(variant("unweighted", 0.43), variant("weighted, not restored", 0.6), variant("restored", 0.4321)),
        auc_difference=estimate(-0.001, 0.002),
        bce_difference=estimate(0.0021, 0.001),
    ),
    calibration=CalibrationEffect(estimate(-0.0012, 0.0005), estimate(0.9, 0.05), estimate(0.99, 0.05)),
    effects=(Effect("<b>income", "numeric", (EffectPoint("1,000", 0.3, 0.4), EffectPoint("missing", 0.1, 0.6))),),
    gates=(
        GateResult("auc < 0.8", "auc", estimate(0.7654, 0.02), 0.8, failed=True),
        GateResult("bce > 0.5", "bce", estimate(0.4321, 0.0123), 0.5, failed=False),
    ),
    remarks=("The level is off.",),
    seconds={"reading": 1.0, "fitting": 2.0, "all": 3.25},
)
JUDGEMENT = Judgement(
    model="model.crm",
    sha256="cd" * 32,
    made="2026-11-01T12:00:00+00:00 from loans.csv",
    target=Target("status", ("1",), ("0",)),
    decision_cutoff=0.0,
    file="new.csv",
    data=({"file": "new.csv", "sha256": "ef" * 32},),
    draws=1000,
    rows=2_100,
    set_aside=100,
    rejected=1,
    figures=replace(EVALUATION, calibration_slope=estimate(0.9, 0.08)),
    development={"auc": {"value": 0.78}, "ks": 0.44, "calibration_slope": {"value": None}},
    importance={"income": 1.0},
    effects=(),
    gates=(),
    remarks=(),
)
SCORING = Scoring("model.crm", "new.csv", "scores.csv", 1_000, 2, 0.1234, ('3 values of "grade" are new.',), 0.21)
SAMPLE = Sample("loans.csv", 5_000, 0.2004, 0.7726, 0.4184)
