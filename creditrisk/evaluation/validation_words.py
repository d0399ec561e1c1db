"""The verdict of a validation and the sentences that explain it; "not rejected" is never written as "right"."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.errors import counted, shown
from creditrisk.metrics.grade_power import ENOUGH_POWER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.evaluation.validation import Check
    from creditrisk.metrics.auc_fall import FallTest
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.metrics.grade_power import Sharpness, ValidationSettings
    from creditrisk.metrics.grade_tests import GradeTests

#: Longer lists of grades are cut.
_MOST_NAMED = 5


@dataclass(frozen=True)
class Reading:
    """What a test found, as a word and as a sentence."""

    verdict: str
    text: str


def read_pd(
    p_value: float, sharp: Sharpness, settings: ValidationSettings, side: str, grades: tuple[int, int] | None = None
) -> str:
    """Return what a test of PDs found; `side` is "low" or "high", `grades` how many of how many are rejected."""
    who = "The PD of all loans" if grades is None else "The PD of no grade"
    if p_value < settings.alpha:
        who = who if grades is None else f"The PD of {grades[0]} of {counted(grades[1], 'grade')}"
        found = f"{who} is rejected as too {side}"
    else:
        found = f"{who} is shown to be too {side}" if grades else f"{who} is not shown to be too {side}"
    truth = f"a true rate {missed(settings, side)}{'' if grades is None else ' in every grade'}"
    right = "a right PD" if grades is None else "some grade of right PDs"
    seen, wrong = hundredths(sharp.power), hundredths(sharp.level)
    return f"{found}; the test sees {truth} in {seen} samples and rejects {right} in {wrong}."


def missed(settings: ValidationSettings, side: str) -> str:
    """Return the miss that the tests should see, in words.

    >>> from creditrisk.metrics.grade_power import ValidationSettings
    >>> missed(ValidationSettings(), "low"), missed(ValidationSettings(), "high")
    ('20% above the PD', '16.7% below the PD')
    """
    if side == "low":
        return f"{100 * (settings.grade_factor - 1):.3g}% above the PD"
    return f"{100 * (1 - 1 / settings.grade_factor):.3g}% below the PD"


def read_order(verdict: str, apart: int, inverted: int, pairs: int) -> str:
    """Return what the tests of neighbouring grades found."""
    told = f"{apart} of {counted(pairs, 'neighbouring pair')} told apart in the right order, {inverted} inverted"
    if verdict == "red":
        return f"{told}: some riskier grade defaults less by more than chance explains."
    if verdict == "green":
        return f"{told}: every riskier grade defaults more by more than chance explains."
    return f"{told}, which chance may explain: the order of the other pairs is not shown."


def read_auc(now: Estimate, before: Estimate, found: FallTest, settings: ValidationSettings) -> str:
    """Return what the comparison of two AUCs found."""
    change = f"AUC {now.value:.4f} against {before.value:.4f} at development"
    if math.isnan(found.p_value):
        return f"{change}; a standard error is missing, so the fall cannot be tested."
    told = "a fall is found" if found.p_value < settings.alpha else "no fall is shown"
    seen, wrong = hundredths(found.power), hundredths(found.level)
    return (
        f"{change}: {told}; the test sees a true fall of {settings.auc_fall:g} in {seen} samples and rejects an "
        f"unchanged AUC in {wrong}."
    )


def read_handed(p_value: float, adjusted: float, settings: ValidationSettings) -> str:
    """Return what a test of calibration found that was computed elsewhere."""
    if math.isnan(p_value):
        return "The test could not be made."
    if settings.rho > 0.0:
        return "Takes defaults as independent and rejects too often where they are not: shown, not counted."
    if adjusted < settings.alpha:
        return "The PDs are off by more than chance explains, after Holm over the tests of calibration."
    return "Not rejected; how large a miss it would see is not known, so this alone shows nothing."


def overall(
    tests: GradeTests, checks: Sequence[Check], blind: Sequence[str], settings: ValidationSettings
) -> tuple[str, str]:
    """Return the verdict and its reason.

    Parameters
    ----------
    tests : GradeTests
        The grades and all loans.
    checks : sequence of Check
        All tests; the red ones give red, the amber ones amber.
    blind : sequence of str
        Names of the tests that cannot tell and must: they give amber.
    settings : ValidationSettings
        Level and the misses that the tests should see.
    """
    red = [check.name for check in checks if check.verdict == "red"]
    amber = [check.name for check in checks if check.verdict == "amber"]
    parts = []
    if red:
        parts.append(f"Rejected: {'; '.join(red)}.")
    if amber:
        parts.append(f"To be explained: {'; '.join(amber)}.")
    if blind:
        parts.append(
            "Cannot tell, the miss that should be seen would stay unseen in over 20 of 100 samples: "
            f"{'; '.join(blind)}."
        )
    if not (red or amber or blind):
        parts.append("No test rejects the model. That does not show that it is right.")
    parts.append(_level_of_all(tests, settings))
    parts.extend(_about_grades(tests, settings))
    return "red" if red else "amber" if amber or blind else "green", " ".join(parts)


def stated(settings: ValidationSettings, false_red: float) -> str:
    """Return the rule of the verdict, with the most false alarms that it gives."""
    law = (
        "Defaults count as independent."
        if settings.rho == 0.0
        else f"Defaults count as correlated: one factor, asset correlation {settings.rho:g}."
    )
    return (
        f"Red: at {100 * settings.alpha:.3g}% the PD of all loans or, after Holm, of a grade is too low, a riskier "
        "grade defaults less than its neighbour (after Holm), or AUC fell below that at development. Amber: none of "
        "these, but a PD of all loans or, after Holm, of a grade is too high, a test of calibration rejects (after "
        f"Holm), or in over 20 of 100 samples the tests would not see a true rate of all loans "
        f"{missed(settings, 'low')} or a fall of AUC by {settings.auc_fall:g}. Green: neither. A right model is called "
        f"red in at most {math.ceil(round(100 * min(false_red, 1.0), 6))} of 100 samples. {law}"
    )


def hundredths(share: float) -> str:
    """Return a probability as a number of 100, at most as sure as it is.

    >>> hundredths(0.8731), hundredths(0.0485), hundredths(0.9999), hundredths(0.0001), hundredths(float("nan"))
    ('87 of 100', '4.9 of 100', 'over 99 of 100', 'under 0.1 of 100', 'an unknown number of 100')
    """
    if math.isnan(share):
        return "an unknown number of 100"
    if share >= 0.995:
        return "over 99 of 100"
    if share < 0.001:
        return "under 0.1 of 100"
    return f"{100 * share:.1f} of 100" if share < 0.0995 else f"{100 * share:.0f} of 100"


def _level_of_all(tests: GradeTests, settings: ValidationSettings) -> str:
    row = tests.portfolio
    return (
        f"Of {row.loans:,} loans {row.default_rate.value:.2%} defaulted where the PDs say {row.pd:.2%}; a true rate "
        f"{missed(settings, 'low')} would be seen in {hundredths(row.power)} such samples."
    )


def _about_grades(tests: GradeTests, settings: ValidationSettings) -> list[str]:
    found = []
    for word, verdict in (("too low after Holm", "red"), ("too low before Holm or too high after it", "amber")):
        names = [row.grade for row in tests.grades if row.verdict == verdict]
        if names:
            found.append(f"Grades whose PD is {word}: {_listed(names)}.")
    few = [row for row in tests.grades if row.loans and not row.power >= ENOUGH_POWER]
    if few:
        found.append(
            f"{counted(len(few), 'grade')} with {sum(row.share for row in few):.0%} of the loans cannot tell: a true "
            f"rate {missed(settings, 'low')} there would stay unseen more often than not."
        )
    return found


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(shown(name) for name in names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
