"""Profit by cut-off: against sums written out loan by loan, and against resampling."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.metrics.profit import (
    Terms,
    accepted_at,
    break_even_pd,
    cutoff_row,
    profit_at,
    profit_curve,
    profit_difference,
)


def book(n: int, seed: int = 0, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray, Terms, np.ndarray]:
    """Return outcomes of right PDs, PDs, terms and weights."""
    random = np.random.default_rng(seed)
    pd = random.beta(1.2, 6, n)
    if ties:
        pd = np.round(pd, 1)
    y = (random.random(n) < pd).astype(np.int8)
    terms = Terms(0.6, random.uniform(0.05, 0.3, n), random.uniform(100, 900, n))
    return y, pd, terms, random.uniform(0.5, 2, n)


def written_out(y: np.ndarray, pd: np.ndarray, cutoff: float, terms: Terms, w: np.ndarray) -> tuple[float, float]:
    """Return profit and expected profit for each loan that applied, loan by loan."""
    earned = expected = 0.0
    for at in range(len(y)):
        if pd[at] < cutoff or cutoff >= 1:
            amount, margin = terms.amount[at], terms.margin[at]  # type: ignore[index]
            earned += w[at] * amount * (margin if y[at] == 0 else -terms.lgd)
            expected += w[at] * amount * ((1 - pd[at]) * margin - pd[at] * terms.lgd)
    return earned / w.sum(), expected / w.sum()


@pytest.mark.parametrize("ties", [False, True])
def test_the_curve_is_the_sum_over_the_accepted_loans(*, ties: bool) -> None:
    y, pd, terms, w = book(300, ties=ties)
    curve = profit_curve(y, pd, terms, w)
    assert curve.cutoff.tolist() == [0.0, *np.unique(pd).tolist()[1:], 1.0]
    for at, cutoff in enumerate(curve.cutoff.tolist()):
        earned, expected = written_out(y, pd, cutoff, terms, w)
        assert curve.profit[at] == pytest.approx(earned, abs=1e-9)
        assert curve.expected[at] == pytest.approx(expected, abs=1e-9)
        assert curve.approved[at] == pytest.approx(w[accepted_at(pd, cutoff)].sum() / w.sum())
    assert curve.profit[curve.top] == curve.profit.max()
    assert curve.low <= curve.top <= curve.high


def test_every_point_of_the_curve_is_what_its_cut_off_earns_even_with_pds_of_1() -> None:
    y, pd, terms = np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 1.0, 1.0]), Terms(0.5, 0.1)
    curve = profit_curve(y, pd, terms)
    assert curve.cutoff.tolist() == [0.0, 0.2, 0.3, 1.0]
    there = [profit_at(y, pd, cutoff, terms).value for cutoff in curve.cutoff.tolist()]
    assert curve.profit.tolist() == pytest.approx(there)


def test_refusing_all_refuses_safer_loans_than_were_seen_too() -> None:
    curve = profit_curve(np.array([1, 1, 1, 0]), np.array([0.4, 0.5, 0.6, 0.7]), Terms(0.6, 0.05))
    assert curve.top == 0
    assert not accepted_at(np.array([0.05, 0.0]), float(curve.cutoff[curve.top])).any()


@pytest.mark.parametrize("weighted", [False, True])
def test_the_mean_margin_is_that_of_a_unit_lent(*, weighted: bool) -> None:
    amount, w = np.array([10.0, 10.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0]) if weighted else np.ones(4)
    margin = np.array([0.05, 0.05, 0.25, 0.25])
    found = Terms(0.6, margin, amount).mean_margin(w if weighted else None)
    assert found == pytest.approx((w * amount) @ margin / (w @ amount))
    assert Terms(0.6, 0.15, amount).mean_margin(w) == 0.15
    assert Terms(0.6, margin).mean_margin() == pytest.approx(0.15)


def test_the_range_is_where_the_paired_difference_is_within_its_standard_error() -> None:
    y, pd, terms, w = book(400, 3)
    curve = profit_curve(y, pd, terms, w)
    earned, share = terms.earned(y), w / w.sum()
    close = []
    for cutoff in curve.cutoff.tolist():
        each = earned * (accepted_at(pd, float(curve.cutoff[curve.top])).astype(float) - accepted_at(pd, cutoff))
        mean = float(np.sum(share * each))
        close.append(mean <= np.sqrt(max(np.sum((share * each) ** 2) - mean**2 / len(y), 0.0)))
    assert (curve.low, curve.high) == (close.index(True), len(close) - 1 - close[::-1].index(True))


def test_the_range_holds_the_best_cut_off_of_the_population_most_of_the_time() -> None:
    hits, margin = 0, 0.15
    best = break_even_pd(0.6, margin)
    for seed in range(200):
        y, pd, _, _ = book(2000, seed)
        curve = profit_curve(y, pd, Terms(0.6, margin))
        hits += curve.cutoff[curve.low] <= best <= curve.cutoff[min(curve.high + 1, len(curve.cutoff) - 1)]
    assert hits / 200 > 0.6


def test_profit_at_a_cut_off_has_the_spread_of_resampled_loans() -> None:
    y, pd, terms, _ = book(3000, 1)
    found = profit_at(y, pd, 0.2, terms)
    random = np.random.default_rng(0)
    each = terms.earned(y) * (pd < 0.2)
    drawn = [each[random.integers(0, 3000, 3000)].mean() for _ in range(2000)]
    assert found.value == pytest.approx(each.mean())
    assert found.se == pytest.approx(np.std(drawn), rel=0.05)


def test_the_break_even_pd_is_where_a_loan_earns_nothing() -> None:
    for lgd, margin in ((0.45, 0.05), (1.0, 0.3), (0.6, 0.0)):
        pd = np.array([break_even_pd(lgd, margin)])
        assert Terms(lgd, margin).expected(pd) == pytest.approx([0.0], abs=1e-15)


def test_a_row_of_the_table_adds_up() -> None:
    y, pd, terms, w = book(500, 2)
    row = cutoff_row(y, pd, 0.2, terms, w)
    accepted = pd < 0.2
    lent = w * terms.amount
    assert row.approved.value == pytest.approx(w[accepted].sum() / w.sum())
    assert row.bad_rate.value == pytest.approx(np.average(y[accepted], weights=w[accepted]))
    assert row.expected_loss == pytest.approx(0.6 * np.average(pd[accepted], weights=lent[accepted]))
    assert row.profit.value == pytest.approx(written_out(y, pd, 0.2, terms, w)[0])
    nobody = cutoff_row(y, pd, 0.0, terms, w)
    assert nobody.profit.value == 0.0
    assert np.isnan([nobody.bad_rate.value, nobody.expected_loss]).all()


def test_two_books_are_compared_loan_by_loan() -> None:
    y, pd, terms, w = book(500, 4)
    a, b = pd < 0.3, pd < 0.1
    found = profit_difference(y, a, b, terms, w)
    assert found.value == pytest.approx(profit_at(y, pd, 0.3, terms, w).value - profit_at(y, pd, 0.1, terms, w).value)
    same = profit_difference(y, a, a, terms, w)
    assert (same.value, same.se) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("lgd", "margin", "amount"),
    [(0.0, 0.1, None), (1.1, 0.1, None), (0.5, -0.1, None), (0.5, 0.1, np.array([1.0, np.nan])), (0.5, np.inf, None)],
)
def test_terms_that_cannot_be_are_refused(lgd: float, margin: float, amount: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        Terms(lgd, margin, amount)
