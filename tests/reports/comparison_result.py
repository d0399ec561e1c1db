"""A comparison made by hand, with everything that its report may have to show."""

from __future__ import annotations

import math

from creditrisk.evaluation.compare import Comparison, Differences, EqualApproval, Side, SwapSet
from creditrisk.evaluation.disagreement import Cell, Shift
from creditrisk.metrics.estimate import Estimate


def estimate(value: float, half: float) -> Estimate:
    """Return a figure with a symmetric interval."""
    return Estimate(value, value - half, value + half, half / 1.96)


def _rate(fifth_a: int, fifth_b: int) -> float:
    return round(0.5 / (fifth_a + fifth_b), 4)


CELLS = tuple(
    Cell(a, b, 12_345 if a == b else 150, 60, estimate(_rate(a, b), 0.02), 0.3 / a, 0.3 / b)
    for a in range(1, 6)
    for b in range(1, 6)
    if abs(a - b) < 4
)
SHIFTS = tuple(
    Shift(fifths, 20_000 - 3_000 * abs(fifths), 400, estimate(0.2, 0.03), 0.2 - 0.03 * fifths, 0.2 + 0.03 * fifths)
    for fifths in (2, 1, 0, -1, -2)
)
COMPARISON = Comparison(
    a=Side(
        name="[red]\x1b[2Jscore",
        kind="column",
        mapping="Platt on the log-odds of ranks, 5 folds, each by the others",
        mean_pd=0.211,
        auc=estimate(0.7012, 0.012),
        gini=estimate(0.4024, 0.024),
        ks=estimate(0.3012, 0.02),
        bce=estimate(0.4567, 0.01),
        brier=estimate(0.1501, 0.005),
        observed_over_expected=estimate(1.0, 0.07),
        profit=estimate(0.0331, 0.007),
    ),
    b=Side(
        name="new\x07.crm",
        kind="model",
        mapping="",
        mean_pd=0.196,
        auc=estimate(0.7321, 0.012),
        gini=estimate(0.4642, 0.024),
        ks=estimate(0.3456, 0.02),
        bce=estimate(0.4321, 0.01),
        brier=estimate(0.1432, 0.005),
        observed_over_expected=estimate(1.076, 0.07),
        profit=estimate(-0.0021, 0.007),
    ),
    file="loans\x07.csv",
    rows=90_130,
    set_aside=100,
    unscored=30,
    rejected=3,
    loans=90_000,
    defaults=19_000,
    weights="sampling",
    default_rate=estimate(0.2111, 0.003),
    differences=Differences(
        auc=estimate(0.0309, 0.005),
        bce=estimate(-0.0246, 0.003),
        brier=estimate(-0.0069, 0.001),
        profit=estimate(-0.0352, 0.004),
    ),
    break_even=0.2,
    equal_approval=EqualApproval(
        approval_rate=0.8,
        reason="since no cut-off of A is known",
        edge_a=640.0,
        edge_b=0.31,
        bad_rate_a=estimate(0.181, 0.004),
        bad_rate_b=estimate(0.156, 0.004),
        difference=estimate(-0.0251, 0.009),
        newly_accepted=SwapSet(10_800.4, 0.12, estimate(0.239, 0.01), 0.322, 0.178),
        newly_refused=SwapSet(10_800.4, 0.12, Estimate(math.nan, math.nan, math.nan), math.nan, math.nan),
    ),
    cells=CELLS,
    shifts=SHIFTS,
    draws=1000,
    rule="the AUC decides, since one of the two states no PDs",
    verdict="better",
    conclusion="On these 90,000 loans with 19,000 defaults B is better than A.",
    remarks=(
        'A, the score column "[red]\\x1b[2Jscore", is a score, not a PD.',
        "Outcomes exist for granted loans only.",
    ),
)
