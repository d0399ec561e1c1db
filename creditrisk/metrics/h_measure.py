"""The H-measure: what a score saves of the loss of wrong decisions, averaged over how dear the two mistakes may be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked

if TYPE_CHECKING:
    from numpy.typing import NDArray


def h_measure(
    y_true: Outcomes, score: NDArray[np.floating], weight: Floats | None = None, severity: float | None = None
) -> float:
    """Return Hand's H-measure: 1 for a perfect order, 0 for a score that is no better than one decision for all.

    Refusing a good loan costs c and accepting a bad one 1 − c. At each c the best cut-off on the convex hull of the ROC
    curve is taken, and its loss Q(c) = c π₀ (1 − F₀) + (1 − c) π₁ F₁ is averaged over a distribution w of c:

        H = 1 − ∫ Q(c) w(c) dc / ∫ min{c π₀, (1 − c) π₁} w(c) dc.

    Unlike under AUC, the distribution is the same for every score (Hand 2009, doi:10.1007/s10994-009-5119-5).

    Parameters
    ----------
    y_true, score, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), scores (any finite number, higher = riskier), loan weights (positive; 1 where None).
    severity : float, optional
        The likeliest ratio of the two costs, refusing a good loan over accepting a bad one, above 0: w is then
        Beta(2, 1 + 1 / severity), as in the R and Python packages `hmeasure`. Where None, w is Beta(1 + π₁, 1 + π₀)
        (Hand and Anagnostopoulos 2014, arXiv:1202.2564), of which π₁ is the likeliest cost. H then
        depends on the default rate: compare it on the same loans only.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`, or the severity is not a finite number above 0.

    Examples
    --------
    >>> round(h_measure(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 4)
    0.5
    """
    y, s, w = checked(y_true, score, weight)
    if severity is not None and not (math.isfinite(severity) and severity > 0):
        raise ValueError(f"severity must be a finite number above 0, got {severity}.")
    _, group = np.unique(-s, return_inverse=True)
    bad, good = (np.bincount(group, w * member).astype(np.float64) for member in (y, 1 - y))
    return h_of_masses(bad, good, severity)


def h_of_masses(bad: Floats, good: Floats, severity: float | None = None) -> float:
    """Return the H-measure of groups of loans that are ordered from the riskiest score down.

    The hull of the ROC curve is the isotonic fit of the defaults on the score, and a block of default rate ρ is refused
    at every cost below ρ. So a good loan of that block loses S(ρ, 0) = ∫₀^ρ c w(c) dc and a bad one
    S(ρ, 1) = ∫_ρ¹ (1 − c) w(c) dc, incomplete beta functions both: H compares the mean of S with that of one block.

    Parameters
    ----------
    bad, good : arrays of shape (groups,)
        Weight of the defaults and of the repaid loans in each group, 0 or more, both sums above 0.
    severity : float, optional
        As in `h_measure`.
    """
    # Imported here: scoring passes by this package, and SciPy takes longer to import than a loan to score.
    from scipy.optimize import isotonic_regression

    total_bad, total_good = float(bad.sum()), float(good.sum())
    share = total_bad / (total_bad + total_good)
    mass = bad + good
    held = mass > 0.0
    bad, mass = bad[held], mass[held]
    starts = isotonic_regression(bad / mass, weights=mass, increasing=False).blocks[:-1]
    bad_of_block, mass_of_block = np.add.reduceat(bad, starts), np.add.reduceat(mass, starts)
    good_of_block = np.maximum(mass_of_block - bad_of_block, 0.0)
    rate = np.append(bad_of_block / mass_of_block, share)
    refused_good, accepted_bad = _losses(np.minimum(rate, 1.0), *_beta(share, severity))
    loss = float(np.sum(good_of_block * refused_good[:-1] + bad_of_block * accepted_bad[:-1]))
    return 1.0 - loss / float(total_good * refused_good[-1] + total_bad * accepted_bad[-1])


def _beta(share: float, severity: float | None) -> tuple[float, float]:
    """Return the two parameters of the distribution of costs."""
    return (1.0 + share, 2.0 - share) if severity is None else (2.0, 1.0 + 1.0 / severity)


def _losses(rate: Floats, a: float, b: float) -> tuple[Floats, Floats]:
    """Return S(ρ, 0) and S(ρ, 1) of `h_of_masses` at default rates ρ, for costs distributed as Beta(a, b)."""
    from scipy.special import betainc

    mean = a / (a + b)
    return mean * betainc(a + 1.0, b, rate), (1.0 - mean) * (1.0 - betainc(a, b + 1.0, rate))
