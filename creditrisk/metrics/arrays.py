"""The array types of the metrics, and the one check of their arguments."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Outcomes: TypeAlias = NDArray[Any]


def sums_before(values: Floats) -> Floats:
    """Return the sum of the values before each position and, last, of all, of shape (n_rows + 1,).

    >>> sums_before(np.array([1.0, 2.0, 4.0])).tolist()
    [0.0, 1.0, 3.0, 7.0]
    """
    return np.concatenate([np.zeros(1), np.cumsum(values)])


def checked_pd(y_true: Outcomes, pd: NDArray[Any], weight: NDArray[Any] | None = None) -> tuple[Floats, Floats, Floats]:
    """Return the same as `checked`, for scores that must be PDs.

    Raises
    ------
    ValueError
        As `checked`, and when a PD is outside [0, 1].
    """
    y, p, w = checked(y_true, pd, weight)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("pd must be between 0 and 1.")
    return y, p, w


def checked(y_true: Outcomes, score: NDArray[Any], weight: NDArray[Any] | None = None) -> tuple[Floats, Floats, Floats]:
    """Return outcomes, scores and loan weights as float arrays of one shape, weight 1 where none is given.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
        1 = default, 0 = repaid.
    score : array of shape (n_rows,)
        Any finite number; for the calibration measures a PD between 0 and 1.
    weight : array of shape (n_rows,), optional
        Positive loan weights. Class weights never belong here.

    Raises
    ------
    ValueError
        When shapes differ, a value is not finite, an outcome is not 0 or 1, or a class is empty.
    """
    y = np.asarray(y_true, dtype=np.float64)
    s = np.asarray(score, dtype=np.float64)
    w = np.ones_like(y) if weight is None else np.asarray(weight, dtype=np.float64)
    if y.ndim != 1 or y.shape != s.shape or y.shape != w.shape:
        raise ValueError(
            f"y_true, score and weight must have one shape (n_rows,), got {y.shape}, {s.shape}, {w.shape}."
        )
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("y_true must hold 0 and 1 only.")
    if not np.isfinite(s).all():
        raise ValueError("score must be finite.")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise ValueError("weight must be finite and positive.")
    if y.min(initial=1.0) == 1.0 or y.max(initial=0.0) == 0.0:
        raise ValueError("y_true must hold both classes.")
    return y, s, w
