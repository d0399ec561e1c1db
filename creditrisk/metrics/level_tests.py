"""Whether the level of the PDs is off by the same factor in every group of loans, and whether it moves over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import alike_variance, likeness, shared
from creditrisk.metrics.estimate import NO_ESTIMATE, Estimate, Z

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: With fewer expected defaults, or expected repaid loans, a group's number of defaults is far from normal.
FEWEST_EXPECTED = 5.0
_NEWTON_STEPS = 100
#: Beyond this two groups hold the same borrowers and tell the same.
_MOST_CONDITION = 1e12


@dataclass(frozen=True)
class Heterogeneity:
    """A test of one common observed over expected; all NaN and `df` 0 where fewer than two groups are large enough."""

    statistic: float
    df: int
    p_value: float


@dataclass(frozen=True)
class Trend:
    """A test of no trend of observed over expected.

    Attributes
    ----------
    factor : Estimate
        What observed over expected is multiplied by when the position rises by 1; 1 is no trend.
    z, p_value : float
        The score test of no trend, positive where it rises, and its two-sided p-value.
    """

    factor: Estimate
    z: float
    p_value: float


def heterogeneity(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    group: NDArray[np.integer[Any]],
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Heterogeneity:
    """Test whether observed over expected is the same number in every group of loans, whatever that number is.

    The statistic is the least Σ_g (O_g − c E_g)² / V_g over c, with O_g = Σ w y, E_g = Σ w pd and
    V_g = Σ w² q (1 − q), where q is the PD times the observed over expected of all loans. It follows χ² with one degree
    of freedom less than there are groups (minimum χ², Neyman 1949).

    Loans are taken as independent, or with `by` borrowers are. The statistic is then the least (O − c E)ᵀ V⁻¹ (O − c E)
    with the covariances V_gh = (1 − ρ) V_g [g = h] + ρ Σ_b S_bg S_bh, where S_bg is the sum of w √(q (1 − q)) over a
    borrower's loans in a group, and ρ is how alike the errors y − q of a borrower's loans are (`borrowers.likeness`).
    One ρ of all loans is steadier than covariances taken from the few defaults of each group.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    group : array of shape (n_rows,)
        Whole numbers from 0. Groups in which fewer than 5 defaults or fewer than 5 repaid loans are expected count as
        one, which is left out if it is too small still. With borrowers the numbers are those of as many independent
        loans as have the same relative variance.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or the group has another shape.

    Examples
    --------
    >>> y, group = np.resize([0, 0, 0, 1], 400), np.repeat([0, 1], 200)
    >>> heterogeneity(y, np.full(400, 0.1), group).statistic
    0.0
    >>> round(heterogeneity(y, np.where(group, 0.2, 0.3), group).p_value, 4)
    0.0192
    """
    y, p, w = checked_pd(y_true, pd, weight)
    if np.shape(group) != y.shape:
        raise ValueError(f"group must have the shape {y.shape}, got {np.shape(group)}.")
    expected_of_all = float(np.sum(w * p))
    if expected_of_all == 0.0:
        return Heterogeneity(math.nan, 0, math.nan)
    q = np.minimum(p * float(np.sum(w * y)) / expected_of_all, 1.0)
    member = np.asarray(group, dtype=np.intp)
    covariance = _covariance(y - q, q, w, member, shared(by, len(y)))
    plain = np.bincount(member, w**2 * q * (1 - q))
    cell_of = _large_cells(q, member, np.diag(covariance) / np.where(plain > 0.0, plain, 1.0))
    count = int(cell_of.max(initial=-1)) + 1
    if count < 2:
        return Heterogeneity(math.nan, 0, math.nan)
    into = (cell_of[:, None] == np.arange(count)).astype(np.float64)
    observed, expected = (np.bincount(member, mass) @ into for mass in (w * y, w * p))
    statistic = _least_distance(observed, expected, into.T @ covariance @ into)
    # Imported here: scoring passes by this room, and SciPy takes longer to import than a loan to score.
    from scipy.special import chdtrc

    if math.isnan(statistic):
        return Heterogeneity(math.nan, 0, math.nan)
    return Heterogeneity(statistic, count - 1, float(chdtrc(count - 1, statistic)))


def _covariance(error: Floats, q: Floats, w: Floats, group: NDArray[np.intp], by: NDArray[np.intp] | None) -> Floats:
    """Return the covariances of the groups' defaults, of shape (groups, groups)."""
    plain: Floats = np.diag(np.bincount(group, w**2 * q * (1 - q))).astype(np.float64)
    rho = 0.0 if by is None else likeness(error, w, by)
    if by is None or rho == 0.0:
        return plain
    from scipy.sparse import csr_array

    sums = csr_array((w * np.sqrt(q * (1 - q)), (by, group)), shape=(int(by.max()) + 1, len(plain)))
    alike: Floats = (1.0 - rho) * plain + rho * (sums.T @ sums).toarray()
    return alike


def _least_distance(observed: Floats, expected: Floats, covariance: Floats) -> float:
    """Return the least (O − c E)ᵀ V⁻¹ (O − c E) over c; NaN where two cells cannot be told apart."""
    if np.linalg.cond(covariance) > _MOST_CONDITION:
        return math.nan
    of_observed, of_expected = np.linalg.solve(covariance, np.column_stack([observed, expected])).T
    common = float(expected @ of_observed / (expected @ of_expected))
    return float((observed - common * expected) @ (of_observed - common * of_expected))


def _large_cells(q: Floats, group: NDArray[np.intp], effect: Floats) -> NDArray[np.intp]:
    """Return the cell of each group, from 0 on: its own, or the one of all small groups; −1 is left out."""
    groups = int(group.max()) + 1
    # Loans that are so much alike are worth the fewer; without borrowers the effect is exactly 1.
    worth = np.maximum(effect, 1.0)
    expected = np.bincount(group, q, minlength=groups) / worth
    repaid = np.bincount(group, 1 - q, minlength=groups) / worth
    large = (expected >= FEWEST_EXPECTED) & (repaid >= FEWEST_EXPECTED)
    cell_of = np.where(large, np.cumsum(large) - 1, -1)
    if min(expected[~large].sum(), repaid[~large].sum()) >= FEWEST_EXPECTED:
        cell_of[~large] = large.sum()
    cells: NDArray[np.intp] = cell_of
    return cells


def trend(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    position: Floats,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Trend:
    """Test whether observed over expected rises or falls with a position, such as the number of the month.

    The statistic is U / √V with U = Σ w (y − q)(x − x̄), V = Σ w² q (1 − q)(x − x̄)², where q is the PD times the
    observed over expected of all loans and x̄ the mean of x weighted by w q: the score test of b = 0 in
    E y = pd e^(a + b x). With the same PD for every loan it is the trend test of Cochran (1954, doi:10.2307/3001616)
    and Armitage (1955, doi:10.2307/3001775) of the default rate. `factor` is e^b by maximum Poisson likelihood, its
    interval by the sandwich with binomial variances. Loans are taken as independent, or with `by` borrowers are: V and
    the sandwich then take the errors of a borrower's loans as alike by ρ, as `heterogeneity` does.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    position : array of shape (n_rows,)
        Finite; few distinct values.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or a position is not finite or the positions have another shape.

    Examples
    --------
    >>> y, year = np.resize([0, 0, 0, 1], 400), np.repeat([0.0, 1.0], 200)
    >>> doubled = trend(y, np.where(year == 1, 0.1, 0.2), year)
    >>> round(doubled.factor.value, 6), round(doubled.p_value, 4)
    (2.0, 0.0001)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    x = np.asarray(position, dtype=np.float64)
    if x.shape != y.shape or not np.isfinite(x).all():
        raise ValueError(f"position must be finite and of the shape {y.shape}, got {x.shape}.")
    expected = float(np.sum(w * p))
    if expected == 0.0 or np.ptp(x) == 0.0:
        return Trend(NO_ESTIMATE, math.nan, math.nan)
    q = np.minimum(p * float(np.sum(w * y)) / expected, 1.0)
    from_mean = x - float(np.average(x, weights=w * q))
    owner = shared(by, len(y))
    rho = 0.0 if owner is None else likeness(y - q, w, owner)
    variance = _variance(w * from_mean, q, owner, rho)
    if variance == 0.0:
        return Trend(NO_ESTIMATE, math.nan, math.nan)
    z = float(np.sum(w * (y - q) * from_mean)) / math.sqrt(variance)
    return Trend(
        _factor(y, p, x, w, lambda factor, at: _variance(factor, at, owner, rho)), z, math.erfc(abs(z) / math.sqrt(2.0))
    )


def _variance(pull: Floats, q: Floats, by: NDArray[np.intp] | None, rho: float) -> float:
    """Return the variance of Σ pull · y where the PDs are q and the loans of a borrower are alike by ρ."""
    if by is None or rho == 0.0:
        return float(np.sum(pull**2 * q * (1 - q)))
    return alike_variance(pull * np.sqrt(q * (1 - q)), by, rho)


def _factor(y: Floats, p: Floats, x: Floats, w: Floats, variance: Callable[[Floats, Floats], float]) -> Estimate:
    """Return e^b of E y = pd e^(a + b x) by Newton's method on sums by position; NaN where it is 0 or infinite."""
    values, cell = np.unique(x, return_inverse=True)
    observed, expected = np.bincount(cell, w * y), np.bincount(cell, w * p)
    spread = float(np.ptp(values))
    scaled = (values - values[0]) / spread
    slope = 0.0
    for _ in range(_NEWTON_STEPS):
        # Given the slope the level is known: as many defaults are expected as were observed.
        mu = expected * np.exp(slope * (scaled - scaled.mean()))
        mu *= observed.sum() / mu.sum()
        from_mean = scaled - float(np.average(scaled, weights=mu))
        information = float(np.sum(mu * from_mean**2))
        if information <= 1e-9 * float(mu.sum()):
            return NO_ESTIMATE
        step = float(np.clip(np.sum((observed - mu) * from_mean) / information, -1.0, 1.0))
        slope += step
        if abs(step) < 1e-10:
            q = np.minimum(p * (mu / np.where(expected > 0, expected, 1.0))[cell], 1.0)
            meat = variance(w * from_mean[cell], q)
            se = math.sqrt(meat) / information / spread
            b = slope / spread
            return Estimate(math.exp(b), math.exp(b - Z * se), math.exp(b + Z * se), math.exp(b) * se)
    return NO_ESTIMATE
