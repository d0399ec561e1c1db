"""The text of a boosted model → arrays, with every structural fault refused, once for every user of trees.

LightGBM trusts the text that it loads: a child out of range or a lying length ends the process, hangs it or gives
other scores without a word. So the text is held in one canonical form and checked here, before LightGBM sees a byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_END = "end of trees\n"
_MOST_LEAVES = 1 << 17
_INTS = re.compile(r"(?:-?\d{1,10}(?: -?\d{1,10})*)?")
_NUMBER = r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?"
_FLOATS = re.compile(rf"(?:{_NUMBER}(?: {_NUMBER})*)?")
#: key → (is it a list of whole numbers, one value for each leaf (1), split (-1) or other (0))
_ARRAYS = {
    "split_feature": (True, -1), "split_gain": (False, -1), "threshold": (False, -1), "decision_type": (True, -1),
    "left_child": (True, -1), "right_child": (True, -1), "leaf_value": (False, 1), "leaf_weight": (False, 1),
    "leaf_count": (True, 1), "internal_value": (False, -1), "internal_weight": (False, -1),
    "internal_count": (True, -1), "cat_boundaries": (True, 0), "cat_threshold": (True, 0),
}  # fmt: skip
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_NONE, _MISSING_ZERO, _MISSING_NAN = 1, 2, 0, 4, 8


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree. Children ≥ 0 are splits, children < 0 are leaves (−1 is leaf 0); a split's children come after it.

    Arrays are of shape (n_splits,) or (n_leaves,). `threshold` is a number x with "left if value ≤ x", or for a
    categorical split the position of its category set in `cat_boundaries`.
    """

    split_feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    decision_type: NDArray[np.int64]
    left_child: NDArray[np.int64]
    right_child: NDArray[np.int64]
    leaf_value: NDArray[np.float64]
    split_gain: NDArray[np.float64]
    cat_boundaries: NDArray[np.int64]
    cat_threshold: NDArray[np.int64]

    @property
    def is_categorical(self) -> NDArray[np.bool_]:
        """Whether each split asks for membership in a set of categories."""
        asks: NDArray[np.bool_] = (self.decision_type & _CATEGORICAL) != 0
        return asks


@dataclass(frozen=True, eq=False)
class Forest:
    """All trees of a model, in order, over `n_features` columns."""

    n_features: int
    trees: tuple[Tree, ...]

    def gain(self) -> NDArray[np.float64]:
        """Return the total gain in the objective by column, shape (n_features,)."""
        total = np.zeros(self.n_features)
        for tree in self.trees:
            np.add.at(total, tree.split_feature, tree.split_gain)
        return total


def canonical_text(raw: str, n_features: int) -> str:
    """Return LightGBM's own model text in the one form that a model file may hold.

    Only the trees stay. What scoring does not need goes: the parameters, and the ranges of the columns, which hold
    the least and the greatest value of the training loans.
    """
    found = re.search(r"^tree_sizes=([\d ]*)$", raw, re.MULTILINE)
    if found is None:
        raise ValueError("LightGBM wrote a model without tree_sizes.")
    sizes = [int(size) for size in found.group(1).split()]
    start = raw.index("Tree=0\n") if sizes else raw.index(_END)
    body = raw.encode()[start : start + sum(sizes)].decode()
    return _header(n_features, sizes) + body + _END


def _header(n_features: int, sizes: list[int]) -> str:
    names = " ".join(f"f{index}" for index in range(n_features))
    lines = [
        "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
        f"max_feature_idx={n_features - 1}", "objective=binary sigmoid:1", f"feature_names={names}",
        "feature_infos=" + " ".join(["none"] * n_features),
        "tree_sizes=" + " ".join(str(size) for size in sizes), "", "",
    ]  # fmt: skip
    return "\n".join(lines)


def read_forest(text: str, n_features: int) -> Forest:
    """Parse and check a canonical model text.

    Raises
    ------
    ModelFileError
        When anything is not as LightGBM writes it: another header, a wrong length, a missing, unknown or repeated
        key, a child out of range or before its parent, a split or leaf not reached exactly once, a number that is
        not finite, a column or a category set that does not exist.
    """
    if not text.isascii() or not text.startswith("tree\n"):
        raise _damaged("the text does not begin as a model")
    line = next((line for line in text.split("\n", 12)[:12] if line.startswith("tree_sizes=")), "tree_sizes=")
    numbers = line.removeprefix("tree_sizes=")
    sizes = [int(size) for size in numbers.split()] if _INTS.fullmatch(numbers) else [-1]
    header = _header(n_features, sizes)
    if min(sizes, default=0) < 0 or not text.startswith(header) or len(text) != len(header) + sum(sizes) + len(_END):
        raise _damaged("the header does not fit the trees")
    trees, position = [], len(header)
    for index, size in enumerate(sizes):
        trees.append(_read_tree(text[position : position + size], index, n_features))
        position += size
    if text[position:] != _END:
        raise _damaged("the trees do not end where they should")
    return Forest(n_features, tuple(trees))


def _damaged(reason: str) -> ModelFileError:
    return ModelFileError(
        f"The model's trees are damaged: {reason}.", fix="Train the model again, or restore the file."
    )


def _read_tree(block: str, index: int, n_features: int) -> Tree:
    lines = block.split("\n")
    entries = [line.partition("=") for line in lines[:-3]]
    keys = [key for key, _, _ in entries]
    values = {key: value for key, _, value in entries}
    categories = ["cat_boundaries", "cat_threshold"] if values.get("num_cat") != "0" else []
    arrays = [key for key in _ARRAYS if not key.startswith("cat_")] + categories
    if lines[-3:] != ["", "", ""] or keys != ["Tree", "num_leaves", "num_cat", *arrays, "is_linear", "shrinkage"]:
        raise _damaged(f"tree {index} has other entries than a tree has")
    if values["Tree"] != str(index) or values["is_linear"] != "0" or not _FLOATS.fullmatch(values["shrinkage"]):
        raise _damaged(f"tree {index} is not the tree that it says")
    if not re.fullmatch(r"[1-9]\d{0,5}", values["num_leaves"]) or not re.fullmatch(r"\d{1,6}", values["num_cat"]):
        raise _damaged(f"tree {index} has no sound number of leaves")
    leaves = int(values["num_leaves"])
    if leaves > _MOST_LEAVES:
        raise _damaged(f"tree {index} has too many leaves")
    read = {key: _read_array(values.get(key, ""), key, leaves, index) for key in _ARRAYS}
    tree = Tree(**{name: read[name] for name in Tree.__dataclass_fields__})
    _check_splits(tree, int(values["num_cat"]), index, n_features)
    return tree


def _read_array(text: str, key: str, leaves: int, index: int) -> NDArray[Any]:
    whole, per = _ARRAYS[key]
    if not (_INTS if whole else _FLOATS).fullmatch(text):
        raise _damaged(f"{key} of tree {index} is not a list of numbers")
    numbers = np.array(text.split(), dtype=np.int64 if whole else np.float64)
    # A tree that is one leaf has no weight written beside it.
    expected = {1: leaves, -1: leaves - 1, 0: len(numbers)}[per]
    if len(numbers) != expected and not (leaves == 1 and key == "leaf_weight"):
        raise _damaged(f"{key} of tree {index} has {len(numbers)} values, not {expected}")
    if not np.isfinite(numbers).all():
        raise _damaged(f"{key} of tree {index} is not finite")
    return numbers


def _check_splits(tree: Tree, num_cat: int, index: int, n_features: int) -> None:
    splits, leaves = len(tree.split_feature), len(tree.leaf_value)
    children = np.concatenate([tree.left_child, tree.right_child])
    parents = np.concatenate([np.arange(splits)] * 2)
    inner = children >= 0
    if not (children[inner] > parents[inner]).all():
        raise _damaged(f"a split of tree {index} leads back to an earlier one")
    if sorted(children[inner].tolist()) != list(range(1, splits)):
        raise _damaged(f"a split of tree {index} is not reached exactly once")
    if splits and sorted((~children[~inner]).tolist()) != list(range(leaves)):
        raise _damaged(f"a leaf of tree {index} is not reached exactly once")
    if splits and not ((tree.split_feature >= 0) & (tree.split_feature < n_features)).all():
        raise _damaged(f"tree {index} asks for a column that does not exist")
    kinds = tree.decision_type & ~_DEFAULT_LEFT
    if not np.isin(kinds, [_MISSING_NONE, _MISSING_ZERO, _MISSING_NAN, 1, 1 | _MISSING_ZERO, 1 | _MISSING_NAN]).all():
        raise _damaged(f"tree {index} has an unknown kind of split")
    _check_categories(tree, num_cat, index)


def _check_categories(tree: Tree, num_cat: int, index: int) -> None:
    asked = tree.threshold[tree.is_categorical]
    if not np.isin(asked, np.arange(num_cat)).all() or len(asked) != num_cat:
        raise _damaged(f"a categorical split of tree {index} has no set of categories")
    if not num_cat:
        return
    bounds, words = tree.cat_boundaries, tree.cat_threshold
    sound = len(bounds) == num_cat + 1 and bounds[0] == 0 and bounds[-1] == len(words) and (np.diff(bounds) > 0).all()
    if not sound or not ((words >= 0) & (words < 1 << 32)).all():
        raise _damaged(f"the category sets of tree {index} are not sound")
