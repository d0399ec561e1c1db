"""How the out-of-fold PDs of the training loans are spread: what the PDs of later loans are held against.

The PDs of fitted rows would not do: a model separates the loans that it learned from better than any others.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.shared_quantiles import FEWEST_LOANS, shared_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_PARTS = 10


@dataclass(frozen=True)
class ScoreProfile:
    """Training loans in bins of their out-of-fold PDs; every loan counts once, whatever its weight.

    Attributes
    ----------
    edges : tuple of float
        Rising: at most 9 deciles, each a PD that 10 loans share or a rounded one between loans. Bins are what is at
        most the first edge, then at most the next and so on, and what is above the last.
    loans : tuple of int
        By bin, 10 or more in each where there are so many loans at all.
    mean, sd : float
        Of the PDs.
    cutoff : float
        The PD from which the model refuses: the cut-off that it keeps, else where KS was reached.
    accepted : int
        Loans below `cutoff`.
    """

    edges: tuple[float, ...]
    loans: tuple[int, ...]
    mean: float
    sd: float
    cutoff: float
    accepted: int


def score_profile(pd: Floats, cutoff: float) -> ScoreProfile:
    """Return how PDs are spread.

    Parameters
    ----------
    pd : array of shape (n_rows,)
        Out-of-fold PDs, between 0 and 1; one or more.
    cutoff : float
        The PD from which loans are refused.

    Examples
    --------
    >>> found = score_profile(np.repeat([0.01, 0.02, 0.3], [50, 30, 20]), 0.2)
    >>> found.edges, found.loans, found.accepted
    ((0.01, 0.02), (50, 30, 20), 80)
    """
    values, loans = np.unique(pd, return_counts=True)
    deciles = np.array([shared_quantile(values, loans, part / _PARTS) for part in range(1, _PARTS)])
    edges = np.unique(deciles[(deciles > 0) & (deciles < values[-1])])
    edges = _filled(edges, in_bins(pd, edges))
    counts = in_bins(pd, edges)
    return ScoreProfile(
        edges=tuple(edges.tolist()),
        loans=tuple(counts.tolist()),
        mean=float(np.mean(pd)),
        sd=float(np.std(pd)),
        cutoff=cutoff,
        accepted=int(np.count_nonzero(pd < cutoff)),
    )


def operating_cutoff(decision: float, ks: float) -> float:
    """Return the PD from which a model refuses: its decision, and where it keeps none (0) that of KS."""
    return decision or max(ks, sys.float_info.min)


def in_bins(pd: Floats, edges: Floats) -> NDArray[np.int64]:
    """Return the loans in each bin, shape (n_edges + 1,); a PD equal to an edge is below it.

    >>> in_bins(np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.25])).tolist()
    [1, 1, 1]
    """
    return np.bincount(np.searchsorted(edges, pd), minlength=len(edges) + 1).astype(np.int64)


def _filled(edges: Floats, loans: NDArray[np.int64]) -> Floats:
    """Return the edges without those that close a bin of fewer than 10 loans, from the safest; the last bin too."""
    kept, held = [], 0
    for edge, count in zip(edges.tolist(), loans[:-1].tolist(), strict=True):
        held += count
        if held >= FEWEST_LOANS:
            kept.append(edge)
            held = 0
    if kept and held + int(loans[-1]) < FEWEST_LOANS:
        kept.pop()
    return np.array(kept, dtype=np.float64)
