"""What a book of loans earns: where its cut-off was chosen, and for which time."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.errors import UsageError
from creditrisk.evaluation.money import Book, check_window, money
from creditrisk.metrics.profit import Terms, profit_at


def loans(n: int, seed: int) -> Book:
    """Return loans with right PDs."""
    random = np.random.default_rng(seed)
    pd = random.beta(1.2, 6, n)
    return Book((random.random(n) < pd).astype(np.int8), pd, None, Terms(0.6, 0.15))


def test_the_cut_off_is_chosen_on_other_loans_and_judged_on_these() -> None:
    judged, chosen_on = loans(2000, 0), loans(3000, 1)
    found = money(judged, chosen_on)
    curve = chosen_on.curve()
    assert found.out_of_fold
    assert found.chosen_cutoff == curve.cutoff[curve.top]
    assert found.chosen_range == (curve.cutoff[curve.low], curve.cutoff[curve.high])
    assert found.profit_at_chosen == profit_at(judged.y_true, judged.pd, found.chosen_cutoff, judged.terms)
    assert found.best != found.chosen_cutoff
    assert found.break_even == pytest.approx(0.2)
    assert found.remarks == ()
    cutoffs = [row.cutoff for row in found.table]
    assert {found.break_even, found.chosen_cutoff} <= set(cutoffs)
    assert cutoffs == sorted(cutoffs)
    assert len(found.curve) <= 203
    assert max(point.profit for point in found.curve) == pytest.approx(judged.curve().profit.max())


def test_a_cut_off_chosen_on_the_same_loans_is_said_to_flatter() -> None:
    judged = loans(2000, 0)
    found = money(judged)
    assert not found.out_of_fold
    assert found.chosen_cutoff == found.best
    assert found.profit_at_chosen.value == pytest.approx(judged.curve().profit.max())
    assert "its profit is too good" in found.remarks[-1]


def test_the_break_even_is_that_of_a_unit_lent_by_weight() -> None:
    safe = np.arange(400) < 200
    pd, margin = np.linspace(0.01, 0.4, 400), np.where(safe, 0.05, 0.25)
    y = (np.arange(400) % 5 == 0).astype(np.int8)
    found = money(Book(y, pd, np.where(safe, 10.0, 1.0), Terms(0.6, margin)))
    assert found.margin == pytest.approx((10 * 0.05 + 0.25) / 11)
    assert found.break_even == pytest.approx(found.margin / (found.margin + 0.6))


def test_money_and_pd_must_be_about_the_same_time() -> None:
    assert check_window("12 months", "1 year") == ()
    for days, months in (("365 days", "12 months"), ("366d", "1 year"), ("360 days", "12m"), ("90 days", "3 months")):
        assert check_window(days, months) == check_window(months, days) == ()
    for one, other in (("12 months", "13 months"), ("365 days", "11 months"), ("28 days", "1 month")):
        with pytest.raises(UsageError):
            check_window(one, other)
    with pytest.raises(UsageError, match=r"^--profit-window must be a number of months, years or days, got 'soon'"):
        check_window("12 months", "soon")
    with pytest.raises(UsageError) as caught:
        check_window("12 months", "3 years")
    assert caught.value.what == "The model's PD is about 12 months, --lgd and --margin are about 3 years."
    assert "does not say for how long" in check_window("", "3 years")[0]
    assert "about 12 months" in check_window("12 months", "")[0]
