"""Isotonic regression of defaults on a score, and the calibration curve on log-odds that is made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked
from creditrisk.metrics.calibration import fit_intercept
from creditrisk.metrics.odds import log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Log-odds beyond this mean a PD of 0 or 1 long since; within it no sum or difference overflows.
_FURTHEST = 1e100
#: A curve of more knots follows nothing but noise, and a model file must stay small.
_MOST_KNOTS = 200
#: What a block must add to twice the log-likelihood to stay a block of its own (Akaike 1974's price of a parameter).
_PRICE = 2.0


class Blocks(NamedTuple):
    """The steps of an isotonic fit from the lowest x up: each block's mean x, mean y and weight, of shape (blocks,)."""

    x: Floats
    y: Floats
    weight: Floats


@dataclass(frozen=True)
class IsotonicCurve:
    """A calibration curve: at log-odds `knots` (increasing) the calibrated log-odds are `values` (not decreasing)."""

    knots: tuple[float, ...]
    values: tuple[float, ...]


def pav(x: NDArray[np.floating], y: Outcomes, weight: Floats | None = None) -> Blocks:
    """Return the isotonic fit of y on x by pooling adjacent violators: the non-decreasing step function of least error.

    No other non-decreasing function of x has a smaller squared error, nor a smaller cross-entropy (Ayer et al. 1955,
    doi:10.1214/aoms/1177728423). Loans of equal x are pooled first. A block's y is its default rate, so the fit expects
    as many defaults as there were.

    Parameters
    ----------
    x, y, weight : arrays of shape (n_rows,)
        Scores (finite), outcomes (1 = default, both present), loan weights (positive; 1 where None).

    Returns
    -------
    Blocks
        Of strictly increasing x and strictly increasing y between 0 and 1.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`.

    Examples
    --------
    >>> blocks = pav(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([0, 1, 0, 1, 1]))
    >>> blocks.x.tolist(), blocks.y.tolist(), blocks.weight.tolist()
    ([1.0, 2.5, 4.5], [0.0, 0.5, 1.0], [1.0, 2.0, 2.0])
    """
    # Imported here: a curve is fitted once, but applied wherever loans are scored, and there SciPy is too slow to load.
    from scipy.optimize import isotonic_regression

    y, x, w = checked(y, x, weight)
    distinct, group = np.unique(x, return_inverse=True)
    mass, bad = np.bincount(group, w), np.bincount(group, w * y)
    starts = isotonic_regression(bad / mass, weights=mass).blocks[:-1]
    total = np.add.reduceat(mass, starts)
    ends = np.append(starts[1:], len(distinct)) - 1
    # Rounding must not carry a mean out of its block, or two knots of a curve could change places.
    mean = np.clip(np.add.reduceat(mass * distinct, starts) / total, distinct[starts], distinct[ends])
    return Blocks(mean, np.add.reduceat(bad, starts) / total, total)


def isotonic_log_odds(y_true: Outcomes, z: NDArray[np.floating], weight: Floats | None = None) -> IsotonicCurve:
    """Return a monotone calibration curve of log-odds, fitted on loans that the model has not seen.

    Four steps from isotonic regression (`pav`) to a curve that can be trusted beyond these loans:

    1. Half a default is added at the lowest z and half a repaid loan at the highest, so that no block's rate is 0 or 1.
       Small blocks at the ends join their neighbours by it.
    2. While two adjacent blocks differ by a likelihood-ratio statistic below 2 (Akaike's price of a parameter), the two
       most alike are merged; and so on down to 200 blocks (a reduced monotonic regression, as of Schell and Singh
       1997, JASA 92:128–135, with another price).
    3. Each block becomes one knot at its mean z, with straight lines between, so that no two loans are tied that the
       model told apart (centred isotonic regression: Oron and Flournoy 2017, doi:10.1080/19466315.2017.1286256).
    4. All values are shifted by one number so that the mean PD of these loans is their default rate.

    Parameters
    ----------
    y_true, z, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), log-odds of default (finite), loan weights (positive; 1 where None). Weights are
        divided by Σ w² / Σ w, so that they add up to the effective number of loans (Kish 1965).

    Returns
    -------
    IsotonicCurve
        1 to 200 knots, to be used by `apply_curve`.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`.

    Notes
    -----
    Why blocks are merged: measured on simulated loans (1,000, 5,000 and 20,000 defaults, default rates of 6 and 28 %,
    log-odds that are right, too flat, too steep, kinked, saturated or stretched at the ends), the cross-entropy of new
    loans was above that of their true PDs by, on average in 10⁻⁵ nats, 2644 without calibration, 193 with a straight
    line on log-odds (Platt), 136 with the steps of isotonic regression, 54 without step 2, 53 and 47 where step 2 only
    merged blocks below 20 loans, or below 10 defaults or 10 repaid loans, and 38 with this curve (39 and 40 at prices
    of 1 and 4). Where nothing is wrong but intercept and slope, the straight line costs 0.2 to 45 and this curve 2 to
    134: with few defaults, take the line.

    Step 4 makes the mean PD right to rounding. Without it, the log-odds would be off by 0.004 at most in these
    simulations with 20,000 defaults, by 0.014 with 5,000, 0.036 with 1,000 and 0.22 with 200.

    Examples
    --------
    >>> z, y = np.repeat([-2.0, 0.0], 100), np.repeat([0, 1, 0, 1], [90, 10, 60, 40])
    >>> curve = isotonic_log_odds(y, z)
    >>> curve.knots, [round(value, 2) for value in curve.values]
    ((-2.0, 0.0), [-2.16, -0.42])
    """
    y, z, w = checked(y_true, z, weight)
    z = np.clip(z, -_FURTHEST, _FURTHEST)
    w = w / w.max()
    w = w * float(w.sum() / np.sum(w**2))
    blocks = _merged(pav(np.append(z, [z.min(), z.max()]), np.append(y, [1.0, 0.0]), np.append(w, [0.5, 0.5])))
    values = log_odds(blocks.y)
    shift, _ = fit_intercept(y, apply_curve(z, blocks.x.tolist(), values.tolist()), w)
    if math.isfinite(shift):
        values = values + shift
    return IsotonicCurve(tuple(blocks.x.tolist()), tuple(values.tolist()))


def _merged(blocks: Blocks) -> Blocks:
    """Merge the two most alike of the adjacent blocks until every block earns its place."""
    x, y, w = (values.copy() for values in blocks)
    while len(y) > 1:
        gain = _gains(y, w)
        at = int(np.argmin(gain))
        if gain[at] >= _PRICE and len(y) <= _MOST_KNOTS:
            break
        pair = slice(at, at + 2)
        x[at], y[at] = np.average(x[pair], weights=w[pair]), np.average(y[pair], weights=w[pair])
        w[at] += w[at + 1]
        x, y, w = (np.delete(values, at + 1) for values in (x, y, w))
    return Blocks(x, y, w)


def _gains(y: Floats, weight: Floats) -> Floats:
    """Return twice the log-likelihood that every two adjacent blocks would lose by sharing one rate."""
    shared = (weight[:-1] * y[:-1] + weight[1:] * y[1:]) / (weight[:-1] + weight[1:])
    gain = np.zeros(len(shared))
    for rate, n in ((y[:-1], weight[:-1]), (y[1:], weight[1:])):
        gain += 2 * n * (rate * np.log(rate / shared) + (1 - rate) * np.log((1 - rate) / (1 - shared)))
    return gain


def apply_curve(z: NDArray[np.floating], knots: Sequence[float], values: Sequence[float]) -> Floats:
    """Return the calibrated log-odds of log-odds z: straight lines between the knots, of slope 1 beyond them.

    Beyond the knots the model's own order and distances are kept. Every loan is computed on its own by the same
    operations, so that its value does not depend on the loans beside it; a higher z never gets a lower value.

    Parameters
    ----------
    z : array of any shape
        Log-odds; beyond ±1e100 they count as ±1e100. NaN stays NaN.
    knots, values : sequences of the same length, 1 or more
        Increasing knots and non-decreasing values, all finite, as in `IsotonicCurve`.

    Returns
    -------
    array of the shape of z
        Finite wherever z is a number.

    Examples
    --------
    >>> apply_curve(np.array([-5.0, -2.0, -1.0, 0.0, 3.0]), (-2.0, 0.0), (-3.0, -1.0)).tolist()
    [-6.0, -3.0, -2.0, -1.0, 2.0]
    """
    at, to = np.asarray(knots, dtype=np.float64), np.asarray(values, dtype=np.float64)
    z = np.clip(np.asarray(z, dtype=np.float64), -_FURTHEST, _FURTHEST)
    inside = np.clip(z, at[0], at[-1])
    if len(at) == 1:
        single: Floats = to[0] + (z - inside)
        return single
    left = np.clip(np.searchsorted(at, inside, side="right") - 1, 0, len(at) - 2)
    low, high = to[left], to[left + 1]
    part = (inside - at[left]) / (at[left + 1] - at[left])
    # Rounding must not carry a loan beyond the next knot's value, or two loans could change places.
    calibrated: Floats = np.minimum(low + part * (high - low), high) + (z - inside)
    return calibrated
