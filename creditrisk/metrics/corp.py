"""How far off the PDs are, without bins: the score split into three parts, and the curve of default rates behind it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from creditrisk.metrics.arrays import Floats, Outcomes, checked_pd
from creditrisk.metrics.borrowers import first_come, shared
from creditrisk.metrics.calibration import bce_rows
from creditrisk.metrics.estimate import LEVEL
from creditrisk.metrics.right_pds import RightPds, right_pds

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rule = Callable[[Floats, Floats], float]

#: More points than this show no more of a band on any page.
_MOST_POINTS = 100


@dataclass(frozen=True)
class Decomposition:
    """A mean score and its parts: score = miscalibration − discrimination + uncertainty.

    Attributes
    ----------
    score : float
        The mean score of the PDs (BCE in nats, or Brier score); lower is better.
    miscalibration : float
        What the score would lose if the PDs were recalibrated on these very loans; 0 or more, 0 is best.
    discrimination : float
        What the recalibrated PDs are better by than one PD for all; 0 or more, more is better.
    uncertainty : float
        The score of the default rate as everybody's PD; it depends on the loans alone.
    expected, highest : float
        Mean and 95 % quantile of the miscalibration over simulated outcomes of loans whose PDs are right.
    p_value : float
        (1 + simulations with at least this miscalibration) / (1 + simulations): small where the PDs are wrong.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    expected: float
    highest: float
    p_value: float


@dataclass(frozen=True)
class ReliabilityStep:
    """One step of the curve: the loans with PDs from lowest to highest share one default rate; means are weighted."""

    lowest_pd: float
    highest_pd: float
    mean_pd: float
    rate: float
    loans: int


@dataclass(frozen=True)
class BandPoint:
    """At this PD the curve would lie between low and high in 95 of 100 samples if every PD were right."""

    pd: float
    low: float
    high: float


@dataclass(frozen=True)
class Reliability:
    """The curve of default rates by PD, as steps of rising PD and rate, and the band around right PDs."""

    steps: tuple[ReliabilityStep, ...]
    band: tuple[BandPoint, ...]


@dataclass(frozen=True)
class Corp:
    """Both scores split into their parts, and the reliability curve that they come from."""

    bce: Decomposition
    brier: Decomposition
    reliability: Reliability


def corp(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None = None,
    *,
    by: NDArray[np.intp] | None = None,
    draws: int = 200,
    seed: int = 0,
    threads: int = 1,
) -> Corp:
    """Return the CORP decomposition of BCE and Brier score, and the reliability curve with its consistency band.

    The PDs p are recalibrated on the same loans by isotonic regression: p̃ is the non-decreasing function of p that
    fits the outcomes best, by either score. With r the default rate and S the mean score: miscalibration =
    S(p) − S(p̃), discrimination = S(r) − S(p̃), uncertainty = S(r) (Dimitriadis, Gneiting and Jordan 2021,
    doi:10.1073/pnas.2016191118). No bins are chosen: the steps of p̃ are those that the data ask for.

    Chance alone keeps miscalibration above 0, since p̃ follows it. Hence the simulation: outcomes are drawn again as
    y* ~ Bernoulli(p), each loan on its own, or with `by` as alike within a borrower as the outcomes are
    (`metrics.right_pds`), and recalibrated in the same way. One simulation serves both scores and the band.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None).
    by : array of shape (n_rows,), optional
        A number for each loan that says whose it is.
    draws : int
        Number of simulations, 1 or more; the smallest p-value is 1 / (1 + draws).
    seed : int
        Seed of the simulations; the same loans in another order give the same figures to the last bit, but for
        borrowers who have loans that are the same.
    threads : int
        How many simulations run at a time, 1 or more; the figures are the same for any number.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or draws or threads is below 1.

    Notes
    -----
    PDs of 0 or 1 are clipped in the BCE of the PDs, as in `calibration.bce`. Rates p̃ of 0 or 1 are not: there every
    loan repaid or defaulted, and 0 · ln 0 = 0.

    The band holds point by point: some point of a right model's curve lies outside it more often than in 5 of 100
    samples. The p-value judges the curve as a whole.

    Simulated outcomes do not depend on the weights. Where the weights undo a sampling by outcome (all defaults but
    one repaid loan in ten), `expected`, `highest` and the band are too wide and the p-value is too large; there the
    test of intercept and slope (`calibration_test`) is the one to read.

    Examples
    --------
    >>> y, pd = np.array([0, 0, 0, 1] * 250), np.array([0.25, 0.25, 0.25, 0.35] * 250)
    >>> parts = corp(y, pd).brier
    >>> round(parts.score, 4), round(parts.miscalibration, 4), round(parts.discrimination, 4), parts.uncertainty
    (0.1525, 0.1525, 0.1875, 0.1875)
    >>> parts.highest < 0.01, round(parts.p_value, 3)
    (True, 0.005)
    """
    y, p, w = checked_pd(y_true, pd, weight)
    for name, number in (("draws", draws), ("threads", threads)):
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, got {number}.")
    ladder, bad = _sorted(y, p, w, shared(by, len(p)))
    found = ladder.recalibrated(bad)
    points = ladder.points()
    seeds = np.random.SeedSequence(seed).spawn(draws)

    def drawn(own: np.random.SeedSequence) -> tuple[float, float, Floats]:
        fit = ladder.recalibrated(ladder.simulated(np.random.default_rng(own)))
        return fit.bce[0] - fit.bce[1], fit.brier[0] - fit.brier[1], fit.curve[points]

    with ThreadPoolExecutor(threads, thread_name_prefix="creditrisk") as pool:
        simulations = list(pool.map(drawn, seeds))
    by_bce, by_brier = np.array([one[:2] for one in simulations]).T
    ends = np.quantile([one[2] for one in simulations], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    band = zip(ladder.level[points].tolist(), *ends.tolist(), strict=True)
    return Corp(
        _decomposed(found.bce, by_bce),
        _decomposed(found.brier, by_brier),
        Reliability(ladder.steps(bad, found.starts), tuple(BandPoint(*point) for point in band)),
    )


class _Recalibrated(NamedTuple):
    """An isotonic fit: first level of each step, the fit at each level, and S(p), S(p̃), S(r) of both scores."""

    starts: NDArray[np.intp]
    curve: Floats
    bce: tuple[float, float, float]
    brier: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class _Ladder:
    """Loans sorted by PD, and the levels that they stand on: the distinct PDs, each with its weight of loans.

    `right` and `weight` are of shape (n_rows,), all others of shape (levels,). `first` is a level's first loan, `lost`
    and `kept` are the BCE of a default and of a repaid loan there.
    """

    right: RightPds
    weight: Floats
    first: NDArray[np.intp]
    level: Floats
    mass: Floats
    lost: Floats
    kept: Floats

    def simulated(self, rng: np.random.Generator) -> Floats:
        """Return the weight of defaults at each level if every PD is right."""
        return self._by_level(self.weight * self.right.drawn(rng))

    def _by_level(self, values: Floats) -> Floats:
        total: Floats = values if len(self.first) == len(values) else np.add.reduceat(values, self.first)
        return total

    def recalibrated(self, bad: Floats) -> _Recalibrated:
        """Return the isotonic fit to the weight of defaults at each level, and the scores before and after."""
        # Imported here: SciPy takes long to load, and nobody who scores loans needs it.
        from scipy.optimize import isotonic_regression

        fit = isotonic_regression(bad / self.mass, weights=self.mass)
        starts = fit.blocks[:-1]
        good, total = self.mass - bad, float(self.mass.sum())
        bads, masses = np.add.reduceat(bad, starts), np.add.reduceat(self.mass, starts)
        everybody = np.array([bad.sum()]), np.array([total])
        bce = float(np.sum(bad * self.lost) + np.sum(good * self.kept)), _bce_at_rates(bads, masses)
        brier = float(np.sum(bad * (1 - self.level) ** 2) + np.sum(good * self.level**2)), _brier_at_rates(bads, masses)
        return _Recalibrated(
            starts,
            fit.x,
            (bce[0] / total, bce[1] / total, _bce_at_rates(*everybody) / total),
            (brier[0] / total, brier[1] / total, _brier_at_rates(*everybody) / total),
        )

    def points(self) -> NDArray[np.intp]:
        """Return up to 100 levels at evenly spaced quantiles of the PDs, the lowest and the highest among them."""
        so_far = np.cumsum(self.mass)
        at = np.searchsorted(so_far, np.linspace(0.0, 1.0, _MOST_POINTS) * so_far[-1])
        return np.unique(np.minimum(at, len(so_far) - 1))

    def steps(self, bad: Floats, starts: NDArray[np.intp]) -> tuple[ReliabilityStep, ...]:
        """Return the steps of the curve that begin at these levels."""
        last = np.append(starts[1:], len(self.level)) - 1
        mass = np.add.reduceat(self.mass, starts)
        lowest, highest = self.level[starts], self.level[last]
        # Rounding must not carry a mean out of its step.
        mean = np.clip(np.add.reduceat(self.mass * self.level, starts) / mass, lowest, highest)
        loans = np.diff(np.append(self.first[starts], len(self.weight)))
        columns = (lowest, highest, mean, np.add.reduceat(bad, starts) / mass, loans)
        return tuple(ReliabilityStep(*row) for row in zip(*(column.tolist() for column in columns), strict=True))


def _sorted(y: Floats, pd: Floats, weight: Floats, by: NDArray[np.intp] | None) -> tuple[_Ladder, Floats]:
    """Return the ladder of the loans, and the weight of defaults at each of its levels."""
    # One order for the same loans, whatever the order of the file: every sum and every draw follows it.
    order = np.lexsort((y, weight, pd))
    y, p, w = y[order], pd[order], weight[order] / weight.max()
    first = np.flatnonzero(np.diff(p, prepend=-1.0))
    level = p[first]
    mass = np.add.reduceat(w, first)
    right = right_pds(y, p, w, first_come(by, order))
    ladder = _Ladder(right, w, first, level, mass, bce_rows(np.ones_like(level), level), bce_rows(0 * level, level))
    return ladder, np.add.reduceat(w * y, first)


def _bce_at_rates(bad: Floats, mass: Floats) -> float:
    """Return the summed BCE of loans whose PD is the default rate of their step."""
    from scipy.special import xlog1py, xlogy

    rate = bad / mass
    return -float(np.sum(xlogy(bad, rate) + xlog1py(mass - bad, -rate)))


def _brier_at_rates(bad: Floats, mass: Floats) -> float:
    """Return the summed squared error of loans whose PD is the default rate of their step."""
    return float(np.sum(bad * (mass - bad) / mass))


def _decomposed(scores: tuple[float, float, float], null: Floats) -> Decomposition:
    """Return the parts of S(p), given S(p), S(p̃), S(r), and the miscalibrations of the simulations."""
    score, recalibrated, uncertainty = scores
    as_large = int(np.sum(null >= score - recalibrated))
    return Decomposition(
        score=score,
        # Neither part can be negative but by rounding in the last digit.
        miscalibration=max(score - recalibrated, 0.0),
        discrimination=max(uncertainty - recalibrated, 0.0),
        uncertainty=uncertainty,
        expected=float(null.mean()),
        highest=float(np.quantile(null, LEVEL)),
        p_value=(1 + as_large) / (1 + len(null)),
    )
