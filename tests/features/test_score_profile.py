"""How out-of-fold PDs are spread: deciles, ties, and no bin of a few loans."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.features.score_profile import in_bins, operating_cutoff, score_profile

RNG = np.random.default_rng(3)


def test_the_bins_of_many_loans_are_tenths() -> None:
    pd = RNG.beta(1, 6, 20_000)
    found = score_profile(pd, 0.2)
    assert len(found.loans) == 10
    assert sum(found.loans) == 20_000
    assert min(found.loans) > 1_800
    assert (found.mean, found.sd) == (pytest.approx(pd.mean()), pytest.approx(pd.std()))
    assert found.accepted == np.sum(pd < 0.2)
    assert list(found.loans) == in_bins(pd, np.array(found.edges)).tolist()


@pytest.mark.parametrize("rows", [1, 9, 10, 25, 60, 101])
def test_no_bin_holds_fewer_than_10_loans_where_there_are_so_many(rows: int) -> None:
    found = score_profile(RNG.beta(1, 6, rows), 0.2)
    assert sum(found.loans) == rows
    assert min(found.loans) >= min(rows, 10)


def test_loans_of_one_pd_share_a_bin() -> None:
    assert score_profile(np.full(500, 0.1), 0.2).loans == (500,)
    assert score_profile(np.repeat([0.1, 0.4], [490, 10]), 0.2).loans == (490, 10)


def test_a_model_without_a_decision_refuses_where_ks_was_reached() -> None:
    assert operating_cutoff(0.0, 0.17) == 0.17
    assert operating_cutoff(0.3, 0.17) == 0.3
