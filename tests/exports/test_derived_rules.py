"""Columns that are derived from others, in every form, beside the features themselves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from creditrisk.exports.compare import Said
from creditrisk.exports.databases import run
from creditrisk.exports.evaluate_rules import evaluate
from creditrisk.exports.loans import Loans
from creditrisk.exports.rules import _Columns, _lines
from creditrisk.exports.sql import sql_of
from creditrisk.features.derived import Arithmetic, DatePart, Flag, Lookup, MissingCount, Relative
from creditrisk.features.view import View
from creditrisk.models.calibration import Calibration

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.features.derived import Derived

NAN = math.nan
#: Numbers a and b, a code c with keys, and a day; every value meets every other in some row.
A = [0.0, -0.0, 1.0, -1.0, 2.5, 1e300, -1e300, 1e-300, 5e-324, 7.0, NAN]
B = [0.0, 1.0, -1.0, 3.0, 1e300, 1e-300, NAN]
C = [0.0, 1.0, 2.0, 3.0, NAN]
DAYS = [0.0, -1.0, 59.0, 60.0, 11_016.0, 19_782.0, 19_783.0, -719_162.0, 2_932_896.0, 364.0, 365.0, NAN]
BASE = np.array([(a, b, C[(i + j) % 5], DAYS[(3 * i + j) % 12]) for i, a in enumerate(A) for j, b in enumerate(B)])
_PAIRS = tuple((a, c) for a in (0.0, 1.0, 2.5, None) for c in (0.0, 2.0, None))
FEATURES: dict[str, Derived] = {
    "ratio": Arithmetic("a / b", "ratio", 0, 1),
    "ratio-back": Arithmetic("b / a", "ratio", 1, 0),
    "difference": Arithmetic("a - b", "difference", 0, 1),
    "flag": Flag("a is 2.5", 0, 2.5),
    "flag-missing": Flag("b is missing", 1, None),
    "count": MissingCount("missing", (0, 1, 2)),
    "year": DatePart("year", 3, "year"),
    "month": DatePart("month", 3, "month"),
    "weekday": DatePart("weekday", 3, "weekday"),
    "lookup": Lookup("c", "target", (2,), ((0.0,), (2.0,), (None,)), (0.25, -1.5, 3.0), 0.125),
    "lookup-no-missing": Lookup("c", "count", (2,), ((1.0,), (3.0,)), (0.25, -1.5), 0.125),
    "lookup-pair": Lookup("a, c", "target", (0, 2), _PAIRS, tuple(np.linspace(-2, 2, len(_PAIRS)).tolist()), 0.5),
    "lookup-empty": Lookup("c", "count", (2,), (), (), 0.125),
    "relative": Relative("a to c", 0, Lookup("mean of a", "mean", (2,), ((0.0,), (2.0,)), (2.0, 0.0), -4.0)),
}


def rules_for(feature: Derived) -> dict[str, Any]:
    """Return rules whose log-odds grow with every distinct value of the feature."""
    columns = _Columns(4)
    place = columns.places(View((), (feature,)))[-1]
    values = np.unique(feature.apply(BASE))
    # Trees read numbers as small as 1e-35 as 0, so none has a threshold there.
    known = [float(value) for value in values if abs(value) > 1e-35] + [1.1e-35]
    trees = [[place, edge, -0.1 * at, 0.2 + 0.1 * at] for at, edge in enumerate(known)]
    trees += [[place, math.nextafter(edge, -math.inf), 0.0, 0.05] for edge in known]
    kinds = ["number", "number", "number", "date"]
    return {
        "version": 1, "creditrisk": "0", "model_sha256": "", "intercept": -0.5, "derived": columns.derived,
        "inputs": [{"name": name, "kind": kind, "missing": None} for name, kind in zip("abcd", kinds, strict=True)],
        "parts": [{"weight": 0.5, "trees": [*trees, [place, [None], 0.7, 0.0]]}], "lines_from": [],
        "lines": [[0.0, 1.0]], "score": {"constant": 500.0, "factor": 30.0}, "grades_from": [0.3, 0.6],
        "grades": ["A", "B", "C"], "refuse_from": 0.5,
    }  # fmt: skip


def expected(feature: Derived, rules: dict[str, Any]) -> list[float]:
    """Return the PDs that the feature's own values reach."""
    found = []
    for value in feature.apply(BASE).tolist():
        z = 0.0
        for _, asked, yes, no in rules["parts"][0]["trees"]:
            left = math.isnan(value) if isinstance(asked, list) else value <= asked
            z += yes if left else no
        found.append(1 / (1 + math.exp(0.5 - 0.5 * z)))
    return found


def loans() -> Loans:
    rows = [[None if math.isnan(value) else value for value in row] for row in BASE.tolist()]
    columns = (("id", "row"), ("a", "number"), ("b", "number"), ("c", "number"), ("d", "date"))
    return Loans(columns, tuple((place, *row) for place, row in enumerate(rows)))


def _by_program(rules: dict[str, Any]) -> list[Said]:
    rows = [dict(zip("abcd", row[1:], strict=True)) for row in loans().rows]
    return [Said(pd=evaluate(rules, row)["pd"]) for row in rows]  # type: ignore[arg-type]


def _by_database(database: str) -> Callable[[dict[str, Any]], list[Said]]:
    def said(rules: dict[str, Any]) -> list[Said]:
        header, rows = run(database, sql_of(rules, "loans", ["id"]), "loans", loans())
        assert header == ["id", "pd", "score", "grade", "decision"]
        return [Said(pd=float(row[1])) for row in sorted(rows, key=lambda row: int(row[0]))]  # type: ignore[call-overload]

    return said


def _by_onnx(rules: dict[str, Any]) -> list[Said]:
    from creditrisk.exports.onnx_graph import onnx_of
    from creditrisk.exports.onnx_run import run_onnx

    return [Said(pd=each["pd"]) for each in run_onnx(onnx_of(rules), loans(), ["pd"])]


WAYS = {"program": _by_program, "sqlite": _by_database("sqlite"), "duckdb": _by_database("duckdb"), "onnx": _by_onnx,
        "postgresql": _by_database("postgresql")}  # fmt: skip


def check(way: str, name: str) -> None:
    rules = rules_for(FEATURES[name])
    found = [each.pd for each in WAYS[way](rules)]
    assert found == pytest.approx(expected(FEATURES[name], rules), rel=1e-13)
    assert len(set(found)) > 1 or name == "lookup-empty"


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("way", ["program", "sqlite", "duckdb", "onnx"])
def test_a_form_derives_what_training_does(way: str, name: str) -> None:
    for package in {"duckdb": ["duckdb"], "onnx": ["onnx", "onnxruntime"]}.get(way, []):
        pytest.importorskip(package)
    check(way, name)


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("name", FEATURES)
def test_postgresql_derives_what_training_does(name: str) -> None:
    check("postgresql", name)


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration(), Calibration(0.25, 0.9),
        Calibration(knots=(-3.0, -1.0, -0.5, 2.0), values=(-2.5, -1.5, -0.25, 1.0)),
    ],
)  # fmt: skip
def test_lines_are_the_calibration(calibration: Calibration) -> None:
    rules = {**rules_for(FEATURES["flag"]), "derived": [], "inputs": [{"name": "a", "kind": "number", "missing": 0.0}],
             "parts": [], **_lines(calibration)}  # fmt: skip
    z = np.concatenate([np.linspace(-6, 6, 49), calibration.knots])
    found = [evaluate({**rules, "intercept": float(each)}, {"a": None})["pd"] for each in z]
    assert found == pytest.approx((1 / (1 + np.exp(-calibration.apply(z)))).tolist(), rel=1e-12)
