from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from creditrisk.metrics.odds import expit
from creditrisk.models.loss import bce_gradient, bce_hessian, bce_loss, restoration, row_weights, tilt
from creditrisk.option_values import ClassWeight

Z = np.array([-30.0, -3.0, -0.1, 0.0, 0.7, 5.0, 25.0])


@pytest.mark.parametrize("outcome", [0, 1])
def test_gradient_and_hessian_are_the_derivatives_of_the_loss(outcome: int) -> None:
    y, step = np.full(len(Z), outcome), 1e-4
    up, down = bce_loss(y, Z + step), bce_loss(y, Z - step)
    np.testing.assert_allclose((up - down) / (2 * step), bce_gradient(y, Z), atol=1e-8)
    np.testing.assert_allclose((up - 2 * bce_loss(y, Z) + down) / step**2, bce_hessian(Z), atol=1e-6)


def test_loss_is_minus_the_log_of_the_probability_given_to_what_happened() -> None:
    z = np.array([-2.0, 0.3, 4.0])
    np.testing.assert_allclose(bce_loss(np.ones(3), z), -np.log(expit(z)), rtol=1e-12)
    np.testing.assert_allclose(bce_loss(np.zeros(3), z), -np.log(1 - expit(z)), rtol=1e-12)


def test_a_confident_mistake_costs_without_limit_and_never_overflows() -> None:
    assert bce_loss(np.array([1, 0]), np.array([-1e6, 1e6])).tolist() == [1e6, 1e6]
    assert bce_loss(np.array([0, 1]), np.array([-1e6, 1e6])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("ratio", [0.25, 1.0, 9.0])
@pytest.mark.parametrize("rate", [0.03, 0.4])
def test_restoration_undoes_what_weights_do_to_the_best_constant(ratio: float, rate: float) -> None:
    def weighted_loss(z: float) -> float:
        return ratio * rate * np.logaddexp(0, -z) + (1 - rate) * np.logaddexp(0, z)

    tilted = minimize_scalar(weighted_loss, bounds=(-12, 12), method="bounded", options={"xatol": 1e-10}).x
    assert expit(np.array([tilted + restoration(ratio)]))[0] == pytest.approx(rate, abs=1e-6)


def test_balanced_weights_give_both_classes_the_same_total() -> None:
    y = np.array([0] * 90 + [1] * 10)
    ratio = tilt(y, ClassWeight.parse("balanced"))
    weight = row_weights(y, ratio)
    assert ratio == 9.0
    assert weight[y == 1].sum() == pytest.approx(weight[y == 0].sum())
    assert weight.mean() == pytest.approx(1.0)
