"""How hard each preset tries, by the size of the training loans."""

from __future__ import annotations

import math
from dataclasses import dataclass

from creditrisk.models.members import Effort

#: Loans up to which folds are dealt out several times, since one set of folds misleads.
FEW_LOANS = 3_000
#: Loans from which on seeds differ little.
MANY_LOANS = 10_000
#: Loans from which on three folds tell members apart as well as five.
MORE_LOANS = 15_000
#: Columns beyond which each loan is more work.
_COLUMNS = 40


def size_of(loans: int, columns: int) -> int:
    """Return how many loans of up to 40 columns are as much work as these: what says how hard to try.

    >>> size_of(10_000, 12), size_of(10_000, 120)
    (10000, 30000)
    """
    return round(loans * max(1.0, columns / _COLUMNS))


@dataclass(frozen=True)
class Preset:
    """What is tried; `size` is that of the training loans, see `size_of`.

    Attributes
    ----------
    shapes : tuple of str
        Shapes of trees that are raced.
    finalists : int
        How many of them are cross-validated in full.
    fewer_finalists_beyond : int
        The training loans beyond which there is one finalist less.
    variations : int
        How many variations of the best shapes are raced; with a time limit, as many as it allows.
    seeds : int
        How many models each member of the blend is the mean of, but for the additive one.
    race_loans : int
        Most loans that a fold is raced on.
    judged : int
        About how many loans a race judges by, where there are so many.
    final_loans : int
        Finals run as many folds as this holds the loans, one at least, and beyond 15,000 training loans three at most.
    learning_rates : tuple of three floats
        In the finals: up to 10,000 training loans, up to 15,000, and beyond.
    """

    shapes: tuple[str, ...]
    finalists: int
    fewer_finalists_beyond: int
    variations: int
    seeds: int
    race_loans: int
    judged: int
    final_loans: int
    learning_rates: tuple[float, float, float]

    def race(self) -> Effort:
        """Return the effort of a race: tall steps tell shapes and views apart as well as small ones."""
        return Effort(learning_rate=0.1, most_trees=1500, patience=20)

    def final(self, size: int) -> Effort:
        """Return the effort of the finals."""
        rate = self.learning_rates[(size > MANY_LOANS) + (size > MORE_LOANS)]
        patience = min(100, max(30, 3_000_000 // size)) * 0.03 / rate
        return Effort(rate, most_trees=math.ceil(3000 * 0.03 / rate), patience=math.ceil(patience))

    def race_folds(self, size: int, folds: int) -> int:
        """Return on how many of the folds a race is run."""
        return min(folds, max(1, math.ceil(self.judged * folds / size)))

    def final_folds(self, loans: int, size: int, folds: int) -> int:
        """Return how many of the folds the finals run; how many tell enough is a matter of loans alone."""
        return min(folds, max(1, self.final_loans // loans), 3 if size > MORE_LOANS else folds)

    def variations_for(self, size: int) -> int:
        """Return how many variations of each of the two best shapes are raced without a time limit."""
        return self.variations if size <= MANY_LOANS else self.variations // 2 if size <= 120_000 else 0

    def finalists_for(self, size: int) -> int:
        """Return how many sets of trees are finalists: with many loans they differ less, and cost more."""
        return self.finalists if size <= self.fewer_finalists_beyond else max(1, self.finalists - 1)

    def seeds_for(self, size: int) -> int:
        """Return how many models each member of trees is the mean of: with many loans they differ less."""
        return self.seeds if size <= MANY_LOANS else self.seeds - 1

    def repeats(self, loans: int) -> int:
        """Return how many times folds are dealt out."""
        return 3 if loans <= FEW_LOANS else 1


PRESETS = {
    "standard": Preset(
        shapes=("plain", "shallow", "random", "sharp"),
        finalists=2,
        fewer_finalists_beyond=50_000,
        variations=0,
        seeds=2,
        race_loans=20_000,
        judged=10_000,
        final_loans=40_000,
        learning_rates=(0.03, 0.05, 0.05),
    ),
    "best": Preset(
        shapes=("plain", "few", "random", "sharp", "shallow", "many"),
        finalists=4,
        fewer_finalists_beyond=MANY_LOANS,
        variations=8,
        seeds=3,
        race_loans=30_000,
        judged=20_000,
        final_loans=250_000,
        learning_rates=(0.02, 0.03, 0.04),
    ),
}
