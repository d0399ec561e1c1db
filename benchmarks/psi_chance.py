"""How often the 5 % critical value of PSI is passed where nothing has shifted, and how often 0.10 and 0.25 are.

Both samples are drawn from one law over the cells of a reference: the model's training loans are a sample too. Ten
thousand pairs tell a share of 5 % to ± 0.4 points.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from report import table

from creditrisk.evaluation.population import LARGE, NOTED
from creditrisk.metrics.psi_chance import psi_of_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHA = 0.05


@dataclass(frozen=True)
class Law:
    """Shares of the loans in the cells, with how they are called."""

    name: str
    shares: NDArray[np.float64]


LAWS = (
    Law("ten equal cells", np.full(10, 0.1)),
    Law("four levels and a rare one", np.array([0.4, 0.3, 0.2, 0.09, 0.01])),
    Law("rare cells down to 1 in 1,000", np.array([0.5, 0.3, 0.15, 0.03, 0.01, 0.005, 0.003, 0.001, 0.001])),
    Law("a flag of 1 in 100", np.array([0.99, 0.01])),
)
#: Loans of the reference, and in use.
SIZES = ((5_000, 200), (5_000, 1_000), (100_000, 500), (2_000, 2_000), (100_000, 100_000))


def passed(law: Law, reference: int, current: int, pairs: int) -> tuple[float, float, float, float]:
    """Return the shares of pairs whose index passes the critical value, 0.10 and 0.25, and the mean of the first."""
    rng = np.random.default_rng(1)
    hits, critical = np.zeros(3), 0.0
    for _ in range(pairs):
        found = psi_of_counts(rng.multinomial(reference, law.shares), rng.multinomial(current, law.shares), ALPHA)
        hits += [found.value > found.critical, found.value > NOTED, found.value > LARGE]
        critical += found.critical
    over, noted, large = (hits / pairs).tolist()
    return over, noted, large, critical / pairs


def main() -> None:
    """Print a table of all laws and sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000, help="pairs of samples of each case (10,000)")
    pairs = parser.parse_args().pairs
    rows = [["cells", "reference", "in use", "mean critical value", "passed it", "passed 0.10", "passed 0.25"]]
    for law in LAWS:
        for reference, current in SIZES:
            over, noted, large, critical = passed(law, reference, current, pairs)
            mean = "–" if math.isnan(critical) else f"{critical:.4f}"
            rows.append([law.name, f"{reference:,}", f"{current:,}", mean, f"{over:.2%}",
                         f"{noted:.2%}", f"{large:.2%}"])  # fmt: skip
    print(table(rows))


if __name__ == "__main__":
    main()
