"""The nodes of an ONNX graph, made one after another: arithmetic in 64 bits, texts to numbers, and trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from creditrisk.exports.trees import steps_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

#: `TreeEnsemble`: the questions of its nodes, and that leaves are added.
_AT_MOST, _EQUAL, _MEMBER, _SUM = 0, 4, 6, 1


class Nodes:
    """A graph under construction; every method returns the name of the tensor that it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._known: dict[tuple[str, str], str] = {}

    def op(self, kind: str, *inputs: str | float, domain: str = "", title: str = "", **attributes: Any) -> str:
        """Add an operator; numbers among its inputs become constants."""
        title = title or f"creditrisk_{len(self.nodes)}"
        names = [each if isinstance(each, str) else self.constant(np.float64(each)) for each in inputs]
        self.nodes.append(helper.make_node(kind, names, [title], domain=domain, **attributes))
        return title

    def constant(self, value: Any) -> str:
        """Add a constant, each value once."""
        array = np.asarray(value)
        key = (str(array.dtype), repr(array.tolist()))
        if key not in self._known:
            self._known[key] = f"creditrisk_c{len(self._known)}"
            self.constants.append(_tensor(array, self._known[key]))
        return self._known[key]

    def number(self, flag: str) -> str:
        """Return 1 where a flag holds and 0 elsewhere."""
        return self.op("Cast", flag, to=onnx.TensorProto.DOUBLE)

    def floor_of(self, dividend: str, divisor: float) -> str:
        """Return how often a number goes into a column."""
        return self.op("Floor", self.op("Div", dividend, divisor))

    def finite(self, column: str) -> str:
        """Return a column with NaN for infinite numbers."""
        return self.op("Where", self.op("IsInf", column), np.nan, column)

    def codes(self, column: str, codes: dict[str, float], other: float) -> str:
        """Return the number of each text."""
        tables = {
            "keys_tensor": _tensor(np.array(list(codes), dtype=object), "texts"),
            "values_tensor": _tensor(np.array(list(codes.values()), dtype=np.float64), "codes"),
            "default_tensor": _tensor(np.array([other]), "other"),
        }
        return self.op("LabelEncoder", column, domain="ai.onnx.ml", **tables)

    def texts(self, column: str, texts: Sequence[str], title: str) -> str:
        """Return the text at each place, from 0."""
        places = self.op("Cast", column, to=onnx.TensorProto.INT64)
        return self.op(
            "LabelEncoder", places, domain="ai.onnx.ml", title=title,
            keys_int64s=list(range(len(texts))), values_strings=list(texts), default_string="",
        )  # fmt: skip

    def trees(self, matrix: str, trees: Sequence[Any]) -> str:
        """Return the sum of trees (see `exports.trees`) over the columns of a matrix of 64 bits."""
        # A tree has a split; a leaf alone becomes one whose two sides are alike.
        split = [tree if isinstance(tree, list) else [0, 0.0, tree, tree] for tree in trees]
        return self.op("TreeEnsemble", matrix, domain="ai.onnx.ml", **_Ensemble(split).attributes())

    def steps(self, column: str, edges: Sequence[float], results: Sequence[float]) -> str:
        """Return the result between the edges around each value, closed on the left."""
        return self.trees(column, [steps_tree(edges, results)])


class _Ensemble:
    """Trees as the lists that `TreeEnsemble` of ai.onnx.ml 5 asks for."""

    def __init__(self, trees: Sequence[Any]) -> None:
        self.columns: list[int] = []
        self.modes: list[int] = []
        self.splits: list[float] = []
        self.missing_left: list[int] = []
        self.ends: list[list[tuple[int, int]]] = []
        self.members: list[float] = []
        self.leaves: list[float] = []
        self.roots = [self._add(tree)[0] for tree in trees]

    def _add(self, node: Any) -> tuple[int, int]:
        """Add a node and all below it; return its place and whether it is a leaf."""
        if not isinstance(node, list):
            self.leaves.append(float(node))
            return len(self.leaves) - 1, 1
        place = len(self.columns)
        mode, split, members = _question(node[1])
        self.columns.append(node[0])
        self.modes.append(mode)
        self.splits.append(split)
        self.members += members
        self.missing_left.append(int(None in node[1] if isinstance(node[1], list) else len(node) == 5))
        self.ends.append([])
        # Members are read in the order of the nodes, so a node comes before those below it.
        self.ends[place] = [self._add(node[2]), self._add(node[3])]
        return place, 0

    def attributes(self) -> dict[str, Any]:
        given = {
            "n_targets": 1, "aggregate_function": _SUM, "post_transform": 0, "tree_roots": self.roots,
            "nodes_featureids": self.columns, "nodes_modes": _tensor(np.array(self.modes, np.uint8), "modes"),
            "nodes_splits": _tensor(np.array(self.splits), "splits"),
            "nodes_truenodeids": [left[0] for left, _ in self.ends],
            "nodes_trueleafs": [left[1] for left, _ in self.ends],
            "nodes_falsenodeids": [right[0] for _, right in self.ends],
            "nodes_falseleafs": [right[1] for _, right in self.ends],
            "nodes_missing_value_tracks_true": self.missing_left,
            "leaf_targetids": [0] * len(self.leaves), "leaf_weights": _tensor(np.array(self.leaves), "leaves"),
        }  # fmt: skip
        if self.members:
            given["membership_values"] = _tensor(np.array(self.members), "members")
        return given


def _question(asked: Any) -> tuple[int, float, list[float]]:
    """Return the kind of a question, its number, and its members, which a NaN ends."""
    if not isinstance(asked, list):
        return _AT_MOST, float(asked), []
    known = [float(value) for value in asked if value is not None]
    if not known:
        return _AT_MOST, -np.inf, []
    return (_EQUAL, known[0], []) if len(known) == 1 else (_MEMBER, 0.0, [*known, np.nan])


def _tensor(values: Any, title: str) -> onnx.TensorProto:
    return numpy_helper.from_array(values, title)
