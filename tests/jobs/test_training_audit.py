"""What a training says of its audit where that looked at some of the loans only."""

import pytest

from creditrisk.audit.taking import MOST_TRAINING_ROWS
from creditrisk.jobs.training_audit import audit_remarks


@pytest.mark.parametrize(("rows", "asked"), [(MOST_TRAINING_ROWS, True), (800_000, False)])
def test_nothing_is_said_where_all_loans_or_none_were_looked_at(rows, asked):
    assert audit_remarks(rows, asked=asked) == ()


def test_how_many_of_the_loans_were_looked_at_is_said():
    (remark,) = audit_remarks(MOST_TRAINING_ROWS + 1, asked=True)
    assert remark.startswith("The audit before the training looked at 100,000 of the 100,001 loans, evenly spread")
