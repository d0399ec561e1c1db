"""Judge on a cluster: each worker scores the loans of its files; outcomes, PDs and weights are gathered here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.engine.cluster import connected
from creditrisk.evaluation.effects import MOST_KEPT
from creditrisk.evaluation.judged import Judged
from creditrisk.features.steps import Notices
from creditrisk.jobs.cluster_judging import FileBeside, WantedBeside, joined
from creditrisk.jobs.cluster_wishes import file_rules, placed, refuse
from creditrisk.models.marks import MarkedLoans
from creditrisk.models.scoring import Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.data.beside import Beside
    from creditrisk.data.dealt import PlacedFile
    from creditrisk.data.files import Digest, LoanFiles, Source
    from creditrisk.data.table import LoanTable
    from creditrisk.engine.cluster import Cluster
    from creditrisk.engine_specs import EngineSpec
    from creditrisk.evaluation.effects import EvenSample
    from creditrisk.file_specs import ReadSpec
    from creditrisk.judging import JudgeSpec
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.trained_model import TrainedModel
    from creditrisk.models.watcher import Watcher


def check_judging(data: Source, read: ReadSpec) -> None:
    """Refuse loans that a cluster cannot judge; `UsageError` lists why."""
    refuse([says for holds, says in file_rules(data, read) if not holds])


@dataclass(frozen=True, eq=False)
class FileScores:
    """The loans of one file with their PDs, arrays of shape (n_rows,), and what was counted on the way."""

    y_true: NDArray[np.int8]
    pd: Floats
    weight: Floats | None
    notices: Notices
    looked_at: int
    marked: int
    digests: tuple[Digest, ...]
    beside: FileBeside | None


@dataclass(frozen=True)
class ScoreLoans:
    """Score all loans of a file."""

    model: TrainedModel
    read: ReadSpec
    wanted: WantedBeside | None

    def __call__(self, file: PlacedFile) -> FileScores:
        """Return the scores in the order of the file."""
        files = open_files(file.path, self.read)
        source = open_source(files, self.model.schema, self.read, labelled=True)
        scorer, marked, notices = Scorer(self.model, 1), MarkedLoans(self.model.marks), Notices()
        outcomes, pds, weights = [], [], []
        for loans in source.batches():
            scores = scorer.score(loans, marked)
            outcomes.append(loans.outcomes)
            pds.append(scores.pd)
            weights.append(loans.weight)
            notices.add(scores.notices)
        known = [weight for weight in weights if weight is not None]
        return FileScores(
            np.concatenate(outcomes),
            np.concatenate(pds),
            np.concatenate(known) if known else None,
            notices,
            marked.looked_at,
            marked.marked,
            files.digests(),
            None if self.wanted is None else self.wanted.read(files),
        )


@dataclass(frozen=True)
class TakeEvenly:
    """Read every so many loans of files that follow each other; `before` are the loans before each."""

    model: TrainedModel
    read: ReadSpec
    step: int
    before: tuple[int, ...]

    def __call__(self, file: PlacedFile) -> list[LoanTable]:
        """Return the loans that are due."""
        files, first, taken = open_files(file.path, self.read), self.before[file.place], []
        for loans in open_source(files, self.model.schema, self.read, labelled=True).batches():
            taken.append(loans.take(np.arange(-first % self.step, len(loans), self.step)))
            first += len(loans)
        return taken


@dataclass(frozen=True, eq=False)
class Gathered:
    """What a cluster gathered: all loans, what was unusual, the digests of the files, and what stands beside."""

    loans: Judged
    notices: Notices
    digests: tuple[Digest, ...]
    beside: Beside | None


@dataclass(frozen=True, eq=False)
class Judging:
    """A model, and how its loans are read and judged."""

    model: TrainedModel
    judge: JudgeSpec
    read: ReadSpec
    watcher: Watcher


def gather(
    engine: EngineSpec, files: LoanFiles, judging: Judging, sample: EvenSample | None, marked: MarkedLoans
) -> Gathered:
    """Have all loans scored; those that `sample` and `marked` would have kept and counted here are added to them.

    Raises
    ------
    DataError, ClusterError
    """
    work, model = placed(files), judging.model
    wanted = WantedBeside.of(model.schema, judging.judge, files.header)
    judging.watcher.step("connecting to the cluster", 0, 0)
    with connected(engine, len(work)) as cluster:
        score = ScoreLoans(model, judging.read, wanted)
        parts = cluster.map(score, work, lambda done: judging.watcher.step("scoring the files", done, len(work)))
        if sample is not None:
            _sampled(cluster, work, judging, parts, sample)
    notices = Notices()
    for part in parts:
        notices.add(part.notices)
        marked.looked_at += part.looked_at
        marked.marked += part.marked
    beside = [part.beside for part in parts if part.beside is not None]
    digests = tuple(digest for part in parts for digest in part.digests)
    return Gathered(
        _loans(parts, model), notices, digests, joined(beside, files, judging.judge) if beside else None
    )  # fmt: skip


def _loans(parts: Sequence[FileScores], model: TrainedModel) -> Judged:
    weights = [part.weight for part in parts if part.weight is not None]
    roles = model.schema.roles
    return Judged(
        np.concatenate([part.y_true for part in parts]),
        np.concatenate([part.pd for part in parts]),
        np.concatenate(weights) if weights else None,
        roles.weight_kind if roles.weight else "",
    )


def _sampled(
    cluster: Cluster, work: Sequence[PlacedFile], judging: Judging, parts: Sequence[FileScores], sample: EvenSample
) -> None:
    """Add to the sample the loans that it would keep of all files."""
    rows = np.cumsum([0, *(len(part.pd) for part in parts)])
    step = 1
    while -(-int(rows[-1]) // step) > 2 * MOST_KEPT:
        step *= 2
    take = TakeEvenly(judging.model, judging.read, step, tuple(rows[:-1].tolist()))
    for tables in cluster.map(take, work):
        for loans in tables:
            sample.add(loans)
