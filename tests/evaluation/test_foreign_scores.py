from __future__ import annotations

import numpy as np
import pytest

from creditrisk.data.splitting import stratified_folds
from creditrisk.evaluation.foreign_scores import FOLDS, mapped, oriented
from creditrisk.metrics.calibration import bce
from creditrisk.metrics.odds import expit


def portfolio(n: int, seed: int = 1, centre: float = -1.5):
    rng = np.random.default_rng(seed)
    z = rng.normal(centre, 1.0, n)
    return z, (rng.random(n) < expit(z)).astype(np.int8)


def test_safety_is_turned_round() -> None:
    score = np.array([600.0, 720.0])
    assert oriented(score, "safety").tolist() == [-600.0, -720.0]
    assert oriented(score, "risk").tolist() == oriented(score, "pd").tolist() == [600.0, 720.0]


def test_mapped_pds_are_nearly_the_true_ones() -> None:
    z, y = portfolio(8000)
    found = mapped(y, z)
    assert found.words == "isotonic on the log-odds of ranks, 5 folds, each by the others"
    assert found.pd.mean() == pytest.approx(y.mean(), abs=0.002)
    assert np.abs(found.pd - expit(z)).mean() < 0.015


def test_few_defaults_get_a_line() -> None:
    z, y = portfolio(1000)
    assert mapped(y, z).words == "Platt on the log-odds of ranks, 5 folds, each by the others"


def test_only_the_order_of_a_score_counts() -> None:
    z, y = portfolio(1000)
    assert np.array_equal(mapped(y, z).pd, mapped(y, np.exp(3 * z) + 7).pd)


def test_within_a_fold_pds_rise_with_the_score_and_ties_stay_tied() -> None:
    z, y = portfolio(2000)
    score = np.round(z, 1)
    pd, fold = mapped(y, score, seed=3).pd, stratified_folds(y, FOLDS, 3)
    for number in range(FOLDS):
        at = np.flatnonzero(fold == number)
        order = at[np.argsort(score[at], kind="stable")]
        rises, falls = np.diff(score[order]) > 0, np.diff(pd[order])
        assert (falls[rises] > 0).all()
        assert (falls[~rises] == 0).all()


@pytest.mark.parametrize("n", [600, 9000])
def test_a_score_that_knows_nothing_gains_nothing(n: int) -> None:
    _, y = portfolio(n)
    # A mapping that saw the loans that it is judged on would seem to know something.
    noise = np.random.default_rng(7).normal(size=n)
    null = bce(y, np.full(n, y.mean())).value
    assert null - 0.0005 < bce(y, mapped(y, noise).pd).value < null + 0.004


def test_a_score_that_points_the_wrong_way_gives_all_loans_the_default_rate() -> None:
    z, y = portfolio(800)
    pd = mapped(y, -z).pd
    assert len(np.unique(pd)) <= FOLDS
    assert pd == pytest.approx(np.full(len(y), y.mean()), abs=0.002)


def test_a_score_that_separates_the_outcomes_still_gets_pds() -> None:
    y = np.repeat([0, 1], [300, 50]).astype(np.int8)
    pd = mapped(y, np.arange(350.0)).pd
    assert np.isfinite(pd).all()
    assert pd[y == 1].min() > pd[y == 0].max()


def test_weights_move_the_level() -> None:
    z, y = portfolio(1000)
    weight = np.where(y == 1, 3.0, 1.0)
    pd = mapped(y, z, weight).pd
    assert np.average(pd, weights=weight) == pytest.approx(np.average(y, weights=weight), abs=0.01)
    assert pd.mean() > mapped(y, z).pd.mean() + 0.1
