from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.evaluation.groups import grouped, number_words, parts

quick = settings(max_examples=50, deadline=None, derandomize=True)


def sizes(groups):
    return np.bincount(groups.member, minlength=len(groups.names)).tolist()


def test_values_stand_in_the_order_of_their_loans_and_then_of_the_alphabet():
    found = grouped(["b", "a", "c", "c", "", "a", "b", "c"])
    assert found.names == ("c", "a", "b", "(missing)")
    assert sizes(found) == [3, 2, 2, 1]
    assert (found.pooled, found.pool, found.missing) == (0, -1, 3)


def test_rare_values_are_pooled_and_counted():
    labels = [letter for number, letter in enumerate("abcdefgh", start=1) for _ in range(number)]
    found = grouped(labels, most=4)
    assert found.names == ("h", "g", "f", "(other)")
    assert (found.pooled, found.pooled_values, found.pool) == (15, 5, 3)
    assert sizes(found) == [8, 7, 6, 15]
    exact = grouped(labels, most=8)
    assert (exact.pooled, len(exact.names)) == (0, 8)


def test_names_of_ours_are_never_values_of_the_data():
    labels = ["", "(missing)", "(other)", "(other)", "(missing)", "x", "y"]
    assert grouped(labels).names == ("(missing)", "(other)", "(missing, 2)", "x", "y")
    pooled = grouped(labels, most=4)
    assert pooled.names == ("(missing)", "(other)", "(missing, 2)", "(other, 2)")
    assert pooled.missing == 2


def test_objects_that_are_none_are_missing():
    assert grouped(np.array(["a", None, "a", "b"], dtype=object)).names == ("a", "(missing)", "b")


def test_a_long_value_costs_its_length_once():
    found = grouped(["x" * 60_000, *("y" for _ in range(20_000))])
    assert found.names == ("y", "x" * 60_000)


def test_few_numbers_are_values_and_many_are_fifths():
    assert grouped(np.array([60, 36, 36])).names == ("36", "60")
    income = np.random.default_rng(1).lognormal(10.8, 0.5, 5000)
    income[:50] = np.nan
    found = grouped(income)
    assert found.names[-1] == "(missing)"
    assert sizes(found)[-1] == 50
    assert np.array(sizes(found)[:5]) / 4950 == pytest.approx([0.2] * 5, abs=0.02)
    assert all(len(name) < 25 for name in found.names)


def test_nothing_but_missing_numbers():
    found = grouped(np.array([np.nan, np.inf]))
    assert (found.names, sizes(found)) == (("(missing)",), [2])


@quick
@given(st.lists(st.floats(-1e300, 1e300) | st.integers(0, 8).map(float), min_size=1, max_size=80))
def test_parts_hold_each_number_once_and_in_rising_order(numbers):
    names, member = parts(np.array(numbers), 5)
    assert len(names) <= 5
    assert member.min() >= 0
    assert member.max() < len(names)
    order = np.argsort(numbers, kind="stable")
    assert (np.diff(member[order]) >= 0).all()
    for value in set(numbers):
        assert len(set(member[np.array(numbers) == value].tolist())) == 1


def test_rounded_ends_are_those_that_part_the_numbers():
    numbers = np.random.default_rng(2).normal(20_000, 5_000, 3000)
    names, member = parts(numbers, 5)
    ends = [float(name.replace(",", "").split()[-1]) for name in names[:-1]]
    assert (member == np.searchsorted(ends, numbers)).all()
    assert number_words(ends) == [name.split()[-1] for name in names[:-1]]
    years = np.repeat(np.arange(2007.0, 2019.0), 100)
    assert parts(years, 5)[0] == ["up to 2009", "2009 to 2011", "2011 to 2014", "2014 to 2016", "above 2016"]


def test_one_number_for_all_is_one_part():
    assert parts(np.ones(9), 5)[0] == ["all"]


def test_there_must_be_loans_and_two_groups():
    with pytest.raises(ValueError, match="most must be 2 or more"):
        grouped(["a"], most=1)
    with pytest.raises(ValueError, match="at least one loan"):
        grouped([])
