"""How a scorecard is fitted.

The bins of each column on all loans; the coefficients on WOE **out of fold** (a loan's WOE comes from bins that were
fitted without it), because WOE that have seen their own outcomes make noise look like evidence; the intercept last, for
the bins of all loans. A column stays where its coefficient exceeds its standard error.

Fitting does not depend on the order of rows or columns: folds follow from what a loan holds, sums run over the columns
in the order of their names, and what rounding could still show is rounded away.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.binning import (
    FEWEST_LOANS_A_BIN,
    BinningSpec,
    Cells,
    category_cells,
    evidence_of,
    information_value,
    number_cells,
)
from creditrisk.features.woe import apply, bin_index, neutral
from creditrisk.metrics.calibration import fit_intercept
from creditrisk.models.logistic import Penalty, fit_logistic, strong_columns
from creditrisk.models.scorecard import CardPlan, Scorecard, ScorecardColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class ScorecardPlan(CardPlan):
    """What the columns of the matrix are, and how a scorecard is fitted to it: what `CardPlan` says, and this.

    Attributes
    ----------
    binning : BinningSpec
        The rules for every column's bins; its `monotone` and `special` hold where the mappings say nothing.
    least_iv : float
        Columns of a lower information value are left out. 0 by default: on real files a minimum of 0.02, as is the
        custom, cost up to 0.002 of AUC, and what is useless does not pass `least_worth`.
    least_worth : float
        The Wald statistic below which a column is left out: at 1 a coefficient is as large as its standard error.
    folds : int
        For the out-of-fold WOE; fewer where a class has fewer loans.
    ridge : float
        See `models.logistic`.
    """

    binning: BinningSpec = field(default_factory=BinningSpec)
    least_iv: float = 0.0
    least_worth: float = 1.0
    folds: int = 5
    ridge: float = 5.0

    def cells(self, matrix: Floats, y_true: Outcomes, index: int) -> Cells:
        """Return a column's rows in cells."""
        monotone = self.monotone.get(index, self.binning.monotone)
        special = self.special.get(index, self.binning.special)
        spec = replace(self.binning, monotone=monotone, special=special)
        if index in self.levels:
            return category_cells(matrix[:, index], self.levels[index], spec)
        return number_cells(matrix[:, index], y_true, spec)


def fit_scorecard(matrix: Floats, y_true: Outcomes, weight: Floats | None, plan: ScorecardPlan) -> Scorecard:
    """Return the scorecard of training loans.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
        Numbers, NaN for missing; categories as codes, the number of levels being the code of any unknown level.
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid; both occur.
    weight : array of shape (n_rows,), optional
        Positive: loan weights times class weights. Class weights move the log-odds by ln(w1/w0) and no bin, and are
        left for the caller to take back.
    """
    evidence, columns = evidence_of(y_true, weight), list[ScorecardColumn]()
    fold = _folds(matrix, y_true, evidence, plan)
    design = np.empty(matrix.shape, order="F")
    for index in sorted(range(len(plan.names)), key=plan.names.__getitem__):
        cells, values = plan.cells(matrix, y_true, index), matrix[:, index]
        bins = cells.bins(cells.tally(slice(None), y_true, evidence))
        iv = information_value(bins, values, y_true, weight)
        if not neutral(bins) and iv >= plan.least_iv:
            design[:, len(columns)] = _out_of_fold(cells, values, y_true, evidence, fold)
            share, rate = figures_by_bin(bin_index(bins, values), y_true, len(bins.woe))
            columns.append(ScorecardColumn(index, plan.names[index], bins, 0.0, round(iv, 4), share, rate))
    coefficients = _coefficients(design[:, : len(columns)], y_true, weight, plan)
    used = [replace(column, coefficient=c) for column, c in zip(columns, coefficients, strict=True) if c < 0]
    card = Scorecard(tuple(used), 0.0)
    intercept, _ = fit_intercept(y_true, card.log_odds(matrix), weight)
    return replace(card, intercept=float(f"{intercept:.10g}"))


def _folds(matrix: Floats, y_true: Outcomes, evidence: Floats, plan: ScorecardPlan) -> NDArray[np.intp]:
    """Return the fold of each row: loans of a class in the order of a hash of their values, dealt out in turn."""
    key = np.zeros(len(matrix), dtype=np.uint64)
    for index, name in enumerate(plan.names):
        values = np.where(np.isnan(matrix[:, index]), np.inf, matrix[:, index]) + 0.0  # one bit pattern for 0 and −0
        key += _mixed(_mixed(values.view(np.uint64)) ^ np.uint64(zlib.crc32(name.encode())))
    fold, classes = np.zeros(len(matrix), dtype=np.intp), [np.flatnonzero(y_true == label) for label in (0, 1)]
    folds = max(1, min(plan.folds, *(len(rows) for rows in classes)))
    for rows in classes:
        fold[rows[np.lexsort((evidence[rows], key[rows]))]] = np.arange(len(rows)) % folds
    return fold


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return bits that look random: the finaliser of SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _out_of_fold(cells: Cells, values: Floats, y_true: Outcomes, evidence: Floats, fold: NDArray[np.intp]) -> Floats:
    """Return each row's WOE by bins that were fitted on the other folds; on all rows where there is one fold only.

    The cells are shared, since they do not look at outcomes.
    """
    woe, inside = np.empty(len(values)), [fold == number for number in range(int(fold.max()) + 1)]
    tallies = [cells.tally(rows, y_true, evidence) for rows in inside]
    for number, rows in enumerate(inside):
        others = tallies[:number] + tallies[number + 1 :] or tallies
        woe[rows] = apply(cells.bins(np.sum(others, axis=0)), values[rows])
    return woe


def figures_by_bin(index: NDArray[np.intp], y_true: Outcomes, bins: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return share and default rate by bin, nothing of bins so small that a loan could be recognised."""
    loans = np.bincount(index, minlength=bins)
    shown = np.where(loans >= FEWEST_LOANS_A_BIN, loans, 0)
    rate = np.bincount(index, np.asarray(y_true) == 1, bins) / np.maximum(loans, 1)
    share = shown / max(int(shown.sum()), 1)
    return tuple(share.round(4).tolist()), tuple(np.where(shown > 0, rate, 0.0).round(4).tolist())


def _coefficients(design: Floats, y_true: Outcomes, weight: Floats | None, plan: ScorecardPlan) -> list[float]:
    """Return the coefficients, 0 for columns that are not worth one.

    Weights are scaled to sum to the effective number of loans, so that ridge and worth mean the same with any weights.
    """
    w = np.ones(len(design)) if weight is None else weight * (weight.sum() / np.sum(weight**2))
    penalty = Penalty(plan.ridge, at_most_zero=True)
    kept = strong_columns(fit_logistic(design, y_true, w, penalty), plan.least_worth)
    coefficients = np.zeros(design.shape[1])
    coefficients[kept] = fit_logistic(design[:, kept], y_true, w, penalty).coefficients
    return [float(value) for value in coefficients]
