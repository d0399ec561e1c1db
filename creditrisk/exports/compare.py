"""What an export says of loans beside what the model says: PD within a tolerance, points, grade, decision."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.exports.loans import Answer
    from creditrisk.option_values import Scale

#: How far a PD may be from the model's: sums in another order, in 64 bits.
TOLERANCE = 1e-9
#: Points halfway between two whole numbers may be rounded to either.
_TIE = 1e-6


@dataclass(frozen=True)
class Said:
    """What an export says of a loan; None where it does not say it. `points` are the score before it is rounded."""

    pd: float | None = None
    score: float | None = None
    points: float | None = None
    grade: str | None = None
    decision: str | None = None


@dataclass(frozen=True)
class Difference:
    """One thing of one loan that differs: the number of the loan from 1, what, the model's value, the export's."""

    row: int
    what: str
    model: str
    export: str


def differences(
    expected: Sequence[Answer], said: Sequence[Said], scale: Scale, cutoff: float
) -> tuple[list[Difference], float]:
    """Return what differs, and the largest difference of two PDs."""
    found: list[Difference] = []
    largest = 0.0
    for number, (model, export) in enumerate(zip(expected, said, strict=True), start=1):
        if export.pd is not None:
            gap = abs(export.pd - model.pd)
            largest = max(largest, gap) if gap == gap else float("inf")
            if not gap <= TOLERANCE:
                found.append(Difference(number, "pd", repr(model.pd), repr(export.pd)))
        if export.score is not None and not abs(export.score - model.points) <= 0.5 + _TIE:
            found.append(Difference(number, "score", str(model.score), f"{export.score:.12g}"))
        if export.points is not None and not abs(export.points - model.points) <= _TIE:
            found.append(Difference(number, "points", f"{model.points:.12g}", f"{export.points:.12g}"))
        if export.grade is not None and export.grade != model.grade and not _near(model.pd, scale.grades):
            found.append(Difference(number, "grade", model.grade, export.grade))
        if export.pd is not None and export.decision != model.decision and not _near(model.pd, [cutoff]):
            found.append(Difference(number, "decision", str(model.decision), str(export.decision)))
    return found, largest


def _near(pd: float, bounds: Sequence[float]) -> bool:
    """Whether a bound lies so near that a PD within the tolerance may be on its other side."""
    return bisect_right(bounds, pd + TOLERANCE) != bisect_right(bounds, pd - TOLERANCE)
