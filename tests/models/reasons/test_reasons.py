"""Reasons of whole models: of every kind they add up to the log-odds, and columns are counted as variables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from loan_reading import source

from creditrisk.jobs.train import train
from creditrisk.models.calibration import Calibration
from creditrisk.models.model_file import open_model
from creditrisk.models.reasons.reasons import Reasons, variables_of, variables_that_count
from creditrisk.models.scorecard import Scorecard
from creditrisk.models.trained_model import Weighting

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.metrics.arrays import Floats
    from creditrisk.models.scoring import Scorer
    from creditrisk.specs import TrainSpec


def matrix_of(scorer: Scorer, path: Path) -> Floats:
    loans = next(iter(source(path, scorer.model.schema).batches()))
    return scorer.model.recipe.matrix(loans)[0]


def before_calibration(scorer: Scorer, matrix: Floats) -> Floats:
    return scorer.model.learned.scorer(1)(matrix) + scorer.model.weighting.offset


@pytest.fixture(scope="module")
def card_file(tmp_path_factory: pytest.TempPathFactory, loans_csv: Path, card_spec: TrainSpec) -> Path:
    """Give a scorecard trained on `loans_csv`."""
    path = tmp_path_factory.mktemp("card") / "card.crm"
    train(loans_csv, path, card_spec)
    return path


@pytest.fixture(scope="module", params=["trees", "card", "blend"])
def scored(request: pytest.FixtureRequest) -> tuple[Scorer, Floats]:
    """Give a model of each kind, and loans as it sees them."""
    files = {"trees": ("model_file", "unlabelled_csv"), "card": ("card_file", "unlabelled_csv")}
    model, loans = files.get(request.param, ("blend_file", "few_csv"))
    scorer = open_model(request.getfixturevalue(model))
    return scorer, matrix_of(scorer, request.getfixturevalue(loans))


def test_contributions_and_the_base_are_the_log_odds(scored: tuple[Scorer, Floats]) -> None:
    scorer, matrix = scored
    z = before_calibration(scorer, matrix)
    of_training = Reasons(scorer.model)
    assert of_training.base + of_training.contributions(matrix).sum(axis=0) == pytest.approx(z, abs=1e-9)
    loans = Reasons(scorer.model, baseline=lambda: [matrix[:30], matrix[30:100]])
    assert loans.base + loans.contributions(matrix).sum(axis=0) == pytest.approx(z, abs=1e-9)
    assert loans.base == pytest.approx(z[:100].mean(), abs=1e-9)
    assert of_training.base != pytest.approx(loans.base, abs=1e-3)


def test_offsets_go_into_the_base_and_lines_are_carried_through(scored: tuple[Scorer, Floats]) -> None:
    scorer, matrix = scored
    plain = Reasons(scorer.model)
    model = replace(
        scorer.model, weighting=Weighting("3", 3.0, 0.2), calibration=Calibration("platt", intercept=0.5, slope=1.5)
    )
    shifted = Reasons(model)
    offset = model.weighting.offset - scorer.model.weighting.offset
    assert shifted.base == pytest.approx(0.5 + 1.5 * (plain.base + offset))
    assert shifted.contributions(matrix) == pytest.approx(1.5 * plain.contributions(matrix), abs=1e-12)
    curve = Reasons(replace(model, calibration=Calibration("isotonic", knots=(-2.0, 0.0), values=(-1.0, 0.0))))
    assert curve.base == pytest.approx(plain.base + offset)


def test_a_scorecards_contribution_is_its_points_less_their_mean(card_file: Path, unlabelled_csv: Path) -> None:
    scorer = open_model(card_file)
    matrix = matrix_of(scorer, unlabelled_csv)
    card = scorer.model.learned
    assert isinstance(card, Scorecard)
    reasons = Reasons(replace(scorer.model, copies=()))
    found = dict(zip(reasons.names, reasons.contributions(matrix), strict=True))
    for column in card.columns:
        its = column.log_odds(matrix)
        difference = found[column.name] - its
        assert difference == pytest.approx(difference[0], abs=1e-12)
        mean = column.coefficient * np.average(column.bins.woe, weights=column.share)
        assert -difference[0] == pytest.approx(mean, abs=1e-12)


def test_copies_are_one_reason_and_words_join_variables(scored: tuple[Scorer, Floats]) -> None:
    scorer, matrix = scored
    apart = Reasons(replace(scorer.model, copies=()))
    columns = dict(zip(apart.names, apart.contributions(matrix), strict=True))
    a, b, c, *others = variables_that_count(replace(scorer.model, copies=()))
    together = replace(scorer.model, copies=((a, c),))
    assert variables_of(together)[c] == a
    joined = Reasons(together)
    assert c not in joined.names
    found = dict(zip(joined.names, joined.contributions(matrix), strict=True))
    assert found[a] == pytest.approx(columns[a] + columns[c], abs=1e-12)
    words = {a: "Debt is high", b: "Debt is high", others[0]: "Income is low"} if others else {a: "Debt", b: "Debt"}
    told = Reasons(together, words)
    assert told.names == tuple(dict.fromkeys(words.values()))
    assert told.contributions(matrix)[0] == pytest.approx(columns[a] + columns[b] + columns[c], abs=1e-12)


def test_the_largest_come_first_and_only_what_raises_the_log_odds(scored: tuple[Scorer, Floats]) -> None:
    scorer, matrix = scored
    reasons = Reasons(scorer.model)
    all_of_them = reasons.contributions(matrix)
    ranked = reasons.ranked(matrix, 3)
    for row in range(0, len(matrix), 7):
        order = np.argsort(-all_of_them[:, row], kind="stable")[:3]
        expected = [place if all_of_them[place, row] > 1e-9 else -1 for place in order.tolist()]
        assert ranked.name[row].tolist() == expected
        assert ranked.log_odds[row][ranked.name[row] >= 0].tolist() == [
            all_of_them[place, row] for place in expected if place >= 0
        ]
    many = reasons.ranked(matrix, len(reasons.names) + 2)
    assert (many.name == -1).any()
    assert np.isnan(many.log_odds[many.name == -1]).all()


def test_equal_reasons_come_in_the_order_of_the_columns() -> None:
    class Even(Reasons):
        def __init__(self) -> None:
            self.names = ("a", "b", "c")

        def contributions(self, matrix: Floats) -> Floats:
            return np.array([[0.5, 0.0], [0.5, 1e-12], [0.7, -1.0]])

    ranked = Even().ranked(np.zeros((2, 3)), 3)
    assert ranked.name.tolist() == [[2, 0, 1], [-1, -1, -1]]
