from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, numbers, texts

from creditrisk.audit.leaks.after_outcome import filled_after
from creditrisk.audit.leaks.rules import LEAK_RULES
from creditrisk.audit.results import worst_first
from creditrisk.audit.taking import of_inspection
from creditrisk.data.files import open_files
from creditrisk.data.inspecting import read_inspection
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import InspectSpec


def leaks(loans):
    return worst_first([finding for rule in LEAK_RULES for finding in rule(loans)])


@pytest.mark.parametrize("time", ["", "issueDate"])
def test_the_sample_of_the_project_has_no_leak(time, request):
    path = request.config.rootpath / "data" / "train.csv"
    spec = InspectSpec(target="isDefault", id=("id",), time=time)
    loans = of_inspection(read_inspection(open_files(str(path), ReadSpec()), spec))
    assert [one for one in leaks(loans) if one.severity != "low"] == []


def test_honest_loans_have_no_leak_whatever_the_draw():
    for seed in range(5):
        assert leaks(Loans(rows=800, seed=seed).with_columns()) == ()


def test_a_column_has_one_finding_that_of_the_gravest_and_first_rule():
    loans = Loans()
    again = [numbers("default_flag", loans.y), numbers("recoveries", np.where(loans.bad, 7.5, 0.0))]
    findings = leaks(loans.with_columns(*again))
    assert [(one.rule, one.columns) for one in findings] == [
        ("target-again", ("default_flag",)),
        ("target-again", ("recoveries",)),
    ]


def test_every_finding_says_what_it_rests_on_and_what_to_do():
    loans = Loans()
    planted = [numbers("copy", loans.y), numbers("recoveries", loans.rng.normal(size=1500))]
    for finding in leaks(loans.with_columns(*planted)):
        assert finding.kind == "leak"
        assert finding.evidence
        assert "--" in finding.fix


def test_without_outcomes_there_is_no_leak_to_see():
    loans = Loans()
    copy = numbers("copy", loans.y)
    assert leaks(loans.with_columns(copy, y_true=None, status=None)) == ()
    assert leaks(loans.with_columns(copy, y_true=np.full(1500, np.nan), status=np.full(1500, -1))) == ()
    assert leaks(loans.with_columns(copy, y_true=np.zeros(1500), status=np.zeros(1500, dtype=np.int64))) == ()


def test_a_later_rule_that_is_sure_goes_before_an_earlier_one_that_is_not():
    loans = Loans()
    of_repaid = loans.rng.choice(["A", "B", "C"], 1500, p=[0.45, 0.5, 0.05])
    of_bad = loans.rng.choice(["B", "C"], 1500, p=[0.06, 0.94])
    column = texts("state", np.where(loans.bad, of_bad, of_repaid).tolist())
    made = loans.with_columns(column)
    assert [one.severity for one in filled_after(made)] == ["medium"]
    assert [(one.severity, one.rule) for one in leaks(made)] == [("high", "predicts-alone")]
