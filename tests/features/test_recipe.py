"""All steps together: a row of the matrix depends on its loan alone."""

import random
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Dropped, Schema, Target
from creditrisk.data.table import LoanTable
from creditrisk.features.recipe import LoanMatrix, Recipe, fit_recipe
from creditrisk.features.steps import CategoryStep, NumberStep

SCHEMA = Schema(
    (
        Column("amount", "numeric"),
        Column("income", "numeric"),
        Column("grade", "categorical"),
        Column("purpose", "categorical"),
        Column("opened", "date", "%Y-%m-%d"),
        Column("title", "categorical"),
    ),
    (),
    Target("y", ("1",), ("0",)),
)
RARE = "no value is shared by 10 training loans: free text, a name or an id"


def made(count, seed, letters="ABCD"):
    """Loans with missing values in income and purpose only, and a title that nearly every loan has alone."""
    rng = random.Random(seed)
    table = pa.table(
        {
            "amount": pa.array([rng.gauss(1000, 300) for _ in range(count)], pa.float64()),
            "income": pa.array([rng.choice([None, 1.5, 2.5, 4.0]) for _ in range(count)], pa.float64()),
            "grade": pa.array([rng.choice(letters) for _ in range(count)], pa.string()),
            "purpose": pa.array([rng.choice([None, "car", "home"]) for _ in range(count)], pa.string()),
            "opened": pa.array([date.fromordinal(730_000 + rng.randint(0, 999)) for _ in range(count)], pa.date32()),
            "title": pa.array([f"title {number // 9}" for number in range(count)], pa.string()),
        }
    )
    return LoanTable(SCHEMA, table, None, {})


@pytest.fixture(scope="module")
def recipe():
    return fit_recipe([made(500, seed=1)])[0]


@pytest.fixture(scope="module")
def scored():
    """Loans with levels that training never had, and with missing values in every column."""
    loans = made(300, seed=2, letters="ABCDEF")
    rng = np.random.default_rng(3)
    columns = {
        name: pa.array(
            loans.table.column(name).to_pylist(), loans.table.schema.field(name).type, mask=rng.random(300) < 0.1
        )
        for name in loans.table.column_names
    }
    return LoanTable(SCHEMA, pa.table(columns), None, {"amount": 2})


def test_steps_stand_in_the_order_of_the_columns(recipe):
    assert [step.name for step in recipe.steps] == ["amount", "income", "grade", "purpose", "opened"]
    assert recipe.categorical == [2, 3]


def test_what_was_complete_in_training_is_filled_and_nothing_else(recipe):
    assert [step.fill is not None for step in recipe.steps] == [True, False, True, False, True]


def test_a_column_without_a_shared_level_is_dropped_with_the_reason():
    fitted, _, dropped = fit_recipe([made(500, seed=1)])
    assert (dropped, "title" in [step.name for step in fitted.steps]) == ((Dropped("title", RARE),), False)


@pytest.mark.parametrize("size", [1, 64, 499])
def test_fitting_in_batches_gives_the_same_recipe(size):
    loans = made(500, seed=1)
    assert fit_recipe(loans.batches(size)) == fit_recipe([loans])


def test_fitting_does_not_depend_on_the_order_of_loans():
    loans = made(500, seed=1)
    shuffled = loans.take(np.random.default_rng(4).permutation(500))
    assert fit_recipe([shuffled]) == fit_recipe([loans])


def test_a_row_does_not_depend_on_the_order_of_rows(recipe, scored):
    order = np.random.default_rng(5).permutation(len(scored))
    np.testing.assert_array_equal(recipe.matrix(scored.take(order))[0], recipe.matrix(scored)[0][order])


@pytest.mark.parametrize("size", [1, 37, 1000])
def test_a_row_does_not_depend_on_its_batch(recipe, scored, size):
    batches = [recipe.matrix(batch)[0] for batch in scored.batches(size)]
    np.testing.assert_array_equal(np.concatenate(batches), recipe.matrix(scored)[0])


def test_a_row_does_not_depend_on_the_other_rows(recipe, scored):
    alone = recipe.matrix(scored.take(np.array([17])))[0]
    beside = recipe.matrix(scored.take(np.array([17, *range(100, 150)])))[0]
    np.testing.assert_array_equal(beside[:1], alone)


def test_the_order_of_the_columns_in_the_table_does_not_matter(recipe, scored):
    other = LoanTable(SCHEMA, scored.table.select(sorted(scored.table.column_names, reverse=True)), None, {})
    np.testing.assert_array_equal(recipe.matrix(other)[0], recipe.matrix(scored)[0])


def test_the_matrix_is_float64_in_rows_and_no_view_of_the_loans(recipe, scored):
    matrix, _ = recipe.matrix(scored)
    before = scored.table.to_pylist()
    matrix[:] = -1
    assert (matrix.dtype, matrix.shape, matrix.flags.c_contiguous) == (np.dtype(np.float64), (300, 5), True)
    assert scored.table.to_pylist() == before


def test_notices_count_what_is_unusual_by_column(recipe, scored):
    _, notices = recipe.matrix(scored)
    table = scored.table
    assert notices.filled == {name: table.column(name).null_count for name in ("amount", "grade", "opened")}
    assert notices.unseen == {"grade": sum(grade in ("E", "F") for grade in table.column("grade").to_pylist())}
    assert notices.infinite == {"amount": 2}


def test_values_are_the_numbers_that_stand_for_them():
    steps = (NumberStep("amount", 9.0), NumberStep("income", None), CategoryStep("grade", ("A", "C"), 2.0))
    steps += (CategoryStep("purpose", ("car",), None), NumberStep("opened", 0.0))
    table = pa.table(
        {
            "amount": pa.array([1.0, None], pa.float64()),
            "income": pa.array([2.0, None], pa.float64()),
            "grade": pa.array(["C", None], pa.string()),
            "purpose": pa.array(["home", None], pa.string()),
            "opened": pa.array([date(1970, 1, 31), None], pa.date32()),
        }
    )
    matrix, _ = Recipe(steps).matrix(LoanTable(SCHEMA, table, None, {}))
    np.testing.assert_array_equal(matrix, [[1, 2, 1, 1, 30], [9, np.nan, 2, np.nan, 0]])


def test_rows_and_columns_that_are_asked_for_are_those_of_the_matrix(recipe):
    loans, rows = made(300, seed=2), np.array([250, 3, 3, 77, 140])
    whole = recipe.matrix(loans.take(rows))[0]
    lazy = LoanMatrix(recipe, loans.choose(rows))
    assert lazy.shape == whole.shape
    np.testing.assert_array_equal(lazy.whole(), whole)
    np.testing.assert_array_equal(lazy.rows(1, 4), whole[1:4])
    np.testing.assert_array_equal(lazy.at(np.array([4, 0])), whole[[4, 0]])
    np.testing.assert_array_equal(np.concatenate(list(lazy.batches(2))), whole)
    np.testing.assert_array_equal(np.column_stack([lazy.column(index) for index in range(whole.shape[1])]), whole)


def test_chosen_loans_are_fitted_like_a_copy_of_them():
    loans, rows = made(500, seed=3), np.arange(0, 500, 3)
    assert fit_recipe([loans.choose(rows)]) == fit_recipe([loans.take(rows)])
