"""How fast a model is trained, and in how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import CREDITRISK, HERE, PYTHON, Figure, Pair, paired, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speed_files import Bench

_FAST = ("--target", "isDefault", "--id", "id", "--preset", "fast", "--no-audit", "--class-weight", "none", "--force")


def train(bench: Bench) -> Iterator[Figure]:
    """Compare a whole training with the same calls of LightGBM and a bare read."""
    rows = bench.rows(200_000)
    loans = bench.loans(rows)
    model = bench.path("trained.crm")
    ours = [CREDITRISK, "train", loans, "--output", model, *_FAST]
    # The model of the run just before says how many trees both grow.
    bare = [PYTHON, str(HERE / "bare_training.py"), loans, model]
    what = f"train {rows:,} × 47, --preset fast, against the same LightGBM calls and a bare read"
    yield paired("train", what, Pair(ours, bare), bench.rounds_or(3), 1.15)


def memory(bench: Bench) -> Iterator[Figure]:
    """Measure the peak memory of a training; 50 trees, because more of them take time and no memory."""
    rows = bench.rows(800_000)
    ours = [CREDITRISK, "train", bench.loans(rows), "--output", bench.path("trained.crm"), *_FAST, "--max-trees", "50"]
    done = run(ours)
    what = f"peak memory of train {rows:,} × 47, --preset fast"
    more = {"ours_s": done.seconds, "ours_cpu_s": done.cpu}
    yield Figure("train-memory", what, "MiB", done.peak_mib, done.peak_mib, done.peak_mib, 3072.0, more=more)
    bench.drop(rows)
