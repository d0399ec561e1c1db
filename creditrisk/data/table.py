"""`LoanTable`: loans in memory, with columns of settled types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from creditrisk.data.arrow import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from creditrisk.data.schema import Schema

#: The Arrow type in which a column of each kind is held.
ARROW_TYPES = {"numeric": pa.float64(), "categorical": pa.string(), "date": pa.date32()}


@dataclass(frozen=True, eq=False)
class LoanTable:
    """Loans of one file, or of one batch of it.

    Attributes
    ----------
    schema : Schema
        What the columns mean.
    table : pyarrow.Table
        The schema's columns (numeric as float64, categorical as string, date as date32; null = missing, never an
        infinite number) and its ids (string, byte for byte as in the file).
    y_true : array of int8, shape (n_rows,), or None
        1 = default, 0 = repaid; None where the outcome was not asked for.
    infinite : mapping of column name to the number of infinite values, which were made missing
    """

    schema: Schema
    table: pa.Table
    y_true: NDArray[np.int8] | None
    infinite: dict[str, int]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """The outcomes of loans that were read with them, shape (n_rows,)."""
        if self.y_true is None:
            raise ValueError("These loans were read without their outcomes.")
        return self.y_true

    def take(self, rows: NDArray[np.intp]) -> LoanTable:
        """Return the loans at the given positions, in that order."""
        y = None if self.y_true is None else self.y_true[rows]
        return LoanTable(self.schema, self.table.take(numbers(rows)), y, {})

    def batches(self, rows: int = 65_536) -> Iterator[LoanTable]:
        """Yield the loans in slices of at most `rows`, without copying."""
        for start in range(0, len(self), rows):
            y = None if self.y_true is None else self.y_true[start : start + rows]
            yield LoanTable(self.schema, self.table.slice(start, rows), y, {})
