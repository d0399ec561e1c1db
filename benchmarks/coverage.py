"""How often the 95 % intervals cover the truth, on simulated portfolios whose true figures are known.

Each portfolio is drawn from one law: log-odds of default that are normal, and PDs that follow them with noise and too
little spread, as a model's do. The law gives the true figures by quadrature; the share of intervals that hold them
should be 95 %. Two thousand portfolios tell a coverage to ± 1 point.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from report import table
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from creditrisk.metrics.bootstrap import CAPTURE_SHARES, bootstrap_figures
from creditrisk.metrics.calibration import bce, bce_skill, brier, calibration_line, observed_over_expected
from creditrisk.metrics.discrimination import auc, ks, ks_at
from creditrisk.metrics.precision import average_precision
from creditrisk.metrics.resampling import Resampling

if TYPE_CHECKING:
    from creditrisk.metrics.arrays import Floats
    from creditrisk.metrics.estimate import Estimate

#: PD log-odds = centre + KEPT × (true log-odds − centre) + NOISE × normal.
KEPT, NOISE = 0.9, 0.3
LOANS, RATES = (300, 3_000, 30_000), (0.02, 0.2)
#: Points of the quadrature, at equal steps of probability; on 100,000 no digit that is printed changes.
POINTS = 40_000


@dataclass(frozen=True)
class Law:
    """The law of a portfolio by its default rate: where the true log-odds centre, with standard deviation 1."""

    rate: float
    centre: float

    def portfolio(self, rng: np.random.Generator, loans: int) -> tuple[Floats, Floats]:
        """Return outcomes and PDs of loans drawn at random."""
        deviation = rng.standard_normal(loans)
        pd = expit(self.centre + KEPT * deviation + NOISE * rng.standard_normal(loans))
        return (rng.random(loans) < expit(self.centre + deviation)).astype(np.float64), pd

    def everyone(self) -> tuple[Floats, Floats, Floats]:
        """Return outcomes, PDs and weights of endlessly many loans: at each PD so many defaults as there are."""
        spread = math.hypot(KEPT, NOISE)
        normal = ndtri((np.arange(POINTS) + 0.5) / POINTS)
        # Given the log-odds of the PD, the true ones are normal around this, with what spread is left.
        middle, left = self.centre + KEPT / spread * normal, NOISE / spread
        nodes, mass = np.polynomial.hermite_e.hermegauss(40)
        risk = expit(middle[:, None] + left * nodes) @ (mass / mass.sum())
        pd = expit(self.centre + spread * normal)
        return np.repeat([1.0, 0.0], POINTS), np.tile(pd, 2), np.concatenate([risk, 1.0 - risk])


def law(rate: float) -> Law:
    """Return the law of which a share `rate` of the loans default."""
    normal = ndtri((np.arange(POINTS) + 0.5) / POINTS)
    return Law(rate, brentq(lambda centre: expit(centre + normal).mean() - rate, -20.0, 20.0))


def figures(
    y: Floats, pd: Floats, weight: Floats | None, rate: float, cutoff: float, how: Resampling
) -> dict[str, Estimate]:
    """Return every figure that has an interval, those by a formula marked so where the bootstrap has them too."""
    found = bootstrap_figures(y, pd, rate, weight, how)
    named: dict[str, Estimate] = {"auc": auc(y, pd, weight), "ks_at": ks_at(y, pd, cutoff, weight)}
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, tuple):
            named |= {f"{field.name} {share:.0%}": each for share, each in zip(CAPTURE_SHARES, value, strict=True)}
        else:
            named[field.name] = value
    line = calibration_line(y, pd, weight)
    return named | {
        "pr_auc, formula": average_precision(y, pd, weight),
        "bce, formula": bce(y, pd, weight),
        "bce_skill, formula": bce_skill(y, pd, rate, weight),
        "brier, formula": brier(y, pd, weight),
        "observed_over_expected, formula": observed_over_expected(y, pd, weight),
        "in_the_large": line.in_the_large,
        "slope": line.slope,
    }


@dataclass
class Tally:
    """How many intervals of a figure lay below the truth, above it, or were not given."""

    below: int = 0
    above: int = 0
    missing: int = 0

    def add(self, estimate: Estimate, truth: float) -> None:
        """Count one interval."""
        if math.isnan(estimate.low):
            self.missing += 1
        else:
            self.below += estimate.high < truth
            self.above += estimate.low > truth

    def cell(self, portfolios: int) -> str:
        """Return the coverage in per cent, and how many portfolios gave no interval."""
        given = portfolios - self.missing
        covered = f"{100 * (1 - (self.below + self.above) / given):.1f}" if given else "–"
        return covered + (f" ({100 * self.missing / portfolios:.1f} % without)" if self.missing else "")


def case(loans: int, rate: float, options: argparse.Namespace) -> dict[str, str]:
    """Return the coverage of each figure on portfolios of one size and default rate."""
    portfolio_law = law(rate)
    y, pd, weight = portfolio_law.everyone()
    cutoff = ks(y, pd, weight)[1]
    truth = figures(y, pd, weight, rate, cutoff, Resampling(draws=1))
    tallies: dict[str, Tally] = defaultdict(Tally)
    rng = np.random.default_rng([options.seed, loans, round(1000 * rate)])
    done, started = 0, time.perf_counter()
    while done < options.portfolios and time.perf_counter() - started < options.seconds:
        y, pd = portfolio_law.portfolio(rng, loans)
        if 0 < y.sum() < loans:
            how = Resampling(draws=options.draws, seed=int(rng.integers(2**31)), threads=options.threads)
            for name, estimate in figures(y, pd, None, rate, cutoff, how).items():
                tallies[name].add(estimate, truth[name].value)
            done += 1
    return {"portfolios": f"{done:,}"} | {name: tally.cell(done) for name, tally in tallies.items()}


def main() -> None:
    """Print the coverage of every figure, a case a column."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portfolios", type=int, default=2_000, help="a case")
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--loans", type=int, nargs="+", default=LOANS)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--seconds", type=float, default=math.inf, help="end a case after so many, whatever is done")
    parser.add_argument("--markdown", action="store_true", help="a Markdown table")
    options = parser.parse_args()
    cases = {
        f"{loans:,} at {rate:.0%}": case(loans, rate, options) for rate in options.rates for loans in options.loans
    }
    names = list(dict.fromkeys(name for column in cases.values() for name in column))
    rows = [["", *cases], *([name, *(column.get(name, "–") for column in cases.values())] for name in names)]
    print(table(rows) if options.markdown else "\n".join("\t".join(row) for row in rows))


if __name__ == "__main__":
    main()
