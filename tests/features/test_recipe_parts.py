from __future__ import annotations

from functools import reduce

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Schema, Target
from creditrisk.data.table import LoanTable
from creditrisk.features import recipe_parts
from creditrisk.features.recipe import fit_recipe
from creditrisk.features.recipe_parts import RecipeParts, count_loans, finish_recipe
from creditrisk.features.steps import CategoryStep, NumberStep

COLUMNS = (
    Column("term", "numeric"),
    Column("amount", "numeric"),
    Column("rate", "numeric"),
    Column("grade", "categorical"),
    Column("name", "categorical"),
    Column("made", "date", "%Y-%m-%d"),
)


def some_loans(rows: int, seed: int) -> LoanTable:
    rng = np.random.default_rng(seed)
    rate = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows))
    table = pa.table(
        {
            "term": rng.integers(1, 40, rows).astype(float),
            "amount": rng.normal(size=rows),
            "rate": pa.array(rate, from_pandas=True),
            "grade": [f"g{code}" for code in rng.integers(0, 30, rows)],
            "name": [f"n{seed}-{code}" for code in range(rows)],
            "made": pa.array(rng.integers(0, 900, rows), pa.int32()).cast(pa.date32()),
        }
    )
    return LoanTable(Schema(COLUMNS, (), Target("y", ("1",), ("0",))), table, None, {})


def test_a_recipe_of_parts_is_that_of_all_loans_together() -> None:
    parts = [some_loans(2000, seed) for seed in range(3)]
    merged = reduce(RecipeParts.plus, map(count_loans, parts), RecipeParts({}))
    assert merged.loans == 6000
    assert finish_recipe(merged, COLUMNS, parts[0]) == fit_recipe(parts)


def test_columns_of_too_many_values_are_fitted_on_the_sample_in_whatever_order_files_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recipe_parts, "MOST_VALUES", 3000)
    parts, sample = [count_loans(some_loans(2000, seed)) for seed in range(3)], some_loans(1500, 9)
    found = {}
    for order in ([0, 1, 2], [2, 0, 1]):
        merged = reduce(RecipeParts.plus, (parts[place] for place in order))
        assert [name for name, counts in merged.columns.items() if counts.counts is None] == ["amount", "rate", "name"]
        found[tuple(order)] = finish_recipe(merged, COLUMNS, sample)
    recipe, profiles, dropped = found[(0, 1, 2)]
    assert found[(2, 0, 1)] == (recipe, profiles, dropped)
    of_sample = {step.name: step for step in fit_recipe([sample])[0].steps}
    steps = {step.name: step for step in recipe.steps}
    assert steps["amount"] == of_sample["amount"]
    assert [column.name for column in dropped] == ["name"]
    assert steps["rate"] == NumberStep("rate", None)
    missing = sum(part.columns["rate"].missing for part in parts) / 6000
    rate = next(each for each in profiles if each.name == "rate")
    assert rate.shares[-1] == pytest.approx(missing, abs=0.001)


def test_a_value_that_only_loans_outside_the_sample_lack_is_known_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recipe_parts, "MOST_VALUES", 10)
    column = (Column("amount", "numeric"), Column("grade", "categorical"))
    schema = Schema(column, (), Target("y", ("1",), ("0",)))
    grades = [f"g{code % 20}" for code in range(400)]
    sample = LoanTable(schema, pa.table({"amount": np.arange(400.0), "grade": grades}), None, {})
    other = pa.table({"amount": pa.array([None, *range(399)], pa.float64()), "grade": pa.array([None, *grades[1:]])})
    total = count_loans(sample).plus(count_loans(LoanTable(schema, other, None, {})))
    recipe, profiles, _ = finish_recipe(total, column, sample)
    assert [step.fill for step in recipe.steps] == [None, None]
    assert [each.loans[-1] for each in profiles] == [1, 1]
    assert isinstance(recipe.steps[1], CategoryStep)
