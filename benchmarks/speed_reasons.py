"""How fast reasons are given, against LightGBM's own contributions of columns (`pred_contrib`)."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

from measuring import CREDITRISK, HERE, PYTHON, Figure, run, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speed_files import Bench


def large(bench: Bench) -> Iterator[Figure]:
    """Compare on a model of 300 trees × 31 leaves: LightGBM's time a row grows with the square of the leaves' depth."""
    yield _compared(bench, "reasons", (300, 31), (bench.rows(200_000), bench.rows(20_000)), 20.0)


def small(bench: Bench) -> Iterator[Figure]:
    """Compare on a model of 20 trees × 7 leaves and few loans, where any preparation shows."""
    yield _compared(bench, "reasons-small", (20, 7), (2_000, 2_000), 1.0)


def _compared(bench: Bench, case: str, shape: tuple[int, int], rows: tuple[int, int], least: float) -> Figure:
    trees, leaves = shape
    what = f"reasons of {rows[0]:,} loans, {trees} trees × {leaves} leaves, rows per second over pred_contrib's"
    if "--reasons " not in run([CREDITRISK, "predict", "--help"]).said:
        return skipped(case, what, "this version has no predict --reasons")
    model, loans = bench.model(trees, leaves), bench.loans(rows[0])
    text, matrix = bench.bare_model(model, bench.loans(rows[1]), rows[1])
    worker = [PYTHON, str(HERE / "reasons_worker.py"), model, loans, text, matrix, bench.path("reasons.csv")]
    told = json.loads(run([*worker, str(bench.rounds_or(5))]).said.splitlines()[-1])
    contributions = [rows[1] / seconds for seconds in told["pred_contrib"]]
    # The reasons alone: the same command with and without them, one after the other.
    alone = [rows[0] / max(with_ - without, 1e-9)
             for with_, without in zip(told["with_reasons"], told["without"], strict=True)]  # fmt: skip
    ratios = sorted(ours / bare for ours, bare in zip(alone, contributions, strict=True))
    whole = statistics.median(rows[0] / seconds for seconds in told["with_reasons"])
    more = {
        "rounds": len(ratios), "rows_per_second": statistics.median(alone), "rows_per_second_whole_command": whole,
        "pred_contrib_rows_per_second": statistics.median(contributions), "pred_contrib_rows": rows[1],
    }  # fmt: skip
    middle = statistics.median(ratios)
    return Figure(case, what, "ratio", middle, ratios[0], ratios[-1], least, at_least=True, more=more)
