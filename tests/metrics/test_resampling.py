import math

import numpy as np
import pytest

from creditrisk.metrics.resampling import Resampled, Resampling, log_wald, of_maximum, resample


def counts_of(how, n, strata=None):
    """Return the counts of each draw themselves."""
    return resample(lambda counts: counts, n, how, strata).draws


def test_a_draw_takes_as_many_loans_as_there_are():
    draws = counts_of(Resampling(draws=50), 30)
    assert draws.shape == (50, 30)
    assert (draws.sum(axis=1) == 30).all()
    assert len(np.unique(draws, axis=0)) == 50


def test_counts_are_those_of_drawing_with_replacement():
    """Binomial(n, 1 / n) each, with covariance −1 / n: checked within five standard errors of 20,000 draws."""
    draws = counts_of(Resampling(draws=20_000), 10)
    assert draws.mean(axis=0) == pytest.approx(1.0, abs=5 * math.sqrt(0.9 / 20_000))
    covariance = np.cov(draws.T)
    assert np.diag(covariance) == pytest.approx(0.9, abs=0.06)
    assert covariance[0, 1] == pytest.approx(-0.1, abs=0.04)
    assert np.mean(draws == 0) == pytest.approx(0.9**10, abs=0.01)


def test_strata_keep_the_number_of_defaults():
    y = np.array([1] * 7 + [0] * 23)
    draws = counts_of(Resampling(draws=40), 30, y)
    assert (draws[:, :7].sum(axis=1) == 7).all()
    assert (draws[:, 7:].sum(axis=1) == 23).all()
    assert len({tuple(draw[:7]) for draw in draws}) > 20


def test_without_strata_the_number_of_defaults_varies():
    draws = counts_of(Resampling(draws=2_000), 100)
    assert draws[:, :20].sum(axis=1).std() == pytest.approx(4.0, rel=0.1)


def test_whole_borrowers_are_drawn():
    by = np.array([5, 5, 5, -2, -2, 9])
    draws = counts_of(Resampling(draws=200, by=by), 6, np.array([0, 1, 0, 1, 0, 1]))
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[:, 0] == draws[:, 2]).all()
    assert (draws[:, 3] == draws[:, 4]).all()
    assert (draws[:, 0] + draws[:, 3] + draws[:, 5] == 3).all()


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_change_no_bit(threads):
    one = counts_of(Resampling(draws=130, seed=4), 50)
    assert (counts_of(Resampling(draws=130, seed=4, threads=threads), 50) == one).all()


def test_the_seed_decides_and_more_draws_only_add():
    one = counts_of(Resampling(draws=40, seed=4), 50)
    assert (counts_of(Resampling(draws=400, seed=4), 50)[:40] == one).all()
    assert (counts_of(Resampling(draws=40, seed=5), 50) != one).any()


def test_the_deviation_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).exponential(size=400)
    found = resample(lambda counts: np.array([counts @ values / 400]), 400, Resampling(draws=4_000))
    assert found.value[0] == pytest.approx(values.mean())
    assert found.se()[0] == pytest.approx(values.std() / 20, rel=0.05)
    assert found.bias()[0] == pytest.approx(0.0, abs=5 * values.std() / 20 / math.sqrt(4_000))


def test_the_bias_of_a_square_is_the_variance_of_its_mean():
    values = np.random.default_rng(0).normal(size=50)
    found = resample(lambda counts: np.array([(counts @ values / 50) ** 2]), 50, Resampling(draws=8_000))
    assert found.bias()[0] == pytest.approx(values.var() / 50, rel=0.15)


def test_draws_that_tell_nothing_give_no_standard_error():
    column = np.arange(100.0)
    few, many = column.copy(), column.copy()
    few[:2], many[:3] = np.nan, np.nan
    found = Resampled(np.zeros(4), np.column_stack([np.ones(100), few, many, np.full(100, np.nan)]))
    assert np.isnan(found.se()).tolist() == [True, False, True, True]
    assert np.isnan(found.bias()).tolist() == [True, False, True, True]
    assert found.se()[1] == pytest.approx(np.arange(2, 100).std(ddof=1))
    assert found.bias()[1] == pytest.approx(50.5)


def test_one_draw_gives_no_standard_error():
    assert math.isnan(resample(lambda counts: counts[:1], 9, Resampling(draws=1)).se()[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"draws": 0}, "draws must be 1 or more, got 0."),
        ({"seed": -1}, "seed must be 0 or more, got -1."),
        ({"threads": 0}, "threads must be 1 or more, got 0."),
    ],
)
def test_numbers_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        Resampling(**arguments)


def test_borrowers_must_be_one_a_loan():
    with pytest.raises(ValueError, match=r"^by must have shape \(5,\), got \(4,\)\.$"):
        counts_of(Resampling(by=np.arange(4)), 5)


def test_the_log_interval_is_symmetric_in_the_logarithm_of_the_distance():
    estimate = log_wald(2.0, 0.3)
    assert math.log(estimate.high / 2) == pytest.approx(1.959964 * 0.3 / 2, rel=1e-6)
    assert estimate.low * estimate.high == pytest.approx(4.0)
    skill = log_wald(0.2, 0.05, origin=1.0, sign=-1.0)
    assert skill.low < 0.2 < skill.high < 1.0
    assert (1 - skill.low) * (1 - skill.high) == pytest.approx(0.64)
    assert math.log((1 - skill.low) / 0.8) == pytest.approx(1.959964 * 0.05 / 0.8, rel=1e-6)


def test_a_distance_of_nothing_has_no_log_interval():
    assert math.isnan(log_wald(0.0, 0.1).low)
    assert math.isnan(log_wald(1.0, 0.1, origin=1.0, sign=-1.0).high)
    assert math.isnan(log_wald(2.0, math.nan).low)


def test_the_interval_of_a_maximum_is_moved_by_its_bias():
    shown = 2 ** (2 / 3) - 1
    estimate = of_maximum(0.4, 0.05, 0.02, bias_varies=False)
    assert (estimate.low + estimate.high) / 2 == pytest.approx(0.4 - 0.02 / shown)
    assert estimate.high - estimate.low == pytest.approx(2 * 1.959964 * 0.05, rel=1e-6)
    wider = of_maximum(0.4, 0.05, 0.02, bias_varies=True)
    assert wider.high - wider.low == pytest.approx(2 * 1.959964 * math.hypot(0.05, 0.02 / shown), rel=1e-6)
    assert (estimate.value, estimate.se) == (0.4, 0.05)


def test_the_interval_of_a_maximum_stays_within_its_bounds_and_holds_the_figure():
    low = of_maximum(0.05, 0.01, 0.04, bias_varies=False)
    assert (low.low, low.high) == (0.0, 0.05)
    assert of_maximum(0.99, 0.1, 0.0, bias_varies=True).high == 1.0
    assert of_maximum(0.5, 0.1, -0.1, bias_varies=True) == of_maximum(0.5, 0.1, 0.0, bias_varies=True)
    assert math.isnan(of_maximum(0.5, math.nan, math.nan, bias_varies=True).low)


def test_a_draw_shows_the_stated_share_of_the_bias_of_a_maximum():
    """The local law itself: the maximum of a parabola with a random walk, and with a second such walk added to it."""
    rng = np.random.default_rng(0)
    steps, reach = 600, 3.0
    at = np.linspace(0, reach, steps + 1)[1:]

    def walk():
        return rng.normal(0, math.sqrt(reach / steps), (2, steps)).cumsum(axis=1)

    once, twice = [], []
    for _ in range(4_000):
        own, drawn = walk(), walk()
        once.append(max((own - at**2).max(), 0.0))
        twice.append(max((own + drawn - at**2).max(), 0.0))
    shown = (np.mean(twice) - np.mean(once)) / np.mean(once)
    assert shown == pytest.approx(2 ** (2 / 3) - 1, abs=0.05)
