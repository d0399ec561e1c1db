"""From PDs to log-odds and back. NumPy alone, since every scored loan passes here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: PDs of exactly 0 or 1 are moved this far inside before a logarithm is taken.
CLIP = 1e-15


def log_odds(pd: NDArray[np.floating]) -> Floats:
    """Return ln(pd / (1 − pd)), with PDs clipped to [1e-15, 1 − 1e-15].

    >>> log_odds(np.array([0.5, 0.2])).round(4).tolist()
    [0.0, -1.3863]
    """
    inside = np.clip(np.asarray(pd, dtype=np.float64), CLIP, 1 - CLIP)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def expit(z: NDArray[np.floating]) -> Floats:
    """Return the PD 1 / (1 + e^(−z)) of log-odds z, without overflow at either end.

    >>> expit(np.array([0.0, -800.0, 800.0])).tolist()
    [0.5, 0.0, 1.0]
    """
    small = np.exp(-np.abs(z))
    pd: Floats = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return pd
