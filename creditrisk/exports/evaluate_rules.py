"""The rules of a model, evaluated: the whole program, for other languages to follow (docs/export.md)."""

import math
from bisect import bisect_right
from datetime import date, timedelta
from typing import Any


def evaluate(rules: dict[str, Any], loan: dict[str, Any]) -> dict[str, Any]:
    """Return PD, score, grade and decision of a loan: numbers, texts, days since 1970-01-01, and None for missing."""
    x: list[Any] = []
    for rule in rules["inputs"]:
        x.append(number(rule, loan[rule["name"]]))
    for rule in rules["derived"]:
        x.append(derived(rule, [x[column] for column in rule["columns"]]))
    z = rules["intercept"]
    for part in rules["parts"]:
        z += part["weight"] * sum(leaf(tree, x) for tree in part["trees"])
    add, slope = rules["lines"][bisect_right(rules["lines_from"], z)]
    z = add + slope * z
    pd = 1 / (1 + math.exp(-max(z, -700)))
    score = rules["score"]["constant"] - rules["score"]["factor"] * z
    grade = rules["grades"][bisect_right(rules["grades_from"], pd)]
    cutoff = rules["refuse_from"]
    decision = None if cutoff is None else "refuse" if pd >= cutoff else "accept"
    return {"pd": pd, "score": round(score), "grade": grade, "decision": decision}


def number(rule: dict[str, Any], value: Any) -> Any:
    """Return what an input counts as."""
    if rule["kind"] == "text":
        if value is not None and value not in rule["missing_texts"]:
            return rule["levels"].index(value) if value in rule["levels"] else rule["other"]
    elif value is not None and math.isfinite(value):
        return value
    return rule["missing"]


def leaf(node: Any, x: list[Any]) -> Any:
    """Return the number that a loan reaches in a tree."""
    while isinstance(node, list):
        value, asked = x[node[0]], node[1]
        if isinstance(asked, list):
            left = value in asked
        elif value is None:
            left = len(node) == 5
        else:
            left = value <= asked
        node = node[2] if left else node[3]
    return node


def derived(rule: dict[str, Any], values: list[Any]) -> Any:
    """Return a column that is made of others."""
    op = rule["op"]
    if op == "equals":
        return 1 if values[0] == rule["value"] else 0
    if op == "count_missing":
        return values.count(None)
    if op == "tree":
        return leaf(rule["tree"], values)
    if None in values or (op == "ratio" and values[1] == 0):
        return None
    if op in ("ratio", "difference"):
        result = values[0] / values[1] if op == "ratio" else values[0] - values[1]
        return result if math.isfinite(result) else None
    day = date(1970, 1, 1) + timedelta(days=math.floor(values[0]))
    return {"year": day.year, "month": day.month, "weekday": day.weekday()}[op]
