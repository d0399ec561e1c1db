"""Leaves that ask for too many columns to have a table: their values are computed for the loans themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.reasons.exact_shares import against_loans, against_shares
from creditrisk.models.reasons.tables import passing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.reasons.paths import Way


class DeepLeaf:
    """One leaf of many conditions."""

    def __init__(self, way: Way, value: float, splits: int) -> None:
        self.columns = tuple(way)
        self.value = value
        self._passing = passing_of(way)[None]
        self._rows = [
            [split if left else splits + split for split, left in condition.steps] for condition in way.values()
        ]

    def passed(self, answers: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether each loan passes each condition, shape (n_rows, d), from the answers to the tree's splits."""
        return np.stack([answers[rows].all(axis=0) for rows in self._rows], axis=1)

    def shares(self, answers: NDArray[np.bool_], seen: SeenAnswers | None) -> Floats:
        """Return what the leaf adds to the value of each of its columns, shape (n_rows, d)."""
        passed = self.passed(answers)
        shares: Floats = against_shares(passed, self._passing)[0] if seen is None else seen.shares(passed)
        return self.value * shares


class SeenAnswers:
    """The patterns of answers that baseline loans show to one deep leaf, and how many show each."""

    def __init__(self) -> None:
        self._loans: dict[bytes, int] = {}
        self._conditions = 0

    def add(self, passed: NDArray[np.bool_]) -> None:
        """See the next loans, shape (n_rows, d)."""
        self._conditions = passed.shape[1]
        patterns, _, loans = _distinct(passed)
        for pattern, count in zip(patterns, loans.tolist(), strict=True):
            self._loans[pattern.tobytes()] = self._loans.get(pattern.tobytes(), 0) + count

    @property
    def passing(self) -> float:
        """The share of the baseline loans that reach the leaf."""
        return self._loans.get(np.ones(self._conditions, dtype=bool).tobytes(), 0) / sum(self._loans.values())

    def shares(self, passed: NDArray[np.bool_]) -> Floats:
        """Return the values of the conditions of loans, shape (n_rows, d), for a leaf of value 1."""
        patterns, place, _ = _distinct(passed)
        known, weight = _as_arrays(self._loans)
        return against_loans(patterns, known, weight)[place]


def _as_arrays(loans: Mapping[bytes, int]) -> tuple[NDArray[np.bool_], Floats]:
    ordered = sorted(loans)
    counts = np.array([loans[pattern] for pattern in ordered], dtype=np.float64)
    return np.array([np.frombuffer(pattern, dtype=bool) for pattern in ordered]), counts / counts.sum()


def _distinct(passed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    """Return the different rows, which of them each row is, and how often each comes."""
    keys = np.ascontiguousarray(passed).view(f"V{passed.shape[1]}").ravel()
    _, first, place, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return passed[first], place, count
