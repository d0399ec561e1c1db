"""Columns that tell little, and near misses that tell something."""

import numpy as np
from quality_loans import found, numbers, only, texts

from creditrisk.audit.quality.little_told import constant, empty, near_unique, nearly_constant

NAN = float("nan")
NAMES = [f"Company {number}" for number in range(100)]


def test_a_constant_column_is_named_and_one_with_a_missing_value_is_not():
    finding = only(
        constant, numbers("policy", [1.0] * 5), numbers("flag", [1, 1, 1, 1, NAN]), texts("state", ["CA"] * 5)
    )
    assert (finding.severity, finding.rule, finding.columns) == ("low", "constant", ("policy", "state"))
    assert finding.what == 'The same value in every row: "policy", "state".'
    assert finding.evidence == "2 columns, 5 rows."
    assert finding.fix.startswith("Nothing needs to be done")
    assert found(constant, numbers("a", [1.0, 2.0])) == []
    assert found(constant, numbers("one", [1.0])) == []


def test_an_empty_column_is_named_and_one_with_a_value_is_not():
    finding = only(empty, numbers("member", [NAN] * 3), texts("url", [None, None, "x"]))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "empty", ("member",))
    assert finding.what == 'No value in any row: "member".'
    assert found(empty, numbers("a", [1.0, NAN])) == []


def test_a_nearly_constant_column_has_one_value_in_more_than_999_of_1000_rows():
    values = np.zeros(2000)
    values[7] = 5.0
    finding = only(nearly_constant, numbers("plan", values), numbers("constant", np.zeros(2000)))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "nearly-constant", ("plan",))
    assert finding.evidence == '"plan": another one in 1 row.'
    assert finding.fix.endswith('--drop "plan".')
    values[:2] = NAN
    assert found(nearly_constant, numbers("plan", values)) == []


def test_text_that_differs_in_nearly_every_row_is_a_name():
    finding = only(near_unique, texts("employer", [*NAMES, "Company 1", None]))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "near-unique", ("employer",))
    assert finding.evidence == '"employer": 100 texts in 101 rows.'
    assert "a level that fewer than 10 loans share is never kept" in finding.fix
    assert "Company" not in finding.what + finding.evidence + finding.fix


def test_texts_that_repeat_ids_and_broken_numbers_are_no_names():
    assert found(near_unique, texts("city", NAMES[:40] * 2)) == []
    assert found(near_unique, texts("id", NAMES, use="id")) == []
    assert found(near_unique, texts("income", [*(str(number * 7.5) for number in range(99)), "bad"])) == []
    assert found(near_unique, texts("few", NAMES[:49])) == []
