from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from creditrisk.data.reading import read_training
from creditrisk.data.splitting import stratified_split
from creditrisk.data.table import LoanTable
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.odds import expit
from creditrisk.models.loss import bce_loss
from creditrisk.models.scoring import Scorer
from creditrisk.models.training import Fitted, Trainer
from creditrisk.models.watcher import SILENT
from creditrisk.specs import TrainSpec

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def loans(loans_csv: Path, quick_spec: TrainSpec) -> LoanTable:
    return read_training(loans_csv, quick_spec).loans


def trained(loans: LoanTable, spec: TrainSpec) -> Fitted:
    return Trainer(loans, spec).train(spec, SILENT, {})


def test_one_and_two_threads_give_the_same_model(loans: LoanTable, quick_spec: TrainSpec) -> None:
    one, two = (trained(loans, replace(quick_spec, threads=threads)).model for threads in (1, 2))
    assert one.booster_text == two.booster_text
    assert one.golden == two.golden


def test_another_seed_gives_another_model(loans: LoanTable, quick_spec: TrainSpec) -> None:
    first, second = (trained(loans, replace(quick_spec, seed=seed)).model for seed in (0, 1))
    assert first.booster_text != second.booster_text


def test_the_number_of_trees_has_the_least_out_of_fold_bce(loans: LoanTable, quick_spec: TrainSpec) -> None:
    fitted = trained(loans, quick_spec)
    trees = fitted.model.training["trees"]
    assert trees == np.argmin(fitted.curve) + 1
    assert len(fitted.curve) == trees + quick_spec.patience
    z = np.log(fitted.out_of_fold_pd / (1 - fitted.out_of_fold_pd))
    assert np.mean(bce_loss(fitted.out_of_fold_y, z)) == pytest.approx(min(fitted.curve), abs=1e-9)


@pytest.mark.parametrize("weight", ["balanced", "3", "0.5"])
def test_weighted_pds_are_restored_to_the_level_of_the_training_loans(
    loans: LoanTable, quick_spec: TrainSpec, weight: str
) -> None:
    fitted = trained(loans, replace(quick_spec, class_weight=weight))
    y = loans.outcomes
    assert np.mean(fitted.out_of_fold_pd) == pytest.approx(np.mean(y), abs=1e-9)
    pd = Scorer(fitted.model).score(loans).pd
    assert abs(np.mean(pd) - np.mean(y)) < 0.02
    untouched = np.mean(expit(Scorer(fitted.model).score(loans).log_odds - fitted.model.weighting.offset))
    assert abs(untouched - np.mean(y)) > 0.04


def test_large_files_run_fewer_folds_and_wait_less() -> None:
    spec = TrainSpec(target="y")
    assert [spec.folds_to_run(loans) for loans in (800, 50_000, 120_000, 250_000, 640_000)] == [5, 5, 2, 1, 1]
    assert [spec.patience_for(loans) for loans in (800, 30_000, 60_000, 640_000)] == [100, 100, 50, 30]
    assert replace(spec, patience=7).patience_for(800) == 7


def test_the_loans_of_the_folds_that_were_run_are_judged(
    loans: LoanTable, quick_spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrainSpec, "folds_to_run", lambda _spec, _loans: 1)
    fitted = trained(loans, replace(quick_spec, class_weight="balanced"))
    assert len(fitted.out_of_fold_pd) == len(fitted.out_of_fold_y) == len(loans) / quick_spec.folds
    assert np.mean(fitted.out_of_fold_pd) == pytest.approx(np.mean(fitted.out_of_fold_y), abs=1e-9)


def test_an_unweighted_model_is_not_shifted(loans: LoanTable, quick_spec: TrainSpec) -> None:
    assert trained(loans, quick_spec).model.weighting.offset == 0.0


def test_weights_of_one_fit_do_not_reach_the_next(loans: LoanTable, quick_spec: TrainSpec) -> None:
    trainer = Trainer(loans, quick_spec)
    trainer.train(replace(quick_spec, class_weight="balanced"), SILENT, {})
    after = trainer.train(quick_spec, SILENT, {})
    assert after.model.booster_text == trained(loans, quick_spec).model.booster_text


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
    assert alone.model.booster_text == again.model.booster_text


def test_gain_shares_add_up_to_one_from_the_largest_down(loans: LoanTable, quick_spec: TrainSpec) -> None:
    shares = list(trained(loans, quick_spec).gain_share.values())
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_loan_has_the_same_pd_in_any_company(loans: LoanTable, quick_spec: TrainSpec, rows: int) -> None:
    scorer = Scorer(trained(loans, quick_spec).model, threads=2)
    whole = scorer.score(loans).pd
    first = loans.take(np.arange(210))
    assert np.concatenate([scorer.score(batch).pd for batch in first.batches(rows)]).tolist() == whole[:210].tolist()
    order = np.random.default_rng(1).permutation(len(loans))
    assert scorer.score(loans.take(order)).pd.tolist() == whole[order].tolist()
