from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, WHOLE_WEIGHTS, loans, repeated
from scipy import stats
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from creditrisk.metrics.calibration import bce_rows, calibration_line
from creditrisk.metrics.isotonic import Blocks, IsotonicCurve, _gains, _merged, apply_curve, isotonic_log_odds, pav

quick = settings(max_examples=50, deadline=None, derandomize=True)
EXTREMES = np.array([-1.7e308, -1e300, -1e100, -745.0, -1e-300, 0.0, 5e-324, 40.0, 1e16, 1e100, 1.7e308])


@st.composite
def scored(draw, largest=1e6):
    """Outcomes of both classes, scores with many ties, and weights."""
    n = draw(st.integers(2, 25))
    y = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    s = draw(st.lists(st.integers(-6, 6) | st.floats(-largest, largest), min_size=n, max_size=n))
    w = draw(st.lists(st.integers(1, 4) | st.floats(0.1, 10), min_size=n, max_size=n))
    return np.array(y), np.array(s, dtype=np.float64), np.array(w, dtype=np.float64)


@st.composite
def curves(draw):
    """Increasing knots, some of them next to each other, and values that do not decrease."""
    near = st.floats(-50, 50) | st.sampled_from([1.0, np.nextafter(1.0, 2.0), 0.0, 5e-324])
    knots = sorted(draw(st.lists(near, min_size=1, max_size=12, unique=True)))
    values = sorted(draw(st.lists(st.floats(-40, 40), min_size=len(knots), max_size=len(knots))))
    return tuple(knots), tuple(values)


def kinked(seed, n):
    """Return outcomes, log-odds that are wrong by a kink, and the true PDs."""
    z = np.random.default_rng(seed).normal(-2.0, 1.2, n)
    pd = expit(z)
    y = (np.random.default_rng(seed + 1).random(n) < pd).astype(np.int64)
    return y, np.where(z > -2, -2 + 2.2 * (z + 2), -2 + 0.6 * (z + 2)), pd


def min_max(x, y, w):
    """The fit by its explicit formula: max over starts of min over ends of the mean of the loans between."""
    levels = np.unique(x)

    def mean(low, high):
        member = (x >= low) & (x <= high)
        return np.average(y[member], weights=w[member])

    return [max(min(mean(low, high) for high in levels if high >= at) for low in levels if low <= at) for at in levels]


def by_level(blocks, x, w):
    """Return the fit of each distinct score, from the weights of the blocks and of the scores."""
    mass = np.bincount(np.unique(x, return_inverse=True)[1], w)
    block = np.searchsorted(np.cumsum(blocks.weight) * (1 + 1e-12), np.cumsum(mass))
    return blocks.y[np.minimum(block, len(blocks.y) - 1)]


@pytest.mark.parametrize("sample", SAMPLES)
def test_pav_agrees_with_scikit_learn(sample):
    blocks = pav(sample.pd, sample.y, sample.weight)
    oracle = IsotonicRegression().fit(sample.pd, sample.y, sample_weight=sample.weight)
    truth = oracle.predict(np.unique(sample.pd))
    assert by_level(blocks, sample.pd, sample.mass) == pytest.approx(truth, abs=1e-12)


@quick
@given(scored())
def test_pav_is_the_min_max_formula(data):
    y, x, w = data
    assert by_level(pav(x, y, w), x, w) == pytest.approx(min_max(x, y, w), abs=1e-9)


@quick
@given(scored(largest=1e300))
def test_blocks_rise_and_hold_every_loan_and_every_default(data):
    y, x, w = data
    blocks = pav(x, y, w)
    assert (np.diff(blocks.x) > 0).all()
    assert (np.diff(blocks.y) > 0).all()
    assert 0 <= blocks.y[0] <= blocks.y[-1] <= 1
    assert x.min() <= blocks.x[0] <= blocks.x[-1] <= x.max()
    assert blocks.weight.sum() == pytest.approx(w.sum(), rel=1e-12)
    assert blocks.weight @ blocks.y == pytest.approx(w @ y, rel=1e-12)


def test_pav_by_hand():
    blocks = pav(np.array([5, 1, 3, 3, 9, 7]), np.array([0, 0, 1, 0, 1, 1]), np.array([2, 1, 1, 1, 1, 3]))
    assert blocks.x.tolist() == [1.0, 4.0, 7.5]
    assert blocks.y.tolist() == [0.0, 0.25, 1.0]
    assert blocks.weight.tolist() == [1.0, 4.0, 4.0]


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans(sample):
    rows = repeated(sample)
    for a, b in zip(pav(sample.pd, sample.y, sample.weight), pav(rows.pd, rows.y), strict=True):
        assert a == pytest.approx(b, rel=1e-12)


@quick
@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_count(data, random):
    y, x, w = data
    order = random.sample(range(len(y)), len(y))
    plain, shuffled = pav(x, y), pav(x[order], y[order])
    assert plain.y.tolist() == shuffled.y.tolist()
    assert pav(x, y, w).weight.sum() == pytest.approx(w.sum())


@pytest.mark.parametrize("sample", SAMPLES)
def test_only_the_order_of_the_scores_counts_for_the_rates(sample):
    plain, moved = pav(sample.pd, sample.y, sample.weight), pav(sample.pd**3, sample.y, sample.weight)
    assert plain.y.tolist() == moved.y.tolist()
    assert plain.weight.tolist() == moved.weight.tolist()


def test_likelihood_ratio_of_two_blocks_is_that_of_their_table():
    blocks = pav(np.repeat([1.0, 2.0], [40, 60]), np.repeat([0, 1, 0, 1], [30, 10, 35, 25]))
    table = [[30, 10], [35, 25]]
    truth = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert _gains(blocks.y, blocks.weight) == pytest.approx([truth], rel=1e-12)


def test_the_most_alike_blocks_are_merged_first_and_distinct_ones_stay():
    blocks = Blocks(
        np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.1, 0.2, 0.21, 0.6]), np.array([99.0, 150.0, 50.0, 80.0])
    )
    merged = _merged(blocks)
    assert merged.x == pytest.approx([0.0, 1.25, 4.0])
    assert merged.y == pytest.approx([0.1, 0.2025, 0.6])
    assert merged.weight.tolist() == [99.0, 200.0, 80.0]
    assert (_gains(merged.y, merged.weight) >= 2).all()
    assert blocks.weight.tolist() == [99.0, 150.0, 50.0, 80.0]


@pytest.mark.parametrize(("gain", "left"), [(1.95, 1), (2.05, 2)])
def test_a_block_stays_where_it_adds_2_to_twice_the_likelihood(gain, left):
    x, y = np.array([0.0, 1.0]), np.array([0.2, 0.3])
    weight = np.full(2, gain / _gains(y, np.ones(2))[0])
    assert len(_merged(Blocks(x, y, weight)).y) == left


def test_there_are_at_most_200_blocks_however_many_are_distinct():
    rates = np.linspace(0.01, 0.99, 500)
    merged = _merged(Blocks(np.arange(500.0), rates, np.full(500, 1e9)))
    assert len(merged.y) == 200
    assert (np.diff(merged.x) > 0).all()
    assert (np.diff(merged.y) > 0).all()
    assert merged.weight @ merged.y == pytest.approx(1e9 * rates.sum(), rel=1e-12)


@pytest.mark.parametrize("weighting", ["none", "whole", "fractional"])
@pytest.mark.parametrize("levels", [None, 6])
def test_the_mean_pd_of_the_fitted_loans_is_their_default_rate(weighting, levels):
    sample = loans(3, n=3000, levels=levels, weighting=weighting)
    z = 1.7 * logit(sample.pd) - 1
    curve = isotonic_log_odds(sample.y, z, sample.weight)
    mean = np.average(expit(apply_curve(z, curve.knots, curve.values)), weights=sample.mass)
    assert mean == pytest.approx(np.average(sample.y, weights=sample.mass), rel=1e-10)


@quick
@given(scored())
def test_curves_rise_and_are_finite(data):
    y, z, w = data
    for weight in (None, w):
        curve = isotonic_log_odds(y, z, weight)
        assert all(a < b for a, b in pairwise(curve.knots))
        assert all(a <= b for a, b in pairwise(curve.values))
        assert np.isfinite(curve.knots).all()
        assert np.isfinite(curve.values).all()
        assert len(curve.knots) == len(curve.values) <= 200


def test_perfectly_separated_loans_get_no_certain_pds():
    y = np.repeat([0, 1], 500)
    curve = isotonic_log_odds(y, np.linspace(-3, 3, 1000))
    assert curve.values == pytest.approx(logit([0.5 / 500.5, 500 / 500.5]), abs=1e-9)


def test_weights_count_as_the_effective_number_of_loans():
    y, w = np.repeat([0, 1], 500), np.tile([1.0, 3.0, 3.0, 1.0], 250)
    half = w.sum() ** 2 / (w @ w) / 2
    curve = isotonic_log_odds(y, np.linspace(-3, 3, 1000), w)
    assert curve.values == pytest.approx(logit([0.5 / (half + 0.5), half / (half + 0.5)]), abs=1e-9)


def test_loans_of_one_score_get_the_default_rate():
    curve = isotonic_log_odds(np.array([0, 0, 0, 1]), np.full(4, 7.0))
    assert curve == IsotonicCurve((7.0,), (pytest.approx(np.log(1 / 3)),))


def test_infinitely_far_loans_do_not_break_the_fit():
    y, z = np.array([0, 0, 1, 0, 1, 1]), np.array([-1.7e308, -3.0, -2.0, 1.0, 2.0, 1.7e308])
    curve = isotonic_log_odds(y, z)
    assert np.isfinite([*curve.knots, *curve.values]).all()


@pytest.mark.parametrize("factor", [1e-200, 0.25, 1e200])
def test_the_unit_of_the_weights_does_not_count(factor):
    sample = loans(4, n=2000, weighting="fractional")
    z = 2 * logit(sample.pd)
    plain, scaled = (isotonic_log_odds(sample.y, z, sample.weight * scale) for scale in (1.0, factor))
    assert scaled.knots == pytest.approx(plain.knots, rel=1e-9)
    assert scaled.values == pytest.approx(plain.values, rel=1e-9)


def test_a_curve_on_new_loans_beats_no_calibration_a_line_and_plain_steps():
    y, z, _ = kinked(1, 20_000)
    _, new, pd = kinked(2, 200_000)
    curve = isotonic_log_odds(y, z)
    line = calibration_line(y, expit(z))
    steps = IsotonicRegression(out_of_bounds="clip").fit(z, y).predict(new)
    guesses = {
        "curve": expit(apply_curve(new, curve.knots, curve.values)),
        "nothing": expit(new),
        "line": expit(line.intercept.value + line.slope.value * new),
        "steps": np.clip(steps, 0.5 / len(y), 1 - 0.5 / len(y)),
    }
    loss = {name: np.mean(pd * bce_rows(1, p) + (1 - pd) * bce_rows(0, p)) for name, p in guesses.items()}
    best = np.mean(pd * bce_rows(1, pd) + (1 - pd) * bce_rows(0, pd))
    assert loss["curve"] - best < 0.0006
    assert loss["curve"] < min(loss["nothing"], loss["line"], loss["steps"])


@quick
@given(curves(), st.lists(st.floats(-60, 60), min_size=1, max_size=30))
def test_between_the_knots_the_curve_is_linear_and_beyond_them_its_slope_is_1(curve, z):
    knots, values = curve
    z = np.array([*z, *knots])
    beyond = z - np.clip(z, knots[0], knots[-1])
    assert apply_curve(z, knots, values) == pytest.approx(np.interp(z, knots, values) + beyond, abs=1e-9)


@quick
@given(curves(), st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_a_higher_score_never_gets_a_lower_value(curve, z):
    knots, values = curve
    near = [end for knot in knots for end in (np.nextafter(knot, -np.inf), knot, np.nextafter(knot, np.inf))]
    calibrated = apply_curve(np.sort([*z, *near, *EXTREMES]), knots, values)
    assert (np.diff(calibrated) >= 0).all()
    assert np.isfinite(calibrated).all()


def test_a_loan_gets_the_same_bits_alone_shuffled_and_among_others():
    y, z, _ = kinked(5, 5000)
    curve = isotonic_log_odds(y, z)
    z = np.concatenate([z[:1001], curve.knots, EXTREMES])
    whole = apply_curve(z, curve.knots, curve.values)
    order = np.random.default_rng(6).permutation(len(z))
    alone = np.concatenate([apply_curve(z[i : i + 1], curve.knots, curve.values) for i in range(len(z))])
    shuffled = np.empty_like(whole)
    shuffled[order] = apply_curve(z[order], curve.knots, curve.values)
    strided = apply_curve(np.repeat(z, 3)[::3], list(curve.knots), list(curve.values))
    assert whole.tobytes() == alone.tobytes() == shuffled.tobytes() == strided.tobytes()


def test_no_two_loans_are_tied_that_the_model_told_apart():
    y, z, _ = kinked(7, 5000)
    curve = isotonic_log_odds(y, z)
    assert len(np.unique(apply_curve(z, curve.knots, curve.values))) == len(np.unique(z))


def test_missing_scores_stay_missing():
    calibrated = apply_curve(np.array([np.nan, 0.0]), (-1.0, 1.0), (-2.0, 2.0))
    assert np.isnan(calibrated).tolist() == [True, False]


@pytest.mark.parametrize("fit", [pav, lambda x, y: isotonic_log_odds(y, x)])
def test_refused_arguments_are_named_in_the_message(fit):
    with pytest.raises(ValueError, match=r"^y_true must hold both classes\.$"):
        fit(np.arange(3.0), np.zeros(3))
