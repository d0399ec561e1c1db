"""The fitted steps of all columns together: from loans to the matrix that a learner sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.schema import Dropped
from creditrisk.features.profile import profile
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL, CategoryStep, Notices, Step, finish, merge, partial

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from creditrisk.data.table import LoanTable
    from creditrisk.features.profile import ColumnProfile
    from creditrisk.metrics.arrays import Floats


#: Why a column of texts is not learned from.
NOTHING_SHARED = f"no value is shared by {FEWEST_LOANS_A_LEVEL} training loans: free text, a name or an id"


@dataclass(frozen=True)
class Recipe:
    """Fitted steps in the order of the matrix's columns."""

    steps: tuple[Step, ...]

    @property
    def categorical(self) -> list[int]:
        """The positions of the columns that hold codes of categories."""
        return [index for index, step in enumerate(self.steps) if isinstance(step, CategoryStep)]

    def matrix(self, loans: LoanTable) -> tuple[Floats, Notices]:
        """Return the matrix, float64 of shape (n_rows, n_steps), C order, and what was unusual.

        A row of it depends on that loan alone: never on the other rows, their number or their order.
        """
        notices = Notices()
        notices.infinite.update(loans.infinite)
        matrix = np.empty((len(loans), len(self.steps)), dtype=np.float64)
        for index, step in enumerate(self.steps):
            matrix[:, index] = step.apply(loans.table.column(step.name), notices)
        return matrix, notices


def fit_recipe(
    batches: Iterable[LoanTable],
) -> tuple[Recipe, tuple[ColumnProfile, ...], tuple[Dropped, ...]]:
    """Fit every column's step on training loans.

    Medians and levels do not look at the outcome, so one recipe serves all folds of the training loans.

    Returns
    -------
    The recipe, how the loans are spread over each of its columns, and the columns that turned out to hold nothing.
    """
    partials: dict[str, list[pa.Table]] = {}
    columns = {}
    for batch in batches:
        for column in batch.schema.columns:
            columns[column.name] = column
            partials.setdefault(column.name, []).append(partial(column, batch.table.column(column.name)))
    steps, profiles, dropped = [], [], []
    for name, column in columns.items():
        counts = merge(partials[name])
        step = finish(column, counts)
        if isinstance(step, CategoryStep) and not step.levels:
            dropped.append(Dropped(name, NOTHING_SHARED))
        else:
            steps.append(step)
            profiles.append(profile(column, step, counts))
    return Recipe(tuple(steps)), tuple(profiles), tuple(dropped)
