"""The text of a boosted model → arrays, with every structural fault refused, once for every user of trees.

LightGBM trusts the text that it loads: a child out of range or a lying length ends the process, hangs it or gives
other scores without a word. So the text is held in one canonical form and checked here, before LightGBM sees a byte.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_END = "end of trees\n"
_MOST_LEAVES = 1 << 17
#: As many as `--max-trees` allows. Lists of more would take minutes and gigabytes to refuse one by one.
_MOST_TREES = 100_000
#: Words of 32 categories that the sets of one tree may have together.
_MOST_WORDS = 1 << 20
#: LightGBM keeps gains as numbers of 32 bits; sums of those are finite.
_LARGEST_GAIN = float(np.finfo(np.float32).max)
#: Beyond this every PD is 0 or 1, and points no longer fit a whole number.
_LARGEST_LOG_ODDS = 1e6
_SHRINKAGE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?(e[-+]?[0-9]{1,2})?")
_DIGITS, _NUMBERS = b"0123456789- ", b"0123456789- +.eE"
#: Entries of a tree that are lists: is it of whole numbers; one value for each leaf (1), split (−1) or neither (0).
_ARRAYS = {
    "split_feature": (True, -1), "split_gain": (False, -1), "threshold": (False, -1), "decision_type": (True, -1),
    "left_child": (True, -1), "right_child": (True, -1), "leaf_value": (False, 1), "leaf_weight": (False, 1),
    "leaf_count": (True, 1), "internal_value": (False, -1), "internal_weight": (False, -1),
    "internal_count": (True, -1), "cat_boundaries": (True, 0), "cat_threshold": (True, 0),
}  # fmt: skip
_NUMERIC_KEYS = ["Tree", "num_leaves", "num_cat", *(key for key in _ARRAYS if not key.startswith("cat_"))]
_LAST_KEYS = ["is_linear", "shrinkage"]
_KEYS = ([*_NUMERIC_KEYS, *_LAST_KEYS], [*_NUMERIC_KEYS, "cat_boundaries", "cat_threshold", *_LAST_KEYS])
_MOST_LINES = len(_KEYS[1]) + 3
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 1, 2, 4, 8
_KINDS_OF_SPLIT = [missing | kind for missing in (0, _MISSING_ZERO, _MISSING_NAN) for kind in (0, _CATEGORICAL)]


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree. Children ≥ 0 are splits, children < 0 are leaves (−1 is leaf 0); a split's children come after it.

    Arrays are of shape (n_splits,) or (n_leaves,). `threshold` is a number x with "left if value ≤ x" (inf where only
    missing values go right), or for a categorical split the position of its category set in `cat_boundaries`.
    """

    split_feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    decision_type: NDArray[np.int64]
    left_child: NDArray[np.int64]
    right_child: NDArray[np.int64]
    leaf_value: NDArray[np.float64]
    leaf_count: NDArray[np.int64]
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

    @property
    def reach(self) -> float:
        """How far from 0 the sum of the trees can be at most."""
        return sum(float(np.abs(tree.leaf_value).max(initial=0.0)) for tree in self.trees)

    def gain(self) -> NDArray[np.float64]:
        """Return the total gain in the objective by column, shape (n_features,), each 0 or more."""
        total = np.zeros(self.n_features)
        for tree in self.trees:
            np.add.at(total, tree.split_feature, np.maximum(tree.split_gain, 0.0))
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
        not finite where it must be, a column or a category set that does not exist.
    """
    if not text.isascii() or not text.startswith("tree\n"):
        raise _damaged("the text does not begin as a model")
    line = next((line for line in text.split("\n", 12)[:12] if line.startswith("tree_sizes=")), "tree_sizes=")
    sizes = _whole_numbers(line.removeprefix("tree_sizes=")) if line.count(" ") < _MOST_TREES else [-1]
    header = _header(n_features, sizes)
    if min(sizes, default=0) < 0 or not text.startswith(header) or len(text) != len(header) + sum(sizes) + len(_END):
        raise _damaged("the header does not fit the trees")
    entries, position = [], len(header)
    for index, size in enumerate(sizes):
        entries.append(_entries(text[position : position + size], index))
        position += size
    if text[position:] != _END:
        raise _damaged("the trees do not end where they should")
    forest = Forest(n_features, _trees(entries, n_features))
    if forest.reach > _LARGEST_LOG_ODDS:
        raise _damaged("its leaves add up to more than any log-odds")
    return forest


def _damaged(reason: str) -> ModelFileError:
    return ModelFileError(f"The model's trees are damaged: {reason}.", fix="Train it again, or restore the file.")


def _whole_numbers(text: str) -> list[int]:
    """Return numbers as LightGBM writes them, or [−1] for anything else."""
    return [_whole_number(word) for word in text.split(" ")] if text else []


def _whole_number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 12 else -1


def _entries(block: str, index: int) -> dict[str, str]:
    """Return the entries of one tree's text, its keys and single values checked."""
    # Counted first: a text of nothing but ends of lines would take fifty times its bytes.
    lines = block.split("\n") if block.count("\n") < _MOST_LINES else []
    pairs = [line.partition("=") for line in lines[:-3]]
    values = {key: value for key, _, value in pairs}
    if lines[-3:] != ["", "", ""] or [key for key, _, _ in pairs] != _KEYS[values.get("num_cat") != "0"]:
        raise _damaged(f"tree {index} has other entries than a tree has")
    known = values["Tree"] == str(index) and values["is_linear"] == "0"
    if not known or not _SHRINKAGE.fullmatch(values["shrinkage"]):
        raise _damaged(f"tree {index} is not the tree that it says")
    leaves, categories = (_whole_number(values[key]) for key in ("num_leaves", "num_cat"))
    if not 0 < leaves <= _MOST_LEAVES or not 0 <= categories < leaves:
        raise _damaged(f"tree {index} has no sound number of leaves")
    return values


def _trees(entries: list[dict[str, str]], n_features: int) -> tuple[Tree, ...]:
    """Read the lists of all trees, a key at a time, and check the structure of each tree."""
    columns: dict[str, list[NDArray[Any]]] = {}
    for key, (whole, per) in _ARRAYS.items():
        texts = [values.get(key, "") for values in entries]
        counts = [text.count(" ") + 1 if text else 0 for text in texts]
        for index, (values, count) in enumerate(zip(entries, counts, strict=True)):
            leaves = int(values["num_leaves"])
            # A tree that is one leaf has no weight written beside it.
            allowed = {1: {leaves, *([0] if leaves == 1 and key == "leaf_weight" else [])}, -1: {leaves - 1}}.get(per)
            if allowed is not None and count not in allowed:
                raise _damaged(f"{key} of tree {index} has {count} values, not {max(allowed)}")
            if count > _MOST_WORDS:
                raise _damaged(f"the category sets of tree {index} are not sound")
        columns[key] = np.split(_numbers(texts, sum(counts), key, whole=whole), np.cumsum(counts)[:-1])
    trees = []
    for index, values in enumerate(entries):
        tree = Tree(**{name: columns[name][index] for name in Tree.__dataclass_fields__})
        _check_splits(tree, int(values["num_cat"]), index, n_features)
        trees.append(tree)
    return tuple(trees)


def _numbers(texts: list[str], count: int, key: str, *, whole: bool) -> NDArray[Any]:
    """Parse the numbers of all trees at once.

    NumPy reads "1-2" as two numbers and stops at what is none; so exactly as many numbers as words, none of them
    empty, and no warning, means that every word was one number.
    """
    together = " ".join(text for text in texts if text).encode()
    error = _damaged(f"{key} is not a list of numbers")
    # A threshold of inf sends every value left and the missing ones right.
    letters = b"inf" if key == "threshold" else b""
    empty = b"  " in together or together != together.strip()
    if empty or together.translate(None, _DIGITS if whole else _NUMBERS + letters):
        raise error
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            numbers = np.fromstring(together, dtype=np.int64 if whole else np.float64, sep=" ")
        except (DeprecationWarning, ValueError) as unreadable:
            raise error from unreadable
    if len(numbers) != count:
        raise error
    finite = np.isfinite(numbers) | ((numbers == np.inf) if key == "threshold" else False)
    if not finite.all() or (whole and count and np.abs(numbers).max() >= 1 << 32):
        raise _damaged(f"{key} holds a number that is too large")
    if key == "split_gain" and count and np.abs(numbers).max() > _LARGEST_GAIN:
        raise _damaged(f"{key} holds a number that is too large")
    return numbers


def _check_splits(tree: Tree, num_cat: int, index: int, n_features: int) -> None:
    splits, leaves = len(tree.split_feature), len(tree.leaf_value)
    if splits:
        children = np.concatenate([tree.left_child, tree.right_child])
        inner = children >= 0
        if not (children[inner] > np.tile(np.arange(splits), 2)[inner]).all():
            raise _damaged(f"a split of tree {index} leads back to an earlier one")
        if not np.array_equal(np.sort(children[inner]), np.arange(1, splits)):
            raise _damaged(f"a split of tree {index} is not reached exactly once")
        if not np.array_equal(np.sort(~children[~inner]), np.arange(leaves)):
            raise _damaged(f"a leaf of tree {index} is not reached exactly once")
        if tree.split_feature.min() < 0 or tree.split_feature.max() >= n_features:
            raise _damaged(f"tree {index} asks for a column that does not exist")
        if not set((tree.decision_type & ~_DEFAULT_LEFT).tolist()) <= set(_KINDS_OF_SPLIT):
            raise _damaged(f"tree {index} has an unknown kind of split")
    _check_categories(tree, num_cat, index)


def _check_categories(tree: Tree, num_cat: int, index: int) -> None:
    asked = tree.threshold[tree.is_categorical]
    if sorted(asked.tolist()) != list(range(num_cat)):
        raise _damaged(f"a categorical split of tree {index} has no set of categories")
    if not num_cat:
        return
    bounds, words = tree.cat_boundaries, tree.cat_threshold
    sound = len(bounds) == num_cat + 1 and bounds[0] == 0 and bounds[-1] == len(words) and (np.diff(bounds) > 0).all()
    if not sound or words.min() < 0:
        raise _damaged(f"the category sets of tree {index} are not sound")
