"""Texts of trees crafted against readers of numbers: no two readers may understand a text differently."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hostile_mutations import joined, split

from creditrisk.errors import ModelFileError
from creditrisk.models.boosted import Boosted
from creditrisk.models.model_file import load_model
from creditrisk.models.trees import read_forest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def sound(model_file: Path) -> tuple[str, int]:
    model = load_model(model_file)
    return model.learned.text, len(model.recipe.steps)


def with_words(text: str, key: str, words: list[str]) -> str:
    """Return the text whose first tree begins its list of a key with these words, sizes right."""
    head, blocks = split(text)
    lines = blocks[0].split("\n")
    at = next(place for place, line in enumerate(lines) if line.startswith(f"{key}="))
    old = lines[at].removeprefix(f"{key}=").split(" ")
    lines[at] = f"{key}=" + " ".join([*words, *old[len(words) :]])
    return joined(head, ["\n".join(lines), *blocks[1:]])


def test_a_text_put_together_again_is_the_same(sound: tuple[str, int]) -> None:
    assert joined(*split(sound[0])) == sound[0]
    assert with_words(sound[0], "leaf_value", []) == sound[0]


@pytest.mark.parametrize(
    ("key", "words", "reason"),
    [
        ("leaf_value", ["1-2", ""], "leaf_value is not a list of numbers"),
        ("leaf_value", ["", "1-2"], "leaf_value is not a list of numbers"),
        ("threshold", ["1-2", ""], "threshold is not a list of numbers"),
        ("leaf_count", ["1-2", ""], "leaf_count is not a list of numbers"),
        ("split_gain", ["1e39"], "split_gain holds a number that is too large"),
        ("split_gain", ["-1e300"], "split_gain holds a number that is too large"),
        ("num_leaves", ["15 15"], "tree 0 has no sound number of leaves"),
        ("num_leaves", ["-15"], "tree 0 has no sound number of leaves"),
        ("num_leaves", ["1" * 40], "tree 0 has no sound number of leaves"),
        ("shrinkage", ["1_0"], "tree 0 is not the tree that it says"),
        ("shrinkage", ["1e999"], "tree 0 is not the tree that it says"),
        ("shrinkage", [""], "tree 0 is not the tree that it says"),
    ],
)
def test_words_that_are_no_single_number_are_refused(
    sound: tuple[str, int], key: str, words: list[str], reason: str
) -> None:
    with pytest.raises(ModelFileError) as caught:
        read_forest(with_words(sound[0], key, words), sound[1])
    assert caught.value.what == f"The model's trees are damaged: {reason}."


def test_trees_beyond_number_and_ends_of_lines_beyond_number_are_refused_at_once(sound: tuple[str, int]) -> None:
    head, _ = split(sound[0])
    crafted = [
        (joined(head, ["x"] * 100_001), "the header does not fit the trees"),
        (joined(head, ["Tree=0" + "\n" * 5_000_000]), "tree 0 has other entries than a tree has"),
        (joined(head, ["Tree=0\nnum_cat=" + "1 " * 5_000_000]), "tree 0 has other entries than a tree has"),
    ]
    for text, reason in crafted:
        started = time.process_time()
        with pytest.raises(ModelFileError, match=reason):
            read_forest(text, sound[1])
        assert time.process_time() - started < 1.0


def test_more_words_of_categories_than_any_tree_has_are_refused(sound: tuple[str, int]) -> None:
    head, blocks = split(sound[0])
    at = next(place for place, block in enumerate(blocks) if "\ncat_threshold=" in block)
    start = blocks[at].index("\ncat_threshold=") + len("\ncat_threshold=")
    blocks[at] = blocks[at][:start] + "0 " * (1 << 20) + blocks[at][start:]
    with pytest.raises(ModelFileError, match=f"the category sets of tree {at} are not sound"):
        read_forest(joined(head, blocks), sound[1])


def test_gains_below_0_and_huge_ones_give_shares(sound: tuple[str, int]) -> None:
    for words in (["-5"], ["3.4e38", "3.4e38", "-3.4e38"], ["1e-320"]):
        share = Boosted(with_words(sound[0], "split_gain", words), sound[1]).importance(sound[1])
        assert np.isfinite(share).all()
        assert (share >= 0).all()
        assert share.sum() == pytest.approx(1.0)
