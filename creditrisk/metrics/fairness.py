"""What a model does to a group of loans at a cut-off, and how that differs from another group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import shared
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.rates import weighted_rate
from creditrisk.metrics.two_samples import difference, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The four-fifths rule of the Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D).
FOUR_FIFTHS = 0.8


@dataclass(frozen=True)
class GroupFigures:
    """The figures of one group; a loan is approved where its PD is below the cut-off.

    Attributes
    ----------
    approval : Estimate
        Share of the group's loans that is approved.
    approval_of_repaid : Estimate
        The same among loans that were repaid: what equal opportunity compares (Hardt, Price and Srebro 2016).
    approval_of_defaults : Estimate
        The same among defaults; with the one before it makes up equalised odds (ibid.).
    default_rate : Estimate
    mean_pd : float
    observed_over_expected : Estimate
        Default rate over mean PD; above 1 where the group's PDs are too low.
    observed_minus_expected : Estimate
        Default rate less mean PD.
    auc : Estimate
        Within the group.
    """

    approval: Estimate
    approval_of_repaid: Estimate
    approval_of_defaults: Estimate
    default_rate: Estimate
    mean_pd: float
    observed_over_expected: Estimate
    observed_minus_expected: Estimate
    auc: Estimate


@dataclass(frozen=True)
class GroupGaps:
    """A group's figures against those of another group, with two-sample intervals (`metrics.two_samples`).

    Attributes
    ----------
    approval_ratio : Estimate
        Share approved in the group over that in the other; the four-fifths rule asks for 0.8.
    equal_opportunity : Estimate
        Share approved among the group's repaid loans less that of the other's; below 0 the group's good loans are
        refused more often.
    equal_detection : Estimate
        Share approved among the group's defaults less that of the other's.
    calibration_ratio : Estimate
        Observed over expected in the group over that in the other; below 1 the group's PDs are too high compared
        with the other's, which costs it approvals.
    calibration_difference : Estimate
        Observed less expected default rate in the group, less that in the other.
    auc_difference : Estimate
    """

    approval_ratio: Estimate
    equal_opportunity: Estimate
    equal_detection: Estimate
    calibration_ratio: Estimate
    calibration_difference: Estimate
    auc_difference: Estimate


def group_figures(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    cutoff: float,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> GroupFigures:
    """Return the figures of one group's loans.

    Shares have Jeffreys' intervals at the effective number of loans, (Σ w)² / Σ w² (Kish 1965), with borrowers as in
    `rates.weighted_rate`. The mean PD is taken as known, so that the intervals of observed over expected and of
    observed less expected leave out 1 and 0 together.

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
    >>> group = group_figures(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.3, 0.8]), 0.4)
    >>> group.approval.value, group.approval_of_repaid.value, group.approval_of_defaults.value
    (0.5, 0.5, 0.5)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError(f"cutoff must be between 0 and 1, got {cutoff}.")
    by = shared(by, len(y))
    bad, approved = y == 1.0, p < cutoff

    def share(hit: NDArray[np.bool_], of: NDArray[np.bool_]) -> Estimate:
        return weighted_rate(hit[of], w[of], by=None if by is None else by[of])

    everyone = np.ones_like(bad)
    rate, mean = share(bad, everyone), float(np.average(p, weights=w))
    known = Estimate(mean, mean, mean, 0.0)
    return GroupFigures(
        approval=share(approved, everyone),
        approval_of_repaid=share(approved, ~bad),
        approval_of_defaults=share(approved, bad),
        default_rate=rate,
        mean_pd=mean,
        observed_over_expected=ratio(rate, known),
        observed_minus_expected=difference(rate, known),
        auc=auc(y, p, w, by=by),
    )


def group_gaps(group: GroupFigures, other: GroupFigures) -> GroupGaps:
    """Return how a group's figures differ from those of another group that shares no loan with it.

    Where the other group was chosen for its approval rate, the ratio lies below 1 by choice: with groups that are all
    treated alike its interval leaves out 1 too often. It is meant to be held against 0.8. The groups count as
    independent: where a borrower has loans in both, what these share makes the intervals wider than need be.

    Examples
    --------
    >>> pd, y = np.array([0.1, 0.4, 0.3, 0.8]), np.array([0, 0, 1, 1])
    >>> gaps = group_gaps(group_figures(y, pd, 0.4), group_figures(y, pd, 0.9))
    >>> gaps.approval_ratio.value, gaps.equal_opportunity.value, gaps.auc_difference.value
    (0.5, -0.5, 0.0)
    """
    return GroupGaps(
        approval_ratio=ratio(group.approval, other.approval),
        equal_opportunity=difference(group.approval_of_repaid, other.approval_of_repaid),
        equal_detection=difference(group.approval_of_defaults, other.approval_of_defaults),
        calibration_ratio=ratio(group.observed_over_expected, other.observed_over_expected),
        calibration_difference=difference(group.observed_minus_expected, other.observed_minus_expected),
        auc_difference=difference(group.auc, other.auc),
    )


def four_fifths(approval_ratio: Estimate) -> str:
    """Return what an approval ratio says of the four-fifths rule: `met`, `broken`, or that it cannot tell.

    >>> four_fifths(Estimate(0.7, 0.6, 0.75)), four_fifths(Estimate(0.7, 0.6, 0.9)), four_fifths(Estimate(0.9, 0.8, 1))
    ('broken', 'cannot tell', 'met')
    """
    if math.isnan(approval_ratio.low) or math.isnan(approval_ratio.high):
        return "cannot tell"
    if approval_ratio.high < FOUR_FIFTHS:
        return "broken"
    return "met" if approval_ratio.low >= FOUR_FIFTHS else "cannot tell"
