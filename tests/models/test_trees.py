from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from loan_reading import source

from creditrisk.errors import ModelFileError
from creditrisk.jobs.train import train
from creditrisk.models.model_file import load_model, open_model
from creditrisk.models.trees import Forest, read_forest
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def text_and_width(model_file: Path) -> tuple[str, int]:
    model = load_model(model_file)
    return model.learned.text, len(model.recipe.steps)


def walked(forest: Forest, row: np.ndarray) -> float:
    """Score one row by walking the arrays: an independent reading of what they mean."""
    total = 0.0
    for tree in forest.trees:
        node = 0 if len(tree.split_feature) else -1
        while node >= 0:
            value, kind = row[tree.split_feature[node]], tree.decision_type[node]
            missing_is_nan = (kind >> 2) & 3 == 2
            if kind & 1:
                start, end = tree.cat_boundaries[int(tree.threshold[node]) :][:2]
                code = -1 if np.isnan(value) else int(value)
                left = 0 <= code < 32 * (end - start) and (tree.cat_threshold[start + code // 32] >> (code % 32)) & 1
            elif np.isnan(value) and missing_is_nan:
                left = kind & 2
            else:
                left = (0.0 if np.isnan(value) else value) <= tree.threshold[node]
            node = tree.left_child[node] if left else tree.right_child[node]
        total += tree.leaf_value[~node]
    return total


def test_arrays_mean_what_lightgbm_means_by_them(model_file: Path, unlabelled_csv: Path) -> None:
    from creditrisk.models.booster import Booster

    model = load_model(model_file)
    loans = next(source(unlabelled_csv, model.schema).batches())
    matrix = model.recipe.matrix(loans)[0][:100]
    forest = read_forest(model.learned.text, matrix.shape[1])
    assert any(tree.is_categorical.any() for tree in forest.trees)
    expected = Booster(model.learned.text, matrix.shape[1]).log_odds(matrix)
    np.testing.assert_allclose([walked(forest, row) for row in matrix], expected, rtol=0, atol=1e-12)


def test_gain_adds_up_over_the_splits(text_and_width: tuple[str, int]) -> None:
    forest = read_forest(*text_and_width)
    assert forest.gain().sum() == pytest.approx(sum(tree.split_gain.sum() for tree in forest.trees))
    assert forest.gain().shape == (text_and_width[1],)


def test_neither_ranges_of_the_columns_nor_parameters_are_in_the_text(text_and_width: tuple[str, int]) -> None:
    text, width = text_and_width
    assert f"feature_infos={' '.join(['none'] * width)}\n" in text
    assert "parameters" not in text
    assert text.endswith("end of trees\n")


def resized(text: str) -> str:
    """Write the sizes of the trees anew, as someone would who knows the format."""
    head, _, body = text.partition("\n\n")
    body = body.removesuffix("end of trees\n")
    blocks = [f"Tree={block}" for block in body.split("Tree=")[1:]]
    sizes = " ".join(str(len(block)) for block in blocks)
    lines = [f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in head.split("\n")]
    return "\n".join(lines) + "\n\n" + "".join(blocks) + "end of trees\n"


def changed(text: str, key: str, position: int, value: str) -> str:
    """Give one entry of the first line with this key another value."""
    start = text.index(f"\n{key}=") + len(key) + 2
    end = text.index("\n", start)
    values = text[start:end].split(" ")
    values[position] = value
    return resized(text[:start] + " ".join(values) + text[end:])


def test_writing_the_sizes_anew_changes_nothing_in_a_sound_text(text_and_width: tuple[str, int]) -> None:
    assert resized(text_and_width[0]) == text_and_width[0]


ATTACKS = [
    ("left_child", 0, "9999", "a split of tree 0 is not reached exactly once"),
    ("left_child", 0, "0", "a split of tree 0 leads back to an earlier one"),
    ("right_child", -1, "-9999", "a leaf of tree 0 is not reached exactly once"),
    ("split_feature", 0, "9999", "tree 0 asks for a column that does not exist"),
    ("split_feature", 0, "-1", "tree 0 asks for a column that does not exist"),
    ("decision_type", 0, "64", "tree 0 has an unknown kind of split"),
    ("leaf_value", 0, "nan", "leaf_value is not a list of numbers"),
    ("leaf_value", 0, "1e999", "leaf_value holds a number that is too large"),
    ("leaf_value", 0, "inf", "leaf_value is not a list of numbers"),
    ("leaf_value", 0, "1e7", "its leaves add up to more than any log-odds"),
    ("threshold", 0, "-inf", "threshold holds a number that is too large"),
    ("threshold", 0, "nan", "threshold is not a list of numbers"),
    ("leaf_value", 0, "1-2", "leaf_value is not a list of numbers"),
    ("leaf_value", 0, "1e", "leaf_value is not a list of numbers"),
    ("leaf_value", 0, "-", "leaf_value is not a list of numbers"),
    ("leaf_value", 0, "", "leaf_value is not a list of numbers"),
    ("leaf_count", 0, "1.5", "leaf_count is not a list of numbers"),
    ("leaf_count", 0, "99999999999999999999", "leaf_count holds a number that is too large"),
    ("leaf_value", 0, "0.1 0.2", "leaf_value of tree 0 has 16 values, not 15"),
    ("threshold", 0, "0x10", "threshold is not a list of numbers"),
    ("num_leaves", 0, "999999", "tree 0 has no sound number of leaves"),
    ("num_leaves", 0, "2000000000", "tree 0 has no sound number of leaves"),
    ("num_leaves", 0, "14", "split_feature of tree 0 has 14 values, not 13"),
    ("num_leaves", 0, "", "tree 0 has no sound number of leaves"),
    ("num_cat", 0, "", "tree 0"),
    ("num_cat", 0, "7", "tree 0"),
    ("is_linear", 0, "1", "tree 0 is not the tree that it says"),
    ("shrinkage", 0, "nan", "tree 0 is not the tree that it says"),
    ("cat_boundaries", 0, "1", "the category sets of tree"),
    ("cat_boundaries", -1, "7777", "the category sets of tree"),
    ("max_feature_idx", 0, "3", "the header does not fit the trees"),
    ("objective", 0, "regression", "the header does not fit the trees"),
]


@pytest.mark.parametrize(("key", "position", "value", "reason"), ATTACKS)
def test_a_crafted_text_with_right_sizes_is_refused(
    text_and_width: tuple[str, int], key: str, position: int, value: str, reason: str
) -> None:
    text, width = text_and_width
    with pytest.raises(ModelFileError) as caught:
        read_forest(changed(text, key, position, value), width)
    assert caught.value.what.startswith(f"The model's trees are damaged: {reason}")


def test_a_huge_number_of_category_sets_is_refused_before_it_is_counted(text_and_width: tuple[str, int]) -> None:
    text, width = text_and_width
    for number in ("99999999", "99999999999"):
        crafted = resized(re.sub(r"num_cat=[1-9]\d*", f"num_cat={number}", text, count=1))
        with pytest.raises(ModelFileError, match="has no sound number of leaves"):
            read_forest(crafted, width)


def test_repeated_unknown_and_missing_entries_are_refused(text_and_width: tuple[str, int]) -> None:
    text, width = text_and_width
    line = text[text.index("\nleaf_value=") : text.index("\n", text.index("\nleaf_value=") + 1)]
    for other in (line + line, "", line + "\nx=1"):
        crafted = text.replace(line, other, 1)
        with pytest.raises(ModelFileError, match="tree 0 has other entries than a tree has"):
            read_forest(resized(crafted), width)


def test_lying_sizes_and_truncation_are_refused(text_and_width: tuple[str, int]) -> None:
    text, width = text_and_width
    for crafted in (text[:-1], text[: len(text) // 2], text.replace("tree_sizes=", "tree_sizes=1", 1), "tree\n", ""):
        with pytest.raises(ModelFileError, match="The model's trees are damaged"):
            read_forest(crafted, width)


def test_a_column_that_counts_only_by_being_missing_trains_and_scores(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    missing = rng.random(2000) < 0.3
    y = rng.random(2000) < np.where(missing, 0.6, 0.1)
    amounts = np.where(missing, "", "0")
    rows = "".join(f"{amount},{int(outcome)}\n" for amount, outcome in zip(amounts, y, strict=True))
    (tmp_path / "loans.csv").write_text("amount,y\n" + rows)
    train(tmp_path / "loans.csv", tmp_path / "model.crm", TrainSpec(target="y", preset="fast", patience=5))
    model = load_model(tmp_path / "model.crm")
    forest = read_forest(model.learned.text, 1)
    assert np.inf in np.concatenate([tree.threshold for tree in forest.trees])
    assert all(value is None or np.isfinite(value) for (value,) in model.golden.rows)
    scores = open_model(tmp_path / "model.crm").score(next(source(tmp_path / "loans.csv", model.schema).batches()))
    assert scores.pd[missing].mean() == pytest.approx(0.6, abs=0.05)
