"""Columns whose PSI is large and not by chance."""

from __future__ import annotations

import numpy as np
import pytest
from two_sides import halves, number, text

from creditrisk.audit.drift.changed_shape import shifted_distribution
from creditrisk.metrics.drift import psi

RNG = np.random.default_rng(6)
NEWER = np.arange(2000) >= 1400
X = RNG.normal(size=2000)


def test_shifts_are_graded_by_psi_and_listed_with_the_largest_first() -> None:
    columns = [
        number("mild", X + 0.4 * NEWER),
        number("large", X + 1.5 * NEWER),
        number("grave", X + 0.8 * NEWER),
        number("none", X),
        text("home", np.where(NEWER & (RNG.random(2000) < 0.5), 1, RNG.integers(0, 3, 2000))),
    ]
    medium, low = shifted_distribution(halves(columns))
    values = {column.name: psi(column.values[~NEWER], column.values[NEWER]).value for column in columns[:4]}
    assert (medium.severity, medium.columns) == ("medium", ("large", "grave", "home"))
    assert (low.severity, low.columns) == ("low", ("mild",))
    assert medium.what == 'The newer loans are spread otherwise than the older ones over "large", "grave", "home".'
    assert f'"large" {values["large"]:.2f}, "grave" {values["grave"]:.2f}, ' in medium.evidence
    assert low.evidence == f'PSI above 0.1 and more than chance explains: "mild" {values["mild"]:.2f}.'
    assert low.fix == (
        "Ask what changed: who applies, what is offered, or how the column is filled. Watch a model that leans on it, "
        "or train without it: --drop NAME."
    )


def test_what_chance_explains_is_not_told_however_large_the_index() -> None:
    rng = np.random.default_rng(0)
    indices = []
    for _ in range(30):
        values = rng.normal(size=110)
        indices.append(psi(values[:77], values[77:], bins=10).value)
        assert list(shifted_distribution(halves([number("x", values)]))) == []
    assert max(indices) > 0.25


@pytest.mark.parametrize("change", ["missing", "unit"])
def test_a_column_that_another_rule_explains_is_left_to_it(change: str) -> None:
    amount = np.exp(X)
    values = np.where(NEWER, amount * 1000 if change == "unit" else np.nan, amount)
    assert list(shifted_distribution(halves([number("amount", values)]))) == []
