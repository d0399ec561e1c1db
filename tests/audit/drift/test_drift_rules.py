"""All rules of drift together: silent where nothing changed, and each in its place where something did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from two_sides import halves, loans_of, number

from creditrisk.audit.drift.rules import DRIFT_RULES

if TYPE_CHECKING:
    from creditrisk.audit.results import Finding


def drift_in(loans) -> list[Finding]:
    return [finding for rule in DRIFT_RULES for finding in rule(loans)]


def test_a_random_split_of_one_file_gives_no_medium_or_high_finding() -> None:
    grave = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        y_true = (rng.random(500) < 0.2).astype(np.float64)
        loans = halves(loans_of(seed), y_true, rng.integers(16_000, 17_000, 500) * 1.0 if seed % 2 else None)
        grave += [(seed, finding.rule) for finding in drift_in(loans) if finding.severity != "low"]
    assert grave == []


def test_nothing_is_found_where_there_is_nothing_to_compare() -> None:
    columns = [number("x", np.arange(200.0))]
    loans = halves(columns)
    assert drift_in(loans) != []
    assert drift_in(replace(loans, newer=None)) == []
    assert drift_in(replace(loans, newer=np.arange(200) >= 151)) == []
    assert drift_in(replace(loans, columns=(replace(columns[0], use="left out"),))) == []


def test_a_changed_unit_is_found_once_and_not_as_a_shift_as_well() -> None:
    columns = loans_of(3)
    values = columns[0].values.copy()
    values[350:] *= 1000
    found = drift_in(halves([number("income", values), *columns[1:]]))
    assert {finding.rule for finding in found} == {"scale-changed", "distinguishable"}
    assert found[0].columns == ("income",)
    assert {finding.kind for finding in found} == {"drift"}
