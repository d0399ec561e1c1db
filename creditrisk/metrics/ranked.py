"""Loans sorted once, and every figure of their order for any number of times that each loan counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked
from creditrisk.metrics.h_measure import h_of_masses

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Masses:
    """Weight of the loans by score, from the riskiest down: all that figures of the order depend on.

    A stair k is a stretch of scores that no default has, then one score that some default has. Beyond the last stair
    lie repaid loans alone, which move no figure except through `total_good`.

    Attributes
    ----------
    bad : array of shape (stairs,)
        Weight of the defaults at the score of the stair.
    good_before, good_down : arrays of shape (stairs,)
        Weight of the repaid loans above that score, and at it or above.
    bad_down : array of shape (stairs,)
        Weight of the defaults at that score or above.
    total_bad, total_good : float
        Weight of all defaults and of all repaid loans.
    """

    bad: Floats
    good_before: Floats
    good_down: Floats
    bad_down: Floats
    total_bad: float
    total_good: float

    @property
    def both(self) -> bool:
        """Whether any default and any repaid loan counts at all; without both, no figure exists."""
        return self.total_bad > 0.0 and self.total_good > 0.0

    def ks(self) -> float:
        """Return max |F₀ − F₁| over the scores, as `discrimination.ks` does."""
        above = self.bad_down / self.total_bad - self.good_down / self.total_good
        below = self.good_before / self.total_good - (self.bad_down - self.bad) / self.total_bad
        return max(float(above.max()), float(below.max()), 0.0)

    def h_measure(self, severity: float | None = None) -> float:
        """Return the H-measure, as `h_measure.h_measure` does: no corner of the hull lies within a stretch."""
        good = np.diff(self.good_down, prepend=0.0, append=self.total_good)
        return h_of_masses(np.append(self.bad, 0.0), np.maximum(good, 0.0), severity)

    def pr_auc(self) -> float:
        """Return average precision, as `precision.average_precision` does."""
        at = self.bad > 0.0
        bad, good, caught = self.bad[at], self.good_down[at], self.bad_down[at]
        # The complement is summed, so that a perfect order gives exactly 1.
        return 1.0 - float(np.sum(bad * (good / (good + caught)))) / self.total_bad

    def pr_gain(self) -> float:
        """Return the area under the precision–recall–gain curve (Flach and Kull 2015, NeurIPS 28:838–846).

        With x and u the shares of the repaid loans and of the defaults above a cut-off and π the default rate,
        precision gain is 1 − x / u and recall gain 1 − π (1 − u) / ((1 − π) u); the area lies over recall gains from 0
        (recall π) to 1. 1 is perfect, 0 what refusing all loans gets at every recall, below 0 worse. Both gains are
        linear in 1 / u within a group of equal scores, so that the trapezoids are exact.
        """
        odds = self.total_bad / self.total_good
        least = self.total_bad / (self.total_bad + self.total_good)
        high = self.bad_down / self.total_bad
        low = (self.bad_down - self.bad) / self.total_bad
        at = (high > least) & (self.bad > 0.0)
        high, low, before, down = high[at], low[at], self.good_before[at], self.good_down[at]
        start = np.maximum(low, least)
        x_high = down / self.total_good
        x_start = (before + (down - before) * ((start - low) / (high - low))) / self.total_good
        width = odds * (1.0 / start - 1.0 / high)
        return 1.0 - float(np.sum(width * (x_start / start + x_high / high))) / 2.0

    def capture(self, shares: Floats) -> Floats:
        """Return the shares of the defaults that are among the riskiest loans.

        `shares` are shares of the weight of all loans, from 0 to 1. Where a cut falls within a group of equal scores,
        the group's defaults are shared in proportion, which is what a choice by lot among them would get on average.
        """
        target = shares * (self.total_bad + self.total_good)
        before, down = self.good_before + self.bad_down - self.bad, self.good_down + self.bad_down
        last = len(down) - 1
        at = np.minimum(np.searchsorted(down, target), last)
        room = down[at] - before[at]
        part = np.divide(target - before[at], room, out=np.ones_like(target), where=room > 0.0)
        caught: Floats = (self.bad_down[at] - self.bad[at] * (1.0 - np.clip(part, 0.0, 1.0))) / self.total_bad
        return caught


@dataclass(frozen=True, eq=False)
class Ranked:
    """Loans in the order of their scores; `masses` counts them anew without sorting again.

    Attributes
    ----------
    order : array of shape (n_rows,), or None
        Loans from the riskiest score down, within a score first the repaid ones; None where they came in this order.
    weight : array of shape (n_rows,), or None
        Their weights, in that order; None where all are 1.
    cells : array of shape (n_rows,)
        Where each loan counts, in that order: three rows with a place for each stair (and one for what lies beyond the
        last), of repaid loans before its score, repaid loans at it, and defaults at it.
    stairs : int
        Number of scores that some default has.
    """

    order: NDArray[np.intp] | None
    weight: Floats | None
    cells: NDArray[np.intp]
    stairs: int

    def masses(self, counts: Floats) -> Masses:
        """Return the weights by score where each loan counts as often as `counts` says.

        Parameters
        ----------
        counts : array of shape (n_rows,)
            Numbers of 0 or more, in the order of the file.
        """
        mass = counts if self.order is None else counts[self.order]
        if self.weight is not None:
            mass = mass * self.weight
        table: Floats = np.bincount(self.cells, mass, 3 * (self.stairs + 1)).astype(np.float64, copy=False)
        before, tied, bad = table.reshape(3, -1)
        down = np.cumsum(before + tied)
        bad_down = np.cumsum(bad)
        return Masses(
            bad=bad[:-1],
            good_before=(down - tied)[:-1],
            good_down=down[:-1],
            bad_down=bad_down[:-1],
            total_bad=float(bad_down[-1]),
            total_good=float(down[-1]),
        )


def ranked(y_true: Outcomes, score: NDArray[np.floating], weight: Floats | None = None) -> Ranked:
    """Sort loans once for the figures of their order.

    Parameters
    ----------
    y_true, score, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), scores (any finite number, higher = riskier), loan weights (positive; 1 where None).

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`.

    Examples
    --------
    >>> masses = ranked(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])).masses(np.ones(4))
    >>> masses.ks(), round(masses.pr_auc(), 4), masses.capture(np.array([0.25])).tolist()
    (0.5, 0.8333, [0.5])
    """
    y, s, w = checked(y_true, score, weight)
    order = risk_order(y, s, w)
    y, s, w = y[order], s[order], w[order]
    # A difference of scores could overflow; a comparison cannot.
    rises = np.append(True, s[1:] < s[:-1])
    group = np.cumsum(rises) - 1
    holds_bad = np.bincount(group, y) > 0
    stair: NDArray[np.intp] = (np.cumsum(holds_bad) - holds_bad)[group]
    stairs = int(holds_bad.sum())
    kind = holds_bad[group].astype(np.intp) + (y == 1.0)
    in_order = bool((order == np.arange(len(order))).all())
    return Ranked(
        order=None if in_order else order,
        weight=None if weight is None else w,
        cells=kind * (stairs + 1) + stair,
        stairs=stairs,
    )


def risk_order(y_true: Floats, score: Floats, weight: Floats) -> NDArray[np.intp]:
    """Return the loans from the riskiest score down: the same for the same loans, whatever their order in the file."""
    return np.lexsort((weight, y_true, -score))
