"""Loans in use, scored period by period in constant memory; what is kept of a loan is its outcome, if it has one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.beside import read_times
from creditrisk.evaluation.periods import settle_periods
from creditrisk.features.profile import FEWEST_ROWS
from creditrisk.features.steps import Notices
from creditrisk.features.tally import Counting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.data.reading import LoanSource
    from creditrisk.data.table import LoanTable
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.marks import MarkedLoans
    from creditrisk.models.scoring import Scorer
    from creditrisk.models.watcher import Watcher

ALL_LOANS = "all loans"


@dataclass(frozen=True, eq=False)
class Cut:
    """How loans are cut into periods.

    Attributes
    ----------
    labels : tuple of str
        The oldest first.
    member : int array of shape (n_rows,), or None
        Each row's place in `labels`, −1 where its time is missing; None where each file is a period.
    """

    labels: tuple[str, ...]
    member: NDArray[np.intp] | None


@dataclass(frozen=True, eq=False)
class WatchedLoans:
    """Loans that were scored.

    Attributes
    ----------
    counts : tuple of Counting
        By period; the last is of loans without a time.
    member : int array of shape (n_rows,)
        Each row's period; −1 where it has none. Empty, as the arrays below, where outcomes are not asked for.
    y_true : int8 array
        1 = default, 0 = repaid, −1 = neither.
    pd, weight : arrays, or None
    notices : Notices
    """

    counts: tuple[Counting, ...]
    member: NDArray[np.intp]
    y_true: NDArray[np.int8]
    pd: Floats
    weight: Floats | None
    notices: Notices


def cut_of(source: LoanSource) -> Cut:
    """Return the periods of loans: each file is one; a single file is cut by the model's time where it has one.

    The times of all rows are held at once, 8 bytes each; everything else of a row is gone with its batch.
    """
    files = source.files
    if len(files.parts) > 1:
        return Cut(_labels(files), None)
    times = read_times(files, source.schema)
    if times is None or not np.isfinite(times).any():
        return Cut((ALL_LOANS,), None)
    known, column = np.isfinite(times), source.schema.roles.time
    is_date = column is not None and column.kind == "date"
    found = settle_periods(times[known], np.ones(int(known.sum()), bool), is_date=is_date, enough=FEWEST_ROWS)
    member = np.full(len(times), -1, dtype=np.intp)
    member[known] = found.member
    return Cut(found.labels, member)


def _labels(files: LoanFiles) -> tuple[str, ...]:
    """Return the names of the files; those that are alike get a number."""
    names = [part.stored.label if part.stored else part.name for part in files.originals]
    return tuple(
        name if names.count(name) == 1 else f"{name} ({names[: place + 1].count(name)})"
        for place, name in enumerate(names)
    )


def watch(
    source: LoanSource, scorer: Scorer, cut: Cut, cutoff: float, marked: MarkedLoans, watcher: Watcher
) -> WatchedLoans:
    """Score all loans and count them by period."""
    model = scorer.model
    counts = tuple(
        Counting(model.recipe.steps, model.profiles, model.scores, cutoff) for _ in range(len(cut.labels) + 1)
    )
    kept: list[tuple[NDArray[np.intp], NDArray[np.int8], Floats, Floats | None]] = []
    notices, done = Notices(), 0
    for loans, member in _batches(source, cut):
        pd = _counted(loans, member, scorer, counts, (notices, marked))
        if source.labelled:
            kept.append((member, loans.outcomes, pd, loans.weight))
        done += len(loans)
        watcher.step("scoring", done, 0)
    return WatchedLoans(counts, *_together(kept), notices)


def _batches(source: LoanSource, cut: Cut) -> Iterator[tuple[LoanTable, NDArray[np.intp]]]:
    """Yield batches with the period of each row."""
    if cut.member is not None:
        before = 0
        for loans in source.batches():
            yield loans, cut.member[before : before + len(loans)]
            before += len(loans)
        return
    for place, (part, original) in enumerate(zip(source.files.parts, source.files.originals, strict=True)):
        own = replace(source, files=replace(source.files, parts=(part,), originals=(original,)))
        for loans in own.batches():
            yield loans, np.full(len(loans), place, dtype=np.intp)


def _counted(
    loans: LoanTable,
    member: NDArray[np.intp],
    scorer: Scorer,
    counts: Sequence[Counting],
    seen: tuple[Notices, MarkedLoans],
) -> Floats:
    """Count a batch by period, and return its PDs."""
    notices, marked = seen
    pd = np.empty(len(loans))
    for place in np.unique(member).tolist():
        rows = np.flatnonzero(member == place)
        whole = len(rows) == len(loans)
        matrix, found = scorer.model.recipe.matrix(loans if whole else loans.take(rows))
        marked.add(matrix)
        pd[rows] = scorer.of_matrix(matrix, found).pd
        counts[place].add(matrix, found, pd[rows])
        notices.add(found)
    return pd


def _together(
    kept: Sequence[tuple[NDArray[np.intp], NDArray[np.int8], Floats, Floats | None]],
) -> tuple[NDArray[np.intp], NDArray[np.int8], Floats, Floats | None]:
    if not kept:
        return np.empty(0, np.intp), np.empty(0, np.int8), np.empty(0), None
    weights = [weight for *_, weight in kept if weight is not None]
    member, y, pd = (np.concatenate([np.asarray(part[place]) for part in kept]) for place in range(3))
    return member, y, pd, np.concatenate(weights) if weights else None
