"""The gains table: loans in bands from the riskiest to the safest, and how many defaults each holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class GainsRow:
    """One band of the gains table; shares are between 0 and 1, cumulated from the riskiest band on."""

    band: int
    loans: int
    defaults: int
    default_rate: Estimate
    mean_pd: float
    lowest_pd: float
    highest_pd: float
    cumulative_defaults: float
    cumulative_repaid: float
    lift: float
    cumulative_lift: float


def gains_table(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    bands: int = 10,
    *,
    by: NDArray[np.intp] | None = None,
) -> tuple[GainsRow, ...]:
    """Return up to `bands` bands of equal weight by descending PD; equal PDs are never split.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights.
    bands : int
        Number of bands; fewer come back where many loans share a PD.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Notes
    -----
    A loan is in band ⌊bands × m⌋ + 1, where m is the share of weight at its PD or above it, counted to the middle of
    its group of equal PDs. Lift is the band's default rate over the default rate of all loans. The intervals of the
    default rates are Jeffreys', at the effective number of loans (`rates.weighted_rate`).
    """
    y, p, w = checked_pd(y_true, pd, weight)
    if bands < 1:
        raise ValueError(f"bands must be 1 or more, got {bands}.")
    by = shared(by, len(y))
    band = risk_bands(p, w, bands)
    bad_mass, good_mass, mass = np.sum(w * y), np.sum(w * (1 - y)), np.sum(w)
    overall = float(bad_mass / mass)
    rows = []
    for number, index in enumerate(np.unique(band), start=1):
        member, so_far = band == index, band <= index
        wm, ym, pm = w[member], y[member], p[member]
        rate = weighted_rate(ym, wm, by=None if by is None else by[member])
        captured = float(np.sum(w[so_far] * y[so_far]) / bad_mass)
        rows.append(
            GainsRow(
                band=number,
                loans=len(pm),
                defaults=int(ym.sum()),
                default_rate=rate,
                mean_pd=float(np.average(pm, weights=wm)),
                lowest_pd=float(pm.min()),
                highest_pd=float(pm.max()),
                cumulative_defaults=captured,
                cumulative_repaid=float(np.sum(w[so_far] * (1 - y[so_far])) / good_mass),
                lift=rate.value / overall,
                cumulative_lift=captured / float(np.sum(w[so_far]) / mass),
            )
        )
    return tuple(rows)


def risk_bands(pd: Floats, weight: Floats, bands: int) -> NDArray[np.intp]:
    """Return the band of each loan, from 0, the riskiest, to at most bands − 1; equal PDs share a band."""
    values, group = np.unique(-pd, return_inverse=True)
    mass = np.bincount(group, weight, minlength=len(values))
    middle = (np.cumsum(mass) - 0.5 * mass) / mass.sum()
    band: NDArray[np.intp] = np.minimum((middle * bands).astype(np.intp), bands - 1)[group]
    return band
