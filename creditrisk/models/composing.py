"""Two calibrations, one after the other, as one: lines stay lines, and a curve with anything is a curve.

A model file holds one calibration. So whatever reads it (scoring, reasons, exports, the card of points) needs to know
nothing of how often a model was recalibrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.models.calibration import Calibration

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats

#: What a calibration is called that was made of two.
RECALIBRATED = "recalibrated"
#: A curve has slope 1 beyond its last knots, a line before or after it another: where that matters, knots stand at
#: log-odds of ± this, far beyond which every PD is 0 or 1 in 64 bits.
FURTHEST = 1000.0
#: Knots nearer than this are one, apart by rounding alone.
_SAME = 1e-9


def composed(first: Calibration, then: Calibration) -> Calibration:
    """Return the calibration that does what `first` and `then`, one after the other, do.

    Two lines make a line, exactly: a₂ + b₂ (a₁ + b₁ z). With a curve the result is a curve through the knots of the
    one and the places that reach the knots of the other; it is theirs but for rounding wherever log-odds are within
    ± 1,000, and rises wherever both rise.

    >>> composed(Calibration("platt", 0.5, 2.0), Calibration("intercept", 1.0))
    Calibration(asked='recalibrated', intercept=1.5, slope=2.0, knots=(), values=())
    """
    if not first.knots and not then.knots:
        intercept = then.intercept + then.slope * first.intercept
        return Calibration(RECALIBRATED, intercept, then.slope * first.slope)
    knots = np.unique(np.concatenate([_own_knots(first), _reaching(first, _own_knots(then)), _ends(first, then)]))
    knots = knots[np.append(True, np.diff(knots) > _SAME)]
    values = np.maximum.accumulate(then.apply(first.apply(knots)))
    return Calibration(RECALIBRATED, knots=tuple(knots.tolist()), values=tuple(values.tolist()))


def _own_knots(calibration: Calibration) -> Floats:
    return np.array(calibration.knots, dtype=np.float64)


def _ends(first: Calibration, then: Calibration) -> Floats:
    """Return knots far out where the two together have another slope there than 1."""
    steep = any(not each.knots and each.slope != 1.0 for each in (first, then))
    return np.array([-FURTHEST, FURTHEST]) if steep else np.empty(0)


def _reaching(first: Calibration, wanted: Floats) -> Floats:
    """Return log-odds that a rising calibration carries to those that are wanted."""
    if not len(wanted):
        return wanted
    if not first.knots:
        straight: Floats = (wanted - first.intercept) / first.slope
        return straight
    values = np.array(first.values)
    beyond = wanted - np.clip(wanted, values[0], values[-1])  # there the curve has slope 1, and so has its inverse
    bent: Floats = np.interp(wanted, values, _own_knots(first)) + beyond
    return bent
