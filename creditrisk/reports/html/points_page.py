"""The points card as a page to score a loan with by hand."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.errors import counted, shown
from creditrisk.models.points import points_card
from creditrisk.models.scale import grade_names, points_of_log_odds
from creditrisk.reports.html.blocks import Block, Cell, Facts, Page, Points, Prose, Section, Table
from creditrisk.reports.html.page import rendered
from creditrisk.reports.html.texts import RATE, SHARE, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.models.points import PointsRow
    from creditrisk.models.trained_model import TrainedModel


def points_page(model: TrainedModel, source: str) -> str:
    """Return the card of a scorecard as one HTML page: how to add it up, the points, and what a score means.

    Parameters
    ----------
    model : TrainedModel
        A scorecard whose calibration is a line, as `exports.points_file.points_text` demands.
    source : str
        The name of the model's file.
    """
    columns = [list(rows) for _, rows in groupby(points_card(model), key=lambda row: row.column)]
    largest = max((abs(row.points) for rows in columns for row in rows), default=1.0) or 1.0
    sections = (
        Section("use", "How to score a loan", tuple(_use(model, len(columns)))),
        Section("points", "The points", tuple(_column(rows, largest) for rows in columns)),
        Section("meaning", "What a score means", (_grades(model),)),
    )
    return rendered(Page("Points card", source, f"{shown(source)}: {counted(len(columns), 'column')}", sections))


def _use(model: TrainedModel, columns: int) -> Iterator[Block]:
    scale = model.scale
    yield Points(
        (
            "In each table below find the line that the loan falls into, and write down its points.",
            "Add the points of all tables: the sum is the loan's score. More points are safer.",
            "Look the score up under “What a score means”.",
        )
    )
    pairs = [
        ("Scale", f"{scale.base_score:g} points are odds of {scale.base_odds:g} to 1 that the loan is repaid"),
        ("Points to double the odds", f"{scale.pdo:g}"),
    ]
    if model.decision_cutoff:
        pairs.append(("Refuse", f"below {_score(model, model.decision_cutoff):.0f} points"))
    yield Facts(tuple(pairs))
    yield Prose(
        f"Points are rounded to whole numbers here, which moves a score by at most {columns / 2:g}; "
        "the CSV of the card, and every program, has them exact.", small=True,
    )  # fmt: skip


def _column(rows: Sequence[PointsRow], largest: float) -> Table:
    return Table(
        f"{shown(rows[0].column)}, information value {rows[0].iv:.3f}",
        ("Value", "Points", "Share of loans", "Default rate"),
        tuple(
            (
                Cell(row.bin), Cell(f"{row.points:.0f}", bar=min(abs(row.points) / largest, 1.0)),
                Cell(number(row.share, SHARE)), Cell(number(row.rate, RATE)),
            )
            for row in rows
        ),
    )  # fmt: skip


def _grades(model: TrainedModel) -> Table:
    bounds = (0.0, *model.scale.grades, 1.0)
    rows = []
    for name, low, high in zip(grade_names(model.scale), bounds[:-1], bounds[1:], strict=True):
        least = f"{_score(model, high):.0f}" if high < 1.0 else "–"
        most = f"{_score(model, low):.0f}" if low > 0.0 else "–"
        rows.append((Cell(name), Cell(f"above {least}" if high < 1.0 else f"up to {most}"), Cell(_pds(low, high))))
    return Table("Grades, the safest first", ("Grade", "Score", "PD"), tuple(rows), words=3)


def _score(model: TrainedModel, pd: float) -> float:
    return float(points_of_log_odds(np.log(np.array([pd / (1.0 - pd)])), model.scale)[0])


def _pds(low: float, high: float) -> str:
    if low == 0.0:
        return f"below {number(high, RATE)}"
    return f"{number(low, RATE)} to below {number(high, RATE)}" if high < 1.0 else f"from {number(low, RATE)}"
