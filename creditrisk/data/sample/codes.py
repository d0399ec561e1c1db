"""Random codes, and the fixed effect that each code has in every sample.

The effect of a code (an employer's title, a post code) is a hash of the code itself, not a draw from
the sample's seed: files made with different seeds are then draws from one and the same population.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST_MULTIPLIER = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_MULTIPLIER = np.uint64(0x94D049BB133111EB)


def hashed_bits(codes: npt.NDArray[Any], salt: int) -> npt.NDArray[np.uint64]:
    """Return 64 well mixed bits for every code: the splitmix64 generator's output function.

    Parameters
    ----------
    codes
        Whole numbers ≥ 0, shape (n,).
    salt
        Makes one family of codes independent of another, ≥ 0.

    Notes
    -----
    Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA.
    """
    stream = np.uint64(((salt + 1) * _GOLDEN * _GOLDEN) & _MASK)
    bits = codes.astype(np.uint64) * np.uint64(_GOLDEN) + stream
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST_MULTIPLIER
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND_MULTIPLIER
    return bits ^ (bits >> np.uint64(31))


def hashed_uniform(codes: npt.NDArray[Any], salt: int) -> Floats:
    """Return the fixed number in (0, 1) of every code, shape (n,): uniform over the codes."""
    return ((hashed_bits(codes, salt) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def hashed_normal(codes: npt.NDArray[Any], salt: int) -> Floats:
    """Return the fixed effect of every code, shape (n,): standard normal over the codes (Box–Muller)."""
    radius = np.sqrt(-2.0 * np.log(hashed_uniform(codes, 2 * salt)))
    angle: Floats = 2.0 * np.pi * hashed_uniform(codes, 2 * salt + 1)
    return radius * np.cos(angle)


def zipf_codes(rng: np.random.Generator, size: int, count: int, exponent: float) -> Integers:
    """Draw codes 0 … count−1 whose frequency falls as (code + 1)^−exponent, shape (size,).

    The inverse of the continuous power law's distribution function on [1, count + 1) is rounded down;
    `exponent` must not be 1.
    """
    power = 1.0 - exponent
    top = float(count + 1) ** power
    rank = (1.0 + rng.random(size) * (top - 1.0)) ** (1.0 / power)
    whole: Integers = np.minimum(rank.astype(np.int64), count)
    return whole - 1


def drawn_from(rng: np.random.Generator, size: int, shares: Sequence[float] | Floats) -> Integers:
    """Draw codes 0 … len(shares)−1 with frequencies proportional to `shares`, shape (size,)."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    codes: Integers = np.searchsorted(edges / edges[-1], rng.random(size), side="right")
    return codes


def normal_cuts(shares: Sequence[float]) -> Floats:
    """Return the cut points that divide a standard normal score into `shares`, shape (len(shares)−1,)."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.array([NormalDist().inv_cdf(edge / edges[-1]) for edge in edges[:-1]])
