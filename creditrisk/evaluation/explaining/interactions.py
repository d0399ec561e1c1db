"""Which variables act together: Friedman's H, on centred partial effects of a model's log-odds.

    H²_jk = Σ_i [ F_jk(x_i) − F_j(x_i) − F_k(x_i) ]² / Σ_i F_jk(x_i)²

F_S(x_i) is the mean log-odds over the loans when each has the values of loan i in S (Friedman and Popescu 2008,
doi:10.1214/07-AOAS148). Where log-odds are a sum over variables H is 0.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.evaluation.explanation import Interaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from creditrisk.metrics.arrays import Floats

#: Every loan is given the values of every other, so this many cost their square.
MOST_LOANS = 100
#: Loans that are scored at once.
_AT_ONCE = 20_000
#: A joint effect this flat, in log-odds, is rounding.
_FLAT = 1e-9


def interactions(
    response: Callable[[Floats], Floats], matrix: Floats, variables: Mapping[str, Sequence[int]]
) -> tuple[Interaction, ...]:
    """Return the interaction of every pair of variables, the strongest in log-odds first.

    Parameters
    ----------
    response : function
        From a matrix to log-odds.
    matrix : array of shape (n_rows, n_columns)
    variables : mapping of a name to the positions of its columns, which move together
    """
    alone = {name: joint_effect(response, matrix, columns) for name, columns in variables.items()}
    found = []
    for first, second in combinations(variables, 2):
        both = joint_effect(response, matrix, [*variables[first], *variables[second]])
        beyond = both - alone[first] - alone[second]
        spread = float(np.mean(both**2))
        strength = float(np.sqrt(np.mean(beyond**2)))
        h = strength / np.sqrt(spread) if spread > _FLAT**2 else 0.0
        found.append(Interaction(first, second, strength, float(h)))
    return tuple(sorted(found, key=lambda each: (-each.strength, each.first, each.second)))


def joint_effect(response: Callable[[Floats], Floats], matrix: Floats, columns: Sequence[int]) -> Floats:
    """Return the centred partial effect of some columns together at each loan, shape (n_rows,)."""
    at, loans = list(columns), len(matrix)
    distinct, place = np.unique(matrix[:, at], axis=0, return_inverse=True)
    means = []
    step = max(_AT_ONCE // max(loans, 1), 1)
    for begin in range(0, len(distinct), step):
        some = distinct[begin : begin + step]
        changed = np.tile(matrix, (len(some), 1))
        changed[:, at] = np.repeat(some, loans, axis=0)
        means.append(response(changed).reshape(len(some), loans).mean(axis=1))
    effect: Floats = np.concatenate(means)[place.reshape(-1)]
    effect -= effect.mean()
    return effect
