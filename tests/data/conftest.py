"""What the tests of reading share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faulty_loans import HEADER, QUICK, SECRET, rows_of_loans, run, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faulty_loans import Done


@pytest.fixture
def write(tmp_path):
    """Write a file of loans, given as text or as bytes, and return its path."""
    path = tmp_path / "loans.csv"

    def written(content):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model of 400 small loans."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "loans.csv").write_text(text_of(rows_of_loans()))
    done = run("train", folder / "loans.csv", "-o", folder / "small.crm", *QUICK, "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    return folder / "small.crm"


@pytest.fixture
def scored(small_model: Path, tmp_path: Path) -> Callable[..., tuple[Done, str]]:
    """Score a file of loans; give how it ended and the scores, empty where none were written."""

    def score(path: Path, *options: str | Path) -> tuple[Done, str]:
        scores = tmp_path / "scores.csv"
        scores.unlink(missing_ok=True)
        done = run("predict", small_model, path, "-o", scores, "--json", *options)
        return done, scores.read_text(encoding="utf-8") if scores.exists() else ""

    return score


@pytest.fixture
def trained(tmp_path: Path) -> Callable[..., Done]:
    """Train on a file of loans; no model may be left where it fails."""

    def train(path: Path, *options: str | Path) -> Done:
        model = tmp_path / "model.crm"
        done = run("train", path, "-o", model, "--json", *QUICK, *options)
        assert model.exists() == (done.code == 0)
        return done

    return train


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """Give a training on loans with all that is odd and learned from nonetheless, and with cells that are secret."""
    cells = [row.split(",") for row in rows_of_loans(400, seed=3)]
    for number, cell in enumerate(["inf", "-inf", "1e300"], start=5):
        cells[number][1] = cell
    for number in range(12, 21):
        cells[number][0], cells[number][3] = f"{SECRET} {number}", SECRET
    cells[10][5], cells[11][5] = "", SECRET
    cells += cells[3:5]
    rows = [[*row, "same", "", str(place + 7), str(place), f"{SECRET} {place}"] for place, row in enumerate(cells)]
    rows[9][9] = SECRET
    header = f"{HEADER.replace('dti', ' dti')},always,never,number,code,text"
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    path.write_text(text_of([",".join([*row, ""]) for row in rows], header))
    named = ("--positive", "1", "--negative", "0", "--no-samples")
    done = run("train", path, "-o", path.with_suffix(".crm"), "--json", *QUICK, *named)
    assert (done.code, done.err) == (0, "")
    return done, path.with_suffix(".crm")
