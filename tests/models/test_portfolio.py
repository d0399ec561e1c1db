"""Candidates: a name says all of one, and variations are the same for ever and within what LightGBM takes."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditrisk.models.growing import package
from creditrisk.models.portfolio import ADDITIVE, SHAPES, Candidate, Settled, parse_candidate
from creditrisk.specs import GENERATORS

NAMES = GENERATORS
SEEN = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)
FOLDS = st.integers(1, 999)
RATE = st.integers(1, 9999).map(lambda n: n / 10_000)
GROWN = st.none() | st.builds(Settled, FOLDS, RATE, st.integers(1, 99_999))
TREES = st.builds(
    Candidate, st.sampled_from([*SHAPES]), st.integers(0, 9999), SEEN, st.booleans(), GROWN,
)  # fmt: skip
#: Written down from one run: the name of a variation must mean the same in a later version.
FEW_7 = {
    "num_leaves": 10, "max_depth": 4, "feature_fraction": 0.7, "bagging_fraction": 0.9, "bagging_freq": 1,
    "lambda_l1": 2.0, "lambda_l2": 2.0, "min_data_in_leaf": 10, "max_cat_to_onehot": 16, "cat_smooth": 40.0,
    "extra_trees": False,
}  # fmt: skip
SMOOTH = st.none() | st.builds(Settled, FOLDS)
CANDIDATES = TREES | st.builds(Candidate, st.just(ADDITIVE), st.just(0), SEEN, st.booleans(), SMOOTH)


@given(CANDIDATES)
def test_a_name_says_all_of_its_candidate(candidate):
    assert parse_candidate(candidate.name, NAMES) == candidate


@given(CANDIDATES, CANDIDATES)
def test_two_candidates_have_two_names(one, other):
    assert (one.name == other.name) == (one == other)


@given(st.text(alphabet="abcdefghilmnoprstuwy~+-@./0123456789 \n", max_size=20))
def test_any_text_is_the_name_of_a_candidate_or_none(text):
    try:
        found = parse_candidate(text, NAMES)
    except ValueError:
        return
    assert parse_candidate(found.name, NAMES) == found


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "does not begin with one of plain, "),
        ("deep", "does not begin with one of plain, "),
        ("Plain", "does not begin with one of plain, "),
        (" plain", "does not begin with one of plain, "),
        ("plain ratios", "' ratios' after plain cannot be read"),
        ("plain~", "'~' after plain cannot be read"),
        ("plain~-1", "'~-1' after plain cannot be read"),
        ("plain~12345", "'~12345' after plain cannot be read"),
        ("plain+", "'+' after plain cannot be read"),
        ("plain+magic", "there is no magic; it must add some of flags, "),
        ("plain+target+target", "must add some of flags, "),
        ("plain-drift+target", "after plain cannot be read"),
        ("additive~1", "the additive model has no variations"),
        ("plain\n", "after plain cannot be read"),
        ("additive@0.1x20/2", "the additive model has no variations"),
        ("plain@0.1", "after plain cannot be read"),
        ("plain@1.5x20", "after plain cannot be read"),
        ("plain@0.1x20", "must end in @STEPxTREES/FOLDS"),
        ("plain/2", "must end in @STEPxTREES/FOLDS"),
        ("plain@0.0x20/2", "must end in @STEPxTREES/FOLDS"),
        ("plain@0.1x0/2", "must end in @STEPxTREES/FOLDS"),
        ("plain@0.1x20/0", "must end in @STEPxTREES/FOLDS"),
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(name, reason):
    with pytest.raises(ValueError, match="^" + re.escape(repr(name))) as caught:
        parse_candidate(name, NAMES)
    assert reason in str(caught.value)


def test_a_generator_that_is_not_on_offer_is_refused():
    with pytest.raises(ValueError, match="must add some of ratios, each once"):
        parse_candidate("plain+target", ["ratios"])


def test_another_view_leaves_the_learner_as_it_is():
    seeing = Candidate("sharp", 3, ("counts",)).seeing(["target", "ratios"], without_drift=True)
    assert seeing == Candidate("sharp", 3, ("target", "ratios"), without_drift=True)


def test_variations_are_the_same_for_ever():
    first, again = (Candidate("plain", 1).parameters for _ in range(2))
    assert first == again
    assert Candidate("few", 7).parameters == FEW_7


def test_a_shape_is_no_variation_and_numbers_differ():
    shape = dict(SHAPES["plain"])
    varied = [Candidate("plain", number).parameters for number in range(40)]
    assert varied[0] == shape == SHAPES["plain"]
    assert sum(one == other for one in varied for other in varied) < 60


def test_changing_the_parameters_of_a_candidate_changes_no_shape():
    before = dict(SHAPES["plain"])
    Candidate("plain").parameters["num_leaves"] = 1
    assert SHAPES["plain"] == before


@settings(max_examples=200)
@given(st.sampled_from([*SHAPES]), st.integers(0, 9999))
def test_every_variation_is_within_the_limits_of_lightgbm(shape, number):
    candidate = Candidate(shape, number)
    found = candidate.parameters
    # https://lightgbm.readthedocs.io/en/stable/Parameters.html
    assert 1 < found["num_leaves"] <= 131072
    assert 0 < found["feature_fraction"] <= 1
    assert 0 < found["bagging_fraction"] <= 1
    assert found["bagging_freq"] > 0
    assert min(found.get("lambda_l1", 0), found["lambda_l2"], found["min_data_in_leaf"]) >= 0
    assert found.get("cat_smooth", 10) >= 0
    assert found.get("max_cat_to_onehot", 4) > 0
    assert 1 < candidate.bins <= 65535
    if "max_depth" in found:
        assert found["num_leaves"] <= 2 ** found["max_depth"]


@pytest.mark.parametrize("name", [*SHAPES, "few~1", "sharp~2", "many~3"])
def test_lightgbm_takes_every_shape_and_grows_a_tree_that_splits(name):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(600, 3))
    y = (matrix[:, 0] + rng.normal(size=600) > 0).astype(float)
    candidate = parse_candidate(name, NAMES)
    parameters = {**candidate.parameters, "max_bin": candidate.bins, "objective": "binary", "verbosity": 1}
    parameters |= {"num_threads": 1, "feature_pre_filter": False}
    booster = package().Booster(parameters, package().Dataset(matrix, y, params=parameters))
    booster.update()
    leaves = booster.dump_model()["tree_info"][0]["num_leaves"]
    assert 2 <= leaves <= candidate.parameters["num_leaves"]
