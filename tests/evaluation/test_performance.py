"""The AUC that PDs would have if they were right, against all pairs and against outcomes that were drawn from them."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.evaluation.performance import expected_auc
from creditrisk.metrics.discrimination import auc

RNG = np.random.default_rng(4)


def test_the_expected_auc_is_that_of_all_pairs() -> None:
    pd, weight = RNG.beta(1, 4, 60).round(2), RNG.uniform(0.5, 2, 60)
    above = (pd[:, None] > pd) + 0.5 * (pd[:, None] == pd)
    mass = (weight * pd)[:, None] * (weight * (1 - pd))
    assert expected_auc(pd, weight) == pytest.approx(float(np.sum(above * mass) / np.sum(mass)))


def test_outcomes_drawn_from_the_pds_have_it() -> None:
    pd = RNG.beta(1, 4, 200_000)
    found = auc((RNG.random(len(pd)) < pd).astype(np.int8), pd)
    assert found.value == pytest.approx(expected_auc(pd), abs=4 * found.se)


def test_there_is_none_where_nobody_can_default() -> None:
    assert np.isnan(expected_auc(np.zeros(5)))
