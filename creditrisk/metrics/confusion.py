"""What a cut-off does: how many loans it refuses, how many of the defaults are among them."""

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
class Confusion:
    """The four counts at a cut-off and their shares; positive = default = refused = PD at the cut-off or above.

    Attributes
    ----------
    cutoff : float
        Loans with this PD or a higher one are refused.
    true_positives, false_positives, false_negatives, true_negatives : float
        Sums of weights: refused defaults, refused repaid loans, accepted defaults, accepted repaid loans. Whole numbers
        of loans where there are no weights.
    recall : Estimate
        Share of the defaults that is refused.
    precision : Estimate
        Share of the refused loans that defaults; NaN where none is refused.
    specificity : Estimate
        Share of the repaid loans that is accepted.
    accuracy : Estimate
        Share of all loans that is on the right side. Where defaults are rare, refusing nobody scores high on it.
    refused : Estimate
        Share of all loans that is refused.
    """

    cutoff: float
    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float
    recall: Estimate
    precision: Estimate
    specificity: Estimate
    accuracy: Estimate
    refused: Estimate


def confusion(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    cutoff: float,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Confusion:
    """Return the confusion matrix of refusing every loan whose PD is `cutoff` or more.

    Positive = default = refused. The shares have Jeffreys' intervals; with loan weights at the effective number of the
    loans that the share is about, (Σ w)² / Σ w² (Kish 1965), with borrowers as in `rates.weighted_rate`. They hold for
    a cut-off that was fixed on other loans.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    cutoff : float
        The lowest PD that is refused, between 0 and 1.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or the cut-off is not between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> at = confusion(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.3, 0.8]), 0.4)
    >>> at.true_positives, at.false_positives, at.false_negatives, at.true_negatives
    (1.0, 1.0, 1.0, 1.0)
    >>> at.recall.value, at.refused.value
    (0.5, 0.5)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError(f"cutoff must be between 0 and 1, got {cutoff}.")
    by = shared(by, len(y))
    bad, positive = y == 1.0, p >= cutoff

    def rate(hit: NDArray[np.bool_], of: NDArray[np.bool_]) -> Estimate:
        return weighted_rate(hit[of], w[of], by=None if by is None else by[of])

    return Confusion(
        cutoff=float(cutoff),
        true_positives=float(w[bad & positive].sum()),
        false_positives=float(w[~bad & positive].sum()),
        false_negatives=float(w[bad & ~positive].sum()),
        true_negatives=float(w[~bad & ~positive].sum()),
        recall=rate(positive, bad),
        precision=rate(bad, positive),
        specificity=rate(~positive, ~bad),
        accuracy=rate(bad == positive, np.ones_like(bad)),
        refused=rate(positive, np.ones_like(bad)),
    )
