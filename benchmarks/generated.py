"""How much of what can be known of generated loans each model learns from how many of them.

    python benchmarks/generated.py [--rows 1000,3000] [--models best,catboost] [--json OUT] [-- options of train]

`creditrisk sample` knows the true PD of its loans, so the best reachable BCE is known too. The share of the gap closed
is (BCE of the constant − BCE of the model) / (BCE of the constant − BCE of the true PD): 0 is no better than giving
every loan the default rate of the test loans, 1 is perfect, below 0 is harm. One file of test loans judges all models.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from accuracy import add_run_options, cells, finish, parsed
from report import page, table, unique
from runner import CREDITRISK, DRAWS, Result, Settings, Split, Store, differences, measured, run, say

from creditrisk.metrics.calibration import bce_rows
from creditrisk.metrics.estimate import Estimate, wald

if TYPE_CHECKING:
    import pandas as pd

    from creditrisk.metrics.arrays import Floats

TARGET, TRUTH = "isDefault", "truePD"
TRAIN_SEED, TEST_SEED = 7, 1_000_003


def sample(rows: int, seed: int, folder: Path) -> tuple[pd.DataFrame, Floats]:
    """Return generated loans without their ids, and their true PDs."""
    path = folder / "sample.csv"
    command = [CREDITRISK, "sample", "-o", str(path), "--rows", str(rows), "--seed", str(seed), "--true-pd", "--quiet"]
    measured(command, folder)
    loans = cells(path, TARGET, "1")
    path.unlink()
    return loans.drop(columns=["id", TRUTH]), loans[TRUTH].to_numpy(dtype=np.float64)


def share_closed(truth: Any, pds: Floats, true_pds: Floats) -> Estimate:
    """Return the share of the gap closed, with the interval of a ratio of two means over the same loans."""
    constant = bce_rows(truth, np.full(len(pds), truth.mean()))
    closed, gap = constant - bce_rows(truth, pds), constant - bce_rows(truth, true_pds)
    share = float(closed.mean() / gap.mean())
    se = float(np.std(closed - share * gap, ddof=1) / gap.mean() / math.sqrt(len(gap)))
    return wald(share, se)


def shares(split: Split, results: list[Result], true_pds: Floats, store: Store) -> list[dict[str, Any]]:
    """Return the share of the gap that each model closed, and print it."""
    truth, made = split.test[TARGET].to_numpy(), []
    for result in results:
        share = share_closed(truth, store.pds(result), true_pds)
        made.append({"split": split.name, "model": result.model, "rows": len(split.train),
                     "share": [share.value, share.low, share.high], "fit_seconds": result.fit_seconds})  # fmt: skip
        say(f"{split.name} {result.model:17} closes {share.value:.1%} ({share.low:.1%} – {share.high:.1%}) of the gap")
    return made


def shares_table(rows: list[dict[str, Any]]) -> str:
    """Return the shares as Markdown, a model a row, a number of training loans a column."""
    sizes = sorted({row["rows"] for row in rows})
    lines = [["training loans", *(f"{size:,}" for size in sizes)]]
    for model in unique(row["model"] for row in rows):
        own = {row["rows"]: row for row in rows if row["model"] == model}
        lines.append([model, *(share_cell(own[size]) if size in own else "–" for size in sizes)])
    return table(lines)


def share_cell(row: dict[str, Any]) -> str:
    """Return a share with the half width of its interval and the seconds."""
    share, low, high = row["share"]
    half, seconds = (high - low) / 2, row["fit_seconds"]
    return f"{100 * share:.1f} ± {100 * half:.1f} % ({seconds:.{int(seconds < 10)}f} s)".replace("-", "−")


def learn(sizes: list[int], test_rows: int, settings: Settings, versions: dict[str, str], store: Store) -> Any:
    """Run all models on training files of all sizes; return the results, the differences and the shares."""
    results: list[Result] = []
    rows: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        test, true_pds = sample(test_rows, TEST_SEED, Path(name))
        for size in sizes:
            train, _ = sample(size, TRAIN_SEED, Path(name))
            split = Split(f"generated-{size}", 0, train, test, TARGET)
            done = run(split, versions, settings, store)
            rows += differences(split, done, store)
            closed += shares(split, done, true_pds, store)
            results += done
    return results, rows, closed


def main() -> None:
    """Run, keep and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", default="1000,3000,10000,30000,100000,800000", help="numbers of training loans")
    parser.add_argument("--test-rows", type=int, default=100_000, help="loans that judge (default: 100,000)")
    add_run_options(parser)
    given, settings, versions = parsed(parser)
    sizes = [int(size) for size in given.rows.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        store = Store(given.json or Path(temporary) / "results.json")
        results, rows, closed = learn(sizes, given.test_rows, settings, versions, store)
        head = f"Share of the gap closed (seconds to train), judged on {given.test_rows:,} loans.\n\n"
        store.write(shares=closed)
        text = f"{head}{shares_table(closed)}\n\n{page(results, rows, DRAWS, overall=False)}"
        finish(store, results, rows, text, given.markdown)


if __name__ == "__main__":
    main()
