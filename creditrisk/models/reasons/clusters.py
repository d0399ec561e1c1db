"""The leaves of a tree in clusters, each small enough for one table over all answers of a loan.

A cluster is a subtree. What its leaves say of a loan hangs on a few bits: whether the loan passes what the way to the
subtree asks of each column, and how it answers each split in the subtree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.reasons.exact_shares import answers_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from creditrisk.models.reasons.paths import Paths, Step, Way

    Steps: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True)
class Cluster:
    """Leaves below one node.

    Attributes
    ----------
    bits : tuple of tuples of Step
        Bit b of a loan's pattern is 1 if it takes all these steps.
    columns : tuple of int
        The columns that the leaves ask for, rising.
    leaves : tuple of int
    """

    bits: tuple[Steps, ...]
    columns: tuple[int, ...]
    leaves: tuple[int, ...]

    def patterns(self, way: Way) -> NDArray[np.intp]:
        """Return, for each pattern of the cluster's bits, the pattern of answers to a leaf's conditions.

        Parameters
        ----------
        way : Way
            To one of the leaves; its conditions in their order are the bits of the pattern that is returned.

        Returns
        -------
        array of shape (2^bits,)
        """
        bits = answers_of(len(self.bits))
        place = {steps: number for number, steps in enumerate(self.bits)}
        found = np.zeros(bits.shape[1], dtype=np.intp)
        for number, condition in enumerate(way.values()):
            before, below = _parted(condition.steps, place)
            passes = bits[place[before]].copy() if before else np.ones(bits.shape[1], dtype=bool)
            for split, left in below:
                passes &= bits[place[((split, True),)]] == left
            found |= passes.astype(np.intp) << number
        return found


def _parted(steps: Steps, bits: Mapping[Steps, int]) -> tuple[Steps, Steps]:
    """Return the steps on the way to the subtree, which are one bit, and those at its splits."""
    size = next((size for size in range(len(steps), 0, -1) if steps[:size] in bits), 0)
    return steps[:size], steps[size:]


def clusters_of(paths: Paths, most_bits: int) -> tuple[list[Cluster], list[int]]:
    """Return the largest subtrees of at most so many bits, and the leaves that ask for more columns than that."""
    found: list[Cluster] = []
    deep: list[int] = []
    waiting = [0 if paths.to_split else ~0]
    while waiting:
        node = waiting.pop()
        if node < 0:
            way = paths.to_leaf[~node]
            if len(way) > most_bits:
                deep.append(~node)
            elif way:
                found.append(Cluster(_of_way(way), tuple(sorted(way)), (~node,)))
        elif len(paths.to_split[node]) + paths.splits_below[node] <= most_bits:
            found.append(_subtree(paths, node))
        else:
            waiting.extend(paths.children(node))
    return found, deep


def _of_way(way: Way) -> tuple[Steps, ...]:
    return tuple(condition.steps for condition in way.values())


def _subtree(paths: Paths, top: int) -> Cluster:
    splits, leaves, waiting = [], [], [top]
    while waiting:
        node = waiting.pop()
        if node < 0:
            leaves.append(~node)
        else:
            splits.append(node)
            waiting.extend(paths.children(node))
    bits = (*_of_way(paths.to_split[top]), *(((split, True),) for split in splits))
    columns = {column for leaf in leaves for column in paths.to_leaf[leaf]}
    return Cluster(bits, tuple(sorted(columns)), tuple(leaves))


def bytes_of(clusters: Sequence[Cluster]) -> int:
    """Return how much memory the tables of some clusters take."""
    return sum((8 * len(cluster.columns)) << len(cluster.bits) for cluster in clusters)
