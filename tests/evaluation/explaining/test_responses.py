"""Effects along a column, against models whose effects are known."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.evaluation.explaining.all_loans import shared_grid
from creditrisk.evaluation.explaining.responses import accumulated, grid_of, intervals_of, partial


def together(count: int = 4000) -> np.ndarray:
    """Return two columns that are the same but for a little, and a third."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 10, count)
    return np.column_stack([x, x + rng.normal(scale=0.01, size=count), rng.normal(size=count)])


def test_the_accumulated_effect_of_a_sum_is_its_slope_whatever_goes_with_the_column() -> None:
    x, edges = together(), np.array([0.5, 1.0, 4.0, 9.0])
    effect = accumulated(lambda m: 3 * m[:, 0] - 5 * m[:, 1] + m[:, 2] ** 3, x, 0, edges)
    assert np.diff(effect) == pytest.approx(3 * np.diff(edges), abs=1e-9)


def test_the_accumulated_effect_of_a_product_is_the_integral_of_its_slope() -> None:
    """For f = a·b with b = a it is ∫ E(b | a) da = a²/2; the partial effect is mean(b)·a, a straight line."""
    x, edges = together(), np.linspace(0.0, 10.0, 41)
    effect = accumulated(lambda m: m[:, 0] * m[:, 1], x, 0, edges)
    assert effect - effect[0] == pytest.approx(edges**2 / 2, abs=0.25)
    line = partial(lambda m: m[:, 0] * m[:, 1], x, 0, edges)
    assert line == pytest.approx(x[:, 1].mean() * edges, abs=1e-9)


def test_the_accumulated_effect_adds_up_the_means_of_each_interval_by_hand() -> None:
    x = np.array([[0.0, 1.0], [2.0, 10.0], [2.0, 20.0], [3.0, 2.0], [np.nan, 9.0]])
    weight = np.array([1.0, 3.0, 1.0, 2.0, 7.0])
    edges = np.array([0.0, 2.0, 4.0])
    # Interval 1 holds 0, 2, 2 with slopes 1, 10, 20 over a width of 2; interval 2 holds 3 with a slope of 2.
    steps = [2 * (1 * 1 + 3 * 10 + 1 * 20) / 5, 2 * 2.0]
    found = accumulated(lambda m: m[:, 0] * m[:, 1], x, 0, edges, weight)
    assert np.diff(found) == pytest.approx(steps)
    middles = (found[1:] + found[:-1]) / 2
    assert middles @ [5.0, 2.0] == pytest.approx(0.0, abs=1e-9)


def test_a_partial_effect_is_the_mean_over_loans_that_all_have_the_value() -> None:
    rng = np.random.default_rng(4)
    x, weight = rng.normal(size=(30, 2)), rng.uniform(1, 2, 30)

    def response(m: np.ndarray) -> np.ndarray:
        return np.sin(m[:, 0]) * m[:, 1]

    expected = [sum(w * np.sin(value) * row[1] for w, row in zip(weight, x, strict=True)) / weight.sum()
                for value in (0.0, 1.0)]  # fmt: skip
    assert partial(response, x, 0, np.array([0.0, 1.0]), weight) == pytest.approx(expected)
    assert x[0, 0] not in (0.0, 1.0), "the loans themselves stay as they are"


@pytest.mark.parametrize("count", [20, 35, 200, 3000])
@pytest.mark.parametrize("kind", ["spread", "skewed", "few", "one", "codes"])
def test_nothing_on_a_grid_is_one_loans_own(count: int, kind: str) -> None:
    rng = np.random.default_rng(count)
    values = {
        "spread": rng.normal(size=count) * 1000,
        "skewed": rng.lognormal(8, 3, count),
        "few": rng.integers(0, 5, count).astype(float),
        "one": np.full(count, 7.0),
        "codes": np.where(rng.uniform(size=count) < 0.8, 96.0, rng.uniform(0, 1e6, count)),
    }[kind]
    values[0] = 123_456_789.25  # one person's
    grid, loans = shared_grid(values)
    assert 123_456_789.25 not in grid
    assert (loans >= 10).all()
    assert loans.sum() == (count if len(grid) else 0)
    for edges in (grid, grid_of(values)):
        assert len(edges) < 2 or (np.bincount(intervals_of(values, edges), minlength=len(edges))[1:] >= 10).all()
