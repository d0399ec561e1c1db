"""An evaluation that knows whose each loan is, and one by a column of dates."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.data.beside import Beside
from creditrisk.data.schema import Column
from creditrisk.evaluation.evaluate import Evaluation, evaluate
from creditrisk.evaluation.groups import Groups
from creditrisk.evaluation.judged import Judged, Yardsticks
from creditrisk.evaluation.periods import grouped_dates
from creditrisk.evaluation.protected import HIGHEST
from creditrisk.evaluation.segments import segments
from creditrisk.judging import JudgeSpec

N = 900
WISHES = JudgeSpec(draws=20, by=("made",), protected=("sex",), lgd=0.5, margin=0.15)


def judged(group: np.ndarray | None, times: int = 1) -> Evaluation:
    """Evaluate loans with right PDs, each written so many times."""
    rng = np.random.default_rng(0)
    pd = rng.beta(1.5, 5, N)
    y = (rng.random(N) < pd).astype(np.int8)
    days = rng.integers(16_436, 17_100, N)
    made = np.array([str(np.datetime64(int(day), "D")) for day in days], dtype=object)
    sex = rng.choice(np.array(["f", "m"], dtype=object), N)
    at = np.repeat(np.arange(N), times)
    beside = Beside(
        y[at], days[at].astype(float), Column("made", "date"), group, {"made": made[at], "sex": sex[at]}, {}
    )  # fmt: skip
    return evaluate(Judged(y[at], pd[at], beside=beside), Yardsticks(0.2, 0.2, 0.25), WISHES)


@pytest.fixture(scope="module")
def alone() -> Evaluation:
    return judged(None)


def test_borrowers_of_one_loan_change_no_figure(alone: Evaluation) -> None:
    assert repr(judged(np.random.default_rng(1).permutation(N))) == repr(alone)


def test_loans_written_five_times_tell_nothing_new(alone: Evaluation) -> None:
    five = judged(np.repeat(np.arange(N), 5), 5)
    assert alone.money is not None
    assert five.money is not None
    mine, theirs = (
        next(group for group in found.protected[0].groups if group.verdict != HIGHEST) for found in (five, alone)
    )
    pairs = [
        (five.confusion.recall, alone.confusion.recall),
        (five.gains[2].default_rate, alone.gains[2].default_rate),
        (five.money.profit_at_chosen, alone.money.profit_at_chosen),
        (five.money.table[3].approved, alone.money.table[3].approved),
        (five.money.emp.estimate, alone.money.emp.estimate),
        (five.segmentations[0].segments[2].bce, alone.segmentations[0].segments[2].bce),
        (mine.approval_ratio, theirs.approval_ratio),
        (mine.calibration_ratio, theirs.calibration_ratio),
    ]
    for copied, truth in pairs:
        assert (copied.value, copied.low, copied.high) == pytest.approx((truth.value, truth.low, truth.high), rel=0.03)
    assert five.money.chosen_range == pytest.approx(alone.money.chosen_range)
    assert five.segmentations[0].heterogeneity.statistic == pytest.approx(
        alone.segmentations[0].heterogeneity.statistic
    )
    assert five.protected[0].heterogeneity.statistic == pytest.approx(alone.protected[0].heterogeneity.statistic)
    assert five.ece.expected == pytest.approx(alone.ece.expected, rel=0.2)
    assert five.corp.brier.expected == pytest.approx(alone.corp.brier.expected, rel=0.2)


def test_a_column_of_dates_is_cut_by_quarter(alone: Evaluation) -> None:
    labels = [row.label for row in alone.segmentations[0].segments]
    assert labels == ["2015 Q1", "2015 Q2", "2015 Q3", "2015 Q4", "2016 Q1", "2016 Q2", "2016 Q3", "2016 Q4"]


def test_dates_are_grouped_by_the_shortest_period_of_at_most_twelve() -> None:
    day = {"m": 31.0, "q": 92.0, "y": 366.0}
    month = grouped_dates(16_436 + day["m"] * np.arange(12))
    assert isinstance(month, Groups)
    assert month.names[0] == "2015-01"
    quarter = grouped_dates(16_436 + day["m"] * np.arange(30))
    assert isinstance(quarter, Groups)
    assert quarter.names[0] == "2015 Q1"
    year = grouped_dates(np.append(16_436 + day["q"] * np.arange(20), np.nan))
    assert isinstance(year, Groups)
    assert (year.names[0], year.names[-1], year.missing) == ("2015", "(missing)", 5)
    assert year.member[-1] == 5
    many = grouped_dates(np.append(16_436 + day["y"] * np.arange(13), np.nan))
    assert isinstance(many, np.ndarray)
    assert many[:2].tolist() == [2015.0, 2016.0]
    assert np.isnan(many[-1])


def test_groups_must_be_of_these_loans() -> None:
    pd = np.array([0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match=r"^2 labels were given for 3 loans\.$"):
        segments("made", Groups(("a",), np.zeros(2, dtype=np.intp)), np.array([0, 1, 0]), pd)
