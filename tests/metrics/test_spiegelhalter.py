import math
from itertools import product

import numpy as np
import pytest
from metric_samples import SAMPLES, UNWEIGHTED
from scipy import special, stats

from creditrisk.metrics.spiegelhalter import Spiegelhalter, spiegelhalter

NAN = pytest.approx(math.nan, nan_ok=True)


def right(seed, n=400, centre=-1.0):
    """Return outcomes of loans whose PDs are right, and the PDs."""
    rng = np.random.default_rng(seed)
    pd = special.expit(rng.normal(centre, 1.0, n))
    return (rng.random(n) < pd).astype(np.int64), pd


def test_it_is_the_brier_score_standardised_by_its_exact_mean_and_deviation():
    pd = np.array([0.05, 0.1, 0.3, 0.3, 0.45, 0.6, 0.8])
    outcomes = np.array(list(product((0, 1), repeat=len(pd))))
    chance = np.prod(np.where(outcomes == 1, pd, 1 - pd), axis=1)
    scores = np.mean((outcomes - pd) ** 2, axis=1)
    mean = scores @ chance
    deviation = math.sqrt((scores - mean) ** 2 @ chance)
    for y, score in list(zip(outcomes, scores, strict=True))[1:-1]:
        found = spiegelhalter(y, pd)
        assert found.z == pytest.approx((score - mean) / deviation, abs=1e-12)
        assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.z)), abs=1e-12)


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_it_follows_the_written_formula(sample):
    above = below = 0.0
    for y, p in zip(sample.y, sample.pd, strict=True):
        above += (y - p) * (1 - 2 * p)
        below += (1 - 2 * p) ** 2 * p * (1 - p)
    assert spiegelhalter(sample.y, sample.pd).z == pytest.approx(above / math.sqrt(below), rel=1e-12)


@pytest.mark.parametrize("sample", [parameter for parameter in SAMPLES if parameter.values[0].weight is not None])
def test_with_weights_the_variance_is_that_of_the_data(sample):
    above = below = 0.0
    for y, p, w in zip(sample.y, sample.pd, sample.weight, strict=True):
        above += w * (y - p) * (1 - 2 * p)
        below += (w * (y - p) * (1 - 2 * p)) ** 2
    found = spiegelhalter(sample.y, sample.pd, sample.weight)
    assert found.z == pytest.approx(above / math.sqrt(below), rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.z)), rel=1e-10)


@pytest.mark.parametrize("weighting", ["none", "exponential", "by outcome"])
def test_right_models_are_rejected_at_the_level(weighting):
    p_values = []
    for seed in range(600):
        rng = np.random.default_rng(10_000 + seed)
        y, pd = right(seed, n=1500, centre=-2.0) if weighting == "by outcome" else right(seed)
        weight = rng.exponential(size=len(y)) + 0.1 if weighting == "exponential" else None
        if weighting == "by outcome":
            kept = (y == 1) | (rng.random(len(y)) < 0.2)
            y, pd, weight = y[kept], pd[kept], np.where(y == 1, 1.0, 5.0)[kept]
        p_values.append(spiegelhalter(y, pd, weight).p_value)
    # The bounds are four standard errors of 600 portfolios.
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.036)
    assert np.mean(np.array(p_values) <= 0.5) == pytest.approx(0.5, abs=0.082)


@pytest.mark.parametrize(("factor", "sign"), [(0.7, 1), (1.4, -1)])
@pytest.mark.parametrize("weight", [None, 2.0])
def test_the_sign_says_whether_the_score_is_worse_or_better_than_promised(factor, sign, weight):
    y, pd = right(1, n=5000, centre=-3.0)
    found = spiegelhalter(y, np.minimum(factor * pd, 0.99), None if weight is None else np.full(len(y), weight))
    assert sign * found.z > 3
    assert found.p_value < 0.003


@pytest.mark.parametrize(
    ("pd", "truth"),
    [((0.25, 0.31), (0.4, 0.121)), ((0.3, 0.7), (0.4, 0.8))],
    ids=["one too low and one too high", "a wrong level on both sides of a half"],
)
def test_errors_that_cancel_go_unseen(pd, truth):
    y = np.concatenate([np.repeat([0, 1], [round(1000 * (1 - rate)), round(1000 * rate)]) for rate in truth])
    assert spiegelhalter(y, np.repeat(pd, 1000)).p_value > 0.3


@pytest.mark.parametrize(
    ("y", "pd", "z", "p_value"),
    [
        ([0, 1], [0.5, 0.5], NAN, NAN),
        ([0, 1], [0.0, 1.0], NAN, NAN),
        ([1, 0], [0.0, 1.0], math.inf, 0.0),
        ([1, 0, 1], [0.0, 1.0, 0.5], math.inf, 0.0),
    ],
    ids=["halves", "certain and right", "certain and wrong", "certain and wrong beside a half"],
)
def test_where_no_outcome_could_move_it(y, pd, z, p_value):
    assert spiegelhalter(np.array(y), np.array(pd)) == Spiegelhalter(z, p_value)


def test_extreme_weights_do_not_overflow():
    y, pd = right(2)
    w = np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    for factor in (1e-200, 1e200):
        assert spiegelhalter(y, pd, factor * w).z == pytest.approx(spiegelhalter(y, pd, w).z, rel=1e-12)


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        spiegelhalter(np.array([0, 1]), np.array([0.5, 1.5]))
