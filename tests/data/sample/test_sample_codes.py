"""Codes and their fixed effects."""

import numpy as np
import pytest

from creditrisk.data.sample.codes import (
    drawn_from,
    hashed_bits,
    hashed_normal,
    hashed_uniform,
    normal_cuts,
    zipf_codes,
)

CODES = np.arange(200_000)


def splitmix64(state):
    """The published output function, on Python's whole numbers."""
    mask = 2**64 - 1
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & mask
    return state ^ (state >> 31)


def test_bits_are_those_of_splitmix64():
    golden = 0x9E3779B97F4A7C15
    expected = [splitmix64((code * golden + 6 * golden * golden) % 2**64) for code in range(50)]
    assert hashed_bits(np.arange(50), salt=5).tolist() == expected


def test_effects_are_standard_normal_over_the_codes():
    effects = hashed_normal(CODES, salt=4)
    assert effects.mean() == pytest.approx(0, abs=0.01)
    assert effects.std() == pytest.approx(1, abs=0.01)
    assert (effects > 1.959964).mean() == pytest.approx(0.025, abs=0.002)


def test_families_of_codes_are_unrelated():
    assert abs(np.corrcoef(hashed_normal(CODES, 1), hashed_normal(CODES, 2))[0, 1]) < 0.01
    assert abs(np.corrcoef(hashed_uniform(CODES[1:], 1), hashed_uniform(CODES[:-1], 1))[0, 1]) < 0.01


def test_an_effect_does_not_depend_on_type_or_neighbours():
    assert hashed_normal(np.array([17.0]), 3)[0] == hashed_normal(np.array([5, 17, 99]), 3)[1]


def test_zipf_codes_fall_in_frequency_and_stay_in_range():
    codes = zipf_codes(np.random.default_rng(0), 200_000, count=1000, exponent=0.85)
    assert (codes.min(), codes.max()) == (0, 999)
    counts = np.bincount(codes)
    assert counts[0] > counts[9] > counts[99] > counts[999] > 0


def test_shares_are_kept():
    drawn = drawn_from(np.random.default_rng(0), 100_000, (3, 0, 1))
    assert np.bincount(drawn) / 100_000 == pytest.approx([0.75, 0, 0.25], abs=0.006)


def test_cuts_divide_a_normal_score():
    assert normal_cuts([0.025, 0.475, 0.5]) == pytest.approx([-1.959964, 0.0], abs=1e-6)
