from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, days, found, numbers, texts

from creditrisk.audit.leaks.after_outcome import filled_after


def some(loans, selected, share):
    """A part of the selected loans, by chance."""
    return selected & (loans.rng.random(loans.rows) < share)


def planted(loans, where, kind):
    filled = {
        "filled": np.where(where, loans.rng.lognormal(size=loans.rows), np.nan),
        "not 0": np.where(where, loans.rng.lognormal(size=loans.rows), 0.0),
        "missing": np.where(where, np.nan, loans.rng.lognormal(size=loans.rows)),
        "off": np.where(where, loans.rng.normal(size=loans.rows), 7.0),
    }
    return numbers("fee", filled[kind])


@pytest.mark.parametrize("kind", ["filled", "not 0", "missing", "off"])
def test_a_column_that_some_defaults_fill_is_dropped(kind):
    loans = Loans()
    column = planted(loans, some(loans, loans.bad, 0.15), kind)
    assert found(filled_after, loans.with_columns(column)) == [("high", "filled-after", ("fee",), ("fee",))]


@pytest.mark.parametrize("kind", ["filled", "not 0", "missing", "off"])
def test_a_column_that_repaid_loans_fill_is_dropped(kind):
    loans = Loans(rows=3000)
    column = planted(loans, some(loans, ~loans.bad, 0.6), kind)
    assert found(filled_after, loans.with_columns(column)) == [("high", "filled-after", ("fee",), ("fee",))]


def test_a_strong_but_honest_mark_is_none():
    loans = Loans()
    half_default = some(loans, loans.bad, 0.4) | some(loans, ~loans.bad, 0.07)
    columns = [planted(loans, half_default, kind) for kind in ("filled", "not 0", "missing", "off")]
    assert found(filled_after, loans.with_columns(*columns)) == []


def test_fewer_than_enough_loans_are_no_evidence():
    loans = Loans()
    column = numbers("fee", np.where(np.cumsum(loans.bad) * loans.bad % 15 == 1, 1.0, np.nan))
    assert np.isfinite(column.values).sum() == 20
    assert found(filled_after, loans.with_columns(column)) == []


def test_a_date_of_defaults_is_found_by_its_filling():
    loans = Loans()
    column = days("when", np.where(some(loans, loans.bad, 0.5), loans.rng.integers(15000, 18000, 1500), np.nan))
    (finding,) = filled_after(loans.with_columns(column))
    assert finding.evidence.startswith("where it is filled, ")
    assert "loans defaulted (100 %, " in finding.evidence
    assert finding.evidence.endswith("100.0 %); of all 20.0 %")
    doing = "is filled or changed for loans that default"
    assert finding.what == f'"when" {doing}, as what is written after the outcome is.'
    assert finding.fix == '--drop "when"'


def test_a_level_that_only_defaults_have_is_found():
    loans = Loans()
    level = np.where(some(loans, loans.bad, 0.3), "legal", loans.rng.choice(["a", "b", "c"], 1500))
    (finding,) = filled_after(loans.with_columns(texts("stage", level.tolist())))
    assert (finding.severity, finding.drop) == ("high", ("stage",))
    doing = "takes a value of its own for loans that default"
    assert finding.what == f'"stage" {doing}, as what is written after the outcome is.'
    assert finding.evidence.startswith('where it is "legal", ')


def test_a_level_that_nearly_no_default_has_is_medium_for_it_may_be_a_good_grade():
    loans = Loans(rows=4000)
    level = np.where(some(loans, ~loans.bad, 0.2), "A", loans.rng.choice(["B", "C", "D"], 4000))
    (finding,) = filled_after(loans.with_columns(texts("grade", level.tolist())))
    assert (finding.severity, finding.drop) == ("medium", ())
    assert finding.what == '"grade" has loans that all but never default.'
    assert finding.fix == 'Find out when it is written; --drop "grade" if that is after the outcome.'


@pytest.mark.parametrize(("safe", "severity"), [(0.004, "medium"), (0.0, "high")])
@pytest.mark.parametrize("part", [0.8, 0.3])
def test_loans_that_nearly_never_default_may_be_those_without_a_mark_of_risk(safe, severity, part):
    loans = Loans(rows=20_000, rate=0.1)
    clean = ~loans.bad & (loans.rng.random(20_000) < part) | loans.bad & (loans.rng.random(20_000) < safe * 9 * part)
    column = numbers("arrears", np.where(clean, np.nan, loans.rng.lognormal(size=20_000)))
    expected = [(severity, "filled-after", ("arrears",), ("arrears",) if severity == "high" else ())]
    assert found(filled_after, loans.with_columns(column)) == expected


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("best", [0.0, 1.0])
def test_a_best_grade_that_is_most_frequent_or_0_is_a_single_value(best, missing):
    loans = Loans(rows=20_000, rate=0.1)
    clean = some(loans, ~loans.bad, 0.8)
    grade = np.where(clean, best, loans.rng.integers(2, 7, 20_000))
    grade[clean & (loans.rng.random(20_000) < missing)] = np.nan
    ((severity, *_, drop),) = found(filled_after, loans.with_columns(numbers("grade", grade)))
    assert (severity, drop) == ("medium", ())


@pytest.mark.parametrize("rate", [0.7, 0.85, 0.93, 0.98])
def test_where_most_loans_default_honest_columns_are_none(rate):
    loans = Loans(rows=6000, rate=rate)
    many = numbers("many", loans.rng.integers(0, 100, 6000))
    income = numbers("pay", np.where(loans.rng.random(6000) < 0.5, np.nan, loans.rng.lognormal(size=6000)))
    assert found(filled_after, loans.with_columns(many, income)) == []


@pytest.mark.parametrize(("rate", "severity"), [(0.2, "high"), (0.55, "medium")])
def test_a_value_that_only_defaults_have_is_medium_where_many_default(rate, severity):
    loans = Loans(rows=3000, rate=rate)
    level = np.where(some(loans, loans.bad, 0.3), "G", loans.rng.choice(["a", "b", "c"], 3000))
    (finding,) = filled_after(loans.with_columns(texts("grade", level.tolist())))
    assert (finding.severity, finding.drop) == (severity, ("grade",) if severity == "high" else ())
    if severity == "medium":
        assert finding.what == '"grade" has loans that all but never are repaid.'
