"""A sample of a file's loans keeps its shares, and a training says that it is one."""

import numpy as np
import pyarrow as pa
import pytest
from loan_reading import training_data

from creditrisk.data.drawing import drawn_loans
from creditrisk.specs import TrainSpec

RNG = np.random.default_rng(3)
Y = RNG.choice(np.array([1, 0, -1], dtype=np.int8), 5_000, p=[0.13, 0.8, 0.07])


@pytest.mark.parametrize("most", [10, 999, 3_000])
def test_the_draw_keeps_the_default_rate_to_less_than_one_loan(most):
    rows = drawn_loans(Y, most, seed=1)
    rate = (Y == 1).sum() / (Y >= 0).sum()
    assert len(rows) == len(set(rows.tolist())) == most
    assert (np.diff(rows) > 0).all()
    assert (Y[rows] >= 0).all()
    assert abs((Y[rows] == 1).sum() - most * rate) <= 0.5


def test_every_loan_of_an_outcome_is_as_likely_as_any_other():
    y = np.repeat(np.array([1, 0], dtype=np.int8), [10, 40])
    times = sum(np.bincount(drawn_loans(y, 10, seed), minlength=50) for seed in range(2_000))
    # Each is drawn in a fifth of the draws: 400 times, with a standard deviation of 18.
    assert abs(times - 400).max() < 90


def test_all_loans_where_there_are_no_more_and_the_seed_decides():
    assert drawn_loans(Y, 5_000, seed=1).tolist() == np.flatnonzero(Y >= 0).tolist()
    assert drawn_loans(Y, 500, seed=1).tolist() == drawn_loans(Y, 500, seed=1).tolist()
    assert drawn_loans(Y, 500, seed=1).tolist() != drawn_loans(Y, 500, seed=2).tolist()


def test_groups_are_drawn_as_a_whole_and_never_too_many():
    group = np.sort(RNG.integers(0, 900, len(Y)))
    rows = drawn_loans(Y, 1_500, seed=1, group=group)
    inside = np.isin(group, group[rows]) & (Y >= 0)
    assert rows.tolist() == np.flatnonzero(inside).tolist()
    assert 1_450 < len(rows) <= 1_500
    assert np.mean(Y[rows]) == pytest.approx(np.mean(Y[Y >= 0]), abs=0.02)


@pytest.fixture
def loans_file(tmp_path):
    """1,500 loans of 500 borrowers, every tenth row of neither outcome, in order of time."""
    rng = np.random.default_rng(0)
    y = rng.choice(["1", "0"], 1_500, p=[0.2, 0.8]).astype(object)
    y[::10] = "open"
    rows = [f"{place},{rng.normal():.3f},b{place % 500},{y[place]}" for place in range(1_500)]
    path = tmp_path / "loans.csv"
    path.write_text("\n".join(["when,income,who,bad", *rows]) + "\n")
    return path


SPEC = {"target": "bad", "positive": "1", "negative": "0", "numeric": ("when",)}


def test_what_is_read_of_a_file_is_the_sample(loans_file):
    everything = training_data(loans_file, TrainSpec(**SPEC))
    found = training_data(loans_file, TrainSpec(**SPEC, max_rows=400))
    places = np.flatnonzero(np.arange(1_500) % 10)
    chosen = np.searchsorted(places, found.drawn.rows)
    assert (len(found.loans), found.drawn.loans, found.set_aside) == (400, 1_350, 150)
    assert everything.drawn is None
    assert everything.set_aside == 150
    expected = everything.loans.take(chosen).table.select(["when", "income"])
    assert found.loans.table.select(["when", "income"]).equals(expected)
    assert found.loans.outcomes.tolist() == everything.loans.outcomes[chosen].tolist()


def test_borrowers_come_as_a_whole_from_a_file(loans_file):
    found = training_data(loans_file, TrainSpec(**SPEC, max_rows=400, group="who"))
    borrowers = found.loans.table.column("who").to_pylist()
    known = np.flatnonzero(np.arange(1_500) % 10)
    expected = [place for place in known if f"b{place % 500}" in set(borrowers)]
    assert found.drawn.rows.tolist() == expected
    assert 300 < len(expected) <= 400


def test_enough_room_for_all_is_no_draw(loans_file):
    assert training_data(loans_file, TrainSpec(**SPEC, max_rows=1_350)).drawn is None
    assert len(training_data(loans_file, TrainSpec(**SPEC, max_rows=1_350)).loans) == 1_350


def test_a_sample_is_taken_of_frames_too(loans_file):
    from creditrisk.data.files import open_files
    from creditrisk.data.reading import read_training
    from creditrisk.file_specs import ReadSpec

    frame = pa.csv.read_csv(loans_file)
    spec = TrainSpec(**SPEC, max_rows=400)
    of_frame = read_training(open_files(frame, ReadSpec()), spec, ReadSpec())
    assert of_frame.loans.table.equals(training_data(loans_file, spec).loans.table)
