"""What may be a person's stays in the data: it is in no model, no report, no message and no journal."""

from __future__ import annotations

import contextlib
import csv
import io
import random
from typing import TYPE_CHECKING

import pytest

from creditrisk.cli.app import app
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Wilhelmina"
#: Numbers that only one loan has, at either end of its column.
RICHEST, POOREST = "987654.3125", "-12345.0625"
FEW = ["--preset", "fast", "--max-trees", "20", "--folds", "2", "--draws", "20", "--threads", "1"]


def rows() -> list[list[str]]:
    chance, made = random.Random(3), [["id", "income", "employer", "note", "town", "y"]]
    for loan in range(600):
        income = round(chance.uniform(1, 99), 2)
        employer = f"Rare {SECRET}" if loan < FEWEST_LOANS_A_LEVEL - 1 else ("Mill", "Shop", "Farm")[loan % 3]
        town = "Ten" if loan % 60 == 0 else ("North", "South")[loan % 2]
        made.append([
            f"id {SECRET} {loan}", str(income), employer, f"{SECRET} wrote {loan}", town,
            str(int(income + 40 * (loan % 3) < chance.uniform(0, 150))),
        ])  # fmt: skip
    made[7][1], made[8][1] = RICHEST, POOREST
    return made


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give everything that trainings, judgements and a scoring leave behind."""
    folder = tmp_path_factory.mktemp("personal")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDITRISK_JOURNAL", str(folder / "journal"))
        said = everything_said(folder)
    return said | {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "loans.csv"}


def everything_said(folder: Path) -> dict[str, bytes]:
    """Run the commands in a folder, and return what they print on either stream."""
    loans, model, card = folder / "loans.csv", folder / "m.crm", folder / "card.crm"
    with loans.open("w", newline="") as file:
        csv.writer(file).writerows(rows())
    said = {}

    def call(*arguments: object) -> None:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            app([str(argument) for argument in arguments], standalone_mode=False)
        said[f"{arguments[0]} {len(said)}"] = out.getvalue().encode()

    train = ["train", loans, "--target", "y", "--id", "id"]
    call(*train, "-o", model, *FEW, "--report", folder / "r.html", "--model-card", folder / "card.md", "-v")
    call(*train, "-o", card, "--model", "scorecard", "--draws", 20, "--json")
    call("evaluate", model, loans, "--draws", 20, "--report", folder / "e.html", "-v")
    call("info", model, "--json")
    call("predict", model, loans, "-o", folder / "s.csv", "--columns", "row,pd", "-v")
    return said


def test_a_planted_secret_is_found_nowhere(scanned: dict[str, bytes]) -> None:
    assert {"m.crm", "card.crm", "r.html", "e.html", "card.md", "journal", "s.csv"} <= set(scanned)
    for planted in (SECRET, RICHEST, POOREST, RICHEST.rstrip("5"), POOREST.rstrip("5")):
        assert [name for name, content in scanned.items() if planted.encode() in content] == [], planted


def test_levels_are_stored_from_ten_loans_on(scanned: dict[str, bytes]) -> None:
    """The town Ten has just as many, so that the search above is seen to find what is there."""
    assert sum(row[4] == "Ten" for row in rows()) == FEWEST_LOANS_A_LEVEL == 10
    assert b'"Mill"' in scanned["m.crm"]
    assert b'"South"' in scanned["card.crm"]
