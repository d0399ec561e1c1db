"""Codes that hide in numbers are found, and numbers that merely look like codes are not taken for them."""

import math

import numpy as np
import pytest

from creditrisk.data.special import special_codes

RNG = np.random.default_rng(5)
COUNTS = np.repeat(np.arange(14.0), [900, 300, 150, 80, 40, 20, 20, 15, 12, 10, 5, 3, 2, 1])
SCORES = RNG.uniform(0, 100, 1000)
WHOLE_SCORES = RNG.integers(0, 100, 2000).astype(float)
AMOUNTS = RNG.lognormal(9, 1, 2000).round()
DAYS = -RNG.integers(1, 17000, 1000).astype(float)


def mixed(values, *codes, loans=30):
    return RNG.permutation(np.concatenate([values, np.repeat(np.array(codes, dtype=float), loans)]))


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (mixed(COUNTS, 96, 98), (96, 98)),
        (mixed(COUNTS, 98), (98,)),
        (mixed(COUNTS, 99, 999), (99, 999)),
        (mixed(COUNTS, -99), (-99,)),
        (mixed(COUNTS, -9, 98), (-9, 98)),
        (mixed(SCORES, -9, -8, -7), (-9, -8, -7)),
        (mixed(SCORES, -1), (-1,)),
        (mixed(SCORES, -9999, 9999), (-9999, 9999)),
        (mixed(WHOLE_SCORES, -1), (-1,)),
        (mixed(WHOLE_SCORES, -2, -1), (-2, -1)),
        (mixed(AMOUNTS, -999), (-999,)),
        (mixed(AMOUNTS, 999999999), (999999999,)),
        (mixed(DAYS, 365243), (365243,)),
        (mixed(DAYS - 3, -1), ()),
        (mixed(DAYS, -99999), (-99999,)),
        (mixed(np.arange(-5.0, 6).repeat(20), -99, 999), (-99, 999)),
        (mixed(RNG.integers(300, 851, 900).astype(float), 9999), (9999,)),
        (mixed(np.arange(-1.0, 9).repeat(20), -99), (-99,)),
    ],
)
def test_codes_are_found(values, codes):
    assert special_codes(values) == codes


@pytest.mark.parametrize(
    "values",
    [
        np.repeat(np.arange(18.0, 104), 12),
        np.repeat(np.arange(18.0, 100), 12),
        np.repeat(np.arange(101.0), 12),
        np.repeat(np.arange(100.0), 12),
        np.repeat(np.arange(-2.0, 9), 40),
        np.repeat(np.arange(-1.0, 5), 40),
        np.repeat(np.arange(-9.0, 40), 40),
        mixed(-AMOUNTS, -1, -2, -9),
        mixed(RNG.normal(0, 500, 1000), -1, -2),
        mixed(AMOUNTS, 99, 999, 9999),
        mixed(SCORES, 96, 99),
        mixed(COUNTS, 90, 42, -0.5),
        mixed(COUNTS, 98, 100),
        np.full(500, 99.0),
        np.repeat([98.0, 99.0], 50),
        np.full(500, -9.0),
        np.repeat([0.0, 99.0], 50),
        np.full(50, math.nan),
        np.empty(0),
    ],
)
def test_ordinary_numbers_are_no_codes(values):
    assert special_codes(values) == ()


@pytest.mark.parametrize("states", [[276, 569, 1474, 369, 267, 32, 8, 3, 1, 1, 2], [480, 560, 1650, 0, 280, 20, 8, 2]])
def test_repayment_states_are_a_scale_with_or_without_a_hole(states):
    assert special_codes(np.repeat(np.arange(-2.0, len(states) - 2), states)) == ()


def test_minus_1_before_0_is_a_code_where_it_stands_out_or_no_scale_follows():
    months = np.repeat(np.arange(-1.0, 100), [60, *[30] * 100])
    assert special_codes(months) == (-1.0,)
    assert special_codes(months[40:]) == ()
    assert special_codes(mixed(np.append(np.zeros(500), AMOUNTS), -1)) == (-1.0,)


def test_a_code_of_9_loans_is_not_told_and_hides_no_other():
    values = np.concatenate([mixed(COUNTS, 96, loans=9), mixed(COUNTS, 98, loans=10)])
    assert special_codes(values) == (98.0,)
    assert special_codes(mixed(COUNTS, 98, loans=9)) == ()


def test_missing_and_infinite_values_play_no_part():
    values = np.concatenate([mixed(COUNTS, 96, 98), [math.nan] * 50, [math.inf] * 20, [-math.inf] * 20])
    assert special_codes(values) == (96.0, 98.0)
