import math

import numpy as np
import pytest
from scipy import stats

from creditrisk.metrics.default_tests import binomial_p, chance_too_high, chance_too_low, jeffreys_p
from creditrisk.metrics.grade_power import ValidationSettings, sharpness
from creditrisk.metrics.multiplicity import holm

LOANS, PDS = [400, 1500, 900, 200], [0.01, 0.03, 0.08, 0.2]
DRAWS = 4000


@pytest.mark.parametrize("change", [{"alpha": 0}, {"alpha": 1}, {"rho": -0.1}, {"rho": 1}, {"grade_factor": 1}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(
        ValueError, match=r"^alpha must be between 0 and 1, rho from 0 to below 1, grade_factor above 1"
    ):
        ValidationSettings(**change)
    with pytest.raises(ValueError, match=r"got 0.05, 0, 1.2 and 0\.$"):
        ValidationSettings(auc_fall=0)


@pytest.mark.parametrize("test", [jeffreys_p, binomial_p])
def test_one_grade_is_a_single_test(test):
    settings = ValidationSettings(alpha=0.1, grade_factor=1.3)
    low, high = (sharpness([700], [0.04], settings, test, too_high=side) for side in (False, True))
    assert low.level == chance_too_low(700, 0.04, 0.04, 0.1, test)
    assert low.power == pytest.approx(chance_too_low(700, 0.04, 0.052, 0.1, test), rel=1e-12)
    assert high.level == chance_too_high(700, 0.04, 0.04, 0.1, test)
    assert high.power == pytest.approx(chance_too_high(700, 0.04, 0.04 / 1.3, 0.1, test), rel=1e-12)


def drawn(rng, truth, rho):
    x = rng.normal(size=(DRAWS, 1))
    rates = stats.norm.cdf((stats.norm.ppf(truth) + math.sqrt(rho) * x) / math.sqrt(1 - rho))
    return rng.binomial(LOANS, rates)


def p_values(defaults, rho, too_high):
    n, pd = np.array(LOANS), np.array(PDS)
    if rho == 0.0:
        low = stats.beta.cdf(pd, defaults + 0.5, n - defaults + 0.5)
        return 1 - low if too_high else low
    x, width = np.linspace(-8, 8, 801, retstep=True)
    tails = np.empty(defaults.shape)
    for at in range(len(LOANS)):
        rates = stats.norm.cdf((stats.norm.ppf(pd[at]) + math.sqrt(rho) * x) / math.sqrt(1 - rho))
        d = np.arange(n[at] + 1)[:, None]
        tail = stats.binom.cdf(d, n[at], rates) if too_high else stats.binom.sf(d - 1, n[at], rates)
        tails[:, at] = (tail @ stats.norm.pdf(x) * width)[defaults[:, at]]
    return np.clip(tails, 0, 1)


@pytest.mark.parametrize("rho", [0.0, 0.05])
@pytest.mark.parametrize("too_high", [False, True])
def test_holm_rejects_in_a_simulation_as_often_as_the_exact_chances_say(rho, too_high):
    rng = np.random.default_rng(11)
    settings = ValidationSettings(rho=rho)
    exact = sharpness(LOANS, PDS, settings, too_high=too_high)
    missed = np.array(PDS) / 1.2 if too_high else np.array(PDS) * 1.2
    for truth, chance in ((np.array(PDS), exact.level), (missed, exact.power)):
        found = p_values(drawn(rng, truth, rho), rho, too_high)
        share = np.mean([(holm(row) < 0.05).any() for row in found])
        assert share == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) / DRAWS))
    assert exact.level < exact.power


def test_the_power_of_many_grades_is_that_of_all_missing():
    # More grades of the same kind see a common miss oftener, though each is tested at a smaller level.
    one, ten = (sharpness([1000] * k, [0.1] * k, ValidationSettings()) for k in (1, 10))
    assert one.power < ten.power
    assert ten.level < 0.06


def test_a_true_pd_is_at_most_1():
    found = sharpness([50], [0.9], ValidationSettings(), too_high=False)
    assert found.power == 1.0
    assert sharpness([], [], ValidationSettings()).level == 0.0
