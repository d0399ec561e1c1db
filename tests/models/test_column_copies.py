"""Columns that say the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from creditrisk.models.copies import ALIKE, copies_of
from creditrisk.models.fields import Fields, ManifestError
from creditrisk.models.manifest import _copies


def test_groups_are_led_by_the_first_column_and_joined_by_its_copies() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=400)
    b = rng.normal(size=400)
    matrix = np.column_stack([a, b, np.exp(a), -b, a + 0.05 * rng.normal(size=400), rng.normal(size=400)])
    assert copies_of(matrix, list("abcdef"), range(6)) == (("a", "c", "e"), ("b", "d"))
    assert copies_of(matrix, list("abcdef"), (0, 1, 5)) == ()


@pytest.mark.parametrize("noise", [0.1, 0.2, 0.25, 0.28, 0.3, 0.35, 0.5])
def test_the_correlation_is_spearmans_over_loans_that_have_both(noise: float) -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=2000).round(1)
    b = a + noise * rng.normal(size=2000)
    expected = abs(spearmanr(a, b).statistic) >= ALIKE
    assert bool(copies_of(np.column_stack([a, b]), "ab", (0, 1))) == expected
    a[:300], b[200:700] = np.nan, np.nan
    assert bool(copies_of(np.column_stack([a, b]), "ab", (0, 1))) == expected


def test_columns_that_few_loans_share_are_no_copies() -> None:
    a = np.arange(200.0)
    b = np.where(a < 90, a, np.nan)
    assert copies_of(np.column_stack([a, b]), "ab", (0, 1)) == ()
    assert copies_of(np.column_stack([a[:20], a[:20]]), "ab", (0, 1)) == ()


def test_constants_and_empty_columns_are_no_copies() -> None:
    matrix = np.column_stack([np.ones(100), np.ones(100), np.full(100, np.nan), np.full(100, np.nan)])
    assert copies_of(matrix, "abcd", range(4)) == ()


@pytest.mark.parametrize("wrong", [[["a"]], [["a", "b"], ["b", "c"]], [["a", "x"]], [["a", "a"]], ["a"], [[1, 2]]])
def test_a_manifest_with_other_groups_is_refused(wrong: object) -> None:
    with pytest.raises(ManifestError, match="copies"):
        _copies(Fields({"copies": wrong}, "model"), ["a", "b", "c"])
