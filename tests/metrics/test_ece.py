import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_samples import SAMPLES, UNWEIGHTED, WHOLE_WEIGHTS, loans, repeated
from scipy import stats

from creditrisk.metrics import ece
from creditrisk.metrics.ece import CalibrationError, expected_calibration_error
from creditrisk.metrics.gains import gains_table

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
    pd = 1 / (1 + np.exp(-rng.normal(centre, 1.0, n)))
    return (rng.random(n) < pd).astype(np.int64), pd


def number_of_defaults(pd):
    """P(0, 1, … n defaults) of independent loans, by folding in one loan after the other."""
    chance = np.ones(1)
    for p in pd:
        chance = np.convolve(chance, [1 - p, p])
    return chance


@pytest.mark.parametrize("bins", [1, 3, 10])
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_bins_are_the_bands_of_the_gains_table(sample, bins):
    truth = 0.0
    for row in gains_table(sample.y, sample.pd, sample.weight, bins):
        member = (sample.pd >= row.lowest_pd) & (sample.pd <= row.highest_pd)
        truth += sample.mass[member].sum() / sample.mass.sum() * abs(row.default_rate.value - row.mean_pd)
    error = expected_calibration_error(sample.y, sample.pd, sample.weight, bins, draws=1)
    assert error.value == pytest.approx(truth, abs=1e-14)


def test_bins_of_distinct_pds_are_equal_parts_of_the_sorted_loans():
    y, pd = right(1, 1000)
    parts = np.split(np.argsort(pd), 10)
    truth = np.mean([abs(y[part].mean() - pd[part].mean()) for part in parts])
    assert expected_calibration_error(y, pd).value == pytest.approx(truth, abs=1e-14)


def test_error_by_hand():
    y, pd = np.array([0, 1, 0, 1, 1, 1]), np.array([0.2, 0.2, 0.2, 0.2, 0.9, 0.9])
    assert expected_calibration_error(y, pd, bins=2).value == pytest.approx(4 / 6 * 0.3 + 2 / 6 * 0.1, abs=1e-15)


def test_errors_of_opposite_sign_cancel_within_a_bin():
    y, pd = np.tile([0, 1], 50), np.repeat([0.3, 0.7], 50)
    by_bins = [expected_calibration_error(y, pd, bins=bins).value for bins in (1, 2)]
    assert by_bins == pytest.approx([0.0, 0.2], abs=1e-15)


@pytest.mark.parametrize("n", [12, 60])
def test_null_of_one_bin_is_the_exact_distribution_of_the_number_of_defaults(n):
    y, pd = right(n, n, centre=-0.5)
    error = expected_calibration_error(y, pd, bins=1, draws=20_000)
    distance = np.abs(np.arange(n + 1) - pd.sum()) / n
    chance = number_of_defaults(pd)
    mean = distance @ chance
    sd = math.sqrt((distance - mean) ** 2 @ chance)
    assert error.expected == pytest.approx(mean, abs=4 * sd / math.sqrt(20_000))
    assert error.p_value == pytest.approx(chance[distance >= error.value - 1e-12].sum(), abs=0.015)
    beyond = chance[distance > error.highest + 1e-12].sum()
    assert beyond <= 0.056
    assert beyond + chance[np.isclose(distance, error.highest)].sum() >= 0.044


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_drawing_from_the_normal_distribution_changes_little(monkeypatch, weighting):
    sample = loans(9, n=40_000, weighting=weighting)
    found = []
    for limit in (0.0, 10.0):
        monkeypatch.setattr(ece, "_NEARLY_NORMAL", limit)
        found.append(expected_calibration_error(sample.y, sample.pd, sample.weight, draws=1000))
    exact, normal = found
    assert normal.value == exact.value
    assert normal.expected == pytest.approx(exact.expected, rel=0.03)
    assert normal.highest == pytest.approx(exact.highest, rel=0.06)


@pytest.mark.parametrize(
    ("n", "pd", "weights", "whole"),
    [
        *((898, 0.5, (1, 1), True), (902, 0.5, (1, 1), False)),
        *((16_240, 0.048, (1, 1), True), (16_280, 0.048, (1, 1), False)),
        *((1164, 0.5, (1, 2), True), (1168, 0.5, (1, 2), False)),
    ],
)
def test_the_normal_distribution_is_drawn_from_at_lyapunov_ratios_of_a_thirtieth(n, pd, weights, whole):
    w = np.tile(np.array(weights, dtype=np.float64), n // 2)
    defaults = ece._null_misses(np.full(n, pd), w, 50, np.random.default_rng(0)) + pd * w.sum()
    assert bool(np.allclose(defaults, np.round(defaults), atol=1e-9)) == whole


@pytest.mark.parametrize(("n", "pd"), [(997_304, 0.0009), (16_259, 0.048), (1441, 0.3), (900, 0.5)])
def test_the_documented_distance_from_the_normal_distribution(n, pd):
    sd = stats.binom.std(n, pd)
    assert (pd**2 + (1 - pd) ** 2) / sd == pytest.approx(1 / 30, rel=1e-3)
    k = np.arange(n + 1)
    normal = stats.norm.cdf((k - n * pd) / sd)
    below, upto = stats.binom.cdf(k - 1, n, pd), stats.binom.cdf(k, n, pd)
    distance = max(np.abs(upto - normal).max(), np.abs(below - normal).max())
    assert 0.0085 < distance < 0.0135 < 0.56 / 30
    mean = np.abs(k - n * pd) @ stats.binom.pmf(k, n, pd)
    assert mean == pytest.approx(sd * math.sqrt(2 / math.pi), rel=3e-4)


@pytest.mark.fuzz
def test_p_values_of_right_pds_are_even():
    # The seed changes too: 39 simulations of one seed would be wrong by the same amount in every portfolio.
    p_values = np.array(
        [expected_calibration_error(*right(seed, 300), draws=39, seed=1000 + seed).p_value for seed in range(200)]
    )
    assert (p_values <= 0.1).mean() == pytest.approx(0.1, abs=0.05)
    assert (p_values <= 0.5).mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("wrong", [lambda p: p / 2, np.sqrt, lambda p: np.full_like(p, 0.05)])
def test_wrong_pds_have_the_least_p_value(wrong):
    y, pd = right(2, 20_000)
    error = expected_calibration_error(y, wrong(pd))
    assert error.value > error.highest > error.expected > 0
    assert error.p_value == 1 / 201


def test_p_value_counts_the_simulations_that_are_as_large():
    error = ece._compared(0.3, np.array([0.1, 0.3, 0.2, 0.4]))
    assert error == CalibrationError(0.3, 0.25, pytest.approx(0.385), 3 / 5)


def test_certain_pds_that_are_right_have_no_error():
    y = np.array([0, 1, 0, 1])
    assert expected_calibration_error(y, y.astype(np.float64)) == CalibrationError(0.0, 0.0, 0.0, 1.0)


def test_certain_pds_that_are_wrong_have_an_error_that_chance_never_has():
    y = np.array([0, 1, 0, 1])
    assert expected_calibration_error(y, 1.0 - y) == CalibrationError(1.0, 0.0, 0.0, 1 / 201)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_whole_weights_are_repeated_loans_for_the_error_but_less_certain(sample):
    rows = repeated(sample)
    weighted = expected_calibration_error(sample.y, sample.pd, sample.weight, bins=3)
    written_out = expected_calibration_error(rows.y, rows.pd, bins=3)
    assert weighted.value == pytest.approx(written_out.value, abs=1e-13)
    assert weighted.expected > written_out.expected


@pytest.mark.parametrize("sample", UNWEIGHTED)
@pytest.mark.parametrize("weight", [4.0, 2.0**1000, 2.0**-1000])
def test_equal_weights_change_nothing(sample, weight):
    equal = expected_calibration_error(sample.y, sample.pd, np.full(len(sample.y), weight))
    assert equal == expected_calibration_error(sample.y, sample.pd)


@quick
@given(portfolios(), st.randoms(use_true_random=False))
def test_the_order_of_the_loans_does_not_move_a_bit(data, random):
    y, pd, w = data
    order = random.sample(range(len(y)), len(y))
    for weight, shuffled in ((None, None), (w, w[order])):
        there = expected_calibration_error(y[order], pd[order], shuffled, bins=3, draws=20)
        assert there == expected_calibration_error(y, pd, weight, bins=3, draws=20)


@pytest.mark.parametrize("n", [300, 30_000])
def test_the_order_of_many_loans_does_not_move_a_bit(n):
    y, pd = right(3, n)
    order = np.random.default_rng(4).permutation(n)
    w = np.random.default_rng(5).uniform(0.5, 2.0, n)
    assert expected_calibration_error(y, pd) == expected_calibration_error(y[order], pd[order])
    assert expected_calibration_error(y, pd, w) == expected_calibration_error(y[order], pd[order], w[order])


@quick
@given(portfolios())
def test_figures_stay_in_their_ranges(data):
    y, pd, w = data
    error = expected_calibration_error(y, pd, w, draws=20)
    assert 0 <= error.value <= 1 + 1e-12
    assert 0 <= error.expected <= error.highest * 20 + 1e-12
    assert 1 / 21 <= error.p_value <= 1


def test_the_seed_moves_the_simulations_and_nothing_else():
    y, pd = right(5, 400)
    first, again, other = (expected_calibration_error(y, pd, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert other.value == first.value
    assert other.expected != first.expected
    assert other.expected == pytest.approx(first.expected, rel=0.2)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"bins": 0}, "bins must be 1 or more, got 0."), ({"draws": -1}, "draws must be 1 or more, got -1.")],
)
def test_refused_options_are_named_in_the_message(options, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        expected_calibration_error(*right(6, 50), **options)
    assert str(refusal.value) == message


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        expected_calibration_error(np.array([0, 1]), np.array([0.5, 1.5]))
