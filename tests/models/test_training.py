from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from loan_reading import training_data

from creditrisk.data.schema import Roles
from creditrisk.data.splitting import stratified_split
from creditrisk.data.table import LoanTable
from creditrisk.errors import DataError
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.odds import expit
from creditrisk.models import scoring
from creditrisk.models.loss import bce_loss
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import Fitted, Trainer, importance
from creditrisk.models.watcher import SILENT
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def loans(loans_csv: Path, quick_spec: TrainSpec) -> LoanTable:
    return training_data(loans_csv, quick_spec).loans


@pytest.fixture(scope="module")
def plain(loans: LoanTable, quick_spec: TrainSpec) -> Fitted:
    """Give what most tests look at, and train no more than once."""
    return trained(loans, quick_spec)


def trained(loans: LoanTable, spec: TrainSpec) -> Fitted:
    return Trainer(loans, spec).train(spec, SILENT, {})


def test_one_and_two_threads_give_the_same_model(loans: LoanTable, quick_spec: TrainSpec) -> None:
    spec = replace(quick_spec, monotone=("dti:+",), class_weight="balanced", max_trees=5, folds=2)
    one, two = (trained(loans, replace(spec, threads=threads)).model for threads in (1, 2))
    assert one.learned.text == two.learned.text
    assert one.golden == two.golden


def test_another_seed_gives_another_model(loans: LoanTable, plain: Fitted, quick_spec: TrainSpec) -> None:
    other = trained(loans, replace(quick_spec, seed=1))
    assert other.model.learned.text != plain.model.learned.text


def test_the_number_of_trees_has_the_least_out_of_fold_bce(plain: Fitted, quick_spec: TrainSpec) -> None:
    trees, curve = plain.model.training["trees_a_fold"], plain.validated.curve
    assert trees == np.argmin(curve) + 1
    assert plain.model.training["trees"] == round(trees * np.sqrt(1 / (1 - 1 / quick_spec.folds)))
    assert len(curve) == trees + quick_spec.patience
    z = np.log(plain.out_of_fold_pd / (1 - plain.out_of_fold_pd))
    # Each fold is judged at the number that is best for the others, which is hardly ever better for it.
    assert min(curve) - 1e-9 <= np.mean(bce_loss(plain.out_of_fold_y, z)) < min(curve) + 0.005


@pytest.mark.parametrize("weight", ["balanced", "3", "0.5"])
def test_weighted_pds_are_restored_to_the_level_of_the_training_loans(
    loans: LoanTable, quick_spec: TrainSpec, weight: str
) -> None:
    fitted = trained(loans, replace(quick_spec, class_weight=weight))
    y = loans.outcomes
    assert np.mean(fitted.out_of_fold_pd) == pytest.approx(np.mean(y), abs=1e-9)
    pd = Scorer(fitted.model).score(loans).pd
    assert abs(np.mean(pd) - np.mean(y)) < 0.02
    untouched = np.mean(expit(Scorer(fitted.model).score(loans).raw))
    assert abs(untouched - np.mean(y)) > 0.04


def test_large_files_run_fewer_folds_and_wait_less() -> None:
    spec = TrainSpec(target="y", preset="fast")
    assert [spec.folds_to_run(loans) for loans in (800, 20_000, 40_000, 51_000, 640_000)] == [5, 5, 2, 1, 1]
    assert [spec.patience_for(loans) for loans in (800, 30_000, 60_000, 640_000)] == [100, 100, 50, 30]
    assert replace(spec, patience=7).patience_for(800) == 7


def test_the_loans_of_the_folds_that_were_run_are_judged(
    loans: LoanTable, quick_spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainSpec, "folds_to_run", lambda _spec, _loans: 1)
    fitted = trained(loans, replace(quick_spec, class_weight="balanced"))
    assert len(fitted.out_of_fold_pd) == len(fitted.out_of_fold_y) == len(loans) / quick_spec.folds
    assert np.mean(fitted.out_of_fold_pd) == pytest.approx(np.mean(fitted.out_of_fold_y), abs=1e-9)


def test_an_unweighted_model_is_not_shifted(plain: Fitted) -> None:
    assert plain.model.weighting.offset == 0.0


def test_weights_of_one_fit_do_not_reach_the_next(loans: LoanTable, plain: Fitted, quick_spec: TrainSpec) -> None:
    trainer = Trainer(loans, quick_spec)
    trainer.train(replace(quick_spec, class_weight="balanced"), SILENT, {})
    after = trainer.train(quick_spec, SILENT, {})
    assert after.model.learned.text == plain.model.learned.text


def test_a_permuted_target_teaches_nothing(loans: LoanTable, quick_spec: TrainSpec) -> None:
    y = np.random.default_rng(5).permutation(loans.outcomes)
    fitted = trained(LoanTable(loans.schema, loans.table, y, {}), quick_spec)
    area = auc(fitted.out_of_fold_y, fitted.out_of_fold_pd)
    assert abs(area.value - 0.5) < 3 * area.se + 0.01


def test_held_out_loans_never_reach_the_fit(loans: LoanTable, quick_spec: TrainSpec) -> None:
    rows, held_out = stratified_split(loans.outcomes, 0.2, 0)
    assert not set(rows) & set(held_out)
    alone = trained(loans.take(rows), quick_spec)
    spoiled = LoanTable(loans.schema, loans.table, loans.outcomes.copy(), {})
    spoiled.outcomes[held_out] ^= 1
    again = trained(spoiled.take(rows), quick_spec)
    assert alone.model.learned.text == again.model.learned.text


def test_gain_shares_add_up_to_one_from_the_largest_down(plain: Fitted) -> None:
    shares = list(importance(plain.model).values())
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_loan_has_the_same_pd_in_any_company(loans: LoanTable, plain: Fitted, rows: int) -> None:
    scorer = Scorer(plain.model, threads=2)
    whole = scorer.score(loans).pd
    some = min(210, 60 * rows)
    first = loans.take(np.arange(some))
    assert np.concatenate([scorer.score(batch).pd for batch in first.batches(rows)]).tolist() == whole[:some].tolist()
    order = np.random.default_rng(1).permutation(len(loans))
    assert scorer.score(loans.take(order)).pd.tolist() == whole[order].tolist()


def test_time_folds_judge_only_the_newer_half_and_the_scores_ignore_the_threads(
    loans_csv: Path, quick_spec: TrainSpec
) -> None:
    spec = replace(quick_spec, time="issueDate")
    dated = training_data(loans_csv, spec).loans
    fitted = trained(dated, spec)
    assert dated.time is not None
    assert "issueDate" not in fitted.model.schema.names
    assert len(fitted.validated.rows) == pytest.approx(len(dated) / 2, rel=0.05)
    assert dated.time[fitted.validated.rows].min() >= np.median(dated.time)
    assert len(fitted.out_of_fold_y) == len(dated)


def test_the_level_is_not_taken_from_folds_that_walk_forward(loans_csv: Path, quick_spec: TrainSpec) -> None:
    spec = replace(quick_spec, time="issueDate", calibration="intercept")
    dated = training_data(loans_csv, spec).loans
    time, y = dated.time, dated.outcomes.copy()
    assert time is not None
    newer = np.flatnonzero((time > np.median(time)) & (y == 0))
    y[newer[::2]] = 1  # half of the newer loans that were repaid default: a drift that no column but time tells
    drifting = LoanTable(dated.schema, dated.table, y, {})
    shift = trained(drifting, spec).model.calibration.intercept
    assert abs(shift) < 0.1
    weighted = trained(drifting, replace(spec, calibration="none", class_weight="balanced")).model
    assert abs(weighted.weighting.intercept) < 0.3


@pytest.mark.parametrize(("sign", "column"), [("+", "dti"), ("-", "annualIncome")])
def test_a_monotone_column_moves_the_pd_one_way_only(
    loans: LoanTable, quick_spec: TrainSpec, sign: str, column: str
) -> None:
    fitted = trained(loans, replace(quick_spec, monotone=(f"{column}:{sign}",)))
    scorer = Scorer(fitted.model)
    index = loans.table.schema.get_field_index(column)
    grid = np.nanquantile(loans.table.column(column).to_numpy(), np.linspace(0, 1, 15))
    sample, moved = loans.take(np.arange(60)), []
    for value in grid:
        table = sample.table.set_column(index, column, pa.array(np.full(60, value)))
        moved.append(scorer.score(replace(sample, table=table)).log_odds)
    steps = np.diff(np.array(moved), axis=0)
    assert (steps >= -1e-12).all() if sign == "+" else (steps <= 1e-12).all()
    assert np.abs(steps).max() > 0


def test_loan_weights_reach_the_fit_and_repeat_what_repeating_rows_does(loans_csv: Path, quick_spec: TrainSpec) -> None:
    weighted = replace(quick_spec, weight="loanAmnt", weight_kind="exposure")
    table = training_data(loans_csv, weighted).loans
    fitted = trained(table, weighted)
    assert fitted.model.base_rate == pytest.approx(np.average(table.outcomes, weights=table.weight))
    assert "loanAmnt" not in fitted.model.schema.names
    plain = trained(training_data(loans_csv, replace(quick_spec, drop=("loanAmnt",))).loans, quick_spec)
    assert plain.model.learned.text != fitted.model.learned.text
    balanced = trained(table, replace(weighted, class_weight="balanced"))
    y, w = table.outcomes, table.weight
    assert balanced.model.weighting.ratio == pytest.approx(w[y == 0].sum() / w[y == 1].sum())
    level = np.average(balanced.out_of_fold_pd, weights=w[balanced.validated.rows])
    assert level == pytest.approx(np.average(y[balanced.validated.rows], weights=w[balanced.validated.rows]), abs=1e-9)


def test_equal_weights_are_no_weights(loans: LoanTable, plain: Fitted, quick_spec: TrainSpec) -> None:
    ones = loans.table.append_column("w", pa.array(np.full(len(loans), 2.5)))
    roles = Roles(weight="w")
    weighted = LoanTable(replace(loans.schema, roles=roles), ones, loans.outcomes, {})
    assert trained(weighted, quick_spec).model.golden.log_odds == pytest.approx(plain.model.golden.log_odds, abs=1e-9)


def test_a_refit_keeps_the_recipe_and_learns_from_all(loans: LoanTable, quick_spec: TrainSpec) -> None:
    spec = replace(quick_spec, class_weight="balanced", calibration="platt")
    fitted = trained(loans.take(np.arange(2400)), spec)
    again = Trainer(loans, spec).refit(fitted, spec, SILENT)
    old = fitted.model
    trees = round(old.training["trees_a_fold"] * np.sqrt(len(loans) / (2400 * (1 - 1 / spec.folds))))
    assert (again.training["trees"], again.training["refitted_on"]) == (trees, len(loans))
    assert (again.calibration, again.weighting.intercept) == (old.calibration, old.weighting.intercept)
    assert again.learned != old.learned
    y = loans.outcomes
    assert again.weighting.ratio == pytest.approx((y == 0).sum() / (y == 1).sum())
    assert np.mean(Scorer(again).score(loans).pd) == pytest.approx(np.mean(y), abs=0.02)


def test_steps_with_few_defaults_are_refused_before_the_fit(loans: LoanTable, quick_spec: TrainSpec) -> None:
    class Never:
        def step(self, task: str, done: int, total: int) -> None:
            raise AssertionError(task)

    spec = replace(quick_spec, calibration="isotonic")
    with pytest.raises(DataError, match=r"^Isotonic calibration needs 1,000 defaults"):
        Trainer(loans, spec).train(spec, Never(), {})


def test_loans_scored_in_parts_get_the_pds_of_all_at_once(
    loans: LoanTable, plain: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_A_PART", 700)
    scorer = Scorer(plain.model)
    parts, whole = scoring.score_in_parts(scorer, loans), scorer.score(loans)
    for name in ("raw", "log_odds", "pd"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()
    assert parts.notices == whole.notices


def test_chosen_loans_are_learned_from_like_a_copy_of_them(loans: LoanTable, quick_spec: TrainSpec) -> None:
    rows, spec = np.arange(0, len(loans), 2), replace(quick_spec, max_trees=5, folds=2)
    chosen = Trainer(loans.choose(rows), spec).train(spec, SILENT, {})
    copied = trained(loans.take(rows), spec)
    assert chosen.model.learned.text == copied.model.learned.text
    assert chosen.model.marks == copied.model.marks
    assert chosen.model.golden == copied.model.golden
    assert chosen.out_of_fold_pd.tolist() == copied.out_of_fold_pd.tolist()
