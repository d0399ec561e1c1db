"""The loans whose outcome is known, with what each column alone tells: counted once for all rules that ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from creditrisk.metrics.univariate import FEWEST_OF_A_CLASS, Alone, Outcomes, alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True, eq=False)
class KnownLoans:
    """The loans with a known outcome, and of their columns those that a training would use.

    Attributes
    ----------
    columns : the columns learned from, shape (n_known,) each
    y_true : array of float64, shape (n_known,)
        1 = default, 0 = repaid.
    rows : array of intp, shape (n_known,)
        Their places among all loans.
    """

    columns: tuple[AuditedColumn, ...]
    y_true: Floats
    rows: NDArray[np.intp]

    @property
    def defaults(self) -> int:
        """Defaults among them."""
        return int(self.y_true.sum())

    @property
    def rate(self) -> float:
        """Their default rate, 0 to 1."""
        return self.defaults / max(len(self.y_true), 1)

    @property
    def can_be_ranked(self) -> bool:
        """Whether there are enough loans of both outcomes for an AUC."""
        return min(self.defaults, len(self.y_true) - self.defaults) >= FEWEST_OF_A_CLASS

    @cached_property
    def alone(self) -> Mapping[str, Alone]:
        """What each column alone tells, by name; none where the loans cannot be ranked."""
        return {column.name: self.alone_of(column) for column in self.columns if self.can_be_ranked}

    @cached_property
    def outcomes(self) -> Outcomes:
        """The outcomes in two halves, drawn once for all columns."""
        return Outcomes.of(self.y_true)

    def alone_of(self, column: AuditedColumn) -> Alone:
        """Return what a column of these loans alone tells."""
        return alone(column.values, self.outcomes, codes=column.kind == "categorical")

    def taken(self, column: AuditedColumn) -> AuditedColumn:
        """Return a column of all loans for these loans."""
        return column if len(self.rows) == len(column.values) else column.take(self.rows)


#: What was counted lives as long as the loans do; several rules ask for the same.
_KEPT: WeakKeyDictionary[AuditedLoans, KnownLoans] = WeakKeyDictionary()


def known_loans(loans: AuditedLoans) -> KnownLoans:
    """Return the loans with a known outcome, the same object for the same loans."""
    if loans not in _KEPT:
        rows = np.flatnonzero(loans.known)
        whole = len(rows) == len(loans)
        columns = loans.learned_from if whole else tuple(column.take(rows) for column in loans.learned_from)
        y = np.zeros(0) if loans.y_true is None else loans.y_true[rows]
        _KEPT[loans] = KnownLoans(columns, y, rows)
    return _KEPT[loans]
