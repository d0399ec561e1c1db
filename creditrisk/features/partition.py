"""The best partition of a row of cells into runs, found exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.features.woe import weights_of_evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

    Indices: TypeAlias = NDArray[np.intp]

#: How many loans of the rarer class a bin holds, or would hold at the default rate.
EXPECTED = 10.0
#: Class weights, taken out of the evidence again, leave counts a little beside whole numbers.
ROUNDING = 1e-6
_PENALTY = 1.0


@dataclass(frozen=True)
class Rules:
    """What a partition must keep.

    Attributes
    ----------
    goods, bads : float
        All loans of each class.
    smallest : float
        Least loans of a bin.
    telling : float
        Least loans of a bin that holds fewer than 10 of the rarer class: as many as hold 10 at the default rate.
    most_bins, monotone : int
        As in `BinningSpec`.
    """

    goods: float
    bads: float
    smallest: float
    telling: float
    most_bins: int
    monotone: int


def best_partition(cells: Floats, rules: Rules) -> Indices:
    """Return the ends (exclusive) of the best runs of neighbouring cells, the last being n_cells.

    Dynamic programming over the last run (i, j] of partitions of the first j cells into b runs: the best one before
    it ends at i with a risk that the sign allows, found among all in the order of their risks. O(n_cells²) a layer b.

    Parameters
    ----------
    cells : array of shape (3, n_cells)
        Loans, repaid loans and defaults by cell.
    """
    n = cells.shape[1]
    gain, risk = _runs(cells, rules)
    order, reach = _allowed(risk, rules.monotone)
    layers = [np.where(np.arange(n + 1)[:, None] == 0, gain, -np.inf)]
    for _ in range(1, min(rules.most_bins, n)):
        ranked = np.maximum.accumulate(np.take_along_axis(layers[-1], order, axis=0), axis=0)
        ranked = np.concatenate([np.full((1, n + 1), -np.inf), ranked])
        layers.append(gain + ranked[reach, np.arange(n + 1)[:, None]])
    best = int(np.argmax([layer[:, n].max() for layer in layers]))
    return _traced(layers[: best + 1], risk, rules.monotone)


def _runs(cells: Floats, rules: Rules) -> tuple[Floats, Floats]:
    """Return gain and risk (odds against the average) of each run of cells i … j − 1; −∞ and +∞ where none may be."""
    sums = np.concatenate([np.zeros((3, 1)), np.cumsum(cells, axis=1)], axis=1)
    loans, goods, bads = np.maximum(sums[:, None, :] - sums[:, :, None], 0.0)
    after = np.triu(np.ones(loans.shape, dtype=np.bool_), k=1)
    rarer = bads if rules.bads < rules.goods else goods
    large = after & (loans >= rules.smallest) & ((loans >= rules.telling) | (rarer >= EXPECTED - ROUNDING))
    gain = _times_log(goods, goods + bads) + _times_log(bads, goods + bads) - _PENALTY
    woe = weights_of_evidence(np.stack([loans, goods, bads]), np.array([[0.0], [rules.goods], [rules.bads]]))
    return np.where(large, gain, -np.inf), np.where(after, -woe if rules.monotone >= 0 else woe, np.inf)


def _times_log(part: Floats, whole: Floats) -> Floats:
    result: Floats = part * np.log(np.where(part > 0, part, 1.0) / np.where(part > 0, whole, 1.0))
    return result


def _allowed(risk: Floats, monotone: int) -> tuple[Indices, Indices]:
    """Return runs that end at i in the order of risk, and how many of them may come before the run (i, j]."""
    n = len(risk)
    before = np.arange(n)
    if not monotone:
        return np.broadcast_to(before[:, None], risk.shape), np.broadcast_to(before[:, None], risk.shape)
    order = np.argsort(risk, axis=0, kind="stable")
    reach = [np.searchsorted(risk[order[:i, i], i], risk[i], side="right") for i in before]
    return order, np.stack(reach)


def _traced(layers: list[Floats], risk: Floats, monotone: int) -> Indices:
    end = len(risk) - 1
    ends, start = [end], int(np.argmax(layers[-1][:, end]))
    for layer in reversed(layers[:-1]):
        fits = risk[:, start] <= risk[start, end] if monotone else True
        end, start = start, int(np.argmax(np.where(fits, layer[:, start], -np.inf)))
        ends.append(end)
    return np.array(ends[::-1], dtype=np.intp)
