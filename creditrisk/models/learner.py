"""What every kind of model offers: to be judged fold by fold, to be fitted, and then to give log-odds.

A learner sees a matrix of numbers and outcomes, nothing else; what it makes is plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from creditrisk.models.clock import NO_LIMIT, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.splitting import Fold
    from creditrisk.features.recipe import LoanMatrix
    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.watcher import Watcher
    from creditrisk.specs import TrainSpec


@dataclass(frozen=True, eq=False)
class TrainingMatrix:
    """What a learner sees of the training loans.

    Attributes
    ----------
    source : float64 array of shape (n_rows, n_columns), or what makes its rows when they are asked for
        Numbers, and codes of categories; NaN = missing.
    y_true : int8 array of shape (n_rows,)
        1 = default.
    weight : array of shape (n_rows,) or None
        Loan weights; class weights are the learner's own.
    names : names of the columns
    levels : mapping of the position of a column of codes to its number of levels; that number itself is the code of
        every other level
    monotone : mapping of a position to +1 or −1, the sign with which the PD must move with the value
    special : mapping of a position to the special codes among the numbers
    dates : positions of the columns that hold days since 1970-01-01
    group : array of shape (n_rows,) or None
        Whose loan each is.
    """

    source: Floats | LoanMatrix
    y_true: NDArray[np.int8]
    weight: Floats | None
    names: tuple[str, ...]
    levels: Mapping[int, int] = field(default_factory=dict)
    monotone: Mapping[int, int] = field(default_factory=dict)
    special: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    dates: frozenset[int] = frozenset()
    group: NDArray[np.intp] | None = None

    def default_rate(self, rows: NDArray[np.intp] | slice = slice(None)) -> float:
        """Return the default rate of some loans, weighted by their loan weights; of all where none are named."""
        return float(np.average(self.y_true[rows], weights=None if self.weight is None else self.weight[rows]))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The positions of the columns that hold numbers or dates."""
        return tuple(column for column in range(len(self.names)) if column not in self.levels)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of loans and of columns."""
        return len(self.y_true), self.source.shape[1]

    @property
    def cells(self) -> int:
        """The number of loans times that of columns."""
        loans, columns = self.shape
        return loans * columns

    @cached_property
    def matrix(self) -> Floats:
        """The whole matrix, C order, made when it is first asked for and then kept."""
        return self.source if isinstance(self.source, np.ndarray) else self.source.whole()

    def rows(self, begin: int, end: int) -> Floats:
        """Return the rows from one place to before another, without a thought of the others."""
        return self.source[begin:end] if isinstance(self.source, np.ndarray) else self.source.rows(begin, end)

    def at(self, places: NDArray[np.intp]) -> Floats:
        """Return the rows at some places."""
        return self.source[places] if isinstance(self.source, np.ndarray) else self.source.at(places)

    def weight_of(self, rows: NDArray[np.intp]) -> Floats | None:
        """Return the loan weights of some rows."""
        return None if self.weight is None else self.weight[rows]


@dataclass(frozen=True, eq=False)
class Conditions:
    """Under what conditions a learner works.

    Attributes
    ----------
    clock : Clock
        How long it may take.
    repeats : further folds of the same loans, each set dealt out anew, for loans so few that one set misleads
    drifting : positions of the columns that tell when a loan was made, where that is known
    walks : bool
        Whether each fold is later than the loans that it is judged by: then the folds are what differs by chance, not
        the loans alone.
    """

    clock: Clock = NO_LIMIT
    repeats: tuple[tuple[Fold, ...], ...] = ()
    drifting: tuple[int, ...] = ()
    walks: bool = False


def judged_rows(folds: Sequence[Fold]) -> NDArray[np.intp]:
    """Return the positions of the loans that folds judge, one fold after the other."""
    return np.concatenate([fold.judge for fold in folds])


def first_fold(folds: Sequence[Fold], loans: int) -> NDArray[np.intp]:
    """Return the first of the folds that judges each of so many loans, shape (loans,); 0 where none does."""
    found = np.zeros(loans, dtype=np.intp)
    for number, fold in reversed(list(enumerate(folds))):
        found[fold.judge] = number
    return found


def settled_by_others(loss: Floats, weight: Floats | None, group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each loan the choice with the least mean loss over the loans of all groups but its own.

    What is chosen by a loan's own loss makes it look better judged than it is; with one group there is no other way.

    Parameters
    ----------
    loss : array of shape (n_choices, n_groups)
        Sums of loss · weight of each group's loans.
    weight : array of shape (n_rows,) or None
    group : array of shape (n_rows,)
        From 0 to n_groups − 1.

    >>> settled_by_others(np.array([[1.0, 9.0], [2.0, 3.0]]), None, np.array([0, 1])).tolist()
    [1, 0]
    """
    total, size = loss.sum(axis=1), np.bincount(group, weight, minlength=loss.shape[1])
    best = np.full(loss.shape[1], int(np.argmin(total)))
    if len(np.unique(group)) > 1:
        for number in np.unique(group).tolist():
            best[number] = np.argmin((total - loss[:, number]) / (size.sum() - size[number]))
    return best[group]


def steady_gain(gain: Floats, weight: Floats | None, fold: NDArray[np.intp]) -> tuple[float, float]:
    """Return the mean of a gain by loan, and its standard error where folds rather than loans are the sample.

    Out of time all loans of a fold share what their time did to them, so that a gain is no surer than it is steady from
    fold to fold (a cluster-robust standard error). With one fold it is not known: infinite.

    >>> value, error = steady_gain(np.array([0.2, 0.2, 0.4, 0.4]), None, np.array([0, 0, 1, 1]))
    >>> round(value, 6), round(error, 6)
    (0.3, 0.1)
    """
    w = np.ones(len(gain)) if weight is None else weight
    value = float(np.average(gain, weights=w))
    by_fold = np.bincount(fold, w * (gain - value))[np.unique(fold)]
    if len(by_fold) < 2:
        return value, float("inf")
    correction = len(by_fold) / (len(by_fold) - 1)
    return value, float(np.sqrt(correction * np.sum(by_fold**2)) / w.sum())


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What cross-validation chose and showed.

    Attributes
    ----------
    rows : array of shape (n_judged,)
        The positions of the training loans that were judged: all of them, but for large files and out of time.
    fold : array of shape (n_judged,)
        The fold in which each was judged.
    log_odds : array of shape (n_judged,)
        Their log-odds from models that never saw them, each fold restored with its own class weights.
    chosen : mapping
        What was chosen by them, for the fit on all training loans and for the report.
    curve : tuple of float
        Out-of-fold BCE by number of trees, of restored PDs, in which class weights do not count; empty without trees.
    """

    rows: NDArray[np.intp]
    fold: NDArray[np.intp]
    log_odds: Floats
    chosen: Mapping[str, Any]
    curve: tuple[float, ...] = ()

    @classmethod
    def of(
        cls, folds: Sequence[Fold], log_odds: Floats, chosen: Mapping[str, Any], curve: tuple[float, ...] = ()
    ) -> OutOfFold:
        """Return what the log-odds of the folds' judged loans, one fold after the other, showed."""
        fold = np.repeat(np.arange(len(folds)), [len(each.judge) for each in folds])
        return cls(judged_rows(folds), fold, log_odds, chosen, curve)


class Learned(Protocol):
    """A fitted model of one kind, as plain data."""

    @property
    def kind(self) -> str:
        """The name of the kind."""

    @property
    def facts(self) -> dict[str, int]:
        """How large it is, for the report: `trees`, or `columns_used`."""

    def scorer(self, threads: int) -> Callable[[Floats], Floats]:
        """Return what turns a matrix into raw log-odds, a row by itself alone."""

    def thresholds(self, column: int) -> Floats:
        """Return the finite numbers at which the log-odds may jump along a column, rising."""

    def importance(self, columns: int) -> Floats:
        """Return how much each of the matrix's columns matters, as shares that add up to 1."""


class Learner(Protocol):
    """One kind of model over one training matrix, ready to be fitted with several settings."""

    def folds_to_run(self, folds: Sequence[Fold], spec: TrainSpec) -> Sequence[Fold]:
        """Return those of the folds that are judged: large files run few."""

    def out_of_fold(self, folds: Sequence[Fold], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Judge every fold by a model of the loans it may see, and choose what is to be chosen."""

    def judge(self, folds: Sequence[Fold], chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> OutOfFold:
        """Judge other folds with what was chosen."""

    def fit(self, chosen: Mapping[str, Any], spec: TrainSpec, watcher: Watcher) -> Learned:
        """Fit all training loans with what was chosen."""
