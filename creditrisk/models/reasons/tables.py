"""Tables of exact Shapley values by pattern of answers, one for each cluster of leaves.

The values of a loan are a sum over all leaves of all trees. They are computed once for every pattern that a loan could
show to a cluster; a loan then needs its patterns and one look-up a column, not the values themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.reasons.exact_shares import against_patterns, against_shares, answers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.reasons.clusters import Cluster
    from creditrisk.models.reasons.paths import Paths, Step, Way


class Patterns:
    """How the patterns of a tree's clusters are read off a block of loans' answers to its splits."""

    def __init__(self, bits: Sequence[Sequence[tuple[Step, ...]]], splits: int) -> None:
        """Take the bits of each cluster, and how many splits the tree has."""
        rows = [[split if left else splits + split for split, left in steps] for each in bits for steps in each]
        self._first = np.array([row[0] for row in rows], dtype=np.intp)
        self._more = [(place, row) for place, steps in enumerate(rows) for row in steps[1:]]
        ends = np.cumsum([len(each) for each in bits]).tolist()
        self._clusters = [slice(end - len(each), end) for each, end in zip(bits, ends, strict=True)]
        worth = [1 << bit for each in bits for bit in range(len(each))]
        self._worth = np.array(worth, dtype=np.uint16)[:, None]

    def of(self, answers: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
        """Yield the pattern of each loan, shape (n_rows,), cluster by cluster.

        Parameters
        ----------
        answers : array of shape (2 · n_splits, n_rows)
            As `codes.Questions.answers` gives them.
        """
        passes = answers[self._first]
        for place, row in self._more:
            passes[place] &= answers[row]
        worth = passes.view(np.uint8) * self._worth
        for rows in self._clusters:
            yield np.add.reduce(worth[rows], axis=0, dtype=np.uint16).astype(np.intp)


@dataclass(frozen=True, eq=False)
class Table:
    """What one cluster adds to the values of some columns, by pattern: `values` is of shape (n_columns, 2^bits)."""

    columns: tuple[int, ...]
    values: Floats


@dataclass(frozen=True, eq=False)
class CutLeaves:
    """One tree's leaves in clusters, and what is known of a baseline.

    Attributes
    ----------
    paths : Paths
    clusters : list of Cluster
    known : list of arrays of shape (2^bits,), one a cluster, or None
        The share of the baseline loans with each pattern; None for the training mean as baseline.
    """

    paths: Paths
    clusters: Sequence[Cluster]
    known: Sequence[Floats] | None = None


def tables_of(trees: Sequence[CutLeaves]) -> list[list[Table]]:
    """Return the tables of the clusters of some trees; the values of leaves of one size are computed together."""
    leaves = [(tree, leaf) for tree in trees for cluster in tree.clusters for leaf in cluster.leaves]
    inputs = [each for tree in trees for each in _inputs(tree)]
    sizes = np.array([len(tree.paths.to_leaf[leaf]) for tree, leaf in leaves], dtype=np.intp)
    by_leaf: list[Floats] = [np.empty(0)] * len(leaves)
    for size in np.unique(sizes).tolist():
        alike = np.flatnonzero(sizes == size).tolist()
        together = np.stack([inputs[place] for place in alike])
        exact = trees[0].known is None
        shares = against_shares(answers_of(size).T, together) if exact else against_patterns(together)
        for place, share in zip(alike, shares, strict=True):
            tree, leaf = leaves[place]
            by_leaf[place] = share.T * tree.paths.tree.leaf_value[leaf]
    waiting = iter(by_leaf)
    return [[_table(tree.paths, cluster, waiting) for cluster in tree.clusters] for tree in trees]


def _inputs(tree: CutLeaves) -> Iterator[Floats]:
    """Yield what is known of each leaf of the clusters: the shares that pass, or the share of each pattern."""
    known = [None] * len(tree.clusters) if tree.known is None else tree.known
    for cluster, share in zip(tree.clusters, known, strict=True):
        for leaf in cluster.leaves:
            way = tree.paths.to_leaf[leaf]
            yield passing_of(way) if share is None else _of_leaf(cluster, way, share)


def _of_leaf(cluster: Cluster, way: Way, share: Floats) -> Floats:
    """Return the share of the baseline with each pattern of answers to a leaf's conditions."""
    total: Floats = np.bincount(cluster.patterns(way), share, 1 << len(way)).astype(np.float64)
    return total


def _table(paths: Paths, cluster: Cluster, by_leaf: Iterator[Floats]) -> Table:
    values = np.zeros((len(cluster.columns), 1 << len(cluster.bits)))
    place = {column: number for number, column in enumerate(cluster.columns)}
    for leaf in cluster.leaves:
        way = paths.to_leaf[leaf]
        pattern = cluster.patterns(way)
        for column, share in zip(way, next(by_leaf), strict=True):
            values[place[column]] += share[pattern]
    return Table(cluster.columns, values)


def passing_of(way: Way) -> Floats:
    """Return the share of the training loans that passes each condition, shape (d,)."""
    return np.array([condition.passing for condition in way.values()])
