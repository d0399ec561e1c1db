"""The best figures that any model can reach on the drawn loans: those of the true PD itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from creditrisk.data.sample.codes import Floats

_BINS = 2**16


class BestReachable:
    """Facts on the true PDs of the loans seen so far, gathered batch by batch in constant memory.

    All figures are expectations given the true PDs p: they replace each outcome by its probability,
    and so do not depend on the luck of the draw.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._entropy = 0.0
        self._defaults = np.zeros(_BINS)
        self._others = np.zeros(_BINS)

    def add(self, true_pd: Floats) -> None:
        """Take in a batch of true PDs in [0, 1], shape (n,)."""
        bins = np.minimum((true_pd * _BINS).astype(np.int64), _BINS - 1)
        self._defaults += np.bincount(bins, true_pd, _BINS)
        self._others += np.bincount(bins, 1.0 - true_pd, _BINS)
        self._entropy += float(_entropy(true_pd).sum())
        self._rows += len(true_pd)

    @property
    def rows(self) -> int:
        """Number of loans seen."""
        return self._rows

    @property
    def expected_rate(self) -> float:
        """Expected default rate, the mean of p, in [0, 1]; NaN without loans."""
        return float(self._defaults.sum()) / self._rows if self._rows else float("nan")

    @property
    def auc(self) -> float:
        """Expected AUC of ranking by p, in [0.5, 1]; NaN without loans or where no p is inside (0, 1).

        Every loan stands in it twice, as a default of weight p and as a non-default of weight 1 − p:
        Σᵢⱼ pᵢ (1 − pⱼ) ([pᵢ > pⱼ] + ½ [pᵢ = pⱼ]) / (Σᵢ pᵢ · Σⱼ (1 − pⱼ)). PDs within the same 2⁻¹⁶
        count as equal, which moves the figure by less than 1e-5 for PDs as spread out as a sample's.
        """
        pairs = float(self._defaults.sum() * self._others.sum())
        if pairs == 0.0:
            return float("nan")
        below = np.cumsum(self._others) - 0.5 * self._others
        return float(self._defaults @ below) / pairs

    @property
    def bce(self) -> float:
        """Least reachable mean binary cross-entropy in nats: the mean of −p ln p − (1 − p) ln(1 − p)."""
        return self._entropy / self._rows if self._rows else float("nan")


def _entropy(p: Floats) -> Floats:
    """Return −p ln p − (1 − p) ln(1 − p), 0 at both ends, shape (n,)."""
    inside = np.clip(p, 1e-300, 1.0)
    outside = np.clip(1.0 - p, 1e-300, 1.0)
    return -(p * np.log(inside) + (1.0 - p) * np.log(outside))
