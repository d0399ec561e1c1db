"""Whether AUC fell since development."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from creditrisk.metrics.estimate import Estimate


@dataclass(frozen=True)
class FallTest:
    """A one-sided test that AUC fell; NaN where a standard error is missing.

    Attributes
    ----------
    z, p_value : float
        The fall over its standard error, and the normal probability beyond it: small where AUC fell.
    level, power : float
        How often the test rejects by the normal law of both AUCs: where nothing fell, and at the fall that should be
        seen.
    """

    z: float
    p_value: float
    level: float
    power: float


def auc_fall(now: Estimate, before: Estimate, alpha: float, fall: float, *, fixed: bool = False) -> FallTest:
    """Return the test that AUC is below that at development, measured on other loans.

    z = (AUC_before − AUC_now) / √(se_before² + se_now²), p = 1 − Φ(z). `fixed` gives the supervisor's variant, which
    takes AUC_before for the truth and leaves its error out: z = (AUC_before − AUC_now) / se_now (European Central Bank,
    "Instructions for reporting the validation results of internal models", February 2019, annex 3.1). Its level is then
    above alpha, for AUC at development has its error all the same: 12 % for 5 % where both errors are equal.

    Parameters
    ----------
    now, before : Estimate
        Two AUCs with their standard errors, of loans that do not overlap.
    alpha, fall : float
        The level that p is compared with, and the true fall at which power is asked for.
    fixed : bool
        Take the AUC at development as fixed.

    Examples
    --------
    >>> from creditrisk.metrics.estimate import Estimate
    >>> now, before = Estimate(0.72, 0.68, 0.76, 0.02), Estimate(0.76, 0.72, 0.80, 0.02)
    >>> found = auc_fall(now, before, 0.05, 0.05)
    >>> round(found.z, 3), round(found.p_value, 4), round(found.level, 3), round(found.power, 3)
    (1.414, 0.0786, 0.05, 0.549)
    >>> round(auc_fall(now, before, 0.05, 0.05, fixed=True).level, 3)
    0.122
    """
    from scipy.special import ndtr, ndtri

    both = math.hypot(now.se, before.se)
    used = now.se if fixed else both
    if not used > 0.0:
        return FallTest(math.nan, math.nan, math.nan, math.nan)
    z = (before.value - now.value) / used
    edge = -float(ndtri(alpha)) * used
    return FallTest(z, float(ndtr(-z)), float(ndtr(-edge / both)), float(ndtr((fall - edge) / both)))
