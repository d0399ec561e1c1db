"""What class weights changed: the weighted model against its unweighted twin on the same held-out loans."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from creditrisk.metrics.calibration import bce, bce_difference, calibration_line, observed_over_expected
from creditrisk.metrics.confusion import confusion
from creditrisk.metrics.discrimination import auc, auc_difference

if TYPE_CHECKING:
    from creditrisk.evaluation.judged import Judged
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class Variant:
    """One way of weighting, judged on the held-out loans; `recall_at_half` is the share of defaults with a PD ≥ 0.5."""

    name: str
    auc: Estimate
    bce: Estimate
    observed_over_expected: Estimate
    calibration_slope: Estimate
    recall_at_half: Estimate


@dataclass(frozen=True)
class ReweightingEffect:
    """The weighted model before and after restoration, and the unweighted one.

    The differences are weighted and restored less unweighted, paired by loan: a positive AUC difference and a
    negative BCE difference speak for the weights.
    """

    variants: tuple[Variant, ...]
    auc_difference: Estimate
    bce_difference: Estimate


def compare_weighting(unweighted: Judged, weighted: Floats, restored: Floats) -> ReweightingEffect:
    """Return the comparison; PDs are arrays of shape (n_rows,) on held-out loans.

    Parameters
    ----------
    unweighted : the held-out loans with the PDs of the twin that was fitted without class weights
    weighted : PDs as the weighted fit gives them, too high where defaults weigh more
    restored : the same after restoration, as the model file gives them
    """
    named = {"unweighted": unweighted.pd, "weighted, not restored": weighted, "weighted and restored": restored}
    judged = {name: replace(unweighted, pd=pd).expanded for name, pd in named.items()}
    plain, back = judged["unweighted"], judged["weighted and restored"]
    return ReweightingEffect(
        variants=tuple(_variant(name, loans) for name, loans in judged.items()),
        auc_difference=auc_difference(plain.y_true, back.pd, plain.pd, plain.weight),
        bce_difference=bce_difference(plain.y_true, back.pd, plain.pd, plain.weight),
    )


def _variant(name: str, loans: Judged) -> Variant:
    y, pd, weight = loans.y_true, loans.pd, loans.weight
    return Variant(
        name=name,
        auc=auc(y, pd, weight),
        bce=bce(y, pd, weight),
        observed_over_expected=observed_over_expected(y, pd, weight),
        calibration_slope=calibration_line(y, pd, weight).slope,
        recall_at_half=confusion(y, pd, 0.5, weight).recall,
    )
