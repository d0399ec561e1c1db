import math

import numpy as np
import pytest
from metric_samples import SAMPLES, WHOLE_WEIGHTS, loans, repeated
from scipy import integrate, stats

from creditrisk.metrics.h_measure import h_measure


def by_integration(sample, severity=None):
    """H from its definition: the least loss over all cut-offs, at each cost, integrated numerically."""
    y, w = sample.y, sample.mass
    share = (w @ y) / w.sum()
    a, b = (1 + share, 2 - share) if severity is None else (2.0, 1 + 1 / severity)
    cutoffs = [-np.inf, *np.unique(sample.pd)]
    refused_good = np.array([w[(y == 0) & (sample.pd > c)].sum() for c in cutoffs]) / w[y == 0].sum()
    accepted_bad = np.array([w[(y == 1) & (sample.pd <= c)].sum() for c in cutoffs]) / w[y == 1].sum()
    grid = (np.arange(200_000) + 0.5) / 200_000
    density = stats.beta.pdf(grid, a, b)
    least = np.full_like(grid, np.inf)
    for good, bad in zip(refused_good, accepted_bad, strict=True):
        least = np.minimum(least, grid * (1 - share) * good + (1 - grid) * share * bad)
    null = np.minimum(grid * (1 - share), (1 - grid) * share)
    return 1 - (least @ density) / (null @ density)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("severity", [None, 1.0, 0.05])
def test_h_is_the_integral_of_its_definition(sample, severity):
    assert h_measure(sample.y, sample.pd, sample.weight, severity) == pytest.approx(
        by_integration(sample, severity), abs=1e-7
    )


@pytest.mark.parametrize(
    ("sample", "truths"),
    [
        # hmeasure 0.1.6 from PyPI, h_score(y, pd, severity_ratio=s), s = −1 (its sign for Beta(1 + π₁, 1 + π₀)), 1, 0.1
        (loans(1, 80), [0.3499937140584969, 0.3582172640876764, 0.2642552506513953]),
        (loans(2, 200, 6), [0.27185779310615177, 0.2790842437166915, 0.18790412145543145]),
        (loans(3, 1000), [0.18866574925010782, 0.18921801738656296, 0.16488073749622056]),
    ],
    ids=["80", "200-ties", "1000"],
)
def test_h_agrees_with_the_package_hmeasure(sample, truths):
    found = [h_measure(sample.y, sample.pd, severity=severity) for severity in (None, 1.0, 0.1)]
    assert found == pytest.approx(truths, abs=1e-10)


@pytest.mark.parametrize("sample", WHOLE_WEIGHTS)
def test_a_weight_is_a_number_of_equal_loans(sample):
    long = repeated(sample)
    assert h_measure(sample.y, sample.pd, sample.weight) == pytest.approx(h_measure(long.y, long.pd), abs=1e-12)


def test_h_is_one_for_a_perfect_order_and_zero_for_none():
    y = np.array([0, 0, 0, 1, 1])
    assert h_measure(y, np.array([1, 2, 3, 4, 5])) == 1.0
    assert h_measure(y, np.ones(5)) == pytest.approx(0.0, abs=1e-15)
    assert h_measure(y, -np.array([1, 2, 3, 4, 5])) == pytest.approx(0.0, abs=1e-15)


def test_h_of_normal_scores_is_the_one_of_their_curve():
    """Scores N(0, 1) and N(1.5, 1): at cost c the best cut-off is where the two costly densities are equal."""
    share, gap = 0.2, 1.5
    a, b = 1 + share, 2 - share

    def loss(c):
        t = gap / 2 + math.log(c * (1 - share) / ((1 - c) * share)) / gap
        return (c * (1 - share) * stats.norm.sf(t) + (1 - c) * share * stats.norm.cdf(t, gap)) * stats.beta.pdf(c, a, b)

    def null(c):
        return min(c * (1 - share), (1 - c) * share) * stats.beta.pdf(c, a, b)

    truth = 1 - integrate.quad(loss, 0, 1, limit=200)[0] / integrate.quad(null, 0, 1, points=[share], limit=200)[0]
    scores = np.concatenate([stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)] * 2)
    y = np.repeat([0, 1], 50_000)
    weight = np.where(y == 1, share, 1 - share)
    assert h_measure(y, scores + gap * y, weight) == pytest.approx(truth, abs=1e-4)


@pytest.mark.parametrize("severity", [0.0, -1.0, math.nan, math.inf])
def test_a_severity_must_be_a_finite_number_above_zero(severity):
    with pytest.raises(ValueError, match=r"severity must be a finite number above 0, got"):
        h_measure(np.array([0, 1]), np.array([0.1, 0.2]), severity=severity)
