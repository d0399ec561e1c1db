import math

import numpy as np
import pytest
from scipy import integrate, stats

from creditrisk.metrics.correlated import (
    chance_of_any,
    conditional_pd,
    correlated_p,
    correlated_p_too_high,
    law_of_defaults,
)
from creditrisk.metrics.default_tests import (
    binomial_p,
    binomial_p_too_high,
    chance_too_high,
    chance_too_low,
    fewest_too_low,
)

CASES = [
    *((1, 1, 0.3, 0.2), (3, 10, 0.01, 0.2), (5, 10, 0.3, 0.9), (30, 1000, 0.02, 0.12), (150, 3000, 0.05, 0.04)),
    *((12_000, 1_000_000, 0.01, 0.001), (1_200_000, 10_000_000, 0.1, 0.15), (10, 10, 0.6, 0.5)),
]


@pytest.mark.parametrize(("d", "n", "pd", "rho"), CASES)
def test_p_values_are_integrals_over_the_factor(d, n, pd, rho):
    # Second way: the trapezoid rule over the whole factor, with scipy's binomial law and normal distribution.
    x = np.linspace(-9, 9, 100_001)
    rate = stats.norm.cdf((stats.norm.ppf(pd) + math.sqrt(rho) * x) / math.sqrt(1 - rho))
    low = np.trapezoid(stats.norm.pdf(x) * stats.binom.sf(d - 1, n, rate), x)
    high = np.trapezoid(stats.norm.pdf(x) * stats.binom.cdf(d, n, rate), x)
    assert correlated_p(d, n, pd, rho) == pytest.approx(low, rel=1e-6, abs=1e-12)
    assert correlated_p_too_high(d, n, pd, rho) == pytest.approx(high, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("n", "pd", "rho"), [(7, 0.2, 0.1), (40, 0.05, 0.24), (25, 0.5, 0.7)])
def test_the_law_adds_up_and_has_the_mean_pd(n, pd, rho):
    tail = np.array([correlated_p(d, n, pd, rho) for d in range(n + 1)])
    mass = tail - np.append(tail[1:], 0.0)
    assert (mass > 0).all()
    assert mass.sum() == pytest.approx(1.0, rel=1e-12)
    assert mass @ np.arange(n + 1) == pytest.approx(n * pd, rel=1e-9)
    # Its variance is that of pairs that default together: P(both) is the bivariate normal probability.
    both = stats.multivariate_normal.cdf([stats.norm.ppf(pd)] * 2, cov=[[1, rho], [rho, 1]])
    variance = n * pd * (1 - pd) + n * (n - 1) * (both - pd**2)
    assert mass @ (np.arange(n + 1) - n * pd) ** 2 == pytest.approx(variance, rel=1e-5)


def test_very_many_loans_follow_vasicek_s_limit():
    # With infinitely many loans the share x of defaults has F(x) = Φ((√(1−ρ) Φ⁻¹(x) − Φ⁻¹(pd)) / √ρ).
    pd, rho = 0.02, 0.12
    for share in (0.005, 0.02, 0.06):
        limit = stats.norm.cdf((math.sqrt(1 - rho) * stats.norm.ppf(share) - stats.norm.ppf(pd)) / math.sqrt(rho))
        assert correlated_p(share * 10**9, 10**9, pd, rho) == pytest.approx(1 - limit, abs=1e-6)


@pytest.mark.parametrize(("d", "n", "pd"), [(0, 10, 0.1), (3, 10, 0.1), (2.5, 40.25, 0.05), (10, 10, 0.9)])
def test_no_correlation_is_the_binomial_law(d, n, pd):
    assert correlated_p(d, n, pd, 0.0) == binomial_p(d, n, pd)
    assert correlated_p_too_high(d, n, pd, 0.0) == binomial_p_too_high(d, n, pd)
    assert correlated_p(d, n, pd, 1e-9) == pytest.approx(binomial_p(d, n, pd), rel=1e-3)


def test_certain_pds_stay_certain():
    assert correlated_p(1, 10, 0.0, 0.2) == 0.0
    assert correlated_p(10, 10, 1.0, 0.2) == 1.0
    assert correlated_p(0, 10, 0.3, 0.2) == correlated_p_too_high(10, 10, 0.3, 0.2) == 1.0
    assert math.isnan(correlated_p(0, 0, 0.3, 0.2))


@pytest.mark.parametrize("rho", [-0.1, 1.0, math.nan])
def test_what_is_no_correlation_is_refused(rho):
    with pytest.raises(ValueError, match=r"^rho must be from 0 to below 1, got "):
        correlated_p(1, 10, 0.1, rho)


def test_the_mean_of_the_conditional_pd_is_the_pd():
    mean, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * float(conditional_pd(0.03, 0.15, np.array([x]))[0]), -9, 9, epsabs=1e-12
    )
    assert mean == pytest.approx(0.03, rel=1e-8)


def test_a_simulation_of_assets_gives_the_law():
    # Loan by loan from the assets, not from the conditional PD: default where √ρ X + √(1−ρ) ε < Φ⁻¹(pd).
    rng = np.random.default_rng(8)
    n, pd, rho, draws = 200, 0.05, 0.1, 4000
    assets = math.sqrt(rho) * rng.normal(size=(draws, 1)) + math.sqrt(1 - rho) * rng.normal(size=(draws, n))
    defaults = (assets < stats.norm.ppf(pd)).sum(axis=1)
    for d in (5, 15, 25):
        exact = correlated_p(d, n, pd, rho)
        assert np.mean(defaults >= d) == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / draws))


def test_the_independent_test_rejects_28_of_100_right_models_at_a_correlation_of_4_percent():
    # 3,000 loans, PD 2 %: the one-sided Jeffreys test that the PD is too low, at 5 %.
    law = law_of_defaults(0.04)
    assert chance_too_low(3000, 0.02, 0.02, 0.05, law=law) == pytest.approx(0.28, abs=0.005)
    assert chance_too_high(3000, 0.02, 0.02, 0.05, law=law) == pytest.approx(0.40, abs=0.005)


@pytest.mark.parametrize(("n", "pd", "rho"), [(3000, 0.02, 0.04), (500, 0.1, 0.15), (50_000, 0.01, 0.24)])
def test_the_correlated_test_keeps_its_level(n, pd, rho):
    law = law_of_defaults(rho)
    assert 0.04 < chance_too_low(n, pd, pd, 0.05, law, law) < 0.05
    assert 0.04 < chance_too_high(n, pd, pd, 0.05, law, law) < 0.05


def test_more_loans_do_not_make_the_correlated_test_sharp():
    law = law_of_defaults(0.12)
    power = [chance_too_low(n, 0.02, 0.024, 0.05, law, law) for n in (3000, 100_000, 10_000_000)]
    limit = stats.norm.ppf(0.05) + (stats.norm.ppf(0.024) - stats.norm.ppf(0.02)) / math.sqrt(0.12)
    assert power[-1] == pytest.approx(stats.norm.cdf(limit), abs=1e-3)
    assert power[-1] < 0.11


GRADES = ([500, 2000, 800], [0.01, 0.03, 0.1])


def test_any_of_independent_grades_is_one_less_none():
    loans, pds = GRADES
    fewest = [fewest_too_low(n, pd, 0.02) for n, pd in zip(loans, pds, strict=True)]
    none = np.prod([stats.binom.cdf(few - 1, n, pd) for few, n, pd in zip(fewest, loans, pds, strict=True)])
    assert chance_of_any(fewest, loans, pds, 0.0) == pytest.approx(1 - none, rel=1e-9)


def test_any_of_grades_that_share_a_factor_is_as_simulated():
    loans, pds = GRADES
    fewest, rho, draws = [10, 80, 100], 0.1, 200_000
    rng = np.random.default_rng(4)
    x = rng.normal(size=draws)
    hit = np.zeros(draws, dtype=bool)
    for few, n, pd in zip(fewest, loans, pds, strict=True):
        rate = stats.norm.cdf((stats.norm.ppf(pd) + math.sqrt(rho) * x) / math.sqrt(1 - rho))
        hit |= rng.binomial(n, rate) >= few
    exact = chance_of_any(fewest, loans, pds, rho)
    assert hit.mean() == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / draws))


@pytest.mark.parametrize("rho", [0.0, 0.1])
def test_one_grade_is_a_single_test_and_unreachable_ones_do_not_count(rho):
    assert chance_of_any([12, 6], [500, 5], [0.01, 0.2], rho) == correlated_p(12, 500, 0.01, rho)
    assert chance_of_any([6], [5], [0.2], rho) == 0.0
    assert chance_of_any([], [], [], rho) == 0.0


def test_many_identical_grades_that_share_a_factor_converge_to_one():
    # Two equal grades at a correlation near 1 default together: any is all but each.
    each = correlated_p(300, 1000, 0.3, 0.999)
    assert each <= chance_of_any([300, 300], [1000, 1000], [0.3, 0.3], 0.999) <= each + 0.01
