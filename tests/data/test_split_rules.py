"""Out of time and by group: what is held out, and what each fold may see."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.data.splitting import fold_loans, split_loans
from creditrisk.data.table import LoanTable
from creditrisk.errors import DataError
from creditrisk.specs import TrainSpec

DATED = Column("issued", "date", "%Y-%m-%d")
NUMBERED = Column("year", "numeric")


def loans(
    rows: int = 2000, *, time: Column | None = None, values: object = None, group: list[str | None] | None = None
) -> LoanTable:
    """Return loans with outcomes at random, a time and a group where asked for."""
    rng = np.random.default_rng(1)
    y = (rng.random(rows) < 0.2).astype(np.int8)
    columns = {"x": pa.array(rng.normal(size=rows))}
    if time is not None:
        days = rng.integers(16000, 18000, rows) if values is None else np.asarray(values)
        kind = pa.date32() if time.kind == "date" else pa.float64()
        columns[time.name] = pa.array(days.astype("int32" if time.kind == "date" else "float64")).cast(kind)
    if group is not None:
        columns["who"] = pa.array(group)
    roles = Roles(time, "who" if group is not None else "")
    schema = Schema((Column("x", "numeric"),), (), Target("y", ("1",), ("0",)), roles=roles)
    return LoanTable(schema, pa.table(columns), y, {})


def spec(**options: object) -> TrainSpec:
    return TrainSpec(target="y", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_the_newest_share_is_held_out_and_no_day_is_split(share: float) -> None:
    table = loans(time=DATED)
    split = split_loans(table, spec(time="issued", test_size=share), "f.csv")
    time = table.time
    assert time is not None
    assert time[split.train].max() < time[split.held_out].min() == split.begins
    assert len(split.held_out) == pytest.approx(share * len(table), abs=5)
    assert sorted([*split.train, *split.held_out]) == list(range(len(table)))
    assert (split.still_watched, split.related) == (0, 0)


def test_few_distinct_times_give_the_nearest_share() -> None:
    table = loans(rows=1000, time=NUMBERED, values=np.repeat([2015, 2016, 2017, 2018], [400, 300, 250, 50]))
    split = split_loans(table, spec(time="year", test_size=0.2), "f.csv")
    assert (split.begins, len(split.held_out)) == (2017.0, 300)


def test_loans_whose_window_is_still_open_are_left_out() -> None:
    table = loans(time=DATED)
    time = table.time
    assert time is not None
    split = split_loans(table, spec(time="issued", performance_window="12 months"), "f.csv")
    assert split.begins is not None
    year_before = np.datetime64(int(split.begins), "D") - np.timedelta64(364, "D")
    assert time[split.train].max() <= year_before.astype(int)
    assert split.still_watched == len(table) - len(split.train) - len(split.held_out) > 200
    assert split.related == 0


@pytest.mark.parametrize(
    ("day", "window", "closes"),
    [
        ("2015-01-15", "1 month", "2015-02-15"),
        ("2015-01-31", "1 month", "2015-03-03"),
        ("2016-02-29", "1 year", "2017-03-01"),
        ("2015-01-15", "31 days", "2015-02-15"),
    ],
)
def test_a_window_closes_on_its_day(day: str, window: str, closes: str) -> None:
    begin, end = (np.datetime64(text, "D").astype(int) for text in (day, closes))
    for last, seen in ((end, True), (end - 1, False)):
        table = loans(rows=1000, time=DATED, values=np.repeat([begin, last], [800, 200]))
        if seen:
            split = split_loans(table, spec(time="issued", performance_window=window), "f.csv")
            assert len(split.train) == 800
        else:
            words = rf"^No older loan's outcome window of {window} closes before the held-out loans begin\."
            with pytest.raises(DataError, match=words):
                split_loans(table, spec(time="issued", performance_window=window), "f.csv")


def test_every_fold_is_judged_by_older_loans_and_the_newest_block_comes_first() -> None:
    table = loans(time=DATED)
    time = table.time
    assert time is not None
    folds = fold_loans(table, spec(time="issued"))
    assert len(folds) == 5
    for fold in folds:
        assert time[fold.fit].max() < time[fold.judge].min()
    starts = [time[fold.judge].min() for fold in folds]
    assert starts == sorted(starts, reverse=True)
    judged = np.concatenate([fold.judge for fold in folds])
    assert len(set(judged)) == len(judged)
    assert time[judged].min() >= np.median(time)


def test_folds_leave_open_windows_out_too() -> None:
    table = loans(time=DATED)
    time = table.time
    assert time is not None
    for fold in fold_loans(table, spec(time="issued", performance_window="90 days")):
        assert time[fold.fit].max() + 90 <= time[fold.judge].min()


def test_one_time_only_is_an_error_and_so_is_a_missing_one() -> None:
    with pytest.raises(DataError) as caught:
        split_loans(loans(rows=100, time=NUMBERED, values=np.full(100, 2015)), spec(time="year"), "f.csv")
    assert (caught.value.what, caught.value.where) == ("All loans have the same time.", ('f.csv, column "year"',))
    holes = np.where(np.arange(100) < 3, np.nan, np.arange(100))
    with pytest.raises(DataError) as caught:
        split_loans(loans(rows=100, time=NUMBERED, values=holes), spec(time="year"), "f.csv")
    # Arrow keeps NaN where pandas would write null; both are missing.
    assert caught.value.what == "The time is missing in 3 rows."


def test_a_window_needs_dates() -> None:
    with pytest.raises(DataError, match=r"^A --performance-window needs dates, and this column holds numbers\."):
        split_loans(loans(time=NUMBERED), spec(time="year", performance_window="1 year"), "f.csv")


def borrowers(rows: int) -> list[str | None]:
    """Return names with one to many loans each, some missing."""
    rng = np.random.default_rng(3)
    names = np.minimum(rng.geometric(0.004, rows), 900)
    return [None if rng.random() < 0.02 else f"b{name}" for name in names]


def test_nobody_is_on_both_sides() -> None:
    group = borrowers(3000)
    table = loans(rows=3000, group=group)
    split = split_loans(table, spec(group="who"), "f.csv")
    sides = [{group[row] for row in rows} - {None} for rows in (split.train, split.held_out)]
    assert not sides[0] & sides[1]
    assert len(split.held_out) == pytest.approx(600, abs=40)
    rate = table.outcomes[split.held_out].mean()
    assert rate == pytest.approx(table.outcomes.mean(), abs=0.03)


def test_folds_keep_groups_together_and_cover_every_loan_once() -> None:
    group = borrowers(3000)
    table = loans(rows=3000, group=group)
    folds = fold_loans(table, spec(group="who"))
    assert sorted(np.concatenate([fold.judge for fold in folds])) == list(range(3000))
    for fold in folds:
        assert not ({group[row] for row in fold.fit} & {group[row] for row in fold.judge}) - {None}
        assert len(fold.fit) + len(fold.judge) == 3000
        assert len(fold.judge) == pytest.approx(600, abs=90)


def test_missing_groups_are_alone() -> None:
    codes = loans(rows=5, group=["a", None, "a", None, "b"]).group
    assert codes is not None
    assert len(set(codes)) == 4
    assert codes[0] == codes[2]


def test_time_and_group_together_leave_out_older_loans_of_held_out_borrowers() -> None:
    group = borrowers(3000)
    table = loans(rows=3000, time=DATED, group=group)
    split = split_loans(table, spec(time="issued", group="who"), "f.csv")
    assert not ({group[row] for row in split.train} & {group[row] for row in split.held_out}) - {None}
    assert (split.still_watched, split.related) == (0, 3000 - len(split.train) - len(split.held_out))
    assert split.related > 0
    for fold in fold_loans(table, spec(time="issued", group="who")):
        assert not ({group[row] for row in fold.fit} & {group[row] for row in fold.judge}) - {None}


def test_too_few_groups_are_an_error() -> None:
    with pytest.raises(DataError) as caught:
        split_loans(loans(rows=100, group=["a", "b"] * 50), spec(group="who"), "f.csv")
    assert (caught.value.what, caught.value.fix) == (
        "There are 2 groups, too few to split by.", "At least 10 are needed; train without --group.",
    )  # fmt: skip


def test_the_same_seed_gives_the_same_groups_and_another_seed_others() -> None:
    table = loans(rows=3000, group=borrowers(3000))
    held = [split_loans(table, spec(group="who", seed=seed), "f.csv").held_out.tolist() for seed in (1, 1, 2)]
    assert held[0] == held[1] != held[2]
