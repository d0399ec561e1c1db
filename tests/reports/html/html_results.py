"""Results as large as they come: everything that a page can show, of loans drawn from a known truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from creditrisk.data.schema import Column, Dropped, Roles, Target
from creditrisk.evaluation.leaderboard import LeaderboardRow, RacedRow
from creditrisk.evaluation.results import DataFacts, ModelFacts
from creditrisk.metrics.calibration import bce, bce_skill, brier, calibration_line, observed_over_expected
from creditrisk.metrics.confusion import confusion
from creditrisk.metrics.discrimination import auc, gini, ks, ks_at
from creditrisk.metrics.ece import expected_calibration_error
from creditrisk.metrics.emp import Emp
from creditrisk.metrics.estimate import Estimate, jeffreys
from creditrisk.metrics.gains import gains_table
from creditrisk.metrics.precision import average_precision
from creditrisk.models.calibration import Calibration

EVIL = "<script>alert(1)</script>"
ATTACK = "\"'><img src=x onerror=alert(1)> & \x1b[2J\u202e </title></style></desc>"
NOTHING = Estimate(math.nan, math.nan, math.nan)


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half, half / 1.96)


def loans() -> tuple[np.ndarray, np.ndarray]:
    """Give outcomes and right PDs of 6,000 loans."""
    generator = np.random.default_rng(20)
    z = generator.normal(-1.9, 1.0, 6000)
    pd = 1 / (1 + np.exp(-z))
    return (generator.random(6000) < pd).astype(np.int8), pd


Y, PD = loans()
CUTOFF = 0.16


def figures(**more: object) -> SimpleNamespace:
    """Give the figures of these loans that every evaluation has, and some more."""
    line = calibration_line(Y, PD)
    held = {
        "loans": len(Y), "defaults": int(Y.sum()), "weights": "", "default_rate": jeffreys(int(Y.sum()), len(Y)),
        "mean_pd": float(PD.mean()), "auc": auc(Y, PD), "gini": gini(auc(Y, PD)), "ks": ks(Y, PD)[0],
        "ks_at_cutoff": ks_at(Y, PD, CUTOFF), "ks_cutoff": CUTOFF, "pr_auc": average_precision(Y, PD),
        "bce": bce(Y, PD), "bce_skill": bce_skill(Y, PD, 0.17), "brier": brier(Y, PD),
        "observed_over_expected": observed_over_expected(Y, PD), "calibration_in_the_large": line.in_the_large,
        "calibration_intercept": line.intercept, "calibration_slope": line.slope,
        "ece": expected_calibration_error(Y, PD), "confusion": confusion(Y, PD, CUTOFF), "gains": gains_table(Y, PD),
    }  # fmt: skip
    return SimpleNamespace(**{**held, **more})


@dataclass(frozen=True)
class Group:
    label: str
    loans: int
    defaults: int
    share: float
    approval: Estimate
    default_rate: Estimate
    mean_pd: float
    approval_of_repaid: Estimate
    approval_of_defaults: Estimate
    observed_over_expected: Estimate
    auc: Estimate
    approval_ratio: Estimate
    verdict: str


@dataclass(frozen=True)
class Neighbours:
    safer: str
    riskier: str
    p_value: float
    monotone: bool


@dataclass(frozen=True)
class Concentration:
    hhi: float
    normalised: float


def curves() -> SimpleNamespace:
    """Give what each of 60 cut-offs does, and the points by outcome."""
    cutoffs = []
    for cutoff in np.quantile(PD, np.linspace(0.01, 1.0, 60)):
        approved = cutoff > PD
        cutoffs.append(SimpleNamespace(
            cutoff=float(cutoff), approved=float(approved.mean()), bad_rate=float(Y[approved].mean()),
            defaults_caught=float((Y[~approved] == 1).sum() / Y.sum()),
            repaid_refused=float((Y[~approved] == 0).sum() / (1 - Y).sum()),
            expected_loss=float(PD[approved].mean()),
        ))  # fmt: skip
    points = 600 - 28.85 * (np.log(PD / (1 - PD)) + 3)
    edges = np.linspace(points.min(), points.max(), 31)
    shares = [np.histogram(points[which == Y], edges)[0] / (which == Y).sum() for which in (1, 0)]
    bins = [
        SimpleNamespace(low=float(low), high=float(high), defaults=float(bad), repaid=float(good))
        for low, high, bad, good in zip(edges[:-1], edges[1:], *shares, strict=True)
    ]
    return SimpleNamespace(cutoffs=tuple(cutoffs), histogram=tuple(bins))


def corp() -> SimpleNamespace:
    """Give a decomposition, and a curve over ten bands."""
    part = SimpleNamespace(score=0.4321, miscalibration=0.0021, discrimination=0.05, uncertainty=0.48, expected=0.0019,
                           highest=0.0031, p_value=0.31)  # fmt: skip
    order = np.argsort(PD)
    steps = tuple(
        SimpleNamespace(lowest_pd=float(PD[s].min()), highest_pd=float(PD[s].max()), mean_pd=float(PD[s].mean()),
                        rate=float(Y[s].mean()), loans=len(s))
        for s in np.array_split(order, 14)
    )  # fmt: skip
    at = np.quantile(PD, np.linspace(0.005, 0.995, 60))
    half = 0.012 + 0.09 * at
    band = tuple(SimpleNamespace(pd=p, low=max(0.0, p - h), high=p + h) for p, h in zip(at, half, strict=True))
    return SimpleNamespace(bce=part, brier=part, reliability=SimpleNamespace(steps=steps, band=band))


def validation(verdict: str = "amber") -> SimpleNamespace:
    """Give seven grades and a portfolio with tests."""
    rows = []
    bounds = [0, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 1]
    for name, low, high in zip("ABCDEFG", bounds[:-1], bounds[1:], strict=True):
        rows.append(_grade(name, (low <= PD) & (high > PD), "too few" if name == "G" else "green"))
    checks = (
        SimpleNamespace(name="Spiegelhalter", statistic=-0.3321, p_value=0.74, level=0.05, power=math.nan,
                        verdict="green", reads="not rejected: the spread of the PDs fits the outcomes"),
        SimpleNamespace(name="AUC against development", statistic=-2.2, p_value=0.014, level=0.05, power=0.62,
                        verdict="amber", reads="the AUC fell by more than chance explains"),
    )  # fmt: skip
    return SimpleNamespace(
        alpha=0.05, rho=0.04, grades=tuple(rows), portfolio=_grade("all loans", PD >= 0, "green"), checks=checks,
        neighbours=(Neighbours("A", "B", 0.0001, True), Neighbours("B", "C", 0.031, True)),
        concentration=Concentration(0.17, 0.031), verdict=verdict,
        reason="No PD is rejected as too low, but the AUC fell by more than chance explains.",
        rule="Red where a grade or the portfolio is too low after Holm's correction at 5 %; amber where an uncorrected "
             "test rejects; else green.",
    )  # fmt: skip


def _grade(name: str, member: np.ndarray, verdict: str) -> SimpleNamespace:
    n, d, pd = int(member.sum()), int(Y[member].sum()), float(PD[member].mean())
    return SimpleNamespace(
        grade=name, loans=n, defaults=d, share=n / len(Y), pd=pd, mean_pd=pd, default_rate=estimate(d / n, 0.02),
        jeffreys_too_low=0.21, jeffreys_too_high=0.79, adjusted_too_low=0.9, adjusted_too_high=1.0,
        correlated_too_low=0.41, correlated_too_high=0.6, level=0.048, power=0.37, verdict=verdict,
    )  # fmt: skip


def vintages() -> SimpleNamespace:
    """Give eight quarters, the last too young."""
    rows = tuple(
        SimpleNamespace(
            label=f"201{7 + place // 4} Q{place % 4 + 1}", loans=750, defaults=130 + 4 * place, share=0.125,
            default_rate=estimate((130 + 4 * place) / 750, 0.027), mean_pd=0.175 + 0.003 * place,
            auc=NOTHING if place == 7 else estimate(0.74 - 0.003 * place, 0.03), bce=estimate(0.41, 0.02),
            observed_over_expected=estimate(1.02, 0.1), psi=0.004 * place, psi_critical=0.021,
            known=1 - 0.06 * place, young=place == 7,
        )
        for place in range(8)
    )  # fmt: skip
    remarks = ("The share of known outcomes falls from 100 % to 58 %: only closed loans may have been kept.",)
    trend = SimpleNamespace(factor=estimate(1.02, 0.03), z=1.3, p_value=0.19)
    return SimpleNamespace(
        column="issueDate", period="quarter", rows=rows, reference="oldest half", undated=3, default_rate_trend=trend,
        level_trend=trend, heterogeneity=SimpleNamespace(statistic=4.2, df=6, p_value=0.65), remarks=remarks,
    )  # fmt: skip


def segmentation(column: str) -> SimpleNamespace:
    rows = tuple(
        SimpleNamespace(
            label=label, loans=2000, defaults=300, share=0.33, default_rate=estimate(0.15, 0.015), mean_pd=0.152,
            auc=NOTHING if note else estimate(0.73, 0.02), bce=estimate(0.4, 0.02),
            observed_over_expected=estimate(0.99, 0.1), psi=0.01, psi_critical=0.02, note=note,
        )
        for label, note in (("rent", ""), (EVIL, ""), ("", "too small"))
    )  # fmt: skip
    return SimpleNamespace(
        column=column, segments=rows, other=12, heterogeneity=SimpleNamespace(statistic=1.2, df=2, p_value=0.55),
        remarks=("12 loans are in rare segments.",),
    )  # fmt: skip


def money() -> SimpleNamespace:
    c = curves().cutoffs
    made = [float(np.where(Y == 1, -0.45, 0.12)[p.cutoff > PD].sum() / len(Y)) for p in c]
    hoped = [float((0.12 * (1 - PD) - 0.45 * PD)[p.cutoff > PD].sum() / len(Y)) for p in c]
    table = tuple(
        SimpleNamespace(cutoff=p.cutoff, approved=estimate(p.approved, 0.01), bad_rate=estimate(p.bad_rate, 0.01),
                        expected_loss=0.45 * p.expected_loss, profit=estimate(profit, 0.004))
        for p, profit in zip(c[24::5], made[24::5], strict=True)
    )  # fmt: skip
    curve = tuple(
        SimpleNamespace(cutoff=p.cutoff, approved=p.approved, profit=profit, expected_profit=expected)
        for p, profit, expected in zip(c, made, hoped, strict=True)
    )
    best = max(curve, key=lambda p: p.profit)
    return SimpleNamespace(
        lgd=0.45, margin=0.12, break_even=0.12 / 0.57, chosen_cutoff=0.2, chosen_range=(0.17, 0.24), out_of_fold=True,
        profit_at_break_even=estimate(0.0441, 0.004), profit_at_chosen=estimate(0.0445, 0.004),
        profit_accept_all=estimate(0.0272, 0.006), best=best.cutoff, best_range=(0.17, 0.25), table=table, curve=curve,
        emp=Emp(0.0213, 0.231, 0.55, 0.1, 0.12, 0.0181, 0.0245, 0.0016),
        remarks=("The model states no performance window.",),
    )  # fmt: skip


def full_evaluation() -> SimpleNamespace:
    """Give the figures of the loans with everything that may be added to them."""
    groups = tuple(
        Group(label, 900, 120, 0.3, estimate(0.61, 0.03), estimate(0.13, 0.02), 0.128, estimate(0.7, 0.03),
              estimate(0.3, 0.05), estimate(1.01, 0.1), estimate(0.71, 0.04), estimate(0.79, 0.05), verdict)
        for label, verdict in ((EVIL, "cannot tell"), ("other", "highest approval rate"), ("", "too small"))
    )  # fmt: skip
    more = {
        "h_measure": estimate(0.21, 0.02), "pr_gain": estimate(0.31, 0.03), "brier_skill": estimate(0.11, 0.02),
        "capture": (estimate(0.14, 0.02), estimate(0.26, 0.02), estimate(0.44, 0.02)),
        "lift": (estimate(2.9, 0.3), estimate(2.6, 0.2), estimate(2.2, 0.1)),
        "corp": corp(), "validation": validation(), "curves": curves(), "vintages": vintages(), "money": money(),
        "segmentations": (segmentation("homeOwnership"), segmentation(ATTACK)),
        "protected": (SimpleNamespace(column="sex", cutoff=0.16, groups=groups, remarks=("The group is small.",)),),
    }  # fmt: skip
    return figures(**more)


def effects() -> tuple[SimpleNamespace, ...]:
    numbers = [SimpleNamespace(label=f"{5 * k:g}", pd=0.1 + 0.005 * k, share=0.05 + 0.01 * (k % 4)) for k in range(14)]
    absent = SimpleNamespace(label="missing", pd=0.19, share=0.02)
    labels = ("MORTGAGE", EVIL, "a category with a very long name")
    levels = [SimpleNamespace(label=label, pd=0.15 + 0.02 * k, share=0.3) for k, label in enumerate(labels)]
    return (
        SimpleNamespace(column="dti", kind="numeric", points=(*numbers, absent)),
        SimpleNamespace(column=EVIL, kind="categorical", points=tuple(levels)),
    )


def gates() -> tuple[SimpleNamespace, ...]:
    return (
        SimpleNamespace(condition="auc < 0.7", figure="auc", value=estimate(0.739, 0.016), limit=0.7, failed=False),
        SimpleNamespace(condition="bce > 0.3", figure="bce", value=estimate(0.391, 0.015), limit=0.3, failed=True),
    )


def training(**changes: object) -> SimpleNamespace:
    """Give the result of a training with everything in it, or with some of it changed."""
    data = DataFacts(
        file="folder/loans.csv", loans=30_000, defaults=5_230, set_aside=12, rejected=3, still_watched=400, related=1,
        training_loans=23_600, held_out_loans=6_000, split='the newest, "issueDate" from 2017-01-01 on',
        target=Target("isDefault", ("1",), ("0",), ATTACK, "12 months"),
        roles=Roles(Column("issueDate", "date", "%Y-%m-%d"), "borrower", "", "sampling"),
        columns={"numeric": 30, "categorical": 9, EVIL: 1}, units={EVIL: ATTACK},
        dropped=(Dropped(EVIL, "the same value in every row"),),
    )  # fmt: skip
    model = ModelFacts("out/model.crm", "0123456789abcdef" * 4, 123_456, "blend", {"members": 3, "trees": 1234}, 0.4333,
                       "none", 1.0, 0.0, Calibration("platt", 0.01, 0.99), 0, 7, 0.2, "2026-11-01",
                       {"preset": EVIL, "seed": 7}, {"creditrisk": "0.1.0"},
                       ({"file": EVIL, "sha256": "ab"},))  # fmt: skip
    given = {
        "data": data, "model": model, "held_out": full_evaluation(),
        "importance": {"interestRate": 0.31, "dti": 0.12, EVIL: 0.09, **{f"n{k}": 0.03 for k in range(14)},
                       "unused": 0.0},
        "leaderboard": (LeaderboardRow("sharp+target", 0.4312, 0.7401, 12.3, 0.65),
                        LeaderboardRow(EVIL, 0.4456, 0.73, 1, 0)),
        "raced": (RacedRow("plain", 0.44, 0.75),), "reweighting": None, "calibration": None,
        "remarks": ("The PDs are too timid by more than chance explains.", ATTACK), "seconds": {"all": 41.2},
        "effects": effects(), "gates": gates(),
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


def bare_training() -> SimpleNamespace:
    """Give a training with nothing that is optional."""
    return training(held_out=figures(), effects=(), gates=(), leaderboard=(), raced=(), remarks=())


def judgement() -> SimpleNamespace:
    return SimpleNamespace(
        model="model.crm", sha256="cd", made=EVIL, target=Target(EVIL, ("1",), ("0",)), decision_cutoff=0.0,
        data=({"file": EVIL, "sha256": "ef"},), draws=1000,
        file="new.csv", rows=6_100, set_aside=100, rejected=0, figures=full_evaluation(),
        development={"auc": {"value": 0.78}, "ks": 0.44, "calibration_slope": {"value": None}},
        importance={"dti": 1.0}, effects=effects(), gates=(), remarks=(),
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    name: str
    auc: Estimate
    bce: Estimate


@dataclass(frozen=True)
class Cross:
    quintile_a: int
    quintile_b: int
    loans: int
    default_rate: Estimate


@dataclass(frozen=True)
class Compared:
    names: tuple[str, str]
    loans: int
    a: Side
    b: Side
    auc_difference: Estimate
    profit_difference: Estimate | None
    disagreement: tuple[Cross, ...]
    rule: str
    verdict: str
    conclusion: str
    remarks: tuple[str, ...]


COMPARISON = Compared(
    names=("old.crm", EVIL), loans=6000, a=Side("old.crm", estimate(0.72, 0.02), estimate(0.42, 0.02)),
    b=Side(EVIL, estimate(0.74, 0.02), estimate(0.41, 0.02)), auc_difference=estimate(0.02, 0.008),
    profit_difference=None, disagreement=tuple(Cross(k, 6 - k, 100 * k, estimate(0.1 * k, 0.02)) for k in range(1, 6)),
    rule="the BCE decides", verdict="better",
    conclusion=f"{EVIL} is better than old.crm: BCE is lower by 0.0123 (0.0061 – 0.0185).",
    remarks=(ATTACK,),
)  # fmt: skip
