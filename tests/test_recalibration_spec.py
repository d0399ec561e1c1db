from __future__ import annotations

import pytest

from creditrisk.errors import UsageError
from creditrisk.recalibration_spec import RecalibrateSpec


def test_everything_that_cannot_be_meant_is_listed_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        RecalibrateSpec(method="slop", to_rate=3.1, if_needed=True, folds=1, seed=-1)
    assert caught.value.where == (
        '--method must be auto, intercept, slope or isotonic, got "slop"',
        "--to-rate must be a PD above 0 and below 1 (3.1 % is 0.031), got 3.1",
        "--to-rate fits a shift alone, and --method slop needs outcomes",
        "--if-needed tests outcomes, and --to-rate looks at none",
        "--folds must be 2 to 50, got 1",
        "--seed must be 0 or more, got -1",
    )


def test_a_rate_and_a_shift_go_together() -> None:
    assert RecalibrateSpec(to_rate=0.03, method="intercept").to_rate == 0.03
