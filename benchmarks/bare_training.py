"""What a training cannot do without: read the file, bin it once, and grow the same trees by `lightgbm.train`.

`growth.py` runs it beside `creditrisk train --preset fast`: python bare_training.py FILE MODEL, where MODEL is what
that command has saved. It repeats the number of trees on the fold and on all training loans, with the same parameters,
as many loans in every part, and LightGBM's own BCE on the fold's judged loans after every tree.
"""

from __future__ import annotations

import json
import sys
import zipfile

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

TARGET, ID = "isDefault", "id"


def main(path: str, model: str) -> None:
    """Read, bin, and grow."""
    with zipfile.ZipFile(model) as file:
        made = json.loads(file.read("manifest.json"))["model"]["training"]
    settings = made["settings"]
    table = pyarrow.csv.read_csv(path)
    y = table.column(TARGET).to_numpy()
    train = parts(y, settings["seed"], 1, settings["test_size"])
    matrix, categorical = numbers(table.drop_columns([TARGET, ID]), train)
    y = y[train]
    parameters = {
        "objective": "binary", "metric": "binary_logloss", "deterministic": True, "verbosity": -1,
        "force_row_wise": True, "learning_rate": settings["learning_rate"], "num_leaves": settings["leaves"],
        "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "min_data_in_leaf": 20,
        "seed": settings["seed"],
    }  # fmt: skip
    binned = lightgbm.Dataset(matrix, y, categorical_feature=categorical, params=parameters).construct()
    del matrix, table
    for fold in range(max(1, min(settings["folds"], 100_000 // len(y)))):
        fit = np.random.default_rng([settings["seed"], 2, fold]).random(len(y)) >= 1 / settings["folds"]
        judged = binned.subset(np.flatnonzero(~fit))
        rounds = min(made["trees_a_fold"] + patience(len(y)) * made["stopped_early"], settings["max_trees"])
        lightgbm.train(parameters, binned.subset(np.flatnonzero(fit)), rounds, valid_sets=[judged])
    lightgbm.train(parameters, binned, made["trees"]).save_model(f"{model}.bare.txt")


def patience(loans: int) -> int:
    """Return how many trees without a better BCE end the growing."""
    return min(100, max(30, 3_000_000 // loans))


def parts(y: np.ndarray, seed: int, stream: int, test_size: float) -> np.ndarray:
    """Return the places of the training loans: at random by outcome."""
    rng, held_out = np.random.default_rng([seed, stream]), np.zeros(len(y), dtype=bool)
    for outcome in (0, 1):
        rows = np.flatnonzero(y == outcome)
        held_out[rng.permutation(rows)[: round(test_size * len(rows))]] = True
    return np.flatnonzero(~held_out)


def numbers(table: pa.Table, rows: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return the columns of some rows as numbers, and which of them are codes."""
    matrix, codes = np.empty((len(rows), table.num_columns)), []
    for place, name in enumerate(table.column_names):
        column, is_code = plain(name, table.column(name))
        matrix[:, place] = np.asarray(column.cast(pa.float64()))[rows]
        codes += [place] * is_code
    return matrix, codes


def plain(name: str, column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, bool]:
    """Return a column as numbers or as codes, and whether it is codes."""
    if name == "earliesCreditLine":
        column = pc.strptime(pc.binary_join_element_wise("01", column, "-"), "%d-%b-%Y", "s").cast(pa.date32())
    elif name == "employmentLength":
        years = pc.extract_regex(column, r"(?P<years>\d+)").combine_chunks().field("years")
        column = pc.if_else(pc.equal(years, ""), None, years).cast(pa.float64())
    if pa.types.is_string(column.type):
        return column.combine_chunks().dictionary_encode().indices, True
    return column.cast(pa.int32()) if pa.types.is_temporal(column.type) else column, False


if __name__ == "__main__":
    main(*sys.argv[1:])
