"""The adversarial test: its AUC against the known best one, its grades, and what it leaves out."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from two_sides import halves, loans_of, number, text, the

from creditrisk.audit.drift.told_apart import MOST_LOANS, both_sides, distinguishable, told_apart
from creditrisk.audit.loans import AuditedColumn

RNG = np.random.default_rng(7)
NEWER = np.arange(3000) >= 2100


def moved(by: float, columns: int = 2) -> list[AuditedColumn]:
    return [number(f"x{place}", RNG.normal(size=3000) + by * NEWER) for place in range(columns)]


def test_the_auc_is_nearly_that_of_the_best_rule() -> None:
    columns = [*moved(0.7), *moved(0.0, 6), text("home", RNG.integers(0, 4, 3000))]
    told = told_apart(halves(columns))
    assert told.value == pytest.approx(ndtr(0.7 * math.sqrt(2) / math.sqrt(2)), abs=0.03)
    assert told.low < told.value < told.high


def test_the_interval_holds_the_half_where_nothing_changed() -> None:
    hits = 0
    for seed in range(10):
        told = told_apart(halves([c for c in loans_of(seed, 300) if c.kind == "numeric"]))
        hits += told.low <= 0.5 <= told.high
    assert hits >= 8


@pytest.mark.parametrize(
    ("by", "severity"), [(90.0, "high"), (3.0, "high"), (1.2, "medium"), (0.6, "low"), (0.1, None)]
)
def test_severity_goes_by_the_lower_end_of_the_interval(by: float, severity: str | None) -> None:
    found = [finding.severity for finding in distinguishable(halves([*moved(by), *moved(0.0)]))]
    assert found == ([severity] if severity else [])


def test_the_columns_that_tell_most_are_named_and_noise_is_not() -> None:
    columns = [*moved(0.0, 3), number("dti", RNG.normal(size=3000) + 2.0 * NEWER), *moved(0.9, 1)]
    finding = the(distinguishable, halves(columns))
    assert finding.columns == ("dti", "x0")
    assert finding.what == (
        "The newer loans can be told from the older ones by their columns: a model learns from loans unlike those that "
        "it will score."
    )
    assert 'out of sample; 0.5 were no difference. Columns that tell most alone: "dti" 0.9' in finding.evidence
    assert finding.fix == (
        "Look at the columns named: mend what changed its meaning, or leave it out with --drop NAME. Train on loans as "
        "like the coming ones as you have."
    )


def test_columns_that_tell_the_time_are_named_apart_and_judge_nothing() -> None:
    time = np.arange(3000) * 1.0
    clock = AuditedColumn("made", "date", "learned from", 15_000 + np.floor(time / 3))
    quiet = halves([clock, *moved(0.0)], time=time)
    assert list(distinguishable(quiet)) == []
    finding = the(distinguishable, halves([clock, *moved(1.2)], time=time))
    assert finding.evidence.endswith('Left out of it as they tell when a loan was made: "made".')
    assert "made" not in finding.columns


def test_both_sides_are_sampled_evenly() -> None:
    newer = np.arange(100_000) % 50 == 0
    rows = both_sides(newer)
    assert newer[rows].sum() == 2000
    assert (~newer[rows]).sum() == MOST_LOANS
    assert (np.diff(rows) > 0).all()


def test_without_columns_or_without_loans_on_a_side_there_is_no_auc() -> None:
    loans = halves(moved(0.0))
    assert math.isnan(told_apart(replace(loans, newer=np.arange(3000) >= 2998)).value)
    assert math.isnan(told_apart(replace(loans, newer=None)).value)
    gone = replace(loans, columns=(replace(loans.columns[0], use="left out"),))
    assert list(distinguishable(gone)) == []


def test_it_needs_neither_lightgbm_nor_scikit_learn() -> None:
    heavy = ("lightgbm", "sklearn", "pandas")
    code = f"import sys, creditrisk.audit.drift.rules; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
