"""The calibration of a model as plain numbers, and how it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.metrics.isotonic import apply_curve

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True)
class Calibration:
    """From log-odds z to calibrated log-odds: intercept + slope · z, or a rising curve through knots.

    Attributes
    ----------
    asked : str
        `none`, `intercept`, `platt` or `isotonic`.
    intercept, slope : float
        Of the line; 0 and 1 where there is none.
    knots, values : tuples of float of one length
        The curve's rising log-odds before and after; empty for a line.
    """

    asked: str = "none"
    intercept: float = 0.0
    slope: float = 1.0
    knots: tuple[float, ...] = ()
    values: tuple[float, ...] = ()

    def apply(self, z: Floats) -> Floats:
        """Return calibrated log-odds, each from its own log-odds alone.

        >>> import numpy as np
        >>> Calibration("platt", 0.5, 2.0).apply(np.array([-1.0, 0.0])).tolist()
        [-1.5, 0.5]
        """
        if self.knots:
            return apply_curve(z, self.knots, self.values)
        return z if (self.intercept, self.slope) == (0.0, 1.0) else self.intercept + self.slope * z
