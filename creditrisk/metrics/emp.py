"""Expected maximum profit: the profit of the best cut-off, averaged over what a default may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.isotonic import pav

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes


@dataclass(frozen=True)
class Emp:
    """The expected maximum profit for each unit lent, against accepting everybody, and the share that is refused."""

    value: float
    refused: float
    no_loss: float
    whole_loss: float
    return_on_loan: float


def emp(
    y_true: Outcomes,
    score: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    no_loss: float = 0.55,
    whole_loss: float = 0.10,
    return_on_loan: float = 0.2644,
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

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked`, or a parameter is out of its range.

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
    return Emp(value, refused, no_loss, whole_loss, return_on_loan)
