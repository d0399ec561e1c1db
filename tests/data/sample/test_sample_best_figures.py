"""Best reachable figures against brute force over all pairs."""

import math

import numpy as np
import pytest

from creditrisk.data.sample.best_figures import BestReachable


def figures(*batches):
    best = BestReachable()
    for batch in batches:
        best.add(np.asarray(batch, dtype=float))
    return best


def pairwise_auc(p):
    weights = p[:, None] * (1 - p[None, :])
    wins = (p[:, None] > p[None, :]) + 0.5 * (p[:, None] == p[None, :])
    return (weights * wins).sum() / weights.sum()


@pytest.mark.parametrize("shape", [(2, 8), (0.5, 0.5), (30, 30)])
def test_auc_is_that_of_all_pairs(shape):
    p = np.random.default_rng(0).beta(*shape, 1500)
    assert figures(p).auc == pytest.approx(pairwise_auc(p), abs=1e-5)


def test_figures_by_hand():
    # Pairs (i, j): 0.8·0.8 wins, 0.2·0.2 loses, and 0.8·0.2 twice are a loan with itself, counted half.
    best = figures([0.2, 0.8])
    assert best.auc == pytest.approx(0.64 + 0.16)
    assert best.expected_rate == pytest.approx(0.5)
    assert best.bce == pytest.approx(-0.2 * math.log(0.2) - 0.8 * math.log(0.8))


def test_auc_is_what_drawn_outcomes_average_to():
    rng = np.random.default_rng(1)
    p = np.sort(rng.beta(2, 8, 2000))
    drawn = []
    for _ in range(200):
        y = rng.random(2000) < p
        below = np.cumsum(~y)
        drawn.append(below[y].sum() / (y.sum() * (~y).sum()))
    assert figures(p).auc == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / math.sqrt(200) + 1e-4)


def test_batches_do_not_matter():
    p = np.random.default_rng(2).beta(2, 8, 1000)
    whole, parts = figures(p), figures(p[:1], p[1:400], [], p[400:])
    assert (whole.rows, whole.auc) == (parts.rows, pytest.approx(parts.auc, abs=1e-12))
    assert whole.bce == pytest.approx(parts.bce, abs=1e-12)


def test_certain_outcomes_cost_nothing():
    best = figures([0.0, 1.0, 1.0])
    assert best.bce == 0
    assert best.auc == 1


def test_equal_pds_rank_nothing():
    assert figures([0.2] * 7).auc == pytest.approx(0.5)


@pytest.mark.parametrize("p", [[], [0.0, 0.0], [1.0]])
def test_auc_without_both_outcomes_is_undefined(p):
    assert math.isnan(figures(p).auc)


def test_no_loans_have_no_figures():
    assert figures().rows == 0
    assert math.isnan(figures().bce)
    assert math.isnan(figures().expected_rate)
