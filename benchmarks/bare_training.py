"""Train with the bare libraries as `creditrisk train --preset fast` does: the same calls of LightGBM, a bare read.

    python benchmarks/bare_training.py LOANS.csv TARGET SEED [MODEL.crm]

One binned data set, of which the fold's loans are subsets; trees are added one by one until the BCE of the fold's
judged loans has not fallen for as long as the preset waits; then one model of all training loans. With MODEL.crm, which
creditrisk trained on these loans, as many trees as it took, so that both grow the same number whatever their splits.

Made for the loans of `creditrisk sample`: months such as Oct-2000 and dates become days, `10+ years` a number, other
texts codes. Nothing is checked, evaluated on the held-out loans or explained.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from creditrisk.models.growing import fitting_threads
from creditrisk.specs import TrainSpec


@dataclass(frozen=True)
class Table:
    """A matrix of float64, the outcomes, and which of its columns hold codes."""

    matrix: Any
    y: Any
    categorical: list[int]


def read(path: str, target: str) -> Table:
    """Read the loans into a matrix, without their ids."""
    loans = pa.csv.read_csv(path)
    names = [name for name in loans.column_names if name not in (target, "id")]
    matrix, categorical = np.empty((loans.num_rows, len(names))), []
    for at, name in enumerate(names):
        column, is_code = as_number(loans[name].combine_chunks())
        categorical += [at] * is_code
        matrix[:, at] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return Table(matrix, loans[target].to_numpy().astype(np.float64), categorical)


def as_number(column: Any) -> tuple[Any, bool]:
    """Return a column as numbers, and whether they are codes."""
    if pa.types.is_date(column.type):
        return column.cast(pa.int32()), False
    if not pa.types.is_string(column.type):
        return column, False
    if pc.any(pc.match_substring_regex(column, "^[A-Z][a-z]{2}-[0-9]{4}$")).as_py():
        return pc.strptime(column, "%b-%Y", "s").cast(pa.int64()), False
    if pc.any(pc.match_substring(column, "years")).as_py():
        return pc.struct_field(pc.extract_regex(column, "(?P<years>[0-9]+)"), "years").cast(pa.float64()), False
    return pc.dictionary_encode(column).indices, True


def cut(y: Any, shares: float, random: np.random.Generator) -> tuple[Any, Any]:
    """Split positions by outcome at random: the rest, and a share of them."""
    aside = [random.permutation(np.flatnonzero(y == value)) for value in (0, 1)]
    aside = [rows[: round(shares * len(rows))] for rows in aside]
    taken = np.sort(np.concatenate(aside))
    return np.setdiff1d(np.arange(len(y)), taken, assume_unique=True), taken


def bce(y: Any, pd: Any) -> float:
    """Return the mean binary cross-entropy."""
    return float(-np.mean(np.where(y == 1, np.log(pd), np.log1p(-pd))))


def choose(whole: lightgbm.Dataset, folds: list[tuple[Any, Any]], data: Table, spec: TrainSpec, most: int) -> int:
    """Add trees to a model a fold until the BCE of the judged loans stops falling; return the best number.

    Where `most` is not 0, so many are added whatever the BCE does.
    """
    boosters = []
    for fit, judged in folds:
        booster = lightgbm.Booster(whole.params, whole.subset(fit))
        boosters.append(booster.add_valid(whole.subset(judged), "fold"))
    y = np.concatenate([data.y[judged] for _, judged in folds])
    best, least, pds = 0, np.inf, [np.empty(0)] * len(folds)

    def keep(at: int, pd: Any) -> tuple[str, float, bool]:
        pds[at] = pd
        return "kept", 0.0, False

    for tree in range(most or spec.max_trees):
        for at, booster in enumerate(boosters):
            booster.update()
            booster.eval_valid(lambda pd, _, at=at: keep(at, pd))
        loss = bce(y, np.concatenate(pds))
        best, least = (tree, loss) if loss < least else (best, least)
        if not most and tree - best >= spec.patience_for(len(data.y)):
            break
    return best + 1


def taken(model: str, patience: int) -> tuple[int, int]:
    """Return how many trees a training added while it chose, and to the final model."""
    notes = json.loads(zipfile.ZipFile(model).read("manifest.json"))["model"]["training"]
    return notes["trees_a_fold"] + patience * notes["stopped_early"], notes["trees"]


def main(path: str, target: str, seed: str, model: str = "") -> None:
    """Read, choose the number of trees, fit, and print what was done."""
    spec, started = TrainSpec(target=target, seed=int(seed), preset="fast"), time.perf_counter()
    random = np.random.default_rng(spec.seed)
    data = read(path, target)
    reading = time.perf_counter() - started
    train, _ = cut(data.y, spec.test_size, random)
    data = Table(data.matrix[train], data.y[train], data.categorical)
    parameters = {
        "objective": "binary", "metric": "None", "deterministic": True, "verbosity": -1, "force_row_wise": True,
        "learning_rate": spec.learning_rate, "num_leaves": spec.leaves, "feature_fraction": 0.6,
        "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "min_data_in_leaf": 20, "seed": spec.seed,
        "num_threads": fitting_threads(0, data.matrix.size),
    }  # fmt: skip
    whole = lightgbm.Dataset(data.matrix, data.y, categorical_feature=data.categorical, params=parameters).construct()
    folds = [cut(data.y, 1 / spec.folds, random) for _ in range(spec.folds_to_run(len(data.y)))]
    added, trees = taken(model, spec.patience_for(len(data.y))) if model else (0, 0)
    best = choose(whole, folds, data, spec, added)
    trees = trees or round(best * (len(data.y) / np.mean([len(fit) for fit, _ in folds])) ** 0.5)
    booster = lightgbm.Booster(parameters, whole)
    for _ in range(trees):
        booster.update()
    done = {"added": added, "trees_a_fold": best, "trees": trees, "bytes": len(booster.model_to_string())}
    print(json.dumps(done | {"reading": reading, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
