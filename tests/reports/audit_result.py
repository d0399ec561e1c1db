"""An audit made by hand, with everything that its report may have to show, hostile names too."""

from __future__ import annotations

import math

from creditrisk.audit.results import Audit, ColumnFacts, Finding
from creditrisk.metrics.estimate import Estimate

EVIL = "<script>alert(1)</script>"
ATTACK = "[red]\x1b[2J\u202e\"'><img src=x onerror=alert(1)> & </td></svg>"
LONG = "outstanding_principal_of_all_accounts_at_the_end"


def facts(name: str, auc: float | None = math.nan, half: float = 0.01, **more: object) -> ColumnFacts:
    """Return the facts of a numeric column that a training would use."""
    figure = None if auc is None else Estimate(auc, max(auc - half, 0.5), min(auc + half, 1.0), half / 1.96)
    iv = math.nan if auc is None else 8 * (auc - 0.5) ** 2
    held = {"kind": "numeric", "use": "learned from", "note": "", "missing": 0.0, "distinct": 1_234,
            "top_share": 0.02, "auc": figure, "iv": iv}  # fmt: skip
    return ColumnFacts(name=name, **{**held, **more})  # type: ignore[arg-type]


COLUMNS = (
    facts("id", 0.503, use="id", note="whole numbers, every one different", distinct=12_000, top_share=1 / 12_000),
    facts("income", 0.612, missing=0.0312, quantiles=(9_000.0, 31_000.0, 48_500.0, 75_000.0, 240_000.0),
          special=(-9.0, 999_999.0), trend=(0.62, 0.61, math.nan, 0.60), note="in thousands"),
    facts("term", 0.563, kind="categorical", distinct=2, top_share=0.74, trend=(0.55, 0.56, 0.57, 0.58)),
    facts(LONG, 0.984, half=0.004, missing=0.4, quantiles=(0.0, 0.0, 0.0, 1_250.5, 18_000.0),
          trend=(0.97, 0.98, 0.985, 0.99)),
    facts(EVIL, 0.71, kind="categorical", distinct=14, top_share=0.3, trend=(0.7, 0.7, 0.72, 0.71)),
    facts(ATTACK, 0.548, half=0.06, missing=0.998, distinct=3, top_share=0.9),
    facts("first_credit", 0.55, kind="date", distinct=640, quantiles=(-3653.0, 3653.0, 7305.0, 10957.0, 15000.0),
          trend=(0.56, 0.55, 0.55, 0.54)),
    facts("收入", 0.52, missing=1e-5),
    facts("issued", use="time", kind="date", distinct=48, top_share=0.04, auc=None),
    facts("title", use="left out", kind="categorical", note="almost every row has a value of its own", distinct=11_000,
          top_share=0.001, auc=None),
    facts("currency", use="left out", kind="categorical", note="constant", distinct=1, top_share=1.0, auc=None,
          iv=math.nan),
)  # fmt: skip
FINDINGS = (
    Finding(
        kind="leak", severity="high", rule="predicts-alone", columns=(LONG,), drop=(LONG,),
        what=f'"{LONG}" ranks the loans almost perfectly by itself.',
        evidence="AUC of the column alone 0.984 (0.980 – 0.988); what is known at the decision hardly passes 0.8.",
        fix=f'--drop "{LONG}"',
    ),
    Finding(
        kind="drift", severity="high", rule="distinguishable", columns=("income", EVIL),
        what="The newest fifth by \"issued\" and the loans before can be told apart.",
        evidence=f'Out-of-fold AUC 0.962 (0.955 – 0.969); "income" and "{EVIL}" tell most, then {ATTACK}.',
        fix="Find out what changed before you train; --time keeps the newest loans for the test.",
    ),
    Finding(
        kind="leak", severity="medium", rule="named-after", columns=(EVIL,),
        what=f'The name "{EVIL}" says that it comes after the outcome.',
        evidence='The words "alert" and "script".',
        fix=f'If it is not known at the decision: --drop "{EVIL}"',
    ),
    Finding(
        kind="quality", severity="medium", rule="copied-rows",
        what="609 rows (5.1 %) are copies of others.", evidence="609 of 12,000 rows equal another one in every column.",
        fix="Remove the copies, or give --group NAME.",
    ),
    Finding(kind="quality", severity="low", rule="constant", columns=("currency",), what="1 column has one value.",
            evidence='"currency"', fix="Nothing to do: it is left out."),
    Finding(kind="quality", severity="low", rule="special-codes", columns=("income",),
            what="Codes hide among the numbers of 1 column.", evidence='"income": −9 (120 loans), 999,999 (64 loans)',
            fix='--special "income=-9,999999"'),
)  # fmt: skip
AUDIT = Audit(
    file="loans\x07.csv",
    rows=12_203,
    loans=12_000,
    defaults=2_280,
    set_aside=200,
    rejected=3,
    target="loan_status",
    columns=COLUMNS,
    findings=FINDINGS,
    periods=("2013", "2014", "2015", "2016"),
    compared='the newest fifth by "issued" and the loans before',
    seconds=1.25,
)
BARE = Audit(
    file="unlabelled.csv",
    rows=500,
    loans=0,
    defaults=0,
    set_aside=0,
    rejected=0,
    target="",
    columns=tuple(facts(f"column{number}", auc=None) for number in range(3)),
    findings=(),
)
