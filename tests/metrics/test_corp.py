import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import special, stats
from sklearn.isotonic import IsotonicRegression

from creditrisk.metrics import corp as module
from creditrisk.metrics.calibration import bce, brier
from creditrisk.metrics.corp import BandPoint, ReliabilityStep, corp

quick = settings(max_examples=30, deadline=None, derandomize=True)


@st.composite
def portfolios(draw):
    """Outcomes of both classes, PDs with many ties, and weights."""
    n = draw(st.integers(2, 40))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    pd = draw(st.lists(st.sampled_from([0.0, 0.1, 0.2, 1.0]) | st.floats(0, 1), min_size=n, max_size=n))
    w = draw(st.lists(st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(pd), np.array(w)


def right(seed, n, centre=-2.0):
    """Return outcomes of loans whose PDs are right, and the PDs."""
    rng = np.random.default_rng(seed)
    pd = special.expit(rng.normal(centre, 1.0, n))
    return (rng.random(n) < pd).astype(np.int64), pd


def cross_entropy(y, pd, w):
    return -np.average(special.xlogy(y, pd) + special.xlog1py(1 - y, -pd), weights=w)


def squared_error(y, pd, w):
    return np.average((pd - y) ** 2, weights=w)


SCORES = pytest.mark.parametrize(("name", "score"), [("bce", cross_entropy), ("brier", squared_error)])


def miscalibrations_by_chance(pd, score):
    """Every outcome that loans with right PDs can have: its probability, and its miscalibration by scikit-learn."""
    chances, found = [], []
    for outcome in product((0.0, 1.0), repeat=len(pd)):
        y = np.array(outcome)
        fit = isotonic(pd, y)
        chances.append(np.prod(np.where(y == 1, pd, 1 - pd)))
        found.append(score(y, pd, None) - score(y, fit, None))
    return np.array(chances), np.array(found)


def isotonic(pd, y, weight=None):
    return np.clip(IsotonicRegression().fit(pd, y, sample_weight=weight).predict(pd), 0, 1)


def curve(steps, pd):
    """The rate of the step that each PD stands on."""
    return np.array([next(step.rate for step in steps if step.lowest_pd <= p <= step.highest_pd) for p in pd])


# --- the parts --------------------------------------------------------------------------------------------------


@SCORES
@pytest.mark.parametrize("sample", SAMPLES)
def test_parts_are_those_of_scikit_learns_isotonic_regression(name, score, sample):
    fit = isotonic(sample.pd, sample.y, sample.weight)
    rate = np.full(len(fit), np.average(sample.y, weights=sample.weight))
    given, least, flat = (score(sample.y, pd, sample.weight) for pd in (sample.pd, fit, rate))
    parts = getattr(corp(sample.y, sample.pd, sample.weight, draws=1), name)
    found = (parts.score, parts.miscalibration, parts.discrimination, parts.uncertainty)
    assert found == pytest.approx((given, given - least, flat - least, flat), abs=1e-12)


#: decompose() of model-diagnostics 1.5.0 with LogLoss() and SquaredError() on the loans below: score, miscalibration,
#: discrimination, uncertainty.
FROZEN = {
    ("bce", False): (0.6880599359634945, 0.09182556022361954, 0.09635714633810433, 0.6925915220779792),
    ("brier", False): (0.2296875, 0.02228009259259256, 0.04231481481481478, 0.2497222222222222),
    ("bce", True): (0.6690608480661453, 0.07960139306598313, 0.10304062152368976, 0.6925000765238519),
    ("brier", True): (0.223999966693312, 0.019405516579925758, 0.04508206766519668, 0.24967651777858293),
}


@pytest.mark.parametrize(("name", "weighted"), FROZEN)
def test_parts_are_those_of_model_diagnostics(name, weighted):
    number = np.arange(60)
    pd = (7 * number % 20 + 1) / 24
    y = ((11 * number % 29) / 29 < 0.15 + 0.7 * pd).astype(np.int64)
    parts = getattr(corp(y, pd, 1 + (5 * number % 7) / 4 if weighted else None, draws=1), name)
    found = (parts.score, parts.miscalibration, parts.discrimination, parts.uncertainty)
    assert found == pytest.approx(FROZEN[name, weighted], abs=1e-13)


@quick
@given(portfolios())
def test_parts_add_up_to_the_score_and_are_never_negative(data):
    y, pd, w = data
    found = corp(y, pd, w, draws=5)
    assert found.bce.score == pytest.approx(bce(y, pd, w).value, rel=1e-12, abs=1e-14)
    assert found.brier.score == pytest.approx(brier(y, pd, w).value, rel=1e-12, abs=1e-14)
    for parts in (found.bce, found.brier):
        total = parts.miscalibration - parts.discrimination + parts.uncertainty
        assert parts.score == pytest.approx(total, abs=1e-12)
        assert min(parts.miscalibration, parts.discrimination) >= 0
        assert 1 / 6 <= parts.p_value <= 1
        assert -1e-12 <= parts.expected <= parts.highest * 5 + 1e-12


@pytest.mark.parametrize("sample", SAMPLES)
def test_recalibrated_pds_have_no_miscalibration_left_and_the_same_discrimination(sample):
    before = corp(sample.y, sample.pd, sample.weight, draws=1)
    after = corp(sample.y, curve(before.reliability.steps, sample.pd), sample.weight, draws=1)
    for old, new in ((before.bce, after.bce), (before.brier, after.brier)):
        assert new.miscalibration == pytest.approx(0, abs=1e-14)
        assert new.discrimination == pytest.approx(old.discrimination, abs=1e-14)


@pytest.mark.parametrize("sample", SAMPLES)
def test_moving_the_pds_but_not_their_order_moves_the_miscalibration_alone(sample):
    before, after = (corp(sample.y, pd, sample.weight, draws=1) for pd in (sample.pd, sample.pd**3))
    for old, new in ((before.bce, after.bce), (before.brier, after.brier)):
        assert (new.discrimination, new.uncertainty) == (old.discrimination, old.uncertainty)
        assert new.miscalibration > old.miscalibration


def test_one_pd_for_all_discriminates_nothing():
    found = corp(np.array([0, 0, 0, 1]), np.full(4, 0.5), draws=3)
    assert found.brier.miscalibration == pytest.approx(0.25 - 0.1875, abs=1e-15)
    assert found.bce.miscalibration == pytest.approx(math.log(2) - stats.entropy([0.25, 0.75]), abs=1e-15)
    assert (found.bce.discrimination, found.brier.discrimination) == (0, 0)
    assert found.reliability.steps == (ReliabilityStep(0.5, 0.5, 0.5, 0.25, 4),)


def test_separated_classes_leave_nothing_to_the_recalibrated_score():
    found = corp(np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.5]), draws=3)
    for parts in (found.bce, found.brier):
        assert parts.miscalibration == parts.score
        assert parts.discrimination == parts.uncertainty
    assert [step.rate for step in found.reliability.steps] == [0.0, 1.0]


def test_certain_pds_that_are_right_are_perfect():
    y = np.array([0, 1, 0, 1])
    found = corp(y, y.astype(np.float64))
    assert found.brier == module.Decomposition(0.0, 0.0, 0.25, 0.25, 0.0, 0.0, 1.0)
    assert found.bce.miscalibration == pytest.approx(0, abs=2e-15)
    assert (found.bce.discrimination, found.bce.p_value) == (found.bce.uncertainty, 1.0)


def test_certain_pds_that_are_wrong_have_a_miscalibration_that_chance_never_has():
    y = np.array([0, 1, 0, 1])
    found = corp(y, 1.0 - y)
    assert found.brier == module.Decomposition(1.0, 0.75, 0.0, 0.25, 0.0, 0.0, 1 / 201)
    assert found.bce.score == pytest.approx(-math.log(1e-15), rel=1e-3)
    assert found.bce.p_value == 1 / 201


# --- the simulation ---------------------------------------------------------------------------------------------


@SCORES
@pytest.mark.parametrize(
    "pd",
    [[0.2, 0.35, 0.35, 0.5, 0.7, 0.71, 0.9], [0.02, 0.1, 0.1, 0.1, 0.3, 0.3]],
    ids=["spread", "low"],
)
def test_simulations_have_the_exact_distribution_of_all_outcomes(name, score, pd):
    pd = np.array(pd)
    chance, miscalibration = miscalibrations_by_chance(pd, score)
    y = np.zeros(len(pd), dtype=np.int64)
    y[-2] = 1
    parts = getattr(corp(y, pd, draws=4000, seed=3), name)
    mean = miscalibration @ chance
    sd = math.sqrt((miscalibration - mean) ** 2 @ chance)
    assert chance.sum() == pytest.approx(1, abs=1e-12)
    assert parts.expected == pytest.approx(mean, abs=4 * sd / math.sqrt(4000))
    assert parts.p_value == pytest.approx(chance[miscalibration >= parts.miscalibration - 1e-12].sum(), abs=0.02)
    assert chance[miscalibration > parts.highest + 1e-9].sum() <= 0.06
    assert chance[miscalibration >= parts.highest - 1e-9].sum() >= 0.04


@pytest.mark.fuzz
def test_p_values_of_right_pds_are_even():
    found = [corp(*right(seed, 300), draws=39, seed=1000 + seed) for seed in range(150)]
    for p_values in (np.array([one.bce.p_value for one in found]), np.array([one.brier.p_value for one in found])):
        assert (p_values <= 0.1).mean() == pytest.approx(0.1, abs=0.06)
        assert (p_values <= 0.5).mean() == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("wrong", [lambda p: p / 2, np.sqrt, lambda p: np.full_like(p, 0.05)])
def test_wrong_pds_have_the_least_p_value(wrong):
    y, pd = right(2, 20_000)
    found = corp(y, wrong(pd), draws=99)
    for parts in (found.bce, found.brier):
        assert parts.miscalibration > parts.highest > parts.expected > 0
        assert parts.p_value == 1 / 100


def test_p_value_counts_the_simulations_that_are_as_large():
    parts = module._decomposed((0.5, 0.25, 0.375), np.array([0.125, 0.25, 0.1, 0.5]))
    assert (parts.miscalibration, parts.discrimination, parts.uncertainty) == (0.25, 0.125, 0.375)
    assert (parts.expected, parts.highest, parts.p_value) == pytest.approx((0.24375, 0.4625, 3 / 5))


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_the_number_of_threads_does_not_move_a_bit(weighting):
    sample = loans(4, n=3000, weighting=weighting)
    one, three = (corp(sample.y, sample.pd, sample.weight, draws=20, threads=threads) for threads in (1, 3))
    assert one == three


@quick
@given(portfolios(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_move_a_bit(data, random):
    y, pd, w = data
    order = random.sample(range(len(y)), len(y))
    for weight, shuffled in ((None, None), (w, w[order])):
        assert corp(y[order], pd[order], shuffled, draws=10) == corp(y, pd, weight, draws=10)


def test_the_order_of_many_loans_does_not_move_a_bit():
    y, pd = right(3, 30_000)
    order = np.random.default_rng(4).permutation(len(y))
    w = np.random.default_rng(5).uniform(0.5, 2.0, len(y))
    assert corp(y, pd, draws=5) == corp(y[order], pd[order], draws=5)
    assert corp(y, pd, w, draws=5) == corp(y[order], pd[order], w[order], draws=5)


def test_the_seed_moves_the_simulations_and_nothing_else():
    y, pd = right(5, 400)
    first, again, other = (corp(y, pd, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert other.reliability.steps == first.reliability.steps
    for one, two in ((first.bce, other.bce), (first.brier, other.brier)):
        assert (one.score, one.miscalibration) == (two.score, two.miscalibration)
        assert one.expected != two.expected
        assert one.expected == pytest.approx(two.expected, rel=0.2)


# --- weights ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans_but_less_certain(sample):
    rows = repeated(sample)
    weighted, written_out = corp(sample.y, sample.pd, sample.weight), corp(rows.y, rows.pd)
    for one, two in ((weighted.bce, written_out.bce), (weighted.brier, written_out.brier)):
        assert one.score == pytest.approx(two.score, abs=1e-13)
        assert one.miscalibration == pytest.approx(two.miscalibration, abs=1e-13)
        assert one.discrimination == pytest.approx(two.discrimination, abs=1e-13)
        assert one.expected > two.expected
    rates = [[step.rate for step in found.reliability.steps] for found in (weighted, written_out)]
    assert rates[0] == pytest.approx(rates[1], abs=1e-13)


@pytest.mark.parametrize("sample", UNWEIGHTED)
@pytest.mark.parametrize("weight", [4.0, 2.0**1000, 2.0**-1000])
def test_equal_weights_change_nothing(sample, weight):
    assert corp(sample.y, sample.pd, np.full(len(sample.y), weight)) == corp(sample.y, sample.pd)


# --- the curve and its band -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_steps_are_the_fit_of_scikit_learn(sample):
    fit = isotonic(sample.pd, sample.y, sample.weight)
    steps = corp(sample.y, sample.pd, sample.weight, draws=1).reliability.steps
    assert curve(steps, sample.pd) == pytest.approx(fit, abs=1e-12)
    for step in steps:
        member = (sample.pd >= step.lowest_pd) & (sample.pd <= step.highest_pd)
        assert step.loans == member.sum()
        assert (step.lowest_pd, step.highest_pd) == (sample.pd[member].min(), sample.pd[member].max())
        assert step.mean_pd == pytest.approx(np.average(sample.pd[member], weights=sample.mass[member]), rel=1e-13)


@quick
@given(portfolios())
def test_steps_and_band_rise(data):
    y, pd, w = data
    found = corp(y, pd, w, draws=5).reliability
    for low, high in pairwise(found.steps):
        assert low.highest_pd < high.lowest_pd
        assert low.rate < high.rate
    assert all(0 <= s.rate <= 1 and s.lowest_pd <= s.mean_pd <= s.highest_pd for s in found.steps)
    assert sum(step.loans for step in found.steps) == len(y)
    assert (found.band[0].pd, found.band[-1].pd) == (pd.min(), pd.max())
    for low, high in pairwise(found.band):
        assert low.pd < high.pd
        assert low.low <= high.low
        assert low.high <= high.high
    assert all(0 <= point.low <= point.high <= 1 for point in found.band)


def test_band_of_one_pd_is_the_binomial_distribution():
    y = np.repeat([0, 1], [160, 40])
    (point,) = corp(y, np.full(200, 0.2), draws=4000).reliability.band
    low, high = stats.binom.ppf([0.025, 0.975], 200, 0.2) / 200
    assert point == BandPoint(0.2, pytest.approx(low, abs=0.0051), pytest.approx(high, abs=0.0051))


def test_band_has_at_most_a_hundred_points_at_quantiles_of_the_pds():
    y, pd = right(6, 5000)
    band = corp(y, pd, draws=2).reliability.band
    assert len(band) == 100
    share = np.searchsorted(np.sort(pd), [point.pd for point in band], side="right") / len(pd)
    assert share == pytest.approx(np.linspace(0, 1, 100), abs=3e-4)
    weight = np.where(pd < np.median(pd), 99.0, 1.0)
    crowded = corp(y, pd, weight, draws=2).reliability.band
    assert sum(point.pd < np.median(pd) for point in crowded) == pytest.approx(99, abs=1)


@pytest.mark.fuzz
def test_right_curves_lie_in_the_band_in_95_of_100_samples():
    inside = []
    for seed in range(40):
        y, pd = right(seed, 1000)
        found = corp(y, pd, draws=120, seed=seed).reliability
        at = curve(found.steps, [point.pd for point in found.band])
        inside.append(np.mean([p.low <= value <= p.high for p, value in zip(found.band, at, strict=True)]))
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_wrong_curves_leave_the_band():
    y, pd = right(7, 20_000)
    found = corp(y, pd / 2, draws=50).reliability
    at = curve(found.steps, [point.pd for point in found.band])
    assert np.mean([value > point.high for point, value in zip(found.band, at, strict=True)]) > 0.9


# --- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [({"draws": 0}, "draws must be 1 or more, got 0."), ({"threads": -1}, "threads must be 1 or more, got -1.")],
)
def test_refused_options_are_named_in_the_message(options, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        corp(*right(6, 50), **options)
    assert str(refusal.value) == message


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        corp(np.array([0, 1]), np.array([0.5, 1.5]))
