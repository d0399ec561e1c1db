"""Scored loans counted by cell: parts count as the whole, and what a step filled is missing."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.features.profile import ColumnProfile
from creditrisk.features.score_profile import ScoreProfile
from creditrisk.features.steps import CategoryStep, Notices, NumberStep
from creditrisk.features.tally import Counting, reference_tally

STEPS = (NumberStep("x", 2.0), CategoryStep("home", ("own", "rent"), None))
PROFILES = (ColumnProfile("x", (1.0, 2.5), (), (10, 20, 30, 0)), ColumnProfile("home", (), (0, 1), (40, 20, 0, 0)))
SCORES = ScoreProfile((0.1, 0.2), (20, 20, 20), 0.15, 0.1, 0.2, 40)
MATRIX = np.array([[0.5, 0.0], [2.0, 1.0], [2.0, np.nan], [9.0, 0.0]])
PD = np.array([0.05, 0.15, 0.25, 0.2])


def counted(*parts: slice, filled: int = 0) -> Counting:
    found = Counting(STEPS, PROFILES, SCORES, 0.2)
    for part in parts:
        own = Counting(STEPS, PROFILES, SCORES, 0.2)
        notices = Notices()
        notices.filled["x"], filled = filled, 0
        own.add(MATRIX[part], notices, PD[part])
        found.merge(own)
    return found


def test_loans_are_counted_in_their_cells() -> None:
    found = counted(slice(0, 4)).tally()
    assert [each.tolist() for each in found.columns] == [[1, 2, 1, 0], [2, 1, 0, 1]]
    assert found.bins.tolist() == [1, 2, 1]
    assert (found.rows, found.accepted) == (4, 2)
    assert (found.mean, found.sd) == (pytest.approx(PD.mean()), pytest.approx(PD.std()))


def test_a_value_that_a_step_filled_counts_as_missing() -> None:
    assert counted(slice(0, 4), filled=1).tally().columns[0].tolist() == [1, 1, 1, 1]


def test_the_counts_of_parts_are_those_of_the_whole() -> None:
    whole, parts = counted(slice(0, 4)).tally(), counted(slice(0, 1), slice(1, 3), slice(3, 4)).tally()
    assert [each.tolist() for each in parts.columns] == [each.tolist() for each in whole.columns]
    assert (parts.rows, parts.accepted, parts.bins.tolist()) == (whole.rows, whole.accepted, whole.bins.tolist())
    assert (parts.mean, parts.sd) == (pytest.approx(whole.mean), pytest.approx(whole.sd))


def test_at_another_cutoff_the_reference_knows_no_approvals() -> None:
    assert reference_tally(PROFILES, SCORES, 0.2).accepted == 40
    assert reference_tally(PROFILES, SCORES, 0.3).accepted is None
