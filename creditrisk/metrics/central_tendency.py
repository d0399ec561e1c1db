"""The shift of log-odds that gives loans a mean PD that is known from elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.odds import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_HALVINGS = 200


def shift_to_rate(z: NDArray[np.floating], rate: float, weight: Floats | None = None) -> float:
    """Return the one number a for which the weighted mean of expit(z + a) is `rate`.

    The mean rises with a, so a is found by halving between two numbers of which one is too low and one too high: the
    logit of the rate less the greatest z, and less the least.

    Parameters
    ----------
    z, weight : arrays of shape (n_rows,)
        Log-odds of default (finite), loan weights (positive; 1 where None).
    rate : float
        The mean PD that is wanted, above 0 and below 1.

    Raises
    ------
    ValueError
        When there are no loans, z is not finite, or the rate is not between 0 and 1.

    Examples
    --------
    >>> z = np.array([-3.0, -2.0, -1.0])
    >>> a = shift_to_rate(z, 0.05)
    >>> round(float(np.mean(expit(z + a))), 12)
    0.05
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"rate must be between 0 and 1, got {rate}.")
    if len(z) == 0 or not np.isfinite(z).all():
        raise ValueError("z must hold finite log-odds.")
    wanted = math.log(rate / (1.0 - rate))
    low, high = wanted - float(z.max()), wanted - float(z.min())
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2.0
        if not low < middle < high:
            break
        if float(np.average(expit(z + middle), weights=weight)) < rate:
            low = middle
        else:
            high = middle
    return low + (high - low) / 2.0
