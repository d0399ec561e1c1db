"""How often the tests of grades reject: where the PDs are right, and where they miss by what should be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from creditrisk.metrics.correlated import chance_of_any, law_of_defaults
from creditrisk.metrics.default_tests import DefaultTest, fewest_too_low, jeffreys_p

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A test that misses its aim more often than not cannot tell.
ENOUGH_POWER = 0.5
#: What decides the verdict of a whole validation must see its aim in four of five samples, the usual demand.
TELLING_POWER = 0.8


@dataclass(frozen=True)
class ValidationSettings:
    """How strictly to test.

    Attributes
    ----------
    alpha : float
        Level of the tests, between 0 and 1.
    rho : float
        Asset correlation of the loans, from 0 (independent defaults) to below 1.
    grade_factor : float
        The miss that the tests should see, above 1: a true PD so many times the tested one.
    auc_fall : float
        The fall of AUC that its test should see, above 0.

    Raises
    ------
    ValueError
        When a setting is out of its range.
    """

    alpha: float = 0.05
    rho: float = 0.0
    grade_factor: float = 1.2
    auc_fall: float = 0.05

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and 0 <= self.rho < 1 and self.grade_factor > 1 and self.auc_fall > 0):
            raise ValueError(
                "alpha must be between 0 and 1, rho from 0 to below 1, grade_factor above 1 and auc_fall above 0, got "
                f"{self.alpha:g}, {self.rho:g}, {self.grade_factor:g} and {self.auc_fall:g}."
            )


@dataclass(frozen=True)
class Sharpness:
    """The exact probabilities that a test rejects: `level` where all PDs are right, `power` where all miss."""

    level: float
    power: float


def sharpness(
    loans: Sequence[int],
    pds: Sequence[float],
    settings: ValidationSettings,
    test: DefaultTest | None = None,
    *,
    too_high: bool = False,
) -> Sharpness:
    """Return how often the PD of at least one grade is called too low (or too high) after Holm.

    Holm rejects something exactly where some p-value is below alpha over the number of grades, so that the laws of the
    grades' defaults give the probability; under a correlation they share the factor. One grade is a single test.

    Parameters
    ----------
    loans, pds : sequence of int and float, one a grade
        Loans (1 or more) and the PD that is tested.
    settings : ValidationSettings
        Level, correlation, and the factor by which the true PD is higher (lower for `too_high`) where power is asked
        for; a true PD is at most 1.
    test : function of (defaults, loans, pd), optional
        The test; without it the one that decides: Jeffreys', under a correlation the test of the correlated law.
    too_high : bool
        Look at the mirrored test.

    Examples
    --------
    >>> found = sharpness([3000], [0.1], ValidationSettings())
    >>> round(found.level, 4), round(found.power, 4)
    (0.0485, 0.9674)

    The same test where defaults are correlated:

    >>> round(sharpness([3000], [0.02], ValidationSettings(rho=0.04), jeffreys_p).level, 4)
    0.2805
    """
    if test is None:
        test = jeffreys_p if settings.rho == 0.0 else law_of_defaults(settings.rho)
    if too_high:
        # A PD is too high for defaults just as 1 − pd is too low for repaid loans.
        tested = [1.0 - pd for pd in pds]
        truths = [1.0 - pd / settings.grade_factor for pd in pds]
    else:
        tested = list(pds)
        truths = [min(pd * settings.grade_factor, 1.0) for pd in pds]
    each = settings.alpha / max(len(pds), 1)
    fewest = [fewest_too_low(number, pd, each, test) for number, pd in zip(loans, tested, strict=True)]
    return Sharpness(
        chance_of_any(fewest, loans, tested, settings.rho), chance_of_any(fewest, loans, truths, settings.rho)
    )
