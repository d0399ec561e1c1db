"""Numbers that cannot be, one kind of impossibility each, and near misses."""

import numpy as np
import pytest
from quality_loans import dates, found, numbers, only, texts

from creditrisk.audit.quality.impossible import impossible

RNG = np.random.default_rng(4)
AGES = RNG.integers(21, 80, 1000).astype(float)
AMOUNTS = RNG.lognormal(9, 1, 1000).round()
SHARES = RNG.uniform(0, 1, 1000)
COUNTS = RNG.integers(1, 30, 2000).astype(float)


def planted(values, *odd):
    values = values.copy()
    values[: len(odd)] = odd
    return values


@pytest.mark.parametrize(
    ("column", "what", "evidence"),
    [
        (numbers("age", planted(AGES, 0)), "Ages that no borrower has", "below 14 or above 120"),
        (numbers("borrowerAge", planted(AGES, -3)), "Ages that no borrower has", "below 14 or above 120"),
        (numbers("AGE", planted(AGES, 130)), "Ages that no borrower has", "below 14 or above 120"),
        (numbers("annual_inc", planted(AMOUNTS, -50)), "Numbers below 0 that cannot be negative", "below 0"),
        (numbers("NumberOfLoans", planted(COUNTS, -50)), "Numbers below 0 that cannot be negative", "below 0"),
        (
            numbers("pct_never_late", planted(100 * SHARES, 140)),
            "Percentages of more than all, or of less than nothing",
            "below 0 or above 100",
        ),
        (
            numbers("RevolvingUtilization", planted(SHARES, 5000)),
            "Shares far above 1, as amounts or per cent are",
            "above 10, where 99.9 % are between 0 and 1",
        ),
        (
            numbers("x", planted(SHARES, 50)),
            "Shares far above 1, as amounts or per cent are",
            "above 10, where 99.9 % are between 0 and 1",
        ),
        (
            dates("opened", ["0201-01-01", *["2014-05-01"] * 999]),
            "Dates that cannot be, before 1900 or far ahead",
            "before 1900 or more than 50 years ahead",
        ),
        (
            dates("closed", ["9999-12-31", *["2014-05-01"] * 999]),
            "Dates that cannot be, before 1900 or far ahead",
            "before 1900 or more than 50 years ahead",
        ),
        (numbers("score", planted(COUNTS, 3.7)), "Fractions in a column of whole numbers", "no whole number"),
    ],
)
def test_one_planted_cell_is_found_as_what_it_is(column, what, evidence):
    finding = only(impossible, column)
    rows = len(column.values)
    assert (finding.severity, finding.rule, finding.columns) == ("low", "impossible", (column.name,))
    assert finding.what == f'{what}: "{column.name}".'
    tiny = "0.1 %" if rows == 1000 else "0.05 %"
    assert finding.evidence == f'"{column.name}": 1 cell of {rows:,} ({tiny}) {evidence}.'
    assert finding.fix.startswith("Ask where they come from")


@pytest.mark.parametrize(
    "column",
    [
        numbers("age", AGES),
        numbers("age", RNG.integers(0, 9, 1000)),  # groups of ages
        numbers("age", -RNG.integers(7000, 25000, 1000)),  # days
        numbers("account_age", planted(AGES, 0, 3)),
        numbers("mortgage", planted(AGES, 0, 3)),
        numbers("BILL_AMT1", planted(AMOUNTS, -50)),
        numbers("net_income", planted(AMOUNTS, -50)),
        numbers("income", planted(AMOUNTS, -50, -60)),  # more than one in a thousand: it can be negative
        numbers("latitude", planted(AMOUNTS, -50)),
        numbers("revol_util_pct", planted(100 * SHARES, 140)),
        numbers("pct", SHARES),
        numbers("debt_ratio", RNG.lognormal(0, 2, 1000)),
        numbers("x", planted(SHARES, 3.0)),
        numbers("utilization", planted(SHARES, *[50.0] * 20)),
        dates("opened", ["1900-01-01", *["2014-05-01"] * 99]),
        dates("matures", ["2055-01-01", *["2014-05-01"] * 99]),
        numbers("score", planted(COUNTS, *[3.5] * 9)),
        numbers("fee", np.where(RNG.random(2000) < 0.001, 2.5, 0.0)),  # nothing, or else any amount
        numbers("interest_rate", RNG.uniform(0.3, 25, 1000)),
        numbers("int_rate", RNG.uniform(5, 25, 1000)),
        numbers("late", np.concatenate([COUNTS, np.repeat(-9.0, 30)])),
        texts("age", ["0", "x"] * 500),
        numbers("age", planted(AGES, 0), use="id"),
    ],
    ids=lambda column: column.name,
)
def test_what_can_be_is_not_found(column):
    assert found(impossible, column) == []


def test_rates_in_two_scales_are_found():
    rates = np.concatenate([RNG.uniform(5, 25, 900), RNG.uniform(0.05, 0.25, 100)])
    finding = only(impossible, numbers("interestRate", rates))
    assert finding.severity == "medium"
    assert finding.what == 'Interest rates in per cent and as fractions in one column: "interestRate".'
    assert finding.evidence == '"interestRate": 100 cells of 1,000 (10.0 %) below 0.6, where the others are per cent.'
    fractions = numbers("apr", np.concatenate([RNG.uniform(5, 25, 100), RNG.uniform(0.05, 0.25, 900)]))
    assert only(impossible, fractions).evidence.endswith("above 1, where the others are fractions.")
    assert found(impossible, numbers("rate", np.concatenate([rates[:900], [0.1] * 4]))) == []


def test_more_than_one_cell_in_a_hundred_is_medium_and_the_worst_column_comes_first():
    few, many = planted(AGES, 0), planted(AGES, *[0.0] * 11)
    finding = only(impossible, numbers("age", few), numbers("coAge", many))
    assert (finding.severity, finding.columns) == ("medium", ("coAge", "age"))
