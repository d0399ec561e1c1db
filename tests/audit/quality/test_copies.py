"""Copied columns and copied rows, and what merely looks like them."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from quality_loans import dates, found, numbers, only, texts

from creditrisk.audit.quality.copies import copied_rows, copy_of_column

RNG = np.random.default_rng(3)
GRADES = RNG.integers(0, 7, 600)
INCOME = RNG.lognormal(10, 1, 600)
DEBT = RNG.lognormal(8, 1, 600)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (numbers("a", GRADES), texts("b", ["ABCDEFG"[grade] for grade in GRADES])),
        (numbers("a", INCOME), numbers("b", INCOME)),
        (numbers("a", INCOME), numbers("b", 12 * INCOME)),
        (numbers("a", INCOME), numbers("b", -np.log(INCOME))),
        (numbers("a", INCOME), numbers("b", np.where(np.arange(600) == 5, INCOME + 1, INCOME))),
        (texts("a", [f"n{value}" for value in GRADES]), texts("b", [f"m{value}" for value in GRADES])),
        (numbers("a", GRADES == 1), texts("b", ["yes" if grade == 1 else "no" for grade in GRADES])),
        (
            numbers("a", np.repeat(np.arange(60.0), 10)),
            dates("b", [f"2011-{1 + month // 28:02}-{1 + month % 28:02}" for month in np.repeat(np.arange(60), 10)]),
        ),
        (texts("a", [f"name {i}" for i in range(600)]), texts("b", [f"name {i}" for i in range(600)])),
    ],
)
def test_copies_and_recodings_of_a_column_are_found(one, other):
    finding = only(copy_of_column, one, numbers("else", DEBT), other)
    assert (finding.severity, finding.rule, finding.columns) == ("low", "copy-of-column", ("b",))
    assert finding.what == 'Nothing that another column does not tell: "b".'
    assert finding.evidence in (
        '"b" as "a" (the same rows by value).',
        '"b" as "a" (the same order, all but exactly).',
    )
    assert "--drop" in finding.fix


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (numbers("a", INCOME), numbers("b", DEBT)),
        (numbers("a", INCOME), numbers("b", INCOME * RNG.uniform(0.9, 1.1, 600))),
        (numbers("a", GRADES), numbers("b", GRADES // 2)),
        (texts("a", [f"name {i}" for i in range(600)]), texts("b", [f"street {i}" for i in range(600)])),
        # Zero but for the same loans, otherwise unrelated.
        (numbers("a", np.where(GRADES == 1, INCOME, 0)), numbers("b", np.where(GRADES == 1, DEBT, 0))),
        # Every tenth row came twice: then all columns repeat in the same rows.
        (numbers("a", [*INCOME, *INCOME[::10]]), numbers("b", [*DEBT, *DEBT[::10]])),
        (numbers("a", np.zeros(600)), numbers("b", np.ones(600))),
        (numbers("a", np.arange(600) == 3), numbers("b", np.arange(600) == 3)),
        (numbers("a", np.full(600, np.nan)), numbers("b", np.full(600, np.nan))),
    ],
)
def test_what_merely_resembles_a_copy_is_none(one, other):
    assert found(copy_of_column, one, other) == []


def table(rows=1000, columns=6, seed=0):
    return np.random.default_rng(seed).integers(0, 50, (rows, columns)).astype(float)


def as_columns(values):
    return [numbers(f"x{place}", column) for place, column in enumerate(np.asarray(values).T)]


def test_copied_rows_are_counted_as_pandas_counts_them():
    values = table()
    values[500:503] = values[10]
    values[700] = values[20]
    values[3, 2] = values[4, 2] = np.nan
    finding = only(copied_rows, numbers("id", range(1000), use="id"), *as_columns(values), y=np.zeros(1000))
    assert pd.DataFrame(values).duplicated().sum() == 4
    assert (finding.severity, finding.rule, finding.columns) == ("medium", "copied-rows", ())
    assert finding.what == "4 rows are equal to an earlier one in every column."
    assert finding.evidence == '0.4 % of 1,000 rows; 6 columns compared, "id" apart.'
    assert "--group" in finding.fix


def test_one_copied_row_in_a_thousand_is_low_and_another_outcome_makes_it_none():
    values = table()
    values[500] = values[10]
    y = np.zeros(1000)
    assert only(copied_rows, *as_columns(values), y=y).severity == "low"
    assert only(copied_rows, *as_columns(values)).what == "1 row is equal to an earlier one in every column."
    y[500] = 1
    assert found(copied_rows, *as_columns(values), y=y) == []


def test_rows_alike_by_chance_are_no_copies():
    alike = np.random.default_rng(1).integers(0, 2, (1000, 6)).astype(float)
    assert pd.DataFrame(alike).duplicated().sum() > 900
    assert found(copied_rows, *as_columns(alike)) == []
    assert found(copied_rows, *as_columns(np.vstack([table(500, 4)] * 2))) == []
    assert found(copied_rows, *as_columns(table())) == []


def test_a_row_number_that_is_left_out_does_not_hide_copies():
    values = np.vstack([table(500), table(500)])
    number = numbers("", range(1000), use="left out", note="whole numbers, every one different")
    assert (
        only(copied_rows, number, *as_columns(values)).what == "500 rows are equal to an earlier one in every column."
    )


def test_copies_are_found_among_many_columns_as_spearmans_correlation_of_all_finds_them():
    rng = np.random.default_rng(8)
    base = rng.normal(size=(6, 400))
    spread = [0.0, 0.001, 0.01, 0.1, 1.0]
    many = [np.sign(rng.normal()) * one + rng.normal(size=400) * by for one in base for by in spread for _ in range(4)]
    correlation = np.tril(pd.DataFrame(np.array(many).T).corr("spearman").abs().to_numpy(), -1)
    expected = {f"x{place}" for place in np.flatnonzero((correlation >= 0.9999).any(axis=1))}
    assert 20 < len(expected) < 60
    assert set(only(copy_of_column, *as_columns(np.array(many).T)).columns) == expected


def test_thousands_of_columns_take_no_square_of_memory():
    columns = as_columns(np.random.default_rng(2).normal(size=(60, 2000)))
    assert all(column.cells.loans.sum() == 60 for column in columns)
    tracemalloc.start()
    assert found(copy_of_column, *columns) == []
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10e6


@pytest.mark.parametrize("form", [np.full(8, -9.0), np.array([-9, -9, -8, np.nan, -9, -7, -9, -9.0]), np.zeros(8)])
@pytest.mark.parametrize("times", [8, 300])
def test_rows_without_a_record_are_no_copies(form, times):
    values = np.random.default_rng(4).integers(1, 50, (1000, 8)).astype(float)
    for code, rows in ((-9.0, slice(0, 20)), (-8.0, slice(20, 40)), (-7.0, slice(40, 60)), (0.0, slice(60, 80))):
        for place in range(8):
            values[rows.start + place : rows.stop, place] = np.where(
                np.arange(rows.stop - rows.start - place) % 2, code, values[rows.start + place : rows.stop, place]
            )
    values[500 : 500 + times] = form
    assert found(copied_rows, *as_columns(values)) == []
    values[900] = values[910]
    assert only(copied_rows, *as_columns(values)).what == "1 row is equal to an earlier one in every column."


def test_one_form_that_stands_often_is_no_loan_but_many_oversampled_loans_are_copies():
    values = table()
    values[100:400] = values[0]
    assert found(copied_rows, *as_columns(values)) == []
    oversampled = np.vstack([table(200), np.repeat(table(20, seed=5), 15, axis=0)])
    assert only(copied_rows, *as_columns(oversampled)).what.startswith("280 rows are equal")


def test_a_text_is_no_code_so_that_rows_with_one_are_loans():
    values = table()
    values[500:508] = 0.0
    purpose = texts("purpose", ["car"] * 700 + ["house"] * 300)
    assert only(copied_rows, *as_columns(values), purpose).what.startswith("7 rows are equal")
