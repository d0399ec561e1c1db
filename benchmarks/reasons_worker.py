"""Time `predict` with and without `--reasons 4`, and LightGBM's `pred_contrib`, in turn in one process.

    python benchmarks/reasons_worker.py MODEL.crm LOANS TREES.txt MATRIX.npy OUTPUT ROUNDS

One process, so that neither start-up nor imports are among the seconds. Prints them as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import lightgbm
import numpy as np

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(model: str, loans: str, trees: str, matrix_file: str, output: str, rounds: str) -> None:
    """Time the three."""
    booster, matrix = lightgbm.Booster(model_file=trees), np.load(matrix_file)
    words = ["predict", model, loans, "--output", output, "--quiet"]
    work: dict[str, Callable[[], object]] = {
        "with_reasons": lambda: app([*words, "--reasons", "4"], standalone_mode=False),
        "without": lambda: app(words, standalone_mode=False),
        "pred_contrib": lambda: booster.predict(matrix, pred_contrib=True),
    }
    found: dict[str, list[float]] = {name: [] for name in work}
    for one in work.values():
        one()
    for at in range(int(rounds)):
        # To and fro, so that what comes before a call is not always the same.
        for name in list(work)[:: (-1) ** at]:
            found[name].append(seconds(work[name]))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
