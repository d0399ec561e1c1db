import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from creditrisk.metrics.grade_order import GradeCount, concentration, neighbours, one_sided_p
from creditrisk.metrics.multiplicity import holm

quick = settings(max_examples=80, deadline=None, derandomize=True)
COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def grades(*counts):
    return [GradeCount(chr(ord("A") + at), loans, defaults) for at, (loans, defaults) in enumerate(counts)]


@quick
@given(COUNTS, COUNTS)
def test_p_values_are_fisher_s(lower, higher):
    (d, n), (e, m) = lower, higher
    expected = stats.fisher_exact([[e, m - e], [d, n - d]], alternative="greater").pvalue
    assert one_sided_p(GradeCount("A", n, d), GradeCount("B", m, e)) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_p_values_of_millions_of_loans_are_those_of_scipy():
    (pair,) = neighbours(grades((1_000_000, 20_000), (800_000, 16_300)))
    law = stats.hypergeom(1_800_000, 36_300, 800_000)
    assert pair.p_value == pytest.approx(law.sf(16_299), rel=1e-6)
    assert pair.p_inverted == pytest.approx(law.cdf(16_300), rel=1e-6)


def test_z_is_that_of_statsmodels():
    # statsmodels 0.15.0, proportions_ztest([25, 10], [1000, 1000], alternative="larger")
    (pair,) = neighbours(grades((1000, 10), (1000, 25)))
    assert pair.z == pytest.approx(2.557943557892809, rel=1e-12)
    assert pair.difference == pytest.approx(0.015)
    assert (pair.safer, pair.riskier, pair.monotone) == ("A", "B", True)


def test_each_grade_is_beside_the_next_and_wrong_orders_are_adjusted():
    found = neighbours(grades((1000, 10), (1000, 40), (1000, 12), (500, 30)))
    assert [(pair.safer, pair.riskier) for pair in found] == [("A", "B"), ("B", "C"), ("C", "D")]
    assert [pair.monotone for pair in found] == [True, False, True]
    assert [pair.adjusted_inverted for pair in found] == holm([pair.p_inverted for pair in found]).tolist()
    assert found[1].adjusted_inverted == pytest.approx(3 * found[1].p_inverted)
    assert found[1].adjusted_inverted < 0.001 < 0.5 < found[0].adjusted_inverted
    assert neighbours(grades((10, 1))) == neighbours([]) == ()


def test_grades_that_share_their_rate_are_monotone_and_not_told_apart():
    (pair,) = neighbours(grades((100, 0), (50, 0)))
    assert (pair.p_value, pair.p_inverted, pair.monotone) == (1.0, 1.0, True)
    assert math.isnan(pair.z)


def test_effective_counts_are_rounded():
    weighted, whole = neighbours(grades((99.6, 4.7), (50.2, 8.9)))[0], neighbours(grades((100, 5), (50, 9)))[0]
    assert (weighted.p_value, weighted.p_inverted) == (whole.p_value, whole.p_inverted)
    assert weighted.difference == pytest.approx(8.9 / 50.2 - 4.7 / 99.6)


@pytest.mark.parametrize(("n", "m", "rate"), [(200, 150, 0.05), (5000, 100, 0.005), (60, 60, 0.3)])
def test_equal_rates_are_told_apart_as_rarely_as_the_level(n, m, rate):
    d, e = np.arange(min(n, 150) + 1), np.arange(min(m, 150) + 1)
    chances = stats.binom.pmf(d, n, rate)[:, None] * stats.binom.pmf(e, m, rate)
    likely = np.argwhere(chances > 1e-7)
    p_values = [one_sided_p(GradeCount("A", n, int(i)), GradeCount("B", m, int(j))) for i, j in likely]
    rejected = sum(chances[i, j] for (i, j), p in zip(likely, p_values, strict=True) if p < 0.05)
    assert 0.0 < rejected < 0.05


def test_the_pooled_z_tells_rare_defaults_apart_too_often():
    # Why Fisher's test is used: the share that the docstring of `neighbours` states.
    d, e = np.arange(101), np.arange(101)
    chances = stats.binom.pmf(d, 5000, 0.005)[:, None] * stats.binom.pmf(e, 100, 0.005)
    rate = (d[:, None] + e) / 5100
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (e / 100 - d[:, None] / 5000) / np.sqrt(rate * (1 - rate) * (1 / 5000 + 1 / 100))
    assert chances[z > stats.norm.ppf(0.95)].sum() == pytest.approx(0.085, abs=0.0005)


@pytest.mark.parametrize(
    ("shares", "hhi", "normalised"),
    [([0.25] * 4, 0.25, 0.0), ([1.0, 0.0, 0.0], 1.0, 1.0), ([0.5, 0.3, 0.2], 0.38, 0.07), ([1.0], 1.0, math.nan)],
)
def test_concentration_by_hand(shares, hhi, normalised):
    found = concentration(shares)
    assert found.grades == len(shares)
    assert (found.hhi, found.normalised) == pytest.approx((hhi, normalised), abs=1e-12, nan_ok=True)
