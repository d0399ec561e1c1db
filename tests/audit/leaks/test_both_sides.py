from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, numbers, texts

from creditrisk.audit.leaks.both_sides import both_sides, twins_of
from creditrisk.audit.loans import AuditedLoans


def doubled(loans, copies, **fields):
    """The loans with the first `copies` rows once more at the end."""
    made = loans.with_columns(numbers("score", loans.rng.normal(size=loans.rows)), **fields)
    rows = np.concatenate([np.arange(loans.rows), np.arange(copies)])
    return AuditedLoans(
        tuple(column.take(rows) for column in made.columns),
        y_true=made.y_true[rows],
        newer=rows.size - np.arange(rows.size) <= copies + 100,
    )


def test_copies_of_rows_are_counted_and_so_are_those_across_time():
    (finding,) = both_sides(doubled(Loans(), 30))
    assert (finding.severity, finding.rule, finding.columns, finding.drop) == ("medium", "both-sides", (), ())
    assert finding.what == "Loans stand in the file more than once: a copy may be learned from and held out at once."
    assert finding.evidence.startswith(
        "60 of 1,530 loans (3.9 %) are equal to another in all columns and the outcome; "
    )
    assert finding.evidence.endswith("; 30 of the 130 newer loans have a twin among the older")
    assert finding.fix == "Remove the copies, or --group COLUMN with a number that copies share."


def test_few_copies_are_a_hint():
    loans = doubled(Loans(rows=30_000), 10)
    (finding,) = both_sides(loans)
    assert finding.severity == "low"


def test_loans_that_differ_in_the_outcome_only_are_no_copies():
    loans = doubled(Loans(), 30)
    loans.y_true[-30:] = 1 - loans.y_true[-30:]
    assert list(both_sides(loans)) == []


def test_coarse_columns_make_equal_rows_by_chance():
    loans = Loans(rows=3000)
    coarse = [numbers(f"c{place}", loans.rng.integers(0, 4, 3000)) for place in range(5)]
    coarse.append(numbers("c5", loans.rng.integers(0, 100, 3000)))
    made = AuditedLoans(tuple(coarse), y_true=loans.y)
    assert list(both_sides(made)) == []
    same = AuditedLoans(tuple(column for column in coarse[:4]), y_true=loans.y)
    assert twins_of(same) is None


def borrowers(loans, name, use="learned from"):
    """A number that about half of the loans share with one or two others."""
    return numbers(name, 100_000 + loans.rng.integers(0, loans.rows, loans.rows), use)


@pytest.mark.parametrize(("name", "use"), [("customer_id", "learned from"), ("CustomerNo", "left out"), ("x", "id")])
def test_a_borrowers_number_that_comes_back_is_for_group(name, use):
    loans = Loans()
    (finding,) = both_sides(loans.with_columns(borrowers(loans, name, use)))
    assert (finding.severity, finding.columns, finding.drop) == ("medium", (name,), ())
    assert finding.what == (
        f'"{name}" looks like the number of a borrower, and comes back: some borrowers may be learned from and held '
        "out at once."
    )
    assert finding.fix == f'--group "{name}"'
    assert " different values in 1,500 loans; " in finding.evidence


def test_codes_of_text_are_numbers_of_borrowers_too():
    loans = Loans()
    codes = [f"B{number:.0f}X" for number in borrowers(loans, "").values]
    (finding,) = both_sides(loans.with_columns(texts("party", codes)))
    assert finding.columns == ("party",)


def test_what_is_no_borrowers_number():
    loans = Loans()
    once = numbers("loan_id", np.arange(1500), "id")
    few = numbers("branch_id", loans.rng.integers(0, 40, 1500))
    balance = borrowers(loans, "balance")
    place = texts("zip_code", [f"{code:.0f}" for code in borrowers(loans, "").values])
    words = texts("job", loans.rng.choice([f"job {number}" for number in range(1000)], 1500).tolist())
    assert list(both_sides(loans.with_columns(once, few, balance, place, words))) == []


def test_with_a_group_nothing_is_looked_for():
    loans = Loans()
    made = loans.with_columns(borrowers(loans, "customer_id"), borrowers(loans, "household", "group"))
    assert list(both_sides(made)) == []


def test_a_telling_column_of_many_values_beside_few_coarse_ones_is_chance():
    loans = Loans(rows=3000)
    coarse = [numbers(f"c{place}", loans.rng.integers(0, 2, 3000)) for place in range(4)]
    number = numbers("number", loans.rng.integers(0, 1500, 3000) * 3.7)
    found = twins_of(AuditedLoans((*coarse, number), y_true=np.zeros(3000)))
    assert found.loans > 100
    assert found.by_chance > found.loans / 2
    assert list(both_sides(AuditedLoans((*coarse, number), y_true=loans.y))) == []


def test_a_telling_column_that_is_made_of_the_others_proves_no_copy():
    loans = Loans(rows=3000)
    one, other = loans.rng.integers(0, 40, (2, 3000))
    coarse = [numbers(f"c{place}", loans.rng.integers(0, 2, 3000)) for place in range(3)]
    made = AuditedLoans(
        (numbers("a", one), numbers("b", other), *coarse, numbers("ab", one * 40 + other)), y_true=loans.y
    )
    assert twins_of(made).loans > 100
    assert list(both_sides(made)) == []


def test_numbers_that_come_back_with_copies_only_are_no_borrowers():
    loans = Loans()
    made = loans.with_columns(numbers("customer_id", np.arange(1500.0)))
    rows = np.concatenate([np.arange(1500), np.arange(60)])
    copied = AuditedLoans(tuple(column.take(rows) for column in made.columns), y_true=loans.y[rows])
    assert [finding.columns for finding in both_sides(copied)] == [()]


def test_a_number_that_stands_for_nobody_is_no_borrowers():
    loans = Loans()
    number = np.where(loans.rng.random(1500) < 0.3, 0, np.arange(1500))
    assert list(both_sides(loans.with_columns(numbers("customer_id", number)))) == []
