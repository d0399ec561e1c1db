"""Several tests at once: p-values that keep the chance of any false alarm at its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.metrics.arrays import Floats


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Return p-values adjusted for their number by Holm's step-down method.

    The j-th smallest of m becomes max over i ≤ j of (m − i + 1) p₍ᵢ₎, at most 1. Rejecting what is below α then gives
    any false rejection at all in at most a share α of samples, however the tests depend on each other (Holm 1979,
    Scandinavian Journal of Statistics 6:65–70). The first step compares the smallest p-value with α / m.

    Parameters
    ----------
    p_values : array of shape (n_tests,)
        Values from 0 to 1. NaN is a test that could not be made: it stays NaN and counts for nothing.

    Raises
    ------
    ValueError
        When there is more than one dimension, or a value is outside [0, 1].

    Examples
    --------
    >>> [round(float(p), 2) for p in holm([0.01, 0.04, 0.03, float("nan")])]
    [0.03, 0.06, 0.06, nan]
    """
    given = np.asarray(p_values, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"p_values must have shape (n_tests,), got {given.shape}.")
    made = np.flatnonzero(~np.isnan(given))
    if ((given[made] < 0) | (given[made] > 1)).any():
        raise ValueError("p_values must be between 0 and 1.")
    order = made[np.argsort(given[made], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(given), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
