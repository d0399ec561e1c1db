"""Which correction is taken, and what no correction can be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from creditrisk.data.splitting import random_folds
from creditrisk.errors import DataError
from creditrisk.metrics.calibration_test import LikelihoodRatio
from creditrisk.metrics.nested_lines import NestedLines
from creditrisk.models.recalibrating import cross_fitted, fit_correction, simplest_line, wants_curve


def with_p(line: float, slope: float, bend: float, fitted: float = 1.1) -> NestedLines:
    """Return tests with these p-values."""
    made = [LikelihoodRatio(1.0, 1, p) for p in (0.5, line, 0.5, slope, bend)]
    return NestedLines(*made, fitted_line=(0.0, fitted))


@pytest.mark.parametrize(
    ("tests", "method"),
    [
        (with_p(0.001, 0.001, 0.5), "slope"),
        (with_p(0.001, 0.2, 0.5), "intercept"),
        (with_p(0.08, 0.03, 0.5), "intercept"),
        (with_p(0.001, 0.001, 0.5, fitted=-0.2), "intercept"),
        (with_p(math.nan, math.nan, math.nan, fitted=math.nan), "intercept"),
    ],
)
def test_a_line_is_taken_where_both_tests_ask_for_it(tests: NestedLines, method: str) -> None:
    assert simplest_line(tests) == method


def test_a_curve_is_tried_where_there_are_defaults_enough_and_points_do_not_forbid_it() -> None:
    bent, straight = with_p(0.5, 0.5, 0.01), with_p(0.5, 0.5, math.nan)
    assert wants_curve(bent, 1000, bends=True)
    assert not wants_curve(bent, 999, bends=True)
    assert not wants_curve(bent, 1000, bends=False)
    assert not wants_curve(straight, 1000, bends=True)


def test_every_fold_is_corrected_by_the_others_alone() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(-1, 1, 900)
    y = (rng.random(900) < 1 / (1 + np.exp(-z - 0.5))).astype(np.int8)
    folds = random_folds(y, None, 3, seed=1)
    corrected = cross_fitted("slope", y, z, None, folds)
    for fold in folds:
        assert not set(fold.fit) & set(fold.judge)
        by_hand = fit_correction("slope", y[fold.fit], z[fold.fit], None).apply(z[fold.judge])
        assert corrected[fold.judge].tolist() == by_hand.tolist()
    assert sorted(np.concatenate([fold.judge for fold in folds])) == list(range(900))


def test_what_no_correction_fits_is_refused() -> None:
    y = np.array([0, 1] * 50, dtype=np.int8)
    with pytest.raises(DataError, match=r"^No rising line fits"):
        fit_correction("slope", y, -1.0 * y + np.random.default_rng(0).normal(0, 1, 100), None)
    with pytest.raises(DataError, match=r"^No rising line fits"):
        fit_correction("slope", y, y * 2.0, None)
    with pytest.raises(DataError, match=r"^The PDs are so near to 0 and 1"):
        fit_correction("intercept", y, np.where(y == 1, -1e5, 1e5), None)
