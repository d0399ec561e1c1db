"""What the charts and the cut-off slider of a report are drawn from: a thinned path of cut-offs, and a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import sums_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes

_MOST_POINTS, _BINS = 200, 30


@dataclass(frozen=True)
class CutoffPoint:
    """What refusing every loan of this PD or a higher one does.

    Attributes
    ----------
    cutoff : float
        PD.
    approved : float
        Share of the loans below it, by weight.
    bad_rate : float
        Default rate of these; NaN where there are none.
    defaults_caught, repaid_refused : float
        Shares of the defaults and of the repaid loans that are refused: the true and the false positive rate.
    expected_loss : float
        Mean PD of what is lent to the approved, the loss for each unit if all of it is lost; NaN where that is nothing.
    """

    cutoff: float
    approved: float
    bad_rate: float
    defaults_caught: float
    repaid_refused: float
    expected_loss: float


@dataclass(frozen=True)
class HistogramBin:
    """Shares of all defaults and of all repaid loans with a score from `low` up to `high`."""

    low: float
    high: float
    defaults: float
    repaid: float


@dataclass(frozen=True)
class Curves:
    """The path of cut-offs from refusing everybody to refusing nobody, and the scores of both outcomes."""

    cutoffs: tuple[CutoffPoint, ...]
    histogram: tuple[HistogramBin, ...]


def curves(
    y_true: Outcomes,
    pd: Floats,
    score: NDArray[np.int64],
    weight: Floats | None = None,
    amount: Floats | None = None,
    named: Sequence[float] = (),
) -> Curves:
    """Return what the charts of a report need: about 200 cut-offs, and 30 bins of the points score.

    Parameters
    ----------
    y_true, pd, score, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs, points (higher = safer), loan weights (positive; 1 where None).
    amount : array of shape (n_rows,), optional
        Amounts of the loans, for the expected loss; 1 where None.
    named : sequence of PDs
        Cut-offs that must be among them.
    """
    weight = np.ones(len(pd)) if weight is None else weight
    bad, lent = weight * (y_true == 1), weight if amount is None else weight * amount
    return Curves(_path(bad, pd, weight, lent, named), _histogram(bad, score, weight))


def _path(bad: Floats, pd: Floats, weight: Floats, lent: Floats, named: Sequence[float]) -> tuple[CutoffPoint, ...]:
    order = np.argsort(pd, kind="stable")
    pd, bad, weight, lent = pd[order], bad[order], weight[order], lent[order]
    mass, lost, money, expected = (sums_before(each) for each in (weight, bad, lent, lent * pd))
    firsts = np.append(np.flatnonzero(np.diff(pd, prepend=-1.0) > 0), len(pd))
    wanted = np.searchsorted(mass[firsts], np.linspace(0, mass[-1], _MOST_POINTS - 1))
    also = np.searchsorted(pd, np.array(named, dtype=np.float64))
    kept = np.unique(np.concatenate([firsts[np.minimum(wanted, len(firsts) - 1)], also, [len(pd)]]))
    # A named cut-off between two PDs keeps its name: it refuses the same loans as the next PD.
    names = {int(at): cutoff for at, cutoff in zip(also.tolist(), named, strict=True)}
    points = []
    for at in kept.tolist():
        approved, defaults = float(mass[at]), float(lost[at])
        points.append(
            CutoffPoint(
                cutoff=names.get(at, float(pd[at]) if at < len(pd) else 1.0),
                approved=approved / float(mass[-1]),
                bad_rate=defaults / approved if at else float("nan"),
                defaults_caught=1 - defaults / float(lost[-1]),
                repaid_refused=1 - (approved - defaults) / float(mass[-1] - lost[-1]),
                expected_loss=float(expected[at] / money[at]) if money[at] > 0 else float("nan"),
            )
        )
    return tuple(points)


def _histogram(bad: Floats, score: NDArray[np.int64], weight: Floats) -> tuple[HistogramBin, ...]:
    """Return bins of whole points, whose outer ones hold all beyond the outer half per cent."""
    low, high = np.quantile(score, [0.005, 0.995])
    width = max(1, int(np.ceil((high - low + 1) / _BINS)))
    starts = np.arange(int(np.floor(low / width)) * width, int(high) + 1, width)
    at = np.clip(np.searchsorted(starts, score, side="right") - 1, 0, len(starts) - 1)
    shares = [np.bincount(at, values, minlength=len(starts)) / values.sum() for values in (bad, weight - bad)]
    rows = zip(starts.tolist(), *(share.tolist() for share in shares), strict=True)
    return tuple(HistogramBin(start, start + width, defaults, repaid) for start, defaults, repaid in rows)
