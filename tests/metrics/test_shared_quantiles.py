"""Quantiles lie where NumPy's do, and are no value that fewer than ten loans have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.metrics.shared_quantiles import round_between, shared_quantile

RNG = np.random.default_rng(5)


def quantile_of(sample: np.ndarray, share: float) -> float:
    return shared_quantile(*np.unique(sample, return_counts=True), share)


def test_a_value_that_many_loans_share_is_told_as_it_is() -> None:
    sample = np.repeat([0.0, 12.5, 99.25], [50, 30, 20])
    told = [quantile_of(sample, share) for share in (0.01, 0.5, 0.51, 0.8, 0.81, 1.0)]
    assert told == [0, 0, 12.5, 12.5, 99.25, 99.25]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(20, 400), st.floats(0, 1), st.integers(0, 10_000))
def test_it_lies_within_five_loans_of_the_quantile(loans: int, share: float, seed: int) -> None:
    sample = np.sort(np.random.default_rng(seed).normal(100, 30, loans))
    found, rank = quantile_of(sample, share), min(max(math.ceil(share * loans), 1), loans)
    first = min(max(rank - 6, 1), loans - 10)
    assert sample[first - 1] <= found <= sample[min(first + 11, loans) - 1]


def test_the_value_of_one_loan_is_never_told() -> None:
    sample = RNG.uniform(1000, 2000, 5000)
    told = [quantile_of(sample, share) for share in np.linspace(0, 1, 101)]
    assert not set(told) & set(sample.tolist())
    assert max(len(f"{value:g}") for value in told) <= 6


def test_of_few_loans_nothing_is_told() -> None:
    assert math.isnan(quantile_of(np.arange(19.0), 0.5))
    assert math.isnan(shared_quantile(np.empty(0), np.empty(0), 0.5))


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (-5.0, 7.0), (1e300, 2e300), (0.1, 0.1000001), (-3.0, -2.0)])
def test_the_round_number_lies_between(low: float, high: float) -> None:
    assert low < round_between(low, high) <= high


def test_between_neighbouring_numbers_it_is_the_higher_one() -> None:
    assert round_between(1.0, math.nextafter(1.0, 2.0)) == math.nextafter(1.0, 2.0)
