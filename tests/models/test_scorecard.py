"""The scorecard: what it finds, the same bits for a loan whatever the batch or order, its points, and odd data."""

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from creditrisk.features.binning import BinningSpec
from creditrisk.features.woe import CategoryBins, NumberBins, bin_index
from creditrisk.metrics.calibration import calibration_line
from creditrisk.metrics.odds import expit
from creditrisk.models.points import points_of
from creditrisk.models.scorecard import Scorecard, ScorecardColumn
from creditrisk.models.scorecard_fit import ScorecardPlan, fit_scorecard
from creditrisk.option_values import Scale

NAMES = ("income", "dti", "purpose", "late", "noise", "copy", "empty", "constant")
PLAN = ScorecardPlan(NAMES, levels={2: 4}, special={3: (98.0,)})
#: A folder with known loan files, which are not part of the project.
REAL = Path(os.environ.get("LOAN_DATA", "not named")) / "give_me_some_credit.csv"


def made(seed=0, n=6000):
    """Loans whose log-odds add up from four columns; one is noise, one a near copy, two hold nothing."""
    rng = np.random.default_rng(seed)
    income, dti = rng.normal(size=n), rng.normal(size=n)
    purpose, late = rng.integers(0, 4, n).astype(float), rng.poisson(0.4, n).astype(float)
    z = -1.8 - income + 0.6 * dti**2 + np.array([0.0, 0.5, 1.0, 0.0])[purpose.astype(int)] + 0.8 * late
    late[rng.random(n) < 0.03] = 98.0
    dti[rng.random(n) < 0.1] = np.nan
    purpose[rng.random(n) < 0.02] = 4.0
    columns = [income, dti, purpose, late, rng.normal(size=n), income + rng.normal(0, 0.05, n)]
    y = (rng.random(n) < expit(z)).astype(np.int8)
    return np.column_stack([*columns, np.full(n, np.nan), np.full(n, 7.0)]), y, z


@pytest.fixture(scope="module")
def card():
    matrix, y, _ = made()
    return fit_scorecard(matrix, y, None, PLAN)


def test_it_finds_what_matters_and_leaves_out_what_does_not(card):
    used = [column.name for column in card.columns]
    assert used == sorted(used)
    assert {"dti", "late", "purpose"} < set(used)
    assert {"income", "copy"} & set(used)
    assert not {"empty", "constant"} & set(used)
    assert [NAMES[column.index] for column in card.columns] == used


def test_other_loans_are_ranked_and_priced_nearly_as_by_the_truth(card):
    matrix, y, z = made(seed=1, n=20_000)
    scored = card.log_odds(matrix)
    assert roc_auc_score(y, scored) > roc_auc_score(y, z) - 0.02
    line = calibration_line(y, expit(scored))
    assert abs(line.in_the_large.value) < 0.1
    assert 0.93 < line.slope.value < 1.07


def test_coefficients_are_negative_and_the_mean_pd_of_the_training_loans_is_their_default_rate(card):
    matrix, y, _ = made()
    assert all(column.coefficient < 0 for column in card.columns)
    assert expit(card.log_odds(matrix)).mean() == pytest.approx(y.mean(), rel=1e-9)


def test_noise_alone_costs_little_on_other_loans():
    rng = np.random.default_rng(0)
    matrix, y = rng.normal(size=(4000, 30)), (rng.random(4000) < 0.2).astype(np.int8)
    plan = ScorecardPlan(tuple(f"c{index:02}" for index in range(30)))
    noise = fit_scorecard(matrix[:2000], y[:2000], None, plan)
    z = noise.log_odds(matrix[2000:])
    excess = np.mean(np.logaddexp(0, z) - y[2000:] * z) - np.mean(y[2000:]) * math.log(4) - math.log(1.25)
    assert excess < 0.02
    hopeful = fit_scorecard(matrix[:2000], y[:2000], None, replace(plan, folds=1))
    z = hopeful.log_odds(matrix[2000:])
    assert np.mean(np.logaddexp(0, z) - y[2000:] * z) - np.mean(y[2000:]) * math.log(4) - math.log(1.25) > 3 * excess


def test_one_by_one_and_in_any_batch_a_loan_gets_the_same_bits(card):
    matrix = made(seed=2, n=300)[0]
    whole = card.log_odds(matrix)
    assert [card.log_odds(row[None])[0] for row in matrix] == whole.tolist()
    order = np.random.default_rng(0).permutation(300)
    assert card.log_odds(matrix[order]).tolist() == whole[order].tolist()
    assert card.log_odds(np.asfortranarray(matrix)[:, :]).tolist() == whole.tolist()


@pytest.mark.parametrize("weighted", [False, True])
def test_the_order_of_training_rows_does_not_show(weighted):
    matrix, y, _ = made(n=3000)
    weight = np.random.default_rng(5).integers(1, 4, 3000).astype(float) if weighted else None
    order = np.random.default_rng(0).permutation(3000)
    shuffled = fit_scorecard(matrix[order], y[order], None if weight is None else weight[order], PLAN)
    assert shuffled == fit_scorecard(matrix, y, weight, PLAN)


def test_the_order_of_columns_does_not_show_in_a_bit_of_the_scores(card):
    matrix, y, _ = made()
    order = [5, 2, 7, 0, 3, 6, 1, 4]
    plan = ScorecardPlan(tuple(NAMES[index] for index in order), levels={1: 4}, special={4: (98.0,)})
    moved = fit_scorecard(matrix[:, order], y, None, plan)
    assert moved.log_odds(matrix[:, order]).tolist() == card.log_odds(matrix).tolist()


def test_class_weights_move_the_log_odds_and_no_bin(card):
    matrix, y, _ = made()
    tilted = fit_scorecard(matrix, y, np.where(y == 1, 5.0, 1.0), PLAN)
    bins = {column.name: column.bins for column in card.columns}
    assert all(column.bins == bins.get(column.name, column.bins) for column in tilted.columns)
    restored = expit(tilted.log_odds(matrix) - math.log(5.0))
    assert restored.mean() == pytest.approx(y.mean(), rel=0.03)


def test_the_scale_of_weights_does_not_matter():
    matrix, y, _ = made(n=2000)
    weight = np.random.default_rng(0).integers(1, 5, 2000).astype(float)
    one, other = (fit_scorecard(matrix, y, weight * scale, PLAN) for scale in (1.0, 1024.0))
    assert one == other


def test_exact_duplicates_are_used_once():
    matrix, y, _ = made()
    plan = ScorecardPlan(("a", "b", "c"))
    duplicated = fit_scorecard(matrix[:, [0, 1, 0]], y, None, plan)
    assert [column.name for column in duplicated.columns] == ["a", "b"]


def test_monotone_and_special_are_kept_by_position():
    matrix, y, _ = made()
    plan = replace(PLAN, monotone={0: -1, 1: 1}, binning=BinningSpec(most_bins=6))
    columns = {column.name: column for column in fit_scorecard(matrix, y, None, plan).columns}
    assert columns["late"].bins.special == (98.0,)
    dti = columns["dti"].bins
    assert (np.diff(dti.woe[: len(dti.edges) + 1]) <= 0).all()
    assert all(len(column.bins.edges) <= 5 for name, column in columns.items() if name != "purpose")


def test_a_least_information_value_leaves_columns_out(card):
    matrix, y, _ = made()
    least = sorted(column.iv for column in card.columns)[-2]
    strict = fit_scorecard(matrix, y, None, replace(PLAN, least_iv=least - 1e-4))
    assert all(column.iv >= least for column in strict.columns)
    assert len(strict.columns) <= 2


def test_figures_by_bin_are_shares_and_rates(card):
    matrix, y, _ = made()
    for column in card.columns:
        assert len(column.share) == len(column.rate) == len(column.bins.woe)
        assert sum(column.share) == pytest.approx(1, abs=0.001)
        assert np.average(column.rate, weights=column.share) == pytest.approx(y.mean(), abs=0.001)
    purpose = next(column for column in card.columns if column.name == "purpose")
    assert isinstance(purpose.bins, CategoryBins)
    assert purpose.share[-2] == round(float(np.mean(matrix[:, 2] == 4)), 4)


def test_bins_of_fewer_than_ten_loans_tell_nothing():
    matrix, y, _ = made()
    matrix[:9, 0], y[:9] = np.nan, 1
    income = next(c for c in fit_scorecard(matrix[:, :2], y, None, ScorecardPlan(NAMES[:2])).columns if c.index == 0)
    assert (income.bins.woe[-1], income.share[-1], income.rate[-1]) == (0.0, 0.0, 0.0)
    assert sum(income.share) == pytest.approx(1, abs=0.001)


def test_points_add_up_to_the_score_with_any_offset(card):
    matrix = made(seed=3, n=500)[0]
    for scale, offset in [(Scale(), 0.0), (Scale(pdo=40, base_score=500, base_odds=1), -1.3)]:
        points = points_of(card, scale, offset)
        total = np.zeros(500)
        for column, of_bins in zip(card.columns, points, strict=True):
            total += np.array(of_bins)[bin_index(column.bins, matrix[:, column.index])]
        z = card.log_odds(matrix) + offset
        score = scale.base_score + scale.pdo * np.log2(np.exp(-z) / scale.base_odds)
        np.testing.assert_allclose(total, score, rtol=1e-11)


def test_points_by_hand_and_none_without_columns():
    column = ScorecardColumn(
        0, "a", NumberBins((1.0,), (), (math.log(2), 0.0, 0.0)), -1.0, 0.1, (0.5, 0.5, 0), (0,) * 3
    )
    points = points_of(Scorecard((column,), -math.log(50)), Scale())
    assert points == (pytest.approx((620.0, 600.0, 600.0)),)
    assert points_of(Scorecard((), -1.0), Scale()) == ()


@pytest.mark.parametrize("rows", [2, 3, 12, 40])
def test_tiny_data_give_the_default_rate_or_near_it(rows):
    matrix, y = made(n=rows)[0], (np.arange(rows) % 2).astype(np.int8)
    pd = expit(fit_scorecard(matrix, y, None, PLAN).log_odds(matrix))
    assert np.isfinite(pd).all()
    assert pd.mean() == pytest.approx(y.mean(), abs=1e-6)


def test_no_columns_at_all_give_the_default_rate():
    y = np.array([0, 0, 0, 1], dtype=np.int8)
    card = fit_scorecard(np.empty((4, 0)), y, None, ScorecardPlan(()))
    assert card == Scorecard((), float(f"{-math.log(3):.10g}"))


def test_a_column_that_separates_the_classes_gives_finite_log_odds():
    y = np.repeat([0, 1], [900, 100]).astype(np.int8)
    card = fit_scorecard(np.column_stack([y, y]).astype(float), y, None, ScorecardPlan(("a", "b")))
    z = card.log_odds(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert -12 < z[0] < -5
    assert 2 < z[1] < 12


def test_a_missing_value_that_training_never_had_is_neutral(card):
    matrix = made(n=1)[0]
    income = next(column for column in card.columns if column.name in ("income", "copy"))
    matrix[0, income.index] = np.nan
    assert income.log_odds(matrix).tolist() == [0.0]


@pytest.mark.skipif(not REAL.exists(), reason="LOAN_DATA names no folder with give_me_some_credit.csv")
def test_real_loans_are_ranked_as_well_as_by_a_careful_hand():
    pandas = pytest.importorskip("pandas")
    from sklearn.model_selection import train_test_split

    loans = pandas.read_csv(REAL, index_col=0)
    y = loans.pop("SeriousDlqin2yrs").to_numpy().astype(np.int8)
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=0, stratify=y)
    matrix = loans.to_numpy(np.float64)
    card = fit_scorecard(matrix[train], y[train], None, ScorecardPlan(tuple(loans.columns)))
    z = card.log_odds(matrix[test])
    assert roc_auc_score(y[test], z) > 0.859
    assert y[test].sum() / expit(z).sum() == pytest.approx(1, abs=0.02)
