from __future__ import annotations

import csv
import errno
import os
import random
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from creditrisk.data import csv_file
from creditrisk.errors import DataError, OutputError, UsageError
from creditrisk.jobs.predict import predict
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path


def scores(path: Path) -> dict[str, str]:
    """Return the PD of each id as text: equal text is an equal bit pattern."""
    with path.open(newline="") as file:
        return {row["id"]: row["pd"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def plain(model_file: Path, unlabelled_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("plain") / "scores.csv"
    predict(model_file, unlabelled_csv, path)
    return scores(path)


def lines_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_every_loan_is_scored_in_its_order(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    result = predict(model_file, unlabelled_csv, tmp_path / "scores.csv")
    table = pd.read_csv(tmp_path / "scores.csv")
    assert table["id"].tolist() == pd.read_csv(unlabelled_csv)["id"].tolist()
    assert result.rows == 700
    assert result.mean_pd == pytest.approx(table["pd"].mean())
    assert table["pd"].between(0, 1, inclusive="neither").all()


def test_shuffled_rows_get_the_same_scores(
    model_file: Path, unlabelled_csv: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    header, *rows = lines_of(unlabelled_csv)
    random.Random(1).shuffle(rows)
    predict(model_file, write(tmp_path / "in.csv", [header, *rows]), tmp_path / "scores.csv")
    assert scores(tmp_path / "scores.csv") == plain


def test_reordered_and_further_columns_change_nothing(
    model_file: Path, unlabelled_csv: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    rows = [[*row[::-1], "note, with comma"] for row in lines_of(unlabelled_csv)]
    predict(model_file, write(tmp_path / "in.csv", rows), tmp_path / "scores.csv")
    assert scores(tmp_path / "scores.csv") == plain


def test_a_split_file_and_single_loans_get_the_same_scores(
    model_file: Path, unlabelled_csv: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    header, *rows = lines_of(unlabelled_csv)
    found: dict[str, str] = {}
    for part in ([rows[0]], [rows[1]], rows[2:333], rows[333:]):
        predict(model_file, write(tmp_path / "in.csv", [header, *part]), tmp_path / "scores.csv")
        found |= scores(tmp_path / "scores.csv")
    assert found == plain


@pytest.mark.parametrize("block", [3000, 20_000])
@pytest.mark.parametrize("threads", [1, 2])
def test_block_size_and_threads_change_nothing(
    model_file: Path, unlabelled_csv: Path, plain: dict[str, str], tmp_path: Path, block: int, threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(csv_file, "_BLOCK", block)
    predict(model_file, unlabelled_csv, tmp_path / "scores.csv", spec=ScoreSpec(threads=threads))
    assert scores(tmp_path / "scores.csv") == plain


def test_the_outcome_in_the_file_changes_nothing(
    model_file: Path, unlabelled_csv: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    rows = [[*row, "isDefault" if index == 0 else str(index % 2)] for index, row in enumerate(lines_of(unlabelled_csv))]
    predict(model_file, write(tmp_path / "in.csv", rows), tmp_path / "scores.csv")
    assert scores(tmp_path / "scores.csv") == plain


def test_ids_keep_every_byte(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    header, *rows = lines_of(unlabelled_csv)
    ids = ["00123", "12345678901234567890123", 'a "b", c', "=1+1", "NA ", " x", "等級", "1e5"]
    rows = [[name, *row[1:]] for name, row in zip(ids, rows, strict=False)]
    predict(model_file, write(tmp_path / "in.csv", [header, *rows]), tmp_path / "scores.csv")
    assert [row[0] for row in lines_of(tmp_path / "scores.csv")[1:]] == ids


def test_a_pd_reads_back_as_the_same_number(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    predict(model_file, unlabelled_csv, tmp_path / "scores.csv")
    for _, text, *_ in lines_of(tmp_path / "scores.csv")[1:]:
        assert float(text) == np.float64(text)
        assert len(text) <= len(repr(float(text))) + 1


def test_missing_columns_are_all_listed_with_near_names(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    rows = lines_of(unlabelled_csv)
    rows[0] = ["annual_income" if name == "annualIncome" else "x" if name == "dti" else name for name in rows[0]]
    with pytest.raises(DataError) as caught:
        predict(model_file, write(tmp_path / "in.csv", rows), tmp_path / "scores.csv")
    assert caught.value.what == "2 columns that are needed are not in the file."
    assert caught.value.where[1:] == (
        '"annualIncome" is not there; did you mean "annual_income"?',
        '"dti" is not there',
    )
    assert not (tmp_path / "scores.csv").exists()


def test_a_header_without_loans_gives_a_header(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    header = lines_of(unlabelled_csv)[0]
    result = predict(model_file, write(tmp_path / "in.csv", [header]), tmp_path / "scores.csv")
    assert result.rows == 0
    assert (tmp_path / "scores.csv").read_text() == "id,pd,score,grade\n"


def test_unseen_levels_and_filled_values_are_scored_and_counted(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    loans = pd.read_csv(unlabelled_csv)
    loans.loc[:6, "grade"] = "Z"
    loans.loc[:3, "loanAmnt"] = float("nan")
    loans.loc[:1, "annualIncome"] = float("inf")
    loans.to_csv(tmp_path / "in.csv", index=False)
    result = predict(model_file, tmp_path / "in.csv", tmp_path / "scores.csv")
    said = "\n".join(result.remarks)
    assert '4 values of "loanAmnt"' in said
    assert 'Among 700 rows, 2 values of "annualIncome": infinite or beyond 1e100, which counts as missing.' in said
    assert pd.read_csv(tmp_path / "scores.csv")["pd"].notna().all()


def test_text_in_a_number_column_names_the_lines_and_leaves_old_scores(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    rows = lines_of(unlabelled_csv)
    column = rows[0].index("dti")
    rows[650][column] = "12 %"
    (tmp_path / "scores.csv").write_text("old")
    with pytest.raises(DataError) as caught:
        predict(model_file, write(tmp_path / "in.csv", rows), tmp_path / "scores.csv")
    assert caught.value.where[1] == 'line 651, column "dti": "12 %" is not a number'
    assert (tmp_path / "scores.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "scores.csv"]


def test_inputs_are_never_overwritten(model_file: Path, unlabelled_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(unlabelled_csv)
    os.link(unlabelled_csv, tmp_path / "hard.csv")
    for output in (unlabelled_csv, tmp_path / "link.csv", tmp_path / "hard.csv"):
        with pytest.raises(UsageError, match=r"^The scores would overwrite the data\."):
            predict(model_file, unlabelled_csv, output)
    with pytest.raises(UsageError, match=r"^The scores would overwrite the model\."):
        predict(model_file, unlabelled_csv, model_file)


def test_a_full_disk_leaves_the_old_scores(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "scores.csv").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"^The output cannot be written: No space left on device\."):
        predict(model_file, unlabelled_csv, tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]


def test_a_model_without_ids_numbers_the_loans(tmp_path: Path) -> None:
    from creditrisk.jobs.train import train
    from creditrisk.specs import TrainSpec

    rng = np.random.default_rng(1)
    x = rng.normal(size=600)
    y = (x + rng.normal(size=600) > 0).astype(int)
    pd.DataFrame({"x": x, "y": y}).to_csv(tmp_path / "loans.csv", index=False)
    train(tmp_path / "loans.csv", tmp_path / "model.crm", TrainSpec(target="y", preset="fast", patience=5))
    predict(tmp_path / "model.crm", tmp_path / "loans.csv", tmp_path / "scores.csv")
    table = pd.read_csv(tmp_path / "scores.csv")
    assert list(table) == ["row", "pd", "score", "grade"]
    assert table["row"].tolist() == list(range(1, 601))


def formula_file(unlabelled_csv: Path, path: Path) -> tuple[Path, list[str]]:
    """Write loans whose ids begin in every dangerous way, and return the ids."""
    rows = lines_of(unlabelled_csv)[:9]
    ids = ["=1+1", "+x", "-x", "@x", "-5", "'=1", "plain", '=HYPERLINK("http://x","y")']
    where = rows[0].index("id")
    for row, name in zip(rows[1:], ids, strict=True):
        row[where] = name
    return write(path, rows), ids


def test_excel_safe_marks_texts_that_begin_like_a_formula(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    data, ids = formula_file(unlabelled_csv, tmp_path / "data.csv")
    plain = predict(model_file, data, tmp_path / "plain.csv")
    safe = predict(model_file, data, tmp_path / "safe.csv", spec=ScoreSpec(excel_safe=True))
    assert [row[0] for row in lines_of(tmp_path / "plain.csv")[1:]] == ids
    marked = [row[0] for row in lines_of(tmp_path / "safe.csv")[1:]]
    assert marked == ["'=1+1", "'+x", "'-x", "'@x", "-5", "''=1", "plain", '\'=HYPERLINK("http://x","y")']
    assert [row[1:] for row in lines_of(tmp_path / "safe.csv")] == [row[1:] for row in lines_of(tmp_path / "plain.csv")]
    begin = "6 cells begin like a formula"
    assert plain.remarks[-1] == f"{begin}, which a spreadsheet program may run: --excel-safe writes such cells as text."
    assert safe.remarks[-1] == f"{begin}: written with a leading apostrophe (--excel-safe)."


def test_one_formula_is_counted_in_the_singular_and_negative_numbers_are_none(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    rows = lines_of(unlabelled_csv)[:3]
    where = rows[0].index("dti")
    rows[1][where], rows[2][where], rows[2][rows[0].index("id")] = "-1.5", "", "=7"
    data = write(tmp_path / "data.csv", rows)
    result = predict(
        model_file, data, tmp_path / "s.csv", spec=ScoreSpec(columns=("id", "dti", "log_odds"), excel_safe=True)
    )
    assert [row[:2] for row in lines_of(tmp_path / "s.csv")[1:]] == [
        [rows[1][rows[0].index("id")], "-1.5"],
        ["'=7", ""],
    ]
    assert float(lines_of(tmp_path / "s.csv")[1][2]) < 0
    assert result.remarks[-1].startswith("1 cell begins like a formula:")


def test_a_copied_name_that_begins_like_a_formula_is_marked_in_the_header(
    model_file: Path, unlabelled_csv: Path, tmp_path: Path
) -> None:
    rows = lines_of(unlabelled_csv)[:2]
    data = write(tmp_path / "data.csv", [[*rows[0], "=name"], [*rows[1], "x"]])
    for excel_safe, header in ((False, "=name,pd"), (True, "'=name,pd")):
        predict(model_file, data, tmp_path / "s.csv", spec=ScoreSpec(columns=("=name", "pd"), excel_safe=excel_safe))
        assert (tmp_path / "s.csv").read_text().splitlines()[0] == header
