from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from creditrisk.metrics.central_tendency import shift_to_rate
from creditrisk.metrics.odds import expit


@pytest.mark.parametrize("rate", [1e-6, 0.031, 0.5, 0.999])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_shift_is_the_root_that_another_program_finds(rate: float, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    z, weight = rng.normal(-2, 2, 500), rng.uniform(0.1, 5, 500) if weighted else None
    root = brentq(lambda a: np.average(expit(z + a), weights=weight) - rate, -50, 50, xtol=1e-13)
    found = shift_to_rate(z, rate, weight)
    assert found == pytest.approx(root, abs=1e-8)
    assert np.average(expit(z + found), weights=weight) == pytest.approx(rate, rel=1e-10)


def test_extreme_log_odds_and_one_loan_have_a_shift_too() -> None:
    assert shift_to_rate(np.array([-700.0]), 0.5) == pytest.approx(700.0)
    assert np.mean(expit(np.array([-700.0, 700.0]) + shift_to_rate(np.array([-700.0, 700.0]), 0.75))) == pytest.approx(
        0.75
    )


@pytest.mark.parametrize(
    ("z", "rate", "words"),
    [([0.0], 0.0, "rate must"), ([0.0], 1.0, "rate must"), ([], 0.5, "finite"), ([np.nan], 0.5, "finite")],
)
def test_what_has_no_shift_is_refused(z: list[float], rate: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shift_to_rate(np.array(z), rate)
