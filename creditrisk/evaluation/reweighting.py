"""What class weights changed: the weighted model against its unweighted twin on the same held-out loans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.metrics.calibration import bce, bce_difference, calibration_line, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class Variant:
    """One way of weighting, judged on the held-out loans."""

    name: str
    auc: Estimate
    bce: Estimate
    observed_over_expected: Estimate
    calibration_slope: Estimate


@dataclass(frozen=True)
class ReweightingEffect:
    """The weighted model before and after restoration, and the unweighted one.

    The differences are weighted and restored less unweighted, paired by loan: a positive AUC difference and a
    negative BCE difference speak for the weights.
    """

    variants: tuple[Variant, ...]
    auc_difference: Estimate
    bce_difference: Estimate


def compare_weighting(y_true: Outcomes, unweighted: Floats, weighted: Floats, restored: Floats) -> ReweightingEffect:
    """Return the comparison; PDs are arrays of shape (n_rows,) on held-out loans.

    Parameters
    ----------
    unweighted : PDs of the twin that was fitted without class weights
    weighted : PDs as the weighted fit gives them, too high where defaults weigh more
    restored : the same after restoration, as the model file gives them
    """
    named = {"unweighted": unweighted, "weighted, not restored": weighted, "weighted and restored": restored}
    return ReweightingEffect(
        variants=tuple(_variant(name, y_true, pd) for name, pd in named.items()),
        auc_difference=auc_difference(y_true, restored, unweighted),
        bce_difference=bce_difference(y_true, restored, unweighted),
    )


def _variant(name: str, y_true: Outcomes, pd: Floats) -> Variant:
    return Variant(
        name=name,
        auc=auc(y_true, pd),
        bce=bce(y_true, pd),
        observed_over_expected=observed_over_expected(y_true, pd),
        calibration_slope=calibration_line(y_true, pd).slope,
    )
