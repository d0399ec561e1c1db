"""Recalibrations in words, for the console, the page and what `info` and `evaluate` say of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from creditrisk.errors import counted, shown
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.evaluation.recalibration import Outcome
    from creditrisk.models.calibration import Calibration

#: The tests of nested corrections, in words.
TESTS = (
    ("shift", "a shift rather than nothing"),
    ("line", "a line rather than nothing"),
    ("curve", "a curve rather than nothing"),
    ("slope", "a line rather than a shift"),
    ("bend", "a curve rather than a line"),
)
#: Figures of the level with their forms, and tests of which the p-value is told.
FIGURES = (
    ("observed / expected", "observed_over_expected", ".3f"),
    ("BCE", "bce", ".5f"),
    ("calibration in the large", "calibration_in_the_large", "+.3f"),
    ("calibration slope", "calibration_slope", ".3f"),
)
P_VALUES = (("intercept and slope", "calibration_test"), ("Spiegelhalter", "spiegelhalter"))


def p_words(p: float) -> str:
    """Return a p-value, a very small one as a bound.

    >>> p_words(0.0312), p_words(1e-9), p_words(float("nan"))
    ('0.031', '< 0.001', '–')
    """
    return "–" if p != p else "< 0.001" if p < 0.001 else f"{p:.3f}"


def tested_words(outcome: Outcome) -> str:
    """Return by which test a correction was needed, or was not."""
    decisive = next(words for name, words in TESTS if name == outcome.tested)
    p = p_words(getattr(outcome, outcome.tested).p_value)
    return f"{'Yes' if outcome.needed else 'No'}, by the test of {decisive} (p {p if p[0] == '<' else f'= {p}'})"


def correction_of(correction: Calibration) -> tuple[float, float, int]:
    """Return intercept, slope, and the number of knots."""
    return correction.intercept, correction.slope, len(correction.knots)


def correction_words(method: str, intercept: float, slope: float, knots: int) -> str:
    """Return what one recalibration does to the log-odds of the model before it.

    >>> correction_words("intercept", 0.25, 1.0, 0), correction_words("isotonic", 0.0, 1.0, 9)
    ('intercept: log-odds +0.2500', 'isotonic: a curve of 9 steps')
    """
    if knots:
        return f"{method}: a curve of {counted(knots, 'step')}"
    if method == "intercept":
        return f"{method}: log-odds {intercept:+.4f}"
    return f"{method}: {intercept:+.4f} + {slope:.4f} × log-odds"


def recalibration_words(entry: Mapping[str, Any]) -> str:
    """Return one entry of `training.recalibrations` in a line: when, from what, how, on which loans."""
    numbers = float(entry["intercept"]), float(entry["slope"]), int(entry["knots"])
    files = ", ".join(shown(str(part.get("file", "?"))) for part in entry["data"])
    level = f"to a mean PD of {percent(float(entry['rate']))}"
    if "to_rate" not in entry:
        level = f"default rate {percent(float(entry['rate']))}"
    needed = ", not needed" if entry.get("needed") is False else ""
    return (
        f"{entry['created']} by {correction_words(str(entry['method']), *numbers)}; {int(entry['loans']):,} loans of "
        f"{files}, {level}{needed}; parent SHA-256 {entry['parent']}"
    )
