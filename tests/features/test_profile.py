"""Profiles of columns: what they keep of the training loans, and what they say of scored ones."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column
from creditrisk.features.profile import ALL_ROWS, EVERY, ColumnProfile, ProfileCounts, profile
from creditrisk.features.steps import NumberStep, finish, merge, partial

RNG = np.random.default_rng(4)


def profile_of(column: Column, *batches: list[object]) -> ColumnProfile:
    """Return the profile of a column that is read in batches."""
    kind = pa.string() if column.kind == "categorical" else pa.float64()
    counts = merge([partial(column, pa.chunked_array([batch], kind)) for batch in batches])
    return profile(column, finish(column, counts), counts)


def test_a_number_is_cut_at_its_deciles_whatever_the_batches() -> None:
    values = RNG.gamma(2.0, 10.0, 3000)
    made = profile_of(Column("dti", "numeric"), values.tolist(), [None] * 300)
    assert len(made.edges) == 9
    assert np.searchsorted(np.sort(values), made.edges) / 3000 == pytest.approx(np.arange(1, 10) / 10, abs=0.003)
    assert np.histogram(values, [-np.inf, *made.edges, np.inf])[0].tolist() == list(made.loans[:-1])
    assert made.loans[-1] == 300
    assert sum(made.shares) == pytest.approx(1.0)
    assert made == profile_of(Column("dti", "numeric"), values[:7].tolist(), [None] * 300, values[7:].tolist())


def test_an_edge_is_no_loans_value_unless_ten_share_it() -> None:
    values = np.concatenate([RNG.uniform(1000, 9000, 2000), np.full(700, 5000.0)])
    made = profile_of(Column("income", "numeric"), values.tolist())
    assert set(made.edges) & set(values.tolist()) == {5000.0}
    assert all(edge == 5000.0 or len(f"{edge:g}") <= 4 for edge in made.edges)


def test_values_on_which_loans_pile_up_have_a_cell_of_their_own() -> None:
    made = profile_of(Column("late", "numeric"), [0.0] * 80 + [1.0] * 15 + [2.0] * 5)
    assert (made.edges, made.loans) == ((-5e-324, 0.0, np.nextafter(1.0, 0.0), 1.0), (0, 80, 0, 15, 5, 0))
    constant = profile_of(Column("one", "numeric"), [7.0] * 50)
    assert (constant.edges, constant.loans) == ((np.nextafter(7.0, 0.0), 7.0), (0, 50, 0, 0))
    assert profile_of(Column("few", "numeric"), [1.0, 2.0, 3.0]).edges == ()


def test_large_levels_stand_alone_and_all_others_are_one_cell() -> None:
    texts = ["rent"] * 500 + ["own"] * 400 + ["other"] * 9 + ["none"] * 91 + ["tent"] * 10
    made = profile_of(Column("home", "categorical"), texts + [None] * 40)
    assert made.levels == (0, 1, 2)  # none, own, rent among the levels none, own, rent, tent
    assert made.loans == (91, 400, 500, 19, 40)
    assert made.edges == ()


def test_counts_are_those_of_a_loan_by_loan_tally() -> None:
    number = ColumnProfile("dti", (1.0, 2.0), (), (10, 10, 10, 5))
    level = ColumnProfile("home", (), (0, 2), (10, 10, 5, 5))
    counts = ProfileCounts([number, level])
    counts.add(np.array([[0.5, 0.0], [1.0, 2.0], [1.5, 1.0], [9.0, 3.0], [math.nan, math.nan], [2.0, 2.0]]))
    counts.add(np.empty((0, 2)))
    assert [each.tolist() for each in counts._loans] == [[2, 2, 1, 1], [1, 2, 2, 1]]
    assert counts.rows == counts.counted == 6
    assert all(math.isnan(shift.psi) for shift in counts.shifts())


@pytest.mark.parametrize("size", [97, 1000, 49_999, 70_000])
def test_the_rows_that_count_do_not_depend_on_the_batches(size: int) -> None:
    matrix = np.arange(70_000.0)[:, None]
    counts = ProfileCounts([ColumnProfile("row", tuple(np.arange(5e3, 7e4, 8e3)), (), (10,) * 11)])
    for start in range(0, len(matrix), size):
        counts.add(matrix[start : start + size])
    taken = np.concatenate([np.arange(ALL_ROWS), np.arange(ALL_ROWS, 70_000, EVERY)])
    assert counts.counted == len(taken)
    assert counts._loans[0].sum() == len(taken)
    assert counts._loans[0][0] == np.count_nonzero(taken <= 5000)


def test_a_matrix_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^matrix must have shape \(n_rows, 1\), got \(3, 2\)\.$"):
        ProfileCounts([ColumnProfile("x", (), (), (5, 0))]).add(np.ones((3, 2)))


def test_loans_like_the_training_loans_pass_no_bound_and_a_changed_unit_does() -> None:
    train, like = RNG.gamma(2.0, 10.0, (2, 4000, 5))
    made = [profile_of(Column(f"x{i}", "numeric"), train[:, i].tolist()) for i in range(5)]
    same, changed = ProfileCounts(made), ProfileCounts(made)
    same.add(like)
    assert all(shift.psi < shift.critical < 0.05 for shift in same.shifts())
    changed.add(like * np.array([1, 1, 1000, 1, 1]))
    assert [shift.name for shift in changed.shifts() if shift.psi > max(0.25, shift.critical)] == ["x2"]


@pytest.mark.parametrize("usual", [0.0, 1.0])
def test_a_flag_that_is_nearly_always_the_same_is_seen_to_turn_whichever_way_it_points(usual: float) -> None:
    counts = pa.table({"value": [usual, 1.0 - usual], "count": [9_500, 500]})
    made = profile(Column("flag", "numeric"), NumberStep("flag", None), counts)
    scored = ProfileCounts([made])
    scored.add(np.full((5_000, 1), 1.0 - usual))
    assert scored.shifts()[0].psi > 5


def test_a_column_that_was_constant_is_seen_to_move() -> None:
    counts = pa.table({"value": [3.0], "count": [1_000]})
    for value in (2.0, 4.0):
        scored = ProfileCounts([profile(Column("x", "numeric"), NumberStep("x", None), counts)])
        scored.add(np.full((500, 1), value))
        assert scored.shifts()[0].psi > 5
