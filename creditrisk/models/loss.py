"""The objective: binary cross-entropy on log-odds, and what class weights do to it.

With z the log-odds of default, a row's loss is L = softplus(z) − y z, its gradient dL/dz = p − y and its hessian
p (1 − p), where p = 1 / (1 + e^(−z)). The loss of a confident mistake grows to +∞. It is a proper score: without
weights its expected value is least at the true PD.

Weights w1 for defaults and w0 for repaid loans tilt the odds of that minimiser by w1/w0, so the PDs are restored by
z_restored = z − ln(w1/w0) (Elkan 2001; Dal Pozzolo et al. 2015, doi:10.1109/SSCI.2015.33).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.odds import CLIP, expit

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.option_values import ClassWeight


def bce_loss(y_true: Outcomes, z: Floats) -> Floats:
    """Return each row's loss softplus(z) − y z, in nats, for log-odds z of any size.

    >>> bce_loss(np.array([1, 0]), np.array([-1000.0, 0.0])).round(4).tolist()
    [1000.0, 0.6931]
    """
    loss: Floats = np.logaddexp(0.0, z) - y_true * z
    return loss


def bce_gradient(y_true: Outcomes, z: Floats) -> Floats:
    """Return dL/dz = p − y per row."""
    gradient: Floats = expit(z) - y_true
    return gradient


def bce_hessian(z: Floats) -> Floats:
    """Return d²L/dz² = p (1 − p) per row, between 0 and ¼."""
    p = expit(z)
    return p * (1.0 - p)


def tilt(y_true: Outcomes, weight: ClassWeight, loan_weight: Floats | None = None) -> float:
    """Return w1/w0 for these loans; `balanced` is the weight of the repaid loans over that of the defaults."""
    if weight.ratio is not None:
        return weight.ratio
    loans = np.ones(len(y_true)) if loan_weight is None else loan_weight
    defaults = float(np.sum(loans[np.asarray(y_true) == 1]))
    return (float(np.sum(loans)) - defaults) / defaults


def row_weights(y_true: Outcomes, ratio: float, loan_weight: Floats | None = None) -> Floats | None:
    """Return the weight of each row in the fit, its loan weight times its class weight, scaled to a mean of 1.

    None where every row counts once: no class weights and no loan weights.

    The scale leaves the minimiser alone; it keeps limits on a leaf's hessian and the L2 penalty as strong as they
    are without weights.
    """
    if ratio == 1.0 and loan_weight is None:
        return None
    weight = np.where(np.asarray(y_true) == 1, ratio, 1.0)
    if loan_weight is not None:
        weight = weight * loan_weight
    scaled: Floats = weight / weight.mean()
    return scaled


def restored_bce(y_true: Outcomes, pd: Floats, ratio: float = 1.0) -> Floats:
    """Return what `bce_loss` does of restored log-odds, of PDs whose odds are tilted by `ratio`, in fewer logarithms.

    The restored PD is p / (p + r (1 − p)); PDs of 0 or 1 are moved inside by 1e-15.

    >>> restored_bce(np.array([1, 0]), np.array([0.5, 0.2])).round(4).tolist()
    [0.6931, 0.2231]
    >>> restored_bce(np.array([1]), np.array([0.6]), 3.0).round(4), bce_loss(np.array([1]), np.log([0.5])).round(4)
    (array([1.0986]), array([1.0986]))
    """
    said = np.maximum(np.abs(1.0 - y_true - pd), CLIP)
    loss: Floats = -np.log(said)
    if ratio != 1.0:
        loss += np.log(pd + ratio * (1.0 - pd)) - (1.0 - y_true) * math.log(ratio)
    return loss


def restoration(ratio: float) -> float:
    """Return the shift −ln(w1/w0) that takes tilted log-odds back to those of the population.

    >>> round(restoration(4.0), 4)
    -1.3863
    """
    return -math.log(ratio)
