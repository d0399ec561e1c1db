"""The scorecard: bins of a few columns and a logistic regression of their WOE, all of it plain data.

Coefficients are for the log-odds of default and below 0 (see `features.woe` for the sign of WOE).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.woe import Bins, NumberBins, apply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True)
class CardPlan:
    """What the columns of a matrix are, to whoever fits a scorecard to it.

    Attributes
    ----------
    names : tuple of str
        One per column of the matrix, no two the same.
    levels : mapping of position to number of levels
        The columns that hold codes of categories.
    monotone, special : mapping of position to the sign of PD, and to values with a bin of their own
    """

    names: tuple[str, ...]
    levels: Mapping[int, int] = field(default_factory=dict)
    monotone: Mapping[int, int] = field(default_factory=dict)
    special: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ScorecardColumn:
    """One column of a scorecard.

    Attributes
    ----------
    index : int
        Its position in the matrix.
    name : str
    bins : NumberBins or CategoryBins
    coefficient : float
        Of its WOE, below 0.
    iv : float
        Information value on the training loans, rounded to 4 digits.
    share, rate : tuple of float
        By bin, in the order of `bins.woe`: the share of the training loans and their default rate, by number of loans
        without weights, rounded to 4 digits; 0 for bins of fewer than 10 loans, which do not count in the shares.
    """

    index: int
    name: str
    bins: Bins
    coefficient: float
    iv: float
    share: tuple[float, ...]
    rate: tuple[float, ...]

    def log_odds(self, matrix: Floats) -> Floats:
        """Return what the column adds to the log-odds of each row, shape (n_rows,)."""
        return self.coefficient * apply(self.bins, matrix[:, self.index])


@dataclass(frozen=True)
class Scorecard:
    """A fitted scorecard: the log-odds of default are `intercept` + Σ coefficient · WOE.

    Attributes
    ----------
    columns : tuple of ScorecardColumn
        Those that are used, in the order of their names; none where no column says anything.
    intercept : float
    """

    columns: tuple[ScorecardColumn, ...]
    intercept: float

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of default of each row, shape (n_rows,).

        They are summed column by column, never by BLAS, so a row gets the same bits in whatever batch it comes.

        >>> from creditrisk.features.woe import NumberBins
        >>> bins = NumberBins((10.0,), (), (0.5, -0.5, 0.0))
        >>> card = Scorecard((ScorecardColumn(0, "dti", bins, -1.0, 0.2, (0.5, 0.5, 0.0), (0.1, 0.2, 0.0)),), -2.0)
        >>> card.log_odds(np.array([[3.0], [30.0], [np.nan]])).tolist()
        [-2.5, -1.5, -2.0]
        """
        z = np.full(len(matrix), self.intercept)
        for column in self.columns:
            z += column.log_odds(matrix)
        return z

    @property
    def kind(self) -> str:
        """The name of the kind."""
        return "scorecard"

    @property
    def facts(self) -> dict[str, int]:
        """How large it is."""
        return {"columns_used": len(self.columns)}

    def scorer(self, _threads: int) -> Callable[[Floats], Floats]:
        """Return what turns a matrix into log-odds."""
        return self.log_odds

    def thresholds(self, column: int) -> Floats:
        """Return the edges and the special codes of a column's bins, rising; none for a column of codes."""
        bins = [used.bins for used in self.columns if used.index == column]
        points = [point for each in bins if isinstance(each, NumberBins) for point in (*each.edges, *each.special)]
        return np.unique(np.array(points, dtype=np.float64))

    def importance(self, columns: int) -> Floats:
        """Return the share of each of the matrix's columns in the spread of the log-odds.

        The spread is the standard deviation of coefficient · WOE over the training loans.
        """
        spread = np.zeros(columns)
        for column in self.columns:
            share, woe = np.array(column.share), np.array(column.bins.woe)
            mean = float(share @ woe)
            spread[column.index] = -column.coefficient * math.sqrt(max(float(share @ (woe - mean) ** 2), 0.0))
        return spread / (float(spread.sum()) or 1.0)
