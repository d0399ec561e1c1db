"""The blend as plain data, by hand; and a trained one from loans to file and back, every PD to the last bit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from loan_reading import source, training_data

from creditrisk.errors import ModelFileError
from creditrisk.features.derived import Arithmetic, Flag
from creditrisk.features.view import View
from creditrisk.features.woe import CategoryBins, NumberBins
from creditrisk.jobs.evaluate import evaluate
from creditrisk.jobs.info import info
from creditrisk.jobs.predict import predict
from creditrisk.metrics.odds import expit
from creditrisk.models.blend import Blend, Part
from creditrisk.models.boosted import Boosted
from creditrisk.models.growing import package
from creditrisk.models.model_file import from_bytes, load_model, open_model, save_model, to_bytes
from creditrisk.models.scorecard import Scorecard, ScorecardColumn
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import importance
from creditrisk.models.trees import canonical_text
from creditrisk.reports.lines import info_lines
from creditrisk.score_spec import ScoreSpec

if TYPE_CHECKING:
    from pathlib import Path

    from creditrisk.metrics.arrays import Floats
    from creditrisk.specs import TrainSpec

INCOME, DEBT, GRADE, AGE = range(4)
RATIO = Arithmetic("debt / income", "ratio", DEBT, INCOME)
UNKNOWN = Flag("income missing", INCOME, None)


def base(rows: int = 400, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    income = np.where(rng.random(rows) < 0.2, np.nan, rng.uniform(10, 90, rows).round())
    columns = [income, rng.uniform(0, 50, rows).round(), rng.integers(0, 3, rows), rng.integers(20, 70, rows)]
    return np.column_stack(columns).astype(np.float64)


def grown(matrix: Floats) -> tuple[Any, Boosted]:
    """Return LightGBM's own booster on a matrix, and its canonical text as a model."""
    score = 30 * np.nan_to_num(matrix[:, 2], nan=0.5) + matrix[:, 1] / 2 + matrix[:, 0] / 4
    y = (score > np.median(score)).astype(float)
    parameters = {"objective": "binary", "num_leaves": 4, "min_data_in_leaf": 20, "num_threads": 1, "verbosity": -1}
    booster = package().train(parameters, package().Dataset(matrix, y), 6)
    return booster, Boosted(canonical_text(booster.model_to_string(), matrix.shape[1]), matrix.shape[1])


#: Over the first view: income, its flag beside it.
CARD = Scorecard(
    (
        ScorecardColumn(GRADE, "grade", CategoryBins((0, 1, 1), (0.4, -0.6, 0.0, 0.0)), -1.0, 0.1, (0.5, 0.5, 0, 0),
                        (0.1, 0.2, 0, 0)),
        ScorecardColumn(INCOME, "income", NumberBins((30.0,), (77.0,), (-0.5, 0.3, 0.9, 0.1)), -2.0, 0.2,
                        (0.25, 0.5, 0.0, 0.25), (0.2, 0.1, 0, 0.2)),
    ),
    -1.25,
)  # fmt: skip


@pytest.fixture(scope="module")
def made() -> tuple[Any, Blend]:
    """Return a booster and the blend of its trees (over debt, age and debt / income) with the card."""
    views = (View((0, 1, 2, 3)), View((DEBT, AGE), (RATIO, UNKNOWN)))
    booster, boosted = grown(views[1].matrix(base()))
    parts = (Part("additive", 0, 0.75, CARD), Part("plain", 1, 0.5, boosted), Part("plain", 1, 0.25, boosted))
    return booster, Blend(views, parts, 0.125)


def test_log_odds_are_the_intercept_and_the_weighted_parts(made: tuple[Any, Blend]) -> None:
    booster, blend = made
    matrix = base(seed=1)
    income, debt, grade, age = matrix.T
    of_income = np.where(np.isnan(income), 0.1, np.where(income == 77, 0.9, np.where(income < 30, -0.5, 0.3)))
    card = -1.25 - np.where(grade == 0, 0.4, -0.6) - 2.0 * of_income
    seen = np.column_stack([debt, age, debt / income, np.isnan(income)])
    trees = booster.predict(seen, raw_score=True)
    np.testing.assert_allclose(blend.scorer(1)(matrix), 0.125 + 0.75 * card + 0.75 * trees, rtol=1e-12, atol=1e-12)
    assert np.ptp(trees) > 0.2


def test_weights_multiply_and_a_blend_of_one_part_is_that_part(made: tuple[Any, Blend]) -> None:
    matrix = base(seed=2)
    alone = Blend((View((0, 1, 2, 3)),), (Part("additive", 0, 1.0, CARD),), 0.0)
    assert alone.scorer(1)(matrix).tolist() == CARD.log_odds(matrix).tolist()
    double = replace(alone, parts=(replace(alone.parts[0], weight=2.0),))
    assert double.scorer(1)(matrix).tolist() == (2 * CARD.log_odds(matrix)).tolist()


def test_each_view_is_made_once_for_all_its_parts() -> None:
    @dataclass(frozen=True)
    class Counted(View):
        made: list[int] = field(default_factory=list)

        def matrix(self, base: Floats) -> Floats:
            self.made.append(len(base))
            return super().matrix(base)

    first, second = Counted((0, 1, 2, 3)), Counted((0, 1, 2, 3), (RATIO,))
    parts = tuple(Part("additive", place, 0.5, CARD) for place in (1, 0, 1, 0, 0))
    Blend((first, second), parts, 0.0).scorer(1)(base(30))
    assert (first.made, second.made) == ([30], [30])


def test_thresholds_of_a_column_are_those_of_all_parts_that_see_it_itself(made: tuple[Any, Blend]) -> None:
    _, blend = made
    trees = blend.parts[1].learned
    assert blend.thresholds(INCOME).tolist() == [30.0, 77.0]  # not those of debt / income
    assert blend.thresholds(GRADE).tolist() == []
    assert blend.thresholds(DEBT).tolist() == trees.thresholds(0).tolist() != []
    assert blend.thresholds(AGE).tolist() == trees.thresholds(1).tolist()
    both = replace(blend, parts=(*blend.parts, Part("x", 0, 1.0, shifted(CARD, DEBT, 33.25))))
    assert both.thresholds(DEBT).tolist() == sorted({33.25, 77.0, *trees.thresholds(0).tolist()})


def shifted(card: Scorecard, column: int, edge: float) -> Scorecard:
    of_income = card.columns[1]
    return Scorecard((replace(of_income, index=column, bins=replace(of_income.bins, edges=(edge,))),), 0.0)


def test_importance_counts_by_weight_and_derived_columns_for_what_they_are_made_of(made: tuple[Any, Blend]) -> None:
    booster, blend = made
    gain = booster.feature_importance("gain") / booster.feature_importance("gain").sum()
    card = CARD.importance(4)
    trees = np.array([gain[2] / 2 + gain[3], gain[0] + gain[2] / 2, 0.0, gain[1]])
    np.testing.assert_allclose(blend.importance(4), (0.75 * card + 0.75 * trees) / 1.5, rtol=1e-6)
    assert blend.importance(4).sum() == pytest.approx(1.0, abs=1e-12)
    assert gain[2] > 0.1


def test_facts_count_members_and_trees(made: tuple[Any, Blend]) -> None:
    assert made[1].facts == {"members": 2, "trees": 12}


def pds(model: Path | Scorer, loans: Path) -> list[float]:
    scorer = model if isinstance(model, Scorer) else open_model(model)
    return scorer.score(next(source(loans, scorer.model.schema).batches())).pd.tolist()


def test_saving_and_loading_a_blend_changes_no_byte_and_no_bit_of_a_pd(
    blend_file: Path, few_csv: Path, tmp_path: Path
) -> None:
    data = blend_file.read_bytes()
    model = from_bytes(data)
    assert to_bytes(model) == data
    assert isinstance(model.learned, Blend)
    save_model(model, tmp_path / "copy.crm")
    assert load_model(tmp_path / "copy.crm").learned == model.learned
    assert pds(tmp_path / "copy.crm", few_csv) == pds(blend_file, few_csv) == pds(Scorer(model, 1), few_csv)


def test_the_trained_blend_is_what_was_asked_for_and_ranks(blend_file: Path, few_csv: Path) -> None:
    model = load_model(blend_file)
    assert model.kind == "blend"
    assert model.learned.parts[0].member == "additive"
    assert {part.member for part in model.learned.parts} == {"additive", "plain+ratios+target"}
    made = [feature.name for view in model.learned.views for feature in view.derived]
    assert sorted(made) == ["default rate of employer", "instalment / income"]
    result = evaluate(blend_file, few_csv)
    assert result.figures.loans == 500
    assert result.figures.auc.value > 0.75
    shares = importance(model)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert {"income", "instalment", "employer"} == set(list(shares)[:3])


def test_a_loan_has_the_same_pd_in_any_company_and_on_any_number_of_threads(
    blend_file: Path, few_csv: Path, blend_spec: TrainSpec
) -> None:
    loans = training_data(few_csv, blend_spec).loans
    whole = open_model(blend_file, 1).score(loans).pd
    assert len(np.unique(whole)) > 200
    for threads in (1, 2):
        scorer = open_model(blend_file, threads)
        assert scorer.score(loans).pd.tolist() == whole.tolist()
        for rows in (1, 7):
            batches = loans.take(np.arange(70)).batches(rows)
            assert np.concatenate([scorer.score(batch).pd for batch in batches]).tolist() == whole[:70].tolist()
        order = np.random.default_rng(1).permutation(len(loans))
        assert scorer.score(loans.take(order)).pd.tolist() == whole[order].tolist()


def test_a_file_of_scores_has_the_pds_of_the_model(blend_file: Path, few_csv: Path) -> None:
    scores = predict(blend_file, few_csv, spec=ScoreSpec(threads=2)).scores
    assert scores.column("pd").to_pylist() == pds(blend_file, few_csv)


def test_the_golden_rows_of_a_blend_jump_at_thresholds_of_its_parts_and_are_scored_again(
    blend_file: Path, tmp_path: Path
) -> None:
    model = load_model(blend_file)
    assert len(set(model.golden.log_odds)) > 15
    income = model.golden.columns.index("income")
    seen = {row[income] for row in model.golden.rows}
    assert None in seen
    assert seen & set(model.learned.thresholds(income).tolist())
    moved = replace(model, golden=replace(model.golden, log_odds=(0.0, *model.golden.log_odds[1:])))
    (tmp_path / "moved.crm").write_bytes(to_bytes(moved))
    with pytest.raises(ModelFileError, match="no longer gives the log-odds"):
        open_model(tmp_path / "moved.crm")


def test_info_names_the_members(blend_file: Path) -> None:
    text = info_lines(info(blend_file))
    assert "additive" in text
    assert "AUC 0." in text


def test_log_odds_of_a_trained_blend_are_its_parts_added_up(
    blend_file: Path, few_csv: Path, blend_spec: TrainSpec
) -> None:
    model = load_model(blend_file)
    loans = training_data(few_csv, blend_spec).loans
    matrix, _ = model.recipe.matrix(loans)
    blend = model.learned
    z = blend.intercept + sum(
        part.weight * part.learned.scorer(1)(blend.views[part.view].matrix(matrix)) for part in blend.parts
    )
    np.testing.assert_allclose(Scorer(model, 1).score(loans).pd, expit(z), rtol=1e-12)
