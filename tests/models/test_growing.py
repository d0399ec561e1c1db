"""What is kept while trees grow is what would be chosen among all of them at the end."""

import numpy as np
import pytest

from creditrisk.metrics.odds import log_odds
from creditrisk.models.growing import JudgedLoans, KeptLogOdds, Stopping, grow_together
from creditrisk.models.learner import settled_by_others
from creditrisk.models.loss import bce_loss, restoration, restored_bce


class Fake:
    """Stands for a fold's trees: its tilted PDs by tree are known."""

    def __init__(self, pds, ratio):
        self.loans, self.ratio, self._pds, self._tree = pds.shape[1], ratio, pds, -1

    def grow(self):
        self._tree += 1
        return self._pds[self._tree]

    def restored(self, pd):
        return log_odds(pd) + restoration(self.ratio)


@pytest.mark.parametrize("fold", [np.repeat([0, 1, 2], 40), np.tile([0, 1, 2], 40), np.zeros(120, dtype=np.intp)])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_loan_has_the_number_of_trees_that_is_best_for_the_others(fold, weighted):
    rng = np.random.default_rng(len(np.unique(fold)) + weighted)
    pds = rng.uniform(0.05, 0.9, (30, 120))
    y = (rng.random(120) < 0.4).astype(np.int8)
    loans = JudgedLoans(y, rng.uniform(0.5, 2, 120) if weighted else None, fold)
    ratios = (1.0, 3.0, 0.5)
    growers = [Fake(pds[:, 40 * k : 40 * k + 40], ratio) for k, ratio in enumerate(ratios)]
    grown = grow_together(growers, loans, Stopping(30, 100, lambda _tree: None))
    z = log_odds(pds) + np.repeat([restoration(ratio) for ratio in ratios], 40)
    losses = np.stack([loans.losses(each) for each in z])
    choice = settled_by_others(losses, loans.weight, fold)
    np.testing.assert_array_equal(grown.log_odds, z[choice, np.arange(120)])
    np.testing.assert_allclose(grown.curve, losses.sum(axis=1) / loans.size, rtol=1e-12)
    assert grown.trees == np.argmin(losses.sum(axis=1)) + 1


def test_nothing_is_kept_of_what_comes_after_the_best():
    loans = JudgedLoans(np.array([1, 0], dtype=np.int8), None, np.zeros(2, dtype=np.intp))
    kept = KeptLogOdds([Fake(np.empty((0, 2)), 1.0)], loans)
    for loss, pd in ((2.0, [0.5, 0.4]), (1.0, [0.6, 0.3]), (1.0, [0.9, 0.2]), (1.5, [0.7, 0.1])):
        kept.see(np.array([loss]), [np.array(pd)])
    np.testing.assert_allclose(kept.log_odds, log_odds(np.array([0.6, 0.3])))


@pytest.mark.parametrize("ratio", [0.2, 1.0, 7.0])
def test_the_loss_of_tilted_pds_is_that_of_their_restored_log_odds(ratio):
    pd = np.tile([1e-9, 0.01, 0.3, 0.5, 0.99, 1 - 1e-9], 2)
    y = np.repeat([0, 1], 6)
    expected = bce_loss(y, log_odds(pd) + restoration(ratio))
    np.testing.assert_allclose(restored_bce(y, pd, ratio), expected, rtol=1e-6, atol=1e-15)


def test_pds_of_none_and_one_cost_much_and_not_without_end():
    loss = restored_bce(np.array([1, 0, 1, 0]), np.array([0.0, 1.0, 1.0, 0.0]))
    np.testing.assert_allclose(loss, [34.538776, 34.538776, 0.0, 0.0], atol=1e-6)
