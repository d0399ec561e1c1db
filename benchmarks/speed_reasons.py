"""How fast reasons are given, against LightGBM's own contributions of columns (`pred_contrib`)."""

from __future__ import annotations

import json
import math
import statistics
from typing import TYPE_CHECKING

from measuring import CREDITRISK, HERE, PYTHON, Figure, run, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speed_files import Bench


def large(bench: Bench) -> Iterator[Figure]:
    """Compare on a model of 300 trees × 31 leaves: LightGBM's time a row grows with the square of the leaves' depth."""
    yield _compared(bench, "reasons", (300, 31), (bench.rows(200_000), bench.rows(20_000)), (20.0, 5))


def small(bench: Bench) -> Iterator[Figure]:
    """Compare on a model of 20 trees × 7 leaves, where any preparation shows."""
    yield _compared(bench, "reasons-small", (20, 7), (20_000, 20_000), (1.0, 15))


def _compared(
    bench: Bench, case: str, shape: tuple[int, int], rows: tuple[int, int], wanted: tuple[float, int]
) -> Figure:
    """Compare on a model of so many trees and leaves, with so many rows on each side; the least ratio, the rounds."""
    (trees, leaves), (least, rounds) = shape, wanted
    what = f"reasons of {rows[0]:,} loans, {trees} trees × {leaves} leaves, rows per second over pred_contrib's"
    if "--reasons " not in run([CREDITRISK, "predict", "--help"]).said:
        return skipped(case, what, "this version has no predict --reasons")
    model, loans = bench.model(trees, leaves), bench.loans(rows[0])
    text, matrix = bench.bare_model(model, bench.loans(rows[1]), rows[1])
    worker = [PYTHON, str(HERE / "reasons_worker.py"), model, loans, text, matrix, bench.path("reasons.csv")]
    told = json.loads(run([*worker, str(bench.rounds_or(rounds))]).said.splitlines()[-1])
    bare = statistics.median(told["pred_contrib"]) / rows[1]
    middle, low, high = (seconds / rows[0] for seconds in _median_range(_beyond(told)))
    more = {
        "rounds": len(told["without"]), "rows_per_second": 1 / middle, "pred_contrib_rows_per_second": 1 / bare,
        "rows_per_second_whole_command": rows[0] / statistics.median(told["with_reasons"]),
        "pred_contrib_rows": rows[1],
    }  # fmt: skip
    return Figure(case, what, "ratio", bare / middle, bare / high, bare / low, least, at_least=True, more=more)


def _beyond(told: dict[str, list[float]]) -> list[float]:
    """Return what reasons take beyond the command without them, pair by pair."""
    return [with_ - without for with_, without in zip(told["with_reasons"], told["without"], strict=True)]


def _median_range(values: list[float]) -> tuple[float, float, float]:
    """Return the median of differences with its 95 % interval by ranks; at least a microsecond, for they are noisy.

    With 8 values or fewer the interval is the whole range.
    """
    ranked, count = sorted(max(value, 1e-6) for value in values), len(values)
    aside = max(0, math.floor(count / 2 - 0.98 * math.sqrt(count)))
    return statistics.median(ranked), ranked[aside], ranked[-1 - aside]
