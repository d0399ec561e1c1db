"""Loans whose names and texts need quoting, models of each kind trained on them, and a PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from creditrisk.jobs.train import train
from creditrisk.judging import JudgeSpec
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPECS = {
    "trees": {"preset": "fast", "class_weight": "balanced", "learning_rate": 0.3, "max_trees": 60},
    "card": {"model": "scorecard", "calibration": "platt", "decision": "cutoff", "cutoff": 0.3},
    "blend": {
        "members": "additive,plain+flags+counts+target+pairs+ratios+groups+dates", "decision": "cutoff", "cutoff": 0.25,
    },
}  # fmt: skip


def awkward_loans(rows: int = 700, seed: int = 0) -> pd.DataFrame:
    """Return loans with quotation marks in names and values, codes for missing, dates, and a column named grade."""
    rng = np.random.default_rng(seed)
    income, instalment = rng.lognormal(8, 0.5, rows).round(-1), rng.lognormal(6, 0.5, rows).round()
    employer = rng.integers(0, 8, rows)
    days = pd.to_datetime("2015-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), unit="D")
    z = (
        -1.5
        + 2 * np.log(7.4 * instalment / income)
        + np.where(employer % 2, -0.8, 0.8)
        + np.where(days.month > 6, 1, 0)
    )
    return pd.DataFrame(
        {
            "id": np.arange(rows) + 100,
            'in"come (k€)': np.where(rng.random(rows) < 0.1, np.nan, income),
            "instal'ment": instalment,
            "debts; --": np.where(rng.random(rows) < 0.2, -999.0, rng.random(rows).round(3)),
            "employer": np.where(rng.random(rows) < 0.1, "", [f"firm '{number}'; \\" for number in employer]),
            "grade": rng.choice(['"A"', "Ä", "C"], rows),
            "opened": days.strftime("%Y-%m-%d"),
            "y": (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int),
        }
    )


@pytest.fixture(scope="session")
def awkward_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("awkward") / "loans.csv"
    awkward_loans().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def model_of(tmp_path_factory: pytest.TempPathFactory, awkward_csv: Path) -> Callable[[str], Path]:
    """Give the model of a kind of `SPECS`, trained when it is first asked for."""
    folder = tmp_path_factory.mktemp("awkward-models")

    def made(kind: str) -> Path:
        path = folder / f"{kind}.crm"
        if not path.exists():
            spec = TrainSpec(target="y", id=("id",), folds=2, threads=1, **SPECS[kind])
            train(awkward_csv, path, spec, judge=JudgeSpec(draws=20))
        return path

    return made


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start a PostgreSQL server on a socket of its own, and name it in the environment."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not found[-1].is_file() or not shutil.which("psql"):
        pytest.skip("PostgreSQL is not installed: the Debian package postgresql has its server")
    # The server refuses to run as root; its folder lies outside those of pytest, which only their owner may enter.
    as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    made = subprocess.run([*as_server, "mktemp", "-d", "/tmp/pg.XXXXXX"], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip("PostgreSQL cannot run as root, and there is no user postgres")
    folder = made.stdout.strip()

    def call(program: str, *words: str) -> None:
        path = str(found[-1].with_name(program))
        subprocess.run([*as_server, path, "-D", f"{folder}/data", *words], check=True, stdout=subprocess.DEVNULL)

    call("initdb", "-U", "tester", "-A", "trust", "--no-sync")
    call("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} -h '' -F", "start")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"PGHOST": folder, "PGUSER": "tester", "PGDATABASE": "postgres", "PGPORT": "5432"}.items():
            patch.setenv(name, value)
        yield
    call("pg_ctl", "-m", "immediate", "stop")
    subprocess.run([*as_server, "rm", "-rf", folder], check=True)
