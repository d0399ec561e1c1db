"""What the workers of a cluster do in a training: count, bin, grow and score the loans of files that they read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from creditrisk.data.dealing import HELD_OUT, TRAINING
from creditrisk.data.table import LoanTable
from creditrisk.errors import DataError
from creditrisk.features.recipe_parts import RecipeParts, count_loans
from creditrisk.models.distributed import Network, free_port, grow_together
from creditrisk.models.marks import MOST_MARKS, row_hashes
from creditrisk.models.scoring import Scorer
from creditrisk.models.shared_bins import BinnedLoans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.dealt import DealtLoans, PlacedFile
    from creditrisk.features.recipe import Recipe
    from creditrisk.jobs.cluster_judging import FileBeside, WantedBeside
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel

#: So many training loans or more have their values counted at once.
_COUNTED_TOGETHER = 131_072
#: The binned loans that this process keeps, by the name of the run; a process that is started anew has none.
_KEPT: dict[str, BinnedLoans] = {}


@dataclass(frozen=True, eq=False)
class Counted:
    """The loans of one file or of several.

    `weights` are the sums of the training loans' weights, repaid and default; `sides` the numbers of loans on neither
    side, learned from and held out; `defaults` those of all loans with a known outcome and of the held-out ones;
    `by_file` the places of the files, each with how many of its loans are learned from.
    """

    parts: RecipeParts
    sides: tuple[int, int, int] = (0, 0, 0)
    defaults: tuple[int, int] = (0, 0)
    unknown: int = 0
    weights: tuple[float, float] = (0.0, 0.0)
    by_file: tuple[tuple[int, int], ...] = ()

    def plus(self, other: Counted) -> Counted:
        """Return the counts of both."""

        def added(name: str) -> Any:
            return tuple(a + b for a, b in zip(getattr(self, name), getattr(other, name), strict=True))

        parts, unknown = self.parts.plus(other.parts), self.unknown + other.unknown
        files = (*self.by_file, *other.by_file)
        return Counted(parts, added("sides"), added("defaults"), unknown, added("weights"), files)

    @property
    def training(self) -> int:
        """How many loans are learned from."""
        return self.sides[TRAINING]

    @property
    def held_out(self) -> int:
        """How many loans are held out."""
        return self.sides[HELD_OUT]

    @property
    def default_rate(self) -> float:
        """The default rate of the training loans, weighted by their loan weights."""
        return self.weights[1] / sum(self.weights)


NOTHING_COUNTED = Counted(RecipeParts({}))


@dataclass(frozen=True)
class CountLoans:
    """Count the loans of a file, and the values of each column of those that are learned from."""

    dealt: DealtLoans

    def __call__(self, file: PlacedFile) -> Counted:
        """Return the counts; the file is read once, in constant memory."""
        total, waiting = NOTHING_COUNTED, list[LoanTable]()
        for loans, sides in self.dealt.batches(file):
            y = loans.outcomes
            training = loans.take(np.flatnonzero(sides == TRAINING))
            one = Counted(
                RecipeParts({}),
                tuple(np.bincount(sides[y >= 0], minlength=3).tolist()),
                (int((y == 1).sum()), int((y[sides == HELD_OUT] == 1).sum())),
                int((y < 0).sum()),
                _weights(training),
            )
            total = total.plus(one)
            waiting.append(training)
            if sum(map(len, waiting)) >= _COUNTED_TOGETHER:
                total, waiting = total.plus(_values(waiting)), []
        return replace(total.plus(_values(waiting)), by_file=((file.place, total.training),))


def _values(batches: Sequence[LoanTable]) -> Counted:
    """Return the counts of the values of some loans; to merge them costs as much as to count so many."""
    if not sum(map(len, batches)):
        return NOTHING_COUNTED
    table = pa.concat_tables([loans.table for loans in batches])
    return Counted(count_loans(LoanTable(batches[0].schema, table, None, {})))


def _weights(loans: LoanTable) -> tuple[float, float]:
    repaid, default = np.bincount(loans.outcomes, loans.weight, minlength=2).tolist()
    return float(repaid), float(default)


@dataclass(frozen=True)
class Share:
    """The files of one worker, and how many of their loans are learned from."""

    files: tuple[PlacedFile, ...]
    loans: int


@dataclass(frozen=True)
class BinLoans:
    """Bring the training loans of a worker's files into shared bins, and keep them in its process.

    Attributes
    ----------
    run : name under which they are kept
    dealt, recipe : how loans are read, and become numbers
    bins, settings : see `models.shared_bins`
    weights : tuple of two numbers, or None
        What a repaid loan and a default weigh beside their loan weights, so that the mean over all loans is 1.
    """

    run: str
    dealt: DealtLoans
    recipe: Recipe
    bins: bytes
    settings: Mapping[str, Any]
    weights: tuple[float, float] | None

    def __call__(self, share: Share) -> NDArray[np.uint64]:
        """Return the lowest marks of the loans; their matrix never exists as a whole."""
        binned = BinnedLoans(self.bins, share.loans, self.settings)
        outcomes, weights, marks = [], [], np.empty(0, dtype=np.uint64)
        for file in share.files:
            for loans in self.dealt.training(file):
                matrix, _ = self.recipe.matrix(loans)
                self._push(binned, matrix, file)
                outcomes.append(loans.outcomes)
                weights.append(self._weight(loans))
                marks = np.union1d(marks, row_hashes(matrix))[:MOST_MARKS]
        try:
            binned.finish(np.concatenate(outcomes), None if self.weights is None else np.concatenate(weights))
        except ValueError as error:
            raise _changed(share.files) from error
        _KEPT[self.run] = binned
        return marks

    def _push(self, binned: BinnedLoans, matrix: Floats, file: PlacedFile) -> None:
        try:
            binned.push(matrix)
        except ValueError as error:
            raise _changed([file]) from error

    def _weight(self, loans: LoanTable) -> Floats:
        if self.weights is None:
            return np.empty(0)
        weight: Floats = np.array(self.weights)[loans.outcomes]
        return weight if loans.weight is None else weight * loans.weight


def _changed(files: Sequence[PlacedFile]) -> DataError:
    fix = "Train again, and leave the files alone meanwhile."
    return DataError("The file was changed while it was read.", where=[file.path for file in files], fix=fix)


@dataclass(frozen=True)
class Grower:
    """A worker's part in the growing: who takes part, and its threads."""

    network: Network
    threads: int


@dataclass(frozen=True)
class GrowTrees:
    """Grow trees on the loans that the workers keep; the first of them gives the text of the model."""

    run: str
    settings: Mapping[str, Any]
    trees: int

    def __call__(self, grower: Grower) -> str:
        """Return the text on the first worker, nothing on the others."""
        settings = {**self.settings, "num_threads": grower.threads}
        text = grow_together(_KEPT[self.run], settings, self.trees, grower.network)
        return text if grower.network.rank == 0 else ""


def port_for(_rank: int) -> int:
    """Return a free port of this machine."""
    return free_port()


def forget(run: str) -> None:
    """Give back what a run keeps in this process."""
    _KEPT.pop(run, None)


@dataclass(frozen=True, eq=False)
class Scored:
    """Held-out loans of a file with their PDs, arrays of shape (n_rows,).

    `unknown` are the times of its rows of which the outcome is not known.
    """

    y_true: NDArray[np.int8]
    pd: Floats
    weight: Floats | None
    beside: FileBeside | None
    unknown: Floats | None


@dataclass(frozen=True)
class ScoreHeldOut:
    """Score the held-out loans of a file, and read what is wanted beside their PDs."""

    dealt: DealtLoans
    model: TrainedModel
    wanted: WantedBeside | None

    def __call__(self, file: PlacedFile) -> Scored:
        """Return the loans in the order of the file."""
        scorer, taken, outcomes, pds, weights, first = Scorer(self.model, 1), [], [], [], [], 0
        for loans, sides in self.dealt.batches(file):
            rows = np.flatnonzero(sides == HELD_OUT)
            chosen = loans.take(rows)
            pds.append(scorer.score(chosen).pd)
            outcomes.append(chosen.outcomes)
            weights.append(chosen.weight)
            taken.append(first + rows)
            first += len(loans)
        known = [weight for weight in weights if weight is not None]
        y, pd, weight = np.concatenate(outcomes), np.concatenate(pds), np.concatenate(known) if known else None
        if self.wanted is None:
            return Scored(y, pd, weight, None, None)
        whole = self.wanted.read(self.dealt.opened(file))
        time = whole.whole.time
        unknown = None if time is None else time[whole.whole.y_true < 0]
        return Scored(y, pd, weight, whole.take(np.concatenate(taken)), unknown)
