"""A rate among loans with weights, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.estimate import Estimate, jeffreys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


def weighted_rate(hit: NDArray[Any], weight: Floats) -> Estimate:
    """Return the weighted share of the loans that are hit, with Jeffreys' interval; NaN where there are no loans.

    The interval is taken at the effective number of loans, (Σ w)² / Σ w² (Kish 1965).

    Parameters
    ----------
    hit : array of shape (n_rows,)
        1 or true for a hit.
    weight : array of shape (n_rows,)
        Positive loan weights.

    >>> weighted_rate(np.array([1, 0, 0, 0]), np.full(4, 2.0)).value
    0.25
    """
    if len(weight) == 0:
        return jeffreys(0, 0)
    effective = float(weight.sum() ** 2 / np.sum(weight**2))
    # A sum over the same loans, so that a share of 1 is exactly 1, which its interval asks for.
    return jeffreys(effective * float(np.sum(weight * hit) / weight.sum()), effective)
