from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest
from leak_loans import Loans, days, found, numbers, texts

from creditrisk.audit.drift import sides
from creditrisk.audit.facts import column_facts
from creditrisk.audit.leaks import pairs as pairs_module
from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.leaks.pairs import Pairs, Signs
from creditrisk.audit.leaks.two_columns import _combined, two_columns
from creditrisk.audit.quality import copies
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.univariate import alone


def amounts(loans, spread=1.0):
    """What was borrowed, and what came back: less for loans that default, though large loans are larger."""
    borrowed = np.round(loans.rng.lognormal(9, spread, loans.rows), 2)
    back = np.where(loans.bad, borrowed * loans.rng.uniform(0.1, 1.0, loans.rows), borrowed * 1.1)
    return borrowed, np.round(back, 2)


def test_paid_and_borrowed_tell_the_outcome_together():
    loans = Loans()
    borrowed, back = amounts(loans)
    (finding,) = two_columns(loans.with_columns(numbers("lent", borrowed), numbers("came_in", back)))
    assert (finding.severity, finding.columns, finding.drop) == ("high", ("lent", "came_in"), ())
    assert finding.what == '"lent", "came_in" nearly tell the outcome together.'
    assert finding.evidence.startswith('"lent" with "came_in", by their difference: AUC 1.000 (')
    assert finding.fix == "Neither is dropped by itself: --drop the one that is written after the decision."


def test_a_number_that_the_outcome_does_not_touch_tells_nothing():
    loans = Loans()
    borrowed, _ = amounts(loans)
    back = borrowed * loans.rng.uniform(0.1, 1.2, 1500)
    assert found(two_columns, loans.with_columns(numbers("lent", borrowed), numbers("came_in", back))) == []


def test_of_a_pair_the_one_with_a_suspicious_name_is_dropped():
    loans = Loans()
    borrowed, back = amounts(loans, spread=5.0)
    (finding,) = two_columns(loans.with_columns(numbers("lent", borrowed), numbers("total_paid", back)))
    assert (finding.severity, finding.columns) == ("high", ("lent", "total_paid"))
    assert (finding.drop, finding.fix) == (("total_paid",), '--drop "total_paid"')


def test_a_column_of_several_pairs_is_told_once_and_dropped():
    loans = Loans()
    borrowed, back = amounts(loans)
    planted = (numbers("lent", borrowed), numbers("funded", borrowed - 25.0), numbers("came_in", back))
    (finding,) = two_columns(loans.with_columns(*planted))
    assert (finding.columns[0], set(finding.columns[1:])) == ("came_in", {"lent", "funded"})
    assert finding.drop == ("came_in",)
    assert finding.what.startswith('"came_in" nearly tells the outcome together with "')
    assert finding.fix == '--drop "came_in"'


def test_the_difference_of_two_dates_tells_the_outcome():
    loans = Loans()
    start = loans.rng.integers(14000, 18000, 1500)
    end = start + np.where(loans.bad, loans.rng.integers(100, 1000, 1500), 1095)
    (finding,) = two_columns(loans.with_columns(days("start", start), days("end", end)))
    assert "by their difference: AUC 1.000" in finding.evidence


def test_two_categories_that_tell_the_outcome_together_are_found_by_their_values():
    loans = Loans(rows=6000)
    one = loans.rng.integers(0, 2, 6000)
    other = (one + loans.y + (loans.rng.random(6000) < 0.06)) % 2
    planted = [texts(name, np.array(["a", "b"])[values.astype(int)].tolist()) for name, values in
               (("one", one), ("other", other))]  # fmt: skip
    (finding,) = two_columns(loans.with_columns(*planted))
    assert (finding.severity, finding.columns, finding.drop) == ("medium", ("one", "other"), ())
    assert "by their values together: AUC 0.9" in finding.evidence


def test_columns_that_tell_the_outcome_alone_are_left_to_their_own_rules():
    loans = Loans()
    assert found(two_columns, loans.with_columns(numbers("copy", loans.y), numbers("late", loans.y + 1))) == []


def test_few_defaults_are_not_judged():
    loans = Loans(rows=300, rate=0.1)
    borrowed, back = amounts(loans)
    assert found(two_columns, loans.with_columns(numbers("lent", borrowed), numbers("came_in", back))) == []


def test_the_auc_of_two_columns_of_few_values_is_that_of_their_cells():
    loans = Loans(rows=6000)
    one, other = loans.rng.integers(0, 4, 6000), loans.rng.integers(0, 4, 6000)
    y = (loans.rng.random(6000) < 0.1 + 0.7 * ((one + other) % 2)).astype(float)
    known = known_loans(loans.with_columns(numbers("one", one), numbers("other", other), y_true=y))
    pairs = Pairs.of(known.columns[-2:], y)
    direct = auc(y, ((one + other) % 2).astype(float)).value
    assert pairs.aucs(0)[0] == pytest.approx(direct, abs=0.02)
    assert pairs.auc(0, 1).value <= pairs.aucs(0)[0]


def test_noise_in_many_columns_is_not_favoured_by_any_pair():
    loans = Loans(rows=1000)
    planted = [numbers(f"noise_{place}", loans.rng.normal(size=1000)) for place in range(20)]
    known = known_loans(loans.with_columns(*planted))
    noise = Pairs.of(known.columns[5:], loans.y)
    every = np.concatenate([noise.aucs(place) for place in range(19)])
    assert np.mean(every) == pytest.approx(0.5, abs=0.02)
    assert every.max() < 0.62


def test_the_order_of_two_numbers_is_ranked_with_missing_as_a_fourth_case():
    loans = Loans()
    one = loans.rng.normal(size=1500) + 10
    other = np.where(loans.bad, one - 1, one + 1)
    other[loans.rng.random(1500) < 0.1] = np.nan
    cells = np.select([np.isnan(other), other < one], [1.0, 2.0], 0.0)
    rates = np.array([loans.y[cells == cell].mean() for cell in (0.0, 1.0, 2.0)])
    measured = Signs((numbers("one", one), numbers("other", other)), loans.y).aucs(0)
    assert measured[0] == pytest.approx(auc(loans.y, rates[cells.astype(int)]).value)


def test_numbers_of_another_size_and_other_kinds_are_not_compared():
    loans = Loans()
    columns = (
        numbers("one", loans.y + 10),
        numbers("far", np.where(loans.bad, 0.5, 1000.0)),
        days("when", loans.y + 10),
    )
    assert Signs(columns, loans.y).aucs(0).tolist() == [0.5, 0.5]


def test_of_many_rows_an_even_sample_is_looked_at():
    loans = Loans(rows=45_000)
    borrowed, back = amounts(loans)
    (finding,) = two_columns(loans.with_columns(numbers("lent", borrowed), numbers("came_in", back)))
    assert "AUC 1.000 (0.999–1.000)" in finding.evidence


def test_a_sum_tells_the_outcome():
    loans = Loans()
    one = loans.rng.normal(scale=2.0, size=1500)
    planted = (numbers("one", one), numbers("other", loans.y - one + loans.rng.normal(scale=0.1, size=1500)))
    (finding,) = two_columns(loans.with_columns(*planted))
    assert "by their sum: AUC 1.000" in finding.evidence


def test_honest_columns_stay_where_all_their_partners_have_a_suspicious_name():
    loans = Loans()
    borrowed, back = amounts(loans, spread=5.0)
    planted = (numbers("total_paid", back), numbers("lent", borrowed), numbers("last_payment", back * 1.02))
    (finding,) = two_columns(loans.with_columns(*planted))
    assert finding.columns[0] == "lent"
    assert sorted(finding.drop) == ["last_payment", "total_paid"]


def test_nothing_is_multiplied_by_a_library_that_starts_threads():
    for module in (pairs_module, copies, sides):
        nodes = list(ast.walk(ast.parse(inspect.getsource(module))))
        assert [node.lineno for node in nodes if isinstance(node, ast.MatMult)] == []
        assert not {"dot", "matmul", "vdot", "inner"} & {one.attr for one in nodes if isinstance(one, ast.Attribute)}


def test_the_order_is_counted_by_outcome_as_loan_by_loan():
    loans = Loans(rows=200)
    values = loans.rng.integers(1, 4, (3, 200)).astype(float)
    values[:, ::9] = np.nan
    signs = Signs([numbers(f"x{place}", row) for place, row in enumerate(values)], loans.y).aucs(0)
    for other, measured in zip(values[1:], signs, strict=True):
        cells = np.where(np.isnan(other - values[0]), 3.0, np.sign(other - values[0]))
        rates = {cell: (loans.y[cells == cell].sum() + loans.y.mean()) / ((cells == cell).sum() + 1) for cell in cells}
        assert measured == pytest.approx(auc(loans.y, np.array([rates[cell] for cell in cells])).value)


def test_of_many_columns_those_that_tell_most_alone_are_paired_and_the_time(monkeypatch):
    monkeypatch.setattr("creditrisk.audit.leaks.two_columns._MOST_COLUMNS", 3)
    loans = Loans()
    planted = [numbers(f"noise_{place}", loans.rng.normal(size=1500)) for place in range(9)]
    strong = [numbers(name, loans.y + loans.rng.normal(size=1500)) for name in ("one", "two", "three")]
    when = days("when", loans.rng.integers(14000, 18000, 1500), use="time")
    of_all = loans.with_columns(*planted, *strong, when)
    aucs = {name: told.auc.value for name, told in known_loans(of_all).alone.items()}
    seen = []
    monkeypatch.setattr("creditrisk.audit.leaks.two_columns.Pairs.of", lambda columns, _: seen.append(columns) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(two_columns(of_all))
    assert [column.name for column in seen[0]] == ["one", "two", "three", "when"]
    assert sorted(aucs, key=lambda name: aucs[name])[-3:] == sorted(["one", "two", "three"], key=lambda n: aucs[n])


def test_what_each_column_tells_alone_is_counted_once_for_all_rules_and_facts(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "creditrisk.audit.leaks.known_loans.alone", lambda *given, codes: calls.append(1) or alone(*given, codes=codes)
    )
    loans = Loans().with_columns()
    facts = column_facts(loans, None)
    assert list(two_columns(loans)) == []
    assert len(calls) == len(loans.columns) == 5
    assert [one.auc for one in facts] == [known_loans(loans).alone[one.name].auc for one in facts]


def test_numbers_of_every_size_are_combined_without_overflow():
    loans = Loans()
    huge = np.where(loans.rng.random(1500) < 0.5, 1e308, -1e308)
    tiny = np.where(loans.rng.random(1500) < 0.5, 1e-300, 0.0)
    one, other = numbers("huge", huge), numbers("tiny", np.where(np.arange(1500) % 3 == 0, tiny, 1e308 * (1 - loans.y)))
    known = known_loans(loans.with_columns(one, other))
    pair = _combined(known, one, other)
    assert pair is None or 0.5 <= pair.auc.value <= 1.0
    assert Signs((numbers("a", np.full(1500, 1e-300)), numbers("b", huge)), loans.y).aucs(0).tolist() == [0.5]
    assert found(two_columns, loans.with_columns(numbers("huge", huge), numbers("tiny", tiny))) == []
