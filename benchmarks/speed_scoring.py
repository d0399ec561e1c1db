"""How fast files are scored, and in how much memory."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from measuring import CREDITRISK, HERE, PYTHON, Figure, Pair, own_account, paired, run, skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speed_files import Bench

_NO_PARQUET = "this version writes no Parquet"
_MOST_MIB = 500.0


def csv(bench: Bench) -> Iterator[Figure]:
    """Compare CSV to CSV with the bare libraries."""
    yield _throughput(bench, "csv")


def parquet(bench: Bench) -> Iterator[Figure]:
    """Compare Parquet to Parquet with the bare libraries."""
    if _writes_parquet(bench):
        yield _throughput(bench, "parquet")
    else:
        yield skipped("parquet", "predict, Parquet to Parquet", _NO_PARQUET)


def _throughput(bench: Bench, form: str) -> Figure:
    rows = bench.rows(1_000_000)
    model, loans = bench.model(300, 31), bench.loans(rows, form)
    trees, matrix = bench.bare_model(model, bench.loans(rows), rows)
    scores, bare_scores = bench.path(f"scores.{form}"), bench.path(f"bare.{form}")
    bare = [PYTHON, str(HERE / "bare_scoring.py"), trees, matrix, loans, bare_scores]
    pair = Pair([CREDITRISK, "predict", model, loans, "--output", scores], bare, bare_accounts=True)
    figure = paired(form, f"predict {rows:,} × 47, 300 trees × 31 leaves, {form} to {form}, against bare read, "
                    "predict and write", pair, bench.rounds_or(5), 1.25)  # fmt: skip
    told = json.loads(own_account([*bare, scores]).said.splitlines()[-1])
    # PDs are written with so many digits that they differ in the last at most: both did the same work.
    assert told["largest_difference"] < 1e-6, told
    speed = {"rows_per_second": rows / figure.more["ours_s"], "largest_difference_of_pd": told["largest_difference"]}
    figure.more.update(speed, bare_steps_s={name: told[name] for name in ("read", "predict", "write")})
    return figure


def _writes_parquet(bench: Bench) -> bool:
    words = [CREDITRISK, "predict", bench.model(300, 31), bench.one_loan(), "--output", bench.path("one.parquet")]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def memory(bench: Bench) -> Iterator[Figure]:
    """Measure the peak memory of scoring, which must not follow the number of rows."""
    model = bench.model(300, 31)
    for form in ("csv", "parquet"):
        if form == "parquet" and not _writes_parquet(bench):
            yield skipped("memory", "peak memory of predict, Parquet to Parquet", _NO_PARQUET)
            return
        for rows in (bench.rows(1_000_000), bench.rows(4_000_000)):
            ours = [CREDITRISK, "predict", model, bench.loans(rows, form), "--output", bench.path(f"scores.{form}")]
            done = run(ours)
            what = f"peak memory of predict {rows:,} × 47, {form} to {form}"
            more = {"ours_s": done.seconds, "ours_cpu_s": done.cpu, "rows_per_second": rows / done.seconds}
            yield Figure("memory", what, "MiB", done.peak_mib, done.peak_mib, done.peak_mib, _MOST_MIB, more=more)
    bench.drop(bench.rows(4_000_000))
