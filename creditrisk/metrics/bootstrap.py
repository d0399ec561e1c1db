"""The figures whose intervals come from drawing the loans again: KS, H, PR, capture and lift, BCE, Brier and level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import numbered
from creditrisk.metrics.calibration import bce_rows
from creditrisk.metrics.estimate import Estimate, logit_wald, wald
from creditrisk.metrics.ranked import Ranked, ranked, risk_order
from creditrisk.metrics.resampling import PLAIN, Resampling, log_wald, of_maximum, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Of all loans, by weight: the riskiest of which capture and lift are given.
CAPTURE_SHARES = (0.05, 0.1, 0.2)

_SHARES = np.array(CAPTURE_SHARES)
_MEANS = 7


@dataclass(frozen=True)
class Bootstrapped:
    """Figures of one set of loans with bootstrap intervals; `capture` and `lift` are at `CAPTURE_SHARES`."""

    ks: Estimate
    h_measure: Estimate
    pr_auc: Estimate
    pr_gain: Estimate
    capture: tuple[Estimate, ...]
    lift: tuple[Estimate, ...]
    bce: Estimate
    bce_skill: Estimate
    brier: Estimate
    brier_skill: Estimate
    observed_over_expected: Estimate


def bootstrap_figures(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    base_rate: float,
    weight: Floats | None = None,
    how: Resampling = PLAIN,
) -> Bootstrapped:
    """Return the figures of PDs with 95 % intervals from whole loans (or borrowers) drawn with replacement.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None), which a drawn loan brings.
    base_rate : float
        Default rate of the training loans, above 0 and below 1: the constant that `bce_skill` is measured against.
        `brier_skill` is measured against the loans' own rate r: 1 − Brier / (r (1 − r)).
    how : Resampling
        Draws, seed, threads, and whose the loans are.

    Returns
    -------
    Bootstrapped
        Ends are NaN where the draws tell nothing: too many without a default, or all the same.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or the base rate is not between 0 and 1.

    Notes
    -----
    KS and H are drawn with as many defaults as there are, all other figures with as many as chance gives: BCE and
    Brier score hang on the default rate, and with a fixed number of defaults their intervals cover the truth far too
    rarely. With borrowers nothing is fixed.

    The draws give standard errors; each interval is symmetric on a scale on which its figure is nearly normal: log-odds
    for PR-AUC (less its bias), capture and lift, the logarithm for BCE, Brier score, observed / expected and 1 − skill,
    the figure itself for PR gain. Percentiles of the draws cover less (KS some 77 and H 60 to 67 of 100 at 60
    defaults), for want of the correction of `resampling.of_maximum`, and so do bias-corrected and accelerated ones (87
    and 80).

    KS is the largest distance on these very loans and so too high on average, by 0.04 with 60 defaults; its interval
    allows for that. The honest KS is the one at a cut-off that was frozen on other loans: `discrimination.ks_at`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> pd = rng.uniform(0, 0.4, 2_000)
    >>> figures = bootstrap_figures(rng.random(2_000) < pd, pd, 0.2, how=Resampling(draws=200))
    >>> round(figures.bce.value, 3), figures.bce.low < 0.435 < figures.bce.high
    (0.45, True)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    if not 0.0 < base_rate < 1.0:
        raise ValueError(f"base_rate must be between 0 and 1, got {base_rate}.")
    # Sorted here, so that no draw has to be, and the draws do not hang on the order of the file.
    order = risk_order(y, p, w)
    y, p, w = y[order], p[order], w[order]
    by = None if how.by is None else numbered(how.by, len(y))[0][order]
    how = Resampling(draws=how.draws, seed=how.seed, threads=how.threads, by=by)
    terms = w * np.stack([p, bce_rows(y, p), (p - y) ** 2])
    null = bce_rows(np.array([1.0, 0.0]), np.full(2, base_rate))
    loans = _Loans(ranked(y, p, None if weight is None else w), terms, null)
    separation = resample(loans.separation, len(y), how, y)
    ks, h = zip(separation.value.tolist(), separation.se().tolist(), separation.bias().tolist(), strict=True)
    others = resample(loans.others, len(y), how)
    pairs = list(zip(others.value.tolist(), others.se().tolist(), strict=True))
    capture = tuple(logit_wald(*pair) for pair in pairs[_MEANS:])
    return Bootstrapped(
        ks=of_maximum(*ks, bias_varies=True),
        h_measure=of_maximum(*h, bias_varies=False),
        pr_auc=_share_with_bias(*pairs[0], float(others.bias()[0])),
        pr_gain=wald(*pairs[1], most=1.0),
        capture=capture,
        lift=tuple(_scaled(estimate, 1.0 / share) for estimate, share in zip(capture, CAPTURE_SHARES, strict=True)),
        bce=log_wald(*pairs[2]),
        bce_skill=log_wald(*pairs[3], origin=1.0, sign=-1.0),
        brier=log_wald(*pairs[4]),
        brier_skill=log_wald(*pairs[5], origin=1.0, sign=-1.0),
        observed_over_expected=log_wald(*pairs[6]),
    )


def _share_with_bias(value: float, se: float, bias: float) -> Estimate:
    """Return an interval symmetric in the log-odds of the share less its bias, which the draws show."""
    # Never so far that the rest would be no share.
    corrected = min(max(value - bias, value / 2.0), (1.0 + value) / 2.0) if math.isfinite(bias) else value
    ends = logit_wald(corrected, se)
    if math.isnan(ends.low):
        return Estimate(value, math.nan, math.nan, se)
    return Estimate(value, min(ends.low, value), max(ends.high, value), se)


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    """Return the lift of a capture: the two differ by the share of the loans, which no draw changes."""
    return Estimate(estimate.value * factor, estimate.low * factor, estimate.high * factor, estimate.se * factor)


@dataclass(frozen=True, eq=False)
class _Loans:
    """Loans in the order of their PDs, and what each adds to a sum.

    `terms` has the rows PD, BCE and Brier score, times the loan's weight; `null` holds the BCE of a default and of a
    repaid loan at the base rate.
    """

    order: Ranked
    terms: Floats
    null: Floats

    def separation(self, counts: Floats) -> Floats:
        """Return KS and H."""
        masses = self.order.masses(counts)
        return np.array([masses.ks(), masses.h_measure()]) if masses.both else np.full(2, np.nan)

    def others(self, counts: Floats) -> Floats:
        """Return PR-AUC, PR gain, BCE and its skill, Brier score and its skill, observed / expected, captures."""
        masses = self.order.masses(counts)
        if not masses.both:
            return np.full(_MEANS + len(_SHARES), np.nan)
        total = masses.total_bad + masses.total_good
        rate = masses.total_bad / total
        # Not by BLAS, whose order of summation hangs on its threads.
        pd, bce, brier = (np.einsum("ij,j->i", self.terms, counts) / total).tolist()
        null = rate * self.null[0] + (1.0 - rate) * self.null[1]
        means = (bce, 1.0 - bce / null, brier, 1.0 - brier / (rate * (1.0 - rate)), rate / pd if pd > 0.0 else np.nan)
        return np.array([masses.pr_auc(), masses.pr_gain(), *means, *masses.capture(_SHARES)])
