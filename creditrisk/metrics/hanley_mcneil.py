"""How uncertain an AUC will be, before there is a score: from the numbers of defaults and repaid loans alone."""

from __future__ import annotations

import math

_NORMAL_95 = 1.959963984540054


def auc_half_width(auc: float, defaults: int, repaid: int) -> float:
    """Return half the width of the 95 % interval that an AUC would have, by Hanley and McNeil.

    SE² = [A(1 − A) + (n₁ − 1)(Q₁ − A²) + (n₀ − 1)(Q₂ − A²)] / (n₁ n₀), Q₁ = A / (2 − A), Q₂ = 2A² / (1 + A): the
    variance where the scores of both classes are negative exponential (Hanley and McNeil 1982,
    doi:10.1148/radiology.143.1.7063747).

    Parameters
    ----------
    auc : float
        The area expected, 0 to 1.
    defaults, repaid : int
        Loans of each outcome, 0 or more.

    Returns
    -------
    float
        In units of the AUC; infinite where a class has no loan.

    >>> round(auc_half_width(0.75, 60, 240), 3), auc_half_width(0.75, 0, 10)
    (0.076, inf)
    """
    if defaults < 1 or repaid < 1:
        return math.inf
    q1, q2, square = auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc), auc * auc
    variance = auc * (1.0 - auc) + (defaults - 1) * (q1 - square) + (repaid - 1) * (q2 - square)
    return _NORMAL_95 * math.sqrt(max(variance, 0.0) / (defaults * repaid))
