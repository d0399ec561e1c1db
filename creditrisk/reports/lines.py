"""Reports of a few lines, without Rich: importing it takes as long as scoring a loan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import printable
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.evaluation.results import Sample, Scoring


def scoring_lines(result: Scoring) -> str:
    """Return the report of `predict`."""
    if not result.rows:
        return f"{printable(result.file)} has a header and no loans; {printable(result.output)} has a header too.\n"
    mean = "" if math.isnan(result.mean_pd) else f", mean PD {percent(result.mean_pd)}"
    loans = "loan" if result.rows == 1 else "loans"
    done = f"{result.rows:,} {loans} scored{mean}: {printable(result.output)} ({result.seconds:.1f} s)"
    return _listed(done, result.remarks)


def sample_lines(result: Sample) -> str:
    """Return the report of `sample`."""
    made = (
        f"{result.rows:,} loans made, expected default rate {percent(result.expected_rate)}: {printable(result.output)}"
    )
    return _listed(made, [f"the best that any model can reach: AUC {result.best_auc:.4f}, BCE {result.best_bce:.4f}"])


def _listed(first: str, points: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in [first, *(f"  • {point}" for point in points)])
