"""The written text: the format of each cell, where cells are empty, and the truth read back from it."""

import csv
import io
import re

import numpy as np
import pytest

from creditrisk.data.sample.columns import BUREAU_COUNTS, CELL_WORDS, LOAN_COLUMNS
from creditrisk.data.sample.csv_text import write_batches
from creditrisk.data.sample.generator import sample_batches
from creditrisk.data.sample.truth import log_odds
from creditrisk.file_specs import SampleSpec

ROWS = 20_000
WHOLE, WHOLE_FLOAT = r"\d+", r"\d+\.0"
FORMATS = {
    **dict.fromkeys(LOAN_COLUMNS, WHOLE),
    **dict.fromkeys(BUREAU_COUNTS, WHOLE_FLOAT),
    "loanAmnt": WHOLE_FLOAT,
    "annualIncome": WHOLE_FLOAT,
    "pubRecBankruptcies": WHOLE_FLOAT,
    "term": "[35]",
    "interestRate": r"\d{1,2}\.(\d|\d[1-9])",
    "installment": r"\d{2,4}\.(\d|\d[1-9])",
    "dti": r"\d{1,2}\.(\d|\d[1-9])",
    "revolUtil": r"\d{1,3}\.\d",
    "grade": "[A-G]",
    "subGrade": "[A-G][1-5]",
    "employmentLength": r"< 1 year|1 year|[2-9] years|10\+ years",
    "issueDate": r"20(0[7-9]|1[0-8])-(0[1-9]|1[0-2])-01",
    "earliesCreditLine": r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-(19|20)\d\d",
    "isDefault": "[01]",
    "ficoRangeLow": r"(6[6-9]|7\d|8[0-4])[05]",
    "policyCode": "1",
    "truePD": r"0\.\d{1,10}",
}
MISSING = {"employmentLength", "dti", "revolUtil", "pubRecBankruptcies", "title", *BUREAU_COUNTS}


@pytest.fixture(scope="module")
def text():
    buffer = io.BytesIO()
    write_batches(sample_batches(SampleSpec(rows=ROWS, seed=2, true_pd=True)), buffer)
    return buffer.getvalue().decode("ascii")


@pytest.fixture(scope="module")
def cells(text):
    rows = list(csv.reader(io.StringIO(text)))
    return {name: list(column) for name, column in zip(rows[0], zip(*rows[1:], strict=True), strict=True)}


def empty(cells, name):
    return np.array([cell == "" for cell in cells[name]])


def numbers(name, column):
    """Cells as the numbers that stand for them; empty ones as NaN."""
    places = {word: place for place, word in enumerate(CELL_WORDS[name])} if name in CELL_WORDS else {}
    return np.array([float(places.get(cell, cell)) if cell else np.nan for cell in column])


def test_lines_have_no_quotes_and_newline_ends(text):
    assert '"' not in text
    assert "\r" not in text
    assert text.endswith("\n")
    assert text.count("\n") == ROWS + 1
    assert {line.count(",") for line in text.splitlines()} == {len(LOAN_COLUMNS)}


@pytest.mark.parametrize("name", FORMATS)
def test_every_cell_has_the_format_of_its_column(cells, name):
    pattern = re.compile(FORMATS[name])
    wrong = [cell for cell in set(cells[name]) if not (pattern.fullmatch(cell) or (cell == "" and name in MISSING))]
    assert wrong == []


def test_true_pd_recomputed_from_the_written_cells_is_the_written_one(cells):
    loans = {name: numbers(name, column) for name, column in cells.items()}
    recomputed = 1 / (1 + np.exp(-log_odds(loans)))
    assert np.abs(recomputed - loans["truePD"]).max() < 1e-9


def test_bureau_counts_are_missing_together(cells):
    together = empty(cells, "n0")
    for name in BUREAU_COUNTS:
        alone = empty(cells, name) & ~together
        assert (empty(cells, name) >= together).all()
        assert alone.mean() == pytest.approx(0.03 if name == "n11" else 0, abs=0.006)


def test_bureau_counts_are_missing_in_old_vintages(cells):
    old = np.array([date < "2012-08-01" for date in cells["issueDate"]])
    assert empty(cells, "n0")[old].mean() > 0.9
    assert 0 < empty(cells, "n0")[~old].mean() < 0.02


def test_missing_employment_length_is_riskier(cells):
    missing, true_pd = empty(cells, "employmentLength"), numbers("truePD", cells["truePD"])
    assert 0.03 < missing.mean() < 0.08
    assert true_pd[missing].mean() > true_pd[~missing].mean() + 0.04


@pytest.mark.parametrize("name", ["dti", "revolUtil", "pubRecBankruptcies", "title"])
def test_a_few_others_are_missing(cells, name):
    assert 0 < empty(cells, name).mean() < 0.01


def test_nothing_is_written_without_a_batch():
    buffer = io.BytesIO()
    assert write_batches([], buffer).rows == 0
    assert buffer.getvalue() == b""


def test_figures_are_those_of_the_written_truth(cells):
    best = write_batches(sample_batches(SampleSpec(rows=ROWS, seed=2)), io.BytesIO())
    assert best.rows == ROWS
    assert best.expected_rate == pytest.approx(numbers("truePD", cells["truePD"]).mean(), abs=1e-9)
