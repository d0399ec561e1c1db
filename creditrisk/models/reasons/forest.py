"""Exact Shapley values of the sum of many trees, for blocks of loans: what each column adds to the log-odds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.reasons.clusters import bytes_of, clusters_of
from creditrisk.models.reasons.codes import Coding, Questions
from creditrisk.models.reasons.deep import DeepLeaf, SeenAnswers
from creditrisk.models.reasons.paths import mean_of, paths_of
from creditrisk.models.reasons.tables import CutLeaves, Patterns, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.reasons.clusters import Cluster
    from creditrisk.models.reasons.paths import Paths
    from creditrisk.models.trees import Tree

#: Bits of the largest tables, and the memory that all of them may take before smaller ones are made.
_MOST_BITS, _FEWEST_BITS, _MOST_BYTES = 11, 6, 128 << 20
#: Loans that are looked up at once: their answers to one tree stay in the processor's cache.
_BLOCK = 16_384
#: Trees whose tables are computed together.
_CHUNK = 50


class Layout:
    """The trees of a forest cut into clusters, and how loans answer them."""

    def __init__(self, trees: Sequence[Tree], n_columns: int) -> None:
        """Cut the trees; `ModelFileError` where they are not as LightGBM grows them (`paths_of`, `Coding.of`)."""
        self.n_columns = n_columns
        self.constant = sum(float(tree.leaf_value[0]) for tree in trees if not len(tree.split_feature))
        grown = [tree for tree in trees if len(tree.split_feature)]
        self.coding = Coding.of(grown, n_columns)
        self.trees = _cut([paths_of(tree) for tree in grown], self.coding)

    def blocks(self, matrix: Floats) -> Iterator[tuple[slice, NDArray[np.unsignedinteger]]]:
        """Yield the codes of so many loans at a time, with where they are."""
        for start in range(0, len(matrix), _BLOCK):
            rows = slice(start, start + _BLOCK)
            yield rows, self.coding.codes(matrix[rows])


class CutTree:
    """One tree, its leaves in clusters, but for the deep ones."""

    def __init__(self, paths: Paths, clusters: Sequence[Cluster], deep: Sequence[int], coding: Coding) -> None:
        self.paths, self.clusters = paths, clusters
        self.questions = Questions.of(paths.tree, coding)
        splits = len(paths.to_split)
        self.patterns = Patterns([cluster.bits for cluster in clusters], splits)
        values = paths.tree.leaf_value
        self.deep = [DeepLeaf(paths.to_leaf[leaf], float(values[leaf]), splits) for leaf in deep]


def _cut(all_paths: Sequence[Paths], coding: Coding) -> list[CutTree]:
    """Cut all trees with the largest clusters whose tables fit in the memory that they may take."""
    for bits in range(_MOST_BITS, _FEWEST_BITS - 1, -1):
        cut = [clusters_of(paths, bits) for paths in all_paths]
        if sum(bytes_of(clusters) for clusters, _ in cut) <= _MOST_BYTES:
            break
    return [CutTree(paths, *parts, coding) for paths, parts in zip(all_paths, cut, strict=True)]


class Seen:
    """How often baseline loans show each pattern to each cluster of a forest."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.loans = 0
        self._counts = [[np.zeros(1 << len(each.bits)) for each in tree.clusters] for tree in layout.trees]
        self.deep = [[SeenAnswers() for _ in tree.deep] for tree in layout.trees]

    def add(self, matrix: Floats) -> None:
        """See the next loans, shape (n_rows, n_columns)."""
        self.loans += len(matrix)
        for _, codes in self._layout.blocks(matrix):
            for tree, counts, deep in zip(self._layout.trees, self._counts, self.deep, strict=True):
                answers = tree.questions.answers(codes)
                for place, pattern in enumerate(tree.patterns.of(answers)):
                    counts[place] += np.bincount(pattern, minlength=len(counts[place]))
                for leaf, seen in zip(tree.deep, deep, strict=True):
                    seen.add(leaf.passed(answers))

    def shares(self) -> list[list[Floats]]:
        """Return the share of the loans with each pattern, by tree and cluster."""
        return [[count / self.loans for count in counts] for counts in self._counts]


class ForestShares:
    """The tables of a forest against one baseline.

    Attributes
    ----------
    mean : float
        The sum of the trees in the mean over the baseline: with the values of all columns it makes a loan's log-odds.
    """

    def __init__(self, layout: Layout, seen: Seen | None = None) -> None:
        """Take the training mean as baseline, or the loans that were `seen`."""
        self._layout, self._seen = layout, seen
        known = [None] * len(layout.trees) if seen is None else seen.shares()
        cut = [CutLeaves(tree.paths, tree.clusters, each) for tree, each in zip(layout.trees, known, strict=True)]
        chunks = [cut[start : start + _CHUNK] for start in range(0, len(cut), _CHUNK)]
        self._tables = [tables for chunk in chunks for tables in tables_of(chunk)]
        self.mean = layout.constant + (
            sum(mean_of(tree.paths.tree) for tree in layout.trees) if seen is None else _mean_of_seen(layout, seen)
        )

    def of(self, matrix: Floats) -> Floats:
        """Return what each column adds to the sum of the trees, shape (n_columns, n_rows).

        A loan's values do not depend on the other loans. Several threads may ask.
        """
        total = np.zeros((self._layout.n_columns, len(matrix)))
        for rows, codes in self._layout.blocks(matrix):
            self._add(total[:, rows], codes)
        return total

    def _add(self, total: Floats, codes: NDArray[np.unsignedinteger]) -> None:
        found = np.empty(total.shape[1])
        for number, (tree, tables) in enumerate(zip(self._layout.trees, self._tables, strict=True)):
            answers = tree.questions.answers(codes)
            for table, pattern in zip(tables, tree.patterns.of(answers), strict=True):
                for column, values in zip(table.columns, table.values, strict=True):
                    np.take(values, pattern, out=found, mode="clip")
                    total[column] += found
            for place, leaf in enumerate(tree.deep):
                shares = leaf.shares(answers, None if self._seen is None else self._seen.deep[number][place])
                for column, share in zip(leaf.columns, shares.T, strict=True):
                    total[column] += share


def _mean_of_seen(layout: Layout, seen: Seen) -> float:
    total = 0.0
    for tree, known, deep in zip(layout.trees, seen.shares(), seen.deep, strict=True):
        for cluster, share in zip(tree.clusters, known, strict=True):
            for leaf in cluster.leaves:
                way = tree.paths.to_leaf[leaf]
                reached = cluster.patterns(way) == (1 << len(way)) - 1
                total += float(tree.paths.tree.leaf_value[leaf]) * float(share[reached].sum())
        total += sum(leaf.value * answers.passing for leaf, answers in zip(tree.deep, deep, strict=True))
    return total
