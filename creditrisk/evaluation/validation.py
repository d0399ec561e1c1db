"""What a validator signs: the supervisor's tests on one set of loans, how sharp they are, and a verdict by a rule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.evaluation.validation_words import Reading, overall, read_auc, read_handed, read_order, read_pd, stated
from creditrisk.metrics.auc_fall import auc_fall
from creditrisk.metrics.grade_power import TELLING_POWER, Sharpness, ValidationSettings
from creditrisk.metrics.grade_tests import GradeScale, GradeTests, grade_tests
from creditrisk.metrics.multiplicity import holm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats, Outcomes
    from creditrisk.metrics.estimate import Estimate
    from creditrisk.metrics.grade_order import Concentration, Neighbours
    from creditrisk.metrics.grade_tests import GradeRow

#: A test that is shown and does not count for the verdict.
SHOWN = "information"


@dataclass(frozen=True)
class HandedIn:
    """Results that were computed elsewhere on the same loans.

    Attributes
    ----------
    spiegelhalter, hosmer_lemeshow, calibration_lr : (float, float) or None
        Statistic and p-value of Spiegelhalter's, Hosmer and Lemeshow's and the likelihood-ratio test of calibration.
    auc : Estimate
        AUC on these loans.
    development_auc : Estimate or None
        AUC on the loans held out at development.
    """

    spiegelhalter: tuple[float, float] | None
    hosmer_lemeshow: tuple[float, float] | None
    calibration_lr: tuple[float, float] | None
    auc: Estimate
    development_auc: Estimate | None


@dataclass(frozen=True)
class Check:
    """One test: what it found and how sharp it is.

    Attributes
    ----------
    name : str
        What is tested and how.
    statistic, p_value : float
        Small p-values speak against the model.
    level, power : float
        How often the test rejects a right model, and one that misses by what should be seen; NaN where not known.
    verdict : str
        "red", "amber", "green", "too few" (not rejected, and the test would miss its aim in over a fifth of samples) or
        "information" (does not count).
    reads : str
        The result in a sentence.
    """

    name: str
    statistic: float
    p_value: float
    level: float
    power: float
    verdict: str
    reads: str


@dataclass(frozen=True)
class Validation:
    """The result of a validation; `rule` says how `verdict` ("red", "amber", "green") came about, `reason` why."""

    alpha: float
    rho: float
    grades: tuple[GradeRow, ...]
    portfolio: GradeRow
    neighbours: tuple[Neighbours, ...]
    concentration: Concentration
    checks: tuple[Check, ...]
    verdict: str
    reason: str
    rule: str


def validate(
    y_true: Outcomes,
    pd: NDArray[np.floating],
    weight: Floats | None,
    scale: GradeScale,
    settings: ValidationSettings,
    facts: HandedIn,
    *,
    by: NDArray[np.intp] | None = None,
) -> Validation:
    """Return every test of the PDs and of the ranking on these loans, and the verdict.

    Parameters
    ----------
    y_true, pd, weight : arrays of shape (n_rows,)
        Outcomes (1 = default), PDs between 0 and 1, loan weights (positive; 1 where None). Loans with frequencies come
        repeated.
    scale : GradeScale
        The grades, which loan is in which, and the PD that each promises.
    settings : ValidationSettings
        Level, correlation, and the misses that the tests should see.
    facts : HandedIn
        Results computed elsewhere on the same loans.

    Raises
    ------
    ValueError
        When an argument breaks `arrays.checked_pd`, or the scale does not fit the loans.
    """
    tests = grade_tests(y_true, pd, weight, scale, settings, by=by)
    portfolio = _portfolio_checks(tests, settings)
    grades = _grade_checks(tests, settings)
    order = _order_check(tests, settings)
    area = _auc_checks(settings, facts)
    checks = (*portfolio, *grades, *order, *area, *_handed_checks(settings, facts, alone=by is None))
    # The tests that can give red: a false alarm of any is at most as likely as all together.
    false_red = sum(
        check.level for check in (portfolio[0], grades[0], *order, *area[:1]) if not math.isnan(check.level)
    )
    blind = [check.name for check in (portfolio[0], *area[:1]) if check.verdict == "too few"]
    verdict, reason = overall(tests, checks, blind, settings)
    return Validation(
        alpha=settings.alpha,
        rho=settings.rho,
        grades=tests.grades,
        portfolio=tests.portfolio,
        neighbours=tests.neighbours,
        concentration=tests.concentration,
        checks=checks,
        verdict=verdict,
        reason=reason,
        rule=stated(settings, false_red),
    )


def _judged(p_value: float, power: float, alpha: float, rejected: str) -> str:
    """Return the verdict of one test; a missing p-value or power is too few."""
    if p_value < alpha:
        return rejected
    return "green" if power >= TELLING_POWER and not math.isnan(p_value) else "too few"


def _check(name: str, statistic: float, p_value: float, sharp: Sharpness, said: Reading) -> Check:
    return Check(name, statistic, p_value, sharp.level, sharp.power, said.verdict, said.text)


def _portfolio_checks(tests: GradeTests, settings: ValidationSettings) -> tuple[Check, ...]:
    """Return the tests of all loans; the first can give red, the second amber."""
    row, ratio = tests.portfolio, _ratio(tests.portfolio)
    decides = "correlated defaults" if settings.rho else "Jeffreys"
    low, high = tests.portfolio_too_low, tests.portfolio_too_high
    found = [
        (f"all loans: PD too low ({decides})", row.adjusted_too_low, low, "red", "low"),
        (f"all loans: PD too high ({decides})", row.adjusted_too_high, high, "amber", "high"),
        ("all loans: PD too low (binomial)", row.binomial_too_low, tests.portfolio_binomial, SHOWN, "low"),
    ]
    if settings.rho:
        found.append(("all loans: PD too low (Jeffreys)", row.jeffreys_too_low, tests.portfolio_jeffreys, SHOWN, "low"))
    checks = []
    for name, p_value, sharp, rejected, side in found:
        verdict = SHOWN if rejected == SHOWN else _judged(p_value, sharp.power, settings.alpha, rejected)
        text = read_pd(p_value, sharp, settings, side)
        checks.append(_check(name, ratio, p_value, sharp, Reading(verdict, text)))
    return tuple(checks)


def _ratio(row: GradeRow) -> float:
    """Return the default rate over the PD that is tested: above 1 where the PD was too low."""
    return row.default_rate.value / row.pd if row.pd > 0 else math.nan


def _grade_checks(tests: GradeTests, settings: ValidationSettings) -> tuple[Check, ...]:
    """Return the tests of the grades, each grade's p-value after Holm; the first can give red, the second amber."""
    checks = []
    for side, sharp, rejected in (("low", tests.any_too_low, "red"), ("high", tests.any_too_high, "amber")):
        p_values = [row.adjusted_too_low if side == "low" else row.adjusted_too_high for row in tests.grades]
        made = [p for p in p_values if not math.isnan(p)]
        count, smallest = sum(p < settings.alpha for p in made), min(made)
        said = Reading(
            _judged(smallest, sharp.power, settings.alpha, rejected),
            read_pd(smallest, sharp, settings, side, grades=(count, len(made))),
        )
        checks.append(_check(f"grades: PD too {side} (Holm)", float(count), smallest, sharp, said))
    return tuple(checks)


def _order_check(tests: GradeTests, settings: ValidationSettings) -> tuple[Check, ...]:
    """Return the test of the grades' order, which can give red; none where there is one grade."""
    pairs = tests.neighbours
    if not pairs:
        return ()
    smallest = min(pair.adjusted_inverted for pair in pairs)
    apart = sum(pair.p_value < settings.alpha for pair in pairs)
    inverted = sum(not pair.monotone for pair in pairs)
    # Every pair told apart on its own shows that all are in order; no further adjustment is due (Berger 1982,
    # doi:10.1080/00401706.1982.10487790).
    verdict = "red" if smallest < settings.alpha else "green" if apart == len(pairs) else "too few"
    said = Reading(verdict, read_order(verdict, apart, inverted, len(pairs)))
    sharp = Sharpness(settings.alpha, math.nan)
    return (_check("order of the grades (Fisher, Holm)", float(inverted), smallest, sharp, said),)


def _auc_checks(settings: ValidationSettings, facts: HandedIn) -> tuple[Check, ...]:
    """Return the tests that AUC fell, the first can give red; none where AUC at development is not known."""
    if facts.development_auc is None:
        return ()
    checks = []
    for fixed, name in (
        (False, "AUC against development (both errors)"),
        (True, "AUC against development (supervisor's variant: development AUC taken as fixed)"),
    ):
        found = auc_fall(facts.auc, facts.development_auc, settings.alpha, settings.auc_fall, fixed=fixed)
        verdict = SHOWN if fixed else _judged(found.p_value, found.power, settings.alpha, "red")
        sharp = Sharpness(found.level, found.power)
        text = read_auc(facts.auc, facts.development_auc, found, settings)
        checks.append(_check(name, found.z, found.p_value, sharp, Reading(verdict, text)))
    return tuple(checks)


def _handed_checks(settings: ValidationSettings, facts: HandedIn, *, alone: bool = True) -> tuple[Check, ...]:
    """Return the tests of calibration that were handed in: amber after Holm over them.

    All take defaults as independent, so that under a correlation, or where a borrower may have several loans, they
    reject too often and are shown only.
    """
    given = [
        ("Spiegelhalter's test", facts.spiegelhalter),
        ("Hosmer and Lemeshow's test", facts.hosmer_lemeshow),
        ("likelihood-ratio test of calibration", facts.calibration_lr),
    ]
    made = [(name, result) for name, result in given if result is not None]
    adjusted = holm([p for _, (_, p) in made]).tolist()
    counts = alone and settings.rho == 0.0
    sharp = Sharpness(settings.alpha if counts else math.nan, math.nan)
    checks = []
    for (name, (statistic, p_value)), after in zip(made, adjusted, strict=True):
        # A test whose power is not known counts only where it rejects.
        verdict = "amber" if after < settings.alpha and counts else SHOWN
        said = Reading(verdict, read_handed(p_value, after, settings))
        checks.append(_check(name, statistic, p_value, sharp, said))
    return tuple(checks)
