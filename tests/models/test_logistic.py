"""The logistic regression against scikit-learn and scipy, its bounds, and designs that break plain Newton steps."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from creditrisk.metrics.odds import expit
from creditrisk.models.logistic import Penalty, fit_logistic, strong_columns

FREE = Penalty(ridge=0.0)


def made(seed=0, n=600, coefficients=(-1.0, -0.5, 0.3), correlation=0.5):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    design = correlation * common + rng.normal(size=(n, len(coefficients)))
    y = (rng.random(n) < expit(design @ np.array(coefficients) - 1.2)).astype(np.int8)
    return design, y, rng.exponential(size=n) + 0.1


def by_scipy(design, y, weight, penalty):
    """The minimiser by a general method, with its own loss."""
    variance = np.average((design - np.average(design, axis=0, weights=weight)) ** 2, axis=0, weights=weight)

    def loss(beta):
        z = beta[0] + design @ beta[1:]
        rows = weight * (np.logaddexp(0, z) - y * z)
        gradient = weight * (expit(z) - y)
        ridge = penalty.ridge * variance * beta[1:]
        return rows.sum() + 0.5 * ridge @ beta[1:], np.array([gradient.sum(), *(gradient @ design + ridge)])

    bounds = [(None, None), *[(None, 0.0 if penalty.at_most_zero else None)] * design.shape[1]]
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 10_000}
    return minimize(loss, np.zeros(design.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_without_ridge_it_agrees_with_scikit_learn(seed, weighted):
    design, y, w = made(seed)
    w = w if weighted else None
    oracle = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(design, y, w)
    fitted = fit_logistic(design, y, w, FREE)
    np.testing.assert_allclose(fitted.coefficients, oracle.coef_[0], rtol=1e-7)
    assert fitted.intercept == pytest.approx(oracle.intercept_[0], rel=1e-7)
    assert fitted.converged


def test_ridge_on_columns_of_variance_1_is_that_of_scikit_learn():
    design, y, _ = made()
    design = (design - design.mean(axis=0)) / design.std(axis=0)
    oracle = LogisticRegression(C=1 / 40, solver="newton-cholesky", tol=1e-12).fit(design, y)
    np.testing.assert_allclose(fit_logistic(design, y, None, Penalty(40.0)).coefficients, oracle.coef_[0], rtol=1e-7)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ridge", [0.5, 30.0])
def test_bounded_coefficients_are_the_best_of_all_sound_ones(seed, ridge):
    design, y, w = made(seed, coefficients=(-1.0, 0.8, -0.3, 0.1, 0.0, -0.02, 0.5), correlation=2.0)
    penalty = Penalty(ridge, at_most_zero=True)
    fitted = fit_logistic(design, y, w, penalty)
    oracle = by_scipy(design, y, w, penalty)
    np.testing.assert_allclose([fitted.intercept, *fitted.coefficients], oracle, atol=2e-5)
    assert (fitted.coefficients <= 0).all()
    assert 0 < np.sum(fitted.coefficients == 0) < 7


def test_weights_count_as_repeated_rows():
    design, y, _ = made()
    times = np.random.default_rng(1).integers(1, 5, len(y))
    weighted = fit_logistic(design, y, times.astype(float), Penalty(3.0))
    repeated = fit_logistic(np.repeat(design, times, axis=0), np.repeat(y, times), None, Penalty(3.0))
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=2e-9)


def test_units_of_a_column_do_not_matter():
    design, y, w = made()
    scale = np.array([1e3, 1e-4, 7.0])
    one, other = (fit_logistic(values, y, w, Penalty(5.0)) for values in (design, design * scale))
    np.testing.assert_allclose(other.coefficients * scale, one.coefficients, rtol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_and_columns_does_not_show(seed):
    design, y, w = made(seed, n=40_000)
    rows, columns = np.random.default_rng(seed).permutation(len(y)), np.array([2, 0, 1])
    one = fit_logistic(design, y, w, Penalty(5.0))
    other = fit_logistic(design[rows][:, columns], y[rows], w[rows], Penalty(5.0))
    assert one.coefficients[columns].tolist() == other.coefficients.tolist()
    assert one.intercept == other.intercept


def test_the_mean_pd_is_the_default_rate():
    design, y, w = made()
    fitted = fit_logistic(design, y, w, Penalty(50.0, at_most_zero=True))
    pd = expit(fitted.intercept + design @ fitted.coefficients)
    assert np.average(pd, weights=w) == pytest.approx(np.average(y, weights=w), rel=1e-9)


@pytest.mark.parametrize("ridge", [0.0, 1.0])
def test_duplicates_share_and_constants_get_nothing(ridge):
    design, y, _ = made()
    wide = np.column_stack([design, design[:, 0], np.full(len(y), 3.0)])
    one, other = (fit_logistic(values, y, None, Penalty(ridge)) for values in (design, wide))
    z, z_wide = (fit.intercept + x @ fit.coefficients for fit, x in ((one, design), (other, wide)))
    np.testing.assert_allclose(z_wide, z, atol=0.05 * ridge + 1e-7)
    assert other.coefficients[0] == pytest.approx(other.coefficients[3], rel=1e-6)
    assert np.abs(other.coefficients).max() < 2


def test_separated_classes_have_finite_coefficients():
    design = np.linspace(-1, 1, 200)[:, None]
    y = (design[:, 0] < 0).astype(np.int8)
    fitted = fit_logistic(design, y, None, Penalty(1.0, at_most_zero=True))
    assert fitted.converged
    np.testing.assert_allclose(fitted.coefficients, by_scipy(design, y, np.ones(200), Penalty(1.0))[1:], rtol=1e-5)
    assert np.isfinite(fit_logistic(design, y, None, FREE).coefficients).all()


def test_a_heavy_lopsided_start_converges():
    design, y, _ = made(n=2000, coefficients=(-30.0, 0.0))
    y[:] = design[:, 0] < -3.5
    fitted = fit_logistic(design, y, None, Penalty(0.01, at_most_zero=True))
    assert fitted.converged
    np.testing.assert_allclose(
        [fitted.intercept, *fitted.coefficients],
        by_scipy(design, y, np.ones(2000), Penalty(0.01, at_most_zero=True)),
        rtol=1e-3,
        atol=1e-3,
    )


def test_no_columns_leave_the_log_odds_of_the_default_rate():
    fitted = fit_logistic(np.empty((4, 0)), np.array([0, 0, 0, 1]), None, Penalty())
    assert fitted.intercept == pytest.approx(-np.log(3), rel=1e-9)
    assert fitted.coefficients.shape == (0,)
    assert strong_columns(fitted, 1.0).tolist() == []


def test_numbers_have_ten_digits():
    fitted = fit_logistic(*made()[:2], None, Penalty())
    assert all(float(f"{value:.10g}") == value for value in [fitted.intercept, *fitted.coefficients])


def test_columns_that_say_nothing_are_left_out_and_of_duplicates_the_last():
    design, y, _ = made(n=5000, coefficients=(-1.0, 0.0, -0.5), correlation=0.0)
    design = np.column_stack([design, design[:, 0]])
    fitted = fit_logistic(design, y, None, Penalty(1.0, at_most_zero=True))
    assert strong_columns(fitted, 4.0).tolist() == [0, 2]
    assert strong_columns(fitted, 0.0).tolist() == np.flatnonzero(fitted.coefficients).tolist()
    assert strong_columns(fitted, 1e9).tolist() == []


def test_the_quadratic_choice_of_columns_is_that_of_refitting():
    design, y, _ = made(3, n=1500, coefficients=(-0.5, -0.1, -0.05, -0.08, -0.3, -0.02), correlation=0.7)
    penalty, columns = Penalty(1.0, at_most_zero=True), np.arange(6)
    while True:
        fitted = fit_logistic(design[:, columns], y, None, penalty)
        worth = fitted.coefficients**2 / np.diag(np.linalg.inv(fitted.information))[1:]
        if worth.min() >= 3.0:
            break
        columns = np.delete(columns, worth.argmin())
    assert strong_columns(fit_logistic(design, y, None, penalty), 3.0).tolist() == columns.tolist()
    assert len(columns) < 6


def test_a_column_that_separates_the_classes_is_not_left_out():
    design = np.column_stack([np.repeat([-5.0, 5.0], [100, 900]), np.tile([0.1, -0.1], 500)])
    fitted = fit_logistic(design, np.repeat([1, 0], [100, 900]), None, Penalty(5.0, at_most_zero=True))
    assert strong_columns(fitted, 10.0).tolist() == [0]
