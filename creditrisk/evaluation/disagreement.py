"""Where two scores disagree most: the loans by their fifth of risk under each, with what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.gains import risk_bands
from creditrisk.metrics.rates import weighted_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate

_FIFTHS = 5
#: Disagreements of more fifths than this are counted together.
_FAR = 2


@dataclass(frozen=True)
class Cell:
    """Loans of one fifth of risk by A and one by B, from 1, the riskiest, to 5, the safest."""

    fifth_a: int
    fifth_b: int
    loans: int
    defaults: int
    default_rate: Estimate
    mean_pd_a: float
    mean_pd_b: float


@dataclass(frozen=True)
class Shift:
    """Loans that B puts so many fifths higher in risk than A: 2 is two or more, −2 two or more lower."""

    fifths: int
    loans: int
    defaults: int
    default_rate: Estimate
    mean_pd_a: float
    mean_pd_b: float


def cells(
    y_true: Outcomes, risks: tuple[Floats, Floats], pds: tuple[Floats, Floats], weight: Floats
) -> tuple[Cell, ...]:
    """Return the cells that hold loans, the riskiest first; equal scores are never split, so a fifth may be empty.

    Parameters
    ----------
    y_true, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), positive loan weights.
    risks, pds : pairs of arrays of shape (n_rows,)
        What A and B rank by (higher = riskier), and their PDs.
    """
    by_a, by_b = (risk_bands(risk, weight, _FIFTHS) for risk in risks)
    found = []
    for a, b in product(range(_FIFTHS), repeat=2):
        member = (by_a == a) & (by_b == b)
        if member.any():
            found.append(Cell(a + 1, b + 1, *_facts(member, y_true, pds, weight)))
    return tuple(found)


def shifts(
    y_true: Outcomes, risks: tuple[Floats, Floats], pds: tuple[Floats, Floats], weight: Floats
) -> tuple[Shift, ...]:
    """Return the loans by how many fifths B puts them higher than A, those that B fears more first."""
    by_a, by_b = (risk_bands(risk, weight, _FIFTHS) for risk in risks)
    higher = np.clip(by_a - by_b, -_FAR, _FAR)
    return tuple(
        Shift(int(fifths), *_facts(higher == fifths, y_true, pds, weight)) for fifths in np.unique(higher)[::-1]
    )


def _facts(
    member: NDArray[np.bool_], y_true: Outcomes, pds: tuple[Floats, Floats], weight: Floats
) -> tuple[int, int, Estimate, float, float]:
    y, w = y_true[member] == 1, weight[member]
    means = [float(np.average(pd[member], weights=w)) for pd in pds]
    return len(w), int(y.sum()), weighted_rate(y, w), means[0], means[1]
