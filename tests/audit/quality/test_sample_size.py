"""Too few outcomes and too many columns."""

import numpy as np
import pytest
from quality_loans import found, numbers, only

from creditrisk.audit.quality.sample_size import few_defaults, wide


def outcomes(defaults, repaid, unknown=0):
    return np.repeat([1.0, 0.0, np.nan], [defaults, repaid, unknown])


@pytest.mark.parametrize(("defaults", "repaid", "severity"), [(59, 900, "medium"), (60, 900, "low"), (900, 199, "low")])
def test_few_of_the_rarer_outcome_are_said(defaults, repaid, severity):
    y = outcomes(defaults, repaid, 40)
    finding = only(few_defaults, numbers("x", np.arange(len(y))), y=y)
    assert (finding.severity, finding.rule, finding.columns) == (severity, "few-defaults", ())
    assert finding.what == f"Intervals will be wide: {min(defaults, repaid)} loans with the rarer outcome."
    assert finding.evidence.startswith(
        f"{defaults} defaults and {repaid} repaid loans: an AUC of 0.75 would be uncertain"
    )


def test_the_width_is_that_of_hanley_and_mcneil():
    y = outcomes(50, 50)
    finding = only(few_defaults, numbers("x", y), y=y)
    assert finding.evidence == (
        "50 defaults and 50 repaid loans: an AUC of 0.75 would be uncertain by ±0.10 if all of them were held out "
        "(95 %, Hanley and McNeil), and by more on a part of them."
    )
    alone = only(few_defaults, numbers("x", np.arange(9)), y=np.zeros(9))
    assert alone.evidence == "0 defaults and 9 repaid loans: no AUC can be told from so few."


def test_enough_outcomes_and_none_at_all_are_nothing():
    y = outcomes(200, 200)
    assert found(few_defaults, numbers("x", y), y=y) == []
    assert found(few_defaults, numbers("x", y)) == []
    assert found(few_defaults, numbers("x", [1, 2]), y=[np.nan, np.nan]) == []


def test_more_than_a_column_for_ten_loans_is_wide():
    columns = [numbers(f"x{number}", np.arange(60)) for number in range(5)]
    y = outcomes(20, 29, 11)
    finding = only(wide, *columns, y=y)
    assert (finding.severity, finding.rule) == ("low", "wide")
    assert finding.evidence == "5 columns to learn from and 49 loans with a known outcome: 9.8 loans a column."
    assert found(wide, *columns) == []
    assert found(wide, *columns, y=outcomes(20, 30, 10)) == []
    assert found(wide, *columns[:4], numbers("id", np.arange(60), use="id"), y=y) == []
