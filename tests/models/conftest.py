"""A few loans made by hand, and a small blend that was trained on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from creditrisk.jobs.train import train
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


def few_loans(rows: int = 500, seed: int = 0) -> pd.DataFrame:
    """Return loans that default where the instalment eats the income, and at some employers."""
    rng = np.random.default_rng(seed)
    income, instalment = rng.lognormal(8, 0.5, rows).round(-1), rng.lognormal(6, 0.5, rows).round()
    employer = rng.integers(0, 8, rows)
    z = -1.5 + 2.0 * np.log(7.4 * instalment / income) + np.where(employer % 2 == 0, 0.8, -0.8)
    days = pd.to_datetime("2015-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), unit="D")
    return pd.DataFrame(
        {
            "id": np.arange(rows) + 100,
            "income": np.where(rng.random(rows) < 0.1, np.nan, income),
            "instalment": instalment,
            "employer": [f"firm {number}" for number in employer],
            "grade": rng.choice(["A", "B", "C"], rows),
            "opened": days.strftime("%Y-%m-%d"),
            "y": (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int),
        }
    )


@pytest.fixture(scope="session")
def few_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 500 loans with their outcome."""
    path = tmp_path_factory.mktemp("few") / "few.csv"
    few_loans().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def blend_spec() -> TrainSpec:
    """Give settings that train a blend of two members in seconds."""
    return TrainSpec(target="y", id=("id",), members="additive,plain+ratios+target", folds=2, threads=1)


@pytest.fixture(scope="session")
def blend_file(tmp_path_factory: pytest.TempPathFactory, few_csv: Path, blend_spec: TrainSpec) -> Path:
    """Give a blend trained on `few_csv`."""
    path = tmp_path_factory.mktemp("blend") / "blend.crm"
    train(few_csv, path, blend_spec)
    return path
