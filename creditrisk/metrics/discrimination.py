"""How well a score separates defaults from repaid loans: AUC, Gini, KS. A higher score means riskier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked
from creditrisk.metrics.borrowers import clustered_cov, numbered
from creditrisk.metrics.estimate import Estimate, logit_wald, wald

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Placements:
    """Each loan's placement among the loans of the other class, the raw material of DeLong's method.

    For a default: the share of repaid loans that score lower (ties count half). For a repaid loan: the share of
    defaults that score higher. Both are arrays in the order of the file's defaults and repaid loans.
    """

    auc: float
    defaults: Floats
    repaid: Floats
    default_weight: Floats
    repaid_weight: Floats


def placements(y_true: Outcomes, score: NDArray[np.floating], weight: Floats | None = None) -> Placements:
    """Return AUC and the placements by one sort (mid-ranks; Sun and Xu 2014, doi:10.1109/LSP.2014.2337313)."""
    y, s, w = checked(y_true, score, weight)
    order = np.argsort(s, kind="stable")
    group = np.empty(len(s), dtype=np.intp)
    group[order] = np.cumsum(_rises(s[order])) - 1
    groups = int(group.max()) + 1
    bad, good = y == 1.0, y == 0.0
    bad_mass = np.bincount(group[bad], w[bad], minlength=groups)
    good_mass = np.bincount(group[good], w[good], minlength=groups)
    good_so_far, bad_so_far = np.cumsum(good_mass), np.cumsum(bad_mass)
    good_below = (good_so_far - 0.5 * good_mass) / good_so_far[-1]
    bad_above = (bad_so_far[-1] - bad_so_far + 0.5 * bad_mass) / bad_so_far[-1]
    v10, v01 = good_below[group[bad]], bad_above[group[good]]
    return Placements(float(np.average(v10, weights=w[bad])), v10, v01, w[bad], w[good])


def _rises(ordered: Floats) -> NDArray[np.bool_]:
    """Return where a new distinct value begins in an ordered array; a difference could overflow."""
    rises = np.ones(len(ordered), dtype=bool)
    rises[1:] = ordered[1:] > ordered[:-1]
    return rises


def _influence_cov(a: Floats, b: Floats, weight: Floats) -> float:
    """Covariance of two weighted means over the same loans, by their influence values."""
    n = len(weight)
    if n < 2:
        return math.nan
    share = weight / weight.sum()
    return float(
        n / (n - 1) * np.sum(share**2 * (a - np.average(a, weights=weight)) * (b - np.average(b, weights=weight)))
    )


def _delong_cov(a: Placements, b: Placements) -> float:
    return _influence_cov(a.defaults, b.defaults, a.default_weight) + _influence_cov(
        a.repaid, b.repaid, a.repaid_weight
    )


def _centred(values: Floats, weight: Floats) -> Floats:
    """Influence of each value on a weighted mean."""
    influence: Floats = weight / weight.sum() * (values - np.average(values, weights=weight))
    return influence


def _borrowers_cov(a: Placements, b: Placements, y: Outcomes, by: NDArray[np.intp]) -> float:
    """Covariance of two areas whose loans are some borrowers' (Obuchowski 1997): DeLong's, summed by borrower first.

    Borrowers with loans of both classes tie the two means together, hence the cross terms; each term has the
    C / (C − 1) of the borrowers that it sums over.
    """
    by, _ = numbered(by, len(y))
    bad, good = np.asarray(y) == 1, np.asarray(y) != 1
    halves = []
    for placed in (a, b):
        default, repaid = np.zeros(len(bad)), np.zeros(len(bad))
        default[bad] = _centred(placed.defaults, placed.default_weight)
        repaid[good] = _centred(placed.repaid, placed.repaid_weight)
        halves.append((default, repaid))
    (a1, a0), (b1, b0) = halves
    within = clustered_cov(a1[bad], b1[bad], by[bad]) + clustered_cov(a0[good], b0[good], by[good])
    return within + clustered_cov(a1, b0, by) + clustered_cov(a0, b1, by)


def auc(
    y_true: Outcomes,
    score: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Estimate:
    """Return the area under the ROC curve with DeLong's interval on the log-odds scale.

    AUC = P(score of a default > score of a repaid loan) + ½ P(equal); its variance is S₁₀/n₁ + S₀₁/n₀, the
    variances of the placements (DeLong, DeLong and Clarke-Pearson 1988, doi:10.2307/2531595).

    Parameters
    ----------
    y_true, score, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), scores (higher = riskier), loan weights (positive; 1 where None).
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is: the placements are then summed by borrower (Obuchowski 1997,
        doi:10.2307/2533958).

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`, or `by` has another shape.

    Examples
    --------
    >>> round(auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])).value, 4)
    0.75
    """
    placed = placements(y_true, score, weight)
    variance = _delong_cov(placed, placed) if by is None else _borrowers_cov(placed, placed, y_true, by)
    return logit_wald(placed.auc, math.sqrt(max(variance, 0.0)))


def gini(auc_estimate: Estimate) -> Estimate:
    """Return Gini = 2 AUC − 1 (the accuracy ratio), from −1 to 1, with the interval carried over."""
    return Estimate(
        2 * auc_estimate.value - 1, 2 * auc_estimate.low - 1, 2 * auc_estimate.high - 1, 2 * auc_estimate.se
    )


def auc_difference(
    y_true: Outcomes,
    score_a: NDArray[np.floating],
    score_b: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Estimate:
    """Return AUC(a) − AUC(b) on the same loans with DeLong's paired interval, or Obuchowski's by borrower (ibid.)."""
    a, b = placements(y_true, score_a, weight), placements(y_true, score_b, weight)

    def cov(one: Placements, other: Placements) -> float:
        return _delong_cov(one, other) if by is None else _borrowers_cov(one, other, y_true, by)

    variance = cov(a, a) + cov(b, b) - 2 * cov(a, b)
    return wald(a.auc - b.auc, math.sqrt(max(variance, 0.0)))


def ks(y_true: Outcomes, score: NDArray[np.floating], weight: Floats | None = None) -> tuple[float, float]:
    """Return the Kolmogorov–Smirnov statistic and the score at which it is reached.

    KS = max over the distinct scores c of |F₀(c) − F₁(c)|, the distance of the two cumulative distributions,
    from 0 to 1. Ties are never split. The cut-off c is the highest score still on the low side.

    >>> ks(np.array([0, 0, 1, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    (0.6666666666666667, 4.0)
    """
    y, s, w = checked(y_true, score, weight)
    order = np.argsort(s, kind="stable")
    s, y, w = s[order], y[order], w[order]
    last = np.append(np.flatnonzero(_rises(s))[1:] - 1, len(s) - 1)
    bad, good = np.cumsum(w * y), np.cumsum(w * (1 - y))
    f1, f0 = bad[last] / bad[-1], good[last] / good[-1]
    at = int(np.argmax(np.abs(f0 - f1)))
    return float(abs(f0[at] - f1[at])), float(s[last[at]])


def ks_at(
    y_true: Outcomes,
    score: NDArray[np.floating],
    cutoff: float,
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
) -> Estimate:
    """Return F₀(c) − F₁(c) at a cut-off c that was fixed on other loans, with its interval.

    A maximum over cut-offs has no simple interval; at a frozen cut-off KS is a difference of two independent
    shares, the share of defaults above it less the share of repaid loans above it, each a weighted mean. With `by`, a
    number for each loan that says whose it is, their influence values are summed by borrower.
    """
    y, s, w = checked(y_true, score, weight)
    above = (s > cutoff).astype(np.float64)
    value, variance = 0.0, 0.0
    influence = np.zeros_like(w)
    for sign, member in ((1.0, y == 1.0), (-1.0, y == 0.0)):
        value += sign * float(np.average(above[member], weights=w[member]))
        variance += _influence_cov(above[member], above[member], w[member])
        influence[member] = sign * _centred(above[member], w[member])
    if by is not None:
        variance = clustered_cov(influence, influence, by)
    return wald(value, math.sqrt(variance), -1.0, 1.0)
