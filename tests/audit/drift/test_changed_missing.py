"""Shares of missing values that jump, and columns that begin or end at some time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from two_sides import halves, number, the

from creditrisk.audit.drift.changed_missing import is_filled_otherwise, missing_jumps
from creditrisk.audit.drift.sides import side_by_side

RNG = np.random.default_rng(3)
ROWS = 1000
NEWER = np.arange(ROWS) >= 700
X = RNG.normal(size=ROWS)
TIME = np.arange(ROWS) * 1.0


def holed(share: float, newer_share: float) -> np.ndarray:
    gaps = np.zeros(ROWS, dtype=bool)
    gaps[np.flatnonzero(~NEWER)[: round(700 * share)]] = True
    gaps[np.flatnonzero(NEWER)[: round(300 * newer_share)]] = True
    return np.where(gaps, np.nan, X)


def test_a_jump_of_missing_values_is_told_with_both_shares() -> None:
    finding = the(missing_jumps, halves([number("income", holed(0.02, 0.6)), number("x", X)]))
    assert (finding.severity, finding.rule, finding.columns) == ("medium", "missing-jumps", ("income",))
    assert finding.what == 'Filled much more often, or much less often, in the newer loans: "income".'
    assert finding.evidence == 'Missing among the older and among the newer loans: "income" 2.0 %, then 60.0 %.'
    assert finding.fix == (
        "Ask how the column is filled today; --drop NAME leaves it out unless the coming loans will have it."
    )


@pytest.mark.parametrize("shares", [(0.02, 0.1), (0.5, 0.45), (0.0, 0.0)])
def test_a_small_change_is_no_jump(shares: tuple[float, float]) -> None:
    loans = halves([number("income", holed(*shares))])
    assert list(missing_jumps(loans)) == []
    assert not is_filled_otherwise(side_by_side(loans.columns[0], loans), loans, 1)


@pytest.mark.parametrize(
    ("shares", "severity", "words"),
    [
        ((0.1, 1.0), "high", "Empty in the newest loans, so that a model would lean on what it will not have"),
        ((1.0, 0.1), "medium", "Empty in the oldest loans and filled since"),
    ],
)
def test_a_side_without_any_value_is_told_apart(shares: tuple[float, float], severity: str, words: str) -> None:
    finding = the(missing_jumps, halves([number("income", holed(*shares))]))
    assert (finding.severity, finding.what) == (severity, f'{words}: "income".')


@pytest.mark.parametrize(("ended", "severity"), [(True, "high"), (False, "medium")])
def test_with_a_time_a_column_ends_or_begins_wherever_it_does(ended: bool, severity: str) -> None:
    values = np.where((TIME > 900) if ended else (TIME < 100), np.nan, X)
    order = RNG.permutation(ROWS)
    loans = halves([number("income", values[order])], time=TIME[order])
    loans = replace(loans, newer=NEWER[order])
    assert the(missing_jumps, loans).severity == severity
    loans = replace(loans, columns=(number("income", X[order]),))
    assert list(missing_jumps(loans)) == []


def test_a_column_that_is_hardly_ever_filled_may_end_by_chance() -> None:
    values = np.full(ROWS, np.nan)
    values[[5, 80, 300, 700, 900]] = 1.0
    assert list(missing_jumps(halves([number("rare", values)], time=TIME))) == []
    assert list(missing_jumps(halves([number("none", np.full(ROWS, np.nan))], time=TIME))) == []
