"""The expected calibration error, beside what it would be if every PD were right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import first_come, shared
from creditrisk.metrics.gains import risk_bands
from creditrisk.metrics.right_pds import right_pds

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The largest Lyapunov ratio at which a bin's defaults are drawn from the normal distribution, see `_null_misses`.
_NEARLY_NORMAL = 1 / 30


@dataclass(frozen=True)
class CalibrationError:
    """An expected calibration error, and its distribution where every PD is right.

    Attributes
    ----------
    value : float
        The error, from 0 to 1, in units of PD.
    expected, highest : float
        Its mean and its 95 % quantile over simulated outcomes of loans whose PDs are right.
    p_value : float
        (1 + simulations with at least this error) / (1 + simulations): small where the PDs are wrong.
    """

    value: float
    expected: float
    highest: float
    p_value: float


def expected_calibration_error(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    bins: int = 10,
    draws: int = 200,
    seed: int = 0,
    *,
    by: NDArray[np.intp] | None = None,
) -> CalibrationError:
    """Return the mean distance of default rate and PD over bins of equal weight, with its values under right PDs.

    ECE = Σ_b (w_b / w) |ȳ_b − p̄_b| over the bands of the gains table, which never split equal PDs (Naeini, Cooper and
    Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602). Chance alone keeps it above 0, so it means nothing without
    `expected` and `highest`: the outcomes are drawn again as y* ~ Bernoulli(pd), each loan on its own, or with `by` as
    alike within a borrower as the outcomes are (`metrics.right_pds`).

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    bins, draws : int
        Number of bins (fewer where many loans share a PD) and of simulations; 1 or more.
    seed : int
        Seed of the simulations; the same loans in another order give the same figures to the last bit, but for
        borrowers who have loans that are the same.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or bins or draws is below 1.

    Notes
    -----
    The figure depends on the binning. Errors of opposite sign cancel within a bin, so that few bins see less of them,
    while many bins see more chance: 20,000 loans with right PDs (mean 8 %) have an expected error of 0.0030 in 5 bins,
    0.0042 in 10, 0.0059 in 20 and 0.0133 in 100. Compare errors only at the same number of bins, and of loans.

    A weight stands for one loan that counts for many: 3 loans of weight 1 are less uncertain than 1 of weight 3, so
    that writing weights out as rows keeps `value` and lowers `expected`.

    Examples
    --------
    >>> y, pd = np.array([0, 0, 0, 1] * 250), np.array([0.25, 0.25, 0.25, 0.35] * 250)
    >>> error = expected_calibration_error(y, pd)
    >>> round(error.value, 4), error.expected < error.value, round(error.p_value, 3)
    (0.35, True, 0.005)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    for name, number in (("bins", bins), ("draws", draws)):
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, got {number}.")
    w = w / w.max()
    # One order for the same loans, whatever the order of the file: every sum and every draw follows it.
    order = np.lexsort((y, w, p))
    y, p, w = y[order] == 1.0, p[order], w[order]
    right = right_pds(y.astype(np.float64), p, w, first_come(shared(by, len(p)), order))
    # The bins are those of the gains table, or one report would hold two kinds of tenths.
    band = risk_bands(p, w, bins)
    edges = [0, *(np.flatnonzero(np.diff(band)) + 1).tolist(), len(band)]
    rng = np.random.default_rng(seed)
    parts = [slice(start, stop) for start, stop in pairwise(edges)]
    value = sum(abs(_miss(y[at], p[at], w[at])) for at in parts)
    if right.by is None:
        null = np.sum([np.abs(_null_misses(p[at], w[at], draws, rng)) for at in parts], axis=0)
    else:
        drawn = (right.drawn(rng) for _ in range(draws))
        null = np.array([sum(abs(_miss(bad[at], p[at], w[at])) for at in parts) for bad in drawn])
    return _compared(value / float(w.sum()), null / float(w.sum()))


def _compared(value: float, null: Floats) -> CalibrationError:
    as_large = int(np.sum(null >= value))
    return CalibrationError(value, float(null.mean()), float(np.quantile(null, 0.95)), (1 + as_large) / (1 + len(null)))


def _miss(defaulted: NDArray[np.bool_], pd: Floats, weight: Floats) -> float:
    """Return the weight of a bin's defaults less the expected weight."""
    return float(np.sum(weight[defaulted]) - np.sum(weight * pd))


def _null_misses(pd: Floats, weight: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return what `_miss` would be in `draws` simulations with right PDs.

    It is a sum of independent terms w (y* − p), whose variances are w² p (1 − p). Where Lyapunov's ratio
    L = Σ E|term|³ / variance^1.5 is small the sum is all but normal: its distribution function is never further than
    0.56 L from the normal one (Shevtsova 2010, Doklady Mathematics 82:862–864). At L = 1/30, which 450 to 900 expected
    defaults of equal weight reach, that bound is 0.019 and the true distance 0.009 to 0.013, nearly all of it from
    defaults coming in whole numbers; the mean distance from 0 is right to 0.03 %. A mean of 200 draws is not: to 1.6 %.
    Every other bin is simulated loan by loan, which is exact and takes some 8 nanoseconds a loan and draw.
    """
    variance = float(np.sum(weight**2 * pd * (1 - pd)))
    third = float(np.sum(weight**3 * pd * (1 - pd) * (pd**2 + (1 - pd) ** 2)))
    if variance > 0.0 and third <= _NEARLY_NORMAL * variance**1.5:
        return rng.normal(0.0, math.sqrt(variance), draws)
    uniform = np.empty_like(pd)
    return np.array([_miss(rng.random(out=uniform) < pd, pd, weight) for _ in range(draws)])
