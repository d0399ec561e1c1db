"""The half width of an AUC's interval, against the spread of simulated scores and DeLong's intervals."""

import math

import numpy as np
import pytest

from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.hanley_mcneil import auc_half_width


def test_it_agrees_with_the_spread_of_simulated_areas_and_with_delong():
    rng = np.random.default_rng(2)
    odds = 0.75 / 0.25
    y = np.repeat([1, 0], [80, 320])
    areas = [auc(y, np.concatenate([rng.exponential(odds, 80), rng.exponential(1, 320)])) for _ in range(300)]
    spread = float(np.std([area.value for area in areas]))
    assert float(np.mean([area.value for area in areas])) == pytest.approx(0.75, abs=0.005)
    assert auc_half_width(0.75, 80, 320) / 1.96 == pytest.approx(spread, rel=0.1)
    assert auc_half_width(0.75, 80, 320) == pytest.approx(np.mean([a.high - a.low for a in areas]) / 2, rel=0.1)


def test_no_loan_of_a_class_leaves_it_unknown():
    assert math.isinf(auc_half_width(0.75, 0, 100))
    assert math.isinf(auc_half_width(0.75, 100, 0))
