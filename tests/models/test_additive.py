"""The additive model: the minimum that independent solvers find, signs, weights, odd values, and no optimism."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from creditrisk.data.splitting import Fold
from creditrisk.features.woe import NumberBins
from creditrisk.metrics.odds import expit
from creditrisk.models.additive_fit import AdditivePlan, _Column, _Solver, fit_additive, fit_path
from creditrisk.models.fields import Fields
from creditrisk.models.learner import TrainingMatrix
from creditrisk.models.members import Effort, Run, fit, run, run_again
from creditrisk.models.portfolio import ADDITIVE, Candidate
from creditrisk.models.scorecard import Scorecard
from creditrisk.models.scorecard_fields import read_scorecard, to_mapping
from creditrisk.models.workshop import Workshop
from creditrisk.specs import TrainSpec

NAMES = ("income", "dti", "purpose", "late")
PLAN = AdditivePlan(NAMES, levels={2: 4}, special={3: (98.0,)})
SPEC = TrainSpec(target="y")
ADDITIVE_MEMBER = Candidate(ADDITIVE)


def made(seed=0, n=2000):
    """Loans whose log-odds add up from four columns, with special, missing and unknown values."""
    rng = np.random.default_rng(seed)
    income, dti = rng.normal(size=n), rng.normal(size=n)
    purpose, late = rng.integers(0, 4, n).astype(float), rng.poisson(0.4, n).astype(float)
    z = -1.8 - income + 0.6 * dti**2 + np.array([0.0, 0.5, 1.0, 0.0])[purpose.astype(int)] + 0.8 * late
    late[rng.random(n) < 0.03] = 98.0
    dti[rng.random(n) < 0.1] = np.nan
    purpose[rng.random(n) < 0.02] = 4.0
    y = (rng.random(n) < expit(z)).astype(np.int8)
    return np.column_stack([income, dti, purpose, late]), y, z


def few_valued(n=600, seed=0):
    """Two columns of four values each, so that cells are the same whatever the number of loans."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 4, (n, 2)).astype(float)
    return matrix, (rng.random(n) < expit(matrix[:, 0] - matrix[:, 1])).astype(np.int8)


def random_columns(rng, n, bounded):
    cells = [(5, 3), (7, 4), (4, 4)]
    return tuple(
        _Column(i, str(i), NumberBins((), (), (0.0, 0.0)), rng.integers(0, k, n), rng.normal(size=(k, p)), bounded)
        for i, (k, p) in enumerate(cells)
    )


def loans_folds(n, folds=5):
    order = np.arange(n) % folds
    return [Fold(np.flatnonzero(order != k), np.flatnonzero(order == k)) for k in range(folds)]


@pytest.mark.parametrize("bounded", [0, 3])
@pytest.mark.parametrize("penalty", [1e-3, 1.0, 50.0])
def test_the_solver_finds_the_minimum_that_a_general_one_finds_on_the_dense_design(bounded, penalty):
    rng = np.random.default_rng(1)
    columns, weight = random_columns(rng, 400, bounded), rng.uniform(0.2, 3.0, 400)
    design = np.column_stack([np.ones(400), *(column.basis[column.cell] for column in columns)])
    y = (rng.random(400) < expit(design @ rng.normal(0, 0.5, 12) - 1)).astype(np.int8)
    held = np.array([False, *(place < bounded for c in columns for place in range(c.basis.shape[1]))])

    def objective(theta):
        z = design @ theta
        loss = weight @ (np.logaddexp(0, z) - y * z) + penalty / 2 * theta[1:] @ theta[1:]
        return loss, design.T @ (weight * (expit(z) - y)) + penalty * np.append(0.0, theta[1:])

    limits = [(0.0 if is_held else None, None) for is_held in held]
    options = {"maxiter": 10_000, "ftol": 1e-16, "gtol": 1e-10}
    truth = minimize(objective, np.zeros(12), jac=True, method="L-BFGS-B", bounds=limits, options=options)
    solver = _Solver(columns, y, weight)
    solver.solve(30.0)
    theta = solver.solve(penalty)
    assert objective(theta)[0] <= truth.fun * (1 + 1e-12)
    np.testing.assert_allclose(theta, truth.x, atol=2e-4)
    gradient = objective(theta)[1]
    assert np.abs(gradient[theta != 0]).max() < 1e-6
    assert gradient[held & (theta == 0)].min(initial=0.0) > -1e-6


def test_categories_have_the_effects_of_a_ridge_regression_on_one_hot_columns():
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.integers(0, k, 1500) for k in (3, 6)]).astype(float)
    y = (rng.random(1500) < expit(codes[:, 0] - 0.4 * codes[:, 1] - 1)).astype(np.int8)
    hot = np.column_stack([codes[:, j] == level for j, k in enumerate((3, 6)) for level in range(k)]).astype(float)
    for penalty in (0.5, 20.0):
        card = fit_additive(codes, y, None, AdditivePlan(("a", "b"), levels={0: 3, 1: 6}), penalty)
        truth = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=10_000).fit(hot, y)
        np.testing.assert_allclose(card.log_odds(codes), truth.decision_function(hot), atol=1e-5)


def test_one_by_one_and_along_the_path_the_models_are_the_same():
    matrix, y, _ = made()
    for penalty, card in zip(PLAN.penalties, fit_path(matrix, y, None, PLAN), strict=True):
        alone = fit_additive(matrix, y, None, PLAN, penalty)
        np.testing.assert_allclose(alone.log_odds(matrix), card.log_odds(matrix), atol=5e-8)


def test_other_loans_are_ranked_and_priced_nearly_as_by_the_truth():
    matrix, y, _ = made(n=4000)
    other, its_y, its_z = made(seed=1, n=20_000)
    scored = fit_additive(matrix, y, None, PLAN, 6.0).log_odds(other)
    assert roc_auc_score(its_y, scored) > roc_auc_score(its_y, its_z) - 0.015
    assert expit(scored).mean() == pytest.approx(its_y.mean(), rel=0.05)


def test_effects_have_a_mean_of_zero_and_the_mean_pd_is_the_default_rate():
    matrix, y, _ = made()
    card = fit_additive(matrix, y, None, PLAN, 6.0)
    assert [column.name for column in card.columns] == sorted(NAMES)
    for column in card.columns:
        assert column.coefficient == -1.0
        assert column.log_odds(matrix).mean() == pytest.approx(0.0, abs=1e-7)
        assert len(column.share) == len(column.rate) == len(column.bins.woe)
        assert column.iv > 0
    assert expit(card.log_odds(matrix)).mean() == pytest.approx(y.mean(), abs=1e-7)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sign_is_kept_and_cells_of_one_effect_are_one_bin(sign):
    matrix, y, _ = made()
    plan = replace(PLAN, monotone={0: sign, 1: sign, 3: sign})
    for card in fit_path(matrix, y, None, plan):
        for column in card.columns:
            if column.index in plan.monotone:
                inner = np.array(column.bins.woe[: len(column.bins.edges) + 1])
                assert (sign * np.diff(inner) < 0).all()
    card = fit_additive(matrix, y, None, replace(plan, monotone={0: 1}), 6.0)
    assert "income" not in [column.name for column in card.columns]  # the relation has the other sign


def test_whole_weights_are_repeats_at_the_price_of_the_effective_number_of_loans():
    matrix, y = few_valued()
    plan = AdditivePlan(("a", "b"), levels={0: 4, 1: 4})
    weight = np.where(np.arange(len(y)) % 3 == 0, 1.0, 2.0)
    repeated = np.repeat(np.arange(len(y)), weight.astype(int))
    price = float(np.sum(weight**2) / np.sum(weight))
    one = fit_additive(matrix, y, weight, plan, 5.0)
    other = fit_additive(matrix[repeated], y[repeated], None, plan, 5.0 * price)
    np.testing.assert_allclose(one.log_odds(matrix), other.log_odds(matrix), atol=1e-7)


def test_the_scale_of_weights_does_not_matter():
    matrix, y, _ = made()
    one, other = (fit_additive(matrix, y, np.full(len(y), w), PLAN, 5.0) for w in (1.0, 8.0))
    assert one == other == fit_additive(matrix, y, None, PLAN, 5.0)


def test_the_order_of_rows_and_columns_does_not_show():
    matrix, y, _ = made()
    card = fit_additive(matrix, y, None, PLAN, 6.0)
    rows = np.random.default_rng(0).permutation(len(y))
    assert fit_additive(matrix[rows], y[rows], None, PLAN, 6.0) == card
    turned = AdditivePlan(NAMES[::-1], levels={1: 4}, special={0: (98.0,)})
    assert fit_additive(matrix[:, ::-1], y, None, turned, 6.0).log_odds(matrix[:, ::-1]).tolist() == (
        card.log_odds(matrix).tolist()
    )


def test_missing_special_and_unknown_values_have_effects_and_what_was_never_seen_has_none():
    matrix, y, _ = made()
    y[np.isnan(matrix[:, 1]) | (matrix[:, 2] == 4)] = 1
    y[matrix[:, 3] == 98] = 0
    card = fit_additive(matrix, y, None, PLAN, 2.5)
    one = {column.name: column for column in card.columns}
    row = np.array([[np.nan, np.nan, 4.0, 98.0]])
    assert one["dti"].log_odds(row)[0] > 2
    assert one["purpose"].log_odds(row)[0] > 1
    assert one["late"].log_odds(row)[0] < -1
    assert one["income"].log_odds(row)[0] == 0.0
    assert one["purpose"].log_odds(np.array([[0.0, 0.0, 77.0, 0.0]]))[0] == one["purpose"].log_odds(row)[0]


def test_cells_of_fewer_than_ten_loans_tell_nothing():
    matrix, y, _ = made()
    matrix[:9, 0], matrix[9:18, 3], y[:18] = np.nan, 98.0, 1
    matrix[18:, 3] = np.where(matrix[18:, 3] == 98, 0, matrix[18:, 3])
    purpose = np.where(matrix[:, 2] == 4, 0, matrix[:, 2])
    purpose[:9] = 4.0
    matrix[:, 2] = purpose
    card = fit_additive(matrix, y, None, replace(PLAN, levels={2: 5}), 1.0)
    for column in card.columns:
        told = np.array(column.share) > 0
        assert not np.array(column.bins.woe)[~told].any()
        inner = len(column.bins.edges) + 1 if isinstance(column.bins, NumberBins) else 4
        assert told[:inner].all()


def test_a_model_is_written_and_read_like_any_scorecard():
    from creditrisk.features.steps import CategoryStep

    matrix, y, _ = made()
    card = fit_additive(matrix, y, None, PLAN, 6.0)
    purpose = CategoryStep.__new__(CategoryStep)
    object.__setattr__(purpose, "name", "purpose")
    object.__setattr__(purpose, "levels", ("a", "b", "c", "d"))
    steps = tuple(purpose if name == "purpose" else SimpleNamespace(name=name) for name in NAMES)
    fields = Fields(json.loads(json.dumps(to_mapping(card))), "scorecard")
    read = read_scorecard(fields, SimpleNamespace(dates={}), SimpleNamespace(steps=steps))
    assert read == card


@pytest.mark.parametrize("rows", [2, 3, 12, 40])
def test_tiny_data_give_the_default_rate_or_near_it(rows):
    matrix, y = made(n=rows)[0], (np.arange(rows) % 2).astype(np.int8)
    for card in fit_path(matrix, y, None, PLAN):
        assert expit(card.log_odds(matrix)).mean() == pytest.approx(y.mean(), abs=1e-6)


def test_columns_that_say_nothing_or_everything_and_none_at_all():
    y = np.repeat([0, 1], [900, 100]).astype(np.int8)
    huge = np.where(y == 1, 1e308, -1e308)
    huge[:20] = np.inf
    odd = np.column_stack([np.full(1000, np.nan), np.full(1000, 7.0), huge])
    card = fit_path(odd, y, None, AdditivePlan(("empty", "constant", "separates")))[-1]
    assert [column.name for column in card.columns] == ["separates"]
    assert np.abs(card.log_odds(odd)).max() < 12
    assert fit_additive(np.empty((1000, 0)), y, None, AdditivePlan(()), 1.0) == Scorecard(
        (), float(f"{-math.log(9):.10g}")
    )


def judged(data: TrainingMatrix, spec: TrainSpec, folds: Sequence[Fold]) -> Run:
    """Return what the additive member showed on the folds."""
    return run(Workshop(data, spec), ADDITIVE_MEMBER, folds, Effort(0.1, 1, 1), lambda: False)


def test_the_member_chooses_a_penalty_and_class_weights_are_undone():
    matrix, y, _ = made()
    weight = np.random.default_rng(0).uniform(0.5, 2.0, len(y))
    data, folds = TrainingMatrix(matrix, y, weight, NAMES, PLAN.levels, {}, PLAN.special), loans_folds(len(y))
    plain = judged(data, SPEC, folds)
    assert plain.settings["penalty"] in PLAN.penalties[1:]
    workshop = Workshop(data, SPEC)
    again = run_again(workshop, ADDITIVE_MEMBER, folds, plain.settings)
    np.testing.assert_allclose(again, plain.log_odds, atol=5e-8)
    assert isinstance(fit(workshop, ADDITIVE_MEMBER, plain.settings, 0, lambda: False)[1], Scorecard)
    tilted = judged(data, replace(SPEC, class_weight="5"), folds)
    assert expit(tilted.log_odds).mean() == pytest.approx(expit(plain.log_odds).mean(), rel=0.05)


def test_outcomes_at_random_are_not_ranked_out_of_fold():
    aucs = []
    for seed in range(12):
        matrix, y, _ = made(seed, 600)
        y = np.random.default_rng(seed).permutation(y)
        folds = loans_folds(600)
        found = judged(TrainingMatrix(matrix, y, None, NAMES, PLAN.levels, {}, PLAN.special), SPEC, folds)
        ends = np.cumsum([len(fold.judge) for fold in folds])[:-1]
        parts = zip(folds, np.split(found.log_odds, ends), strict=True)
        aucs.append(np.mean([roc_auc_score(y[fold.judge], z) for fold, z in parts]))
    assert np.mean(aucs) == pytest.approx(0.5, abs=3 * 0.025 / math.sqrt(12))
