"""The weights of a blend, by out-of-fold BCE, in log-odds.

    z = b + Σ w_m (z_m − b),   w_m ≥ 0,

with b the log-odds of the default rate of the loans that the models of a fold were fitted on. With all weights at 0
everybody gets the default rate, so a blend of models that say nothing says nothing; what the weights add up to is free,
since models of folds are a little too sure or too timid.

Weights are drawn to a centre, the best member alone or the plain mean, by a penalty κ/2 Σ (w_m − centre_m)² beside the
sum of the loans' BCE. Several κ are tried for both, from one that leaves the centre to one that leaves the weights
free, and judged by cross-fitting: the loans of a fold are judged with the weights of the others. So a blend that is not
better than its best member is not made: that member stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.odds import expit
from creditrisk.models.learner import steady_gain
from creditrisk.models.loss import bce_loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_STRENGTHS = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
#: The share by which the BCE rises without a member that is worth its time.
_LEAST_GAIN = 3e-4
#: Where no member deserves a weight the PDs are almost those of the default rate, but loans keep an order.
_KEPT_ANYWAY = 0.05
_ITERATIONS, _CLOSE = 200, 1e-12


@dataclass(frozen=True, eq=False)
class Judgements:
    """Out-of-fold log-odds of all members for the same loans.

    Attributes
    ----------
    z : array of shape (n_rows, n_members)
    base : array of shape (n_rows,)
        Log-odds of the default rate that each loan's fold was fitted on.
    y_true : array of shape (n_rows,)
    weight : array of shape (n_rows,) or None
        Loan weights.
    fold : array of shape (n_rows,)
        By which weights are cross-fitted. Judgements of one loan are in one fold, however often it was judged.
    """

    z: Floats
    base: Floats
    y_true: NDArray[np.int8]
    weight: Floats | None
    fold: NDArray[np.intp]

    def rows(self, chosen: NDArray[np.bool_]) -> Judgements:
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[chosen]
        return Judgements(self.z[chosen], self.base[chosen], self.y_true[chosen], weight, self.fold[chosen])

    def members(self, chosen: NDArray[np.intp]) -> Judgements:
        """Return some of the members."""
        return Judgements(self.z[:, chosen], self.base, self.y_true, self.weight, self.fold)

    def blended(self, weights: Floats) -> Floats:
        """Return b + Σ w_m (z_m − b), member by member, shape (n_rows,)."""
        z: Floats = self.base * (1.0 - float(weights.sum()))
        for column, weight in zip(self.z.T, weights, strict=True):
            z += weight * column
        return z

    def bce(self, z: Floats) -> float:
        """Return the mean BCE of log-odds of these rows."""
        return float(np.average(bce_loss(self.y_true, z), weights=self.weight))


@dataclass(frozen=True, eq=False)
class Pull:
    """To where weights are drawn, shape (n_members,), and how strongly: κ, +inf for the centre itself."""

    centre: Floats
    strength: float

    def on(self, kept: NDArray[np.intp]) -> Pull:
        """Return the pull on some of the members, to a centre of the same sum."""
        centre, whole = self.centre[kept], float(self.centre.sum())
        even = np.full(len(kept), whole / len(kept))
        return Pull(centre * whole / centre.sum() if centre.any() else even, self.strength)


@dataclass(frozen=True, eq=False)
class Blended:
    """What blending gave.

    Attributes
    ----------
    weights : array of shape (n_members,)
    log_odds : array of shape (n_rows,)
        Of the judged rows, each with weights that were fitted without its fold.
    """

    weights: Floats
    log_odds: Floats


def blend(judged: Judgements, *, walks: bool = False) -> Blended:
    """Return the weights of the members, and cross-fitted log-odds.

    Where folds walk forward in time, which member is best changes from fold to fold: the centre is then the plain mean
    of all that are not steadily worse than the best one, and weights leave it only for a steady gain.

    Raises
    ------
    ValueError
        When all judgements are in one fold.
    """
    if len(np.unique(judged.fold)) < 2:
        raise ValueError("weights are cross-fitted: judgements must be in two folds at least.")
    if walks:
        return _hedged(judged)
    members = judged.z.shape[1]
    best = np.eye(members)[int(np.argmin([judged.bce(column) for column in judged.z.T]))]
    mean = np.full(members, 1.0 / members)
    # Where two do equally well the first is taken: the best member alone.
    pulls = [Pull(centre, strength) for centre in (best, mean) for strength in (np.inf, *_STRENGTHS)]
    pull = min(pulls, key=lambda each: judged.bce(_cross_fitted(judged, each)))
    weights = _without_little(judged, pull)
    kept = np.flatnonzero(weights)
    return Blended(weights, _cross_fitted(judged.members(kept), pull.on(kept)))


def _hedged(judged: Judgements) -> Blended:
    """Return the weights of members that are judged by later loans."""
    losses = np.column_stack([bce_loss(judged.y_true, column) for column in judged.z.T])
    best = int(np.argmin(np.average(losses, axis=0, weights=judged.weight)))
    worse = [_is_steady(judged, column - losses[:, best]) for column in losses.T]
    centre = ~np.array(worse) / (len(worse) - sum(worse))
    chosen, z = Pull(centre, np.inf), judged.blended(centre)
    for strength in _STRENGTHS:
        other = _cross_fitted(judged, Pull(centre, strength))
        if _is_steady(judged, bce_loss(judged.y_true, z) - bce_loss(judged.y_true, other)):
            chosen, z = Pull(centre, strength), other
    weights = blend_weights(judged, chosen)
    if not weights.any():
        weights[best] = _KEPT_ANYWAY
    kept = np.flatnonzero(weights)
    return Blended(weights, _cross_fitted(judged.members(kept), chosen.on(kept)))


def _is_steady(judged: Judgements, gain: Floats) -> bool:
    """Whether a gain by loan is above one standard error of what folds differ by."""
    value, error = steady_gain(gain, judged.weight, judged.fold)
    return value > error


def _without_little(judged: Judgements, pull: Pull) -> Floats:
    """Return the weights without the members that bring next to nothing: each costs time at every scoring."""
    weights = blend_weights(judged, pull)
    if not weights.any():
        weights[int(np.argmin([judged.bce(column) for column in judged.z.T]))] = _KEPT_ANYWAY
    kept, allowed = np.flatnonzero(weights), judged.bce(judged.blended(weights)) * (1 + _LEAST_GAIN)
    while len(kept) > 1:
        fewer = kept[kept != kept[np.argmin(weights[kept])]]
        without = np.zeros(len(weights))
        without[fewer] = blend_weights(judged.members(fewer), pull.on(fewer))
        if not without.any() or judged.bce(judged.blended(without)) > allowed:
            break
        kept, weights = np.flatnonzero(without), without
    return weights


def _cross_fitted(judged: Judgements, pull: Pull) -> Floats:
    z = np.empty(len(judged.y_true))
    for number in np.unique(judged.fold):
        inside = judged.fold == number
        z[inside] = judged.rows(inside).blended(blend_weights(judged.rows(~inside), pull))
    return z


def blend_weights(judged: Judgements, pull: Pull) -> Floats:
    """Return the weights w ≥ 0 that minimise Σ BCE + κ/2 Σ (w − centre)², shape (n_members,).

    Newton's method on the weights that are not held at 0 (Bertsekas 1982, doi:10.1137/0320018), with halved steps.

    >>> z = np.array([[-1.0, 5.0], [1.0, 5.0], [-1.0, 5.0], [1.0, 5.0]])
    >>> judged = Judgements(z, np.zeros(4), np.array([0, 1, 1, 1], dtype=np.int8), None, np.arange(4))
    >>> blend_weights(judged, Pull(np.array([0.5, 0.5]), 1e9)).round(3).tolist()
    [0.5, 0.5]
    """
    members, centre = judged.z.shape[1], pull.centre
    if pull.strength == np.inf:
        return centre.copy()
    deviation = judged.z - judged.base[:, None]
    loans = np.ones(len(judged.base)) if judged.weight is None else judged.weight / judged.weight.mean()
    weights = centre.copy()

    def objective(w: Floats) -> float:
        loss = loans @ bce_loss(judged.y_true, judged.base + deviation @ w)
        return float(loss + pull.strength / 2 * np.sum((w - centre) ** 2))

    value = objective(weights)
    for _ in range(_ITERATIONS):
        p = expit(judged.base + deviation @ weights)
        gradient = deviation.T @ (loans * (p - judged.y_true)) + pull.strength * (weights - centre)
        curvature = (deviation * (loans * p * (1 - p))[:, None]).T @ deviation + pull.strength * np.eye(members)
        free = (weights > 0) | (gradient < 0)
        step = np.zeros(members)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        size, better = 1.0, weights
        for _ in range(40):
            better = np.maximum(weights - size * step, 0.0)
            if objective(better) < value:
                break
            size /= 2
        change = value - objective(better)
        if not change > _CLOSE * abs(value):
            break
        weights, value = better, value - change
    return np.array([float(f"{weight:.8g}") for weight in weights])
