"""From log-odds to points, and from PDs to grades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats
    from creditrisk.option_values import Scale


def scores(z: Floats, scale: Scale) -> NDArray[np.int64]:
    """Return whole points for log-odds of default z, shape (n_rows,): more points, safer.

    score = base_score + pdo / ln 2 · (−z − ln base_odds), so `base_score` points are odds, repaid to default, of
    `base_odds`, and `pdo` more points double them.

    >>> from creditrisk.specs import Scale
    >>> scores(-np.log(np.array([50.0, 100.0, 25.0])), Scale()).tolist()
    [600, 620, 580]
    """
    return np.rint(points_of_log_odds(z, scale)).astype(np.int64)


def points_of_log_odds(z: Floats, scale: Scale) -> Floats:
    """Return the points before they are rounded, shape (n_rows,)."""
    points: Floats = scale.base_score + scale.factor * (-z - math.log(scale.base_odds))
    return points


def grade_names(scale: Scale) -> list[str]:
    """Return the names of the grades, the safest first.

    >>> from creditrisk.specs import Scale
    >>> grade_names(Scale(grades=(0.01, 0.1)))
    ['A', 'B', 'C']
    """
    return [chr(ord("A") + index) for index in range(len(scale.grades) + 1)]


def grade_index(pd: Floats, scale: Scale) -> NDArray[np.int64]:
    """Return the position of each PD's grade; a PD at a bound has the riskier grade."""
    return np.searchsorted(np.array(scale.grades), pd, side="right").astype(np.int64)
