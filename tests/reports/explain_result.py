"""Explanations made by hand, with everything that their reports may have to show."""

from __future__ import annotations

import math
from dataclasses import replace

from creditrisk.evaluation.explanation import (
    Change,
    ChangedColumn,
    ExplainedLoan,
    Explanation,
    Importance,
    Interaction,
    MonotoneCheck,
    Response,
    ResponsePoint,
    Step,
)
from creditrisk.metrics.estimate import Estimate
from creditrisk.models.points import PointsRow

EVIL = '<img src=x onerror="alert(1)">[red]\x1b[2J\u202e'


def estimate(value: float, se: float) -> Estimate:
    """Return a figure with a symmetric interval."""
    return Estimate(value, round(value - 1.96 * se, 6), round(value + 1.96 * se, 6), se)


def _number(index: int) -> ResponsePoint:
    return ResponsePoint(f"{1000 * index:,}", 10 * index, 0.01 * index, 0.3 - 0.02 * index, 0.9 - 0.1 * index)


ALL = Explanation(
    model="model\x07.crm",
    sha256="ab" * 32,
    kind="lightgbm",
    structure={"columns": 25, "trees": 120},
    base_rate=0.2,
    file="loans\x07.csv",
    rows=30_000,
    rejected=3,
    looked_at=1_875,
    defaults=445,
    importance=(
        Importance("income", ("income", "salary"), 0.5, estimate(0.4, 0.01), estimate(0.061, 0.008)),
        Importance(EVIL, (EVIL,), 0.3, estimate(0.195, 0.003), estimate(-0.0004, 0.002)),
        *(Importance(f"n{number}", (f"n{number}",), 0.01, estimate(0.01, 0.001), None) for number in range(20)),
        Importance("unused", ("unused",), 0.0, estimate(0.0, 0.0), None),
    ),
    responses=(
        Response("income", "income", "numeric", tuple(_number(index) for index in range(1, 16))),
        Response(EVIL, EVIL, "categorical", (
            ResponsePoint(EVIL, 700, 0.37, 0.21, math.nan), ResponsePoint("own", 900, 0.48, 0.12, math.nan),
            ResponsePoint("missing", 11, 0.006, 0.2, math.nan),
        )),
        Response("one", "one", "numeric", (ResponsePoint("7", 1_875, 1.0, 0.2, 0.0),)),
    ),
    interactions=(Interaction("income", EVIL, 0.1086, 0.154), Interaction("income", "one", 0.0, 0.0)),
    monotone=(
        MonotoneCheck("income", -1, True, 0.0, 200, 41),
        MonotoneCheck("debt", 1, False, 0.0, 200, 1),
        MonotoneCheck("age", 1, False, 0.25, 200, 12),
        MonotoneCheck("rate", 1, False, None, 0, 0),
    ),
    points=(
        PointsRow("income", "below 1,000", 0.3, 0.4, -0.7, 12.3, 0.41),
        PointsRow("income", "from 1,000", None, None, 0.4, 51.2, 0.41),
    ),
    loan=None,
    remarks=("The loans are the file that it was trained from.", f"{EVIL.strip()[:4]} was watched."),
)  # fmt: skip
#: What the model file alone tells.
BARE = replace(
    ALL, file="", rows=0, rejected=0, looked_at=0, defaults=None, responses=(), interactions=(), remarks=(), points=(),
    importance=tuple(replace(each, contribution=None, loss=None) for each in ALL.importance),
    monotone=ALL.monotone[-1:],
)  # fmt: skip
_STEPS = (
    Step("income", {"income": "0", "salary": "missing"}, 1.4086, -40.6, -0.1330),
    Step(EVIL, {EVIL: EVIL}, -0.0936, 2.7, -0.2266),
    *(Step(f"n{number}", {f"n{number}": "1"}, 0.01, -0.3, -0.2266 + 0.01 * (number + 1)) for number in range(20)),
)
LOAN = replace(
    ALL, kind="blend", looked_at=1, defaults=None, importance=(), responses=(), interactions=(), monotone=(),
    points=(), remarks=(),
    loan=ExplainedLoan(
        row=78, id=EVIL, pd=0.4933, log_odds=-0.0266, score=487, grade="H", base_log_odds=-1.5416, base_points=531.6,
        steps=_STEPS, calibration=0.0, cutoff=0.2,
        change=Change((ChangedColumn("income", "0", "1500", 0.8), ChangedColumn(EVIL, EVIL, "own", 1.0)), 0.19, True,
                      False, 4_321),
    ),
)  # fmt: skip
