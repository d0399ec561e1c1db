"""Score loans with the bare libraries: pyarrow's read, LightGBM's predict on data in memory, pyarrow's write.

    python benchmarks/bare_scoring.py TREES.txt MATRIX.npy LOANS OUTPUT [SCORES]

LOANS and OUTPUT are CSV or Parquet by their ending. Start-up, imports and the way from the table to the matrix are not
timed. Prints the seconds of the three steps and their sum; with SCORES, which `creditrisk predict` wrote, also the
largest difference from its PDs.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


def read(path: str) -> pa.Table:
    """Return a file as a table, by the fastest way of the library."""
    return pa.parquet.read_table(path) if path.endswith(".parquet") else pa.csv.read_csv(path)


def write(table: pa.Table, path: str) -> None:
    """Write a table, by the fastest way of the library."""
    if path.endswith(".parquet"):
        pa.parquet.write_table(table, path)
    else:
        pa.csv.write_csv(table, path)


def main(trees: str, matrix_file: str, loans: str, output: str, scores: str = "") -> None:
    """Time the three steps."""
    booster, matrix = lightgbm.Booster(model_file=trees), np.load(matrix_file)
    marks, before = [time.perf_counter()], os.times()
    table = read(loans)
    marks.append(time.perf_counter())
    pd = 1 / (1 + np.exp(-booster.predict(matrix, raw_score=True)))
    marks.append(time.perf_counter())
    write(pa.table({"id": table["id"], "pd": pd}), output)
    marks.append(time.perf_counter())
    after = os.times()
    told: dict[str, Any] = {name: marks[at + 1] - marks[at] for at, name in enumerate(("read", "predict", "write"))}
    told |= {"seconds": marks[3] - marks[0], "cpu": after.user + after.system - before.user - before.system}
    if scores:
        told["largest_difference"] = float(np.abs(read(scores)["pd"].to_numpy() - pd).max())
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
