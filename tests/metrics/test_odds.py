import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from creditrisk.metrics.odds import CLIP, expit, log_odds

quick = settings(max_examples=50, deadline=None, derandomize=True)
GRID = np.concatenate([np.linspace(-40, 40, 8001), np.linspace(-800, 800, 1601)])


def test_expit_agrees_with_scipy():
    np.testing.assert_allclose(expit(GRID), special.expit(GRID), rtol=0, atol=1e-15)


def test_expit_keeps_its_relative_precision_in_the_lower_tail():
    z = np.linspace(-700, 0, 1401)
    np.testing.assert_allclose(expit(z), special.expit(z), rtol=1e-14)


def test_log_odds_agrees_with_scipy():
    pd = np.concatenate([np.logspace(-14, -1, 500), np.linspace(0.1, 0.9, 801), 1 - np.logspace(-1, -14, 500)])
    np.testing.assert_allclose(log_odds(pd), special.logit(pd), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("z", [-1e308, -710.0, -0.0, 0.0, 710.0, 1e308, math.inf, -math.inf])
def test_expit_neither_overflows_nor_leaves_the_unit_interval(z):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        pd = expit(np.array([z]))
    assert pd[0] == pytest.approx(special.expit(z), abs=1e-15)
    assert 0 <= pd[0] <= 1


def test_expit_of_a_missing_value_is_missing():
    assert np.isnan(expit(np.array([np.nan]))).all()


@pytest.mark.parametrize(("pd", "clipped"), [(0.0, 1e-15), (1e-300, 1e-15), (1.0, 1 - 1e-15), (1 - 1e-16, 1 - 1e-15)])
def test_certain_pds_have_the_log_odds_of_the_clip(pd, clipped):
    assert log_odds(np.array([pd]))[0] == pytest.approx(math.log(clipped / (1 - clipped)), rel=1e-12)


def test_log_odds_of_single_precision_pds_are_double():
    assert log_odds(np.array([0.0, 0.25, 1.0], dtype=np.float32)).dtype == np.float64


@quick
@given(st.floats(CLIP, 1 - CLIP))
def test_expit_undoes_log_odds(pd):
    assert expit(log_odds(np.array([pd])))[0] == pytest.approx(pd, rel=1e-13)


@quick
@given(st.floats(-34, 30))
def test_log_odds_undoes_expit(z):
    rounding_of_one_minus_pd = 4e-16 * math.exp(max(z, 0.0))
    assert log_odds(expit(np.array([z])))[0] == pytest.approx(z, rel=1e-13, abs=1e-14 + rounding_of_one_minus_pd)


@quick
@given(st.floats(-800, 800))
def test_expit_of_the_opposite_is_the_complement(z):
    assert expit(np.array([z]))[0] + expit(np.array([-z]))[0] == pytest.approx(1, abs=1e-15)


def test_both_are_monotone():
    assert (np.diff(expit(np.linspace(-30, 30, 2001))) > 0).all()
    assert (np.diff(log_odds(np.linspace(0, 1, 2001))) > 0).all()
