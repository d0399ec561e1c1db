"""Columns that newer loans write in another unit: thousands for units, years for months, fractions for per cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.drift.sides import ALPHA, FEWEST_LOANS, compared
from creditrisk.audit.listing import cut, named, quoted
from creditrisk.audit.results import Finding
from creditrisk.metrics.cell_shift import cell_shift
from creditrisk.metrics.drift import quantile_edges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.drift.sides import Sides
    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.metrics.arrays import Floats

#: Units that are mistaken for each other: powers of ten, months for years.
_TIMES = (10.0, 12.0, 100.0, 1e3, 1e4, 1e5, 1e6)
FACTORS = np.array([*_TIMES, *(1.0 / factor for factor in _TIMES)])
#: The ratio of both medians is within this of the factor: the level may have moved as well, and that of few different
#: values jumps.
_NEAR = 2.0
#: The PSI that shows a change, and the largest that is left once the unit is mended, if chance explains no more.
SHIFTED, MENDED = 0.25, 0.1
_ALPHA = 0.01
_PARTS = 10


def scale_changed(loans: AuditedLoans) -> Iterator[Finding]:
    """Find numbers that are the older ones times 10, 12, 100, 1,000 … or a fraction like that."""
    columns = compared(loans)
    factors = [(sides.column.name, scale_factor(sides, len(columns))) for sides in columns]
    found = [(name, factor) for name, factor in factors if factor is not None]
    if found:
        words = [f"{quoted(name)} {_words(factor)}" for name, factor in found]
        yield Finding(
            kind="drift",
            severity="high",
            rule="scale-changed",
            columns=tuple(name for name, _ in found),
            what=f"The newer loans seem to be written in another unit: {named([name for name, _ in found])}.",
            evidence=f"Times the older ones: {cut(words)}; with that undone both are spread alike, which they are not "
            f"as they stand (PSI above {SHIFTED:g}).",
            fix="Bring the column to one unit before training or scoring.",
        )


def _words(factor: float) -> str:
    return f"× {factor:,.0f}" if factor > 1 else f"÷ {1 / factor:,.0f}"


def scale_factor(sides: Sides, tests: int) -> float | None:
    """Return by what the newer values are multiplied; None where they are not.

    Values above 0 are looked at alone. The factor is near to the ratio of both medians, and the newer values divided
    by it are spread over the older ones' deciles as these are, which they are not as they stand. Of several such
    factors that one is taken which gives most loans a value that older ones have, then that which leaves least PSI.
    """
    if sides.column.kind != "numeric":
        return None
    positive = np.flatnonzero(sides.values > 0)
    values, older, newer = sides.values[positive], sides.older[:-1][positive], sides.newer[:-1][positive]
    if min(int(older.sum()), int(newer.sum())) < FEWEST_LOANS:
        return None
    near = np.abs(np.log(FACTORS) - np.log(_median(values, newer) / _median(values, older))) <= np.log(_NEAR)
    if not near.any():
        return None
    held = older > 0
    edges = quantile_edges(values[held], older[held].astype(np.float64), _PARTS) * (1 + 1e-9)
    before = _by_cell(values, older, edges)
    stands = cell_shift(before, _by_cell(values, newer, edges))
    if not (stands.value > SHIFTED and stands.p_value * tests < ALPHA):
        return None
    left = {f: cell_shift(before, _by_cell(values / f, newer, edges), _ALPHA) for f in FACTORS[near].tolist()}
    fitting = [factor for factor, shift in left.items() if shift.value < max(MENDED, shift.critical)]
    # Years and tens of months fall into the same cells; only one of them is a number of months that loans have.
    return max(fitting, key=lambda f: (_met(values[held], values / f, newer), -left[f].value)) if fitting else None


def _met(known: Floats, values: Floats, loans: NDArray[np.int64]) -> float:
    """Return the share of loans whose value is a known one, rounded to tenths: by chance some are."""
    above = known[np.minimum(np.searchsorted(known, values * (1 - 1e-9)), len(known) - 1)]
    return round(float(loans @ (np.abs(above - values) <= 1e-9 * values)) / float(loans.sum()), 1)


def _median(values: Floats, loans: NDArray[np.int64]) -> float:
    return float(values[np.searchsorted(np.cumsum(loans), loans.sum() / 2)])


def _by_cell(values: Floats, loans: NDArray[np.int64], edges: Floats) -> Floats:
    return np.bincount(np.searchsorted(edges, values), loans, len(edges) + 1).astype(np.float64)
