"""Rules as an ONNX model: an input for each column of a loan; PD, score, grade and decision as outputs, in 64 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from creditrisk.exports.onnx_nodes import Nodes
from creditrisk.exports.sql_words import free_titles

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The operators of ONNX 1.16, the first whose trees hold numbers of 64 bits.
_OPSETS, _IR = (("", 21), ("ai.onnx.ml", 5)), 10
_INPUTS = {"text": TensorProto.STRING}
_TYPES = {"pd": TensorProto.DOUBLE, "score": TensorProto.INT64, "grade": TensorProto.STRING}
#: Days from 0000-03-01 to 1970-01-01, and days of 400 years.
_BEFORE_1970, _ERA = 719_468.0, 146_097.0


def onnx_of(rules: dict[str, Any]) -> bytes:
    """Return the rules of a model as an ONNX file.

    Parameters
    ----------
    rules : dict
        As `rules.rules_of` returns them.
    """
    nodes = Nodes()
    inputs = rules["inputs"]
    columns = [_input(nodes, rule) for rule in inputs]
    for rule in rules["derived"]:
        columns.append(_derived(nodes, rule, [columns[place] for place in rule["columns"]]))
    titles = free_titles(["pd", "score", "grade", "decision"], [rule["name"] for rule in inputs])
    outputs = _results(nodes, rules, _log_odds(nodes, rules, columns), titles)
    graph = helper.make_graph(
        nodes.nodes, "creditrisk",
        [_tensor(rule["name"], _INPUTS.get(rule["kind"], TensorProto.DOUBLE)) for rule in inputs],
        [_tensor(titles[output], _TYPES.get(output, TensorProto.STRING)) for output in outputs],
        initializer=nodes.constants,
    )  # fmt: skip
    opsets = [helper.make_opsetid(*each) for each in _OPSETS]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR, producer_name="creditrisk")
    facts = {"creditrisk_rules": str(rules["version"]), "model_sha256": rules["model_sha256"]}
    helper.set_model_props(model, {**facts, **{f"creditrisk_{kept}": title for kept, title in titles.items()}})
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def _tensor(title: str, kind: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(title, kind, [None, 1])


def _input(nodes: Nodes, rule: dict[str, Any]) -> str:
    """Return what an input counts as: NaN where it is missing and nothing stands for it."""
    fill = np.nan if rule["missing"] is None else float(rule["missing"])
    if rule["kind"] == "text":
        codes = {level: float(code) for code, level in enumerate(rule["levels"])}
        missing = dict.fromkeys(["", *rule["missing_texts"]], fill)
        return nodes.codes(rule["name"], {**codes, **missing}, float(rule["other"]))
    column = nodes.finite(rule["name"])
    return column if rule["missing"] is None else nodes.op("Where", nodes.op("IsNaN", column), fill, column)


def _derived(nodes: Nodes, rule: dict[str, Any], x: Sequence[str]) -> str:
    match rule["op"]:
        case "equals":
            test = nodes.op("IsNaN", x[0]) if rule["value"] is None else nodes.op("Equal", x[0], rule["value"])
            return nodes.number(test)
        case "count_missing":
            return nodes.op("Sum", *(nodes.number(nodes.op("IsNaN", column)) for column in x))
        case "ratio":
            return nodes.op("Where", nodes.op("Equal", x[1], 0.0), np.nan, nodes.finite(nodes.op("Div", *x)))
        case "difference":
            return nodes.finite(nodes.op("Sub", *x))
        case "tree":
            return nodes.trees(nodes.op("Concat", *x, axis=1), [rule["tree"]])
    return _part_of_day(nodes, rule["op"], nodes.op("Floor", x[0]))


def _part_of_day(nodes: Nodes, part: str, days: str) -> str:
    """Return the year, month (1 to 12) or weekday (0 is Monday) of days since 1970-01-01.

    Hinnant, "chrono-compatible low-level date algorithms": years begin in March, eras have 400 years.
    """

    def minus(left: str, *right: str) -> str:
        return nodes.op("Sub", left, nodes.op("Sum", *right))

    def times(column: str, factor: float) -> str:
        return nodes.op("Mul", column, factor)

    shifted = nodes.op("Add", days, _BEFORE_1970)
    if part == "weekday":
        moved = nodes.op("Add", shifted, 2.0)
        return minus(moved, times(nodes.floor_of(moved, 7.0), 7.0))
    era = nodes.floor_of(shifted, _ERA)
    inside = minus(shifted, times(era, _ERA))
    leap = nodes.op("Sum", nodes.floor_of(inside, 1460.0), nodes.floor_of(inside, 146_096.0))
    of_era = nodes.floor_of(nodes.op("Add", minus(inside, leap), nodes.floor_of(inside, 36_524.0)), 365.0)
    leaps = nodes.op("Sub", nodes.floor_of(of_era, 4.0), nodes.floor_of(of_era, 100.0))
    of_year = minus(inside, times(of_era, 365.0), leaps)
    month = nodes.floor_of(nodes.op("Add", times(of_year, 5.0), 2.0), 153.0)
    late = nodes.number(nodes.op("GreaterOrEqual", month, 10.0))
    if part == "month":
        return nodes.op("Add", minus(month, times(late, 12.0)), 3.0)
    return nodes.op("Sum", of_era, times(era, 400.0), late)


def _log_odds(nodes: Nodes, rules: dict[str, Any], columns: Sequence[str]) -> str:
    matrix = nodes.op("Concat", *columns, axis=1)
    parts = [nodes.op("Mul", nodes.trees(matrix, part["trees"]), part["weight"]) for part in rules["parts"]]
    z = nodes.op("Add", nodes.op("Sum", *parts), rules["intercept"])
    added, slope = (nodes.steps(z, rules["lines_from"], [line[place] for line in rules["lines"]]) for place in range(2))
    return nodes.op("Add", added, nodes.op("Mul", slope, z))


def _results(nodes: Nodes, rules: dict[str, Any], z: str, titles: dict[str, str]) -> list[str]:
    """Add the outputs, each under its title, and return which there are."""
    score, cutoff = rules["score"], rules["refuse_from"]
    odds_against = nodes.op("Exp", nodes.op("Neg", z))
    pd = nodes.op("Reciprocal", nodes.op("Add", odds_against, 1.0), title=titles["pd"])
    exact = nodes.op("Sub", score["constant"], nodes.op("Mul", z, score["factor"]))
    nodes.op("Cast", nodes.op("Round", exact), to=TensorProto.INT64, title=titles["score"])
    places = nodes.steps(pd, rules["grades_from"], list(range(len(rules["grades"]))))
    nodes.texts(places, rules["grades"], titles["grade"])
    if cutoff is None:
        return ["pd", "score", "grade"]
    refused = nodes.number(nodes.op("GreaterOrEqual", pd, cutoff))
    nodes.texts(refused, ["accept", "refuse"], titles["decision"])
    return ["pd", "score", "grade", "decision"]
