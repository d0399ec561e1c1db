import math
from dataclasses import replace

import numpy as np
import pytest
from metric_samples import SAMPLES, UNWEIGHTED, loans
from scipy import stats

from creditrisk.metrics.correlated import correlated_p, correlated_p_too_high
from creditrisk.metrics.default_tests import chance_too_low
from creditrisk.metrics.grade_power import ValidationSettings, sharpness
from creditrisk.metrics.grade_tests import PORTFOLIO, GradeScale, grade_tests
from creditrisk.metrics.multiplicity import holm
from creditrisk.metrics.rates import weighted_rate

NAN = math.nan
SETTINGS = ValidationSettings()


def filled(*grades):
    """Return loans of grades given as (loans, defaults, PD), and the scale that promises these PDs."""
    y = np.concatenate([np.repeat([1, 0], [d, n - d]) for n, d, _ in grades])
    index = np.repeat(np.arange(len(grades)), [n for n, _, _ in grades])
    pds = tuple(pd for _, _, pd in grades)
    return y, np.array(pds)[index], GradeScale(tuple("ABCDEFGH"[: len(grades)]), index, pds)


def thirds(sample):
    return GradeScale(("low", "middle", "high"), np.digitize(sample.pd, [0.2, 0.45]), (NAN, NAN, NAN))


@pytest.mark.parametrize("sample", SAMPLES)
def test_rows_describe_their_loans(sample):
    scale = thirds(sample)
    tests = grade_tests(sample.y, sample.pd, sample.weight, scale, SETTINGS)
    assert [row.grade for row in tests.grades] == ["low", "middle", "high"]
    assert sum(row.share for row in tests.grades) == pytest.approx(1.0)
    for at, row in enumerate(tests.grades):
        y, w = sample.y[scale.index == at], sample.mass[scale.index == at]
        assert (row.loans, row.defaults) == (len(y), y.sum())
        assert row.share == pytest.approx(w.sum() / sample.mass.sum())
        assert row.pd == row.mean_pd == pytest.approx(np.average(sample.pd[scale.index == at], weights=w))
        assert row.default_rate == weighted_rate(y, w)


@pytest.mark.parametrize("sample", SAMPLES)
def test_p_values_are_at_the_effective_number_of_loans(sample):
    scale = thirds(sample)
    tests = grade_tests(sample.y, sample.pd, sample.weight, scale, SETTINGS)
    members = [scale.index == at for at in range(3)] + [np.full(len(sample.y), True)]
    for member, row in zip(members, (*tests.grades, tests.portfolio), strict=True):
        w = sample.mass[member]
        n = w.sum() ** 2 / (w @ w)
        d = n * np.average(sample.y[member], weights=w)
        assert row.jeffreys_too_low == pytest.approx(stats.beta.cdf(row.pd, d + 0.5, n - d + 0.5))
        assert row.jeffreys_too_high == pytest.approx(stats.beta.sf(row.pd, d + 0.5, n - d + 0.5))
        assert row.binomial_too_low == pytest.approx(stats.beta.cdf(row.pd, d, n - d + 1))
        assert row.binomial_too_high == pytest.approx(stats.beta.sf(row.pd, d + 1, n - d))
        assert math.isnan(row.correlated_too_low)
        assert math.isnan(row.correlated_too_high)
        assert row.level == chance_too_low(round(n), row.pd, row.pd, 0.05)


def test_holm_is_over_the_grades_and_power_at_its_first_step():
    y, pd, scale = filled((500, 12, 0.01), (800, 30, 0.03), (400, 45, 0.1))
    tests = grade_tests(y, pd, None, scale, SETTINGS)
    low, high = ([getattr(row, f"jeffreys_too_{side}") for row in tests.grades] for side in ("low", "high"))
    assert [row.adjusted_too_low for row in tests.grades] == holm(low).tolist()
    assert [row.adjusted_too_high for row in tests.grades] == holm(high).tolist()
    for row in tests.grades:
        assert row.power == pytest.approx(chance_too_low(row.loans, row.pd, 1.2 * row.pd, 0.05 / 3), rel=1e-9)
    assert tests.any_too_low == sharpness([500, 800, 400], [0.01, 0.03, 0.1], SETTINGS)
    assert tests.any_too_high == sharpness([500, 800, 400], [0.01, 0.03, 0.1], SETTINGS, too_high=True)


def test_the_portfolio_is_tested_at_the_mean_of_the_loans_own_pds():
    y, pd, scale = filled((500, 12, 0.01), (800, 30, 0.03), (400, 45, 0.1))
    tests = grade_tests(y, pd / 2, None, scale, SETTINGS)
    row = tests.portfolio
    assert (row.grade, row.loans, row.defaults, row.share) == (PORTFOLIO, 1700, 87, 1.0)
    assert row.pd == row.mean_pd == pytest.approx((500 * 0.01 + 800 * 0.03 + 400 * 0.1) / 1700 / 2)
    assert row.adjusted_too_low == row.jeffreys_too_low
    assert (row.level, row.power) == pytest.approx((tests.portfolio_too_low.level, tests.portfolio_too_low.power))


def test_under_a_correlation_the_correlated_test_decides():
    y, pd, scale = filled((500, 9, 0.01), (800, 60, 0.03), (400, 45, 0.1))
    settings = ValidationSettings(rho=0.1)
    tests = grade_tests(y, pd, None, scale, settings)
    low = [correlated_p(row.defaults, row.loans, row.pd, 0.1) for row in tests.grades]
    high = [correlated_p_too_high(row.defaults, row.loans, row.pd, 0.1) for row in tests.grades]
    assert [row.correlated_too_low for row in tests.grades] == low
    assert [row.correlated_too_high for row in tests.grades] == high
    assert [row.adjusted_too_low for row in tests.grades] == holm(low).tolist()
    assert [row.adjusted_too_high for row in tests.grades] == holm(high).tolist()
    independent = grade_tests(y, pd, None, scale, SETTINGS)
    assert [row.verdict for row in independent.grades] == ["amber", "red", "too few"]
    assert {row.verdict for row in tests.grades} == {"too few"}
    assert independent.grades[1].jeffreys_too_low == tests.grades[1].jeffreys_too_low
    assert tests.portfolio_too_low.level < 0.05 < 0.25 < tests.portfolio_jeffreys.level
    assert tests.portfolio_binomial.level > 0.25


def test_verdicts():
    y, pd, scale = filled((4000, 40, 0.01), (20_000, 600, 0.03), (400, 33, 0.06), (300, 45, 0.1), (900, 90, 0.2))
    tests = grade_tests(y, pd, None, scale, SETTINGS)
    assert [row.verdict for row in tests.grades] == ["too few", "green", "amber", "red", "amber"]
    too_few, green, before_holm, _, conservative = tests.grades
    assert too_few.power < 0.5 <= green.power
    assert before_holm.jeffreys_too_low < 0.05 <= before_holm.adjusted_too_low
    assert conservative.adjusted_too_high < 0.05


def test_a_grade_without_default_is_never_red():
    # Jeffreys' p-value is far below the level, though not one loan defaulted.
    y, pd, scale = filled((50, 0, 1e-9), (200, 20, 0.1))
    row = grade_tests(y, pd, None, scale, SETTINGS).grades[0]
    assert row.jeffreys_too_low < 0.001
    assert (row.adjusted_too_low, row.verdict) == (1.0, "too few")
    y, pd, scale = filled((200, 20, 0.1), (50, 50, 1 - 1e-9))
    row = grade_tests(y, pd, None, scale, SETTINGS).grades[1]
    assert row.jeffreys_too_high < 0.001
    assert row.adjusted_too_high == 1.0


def test_grades_without_loans_are_shown_and_not_tested():
    y, pd, scale = filled((500, 12, 0.01), (400, 45, 0.1))
    empty = replace(scale, names=("A", "B", "C", "D"), pds=(0.01, 0.1, 0.05, NAN))
    tests, without = (grade_tests(y, pd, None, s, SETTINGS) for s in (empty, scale))
    assert [row.grade for row in tests.grades] == ["A", "C", "B", "D"]
    hollow = tests.grades[1]
    assert (hollow.loans, hollow.defaults, hollow.share, hollow.pd, hollow.verdict) == (0, 0, 0.0, 0.05, "too few")
    assert np.isnan([hollow.jeffreys_too_low, hollow.adjusted_too_low, hollow.level, hollow.power]).all()
    assert (tests.grades[0], tests.grades[2]) == without.grades
    assert (tests.portfolio, tests.neighbours) == (without.portfolio, without.neighbours)
    assert tests.concentration.grades == 4
    assert tests.concentration.hhi == pytest.approx((5 / 9) ** 2 + (4 / 9) ** 2)


def test_grades_come_back_by_rising_pd():
    y, pd, scale = filled((400, 45, 0.1), (500, 12, 0.01))
    tests = grade_tests(y, pd, None, scale, SETTINGS)
    assert [row.grade for row in tests.grades] == ["B", "A"]
    assert [(pair.safer, pair.riskier, pair.monotone) for pair in tests.neighbours] == [("B", "A", True)]


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_equal_weights_change_nothing(sample):
    scale = thirds(sample)
    equal = grade_tests(sample.y, sample.pd, np.full(len(sample.y), 4.0), scale, SETTINGS)
    # NaN of an independent law is not equal to itself, so that the rows are compared as text.
    assert repr(equal) == repr(grade_tests(sample.y, sample.pd, None, scale, SETTINGS))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": np.zeros(3, dtype=int)}, r"The grades' index must be whole numbers of shape \(80,\), got \(3,\)\."),
        ({"index": np.zeros(80)}, r"The grades' index must be whole numbers of shape \(80,\), got \(80,\)\."),
        ({"pds": (0.1,)}, r"3 grades need as many PDs, got 1\."),
        ({"index": np.full(80, 3)}, r"The grades' index must be from 0 to 2\."),
        ({"index": np.full(80, -1)}, r"The grades' index must be from 0 to 2\."),
        ({"pds": (0.1, 0.2, 1.5)}, r"pd must be between 0 and 1, got 1\.5\."),
    ],
)
def test_a_scale_that_does_not_fit_is_refused(change, words):
    sample = loans(3)
    with pytest.raises(ValueError, match=f"^{words}$"):
        grade_tests(sample.y, sample.pd, None, replace(thirds(sample), **change), SETTINGS)


def test_unequal_pds_make_the_portfolio_s_test_reject_less_often_than_its_level():
    rng = np.random.default_rng(6)
    pd = 1 / (1 + np.exp(-rng.normal(-2.5, 1.2, 2000)))
    draws = (rng.random((3000, 2000)) < pd).sum(axis=1)
    rejected = np.mean(stats.beta.cdf(pd.mean(), draws + 0.5, 2000 - draws + 0.5) < 0.05)
    y = (rng.random(2000) < pd).astype(int)
    level = grade_tests(y, pd, None, GradeScale(("all",), np.zeros(2000, int), (NAN,)), SETTINGS).portfolio.level
    assert 0.5 * level < rejected < level + 2 * math.sqrt(level / 3000)
