"""The made-up loans hold every boundary of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from creditrisk.exports.boundaries import boundary_loans
from creditrisk.features.steps import CategoryStep
from creditrisk.models.model_file import load_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("kind", ["trees", "card", "blend"])
def test_every_boundary_of_every_column_is_there(kind: str, model_of: Callable[[str], Path]) -> None:
    model = load_model(model_of(kind))
    loans = boundary_loans(model)
    kinds = {column.name: column.kind for column in model.schema.columns}
    columns = dict(zip(loans.columns, map(set, zip(*loans.rows, strict=True)), strict=True))
    for place, step in enumerate(model.recipe.steps):
        values, points = columns[step.name], model.learned.thresholds(place)
        assert None in values
        if isinstance(step, CategoryStep):
            assert values > set(step.levels)
        elif kinds[step.name] == "date":
            assert values >= {float(np.floor(point)) for point in points}
        else:
            for point in points:
                assert values >= {point, np.nextafter(point, np.inf), np.nextafter(point, -np.inf)}
            assert {1e300, -1e300} <= values


def test_the_same_model_gives_the_same_loans(model_of: Callable[[str], Path]) -> None:
    model = load_model(model_of("card"))
    assert boundary_loans(model) == boundary_loans(model)
    assert boundary_loans(model) != boundary_loans(model, seed=1)
