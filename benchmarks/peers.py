"""Fit one other library on a file of loans and write its PDs of another: what accuracy.py runs, one process a fit.

    python benchmarks/peers.py PEER TRAIN TEST OUT --target NAME [--drop NAME] [--seconds 300]
    python benchmarks/peers.py --versions

The target holds 0 and 1. OUT gets the PDs of the loans of TEST, one a line, and OUT.seconds the time that scoring
took. `--versions` prints, as JSON, the version of each peer's package, null where it is not installed. It imports
nothing of creditrisk, so that another interpreter can run it.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

#: What a fit hands back: PDs of the loans it is given.
Scorer = Callable[[pd.DataFrame], Any]
STOPPED = {
    "objective": "binary", "num_leaves": 15, "learning_rate": 0.03, "feature_fraction": 0.6, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 5.0, "verbosity": -1, "seed": 0,
}  # fmt: skip


def columns_of_text(loans: pd.DataFrame) -> list[str]:
    """Return the columns that do not hold numbers."""
    return [name for name in loans.columns if not pd.api.types.is_numeric_dtype(loans[name].dtype)]


def texts(loans: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the loans with some columns as text, and "nan" where one is missing."""
    made = {name: loans[name].astype(object).where(loans[name].notna(), "nan").map(str) for name in names}
    return loans.assign(**made)


class Codes:
    """Columns of text as pandas categories, those of the training loans; another value is a missing one."""

    def __init__(self, loans: pd.DataFrame) -> None:
        self.known = {name: pd.Index(loans[name].dropna().astype(str).unique()) for name in columns_of_text(loans)}

    def __call__(self, loans: pd.DataFrame) -> pd.DataFrame:
        """Return the loans with their categories numbered, which every version of every library takes."""
        made = {}
        for name, known in self.known.items():
            code = known.get_indexer(loans[name].astype(object).where(loans[name].notna()).map(str, na_action="ignore"))
            made[name] = pd.Categorical.from_codes(code, categories=pd.RangeIndex(len(known)))
        return loans.assign(**made)


def lightgbm_default(x: pd.DataFrame, y: pd.Series, _: float) -> Scorer:
    """LightGBM as it comes: 100 trees of 31 leaves."""
    import lightgbm

    code = Codes(x)
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "seed": 0}, lightgbm.Dataset(code(x), y))
    return lambda loans: booster.predict(code(loans))


def lightgbm_stopped(x: pd.DataFrame, y: pd.Series, _: float) -> Scorer:
    """LightGBM as one who knows it sets it, stopped early on a fifth of the rows."""
    import lightgbm
    from sklearn.model_selection import train_test_split

    code = Codes(x)
    fit_x, stop_x, fit_y, stop_y = train_test_split(code(x), y, test_size=0.2, random_state=0, stratify=y)
    fit = lightgbm.Dataset(fit_x, fit_y)
    stop = lightgbm.Dataset(stop_x, stop_y, reference=fit)
    patience = lightgbm.early_stopping(100, verbose=False)
    booster = lightgbm.train(STOPPED, fit, 5000, valid_sets=[stop], callbacks=[patience])
    return lambda loans: booster.predict(code(loans))


def logistic(x: pd.DataFrame, y: pd.Series, _: float) -> Scorer:
    """Logistic regression on standardised numbers (missing: the median) and one column a frequent category."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    words = columns_of_text(x)
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    one_hot = OneHotEncoder(min_frequency=10, handle_unknown="infrequent_if_exist")
    parts = [("numbers", numbers, [name for name in x.columns if name not in words]), ("words", one_hot, words)]
    model = make_pipeline(ColumnTransformer(parts), LogisticRegression(max_iter=1000))
    model.fit(texts(x, words), y)
    return lambda loans: model.predict_proba(texts(loans, words))[:, 1]


def catboost(x: pd.DataFrame, y: pd.Series, _: float) -> Scorer:
    """CatBoost as it comes, told which columns are text."""
    from catboost import CatBoostClassifier

    words = columns_of_text(x)
    model = CatBoostClassifier(cat_features=words, random_seed=0, verbose=False, allow_writing_files=False)
    model.fit(texts(x, words), y)
    return lambda loans: model.predict_proba(texts(loans, words))[:, 1]


def xgboost(x: pd.DataFrame, y: pd.Series, _: float) -> Scorer:
    """XGBoost as it comes, with its own treatment of categories."""
    from xgboost import XGBClassifier

    code = Codes(x)
    model = XGBClassifier(enable_categorical=True, random_state=0)
    model.fit(code(x), y)
    return lambda loans: model.predict_proba(code(loans))[:, 1]


def autogluon(x: pd.DataFrame, y: pd.Series, seconds: float) -> Scorer:
    """AutoGluon at its best, within a time, on all processors."""
    from autogluon.tabular import TabularPredictor

    folder = TemporaryDirectory()
    predictor = TabularPredictor("outcome", "binary", "log_loss", path=folder.name, verbosity=0)
    predictor.fit(
        x.assign(outcome=y), presets="best_quality", time_limit=seconds, num_cpus=len(os.sched_getaffinity(0))
    )

    def score(loans: pd.DataFrame) -> Any:
        with folder:
            return predictor.predict_proba(loans, as_multiclass=False)

    return score


#: Each peer with the module that it needs; scikit-learn comes with all of them.
PEERS: dict[str, tuple[str, Callable[[pd.DataFrame, pd.Series, float], Scorer]]] = {
    "lightgbm-default": ("lightgbm", lightgbm_default),
    "lightgbm-stopped": ("lightgbm", lightgbm_stopped),
    "logistic": ("sklearn", logistic),
    "catboost": ("catboost", catboost),
    "xgboost": ("xgboost", xgboost),
    "autogluon": ("autogluon", autogluon),
}


def version(module: str) -> str | None:
    """Return the version of the package that brings a module, None where it is missing."""
    if importlib.util.find_spec(module) is None:
        return None
    brings = importlib.metadata.packages_distributions().get(module, [])
    return importlib.metadata.version(brings[0]) if brings else "unknown"


def loans_of(path: Path, dropped: list[str], words: list[str]) -> pd.DataFrame:
    """Return the loans of a file, infinities as missing cells, some columns as text whatever they look like."""
    loans = pd.read_csv(path, encoding="utf-8-sig", low_memory=False, dtype=dict.fromkeys(words, str))
    return loans.drop(columns=[name for name in dropped if name in loans]).replace([np.inf, -np.inf], np.nan)


def alike(loans: pd.DataFrame, names: list[str], words: list[str]) -> pd.DataFrame:
    """Return the columns of the training loans in their order, numbers as numbers, under names any library takes."""
    made = {
        f"c{at}": loans[name] if name in words else pd.to_numeric(loans[name], errors="coerce").astype("float64")
        for at, name in enumerate(names)
    }
    return pd.DataFrame(made, index=loans.index)


def compete(peer: str, train: Path, test: Path, out: Path, target: str, dropped: list[str], seconds: float) -> None:
    """Fit, score and write."""
    loans = loans_of(train, dropped, [])
    y, x = loans[target].astype(int), loans.drop(columns=target)
    names, words = list(x.columns), columns_of_text(x)
    score = PEERS[peer][1](alike(x, names, words), y, seconds)
    started = time.perf_counter()
    pds = np.asarray(score(alike(loans_of(test, dropped, words), names, words)), dtype=np.float64)
    np.savetxt(out, pds, fmt="%.17g")
    out.with_name(f"{out.name}.seconds").write_text(str(time.perf_counter() - started))


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--versions", action="store_true")
    parser.add_argument("peer", choices=PEERS, nargs="?")
    for name in ("train", "test", "out"):
        parser.add_argument(name, type=Path, nargs="?")
    parser.add_argument("--target", default="target", metavar="NAME", help="the column with the outcomes, 0 or 1")
    parser.add_argument("--drop", action="append", default=[], metavar="NAME", help="a column to leave out")
    parser.add_argument("--seconds", type=float, default=300, help="how long AutoGluon may take")
    given = parser.parse_args()
    if given.versions:
        print(json.dumps({peer: version(module) for peer, (module, _) in PEERS.items()}))
    elif given.out is None:
        parser.error("a peer and three files are needed, or --versions")
    else:
        compete(given.peer, given.train, given.test, given.out, given.target, given.drop, given.seconds)


if __name__ == "__main__":
    main()
