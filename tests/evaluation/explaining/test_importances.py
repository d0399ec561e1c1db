"""Importance by contributions and by permutation, against sums over all pairs and against fresh samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from creditrisk.evaluation.explaining.importances import mean_magnitude, permuted_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def squares(y: Floats) -> Callable[[Floats, NDArray[np.intp]], Floats]:
    """Return the squared error of a fixed model, which has a product of two of its columns."""
    return lambda x, places: (y[places] - x[:, 0] - 2 * x[:, 1] * x[:, 2]) ** 2


def loans(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    x = rng.normal(size=(count, 4))
    return x, x[:, 0] + 2 * x[:, 1] * x[:, 2] + rng.normal(size=count)


def over_all_donors(x: Floats, y: Floats, columns: list[int], w: Floats) -> float:
    """Return the exact mean rise of the loss: every loan with the values of every other, weighed as a donor."""
    loss, total, all_of = squares(y), 0.0, np.arange(len(x))
    for donor in range(len(x)):
        changed = x.copy()
        changed[:, columns] = x[donor, columns]
        total += w[donor] * float(w @ (loss(changed, all_of) - loss(x, all_of)))
    return total


@pytest.mark.parametrize("columns", [[0], [1, 2], [3]])
@pytest.mark.parametrize("weighted", [False, True])
def test_permutations_come_to_the_mean_over_all_donors(columns: list[int], weighted: bool) -> None:
    rng = np.random.default_rng(5)
    x, y = loans(rng, 40)
    x[:, 0] = np.where(x[:, 0] < 0, -1.0, 1.0)  # many loans are dealt their own value
    weight = rng.integers(1, 4, 40).astype(float) if weighted else None
    w = np.full(40, 1 / 40) if weight is None else weight / weight.sum()
    found = permuted_loss(squares(y), x, columns, weight, times=3000, seed=1)
    assert found.value == pytest.approx(over_all_donors(x, y, columns, w), rel=0.03, abs=1e-12)


def test_a_column_that_the_model_does_not_use_costs_nothing_at_all() -> None:
    x, y = loans(np.random.default_rng(6), 100)
    found = permuted_loss(squares(y), x, [3], None, times=3, seed=1)
    assert (found.value, found.se, found.low, found.high) == (0.0, 0.0, 0.0, 0.0)


def test_the_interval_covers_the_truth_of_the_population() -> None:
    """The truth for column 0 is 2 var(x) = 2, for both columns of the product 8 E(ab)² = 8 (a, b independent)."""
    rng, covered, values, errors = np.random.default_rng(7), np.zeros(2), [], []
    times = 300
    for number in range(times):
        x, y = loans(rng, 300)
        found = [permuted_loss(squares(y), x, columns, None, times=5, seed=number) for columns in ([0], [1, 2])]
        covered += [each.low <= truth <= each.high for each, truth in zip(found, (2.0, 8.0), strict=True)]
        values.append([each.value for each in found])
        errors.append([each.se for each in found])
    assert (covered / times > 0.89).all()
    ratio = np.mean(errors, axis=0) / np.std(values, axis=0)
    assert (np.abs(ratio - 1) < 0.2).all()


def test_the_same_seed_gives_the_same_figure() -> None:
    x, y = loans(np.random.default_rng(8), 50)
    one, again, other = (permuted_loss(squares(y), x, [1], None, times=2, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_the_mean_magnitude_and_its_standard_error() -> None:
    values = np.random.default_rng(9).normal(size=500)
    found = mean_magnitude(values, None)
    assert found.value == pytest.approx(np.abs(values).mean())
    assert found.se == pytest.approx(np.abs(values).std() / np.sqrt(500))
    assert mean_magnitude(np.zeros(3), None).low == 0.0


def test_loans_that_count_twice_count_as_two_in_the_mean() -> None:
    values, weight = np.array([1.0, -4.0, 2.0]), np.array([1.0, 2.0, 3.0])
    assert mean_magnitude(values, weight).value == pytest.approx(np.abs(np.repeat(values, [1, 2, 3])).mean())
