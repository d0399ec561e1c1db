"""Which loans are learned from, which are held out, and which folds the learning is checked on.

One rule holds for both: at random by outcome; out of time, where the newest loans are held out and every fold is judged
by a model of older loans; by group, where nobody's loans are on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.target import FEWEST
from creditrisk.errors import DataError, counted, shown
from creditrisk.option_values import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.data.table import LoanTable
    from creditrisk.metrics.arrays import Floats
    from creditrisk.specs import TrainSpec

    Rows = NDArray[np.intp]


#: A fold that walks forward must leave its model this share of the training loans.
_LEAST_FIT = 0.2


@dataclass(frozen=True, eq=False)
class Split:
    """Positions of loans, in file order.

    Attributes
    ----------
    train, held_out : arrays of positions
    still_watched : int
        Older loans on neither side, since their outcome window was still open when the held-out loans begin.
    related : int
        Further ones on neither side, since their group has held-out loans.
    begins : float or None
        With a time, that of the oldest held-out loan.
    """

    train: Rows
    held_out: Rows
    still_watched: int = 0
    related: int = 0
    begins: float | None = None


@dataclass(frozen=True, eq=False)
class Fold:
    """Positions among the training loans: those that a model is fitted on, and those that it is judged on."""

    fit: Rows
    judge: Rows


def split_loans(loans: LoanTable, spec: TrainSpec, source: str) -> Split:
    """Return which loans are held out.

    Raises
    ------
    DataError
        When loans have no time, or all the same one, or too few groups exist.
    """
    if loans.time is not None:
        return _newest_held_out(loans, spec, source)
    if loans.group is not None:
        return _groups_held_out(loans, spec, source)
    train, held_out = stratified_split(loans.outcomes, spec.test_size, spec.seed)
    return Split(train, held_out)


def fold_loans(loans: LoanTable, spec: TrainSpec) -> tuple[Fold, ...]:
    """Return the folds of the training loans, those that matter most first, since large files run only some.

    Out of time the newest block comes first. Folds without both outcomes on both sides are passed over, and so are
    those whose models would see too little; where none is left, folds at random stand in.
    """
    if loans.time is not None:
        folds = _forward(loans.time, loans.group, spec)
        folds = tuple(fold for fold in folds if _has_both(loans.outcomes, fold) and _is_telling(loans.outcomes, fold))
        if folds:
            return folds
    return timeless_folds(loans, spec)


def walks_forward(loans: LoanTable, folds: tuple[Fold, ...]) -> bool:
    """Return whether every fold is judged by loans older than its own."""
    time = loans.time
    return time is not None and all(time[fold.fit].max() < time[fold.judge].min() for fold in folds)


def timeless_folds(loans: LoanTable, spec: TrainSpec) -> tuple[Fold, ...]:
    """Return folds at random or by group, of loans of all times.

    Whether PDs have the right level is to be seen on these: a model that walks forward is older and smaller than the
    one that is saved, so that its errors of level are those of the drift between them.
    """
    folds = random_folds(loans.outcomes, loans.group, spec.folds, spec.seed)
    if not folds:
        y = loans.outcomes
        raise DataError(
            "No fold of the training loans has both outcomes on both sides.",
            where=f"{counted(len(y), 'training loan')}, {counted(int(y.sum()), 'default')}",
            fix="Train without --group, or with other --folds.",
        )
    return folds


def random_folds(y_true: NDArray[np.int8], group: Rows | None, folds: int, seed: int) -> tuple[Fold, ...]:
    """Return folds at random by outcome, or of whole groups; those without both outcomes on both sides are left out.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid.
    group : array of shape (n_rows,), optional
        A number for whose loan each is.
    """
    if group is not None:
        number = _spread(group, y_true, folds, np.random.default_rng([seed, 2]))
    else:
        number = stratified_folds(y_true, folds, seed).astype(np.intp)
    dealt = (Fold(np.flatnonzero(number != k), np.flatnonzero(number == k)) for k in range(folds))
    return tuple(fold for fold in dealt if _has_both(y_true, fold))


def _is_telling(y_true: NDArray[np.int8], fold: Fold) -> bool:
    """Whether a fold's model sees enough to stand for the one of all training loans."""
    defaults = int(y_true[fold.fit].sum())
    fewest = min(defaults, len(fold.fit) - defaults)
    return len(fold.fit) >= _LEAST_FIT * len(y_true) and fewest >= FEWEST


def _has_both(y_true: NDArray[np.int8], fold: Fold) -> bool:
    return all(0 < int(y_true[rows].sum()) < len(rows) for rows in (fold.fit, fold.judge))


def stratified_split(y_true: NDArray[np.int8], test_size: float, seed: int) -> tuple[Rows, Rows]:
    """Return the positions of the training and of the held-out loans, both in file order.

    Each class gives the share `test_size` of its loans, rounded, and at least one, to the held-out loans.

    >>> train, test = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int8), 0.25, seed=1)
    >>> len(train), len(test)
    (6, 2)
    """
    rng = np.random.default_rng([seed, 1])
    held_out = np.zeros(len(y_true), dtype=bool)
    for outcome in (0, 1):
        rows = np.flatnonzero(y_true == outcome)
        count = min(max(round(test_size * len(rows)), 1), len(rows) - 1)
        held_out[rng.permutation(rows)[:count]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def stratified_folds(y_true: NDArray[np.int8], folds: int, seed: int) -> NDArray[np.int8]:
    """Return the fold (0 … folds − 1) of each loan, shape (n_rows,); each class is spread evenly over the folds."""
    rng = np.random.default_rng([seed, 2])
    fold = np.empty(len(y_true), dtype=np.int8)
    for outcome in (0, 1):
        rows = rng.permutation(np.flatnonzero(y_true == outcome))
        fold[rows] = np.arange(len(rows)) % folds
    return fold


def _newest_held_out(loans: LoanTable, spec: TrainSpec, source: str) -> Split:
    column, time, group = loans.schema.roles.time, loans.time, loans.group
    if column is None or time is None:  # the caller has looked
        raise ValueError("These loans have no time.")
    where = f"{source}, column {shown(column.name)}"
    if np.isnan(time).any():
        raise DataError(
            f"The time is missing in {counted(int(np.isnan(time).sum()), 'row')}.", where=where,
            fix="Remove these loans, or train without --time.",
        )  # fmt: skip
    window = Window.parse(spec.performance_window)
    if (window.months or window.days) and column.kind != "date":
        raise DataError(
            "A --performance-window needs dates, and this column holds numbers.", where=where,
            fix="Write the times as dates, or leave the window out.",
        )  # fmt: skip
    begins = _newest_share_begins(time, spec.test_size)
    if begins is None:
        raise DataError("All loans have the same time.", where=where, fix="Train without --time.")
    held_out = time >= begins
    closed = ~held_out & (closes(time, window) <= begins)
    if not closed.any():
        raise DataError(
            f"No older loan's outcome window of {spec.performance_window} closes before the held-out loans begin.",
            where=where,
            fix="Give a shorter --performance-window, or a smaller --test-size.",
        )
    train = closed if group is None else closed & ~np.isin(group, group[held_out])
    still_watched, related = int((~held_out & ~closed).sum()), int((closed & ~train).sum())
    return Split(np.flatnonzero(train), np.flatnonzero(held_out), still_watched, related, begins)


def _newest_share_begins(time: Floats, share: float) -> float | None:
    """Return the time from which on the share of loans is nearest to `share`; None where all times are equal."""
    values, counts = np.unique(time, return_counts=True)
    if len(values) < 2:
        return None
    newer = np.cumsum(counts[::-1])[::-1][1:] / len(time)
    return float(values[1:][np.argmin(np.abs(newer - share))])


def closes(time: Floats, window: Window) -> Floats:
    """Return when the outcome window of loans made on a day closes, in days since 1970-01-01.

    >>> from creditrisk.option_values import Window
    >>> closes(np.array([0.0, 30.0]), Window(months=1)).tolist()
    [31.0, 61.0]
    """
    if not window.months:
        return time + window.days
    day = time.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    end = (month + window.months).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    days: Floats = end.astype(np.int64).astype(np.float64)
    return days


def _groups_held_out(loans: LoanTable, spec: TrainSpec, source: str) -> Split:
    group, y = loans.group, loans.outcomes
    if group is None:  # the caller has looked
        raise ValueError("These loans have no group.")
    if len(np.unique(group)) < 2 * spec.folds:
        raise DataError(
            f"There are {counted(len(np.unique(group)), 'group')}, too few to split by.",
            where=f"{source}, column {shown(loans.schema.roles.group)}",
            fix=f"At least {2 * spec.folds} are needed; train without --group.",
        )
    shuffled = np.random.default_rng([spec.seed, 1])
    held_out = np.zeros(len(y), dtype=bool)
    for members, loans_each in _strata(group, y, shuffled):
        so_far = np.cumsum(loans_each)
        # The group that crosses the share is in where that comes nearer to it.
        chosen = members[so_far - loans_each / 2 < spec.test_size * so_far[-1]]
        held_out |= np.isin(group, chosen)
    return Split(np.flatnonzero(~held_out), np.flatnonzero(held_out))


def _strata(group: Rows, y_true: NDArray[np.int8], rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
    """Return the groups without and with a default, each shuffled, and how many loans each group has."""
    members, position, sizes = np.unique(group, return_inverse=True, return_counts=True)
    defaults = np.bincount(position, y_true, minlength=len(members))
    strata = []
    for chosen in (np.flatnonzero(defaults == 0), np.flatnonzero(defaults > 0)):
        if len(chosen):
            order = rng.permutation(chosen)
            strata.append((members[order], sizes[order]))
    return strata


def _spread(group: Rows, y_true: NDArray[np.int8], folds: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return a fold for each loan: whole groups, the large ones spread first, forwards and backwards in turn."""
    fold_of = np.empty(int(group.max()) + 1, dtype=np.intp)
    turns = np.concatenate([np.arange(folds), np.arange(folds)[::-1]])
    for members, sizes in _strata(group, y_true, rng):
        order = np.argsort(-sizes, kind="stable")
        fold_of[members[order]] = turns[np.arange(len(members)) % len(turns)]
    return fold_of[group]


def _forward(time: Floats, group: Rows | None, spec: TrainSpec) -> tuple[Fold, ...]:
    """Return folds that walk forward through the newer half of the loans, the newest block first.

    Each block is judged by a model of the loans before it whose outcome windows had closed.
    """
    window = Window.parse(spec.performance_window)
    cuts = np.quantile(time, 0.5 + 0.5 * np.arange(spec.folds) / spec.folds, method="higher")
    begins = np.unique(cuts[cuts > time.min()])
    closed, folds = closes(time, window), []
    for index, start in enumerate(begins):
        judge = time >= start
        if index + 1 < len(begins):
            judge &= time < begins[index + 1]
        fit = (time < start) & (closed <= start)
        if group is not None:
            fit &= ~np.isin(group, group[judge])
        folds.append(Fold(np.flatnonzero(fit), np.flatnonzero(judge)))
    return tuple(reversed(folds))
