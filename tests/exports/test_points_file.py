"""The card as a file, and as a page."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from creditrisk.errors import UsageError
from creditrisk.export_spec import ExportSpec
from creditrisk.exports.points_file import Card, points_text
from creditrisk.jobs.export import export
from creditrisk.models.model_file import load_model
from creditrisk.models.points import points_card

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_file_has_every_bin_of_the_card(model_of: Callable[[str], Path]) -> None:
    model = load_model(model_of("card"))
    lines = list(csv.DictReader(io.StringIO(points_text(model))))
    told = {(line["column"], round(float(line["points"]), 9)) for line in lines}
    assert told >= {(row.column, round(row.points, 9)) for row in points_card(model)}
    assert {line["test"] for line in lines} == {"missing", "is", "from", "other"}


def test_a_text_that_was_never_seen_and_a_missing_one_have_points(model_of: Callable[[str], Path]) -> None:
    card = Card(points_text(load_model(model_of("card"))))
    loan = {'in"come (k€)': 3000.0, "instal'ment": 400.0, "debts; --": -999.0, "employer": None, "grade": "new",
            "opened": "2016-02-29"}  # fmt: skip
    assert 300 < card.score(dict(loan)) < 900


@pytest.mark.parametrize("kind", ["trees", "blend"])
def test_only_a_scorecard_has_points(kind: str, model_of: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only a scorecard has points"):
        export(model_of(kind), tmp_path / "card.csv", ExportSpec(to="points"))
    assert list(tmp_path.iterdir()) == []


def test_the_page_tells_how_to_add_up(model_of: Callable[[str], Path], tmp_path: Path) -> None:
    page = tmp_path / "card.html"
    result = export(model_of("card"), tmp_path / "card.csv", ExportSpec(to="points", page=str(page)))
    text = page.read_text(encoding="utf-8")
    assert result.page == str(page)
    for row in points_card(load_model(model_of("card"))):
        assert f"{row.points:.0f}" in text
    for words in ("How to score a loan", "Points to double the odds", "Refuse", "come (k€)", "from 32.00 %"):
        assert words in text
    assert "<script" not in text
