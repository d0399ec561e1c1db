"""Time whole commands against the bare libraries, in turn on the same machine: `make bench`.

Machines differ and are busy at times, so read the ratios, with their spread.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
CREDITRISK = str(BIN / "creditrisk")
BARE_TYPER = """
import typer
app = typer.Typer()
@app.command()
def train(data: str): "Train."
@app.command()
def predict(data: str): "Predict."
app()
"""
BARE_SCORING = """
import sys, lightgbm, pandas
booster = lightgbm.Booster(model_file=sys.argv[1])
loans = pandas.read_csv(sys.argv[2])
numbers = loans.select_dtypes("number").iloc[:, : booster.num_feature()]
numbers = numbers.reindex(columns=range(booster.num_feature()), fill_value=0).astype(float)
pandas.DataFrame({"id": loans["id"], "pd": booster.predict(numbers)}).to_csv(sys.argv[3], index=False)
"""


def seconds(command: list[str]) -> float:
    """Run a command to its end and return the wall time."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def peak_mib(command: list[str]) -> float:
    """Return the peak memory of a command in MiB."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return usage.ru_maxrss / (1 if sys.platform == "darwin" else 1024) / (1024 if sys.platform == "darwin" else 1)


def compare(name: str, ours: list[str], bare: list[str], runs: int = 5) -> None:
    """Print the medians of two commands that run in turn, and the ratio pair by pair."""
    seconds(ours), seconds(bare)
    pairs = [(seconds(ours), seconds(bare)) for _ in range(runs)]
    ratios = sorted(a / b for a, b in pairs)
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name:42} {a:8.3f} s  bare {b:8.3f} s  ratio {statistics.median(ratios):5.2f} "
          f"({ratios[0]:.2f} – {ratios[-1]:.2f})", flush=True)  # fmt: skip


def main(rows: int = 200_000) -> None:
    """Run all comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        loans, model, scores, text = (str(Path(folder) / name) for name in ("l.csv", "m.crm", "s.csv", "b.txt"))
        one = Path(folder) / "one.csv"
        seconds([CREDITRISK, "sample", "--rows", str(rows), "-o", loans])
        with Path(loans).open() as file:
            one.write_text(file.readline() + file.readline())
        options = ["--target", "isDefault", "--id", "id", "-o", model, "--folds", "2", "--leaves", "31"]
        took = seconds([CREDITRISK, "train", loans, *options, "--max-trees", "300", "--force"])
        print(f"train {rows:,} × 47, at most 300 trees × 31 leaves, 2 folds: {took:.1f} s")
        unpack = f"import zipfile; open({text!r}, 'wb').write(zipfile.ZipFile({model!r}).read('booster.txt'))"
        seconds([sys.executable, "-c", unpack])
        compare("creditrisk --help", [CREDITRISK, "--help"], [sys.executable, "-c", BARE_TYPER, "--help"])
        compare(
            "one loan, against importing lightgbm",
            [CREDITRISK, "predict", model, str(one), "-o", scores],
            [sys.executable, "-c", "import lightgbm"],
        )
        compare(
            f"predict {rows:,} × 47",
            [CREDITRISK, "predict", model, loans, "-o", scores],
            [sys.executable, "-c", BARE_SCORING, text, loans, scores],
            runs=3,
        )
        for count in (rows, 4 * rows):
            seconds([CREDITRISK, "sample", "--rows", str(count), "-o", loans])
            print(f"peak memory of predict, {count:>9,} rows: "
                  f"{peak_mib([CREDITRISK, 'predict', model, loans, '-o', scores]):.0f} MiB")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
