"""Compare `creditrisk train --refit` with an early-stopped LightGBM on well-known files, paired, on three splits.

    python benchmarks/known_data.py FOLDER [--only NAME] [-- further options of train]

FOLDER holds the files under the names of `SETS`; those that are not there are passed over. Both learn from the same
70 % of the loans and are judged on the other 30 %.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from creditrisk.metrics.calibration import bce, bce_difference, observed_over_expected
from creditrisk.metrics.discrimination import auc, auc_difference

CREDITRISK = str(Path(sys.executable).parent / "creditrisk")
PEER = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.03, "feature_fraction": 0.6, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 5.0, "verbosity": -1, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Set:
    """A file, its outcome, and the columns that are no loan's property."""

    file: str
    target: str
    drop: tuple[str, ...] = ()


SETS = {
    "gmsc": Set("give_me_some_credit.csv", "SeriousDlqin2yrs", ("Unnamed: 0",)),
    "taiwan": Set("taiwan_credit_card.csv", "DEFAULT", ("ID",)),
    "german": Set("german_credit.csv", "GoodCredit"),
}


def ours(train: pd.DataFrame, test: pd.DataFrame, target: str, options: list[str]) -> tuple[np.ndarray, float]:
    """Return the PDs of the command line and its seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train.to_csv(folder / "train.csv", index=False)
        test.drop(columns=target).to_csv(folder / "test.csv", index=False)
        model, scores = str(folder / "m.crm"), str(folder / "s.csv")
        started = time.perf_counter()
        fit = [CREDITRISK, "train", str(folder / "train.csv"), "--target", target, "-o", model, "--quiet", *options]
        subprocess.run(fit, check=True)
        took = time.perf_counter() - started
        subprocess.run([CREDITRISK, "predict", model, str(folder / "test.csv"), "-o", scores, "--quiet"], check=True)
        return pd.read_csv(scores)["pd"].to_numpy(), took


def peer(train: pd.DataFrame, test: pd.DataFrame, target: str) -> tuple[np.ndarray, float]:
    """Return the PDs of LightGBM, stopped early on a fifth of the rows, and its seconds."""
    started = time.perf_counter()
    train, test = train.copy(), test.copy()
    for column in train.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in train.dtypes]]:
        train[column] = train[column].astype("category")
        test[column] = pd.Categorical(test[column], categories=train[column].cat.categories)
    x, y = train.drop(columns=target), train[target]
    fit_x, stop_x, fit_y, stop_y = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
    fit = lightgbm.Dataset(fit_x, fit_y)
    stop = lightgbm.Dataset(stop_x, stop_y, reference=fit)
    booster = lightgbm.train(PEER, fit, 5000, valid_sets=[stop],
                             callbacks=[lightgbm.early_stopping(100, verbose=False)])  # fmt: skip
    return booster.predict(test.drop(columns=target)), time.perf_counter() - started


def compare(name: str, chosen: Set, folder: Path, options: list[str]) -> None:
    """Print one line a split, and the mean."""
    loans: Any = pd.read_csv(folder / chosen.file, encoding="utf-8-sig").drop(columns=list(chosen.drop))
    y = loans[chosen.target]
    rows = []
    for seed in (0, 1, 2):
        train, test = train_test_split(loans, test_size=0.3, random_state=seed, stratify=y)
        truth = test[chosen.target].to_numpy()
        a, seconds = ours(train, test, chosen.target, options)
        b, peer_seconds = peer(train, test, chosen.target)
        area, loss = auc_difference(truth, a, b), bce_difference(truth, a, b)
        rows.append([auc(truth, a).value, bce(truth, a).value, auc(truth, b).value, bce(truth, b).value])
        print(f"{name} {seed}: AUC {rows[-1][0]:.4f} BCE {rows[-1][1]:.4f} O/E "
              f"{observed_over_expected(truth, a).value:.3f} ({seconds:.0f} s)   LightGBM {rows[-1][2]:.4f} "
              f"{rows[-1][3]:.4f} ({peer_seconds:.0f} s)   difference {area.value:+.4f} ± {1.96 * area.se:.4f}, "
              f"{loss.value:+.5f} ± {1.96 * loss.se:.5f}", flush=True)  # fmt: skip
    mean = np.mean(rows, axis=0)
    print(f"{name} mean: AUC {mean[0]:.4f} BCE {mean[1]:.4f}   LightGBM {mean[2]:.4f} {mean[3]:.4f}\n", flush=True)


def main() -> None:
    """Run all sets that are there."""
    parser = argparse.ArgumentParser(description="Compare with an early-stopped LightGBM on well-known files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=sorted(SETS))
    arguments, options = parser.parse_known_args()
    for name, chosen in SETS.items():
        if (arguments.folder / chosen.file).exists() and arguments.only in (None, name):
            compare(name, chosen, arguments.folder, [option for option in options if option != "--"] or ["--refit"])


if __name__ == "__main__":
    main()
