"""What one member of a blend sees of a loan: some columns of the base matrix, and columns derived from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.derived import apply_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.features.derived import Derived
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True)
class View:
    """The columns of a member's matrix.

    Attributes
    ----------
    columns : tuple of int
        Positions in the base matrix, rising: these come first.
    derived : tuple of Derived
        What follows them, each computed from the whole base matrix.
    """

    columns: tuple[int, ...]
    derived: tuple[Derived, ...] = ()

    @property
    def width(self) -> int:
        """How many columns the matrix has."""
        return len(self.columns) + len(self.derived)

    def matrix(self, base: Floats) -> Floats:
        """Return the member's matrix, shape (n_rows, width), C order; the base itself where it is all of it."""
        if not self.derived and self.columns == tuple(range(base.shape[1])):
            return base
        return np.column_stack([base[:, list(self.columns)], apply_all(base, self.derived)])

    def names(self, base: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the matrix's columns."""
        return (*(base[column] for column in self.columns), *(feature.name for feature in self.derived))

    def sources(self, column: int) -> tuple[int, ...]:
        """Return the positions in the base matrix that one column of the matrix is made of."""
        if column < len(self.columns):
            return (self.columns[column],)
        return self.derived[column - len(self.columns)].columns
