"""Whether riskier grades default more, grade by grade, and how the loans crowd into few grades."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class GradeCount:
    """A grade that holds loans, with its loans and defaults (with loan weights: at the effective number of loans)."""

    grade: str
    loans: float
    defaults: float


@dataclass(frozen=True)
class Neighbours:
    """Two neighbouring grades, and whether the riskier one defaults more.

    Attributes
    ----------
    safer, riskier : str
        The grades, in the order of their PDs.
    difference, z : float
        Default rate of the riskier less that of the safer grade, and over its standard error under equal rates.
    p_value : float
        Small where the riskier grade has the higher default rate: the two grades are told apart.
    p_inverted, adjusted_inverted : float
        Small where the riskier grade has the lower default rate: their order is wrong; and the same after Holm.
    monotone : bool
        Whether the default rate of the riskier grade is at least that of the safer one.
    """

    safer: str
    riskier: str
    difference: float
    z: float
    p_value: float
    p_inverted: float
    adjusted_inverted: float
    monotone: bool


@dataclass(frozen=True)
class Concentration:
    """How the loans are spread: the Herfindahl–Hirschman index Σ s² of the grades' shares, from 1 / grades to 1.

    `normalised` is 0 where all grades hold the same share and 1 where one holds all; NaN where there is one grade.
    """

    grades: int
    hhi: float
    normalised: float


def concentration(shares: Sequence[float]) -> Concentration:
    """Return how concentrated the loans are; grades without loans count as grades.

    HHI = Σ s², normalised (HHI − 1/k) / (1 − 1/k) with k grades.

    Parameters
    ----------
    shares : sequence of float, one a grade
        The grade's share of the loans, from 0 to 1; they add up to 1.

    >>> found = concentration([0.5, 0.3, 0.2])
    >>> found.grades, round(found.hhi, 4), round(found.normalised, 4)
    (3, 0.38, 0.07)
    """
    hhi, grades = math.fsum(share**2 for share in shares), len(shares)
    return Concentration(grades, hhi, math.nan if grades < 2 else (hhi - 1 / grades) / (1 - 1 / grades))


def neighbours(counts: Sequence[GradeCount]) -> tuple[Neighbours, ...]:
    """Return each grade beside the next riskier one: one-sided tests of two default rates, both ways.

    The p-values are those of Fisher's exact test (one-sided), which keeps its level at any number of defaults. The
    usual z of the pooled default rate does not: where 5,000 loans stand beside 100 riskier ones, both with a rate of
    0.5 %, it tells them apart at 5 % in 8.5 of 100 samples. The p-value of the wrong order is adjusted by Holm.

    Parameters
    ----------
    counts : sequence of GradeCount
        Grades that hold loans, from the safest to the riskiest.

    Examples
    --------
    >>> pair, = neighbours([GradeCount("A", 1000, 10), GradeCount("B", 1000, 25)])
    >>> round(pair.difference, 3), round(pair.z, 3), round(pair.p_value, 4), pair.monotone
    (0.015, 2.558, 0.0079, True)
    """
    pairs = list(pairwise(counts))
    inverted = [one_sided_p(riskier, safer) for safer, riskier in pairs]
    return tuple(
        Neighbours(
            safer=safer.grade,
            riskier=riskier.grade,
            difference=riskier.defaults / riskier.loans - safer.defaults / safer.loans,
            z=_pooled_z(safer, riskier),
            p_value=one_sided_p(safer, riskier),
            p_inverted=wrong,
            adjusted_inverted=adjusted,
            monotone=riskier.defaults / riskier.loans >= safer.defaults / safer.loans,
        )
        for (safer, riskier), wrong, adjusted in zip(pairs, inverted, holm(inverted).tolist(), strict=True)
    )


def one_sided_p(lower: GradeCount, higher: GradeCount) -> float:
    """Return Fisher's exact p-value that the second grade has the higher default rate: small where it has.

    Given all defaults d and equal rates, the second grade's follow the hypergeometric law; p = P(at least as many).
    Effective counts are rounded to whole loans.

    >>> round(one_sided_p(GradeCount("A", 5, 1), GradeCount("B", 5, 4)), 6)
    0.103175
    """
    from scipy.special import gammaln

    n, m = round(higher.loans), round(lower.loans)
    reached = round(higher.defaults)
    total = reached + round(lower.defaults)
    most = min(n, total)
    least = max(0, total - m)
    k = np.arange(least, most + 1)

    logs = -(gammaln(k + 1) + gammaln(n - k + 1) + gammaln(total - k + 1) + gammaln(m - total + k + 1))
    chances = np.exp(logs - logs.max())
    return float(min(chances[reached - least :].sum() / chances.sum(), 1.0))


def _pooled_z(safer: GradeCount, riskier: GradeCount) -> float:
    rate = (safer.defaults + riskier.defaults) / (safer.loans + riskier.loans)
    variance = rate * (1 - rate) * (1 / safer.loans + 1 / riskier.loans)
    if variance <= 0.0:
        return math.nan
    return (riskier.defaults / riskier.loans - safer.defaults / safer.loans) / math.sqrt(variance)
