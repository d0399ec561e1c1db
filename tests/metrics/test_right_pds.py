"""Outcomes drawn again: each loan by its own PD, the loans of a borrower alike by as much as was asked."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.metrics.right_pds import RightPds, right_pds

PD = np.array([0.05, 0.1, 0.3, 0.3, 0.6])
BY = np.array([0, 1, 0, 1, 0])


@pytest.mark.parametrize("together", [0.0, 0.4, 1.0])
def test_each_loan_keeps_its_pd_and_a_pair_has_the_covariance_of_the_lower_pd(together: float) -> None:
    rng = np.random.default_rng(0)
    loans = RightPds(PD, BY, together)
    drawn = np.array([loans.drawn(rng) for _ in range(6_000)], dtype=np.float64)
    assert drawn.mean(axis=0) == pytest.approx(PD, abs=0.02)
    lower = np.minimum.outer(PD, PD) - np.outer(PD, PD)
    same = BY[:, None] == BY[None, :]
    expected = np.where(np.eye(5, dtype=bool), lower, np.where(same, together * lower, 0.0))
    assert np.cov(drawn.T) == pytest.approx(expected, abs=0.014)


def test_without_borrowers_the_draws_are_those_of_single_loans() -> None:
    drawn = RightPds(PD).drawn(np.random.default_rng(3))
    assert drawn.tolist() == (np.random.default_rng(3).random(5) < PD).tolist()
    assert right_pds(np.zeros(5), PD, np.ones(5), None).by is None


def test_copies_share_every_throw_and_independent_loans_none() -> None:
    rng = np.random.default_rng(1)
    pd = np.sort(rng.uniform(0.05, 0.6, 300))
    y = (rng.random(300) < pd).astype(np.float64)
    at = np.repeat(np.arange(300), 5)
    assert right_pds(y[at], pd[at], np.ones(1500), at).together == pytest.approx(1.0)
    apart = np.array([right_pds((rng.random(300) < pd).astype(float), pd, np.ones(300), np.arange(300) % 100).together
                      for _ in range(40)])  # fmt: skip
    assert apart.mean() < 0.05


@pytest.mark.parametrize("weighted", [False, True])
def test_the_likeness_that_was_drawn_is_found_again(weighted: bool) -> None:
    rng = np.random.default_rng(2)
    pd, by = np.sort(rng.uniform(0.02, 0.5, 3000)), rng.integers(0, 800, 3000)
    weight = rng.uniform(0.2, 3, 3000) if weighted else np.ones(3000)
    truth = RightPds(pd, by, 0.3)
    found = [right_pds(truth.drawn(rng).astype(np.float64), pd, weight, by).together for _ in range(60)]
    assert np.mean(found) == pytest.approx(0.3, abs=0.03)
