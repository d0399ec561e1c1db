from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from creditrisk.evaluation.validation import SHOWN, Check, HandedIn, Validation, validate
from creditrisk.metrics.correlated import correlated_p, law_of_defaults
from creditrisk.metrics.default_tests import binomial_p, chance_too_low, jeffreys_p, jeffreys_p_too_high
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.gains import risk_bands
from creditrisk.metrics.grade_power import ValidationSettings
from creditrisk.metrics.grade_tests import GradeScale

SETTINGS = ValidationSettings()
NOW, BEFORE = Estimate(0.74, 0.72, 0.76, 0.01), Estimate(0.75, 0.73, 0.77, 0.01)
FACTS = HandedIn((0.4, 0.69), (9.0, 0.53), (1.2, 0.55), NOW, BEFORE)
#: Loans, defaults and PD of three grades that no test rejects, each with enough loans to tell.
SOUND = ((20_000, 402, 0.02), (10_000, 495, 0.05), (5_000, 600, 0.12))

Grades = tuple[tuple[int, int, float], ...]


def judged(
    grades: Grades = SOUND,
    facts: HandedIn = FACTS,
    settings: ValidationSettings = SETTINGS,
    names: tuple[str, ...] = ("A", "B", "C"),
) -> Validation:
    y = np.concatenate([np.repeat([1, 0], [d, n - d]) for n, d, _ in grades])
    index = np.repeat(np.arange(len(grades)), [n for n, _, _ in grades])
    pds = tuple(pd for _, _, pd in grades)
    return validate(y, np.array(pds)[index], None, GradeScale(names[: len(grades)], index, pds), settings, facts)


def check(validation: Validation, start: str) -> Check:
    (found,) = [check for check in validation.checks if check.name.startswith(start)]
    return found


def colours(validation: Validation) -> dict[str, str]:
    return {check.name: check.verdict for check in validation.checks if check.verdict in ("red", "amber")}


def test_a_model_that_no_test_rejects_is_green_and_not_called_right() -> None:
    found = judged()
    assert found.verdict == "green"
    assert found.reason == (
        "No test rejects the model. That does not show that it is right. Of 35,000 loans 4.28% defaulted where the PDs "
        "say 4.29%; a true rate 20% above the PD would be seen in over 99 of 100 such samples."
    )
    assert found.rule == (
        "Red: at 5% the PD of all loans or, after Holm, of a grade is too low, a riskier grade defaults less than its "
        "neighbour (after Holm), or AUC fell below that at development. Amber: none of these, but a PD of all loans "
        "or, after Holm, of a grade is too high, a test of calibration rejects (after Holm), or in over 20 of 100 "
        "samples the tests would not see a true rate of all loans 20% above the PD or a fall of AUC by 0.05. Green: "
        "neither. A right model is called red in at most 21 of 100 samples. Defaults count as independent."
    )
    assert [check.verdict for check in found.checks] == [
        *("green", "green", SHOWN, "green", "green", "green", "green", SHOWN, SHOWN, SHOWN, SHOWN),
    ]
    assert (found.alpha, found.rho) == (0.05, 0.0)


def test_checks_hold_the_numbers_of_their_tests() -> None:
    found = judged()
    n, d, pd = 35_000, 1497, (400 + 500 + 600) / 35_000
    low, high = check(found, "all loans: PD too low (Jeffreys)"), check(found, "all loans: PD too high")
    assert low.statistic == high.statistic == pytest.approx(1497 / 1500)
    assert low.p_value == pytest.approx(jeffreys_p(d, n, pd))
    assert high.p_value == pytest.approx(jeffreys_p_too_high(d, n, pd))
    assert low.level == pytest.approx(chance_too_low(n, pd, pd, 0.05), rel=1e-6)
    binomial = check(found, "all loans: PD too low (binomial)")
    assert binomial.p_value == pytest.approx(binomial_p(d, n, pd))
    assert binomial.level == pytest.approx(chance_too_low(n, pd, pd, 0.05, binomial_p), rel=1e-6)
    grades = check(found, "grades: PD too low")
    assert (grades.statistic, grades.p_value) == (0.0, min(row.adjusted_too_low for row in found.grades))
    assert check(found, "order").p_value == min(pair.adjusted_inverted for pair in found.neighbours)
    both, fixed = check(found, "AUC against development (both"), check(found, "AUC against development (sup")
    assert (both.statistic, fixed.statistic) == pytest.approx((0.01 / math.hypot(0.01, 0.01), 1.0))
    assert (both.level, fixed.level) == pytest.approx((0.05, 0.1224), abs=1e-4)
    assert [check.statistic for check in found.checks[-3:]] == [0.4, 9.0, 1.2]
    assert [check.p_value for check in found.checks[-3:]] == [0.69, 0.53, 0.55]


def test_a_portfolio_that_defaults_too_often_is_red() -> None:
    found = judged(((20_000, 442, 0.02), (10_000, 545, 0.05), (5_000, 640, 0.12)))
    assert found.verdict == "red"
    assert colours(found)["all loans: PD too low (Jeffreys)"] == "red"
    assert found.reason.startswith("Rejected: all loans: PD too low (Jeffreys)")
    assert "rejected as too low" in check(found, "all loans: PD too low (Jeffreys)").reads


def test_one_grade_that_defaults_too_often_is_red() -> None:
    found = judged(((20_000, 480, 0.02), (10_000, 455, 0.05), (5_000, 560, 0.12)))
    assert (found.verdict, colours(found)) == ("red", {"grades: PD too low (Holm)": "red"})
    assert found.grades[0].verdict == "red"
    assert 'Grades whose PD is too low after Holm: "A".' in found.reason
    assert check(found, "grades: PD too low").reads.startswith("The PD of 1 of 3 grades is rejected as too low;")


def test_a_broken_order_is_red() -> None:
    # Both grades fit their PDs too badly to be overlooked, in the harmless direction.
    found = judged(((20_000, 400, 0.02), (10_000, 350, 0.05), (9_000, 225, 0.12)))
    assert found.verdict == "red"
    assert colours(found)["order of the grades (Fisher, Holm)"] == "red"
    assert [pair.monotone for pair in found.neighbours] == [True, False]
    assert "1 of 2 neighbouring pairs told apart in the right order, 1 inverted" in check(found, "order").reads


def test_a_fallen_auc_is_red() -> None:
    found = judged(facts=replace(FACTS, auc=Estimate(0.71, 0.69, 0.73, 0.01)))
    assert (found.verdict, colours(found)) == ("red", {"AUC against development (both errors)": "red"})


def test_the_supervisor_s_variant_alone_decides_nothing() -> None:
    found = judged(facts=replace(FACTS, auc=Estimate(0.73, 0.71, 0.75, 0.01)))
    fixed = check(found, "AUC against development (sup")
    assert fixed.p_value < 0.05
    assert fixed.verdict == SHOWN
    assert found.verdict == "green"


@pytest.mark.parametrize(
    ("grades", "names"),
    [
        (((20_000, 370, 0.02), (10_000, 460, 0.05), (5_000, 570, 0.12)), {"all loans: PD too high (Jeffreys)"}),
        (((20_000, 340, 0.02), (10_000, 530, 0.05), (5_000, 620, 0.12)), {"grades: PD too high (Holm)"}),
    ],
)
def test_pds_that_are_too_high_are_amber(grades: Grades, names: set[str]) -> None:
    found = judged(grades)
    assert found.verdict == "amber"
    assert set(colours(found)) >= names
    assert set(colours(found).values()) == {"amber"}
    assert found.reason.startswith("To be explained: ")


def test_tests_of_calibration_are_amber_after_holm_over_them() -> None:
    found = judged(facts=replace(FACTS, hosmer_lemeshow=(30.0, 0.01)))
    assert (found.verdict, colours(found)) == ("amber", {"Hosmer and Lemeshow's test": "amber"})
    # 0.02 alone of three is not below 0.05 after Holm.
    assert judged(facts=replace(FACTS, hosmer_lemeshow=(25.0, 0.02))).verdict == "green"
    assert judged(facts=HandedIn(None, (25.0, 0.02), None, NOW, BEFORE)).verdict == "amber"
    missing = judged(facts=replace(FACTS, spiegelhalter=(math.nan, math.nan)))
    assert (check(missing, "Spieg").verdict, check(missing, "Spieg").reads) == (SHOWN, "The test could not be made.")


def test_too_few_loans_are_amber_and_say_that_they_cannot_tell() -> None:
    found = judged(((300, 6, 0.02), (200, 10, 0.05), (100, 12, 0.12)))
    assert found.verdict == "amber"
    assert colours(found) == {}
    low = check(found, "all loans: PD too low (Jeffreys)")
    assert low.verdict == "too few"
    assert low.power < 0.5
    assert found.reason.startswith(
        "Cannot tell, the miss that should be seen would stay unseen in over 20 of 100 samples: all loans: PD too low "
        "(Jeffreys). Of 600 loans 4.67% defaulted"
    )
    assert found.reason.endswith(
        "3 grades with 100% of the loans cannot tell: a true rate 20% above the PD there would stay unseen more often "
        "than not."
    )


def test_an_auc_that_cannot_be_compared_is_amber_and_an_unknown_one_is_told() -> None:
    blunt = judged(facts=replace(FACTS, auc=replace(NOW, se=0.04)))
    assert blunt.verdict == "amber"
    assert "AUC against development (both errors)" in blunt.reason
    lost = judged(facts=replace(FACTS, development_auc=replace(BEFORE, se=math.nan)))
    assert (lost.verdict, check(lost, "AUC against development (both").verdict) == ("amber", "too few")
    unknown = judged(facts=replace(FACTS, development_auc=None))
    assert unknown.verdict == "green"
    assert "AUC" not in unknown.reason
    assert not [check for check in unknown.checks if check.name.startswith("AUC")]


def test_under_a_correlation_independent_tests_are_shown_only() -> None:
    worse: Grades = ((20_000, 460, 0.02), (10_000, 560, 0.05), (5_000, 660, 0.12))
    facts = replace(FACTS, spiegelhalter=(5.0, 1e-6))
    assert judged(worse, facts).verdict == "red"
    found = judged(worse, facts, ValidationSettings(rho=0.04))
    # Even 35,000 loans of one bad year do not show that a PD is 20 % too low.
    assert (found.verdict, colours(found)) == ("amber", {})
    jeffreys = check(found, "all loans: PD too low (Jeffreys)")
    assert jeffreys.p_value < 0.05
    assert (jeffreys.verdict, check(found, "Spieg").verdict) == (SHOWN, SHOWN)
    assert math.isnan(check(found, "Spieg").level)
    pd, law = 1500 / 35_000, law_of_defaults(0.04)
    assert jeffreys.level == pytest.approx(chance_too_low(35_000, pd, pd, 0.05, law=law), rel=1e-6)
    assert jeffreys.level > 0.35
    decides = check(found, "all loans: PD too low (correlated")
    assert decides.p_value == pytest.approx(correlated_p(1680, 35_000, pd, 0.04))
    assert 0.04 < decides.level < 0.05
    assert found.rule.endswith("Defaults count as correlated: one factor, asset correlation 0.04.")


def test_names_of_grades_are_escaped() -> None:
    found = judged(((20_000, 480, 0.02), (10_000, 455, 0.05), (5_000, 560, 0.12)), names=("\x1b[2J", "B", "C"))
    assert found.grades[0].grade == "\x1b[2J"
    assert "\x1b" not in found.reason
    assert '"\\x1b[2J"' in found.reason


def test_one_grade_has_no_order() -> None:
    found = judged(((20_000, 402, 0.02),))
    assert found.neighbours == ()
    assert not [check for check in found.checks if check.name.startswith("order")]
    assert "at most 16 of 100" in found.rule


def sampled(rng: np.random.Generator, factor: float) -> Validation:
    """Validate 2,000 loans whose true PDs are `factor` times those of the model."""
    pd, other = 1 / (1 + np.exp(-rng.normal(-2.2, 1.0, (2, 2000))))
    y, before = (rng.random(2000) < pd * factor).astype(int), (rng.random(2000) < other).astype(int)
    scale = GradeScale(tuple("ABCDE"), 4 - risk_bands(pd, np.ones(2000), 5), (math.nan,) * 5)
    facts = HandedIn(None, None, None, auc(y, pd), auc(before, other))
    return validate(y, pd, None, scale, SETTINGS, facts)


def test_a_right_model_is_red_no_oftener_than_the_rule_says_and_a_wrong_one_nearly_always() -> None:
    rng = np.random.default_rng(17)
    right = [sampled(rng, 1.0) for _ in range(200)]
    red = np.mean([found.verdict == "red" for found in right])
    stated = max(int(match[1]) for found in right if (match := re.search(r"red in at most (\d+) of 100", found.rule)))
    assert stated <= 22
    # About 12 of 100 in longer runs: the tests overlap, and grades are hardly ever out of order.
    assert 0.05 < red < stated / 100
    assert np.mean([sampled(rng, 1.3).verdict == "red" for _ in range(50)]) > 0.95
