"""Outcomes as they might have been if every PD were right: drawn anew, alike within a borrower where these are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.arrays import sums_before
from creditrisk.metrics.borrowers import likeness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats


@dataclass(frozen=True, eq=False)
class RightPds:
    """Loans whose outcomes can be drawn again, each a default with its own PD.

    Attributes
    ----------
    pd : array of shape (n_rows,)
    by : array of shape (n_rows,), or None
        Borrowers as numbers from 0; None where the loans are independent.
    together : float
        The chance that two loans of a borrower share one throw, from 0 to 1.
    """

    pd: Floats
    by: NDArray[np.intp] | None = None
    together: float = 0.0

    def drawn(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return which loans default.

        A loan defaults where its throw, even between 0 and 1, is below its PD. With the chance √`together` the throw is
        that of its borrower, else its own, so that two loans of one borrower have the covariance
        `together` · (min(p, q) − p q), whatever their PDs p and q.
        """
        throw = rng.random(len(self.pd))
        if self.by is not None:
            own = rng.random(len(self.pd)) >= math.sqrt(self.together)
            throw = np.where(own, throw, rng.random(int(self.by.max()) + 1)[self.by])
        defaults: NDArray[np.bool_] = throw < self.pd
        return defaults


def right_pds(y_true: Floats, pd: Floats, weight: Floats, by: NDArray[np.intp] | None) -> RightPds:
    """Return the loans as they would be if every PD were right, as alike within borrowers as these are.

    The likeness of the errors y − pd (`borrowers.likeness`) sets the sum of the covariances within borrowers. Where it
    is more than throws in common can bring, all loans of a borrower share one.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes, PDs in rising order, positive loan weights.
    by : array of shape (n_rows,), or None
        Borrowers as numbers from 0; None where the loans are independent.
    """
    if by is None:
        return RightPds(pd)
    wanted = likeness(y_true - pd, weight, by) * _pairs(weight * pd * (1 - pd), weight, by)
    most = _most_together(pd, weight, by)
    if wanted <= 0.0 or most <= 0.0:
        return RightPds(pd)
    return RightPds(pd, by, min(wanted / most, 1.0))


def _pairs(values: Floats, weight: Floats, by: NDArray[np.intp]) -> float:
    """Return Σ v_i w_j over the ordered pairs of different loans of one borrower."""
    return float(np.sum(values * (np.bincount(by, weight)[by] - weight)))


def _most_together(pd: Floats, weight: Floats, by: NDArray[np.intp]) -> float:
    """Return Σ w_i w_j (min(p_i, p_j) − p_i p_j) over the same pairs: their covariance with one throw each."""
    order = np.argsort(by, kind="stable")
    w, p, first = weight[order], pd[order], np.flatnonzero(np.diff(by[order], prepend=-1))
    so_far = sums_before(w)
    ends = np.append(first[1:], len(w))
    # PDs rise, so that of each pair the earlier loan has the lower one.
    later = np.repeat(so_far[ends], np.diff(np.append(first, len(w)))) - so_far[1:]
    lower = 2.0 * float(np.sum(w * p * later))
    expected = np.bincount(by, weight * pd)
    return lower - float(np.sum(expected**2) - np.sum((weight * pd) ** 2))
