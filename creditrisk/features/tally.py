"""Scored loans counted in the cells of a model's profiles: all that is kept of them, however many they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.profile import tally
from creditrisk.features.score_profile import in_bins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.features.profile import ColumnProfile
    from creditrisk.features.score_profile import ScoreProfile
    from creditrisk.features.steps import Notices, Step
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Tally:
    """How some loans are spread.

    Attributes
    ----------
    rows : int
        Loans that were scored; of a model's own reference those with out-of-fold PDs.
    columns : tuple of int arrays
        Loans by cell of each column, the missing last.
    unseen : tuple of int
        By column, loans of levels that the model does not know.
    bins : int array
        Loans by bin of the PD.
    mean, sd : float
        Of the PDs.
    accepted : int or None
        Loans with a PD below the cut-off; None where that is not known.
    """

    rows: int
    columns: tuple[NDArray[np.int64], ...]
    unseen: tuple[int, ...]
    bins: NDArray[np.int64]
    mean: float
    sd: float
    accepted: int | None


def reference_tally(profiles: Sequence[ColumnProfile], scores: ScoreProfile, cutoff: float) -> Tally:
    """Return the training loans as a model keeps them; at another cut-off than its own, `accepted` is not known."""
    return Tally(
        rows=sum(scores.loans),
        columns=tuple(np.array(each.loans, dtype=np.int64) for each in profiles),
        unseen=tuple(each.unknown for each in profiles),
        bins=np.array(scores.loans, dtype=np.int64),
        mean=scores.mean,
        sd=scores.sd,
        accepted=scores.accepted if cutoff == scores.cutoff else None,
    )


class Counting:
    """Counts scored loans, batch by batch; `added` counts of parts are those of the whole.

    Parameters
    ----------
    steps, profiles : of the model's columns, in one order
    scores : ScoreProfile
    cutoff : float
        The PD from which loans are refused.
    """

    def __init__(
        self, steps: Sequence[Step], profiles: Sequence[ColumnProfile], scores: ScoreProfile, cutoff: float
    ) -> None:
        self._steps, self._profiles, self._cutoff = tuple(steps), tuple(profiles), cutoff
        self._edges = np.array(scores.edges)
        self.rows, self._accepted = 0, 0
        self._sum, self._squares = 0.0, 0.0
        self._columns = [np.zeros(len(each.loans), dtype=np.int64) for each in self._profiles]
        self._unseen = [0] * len(self._profiles)
        self._bins = np.zeros(len(scores.loans), dtype=np.int64)

    def add(self, matrix: Floats, notices: Notices, pd: Floats) -> None:
        """Count rows of the recipe's matrix, shape (n_rows, n_columns), with what was noticed in them and their PDs.

        A missing value that a step filled counts as missing here, since that is what the file holds.
        """
        self.rows += len(pd)
        by_column = np.ascontiguousarray(matrix.T)
        for place, (step, each, values) in enumerate(zip(self._steps, self._profiles, by_column, strict=True)):
            counts = self._columns[place]
            counts += tally(each, values)
            self._unseen[place] += notices.unseen[each.name]
            filled = notices.filled[each.name]
            if filled and step.fill is not None:
                counts -= filled * tally(each, np.array([step.fill]))
                counts[-1] += filled
        self._bins += in_bins(pd, self._edges)
        self._sum += float(np.sum(pd))
        self._squares += float(np.sum(pd**2))
        self._accepted += int(np.count_nonzero(pd < self._cutoff))

    def merge(self, other: Counting) -> None:
        """Add the loans of another count of the same model."""
        self.rows += other.rows
        self._columns = [mine + theirs for mine, theirs in zip(self._columns, other._columns, strict=True)]
        self._unseen = [mine + theirs for mine, theirs in zip(self._unseen, other._unseen, strict=True)]
        self._bins = self._bins + other._bins
        self._sum += other._sum
        self._squares += other._squares
        self._accepted += other._accepted

    def tally(self) -> Tally:
        """Return the counts so far; mean and standard deviation of no loans are NaN."""
        mean = self._sum / self.rows if self.rows else math.nan
        spread = max(self._squares / self.rows - mean**2, 0.0) if self.rows else math.nan
        return Tally(
            rows=self.rows,
            columns=tuple(each.copy() for each in self._columns),
            unseen=tuple(self._unseen),
            bins=self._bins.copy(),
            mean=mean,
            sd=math.sqrt(spread),
            accepted=self._accepted,
        )
