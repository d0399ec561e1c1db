"""A smooth additive logistic model: every column gives each of its cells an effect on the log-odds of default.

What is minimised over the intercept and the parameters θ of all columns is the convex

    Σ_i w_i [softplus(z_i) − y_i z_i]  +  ½ penalty Σ θ²,    z_i = intercept + Σ_j B_j[cell of row i in column j] · θ_j,

a ridge regression on a basis B_j by column (Eilers & Marx 1996, doi:10.1214/ss/1038425655). A level of a category, a
special value and missing have a parameter of their own, so their effects are random effects of variance 1 / penalty.
A number's effect over its quantile cells is a random walk, whose step between two neighbours has the variance
2 √(d / steps) / penalty, where d is their distance in rank and all distances add up to 1; and two straight lines, one
in rank and one in value, for which alone a smooth relation pays less than for many steps in one direction. Basis
functions have a mean of 0 over the training loans.

The result is an ordinary scorecard whose coefficients are −1, and it is used like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.features.binning import FEWEST_LOANS_A_BIN, BinningSpec, number_cells
from creditrisk.features.woe import Bins, CategoryBins, NumberBins, bin_index
from creditrisk.metrics.odds import expit, log_odds
from creditrisk.models.loss import bce_loss
from creditrisk.models.scorecard import CardPlan, Scorecard, ScorecardColumn
from creditrisk.models.scorecard_fit import figures_by_bin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes

_MOST_LEVELS = 150
_ALL_CELLS = 480
#: The standard deviations of the two straight lines, where that of the random walk from end to end is √2. Larger ones
#: help where few columns matter, and cost where many say nothing.
_LINE_IN_RANK = 0.5
_LINE_IN_VALUE = 0.2
#: Effects are rounded to so many decimals, which hides what the order of summation leaves in the last digits.
_DECIMALS = 8
_ITERATIONS = 200
#: When no loan's log-odds move by more than this, the minimum is reached.
_CLOSE = 1e-9
#: A Hessian is used again and again as long as each step is at most this share of the one before.
_SLOW = 0.5


@dataclass(frozen=True)
class AdditivePlan(CardPlan):
    """What the columns of the matrix are, and how an additive model is fitted to it: what `CardPlan` says, and this.

    Attributes
    ----------
    cells : int
        Most quantile cells of a number, values so frequent that they stand alone apart; fewer where the rarer class
        has few loans, and with more than 24 columns, since time grows with the cube of all cells.
    penalties : tuple of float
        Falling; from one in which columns hardly speak to one that 1,000 loans are too few for.
    """

    cells: int = 20
    penalties: tuple[float, ...] = (1000.0, 300.0, 100.0, 40.0, 16.0, 6.0, 2.5)

    def most_cells(self) -> int:
        """Return the most quantile cells of a number with as many columns as there are.

        >>> [AdditivePlan(tuple(map(str, range(columns)))).most_cells() for columns in (10, 100, 1000)]
        [20, 10, 10]
        """
        return min(self.cells, max(10, _ALL_CELLS // max(len(self.names), 1)))


def fit_path(matrix: Floats, y_true: Outcomes, weight: Floats | None, plan: AdditivePlan) -> tuple[Scorecard, ...]:
    """Return the model of training loans for each of the plan's penalties.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
        Numbers, NaN for missing; categories as codes, the number of levels being the code of any unknown level.
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid; both occur.
    weight : array of shape (n_rows,), optional
        Positive: loan weights times class weights. They are scaled to sum to the effective number of loans
        (Σw)² / Σw² (Kish 1965), so that a penalty means the same with any weights.

    >>> x, y = np.repeat([[1.0], [2.0]], 50, axis=0), np.repeat([0, 1, 0, 1], [40, 10, 20, 30])
    >>> for card in fit_path(x, y, None, AdditivePlan(("late",), penalties=(100.0, 1.0))):
    ...     print(card.log_odds(np.array([[1.0], [2.0]])).round(2).tolist())
    [-0.53, -0.28]
    [-1.32, 0.36]
    """
    return tuple(each_fit(matrix, y_true, weight, plan))


def fit_additive(
    matrix: Floats, y_true: Outcomes, weight: Floats | None, plan: AdditivePlan, penalty: float
) -> Scorecard:
    """Return the model of training loans for one penalty, whatever those of the plan; the rest as in `fit_path`."""
    return fit_path(matrix, y_true, weight, replace(plan, penalties=(penalty,)))[0]


def each_fit(matrix: Floats, y_true: Outcomes, weight: Floats | None, plan: AdditivePlan) -> Iterator[Scorecard]:
    """Yield what `fit_path` returns one by one, each fitted only when it is asked for."""
    w = np.ones(len(matrix)) if weight is None else weight * (weight.sum() / np.sum(weight**2))
    order = sorted(range(len(plan.names)), key=plan.names.__getitem__)
    columns = [_column(matrix[:, index], y_true, w, index, plan) for index in order]
    solver = _Solver(tuple(column for column in columns if column.basis.any()), y_true, w)
    for penalty in plan.penalties:
        yield _card(solver, solver.solve(penalty), y_true)


@dataclass(frozen=True, eq=False)
class _Column:
    """A column's bins, whose WOE are still to be found, the bin of each row, and the basis of shape (bins, size).

    The first `bounded` parameters must not be negative.
    """

    index: int
    name: str
    bins: Bins
    cell: NDArray[np.intp]
    basis: Floats
    bounded: int


def _column(values: Floats, y_true: Outcomes, weight: Floats, index: int, plan: AdditivePlan) -> _Column:
    sign = plan.monotone.get(index, 0)
    bins, owner = _bins(values, y_true, index, plan)
    cell = bin_index(bins, values)
    loans = np.bincount(cell, minlength=len(owner))
    weights = np.asarray(np.bincount(cell, weight, len(owner)), dtype=np.float64)
    line = np.empty((0, 0))
    if isinstance(bins, NumberBins):
        inner = len(bins.edges) + 1
        line = (-1.0 if sign < 0 else 1.0) * _walk_basis(loans[:inner], _means(values, cell, loans)[:inner])
    basis = _basis(line, owner, loans, weights)
    return _Column(index, plan.names[index], bins, cell, basis, line.shape[1] if sign else 0)


def _bins(values: Floats, y_true: Outcomes, index: int, plan: AdditivePlan) -> tuple[Bins, NDArray[np.intp]]:
    """Return a column's bins, and for each bin that whose parameter it has: its own, but for rare levels."""
    if index in plan.levels:
        return _category_bins(values, plan.levels[index])
    bins = _number_bins(
        values, y_true, BinningSpec(most_prebins=plan.most_cells(), special=plan.special.get(index, ()))
    )
    return bins, np.arange(len(bins.woe))


def _number_bins(values: Floats, y_true: Outcomes, spec: BinningSpec) -> NumberBins:
    """Return quantile cells; those of too few loans are joined to their neighbours."""
    cells = number_cells(values, y_true, spec)
    loans, cuts, held = np.bincount(cells.index, minlength=cells.inner)[: cells.inner].tolist(), list[float](), 0
    for cut, count in zip(cells.cuts or (), loans[:-1], strict=True):
        held += count
        if held >= FEWEST_LOANS_A_BIN:
            cuts.append(cut)
            held = 0
    if held + loans[-1] < FEWEST_LOANS_A_BIN:
        cuts = cuts[:-1]
    return NumberBins(tuple(cuts), spec.special, (0.0,) * (len(cuts) + len(spec.special) + 2))


def _category_bins(codes: Floats, n_levels: int) -> tuple[CategoryBins, NDArray[np.intp]]:
    """Return a bin for each frequent level and one for the others, which have their parameter with unknown ones."""
    known = codes[(codes >= 0) & (codes < n_levels)].astype(np.intp)
    loans = np.bincount(known, minlength=n_levels)
    alone = np.sort(np.argsort(-loans, kind="stable")[:_MOST_LEVELS])
    alone = alone[loans[alone] >= FEWEST_LOANS_A_BIN]
    groups = np.full(n_levels, len(alone))
    groups[alone] = np.arange(len(alone))
    bins = CategoryBins(tuple(groups.tolist()), (0.0,) * (len(set(groups.tolist())) + 2))
    owner = np.arange(len(bins.woe))
    owner[-2] = len(alone)
    return bins, owner


def _means(values: Floats, cell: NDArray[np.intp], loans: NDArray[np.intp]) -> Floats:
    """Return each cell's mean value in a unit that keeps squares in range."""
    finite = np.where(np.isfinite(values), values, 0.0)
    finite = finite / (np.abs(finite).max(initial=0.0) or 1.0)
    means: Floats = np.bincount(cell, finite, len(loans)) / np.maximum(loans, 1)
    return means


def _walk_basis(loans: NDArray[np.intp], means: Floats) -> Floats:
    """Return the basis of a number's inner cells, rising in every column: steps, a line in rank and one in value."""
    cells = len(loans)
    if cells == 1:
        return np.empty((1, 0))
    rank = (np.cumsum(loans) - loans / 2) / loans.sum()
    distance = np.diff(rank) / (rank[-1] - rank[0])
    steps = np.tri(cells, cells - 1, -1) * np.sqrt(2.0 * np.sqrt(distance / (cells - 1)))
    away = means - np.average(means, weights=loans)
    value = away / (np.sqrt(np.average(away**2, weights=loans)) or 1.0)
    return np.column_stack([steps, _LINE_IN_RANK * np.sqrt(12.0) * rank, _LINE_IN_VALUE * value])


def _basis(line: Floats, owner: NDArray[np.intp], loans: NDArray[np.intp], weights: Floats) -> Floats:
    """Return the basis of all cells: inner ones, then an indicator for each other cell, each with a mean of 0.

    The effect of a special value or of missing is thus that beside the mean of the other loans. Cells of too few loans
    have no parameter and an effect of 0.
    """
    inner, total = len(line), len(loans)
    alone = (owner[:, None] == np.arange(inner, total)).astype(np.float64)
    alone = alone[:, loans @ alone >= FEWEST_LOANS_A_BIN]
    active = alone.any(axis=1)
    active[:inner] = True
    share = weights * active / max(float(weights @ active), 1e-300)
    within = weights[:inner] / max(float(weights[:inner].sum()), 1e-300)
    basis = np.zeros((total, line.shape[1] + alone.shape[1]))
    basis[:inner, : line.shape[1]] = line - within @ line
    basis[:, line.shape[1] :] = alone - np.outer(active, share @ alone)
    return basis


class _Solver:
    """Newton's method along a path of penalties, with one Hessian for as long as it leads down quickly.

    The Hessian comes from the crosstabs of every two columns, which costs as much as some thirty gradients. Bounds are
    kept by projection (Bertsekas 1982, doi:10.1137/0320018).
    """

    def __init__(self, columns: tuple[_Column, ...], y_true: Outcomes, weight: Floats) -> None:
        ends = np.cumsum([1, *(column.basis.shape[1] for column in columns)]).tolist()
        self.parts = [(column, slice(a, b)) for column, a, b in zip(columns, ends[:-1], ends[1:], strict=True)]
        self.y_true, self.weight = np.asarray(y_true, dtype=np.float64), weight
        self._bounded = np.zeros(ends[-1], dtype=np.bool_)
        for column, part in self.parts:
            self._bounded[part.start : part.start + column.bounded] = True
        rate = np.array([np.average(self.y_true, weights=weight)])
        self._theta = np.zeros(ends[-1])
        self._theta[0] = log_odds(rate)[0]
        self._z = self._log_odds(self._theta)
        self._hessian: Floats | None = None

    def solve(self, penalty: float) -> Floats:
        """Return the parameters of the minimum, the intercept first, found from those of the last penalty."""
        factor, free, last = None, np.zeros(0, dtype=np.bool_), np.inf
        for _ in range(_ITERATIONS):
            gradient = self._gradient(penalty)
            now_free = ~(self._bounded & (self._theta <= 0) & (gradient > 0))
            if factor is None or not np.array_equal(free, now_free):
                factor, free = self._factor(now_free, penalty), now_free
            step = np.zeros(len(gradient))
            step[free] = -(factor.T @ (factor @ gradient[free]))
            moved, whole = self._walk(step, gradient, penalty)
            if moved < _CLOSE:
                break
            if not whole or moved > _SLOW * last:
                self._hessian, factor, moved = None, None, np.inf
            last = moved
        return self._theta

    def _walk(self, step: Floats, gradient: Floats, penalty: float) -> tuple[float, bool]:
        """Take the step, halved until the loss falls; return how far log-odds moved, and whether it was whole."""
        theta, z, share = self._theta, self._z, 1.0
        loss = self._loss(z, theta, penalty)
        while True:
            self._theta = theta + share * step
            self._theta[self._bounded] = np.maximum(self._theta[self._bounded], 0.0)
            self._z = self._log_odds(self._theta)
            promised = min(float(gradient @ (self._theta - theta)), 0.0)
            if self._loss(self._z, self._theta, penalty) <= loss + 1e-4 * promised + 1e-12 * loss or share < 1e-9:
                return float(np.abs(self._z - z).max()), share == 1.0
            share /= 2

    def _log_odds(self, theta: Floats) -> Floats:
        z = np.full(len(self.y_true), theta[0])
        for column, part in self.parts:
            z += (column.basis @ theta[part])[column.cell]
        return z

    def _loss(self, z: Floats, theta: Floats, penalty: float) -> float:
        return float(self.weight @ bce_loss(self.y_true, z) + 0.5 * penalty * (theta[1:] @ theta[1:]))

    def _gradient(self, penalty: float) -> Floats:
        pull = self.weight * (expit(self._z) - self.y_true)
        gradient = penalty * self._theta
        gradient[0] = pull.sum()
        for column, part in self.parts:
            gradient[part] += np.bincount(column.cell, pull, len(column.basis)) @ column.basis
        return gradient

    def _factor(self, free: NDArray[np.bool_], penalty: float) -> Floats:
        """Return the inverse L⁻¹ of the Cholesky factor of the Hessian L Lᵀ of the free parameters."""
        if self._hessian is None:
            self._hessian = self._curvature()
        hessian = self._hessian.copy() if free.all() else self._hessian[np.ix_(free, free)]
        diagonal = np.diag_indices_from(hessian)
        hessian[diagonal] += penalty
        # The intercept is not penalised; what keeps it from 0 where all loans are certain is below rounding elsewhere.
        hessian[0, 0] += 1e-9 * float(self.weight.sum()) - penalty
        return _inverse(np.asarray(np.linalg.cholesky(hessian), dtype=np.float64))

    def _curvature(self) -> Floats:
        """Return the lower half of the Hessian of the loss without penalty."""
        pd = expit(self._z)
        v = self.weight * pd * (1.0 - pd)
        hessian = np.zeros((len(self._theta), len(self._theta)))
        hessian[0, 0] = v.sum()
        stride = max((len(column.basis) for column, _ in self.parts), default=0)
        for place, (column, part) in enumerate(self.parts):
            cells, base = len(column.basis), column.cell * stride
            tally = np.bincount(column.cell, v, cells)
            hessian[part, 0] = tally @ column.basis
            hessian[part, part] = (column.basis.T * tally) @ column.basis
            for other, its_part in self.parts[:place]:
                crosstab = np.bincount(base + other.cell, v, cells * stride).reshape(cells, stride)
                hessian[part, its_part] = column.basis.T @ (crosstab[:, : len(other.basis)] @ other.basis)
        return hessian


def _inverse(lower: Floats) -> Floats:
    """Return the inverse of a lower triangular matrix, half by half, nearly all of it in products of matrices.

    NumPy has no solver for triangles, and inverting the Hessian itself takes several times as long.
    """
    half = len(lower) // 2
    if half < 32:
        return np.asarray(np.linalg.inv(lower), dtype=np.float64)
    inverse = np.zeros_like(lower)
    inverse[:half, :half] = top = _inverse(lower[:half, :half])
    inverse[half:, half:] = bottom = _inverse(lower[half:, half:])
    inverse[half:, :half] = -bottom @ (lower[half:, :half] @ top)
    return inverse


def _card(solver: _Solver, theta: Floats, y_true: Outcomes) -> Scorecard:
    """Return the scorecard of fitted parameters, without columns that say nothing."""
    columns = list[ScorecardColumn]()
    for column, part in solver.parts:
        woe = 0.0 - np.round(column.basis @ theta[part], _DECIMALS)
        if not woe.any():
            continue
        by_class = [np.bincount(column.cell, solver.weight * (y_true == label), len(woe)) for label in (0, 1)]
        iv = float((by_class[0] / by_class[0].sum() - by_class[1] / by_class[1].sum()) @ woe)
        bins, bin_of = _merged(column.bins, woe)
        share, rate = figures_by_bin(bin_of[column.cell], y_true, len(bins.woe))
        columns.append(ScorecardColumn(column.index, column.name, bins, -1.0, round(iv, 4), share, rate))
    return Scorecard(tuple(columns), float(f"{theta[0]:.10g}"))


def _merged(bins: Bins, woe: Floats) -> tuple[Bins, NDArray[np.intp]]:
    """Return bins with their WOE, neighbouring ones of a number that have the same as one, and where each cell went."""
    if isinstance(bins, CategoryBins):
        return CategoryBins(bins.groups, tuple(woe.tolist())), np.arange(len(woe))
    kept = np.ones(len(woe), dtype=np.bool_)
    kept[1 : len(bins.edges) + 1] = np.diff(woe[: len(bins.edges) + 1]) != 0
    edges = tuple(edge for edge, keep in zip(bins.edges, kept[1:], strict=False) if keep)
    return NumberBins(edges, bins.special, tuple(woe[kept].tolist())), np.cumsum(kept) - 1
