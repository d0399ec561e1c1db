"""The least change of a loan's columns that takes its PD below a cut-off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from creditrisk.evaluation.explaining.levers import Lever
    from creditrisk.metrics.arrays import Floats

_MOST_COLUMNS = 3
#: How many changes of so many columns are tried, beyond which the values of each column are thinned.
_MOST_TRIED = 200_000
_AT_ONCE = 10_000
_MOST_ROUNDS = 20


@dataclass(frozen=True)
class Found:
    """A change that passes.

    Attributes
    ----------
    levers : tuple of Lever
    places : tuple of int
        The position of each one's new value.
    pd : float
        After the change.
    tried : int
        How many changed loans were scored.
    whole : bool
        Whether every change of as many columns, and of fewer, was tried or is farther.
    """

    levers: tuple[Lever, ...]
    places: tuple[int, ...]
    pd: float
    tried: int
    whole: bool


def nearest_change(
    pd_of: Callable[[Floats], Floats], row: Floats, levers: Sequence[Lever], cutoff: float
) -> Found | int:
    """Return the change to a PD below the cut-off with the fewest columns, then the least sum of distances.

    One column: all its values are tried, so none nearer passes. Two or three: all their values together where that
    makes no more than 200,000 changes of so many columns; otherwise a part of each column's values, evenly over their
    distances, and then each column in turn is taken back as far as all its values allow. Of changes that are equally
    near the first by the order of the levers.

    Parameters
    ----------
    pd_of : function
        From a matrix to PDs.
    row : array of shape (n_columns,)
    levers : sequence of Lever
    cutoff : float

    Returns
    -------
    Found, or how many changed loans were scored without one.
    """
    search, whole = _Search(pd_of, row, cutoff), True
    for size in range(1, min(_MOST_COLUMNS, len(levers)) + 1):
        groups = list(combinations(levers, size))
        most = max(int((_MOST_TRIED / len(groups)) ** (1 / size) + 1e-9), 2) if size > 1 else None
        whole = whole and (most is None or all(len(lever.values) <= most for lever in levers))
        best: tuple[float, tuple[Lever, ...], tuple[int, ...]] | None = None
        for some in groups:
            choices = [_thinned(len(lever.values), most) for lever in some]
            found = search.together(some, choices, best[0] if best else math.inf)
            if found is not None:
                best = (found[0], some, found[1])
        if best is not None:
            places = search.taken_back(best[1], best[2])
            changed = search.rows(best[1], np.array([places]))
            return Found(best[1], places, float(pd_of(changed)[0]), search.tried, whole)
    return search.tried


class _Search:
    def __init__(self, pd_of: Callable[[Floats], Floats], row: Floats, cutoff: float) -> None:
        self._pd_of, self._row, self._cutoff = pd_of, row, cutoff
        self.tried = 0

    def rows(self, levers: Sequence[Lever], places: NDArray[np.intp]) -> Floats:
        """Return the loan with the values at some places, shape (n_changes, n_columns)."""
        made = np.tile(self._row, (len(places), 1))
        for number, lever in enumerate(levers):
            made[:, lever.column] = lever.values[places[:, number]]
        return made

    def together(
        self, levers: Sequence[Lever], choices: Sequence[NDArray[np.intp]], nearer: float = math.inf
    ) -> tuple[float, tuple[int, ...]] | None:
        """Return the nearest of all combinations of some values that passes, with its distance below `nearer`."""
        meshes = np.meshgrid(*choices, indexing="ij")
        places = np.stack([mesh.reshape(-1) for mesh in meshes], axis=1)
        distance = np.sum([lever.distance[places[:, n]] for n, lever in enumerate(levers)], axis=0)
        order = np.argsort(distance, kind="stable")[: int((distance < nearer).sum())]
        for begin in range(0, len(order), _AT_ONCE):
            some = order[begin : begin + _AT_ONCE]
            passes = self._pd_of(self.rows(levers, places[some])) < self._cutoff
            self.tried += len(some)
            if passes.any():
                first = some[int(np.argmax(passes))]
                return float(distance[first]), tuple(int(place) for place in places[first])
        return None

    def taken_back(self, levers: Sequence[Lever], places: tuple[int, ...]) -> tuple[int, ...]:
        """Return a change with each column as near to what it was as the others allow."""
        for _ in range(_MOST_ROUNDS if len(levers) > 1 else 0):
            before = places
            for number, lever in enumerate(levers):
                fixed = [np.array([place]) for place in places]
                fixed[number] = np.arange(len(lever.values))
                found = self.together(levers, fixed)
                places = found[1] if found is not None else places
            if places == before:
                break
        return places


def _thinned(count: int, most: int | None) -> NDArray[np.intp]:
    """Return the places of at most so many of some values, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most or count)).astype(np.intp))
