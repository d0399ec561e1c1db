"""Numbers in another unit are found with their factor; honest growth is not."""

from __future__ import annotations

import numpy as np
import pytest
from two_sides import halves, loans_of, number, the

from creditrisk.audit.drift.changed_scale import scale_changed

RNG = np.random.default_rng(1)
INCOME = np.exp(10 + 0.6 * RNG.normal(size=1000)).round(-2)
TERM = RNG.choice([12.0, 24.0, 36.0, 60.0], 1000)
RATE = RNG.integers(4, 30, 1000) * 1.0
NEWER = np.arange(1000) >= 700


@pytest.mark.parametrize(
    ("values", "factor", "words"),
    [(INCOME, 1000, "× 1,000"), (INCOME, 1e-3, "÷ 1,000"), (TERM, 1 / 12, "÷ 12"), (RATE, 0.01, "÷ 100")],
)
def test_a_unit_that_changes_is_found_with_its_factor(values: np.ndarray, factor: float, words: str) -> None:
    changed = np.where(NEWER, values * factor, values)
    finding = the(scale_changed, halves([number("amount", changed), number("term", TERM)]))
    assert (finding.severity, finding.columns) == ("high", ("amount",))
    assert finding.what == 'The newer loans seem to be written in another unit: "amount".'
    assert finding.evidence == (
        f'Times the older ones: "amount" {words}; with that undone both are spread alike, which they are not as '
        "they stand (PSI above 0.25)."
    )
    assert finding.fix == "Bring the column to one unit before training or scoring."


def test_zeros_and_negative_codes_do_not_hide_it() -> None:
    values = np.where(NEWER, INCOME * 100, INCOME)
    values[::3] = 0.0
    values[1::9] = -1.0
    assert the(scale_changed, halves([number("income", values)])).columns == ("income",)


@pytest.mark.parametrize("factor", [1.0, 1.3, 5.0])
def test_growth_that_is_no_unit_is_left_alone(factor: float) -> None:
    assert list(scale_changed(halves([number("income", np.where(NEWER, INCOME * factor, INCOME))]))) == []


def test_another_shape_at_ten_times_the_level_is_no_unit() -> None:
    values = np.where(NEWER, 10 * np.median(INCOME) * RNG.uniform(0.9, 1.1, 1000), INCOME)
    assert list(scale_changed(halves([number("income", values)]))) == []


def test_categories_have_no_unit() -> None:
    assert list(scale_changed(halves(loans_of(5)[6:8]))) == []
