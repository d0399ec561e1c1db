"""The weights of a blend against SciPy's optimisers, and what a blend promises whatever its members say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from creditrisk.metrics.odds import expit
from creditrisk.models.blending import Judgements, Pull, blend, blend_weights

FREE = 1e-6


def judged(seed=0, rows=800, members=4, *, weighted=False, noise=(0.3, 0.6, 1.0, 2.0, 0.5)):
    """Members that see the true log-odds, each with noise of its own, in 4 folds whose base rates differ a little."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1.5, 1.2, rows)
    y = (rng.random(rows) < expit(truth)).astype(np.int8)
    z = np.column_stack([rng.uniform(0.5, 1.5) * truth + rng.normal(0, noise[m], rows) for m in range(members)])
    fold = np.arange(rows) % 4
    base = math.log(y.mean() / (1 - y.mean())) + 0.05 * fold
    return Judgements(z, base, y, rng.integers(1, 6, rows).astype(float) if weighted else None, fold)


def to_mean(members, strength):
    return Pull(np.full(members, 1 / members), strength)


def objective(data, pull):
    """Return Σ loan weight · BCE + κ/2 Σ (w − centre)², loan weights of mean 1, written out anew."""
    loans = np.ones(len(data.y_true)) if data.weight is None else data.weight / data.weight.mean()

    def value(w):
        z = data.base + (data.z - data.base[:, None]) @ w
        loss = np.logaddexp(0, z) - data.y_true * z
        return float(np.sum(loans * loss) + pull.strength / 2 * np.sum((w - pull.centre) ** 2))

    return value


def scipy_weights(data, pull):
    value, bounds = objective(data, pull), [(0, None)] * len(pull.centre)
    ways = [("SLSQP", {"ftol": 1e-12, "maxiter": 1000}), ("L-BFGS-B", {"ftol": 1e-15, "gtol": 1e-8, "maxiter": 5000})]
    found = [minimize(value, pull.centre, method=method, bounds=bounds, options=options).x for method, options in ways]
    return min(found, key=value)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("strength", [FREE, 3.0, 100.0, 1000.0])
@pytest.mark.parametrize("seed", range(4))
def test_weights_are_where_scipy_finds_the_least_objective(seed, strength, weighted):
    data = judged(seed, weighted=weighted, members=2 + seed)
    pull = Pull(np.eye(2 + seed)[-1], strength) if seed % 2 else to_mean(2 + seed, strength)
    found, expected = blend_weights(data, pull), scipy_weights(data, pull)
    np.testing.assert_allclose(found, expected, atol=2e-3)
    value = objective(data, pull)
    assert value(found) <= value(expected) + 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([FREE, 1.0, 30.0, 1000.0, 1e6]), st.booleans(), st.integers(1, 5))
def test_weights_are_never_negative_and_no_small_step_makes_them_better(seed, strength, weighted, members):
    rng = np.random.default_rng(seed)
    data = judged(seed, rows=120, weighted=weighted, members=members, noise=rng.uniform(0, 3, 5))
    data.z[:, 0] *= rng.choice([-1.0, 0.0, 1.0])
    pull = Pull(np.eye(members)[0], strength) if rng.random() < 0.5 else to_mean(members, strength)
    found, value = blend_weights(data, pull), objective(data, pull)
    assert (found >= 0).all()
    for step in np.vstack([np.eye(members), -np.eye(members)]) * 1e-3:
        assert value(np.maximum(found + step, 0)) >= value(found) - 1e-7


def test_a_member_that_points_the_wrong_way_is_held_at_nothing():
    data = judged(1, members=2)
    data.z[:, 1] = 2 * data.base - data.z[:, 1]
    found = blend_weights(data, to_mean(2, FREE))
    assert found[1] == 0
    alone = scipy_weights(data.members(np.array([0])), to_mean(1, FREE))
    assert found[0] == pytest.approx(alone[0], abs=1e-3)


@pytest.mark.parametrize("members", [2, 3, 5])
def test_a_huge_pull_leaves_the_plain_mean_and_an_endless_one_the_very_centre(members):
    data = judged(members=members)
    np.testing.assert_allclose(blend_weights(data, to_mean(members, 1e9)), 1 / members, atol=1e-5)
    np.testing.assert_allclose(blend_weights(data, Pull(np.eye(members)[1], 1e9)), np.eye(members)[1], atol=1e-5)
    assert blend_weights(data, Pull(np.eye(members)[1], np.inf)).tolist() == np.eye(members)[1].tolist()


def test_loan_weights_count_loans():
    data = judged(2, rows=300, weighted=True)
    times = data.weight.astype(int)
    repeated = Judgements(
        np.repeat(data.z, times, axis=0), np.repeat(data.base, times), np.repeat(data.y_true, times), None,
        np.repeat(data.fold, times),
    )  # fmt: skip
    free = to_mean(4, FREE)
    np.testing.assert_allclose(blend_weights(data, free), blend_weights(repeated, free), rtol=1e-4)
    assert repeated.bce(repeated.z[:, 0]) == pytest.approx(data.bce(data.z[:, 0]), rel=1e-12)


def test_the_scale_of_loan_weights_does_not_matter():
    data = judged(2, weighted=True)
    scaled = Judgements(data.z, data.base, data.y_true, data.weight * 1e6, data.fold)
    pull = to_mean(4, 100.0)
    np.testing.assert_allclose(blend_weights(data, pull), blend_weights(scaled, pull), rtol=1e-6)


def test_blended_log_odds_by_hand():
    two = np.array([0, 1])
    data = Judgements(np.array([[1.0, 3.0], [-2.0, 0.0]]), np.array([-1.0, -2.0]), two.astype(np.int8), None, two)
    # b + 0.5 (z1 − b) + 0.25 (z2 − b)
    assert data.blended(np.array([0.5, 0.25])).tolist() == [1.0, -1.5]
    assert data.blended(np.zeros(2)).tolist() == [-1.0, -2.0]


def test_a_member_of_pure_noise_gets_nothing_beyond_noise():
    got = []
    for seed in range(8):
        data = judged(seed, rows=2000, members=2)
        data.z[:, 1] = data.base + np.random.default_rng(seed + 100).normal(0, 1.5, 2000)
        got.append(blend(data).weights[1])
    # The standard error of its weight is about 1 / √(Σ p (1 − p) · 1.5²) = 0.04.
    assert max(got) < 0.12
    assert np.mean(got) < 0.04
    assert got.count(0.0) >= 3


def test_members_that_say_nothing_leave_everybody_near_the_default_rate():
    for seed in range(6):
        rng = np.random.default_rng(seed)
        y = (rng.random(3000) < 0.2).astype(np.int8)
        base = np.full(3000, math.log(y.mean() / (1 - y.mean())))
        z = base[:, None] + rng.normal(0, 1, (3000, 3))
        found = blend(Judgements(z, base, y, None, np.arange(3000) % 5))
        assert found.weights.sum() < 0.2
        assert np.abs(expit(found.log_odds) - y.mean()).mean() < 0.03


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.booleans(), st.integers(2, 4))
def test_a_blend_is_never_worse_out_of_fold_than_its_best_member(seed, members, weighted, folds):
    rng = np.random.default_rng(seed)
    data = judged(seed, rows=80, members=members, weighted=weighted, noise=rng.uniform(0, 4, 5))
    data = Judgements(data.z, data.base, data.y_true, data.weight, data.fold % folds)
    found = blend(data)
    assert found.weights.shape == (members,)
    assert found.log_odds.shape == (80,)
    assert (found.weights >= 0).all()
    # Members that bring next to nothing are left out, which may cost three in ten thousand each way.
    assert data.bce(found.log_odds) <= min(data.bce(column) for column in data.z.T) * 1.01


def test_one_fold_is_none_to_cross_fit_by():
    data = judged()
    with pytest.raises(ValueError, match="two folds at least"):
        blend(Judgements(data.z, data.base, data.y_true, None, np.zeros(len(data.base), dtype=np.intp)))


def test_where_blending_does_not_pay_the_best_member_stands_alone():
    alone = 0
    for seed in range(12):
        data = judged(seed, rows=40, members=5, noise=(0.05, 3, 3, 3, 3))
        found = blend(data)
        best = int(np.argmin([data.bce(column) for column in data.z.T]))
        if found.weights.tolist() == np.eye(5)[best].tolist():
            alone += 1
            assert found.log_odds.tolist() == data.z[:, best].tolist()
    assert alone >= 6


def test_one_member_that_is_too_sure_is_blended_with_the_default_rate():
    data = judged(members=1)
    z = data.base[:, None] + 3 * (data.z - data.base[:, None])
    found = blend(Judgements(z, data.base, data.y_true, None, data.fold))
    assert found.weights[0] == pytest.approx(scipy_weights(data, to_mean(1, FREE))[0] / 3, abs=0.05)


def test_members_that_err_differently_are_better_together():
    data = judged(3, rows=4000, members=2, noise=(1.0, 1.0))
    found = blend(data)
    assert (found.weights > 0.1).all()
    assert data.bce(found.log_odds) < min(data.bce(column) for column in data.z.T) - 0.002


def test_the_log_odds_of_a_fold_do_not_see_its_own_outcomes():
    data = judged(4, rows=1200)
    y, inside = data.y_true.copy(), data.fold == 2
    y[np.flatnonzero(inside)[:2]] ^= 1  # too few to change how strongly weights are drawn
    told, flipped = (blend(Judgements(data.z, data.base, each, None, data.fold)).log_odds for each in (data.y_true, y))
    assert told[inside].tolist() == flipped[inside].tolist()
    assert (told[~inside] != flipped[~inside]).all()


def test_a_member_with_next_to_no_weight_is_left_out():
    for seed in range(10):
        weights = blend(judged(seed, members=5, noise=(0.3, 0.3, 5, 5, 5))).weights
        assert ((weights == 0) | (weights >= 0.01)).all()


def periods(*, advantage, seed=0, spread=0.0, folds=5, rows=600):
    """Two members that see the truth with equal noise; the second loses a part of its slope, more or less by fold."""
    rng = np.random.default_rng(seed)
    fold = np.repeat(np.arange(folds), rows)
    truth = rng.normal(-1.5, 1.2, len(fold))
    y = (rng.random(len(fold)) < expit(truth)).astype(np.int8)
    lost = (advantage + spread * np.array([1, -1, 1, -1, 0.5] * folds)[:folds])[fold]
    z = np.column_stack([truth + rng.normal(0, 0.5, len(fold)), truth * (1 - lost) + rng.normal(0, 0.5, len(fold))])
    return Judgements(z, np.full(len(fold), math.log(y.mean() / (1 - y.mean()))), y, None, fold)


def test_out_of_time_members_that_win_now_and_then_are_averaged():
    data = periods(advantage=0.05, spread=0.2)
    weights = blend(data, walks=True).weights
    assert weights[0] == pytest.approx(weights[1], rel=0.3)
    assert (weights > 0.2).all()


def test_out_of_time_a_member_that_is_worse_in_every_fold_is_left_out():
    data = periods(advantage=0.9)
    weights = blend(data, walks=True).weights
    assert weights[1] < 0.05
    assert weights[0] > 0.5


def test_out_of_time_members_that_say_nothing_go_to_the_default_rate():
    rng = np.random.default_rng(1)
    fold, y = np.repeat(np.arange(5), 400), (rng.random(2000) < 0.2).astype(np.int8)
    base = np.full(2000, math.log(0.25))
    data = Judgements(base[:, None] + rng.normal(0, 1.0, (2000, 3)), base, y, None, fold)
    found = blend(data, walks=True)
    assert found.weights.sum() < 0.2
    assert data.bce(found.log_odds) < data.bce(base) + 0.01
