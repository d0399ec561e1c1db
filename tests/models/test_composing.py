"""Two calibrations as one: the same log-odds as one after the other, in any pair and any chain."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from creditrisk.models.calibration import Calibration
from creditrisk.models.composing import FURTHEST, composed

KINDS = {
    "none": Calibration(),
    "shift": Calibration("intercept", -1.7),
    "line": Calibration("platt", 0.4, 0.6),
    "steep": Calibration("platt", -2.0, 3.5),
    "curve": Calibration("isotonic", knots=(-3.0, -1.0, 0.5), values=(-4.0, -0.5, 0.0)),
    "level": Calibration("isotonic", knots=(-2.0, -1.0, 1.0, 2.0), values=(-1.0, 0.0, 0.0, 3.0)),
    "point": Calibration("isotonic", knots=(-2.0,), values=(1.0,)),
}
GRID = np.unique(np.concatenate([np.linspace(-12, 12, 4801), np.linspace(-700, 700, 401)]))


@pytest.mark.parametrize(("first", "then"), list(itertools.product(KINDS, KINDS)))
def test_two_as_one_are_the_one_after_the_other(first: str, then: str) -> None:
    a, b = KINDS[first], KINDS[then]
    one = composed(a, b)
    np.testing.assert_allclose(one.apply(GRID), b.apply(a.apply(GRID)), rtol=1e-12, atol=1e-9)
    assert (np.diff(one.apply(GRID)) >= 0).all()
    assert one.asked == "recalibrated"
    assert bool(one.knots) == bool(a.knots or b.knots)


@pytest.mark.parametrize("chain", list(itertools.permutations(["line", "curve", "level", "steep"])))
def test_a_chain_is_all_of_its_steps(chain: tuple[str, ...]) -> None:
    one, by_hand = Calibration(), GRID
    for name in chain:
        one, by_hand = composed(one, KINDS[name]), KINDS[name].apply(by_hand)
    np.testing.assert_allclose(one.apply(GRID), by_hand, rtol=1e-12, atol=1e-8)
    assert len(one.knots) <= 9  # those of both curves and two far out
    assert (np.diff(one.knots) > 0).all()
    assert (np.diff(one.values) >= 0).all()


def test_lines_are_composed_exactly() -> None:
    one = composed(KINDS["line"], KINDS["steep"])
    assert (one.intercept, one.slope, one.knots) == (-2.0 + 3.5 * 0.4, 3.5 * 0.6, ())


def test_far_out_the_order_is_kept() -> None:
    one = composed(KINDS["curve"], KINDS["steep"])
    beyond = np.array([-1e6, -2 * FURTHEST, -FURTHEST, FURTHEST, 2 * FURTHEST, 1e6])
    assert (np.diff(one.apply(beyond)) > 0).all()
