"""The least change that passes a cut-off, against trying every combination."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from creditrisk.evaluation.explaining.changes import Found, nearest_change
from creditrisk.evaluation.explaining.levers import Lever, sides_of


def lever(column: int, values: list[float], unit: float = 1.0) -> Lever:
    """Return a lever of a loan that has 0 everywhere."""
    near = np.array(sorted(values, key=abs))
    return Lever(f"x{column}", column, near, np.abs(near) / unit, exact=True)


def tables(rng: np.random.Generator) -> tuple[np.ndarray, list[Lever]]:
    """Return a PD for every combination of the values 0 to 4 of three columns, and the levers."""
    pds = rng.uniform(size=(5, 5, 5))
    return pds, [lever(column, [1.0, 2.0, 3.0, 4.0], unit) for column, unit in enumerate((1.0, 1.7, 0.6))]


def least(pds: np.ndarray, levers: list[Lever], cutoff: float) -> tuple[int, float] | None:
    """Try everything: the fewest columns, then the least distance."""
    units = [each.values[0] / each.distance[0] for each in levers]
    for size in (1, 2, 3):
        found = []
        for columns in combinations(range(3), size):
            for values in product(range(1, 5), repeat=size):
                place = [0, 0, 0]
                for column, value in zip(columns, values, strict=True):
                    place[column] = value
                if pds[tuple(place)] < cutoff:
                    found.append(sum(value / units[column] for column, value in zip(columns, values, strict=True)))
        if found:
            return size, min(found)
    return None


@pytest.mark.parametrize("cutoff", [0.002, 0.02, 0.08, 0.3])
def test_the_change_is_the_nearest_of_all(cutoff: float) -> None:
    rng, sizes = np.random.default_rng(1), set()
    for _ in range(60):
        pds, levers = tables(rng)

        def pd_of(rows: np.ndarray, pds: np.ndarray = pds) -> np.ndarray:
            return pds[tuple(rows.T.astype(int))]

        found, expected = nearest_change(pd_of, np.zeros(3), levers, cutoff), least(pds, levers, cutoff)
        if not isinstance(found, Found):
            assert expected is None
            assert found == 3 * 4 + 3 * 16 + 64
            continue
        distance = sum(each.distance[place] for each, place in zip(found.levers, found.places, strict=True))
        assert expected is not None
        assert (len(found.levers), distance) == (expected[0], pytest.approx(expected[1]))
        assert found.pd < cutoff
        assert found.whole
        sizes.add(len(found.levers))
    assert sizes


def test_columns_are_taken_back_where_a_thinned_grid_went_too_far() -> None:
    """Of 600 values of two columns 447 of each are tried together; then each goes back as far as it can."""
    two = [lever(0, [float(value) for value in range(1, 601)]), lever(1, [float(value) for value in range(1, 601)])]
    found = nearest_change(lambda m: np.where((m[:, 0] >= 203) & (m[:, 1] >= 371), 0.1, 0.9), np.zeros(2), two, 0.5)
    assert isinstance(found, Found)
    assert [float(each.values[place]) for each, place in zip(found.levers, found.places, strict=True)] == [203, 371]
    assert not found.whole


def test_one_column_is_enough_where_two_would_be_nearer() -> None:
    both = [lever(0, [1.0, 50.0]), lever(1, [1.0])]
    found = nearest_change(
        lambda m: np.where((m[:, 0] >= 50) | ((m[:, 0] >= 1) & (m[:, 1] >= 1)), 0.1, 0.9), np.zeros(2), both, 0.5
    )
    assert isinstance(found, Found)
    assert [each.name for each in found.levers] == ["x0"]


def test_no_lever_finds_nothing() -> None:
    assert nearest_change(lambda m: np.full(len(m), 0.9), np.zeros(1), [], 0.5) == 0


@pytest.mark.parametrize("whole", [False, True])
def test_values_on_the_sides_of_thresholds_show_every_answer(whole: bool) -> None:
    """Whatever a column is set to, one of the values (or what it was) is in the same cell between two thresholds."""
    rng = np.random.default_rng(3)
    for number in range(100):
        count = int(rng.integers(1, 30))
        raw = rng.normal(size=count) * 10.0 ** rng.integers(-3, 6)
        thresholds = np.unique(np.rint(raw * 2) / 2 if whole else raw)
        values = sides_of(thresholds, float(10.0 ** rng.integers(-2, 4)), whole=whole)
        for side in ("left", "right"):  # trees ask for ≤, the bins of scorecards for <
            cells = set(np.searchsorted(thresholds, values, side=side).tolist())
            tried = np.arange(np.floor(thresholds[0]) - 1, thresholds[-1] + 2) if whole and number < 50 else values
            truth = set(np.searchsorted(thresholds, tried, side=side).tolist())
            assert (cells >= truth) if whole else cells == set(range(len(thresholds) + 1))
        assert not whole or (values == np.rint(values)).all()


def test_neighbouring_numbers_are_told_apart() -> None:
    thresholds = np.array([1.0, np.nextafter(1.0, 2.0), 1e15])
    cells = np.searchsorted(thresholds, sides_of(thresholds, 1.0, whole=False), side="left")
    assert set(cells.tolist()) == {0, 1, 2, 3}
