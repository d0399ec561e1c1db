from __future__ import annotations

import numpy as np
from leak_loans import Loans, days, found, numbers, texts

from creditrisk.audit.leaks.same_as_target import target_again


def names(loans):
    return [one[2][0] for one in found(target_again, loans)]


def test_copies_inverses_and_refinements_are_the_outcome_again():
    loans = Loans()
    reason = np.where(loans.bad, loans.rng.choice(["fraud", "death"], 1500), loans.rng.choice(["paid", "early"], 1500))
    when = np.where(loans.bad, loans.rng.integers(15000, 15200, 1500), np.nan)
    planted = [numbers("copy", loans.y), numbers("inverse", 1 - loans.y), texts("word", np.where(loans.bad, "x", ""))]
    planted += [texts("reason", reason.tolist()), days("when", when)]
    findings = list(target_again(loans.with_columns(*planted)))
    assert [one.columns for one in findings] == [("copy",), ("inverse",), ("word",), ("reason",), ("when",)]
    assert {(one.severity, one.drop == one.columns) for one in findings} == {("high", True)}
    assert findings[0].what == '"copy" is the outcome again.'
    assert findings[3].what == '"reason" is the outcome, split into cases.'
    assert findings[3].evidence == (
        "4 different values (missing counts as one); none that several loans share has both outcomes, and 100 % of the "
        "loans have such a value"
    )
    assert findings[3].fix == '--drop "reason"'


def test_one_loan_that_differs_makes_it_no_copy():
    loans = Loans()
    values = loans.y.copy()
    values[0] = 1 - values[0]
    assert names(loans.with_columns(numbers("nearly", values))) == []


def test_a_column_without_repeats_is_no_copy():
    loans = Loans()
    assert names(loans.with_columns(numbers("number", np.arange(1500)), numbers("noise", loans.rng.random(1500)))) == []


def test_few_repeats_that_chance_keeps_pure_are_no_copy():
    for rows, expected in ((200, ["pairs"]), (60, [])):
        loans = Loans(rows=rows, rate=0.2)
        values = np.where(loans.bad, np.cumsum(loans.bad) // 4, 1000 + np.cumsum(~loans.bad) // 4)
        assert names(loans.with_columns(numbers("pairs", values))) == expected


def test_a_column_made_of_the_outcomes_texts_is_found_where_the_outcome_is_unknown_too():
    loans = Loans(rows=40, rate=0.5)
    status = np.tile([0, 1, 2, 3], 10)  # repaid, default, current, late
    y = np.where(status > 1, np.nan, status).astype(float)
    is_late = numbers("is_late", status % 2)
    same = loans.with_columns(is_late, y_true=y, status=status)
    (finding,) = target_again(same)
    assert finding.columns == ("is_late",)
    mixed = is_late.values.copy()
    mixed[:8] = 1 - mixed[:8]
    assert names(loans.with_columns(numbers("is_late", mixed), y_true=y, status=status)) == []


def test_what_tells_only_unknown_outcomes_apart_is_left():
    loans = Loans(rows=400)
    status = np.arange(400) % 3
    y = np.where(status == 2, np.nan, status).astype(float)
    assert names(loans.with_columns(numbers("open", status == 2), y_true=y, status=status)) == []


def test_without_both_outcomes_nothing_is_looked_for():
    loans = Loans()
    assert names(loans.with_columns(numbers("zero", np.zeros(1500)), y_true=np.zeros(1500))) == []
    assert names(loans.with_columns(y_true=None, status=None)) == []


def test_a_number_of_somebody_whose_loans_end_alike_is_left():
    loans = Loans(rows=300)
    values = np.where(loans.bad, np.cumsum(loans.bad) // 2, 1000 + np.cumsum(~loans.bad) // 2)
    assert names(loans.with_columns(numbers("borrower", values))) == []
