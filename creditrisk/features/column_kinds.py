"""What a column of numbers is made of, told from the numbers alone: codes of categories, amounts, or few values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_FEWEST_CODES = 30
#: Values that a file of any size repeats: below this share, codes would be of no use.
_REPEATED = 0.3
#: How many of the most frequent values are looked at for round numbers, and the share of them that tells amounts.
_FREQUENT, _ROUND = 20, 0.4
#: The share of the spread of frequencies that stands between neighbours: about 1 for codes, near 0 for quantities.
_ROUGH = 0.45
_FEWEST_SHARED = 8
_FEWEST_AMOUNTS = 20
_NOT_NEGATIVE = 0.9


@dataclass(frozen=True)
class NumberFacts:
    """What a column of numbers is made of.

    Attributes
    ----------
    distinct : int
        How many different numbers occur, missing apart.
    coded : bool
        Whether the numbers look like codes of categories: employers, postcodes, titles.
    amount : bool
        Whether they look like a quantity of which a ratio makes sense: more than 20 different numbers, 90 % of them
        at least 0, no codes (nor what would be codes if it repeated more).
    """

    distinct: int
    coded: bool
    amount: bool


def number_facts(values: Floats) -> NumberFacts:
    """Return what a column is made of; outcomes and the order of the rows play no part.

    Numbers look like codes when all of this holds:

    - they are whole and not negative, and at least 30 different ones occur;
    - they repeat: 10 loans a number on average, or at least 30 % of the loans, those of the most frequent number
      apart, have a number that 10 loans share;
    - the frequent ones are not round. Of the 20 most frequent above 0, at most 40 % have two significant digits or
      fewer (from 100 on) or are multiples of 5 (below 100), as amounts and ages are; nor are as many multiples of 6
      or of 30, as months and days of a term are;
    - a number's frequency says little about its neighbour's: among those of at least 10 loans (8 of them or more, the
      most frequent one apart) `roughness` is above 0.45. Counts, ages and months have frequencies that rise and fall
      smoothly; neighbouring codes have nothing to do with each other.

    Parameters
    ----------
    values : array of shape (n_rows,)
        NaN for missing.

    >>> number_facts(np.array([12.5, 80.0, np.nan, 80.0]))
    NumberFacts(distinct=2, coded=False, amount=False)
    """
    distinct, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    like_codes = _looks_coded(distinct, counts)
    coded = like_codes and _repeat(counts)
    not_negative = counts[distinct >= 0].sum() >= _NOT_NEGATIVE * counts.sum()
    return NumberFacts(len(distinct), coded, bool(not_negative) and not like_codes and len(distinct) > _FEWEST_AMOUNTS)


def _looks_coded(distinct: Floats, counts: NDArray[Any]) -> bool:
    if len(distinct) < _FEWEST_CODES or distinct[0] < 0 or (distinct != np.floor(distinct)).any():
        return False
    # The most frequent value is often a 0 that says "none": it would hide what the others are like.
    others = np.delete(counts, np.argmax(counts))
    shared = others[others >= FEWEST_LOANS_A_LEVEL]
    rough = len(shared) >= _FEWEST_SHARED and roughness(shared) > _ROUGH
    return rough and not _round(distinct, counts)


def _repeat(counts: NDArray[Any]) -> bool:
    rest = counts.sum() - counts.max()
    shared = counts[counts >= FEWEST_LOANS_A_LEVEL].sum() - counts.max()
    return bool(counts.mean() >= FEWEST_LOANS_A_LEVEL or shared >= _REPEATED * rest)


def _round(distinct: Floats, counts: NDArray[Any]) -> bool:
    above = distinct > 0
    numbers = distinct[above][np.argsort(-counts[above], kind="stable")][:_FREQUENT]
    unit = np.where(numbers < 100, 5.0, 10.0 ** (np.floor(np.log10(numbers)) - 1))
    return max(float(np.mean(numbers % step == 0)) for step in (unit, 6.0, 30.0)) > _ROUND


def roughness(counts: NDArray[Any]) -> float:
    """Return how little the frequencies of neighbouring values have in common, about 0 to 1 and more.

    With a = 2 √(count + 3/8), whose Poisson noise has a variance near 1 (Anscombe 1948, doi:10.2307/2332343), and the
    differences r = aᵢ − (aᵢ₋₁ + aᵢ₊₁) / 2: roughness = (mean(r²) / 1.5 − 1) / (var(a) − 1). It is about 1 for
    frequencies in random order and about 0 for a smooth histogram with any noise of sampling; 0 where the frequencies
    differ by no more than such noise.

    >>> roughness(np.array([10, 20, 40, 60, 40, 20, 10] * 9)) < 0.2 < 0.7 < roughness(np.array([90, 10, 70, 5, 60] * 9))
    True
    """
    a = 2.0 * np.sqrt(counts + 0.375)
    spread = float(np.var(a)) - 1.0
    if len(a) < 3 or spread <= 1.0:
        return 0.0
    between = float(np.mean((a[1:-1] - (a[:-2] + a[2:]) / 2.0) ** 2)) / 1.5 - 1.0
    return max(between, 0.0) / spread
