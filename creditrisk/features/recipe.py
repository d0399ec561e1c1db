"""The fitted steps of all columns together: from loans to the matrix that a learner sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.schema import Dropped
from creditrisk.features.profile import profile
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL, CategoryStep, Notices, Step, finish, merge, partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    from creditrisk.data.table import ChosenLoans, LoanTable
    from creditrisk.features.profile import ColumnProfile
    from creditrisk.metrics.arrays import Floats

    Columns: TypeAlias = LoanTable | ChosenLoans

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


@dataclass(frozen=True, eq=False)
class LoanMatrix:
    """The recipe's matrix of some loans, whose rows and columns are made whenever they are asked for.

    Trees are grown on bins of one byte, so that training them needs the numbers of a few rows at a time only.
    """

    recipe: Recipe
    loans: ChosenLoans

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of loans and of columns."""
        return len(self.loans), len(self.recipe.steps)

    def rows(self, begin: int, end: int) -> Floats:
        """Return the rows from one place to before another, shape (end − begin, n_columns), C order."""
        return self.recipe.matrix(self.loans.part(begin, end))[0]

    def at(self, places: NDArray[np.intp]) -> Floats:
        """Return the rows at some places, shape (n_places, n_columns), C order."""
        return self.recipe.matrix(self.loans.table.take(self.loans.rows[places]))[0]

    def column(self, index: int) -> Floats:
        """Return a column, shape (n_rows,)."""
        step = self.recipe.steps[index]
        return step.apply(self.loans.column(step.name), Notices())

    def batches(self, rows: int = 65_536) -> Iterator[Floats]:
        """Yield all rows, at most so many at a time."""
        for begin in range(0, len(self.loans), rows):
            yield self.rows(begin, min(begin + rows, len(self.loans)))

    def whole(self) -> Floats:
        """Return all rows at once, C order."""
        matrix = np.empty(self.shape, dtype=np.float64)
        for index in range(matrix.shape[1]):
            matrix[:, index] = self.column(index)
        return matrix


def fit_recipe(
    batches: Iterable[Columns],
) -> tuple[Recipe, tuple[ColumnProfile, ...], tuple[Dropped, ...]]:
    """Fit every column's step on training loans.

    Medians and levels do not look at the outcome, so one recipe serves all folds of the training loans. The columns
    come one after the other, since the counts of a column without equal values are as large as the column.

    Parameters
    ----------
    batches : LoanTable or ChosenLoans, with the same columns

    Returns
    -------
    The recipe, how the loans are spread over each of its columns, and the columns that turned out to hold nothing.
    """
    parts = list(batches)
    steps, profiles, dropped = [], [], []
    for column in parts[0].schema.columns if parts else ():
        name = column.name
        counts = merge(partial(column, part.column(name)) for part in parts)
        step = finish(column, counts)
        if isinstance(step, CategoryStep) and not step.levels:
            dropped.append(Dropped(name, NOTHING_SHARED))
        else:
            steps.append(step)
            profiles.append(profile(column, step, counts))
    return Recipe(tuple(steps)), tuple(profiles), tuple(dropped)
