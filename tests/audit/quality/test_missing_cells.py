"""Columns that are nearly empty, and columns that lack their values together."""

import numpy as np
from quality_loans import found, numbers, only, texts

from creditrisk.audit.quality.missing_cells import heavy_missing, missing_together

NAN = float("nan")


def column_with(name, present, rows=1000, start=0):
    values = np.full(rows, NAN)
    values[start : start + present] = np.arange(present)
    return numbers(name, values)


def test_more_than_95_percent_missing_is_heavy_and_all_or_95_is_not():
    finding = only(heavy_missing, column_with("joint", 49), column_with("hardship", 2), column_with("full", 50))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "heavy-missing", ("hardship", "joint"))
    assert finding.what == 'No value in more than 95 % of the rows: "hardship", "joint".'
    assert finding.evidence == '"hardship": 99.8 %; "joint": 95.1 % missing.'
    assert found(heavy_missing, column_with("empty", 0)) == []


def test_columns_missing_in_the_same_rows_are_a_group():
    columns = [column_with(name, 900) for name in "abc"]
    others = [column_with("d", 900, start=1), texts("e", ["x"] * 500 + [None] * 500), column_with("f", 500)]
    finding = only(missing_together, *columns, *others)
    assert (finding.severity, finding.rule, finding.columns) == ("low", "missing-together", ("a", "b", "c", "e", "f"))
    assert finding.what == "2 groups of columns have no value in exactly the same rows."
    assert finding.evidence == '"a", "b", "c" in 10.0 % of the rows; "e", "f" in 50.0 % of the rows.'


def test_other_rows_and_few_rows_make_no_group():
    assert found(missing_together, column_with("a", 900), column_with("b", 900, start=1)) == []
    assert found(missing_together, column_with("a", 991), column_with("b", 991)) == []
    assert found(missing_together, column_with("a", 1000), column_with("b", 1000)) == []
