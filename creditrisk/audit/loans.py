"""Loans as an audit looks at them: every column of the file as numbers, however it will be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from creditrisk.data.special import special_codes_counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from creditrisk.data.inspecting import Use
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """The different values of a column: ascending, and for each the loans that have it.

    Attributes
    ----------
    values : array of float64, shape (n_distinct,)
        Ascending; missing apart.
    code : array of int32, shape (n_rows,)
        The place of each row's value in `values`; n_distinct where it is missing.
    loans : array of int64, shape (n_distinct + 1,)
        Rows by code, the missing ones last.
    """

    values: Floats
    code: NDArray[np.int32]
    loans: NDArray[np.int64]

    @classmethod
    def of(cls, values: Floats) -> Cells:
        """Return the different values of a column, NaN for missing."""
        missing = np.isnan(values)
        distinct, inverse = np.unique(values[~missing], return_inverse=True)
        code = np.full(len(values), len(distinct), dtype=np.int32)
        code[~missing] = inverse
        return cls(distinct, code, np.bincount(code, minlength=len(distinct) + 1))

    def sums(self, amounts: Floats) -> Floats:
        """Return the sum of a number of each row by code, shape (n_distinct + 1,)."""
        return np.bincount(self.code, weights=amounts, minlength=len(self.loans)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class AuditedColumn:
    """A column of the file as numbers.

    Attributes
    ----------
    values : array of float64, shape (n_rows,)
        Numbers; dates as days since 1970-01-01; categories as places in `levels`. NaN for missing.
    levels : texts
        Of a categorical column the different texts as they stand in the file, frequent ones first.
    """

    name: str
    kind: Literal["numeric", "categorical", "date"]
    use: Use
    values: Floats
    levels: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def cells(self) -> Cells:
        """The different values and who has them."""
        return Cells.of(self.values)

    @cached_property
    def codes(self) -> tuple[float, ...]:
        """The codes that hide among its numbers (`data.special`); none of categories and dates."""
        if self.kind != "numeric":
            return ()
        finite = np.isfinite(self.cells.values)
        return special_codes_counted(self.cells.values[finite], self.cells.loans[:-1][finite])

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is no value, shape (n_rows,)."""
        return np.isnan(self.values)

    def take(self, rows: NDArray[np.intp]) -> AuditedColumn:
        """Return the column of some rows."""
        return AuditedColumn(self.name, self.kind, self.use, self.values[rows], self.levels, self.note)


@dataclass(frozen=True, eq=False)
class AuditedLoans:
    """The rows of a file, or of the training loans, in their order.

    Attributes
    ----------
    columns : all columns that hold a value, in the file's order, the outcome's own apart.
    y_true : array of float64, shape (n_rows,), or None
        1 = default, 0 = repaid, NaN = the outcome is neither; None without a target.
    status : array of int64, shape (n_rows,), or None
        The outcome column's different texts as codes, so that "late" and "charged off" can be told apart where both
        are no repayment; −1 = missing. None without a target.
    time : array of float64, shape (n_rows,), or None
        When each loan was made: days since 1970-01-01, or the file's own number; NaN = missing.
    newer : array of bool, shape (n_rows,), or None
        The loans that those before are compared with for drift: a second file's, the held-out ones, or the newest;
        None where there is nothing to compare.
    """

    columns: tuple[AuditedColumn, ...]
    y_true: Floats | None = None
    status: NDArray[np.int64] | None = None
    time: Floats | None = None
    newer: NDArray[np.bool_] | None = None
    time_name: str = ""
    target: str = ""

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def without(self, names: Collection[str]) -> AuditedLoans:
        """Return the loans without some of their columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))

    @cached_property
    def learned_from(self) -> tuple[AuditedColumn, ...]:
        """The columns that a training would use."""
        return tuple(column for column in self.columns if column.use == "learned from")

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Where the outcome is known, shape (n_rows,); nowhere without a target."""
        return np.zeros(len(self), dtype=bool) if self.y_true is None else ~np.isnan(self.y_true)
