"""The page and the card of results that the tool itself made, not of results made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from html_reading import read

from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.train import train
from creditrisk.reports.html.page import html_report
from creditrisk.reports.model_card import model_card

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.specs import TrainSpec


def test_a_training_and_an_evaluation_become_pages(loans_csv: Path, quick_spec: TrainSpec, tmp_path: Path) -> None:
    trained = train(loans_csv, tmp_path / "model.crm", quick_spec)
    page = html_report(trained)
    reader = read(page)
    assert {"verdict", "loans", "quality", "calibration", "cutoff", "drivers", "making", "watch"} <= set(reader.ids())
    assert f"{trained.held_out.auc.value:.4f}" in reader.text()
    assert f"{trained.held_out.loans:,} loans that were held out" in reader.text()
    assert reader.tags("svg")
    assert "Estimate(" not in page  # no result was written by its repr
    assert f"{trained.held_out.auc.value:.4f}" in model_card(trained)
    judged = evaluate(tmp_path / "model.crm", loans_csv)
    assert f"{judged.figures.loans:,} loans of loans.csv" in read(html_report(judged)).text()
    assert "at development" in model_card(judged)
