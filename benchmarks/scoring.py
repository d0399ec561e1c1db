"""Scoring of a large file against the bare libraries: `python benchmarks/scoring.py [ROWS [RUNS]]`.

Bare is the fastest read of the file that pyarrow offers, `Booster.predict` on the matrix already in memory, and the
fastest write of id and PD; nothing between them is counted, nor is the start of Python or the loading of the model. The
command `creditrisk predict` is counted from its start to its end. Both take turns, so read the ratios.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from spine import CREDITRISK, seconds

TRAIN = ["--target", "isDefault", "--id", "id", "--model", "lightgbm", "--folds", "2", "--leaves", "31"]
#: Prints seconds and processor seconds of the three parts together.
BARE = """
import resource, sys, time, zipfile
import lightgbm, numpy, pyarrow, pyarrow.csv
model, data, matrix, scores = sys.argv[1:]
booster = lightgbm.Booster(model_str=zipfile.ZipFile(model).read("booster.txt").decode())
matrix = numpy.load(matrix)
def now():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime
before = now()
loans = pyarrow.csv.read_csv(data)
pd = booster.predict(matrix)
pyarrow.csv.write_csv(pyarrow.table({"id": loans["id"], "pd": pd}), scores)
print(*(end - start for start, end in zip(before, now())))
"""
#: Writes the matrix that the model's trees see.
MATRIX = """
import sys, numpy
from creditrisk.data.files import open_files
from creditrisk.data.reading import open_source
from creditrisk.file_specs import ReadSpec
from creditrisk.models.model_file import open_model
model, data, matrix = sys.argv[1:]
model = open_model(__import__("pathlib").Path(model)).model
loans = open_source(open_files(data, ReadSpec()), model.schema, ReadSpec()).batches()
numpy.save(matrix, numpy.concatenate([model.recipe.matrix(batch)[0] for batch in loans]))
"""


def bare(arguments: list[str]) -> tuple[float, float]:
    """Return seconds and processor seconds of the bare parts."""
    command = [sys.executable, "-c", BARE, *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wall, used = map(float, said.split())
    return wall, used


def ours(arguments: list[str]) -> tuple[float, float, float]:
    """Return seconds, processor seconds and peak MiB of `creditrisk predict`."""
    started = perf_counter()
    with subprocess.Popen([CREDITRISK, "predict", *arguments, "--quiet"]) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"creditrisk predict ended with {process.returncode}")
    return perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(rows: int = 1_000_000, runs: int = 5) -> None:
    """Train on 200,000 loans, then score `rows` of them in turn with the bare libraries."""
    with tempfile.TemporaryDirectory() as folder:
        known, loans, model, matrix, scores = (
            str(Path(folder) / name) for name in ("known.csv", "loans.csv", "m.crm", "x.npy", "s.csv")
        )
        seconds([CREDITRISK, "sample", "--rows", "200000", "-o", known])
        seconds([CREDITRISK, "train", known, *TRAIN, "--max-trees", "300", "--no-audit", "--force", "-o", model])
        seconds([CREDITRISK, "sample", "--rows", str(rows), "--first-id", "1000000", "-o", loans])
        seconds([sys.executable, "-c", MATRIX, model, loans, matrix])
        compare(model, loans, matrix, scores, runs)


def compare(model: str, loans: str, matrix: str, scores: str, runs: int = 5) -> None:
    """Print each pair and the medians; Parquet once for its peak."""
    pairs = []
    for _ in range(runs):
        wall, used = bare([model, loans, matrix, scores])
        our_wall, our_used, peak = ours([model, loans, "-o", scores])
        pairs.append((our_wall / wall, our_used / used))
        print(f"{our_wall:7.2f} s, processor {our_used:7.2f} s, peak {peak:.0f} MiB; bare {wall:7.2f} s, "
              f"processor {used:7.2f} s; ratios {pairs[-1][0]:.2f} and {pairs[-1][1]:.2f}", flush=True)  # fmt: skip
    for name, ratios in zip(("time", "processor time"), zip(*pairs, strict=True), strict=True):
        print(f"{name}: median of {runs} ratios {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} – {max(ratios):.2f})")  # fmt: skip
    wall, used, peak = ours([model, loans, "-o", scores + ".parquet"])
    print(f"Parquet: {wall:.2f} s, processor {used:.2f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
