"""Expected maximum profit: against an integral over the loss, cut-off by cut-off."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.metrics.emp import emp


def by_force(
    y: np.ndarray, score: np.ndarray, w: np.ndarray, no_loss: float, whole_loss: float, gain: float
) -> tuple[float, float]:
    """Return the mean over losses of the best cut-off's profit, and of what it refuses; midpoints of a fine grid."""
    total = w.sum()
    cuts = np.append(np.unique(score), np.inf)
    bad = np.array([w[(score >= cut) & (y == 1)].sum() for cut in cuts]) / total
    good = np.array([w[(score >= cut) & (y == 0)].sum() for cut in cuts]) / total

    def best(loss: float) -> tuple[float, float]:
        profit = loss * bad - gain * good
        at = int(np.argmax(profit))
        return float(profit[at]), float(bad[at] + good[at])

    grid = (np.arange(20_000) + 0.5) / 20_000
    between = np.mean([best(loss) for loss in grid], axis=0)
    whole = np.array(best(1.0))
    value, refused = (1 - no_loss - whole_loss) * between + whole_loss * whole
    return float(value), float(refused)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("no_loss", "whole_loss", "gain"), [(0.55, 0.10, 0.2644), (0.0, 0.0, 0.05), (0.2, 0.7, 0.4)])
def test_it_is_the_integral_over_the_loss(seed: int, no_loss: float, whole_loss: float, gain: float) -> None:
    random = np.random.default_rng(seed)
    score = random.normal(size=150).round(1)
    y = (random.random(150) < 1 / (1 + np.exp(-score))).astype(np.int8)
    w = random.uniform(0.5, 2, 150) if seed % 2 else np.ones(150)
    found = emp(y, score, w, no_loss=no_loss, whole_loss=whole_loss, return_on_loan=gain)
    value, refused = by_force(y, score, w, no_loss, whole_loss, gain)
    assert found.value == pytest.approx(value, abs=1e-7)
    assert found.refused == pytest.approx(refused, abs=2e-4)


@pytest.mark.parametrize(
    ("y", "score", "value", "refused"),
    [
        ([0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9], 0.0974701705, 0.324345),
        ([1, 0, 1, 0, 1, 0, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9], 0.084126894, 0.35746),
        ([0, 0, 1, 0], [0.34, 0.44, 0.67, 0.83], 0.042063447, 0.17873),
    ],
)
def test_it_is_what_the_authors_package_gives(y: list[int], score: list[float], value: float, refused: float) -> None:
    # EMP-PY 2.0.4 `empCreditScoring`, by the authors of the paper, on the examples of its page and of empulse's.
    found = emp(np.array(y), np.array(score))
    assert (found.value, found.refused) == pytest.approx((value, refused), abs=1e-12)


def test_a_score_that_knows_nothing_saves_nothing_where_refusing_all_does_not_pay() -> None:
    y = np.array([0, 1] * 50)
    found = emp(y, np.ones(100), return_on_loan=2.0)
    assert (found.value, found.refused) == (0.0, 0.0)


def test_it_does_not_depend_on_the_scale_of_the_score() -> None:
    random = np.random.default_rng(1)
    score = random.normal(size=300)
    y = (random.random(300) < 1 / (1 + np.exp(-score))).astype(np.int8)
    assert emp(y, score).value == pytest.approx(emp(y, np.exp(score)).value, abs=1e-15)


@pytest.mark.parametrize("wrong", [{"no_loss": -0.1}, {"no_loss": 0.6, "whole_loss": 0.5}, {"return_on_loan": -1.0}])
def test_parameters_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        emp(np.array([0, 1]), np.array([0.1, 0.2]), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("weighted", [False, True])
def test_the_error_is_that_of_the_loans_drawn_again(weighted: bool) -> None:
    random = np.random.default_rng(5)
    score = random.normal(-1.5, 1.2, 1500)
    y = (random.random(1500) < 1 / (1 + np.exp(-score))).astype(np.int8)
    w = random.uniform(0.5, 2, 1500) if weighted else None
    found = emp(y, score, w)
    drawn = []
    for _ in range(120):
        at = random.integers(0, 1500, 1500)
        drawn.append(emp(y[at], score[at], None if w is None else w[at]).value)
    assert found.se == pytest.approx(np.std(drawn), rel=0.2)
    assert found.estimate.value == found.value
    assert (found.low + found.high) / 2 == pytest.approx(found.value, abs=1e-12)


def test_the_interval_holds_the_profit_of_the_population() -> None:
    random = np.random.default_rng(6)

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        pd = 1 / (1 + np.exp(-random.normal(-1.75, 1, n)))
        return (random.random(n) < pd).astype(np.int8), pd

    truth = emp(*drawn(300_000)).value
    found = [emp(*drawn(3000)) for _ in range(150)]
    assert np.mean([one.low <= truth <= one.high for one in found]) == pytest.approx(0.945, abs=0.045)
