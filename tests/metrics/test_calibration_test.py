import math

import numpy as np
import pytest
from metric_samples import SAMPLES, UNWEIGHTED, loans
from scipy import special, stats
from sklearn.linear_model import LogisticRegression

from creditrisk.metrics.calibration import calibration_line
from creditrisk.metrics.calibration_test import LikelihoodRatio, calibration_lr_test

NAN = pytest.approx(math.nan, nan_ok=True)


def log_likelihood(y, pd):
    return float(np.sum(special.xlogy(y, pd) + special.xlog1py(1 - y, -pd)))


def right(seed, n=400, centre=-1.0):
    """Return outcomes of loans whose PDs are right, and the PDs."""
    rng = np.random.default_rng(seed)
    pd = special.expit(rng.normal(centre, 1.0, n))
    return (rng.random(n) < pd).astype(np.int64), pd


def listed():
    """The loans of the frozen values: outcomes, PDs and weights from whole numbers alone."""
    number = np.arange(60)
    pd = (7 * number % 20 + 1) / 24
    return ((11 * number % 29) / 29 < 0.15 + 0.7 * pd).astype(np.int64), pd, 1 + (5 * number % 7) / 4


#: statsmodels 0.15.0 on `listed`, PDs as they are and to the power of 1.5. Unweighted: twice the gain in log-likelihood
#: of Logit(y, [1, logit pd]). Weighted: wald_test of (0, 1) after GLM(Binomial, var_weights).fit(cov_type="HC0").
FROZEN = {
    (1.0, False): 4.664380095832911,
    (1.5, False): 17.59129910264984,
    (1.0, True): 2.9651929272495687,
    (1.5, True): 15.762525546980049,
}


@pytest.mark.parametrize(("power", "weighted"), FROZEN)
def test_statistics_are_those_of_statsmodels(power, weighted):
    y, pd, w = listed()
    found = calibration_lr_test(y, pd**power, w if weighted else None)
    assert found.statistic == pytest.approx(FROZEN[power, weighted], rel=1e-9)
    assert (found.df, found.p_value) == (2, pytest.approx(stats.chi2.sf(FROZEN[power, weighted], 2), rel=1e-8))


@pytest.mark.parametrize("sample", UNWEIGHTED)
def test_statistic_is_twice_what_scikit_learn_gains_in_likelihood(sample):
    z = special.logit(sample.pd)[:, None]
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(z, sample.y)
    gain = log_likelihood(sample.y, fit.predict_proba(z)[:, 1]) - log_likelihood(sample.y, sample.pd)
    assert calibration_lr_test(sample.y, sample.pd).statistic == pytest.approx(2 * gain, rel=1e-8)


@pytest.mark.parametrize("sample", [parameter for parameter in SAMPLES if parameter.values[0].weight is not None])
def test_weighted_statistic_is_walds_with_the_sandwich(sample):
    line = calibration_line(sample.y, sample.pd, sample.weight)
    z = special.logit(sample.pd)
    pd = special.expit(line.intercept.value + line.slope.value * z)
    bread, filling = np.zeros((2, 2)), np.zeros((2, 2))
    for y, p, x, w in zip(sample.y, pd, np.column_stack([np.ones_like(z), z]), sample.weight, strict=True):
        bread += w * p * (1 - p) * np.outer(x, x)
        filling += w**2 * (y - p) ** 2 * np.outer(x, x)
    covariance = np.linalg.inv(bread) @ filling @ np.linalg.inv(bread)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([line.intercept.se, line.slope.se], rel=1e-9)
    distance = np.array([line.intercept.value, line.slope.value - 1])
    truth = distance @ np.linalg.inv(covariance) @ distance
    found = calibration_lr_test(sample.y, sample.pd, sample.weight)
    assert found.statistic == pytest.approx(truth, rel=1e-8)
    assert found.p_value == pytest.approx(stats.chi2.sf(truth, 2), rel=1e-8)


@pytest.mark.parametrize("weighting", ["none", "fractional"])
def test_pds_moved_by_their_own_calibration_line_pass(weighting):
    sample = loans(3, n=200, weighting=weighting)
    line = calibration_line(sample.y, sample.pd, sample.weight)
    moved = special.expit(line.intercept.value + line.slope.value * special.logit(sample.pd))
    found = calibration_lr_test(sample.y, moved, sample.weight)
    assert found.statistic == pytest.approx(0, abs=1e-8)
    assert found.p_value == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("weighting", ["none", "exponential", "by outcome"])
def test_right_models_are_rejected_at_the_level(weighting):
    p_values = []
    for seed in range(400):
        y, pd = right(seed)
        rng = np.random.default_rng(10_000 + seed)
        if weighting == "exponential":
            weight = rng.exponential(size=len(y)) + 0.1
        elif weighting == "by outcome":
            y, pd = right(seed, n=1500, centre=-2.0)
            kept = (y == 1) | (rng.random(len(y)) < 0.2)
            y, pd, weight = y[kept], pd[kept], np.where(y == 1, 1.0, 5.0)[kept]
        else:
            weight = None
        p_values.append(calibration_lr_test(y, pd, weight).p_value)
    # The bounds are four standard errors of 400 portfolios.
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.044)
    assert np.mean(np.array(p_values) <= 0.5) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("wrong", [lambda z: z + 0.5, lambda z: z - 0.5, lambda z: 2 * z, lambda z: z / 2])
@pytest.mark.parametrize("weight", [None, 3.0])
def test_wrong_models_are_rejected(wrong, weight):
    y, pd = right(1, n=4000)
    w = None if weight is None else np.full(len(y), weight)
    assert calibration_lr_test(y, special.expit(wrong(special.logit(pd))), w).p_value < 1e-6


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]])
def test_separated_classes_have_no_test(weight):
    w = None if weight is None else np.array(weight)
    found = calibration_lr_test(np.array([0, 0, 0, 1, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), w)
    assert found == LikelihoodRatio(NAN, 2, NAN)


def test_one_pd_for_all_leaves_the_test_of_the_level():
    y = np.repeat([0, 1], [80, 20])
    found = calibration_lr_test(y, np.full(100, 0.1))
    truth = 2 * (log_likelihood(y, 0.2) - log_likelihood(y, 0.1))
    assert found.statistic == pytest.approx(truth, rel=1e-10)
    assert (found.df, found.p_value) == (1, pytest.approx(stats.chi2.sf(truth, 1), rel=1e-9))


def test_one_pd_for_all_leaves_walds_test_of_the_level_with_weights():
    y, w = np.repeat([0, 1], [80, 20]), np.tile([0.5, 1.5], 50)
    found = calibration_lr_test(y, np.full(100, 0.1), w)
    rate = np.average(y, weights=w)
    variance = np.sum(w**2 * (y - rate) ** 2) / np.sum(w * rate * (1 - rate)) ** 2
    truth = (special.logit(rate) - special.logit(0.1)) ** 2 / variance
    assert (found.statistic, found.df) == (pytest.approx(truth, rel=1e-9), 1)
    assert found.p_value == pytest.approx(stats.chi2.sf(truth, 1), rel=1e-8)


def test_nearly_all_weight_on_one_pd_leaves_no_test():
    y, pd = np.array([0, 1, 0, 1, 0, 1]), np.repeat([0.2, 0.4], 3)
    weight = np.repeat([1.0, 1e-7], 3)
    assert math.isfinite(calibration_line(y, pd, weight).slope.value)
    assert calibration_lr_test(y, pd, weight) == LikelihoodRatio(NAN, 2, NAN)


def test_certain_pds_count_as_nearly_certain():
    y = np.array([0, 0, 1, 0, 1, 0, 1, 1])
    certain, nearly = (np.array([low, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1 - low]) for low in (0.0, 1e-15))
    found = calibration_lr_test(y, certain)
    assert math.isfinite(found.statistic)
    assert found.statistic == pytest.approx(calibration_lr_test(y, nearly).statistic, rel=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 7.5, 1e200])
def test_the_scale_of_the_weights_does_not_count(factor):
    y, pd, w = listed()
    scaled = calibration_lr_test(y, pd, factor * w)
    assert scaled.statistic == pytest.approx(calibration_lr_test(y, pd, w).statistic, rel=1e-9)


def test_refused_pds_are_named_in_the_message():
    with pytest.raises(ValueError, match=r"^pd must be between 0 and 1\.$"):
        calibration_lr_test(np.array([0, 1]), np.array([0.5, 1.5]))
