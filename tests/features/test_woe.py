"""Bins as plain data: which bin a row has, its WOE, and what no model file may hold."""

import math

import numpy as np
import pytest

from creditrisk.features.woe import CategoryBins, NumberBins, apply, bin_index, neutral, weights_of_evidence

NAN = math.nan
NUMBERS = NumberBins((0.0, 2.5), (-9.0, 98.0), (0.3, 0.1, -0.2, -1.0, -2.0, 0.05))
LEVELS = CategoryBins((0, 1, 0), (0.4, -0.4, 0.1, -0.1))


@pytest.mark.parametrize(
    ("value", "place"),
    [(-1e300, 0), (-1e-300, 0), (-0.0, 1), (0.0, 1), (2.4999, 1), (2.5, 2), (math.inf, 2), (-math.inf, 0),
     (-9.0, 3), (-9.0001, 0), (98.0, 4), (98.5, 2), (NAN, 5)],
)  # fmt: skip
def test_edges_are_closed_on_the_left_and_special_values_and_missing_stand_alone(value, place):
    assert bin_index(NUMBERS, np.array([value])).tolist() == [place]
    assert apply(NUMBERS, np.array([value])).tolist() == [NUMBERS.woe[place]]


@pytest.mark.parametrize(("code", "place"), [(0.0, 0), (1.0, 1), (2.0, 0), (3.0, 2), (1e9, 2), (-1.0, 2), (NAN, 3)])
def test_levels_have_the_bin_of_their_group_and_others_that_of_unknown_ones(code, place):
    assert bin_index(LEVELS, np.array([code])).tolist() == [place]
    assert apply(LEVELS, np.array([code])).tolist() == [LEVELS.woe[place]]


def test_a_column_without_edges_or_levels_has_one_bin_and_missing():
    assert bin_index(NumberBins((), (), (0.0, 0.5)), np.array([-1.0, NAN])).tolist() == [0, 1]
    assert bin_index(CategoryBins((), (0.2, 0.5)), np.array([0.0, NAN])).tolist() == [0, 1]


@pytest.mark.parametrize("bins", [NUMBERS, LEVELS])
def test_no_rows_have_no_bins(bins):
    assert apply(bins, np.empty(0)).shape == (0,)


def test_woe_is_the_log_of_repaid_share_over_default_share_smoothed_by_half_a_loan_of_the_rarer_class():
    tally = np.array([[100.0, 50.0], [90.0, 30.0], [10.0, 20.0]])
    by_hand = [math.log((90 / 120 + 0.5 / 30) / (10 / 30 + 0.5 / 30)), math.log((30.5 / 120 + 1.5 / 120) / (20.5 / 30))]
    assert weights_of_evidence(tally, tally).tolist() == pytest.approx(by_hand, rel=1e-14)


def test_woe_is_finite_without_a_class_in_the_bin_and_0_without_loans_or_without_a_class_at_all():
    tally = np.array([[1000.0, 20.0, 0.0], [1000.0, 0.0, 0.0], [0.0, 20.0, 0.0]])
    woe = weights_of_evidence(tally, tally)
    assert woe[0] == pytest.approx(math.log((1 + 0.025) / 0.025))
    assert woe[1] == -woe[0]
    assert woe[2] == 0.0
    one_class = np.array([[5.0], [5.0], [0.0]])
    assert weights_of_evidence(one_class, one_class).tolist() == [0.0]


def test_woe_of_few_loans_is_drawn_to_0():
    woe = weights_of_evidence(np.array([[2.0, 2000.0], [1, 1000], [1, 1000]]), np.array([[0.0], [9000], [1000]]))
    assert 0 > woe[0] > woe[1]
    assert woe[1] == pytest.approx(math.log(1 / 9), abs=0.005)


@pytest.mark.parametrize(
    ("edges", "special", "woe", "message"),
    [
        ((1.0,), (), (0.0, 0.0), "bins need a WOE each: one per inner bin, one per special value, one for missing."),
        ((2.0, 1.0), (), (0.0,) * 4, "edges must increase."),
        ((1.0, 1.0), (), (0.0,) * 4, "edges must increase."),
        ((NAN,), (), (0.0,) * 3, "edges, special values and WOE must be finite."),
        ((1.0,), (), (0.0, math.inf, 0.0), "edges, special values and WOE must be finite."),
        ((), (math.inf,), (0.0,) * 3, "edges, special values and WOE must be finite."),
        ((), (9.0, 9.0), (0.0,) * 4, "a special value stands twice."),
    ],
)
def test_bins_of_a_number_that_make_no_sense_are_refused(edges, special, woe, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        NumberBins(edges, special, woe)


@pytest.mark.parametrize(
    ("groups", "woe", "message"),
    [
        ((0, 2), (0.0,) * 4, "the bins of the levels must be numbered 0, 1, … without a gap."),
        ((-1, 0), (0.0,) * 4, "the bins of the levels must be numbered 0, 1, … without a gap."),
        ((0, 1), (0.0,) * 3, "bins need a WOE each: one per bin of levels, one for unknown levels, one for missing."),
        ((0,), (0.0, NAN, 0.0), "WOE must be finite."),
    ],
)
def test_bins_of_a_category_that_make_no_sense_are_refused(groups, woe, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        CategoryBins(groups, woe)


def test_neutral_bins_say_nothing():
    assert neutral(NumberBins((1.0,), (), (0.0, 0.0, 0.0)))
    assert not neutral(LEVELS)
