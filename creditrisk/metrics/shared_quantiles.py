"""Quantiles that are nobody's value: one that many loans share, else a round number between some of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: A value that fewer loans have could be a person's.
FEWEST_LOANS = 10
#: A quantile of fewer loans than this would lie between too few of them.
_FEWEST_IN_ALL = 2 * FEWEST_LOANS


def shared_quantile(values: Floats, loans: NDArray[Any], share: float) -> float:
    """Return a quantile of counted values: its own value where 10 loans have it, else a rounded one.

    The rounded one has the fewest digits of the numbers in the middle half between the values of the fifth loan before
    and the fifth loan after. NaN with fewer than 20 loans.

    Parameters
    ----------
    values : array of shape (n_distinct,)
        Ascending, finite.
    loans : array of shape (n_distinct,)
        How many have each value, 1 or more.
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> shared_quantile(np.array([1.0, 2.0]), np.array([30, 70]), 0.5)
    2.0
    >>> shared_quantile(np.arange(1000) * 1.37, np.ones(1000), 0.5)
    684.0
    """
    reach = np.cumsum(loans)
    total = int(reach[-1]) if len(reach) else 0
    if total < _FEWEST_IN_ALL:
        return math.nan
    rank = min(max(math.ceil(share * total * (1 - 1e-12)), 1), total)
    place = int(np.searchsorted(reach, rank))
    if loans[place] >= FEWEST_LOANS:
        return float(values[place])
    first = min(max(rank - FEWEST_LOANS // 2, 1), total - FEWEST_LOANS)
    low, high = values[np.searchsorted(reach, [first, first + FEWEST_LOANS])].tolist()
    return round_between(low, high)


def round_between(low: float, high: float) -> float:
    """Return the number of fewest digits in the middle half between two values; `high` where none is between them.

    >>> round_between(1234.5, 1301.7)
    1270.0
    """
    near, middle, far = (low * (1 - share) + high * share for share in (0.25, 0.5, 0.75))
    for digits in range(1, 18):
        value = float(f"{middle:.{digits}g}")
        if low < value and near <= value <= far and value <= high:
            return value
    return high
