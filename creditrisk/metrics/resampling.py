"""The bootstrap: figures of the loans drawn again and again with replacement, and intervals from the draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes
from creditrisk.metrics.borrowers import numbered
from creditrisk.metrics.estimate import Estimate, Z

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: From how often each loan was drawn, of shape (n_rows,), to figures, of shape (figures,).
Figures: TypeAlias = Callable[[Floats], Floats]

#: Draws that share a random stream; fixed, so that the number of threads changes nothing.
_BLOCK = 20
#: What a draw shows of the bias of a maximum, see `of_maximum`.
_BIAS_SHOWN = 2 ** (2 / 3) - 1
#: The share of draws without a figure (one that drew no default, say) beyond which there is no interval.
_MOST_MISSING = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Resampling:
    """How loans are drawn again.

    Attributes
    ----------
    draws : int
        Number of draws, 1 or more; 1,000 give a standard error to 2 or 3 %.
    seed : int
        Seed of the draws, 0 or more.
    threads : int
        Threads that share the draws, 1 or more; they change no figure.
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is. Whole borrowers are then drawn, with all their loans.
    """

    draws: int = 1000
    seed: int = 0
    threads: int = 1
    by: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        for name, number, least in (("draws", self.draws, 1), ("seed", self.seed, 0), ("threads", self.threads, 1)):
            if number < least:
                raise ValueError(f"{name} must be {least} or more, got {number}.")


#: A thousand draws of loans that are nobody's in particular.
PLAIN = Resampling()


@dataclass(frozen=True, eq=False)
class Resampled:
    """Figures of the loans as they are, `value` of shape (figures,), and of each draw, `draws` of (draws, figures).

    A figure that a draw does not determine (one without a default, say) is NaN.
    """

    value: Floats
    draws: Floats

    def se(self) -> Floats:
        """Return the standard deviations of the draws, of shape (figures,).

        NaN where more than 2 % of the draws have no figure, or all have the same: then the draws tell nothing.
        """
        return np.array([_deviation(column[np.isfinite(column)], len(column)) for column in self.draws.T])

    def bias(self) -> Floats:
        """Return how far the mean of the draws lies above the figures, of shape (figures,); NaN as for `se`."""
        known = np.isfinite(self.draws)
        mean = np.where(known, self.draws, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return np.where(np.isfinite(self.se()), mean - self.value, np.nan)


def _deviation(known: Floats, draws: int) -> float:
    if len(known) < max(2.0, (1 - _MOST_MISSING) * draws) or np.ptp(known) == 0.0:
        return math.nan
    return float(known.std(ddof=1))


def resample(figures: Figures, n_rows: int, how: Resampling = PLAIN, strata: Outcomes | None = None) -> Resampled:
    """Return figures of loans drawn with replacement, as many as there are.

    Parameters
    ----------
    figures : function
        From counts, an array of shape (n_rows,) that says how often each loan counts, to an array of figures. It is
        called by several threads at once and must keep nothing between calls.
    n_rows : int
        Number of loans.
    how : Resampling
        Number of draws, seed, threads, borrowers.
    strata : array of shape (n_rows,), optional
        Outcomes: so many defaults and so many repaid loans are drawn as there are. Right for figures that do not depend
        on the default rate (AUC, KS); intervals of any other figure would be too narrow. Ignored where `how.by` is
        given, since a borrower may have loans of both outcomes.

    Raises
    ------
    ValueError
        When `how.by` has another shape than (n_rows,).

    Notes
    -----
    The draws are made in blocks of 20, each with a random stream of its own, so that the result depends on the seed
    alone and on no number of threads.
    """
    units = _units(n_rows, how.by, strata)
    streams = np.random.SeedSequence(how.seed).spawn(math.ceil(how.draws / _BLOCK))
    sizes = [min(_BLOCK, how.draws - start) for start in range(0, how.draws, _BLOCK)]

    def drawn(stream: np.random.SeedSequence, size: int) -> list[Floats]:
        rng = np.random.default_rng(stream)
        return [figures(units.drawn(rng)) for _ in range(size)]

    with ThreadPoolExecutor(how.threads) as pool:
        blocks = list(pool.map(drawn, streams, sizes))
    draws = np.array([row for block in blocks for row in block])
    return Resampled(figures(np.ones(n_rows)), draws)


@dataclass(frozen=True, eq=False)
class _Units:
    """What is drawn as a whole: `of_loan` is the unit of each loan (None: the loan itself), `sets` those to draw."""

    number: int
    of_loan: NDArray[np.intp] | None
    sets: tuple[NDArray[np.intp], ...]

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Return how often each loan counts after one draw."""
        if len(self.sets) == 1:
            picked = rng.integers(0, self.number, self.number)
        else:
            picked = np.concatenate([members[rng.integers(0, len(members), len(members))] for members in self.sets])
        counts = np.bincount(picked, minlength=self.number).astype(np.float64)
        return counts if self.of_loan is None else counts[self.of_loan]


def _units(n_rows: int, by: NDArray[np.intp] | None, strata: Outcomes | None) -> _Units:
    if by is not None:
        of_loan, number = numbered(by, n_rows)
        return _Units(number, of_loan, (np.arange(number),))
    if strata is None:
        return _Units(n_rows, None, (np.arange(n_rows),))
    return _Units(n_rows, None, (np.flatnonzero(strata == 1), np.flatnonzero(strata != 1)))


def log_wald(value: float, se: float, origin: float = 0.0, sign: float = 1.0) -> Estimate:
    """Return the interval of a positive figure, symmetric in its logarithm (standard error se / value).

    Or of a figure whose distance from an `origin` is positive: above it, or below it with `sign` −1, as that of a
    skill from 1.

    >>> estimate = log_wald(2.0, 0.2)
    >>> round(estimate.low, 4), round(estimate.high, 4)
    (1.644, 2.433)
    """
    distance = sign * (value - origin)
    if not distance > 0.0 or not math.isfinite(se):
        return Estimate(value, math.nan, math.nan, se)
    factor = math.exp(Z * se / distance)
    ends = sorted((origin + sign * distance / factor, origin + sign * distance * factor))
    return Estimate(value, ends[0], ends[1], se)


def of_maximum(value: float, se: float, bias: float, *, bias_varies: bool) -> Estimate:
    """Return the interval of a figure that is the best of many cut-offs, as KS and H are, from 0 to 1.

    The best is chosen on the same loans, so that it is too high, and a draw chooses once more. Near the best cut-off
    the curve is a parabola with a random walk on top, whose maximum lies above the parabola's in proportion to the
    walk's variance to the power 2/3 (Kim and Pollard 1990, doi:10.1214/aos/1176347498). A draw doubles the variance, so
    it shows 2^(2/3) − 1 = 0.59 of the bias of the figure, which is taken off before the Wald interval is formed.

    Parameters
    ----------
    value, se, bias : float
        The figure, the standard deviation of its draws, and how far their mean lies above it.
    bias_varies : bool
        Whether the bias of these loans says little of the bias on average. True for KS, whose bias hangs on the shape
        of one peak: its correction then counts as uncertain by its own size. False for H, an average over many.

    >>> estimate = of_maximum(0.35, 0.02, 0.01, bias_varies=True)
    >>> round(estimate.low, 4), round(estimate.high, 4)
    (0.2815, 0.3845)
    """
    if not math.isfinite(se):
        return Estimate(value, math.nan, math.nan, se)
    correction = max(bias, 0.0) / _BIAS_SHOWN
    half = Z * (math.hypot(se, correction) if bias_varies else se)
    centre = value - correction
    # An interval without its own figure would only confuse; taken in, it covers no less.
    return Estimate(value, max(centre - half, 0.0), min(max(centre + half, value), 1.0), se)
