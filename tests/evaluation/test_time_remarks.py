"""A run that ends later than its limit says so with both numbers."""

import pytest

from creditrisk.evaluation.remarks import time_remarks


@pytest.mark.parametrize(("limit", "seconds"), [(0.0, 5000.0), (30.0, 29.0), (30.0, 33.0)])
def test_a_run_in_time_or_without_a_limit_says_nothing(limit, seconds):
    assert time_remarks(limit, seconds) == ()


def test_a_run_that_ends_more_than_a_tenth_late_says_so():
    (remark,) = time_remarks(30.0, 36.0)
    assert "36 seconds" in remark
    assert "--time-limit 30" in remark
