"""Expected maximum profit: the profit of the best cut-off, averaged over what a default may cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.isotonic import pav
from creditrisk.metrics.rates import weighted_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class Emp:
    """The expected maximum profit for each unit lent, against accepting everybody, and the share that is refused.

    `low`, `high` and `se` are the profit's 95 % interval and its standard error.
    """

    value: float
    refused: float
    no_loss: float
    whole_loss: float
    return_on_loan: float
    low: float = math.nan
    high: float = math.nan
    se: float = math.nan

    @property
    def estimate(self) -> Estimate:
        """The profit with its interval."""
        return Estimate(self.value, self.low, self.high, self.se)


def emp(
    y_true: Outcomes,
    score: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    no_loss: float = 0.55,
    whole_loss: float = 0.10,
    return_on_loan: float = 0.2644,
    by: NDArray[np.intp] | None = None,
) -> Emp:
    """Return the expected maximum profit of refusing the riskiest loans (Verbraken, Bravo, Weber and Baesens 2014).

    A refused default saves λ, a refused good loan costs the return: with π₁, π₀ the shares of defaults and repaid
    loans and F̄₁, F̄₀ the shares of each that are refused,

        EMP = ∫ max over cut-offs of [λ π₁ F̄₁ − return · π₀ F̄₀] h(λ) dλ,

    where the loss λ of a default is 0 with probability `no_loss`, 1 with `whole_loss`, and else evenly spread between
    (doi:10.1016/j.ejor.2014.04.001). The best cut-off is always a corner of the ROC curve's convex hull, so the
    integral is a sum over the corners; corner k is best for λ between λ_k and λ_{k+1}, with
    λ_k = return · π₀ ΔF̄₀ / (π₁ ΔF̄₁).

    Parameters
    ----------
    y_true, score, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), scores (higher = riskier), loan weights (positive; 1 where None).
    no_loss, whole_loss : float
        Probabilities that add up to 1 at most. The defaults are those of the paper's consumer loans.
    return_on_loan : float
        What a repaid loan earns for each unit lent, 0 or more.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`, or a parameter is out of its range.

    Notes
    -----
    At a best cut-off a small move of it changes nothing, so that to first order the hull may be taken as fixed.
    EMP is then a mean over the loans: a default adds what its refusal saves, over all losses at which it is refused, a
    repaid loan takes off what it would have earned. The interval is that of a mean, cut at 0. Since the hull follows
    these loans EMP is too high by chance, more so with few defaults. In 400 simulations of 3,000 loans with right PDs
    the interval covered the EMP of the population in 94.5 % at a default rate of 18 % and in 94.5 % at 5 % (return
    0.2644), in 95.5 and 94.8 % at a return of 0.1; of 500 loans in 94.2 % with 90 defaults, in 90.5 % with 25.

    Examples
    --------
    >>> found = emp(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]))
    >>> round(found.value, 4), round(found.refused, 4)
    (0.1375, 0.225)
    """
    if not (min(no_loss, whole_loss) >= 0 and no_loss + whole_loss <= 1):
        raise ValueError("no_loss and whole_loss must be probabilities that add up to 1 at most.")
    if not 0 <= return_on_loan < np.inf:
        raise ValueError(f"return_on_loan must be finite and 0 or more, got {return_on_loan}.")
    blocks = pav(score, y_true, weight)
    total = float(blocks.weight.sum())
    # From the riskiest block down: the corners of the hull, beginning with refusing nobody.
    bad = np.concatenate([[0.0], np.cumsum((blocks.y * blocks.weight)[::-1])]) / total
    good = np.concatenate([[0.0], np.cumsum(((1 - blocks.y) * blocks.weight)[::-1])]) / total
    steps = np.diff(bad)
    with np.errstate(divide="ignore"):
        turns = np.where(steps > 0, return_on_loan * np.diff(good) / np.where(steps > 0, steps, 1.0), np.inf)
    low, high = np.clip(np.append(0.0, turns), 0.0, 1.0), np.clip(np.append(turns, np.inf), 0.0, 1.0)
    width = np.maximum(high - low, 0.0)
    between = 1.0 - no_loss - whole_loss
    value = between * float(np.sum(bad * (high**2 - low**2) / 2 - return_on_loan * good * width))
    refused = between * float(np.sum(width * (bad + good)))
    last = int(np.argmax(bad - return_on_loan * good))
    value += whole_loss * float(bad[last] - return_on_loan * good[last])
    refused += whole_loss * float(bad[last] + good[last])
    # How much is saved and how often it is lost at each corner, and so by the loans of each block that it refuses.
    saved, lost = between * np.where(width > 0.0, (high**2 - low**2) / 2, 0.0), between * width
    saved[last] += whole_loss
    lost[last] += whole_loss
    saves, loses = (np.cumsum(each[::-1])[:-1] for each in (saved, lost))
    w = np.ones(len(y_true)) if weight is None else np.asarray(weight, dtype=np.float64)
    block = _block_of(score, w, blocks.weight)
    part = np.where(np.asarray(y_true) == 1, saves[block], -return_on_loan * loses[block])
    mean = weighted_mean(part, w, 0.0, by=by)
    return Emp(value, refused, no_loss, whole_loss, return_on_loan, mean.low, mean.high, mean.se)


def _block_of(score: NDArray[np.floating], weight: Floats, block_weight: Floats) -> NDArray[np.intp]:
    """Return the block of each loan, from the least risky on."""
    order = np.argsort(score, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    block = np.empty(len(weight), dtype=np.intp)
    block[order] = np.minimum(np.searchsorted(np.cumsum(block_weight), middle), len(block_weight) - 1)
    return block
