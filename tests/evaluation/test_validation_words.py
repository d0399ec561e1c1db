from __future__ import annotations

import math

import pytest

from creditrisk.evaluation.validation_words import hundredths, missed, read_auc, read_handed, read_order, read_pd
from creditrisk.metrics.auc_fall import FallTest
from creditrisk.metrics.estimate import Estimate
from creditrisk.metrics.grade_power import Sharpness, ValidationSettings

SETTINGS = ValidationSettings()
SHARP = Sharpness(0.048, 0.31)
NOW, BEFORE = Estimate(0.71234, 0.7, 0.72, 0.01), Estimate(0.75, 0.74, 0.76, 0.01)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        *((0.5, "50 of 100"), (0.0995, "10 of 100"), (0.099, "9.9 of 100"), (0.001, "0.1 of 100")),
        *((0.9949, "99 of 100"), (0.995, "over 99 of 100"), (1.0, "over 99 of 100"), (0.0, "under 0.1 of 100")),
    ],
)
def test_probabilities_are_numbers_of_100(share: float, words: str) -> None:
    assert hundredths(share) == words


def test_the_miss_is_named_on_both_sides() -> None:
    settings = ValidationSettings(grade_factor=1.5)
    assert (missed(settings, "low"), missed(settings, "high")) == ("50% above the PD", "33.3% below the PD")


def test_readings_of_pds() -> None:
    sees = "the test sees a true rate 20% above the PD in 31 of 100 samples and rejects a right PD in 4.8 of 100."
    assert read_pd(0.2, SHARP, SETTINGS, "low") == f"The PD of all loans is not shown to be too low; {sees}"
    assert read_pd(0.04, SHARP, SETTINGS, "low") == f"The PD of all loans is rejected as too low; {sees}"
    many = (
        "the test sees a true rate 16.7% below the PD in every grade in 31 of 100 samples and rejects some grade of "
        "right PDs in 4.8 of 100."
    )
    assert read_pd(0.2, SHARP, SETTINGS, "high", (0, 7)) == f"The PD of no grade is shown to be too high; {many}"
    assert read_pd(0.01, SHARP, SETTINGS, "high", (2, 7)) == f"The PD of 2 of 7 grades is rejected as too high; {many}"


def test_readings_of_orders() -> None:
    told = "2 of 6 neighbouring pairs told apart in the right order, 1 inverted"
    assert read_order("red", 2, 1, 6) == f"{told}: some riskier grade defaults less by more than chance explains."
    assert read_order("too few", 2, 1, 6) == (
        f"{told}, which chance may explain: the order of the other pairs is not shown."
    )
    assert read_order("green", 1, 0, 1) == (
        "1 of 1 neighbouring pair told apart in the right order, 0 inverted: every riskier grade defaults more by more "
        "than chance explains."
    )


def test_readings_of_aucs() -> None:
    start = "AUC 0.7123 against 0.7500 at development"
    sees = "the test sees a true fall of 0.05 in 79 of 100 samples and rejects an unchanged AUC in 5.0 of 100."
    assert read_auc(NOW, BEFORE, FallTest(1.0, 0.16, 0.05, 0.79), SETTINGS) == f"{start}: no fall is shown; {sees}"
    assert read_auc(NOW, BEFORE, FallTest(2.0, 0.02, 0.05, 0.79), SETTINGS) == f"{start}: a fall is found; {sees}"
    assert read_auc(NOW, BEFORE, FallTest(*[math.nan] * 4), SETTINGS) == (
        f"{start}; a standard error is missing, so the fall cannot be tested."
    )


def test_readings_of_tests_that_were_handed_in() -> None:
    assert read_handed(0.001, 0.003, SETTINGS) == (
        "The PDs are off by more than chance explains, after Holm over the tests of calibration."
    )
    assert read_handed(0.02, 0.06, SETTINGS) == (
        "Not rejected; how large a miss it would see is not known, so this alone shows nothing."
    )
    assert read_handed(0.001, 0.003, ValidationSettings(rho=0.1)) == (
        "Takes defaults as independent and rejects too often where they are not: shown, not counted."
    )
    assert read_handed(math.nan, math.nan, SETTINGS) == "The test could not be made."
