"""Target encoding against sums by hand, and that no training row sees its own outcome."""

import math
from collections import defaultdict

import numpy as np
import pytest

from creditrisk.features.target_mean import fitted_target, inner_folds, nested_target, row_keys
from creditrisk.metrics.discrimination import auc

NAN = math.nan
KEYS = [[1.0]] * 30 + [[NAN]] * 12 + [[2.0]] * 9 + [[3.0]] * 4 + [[-0.0], [0.0]] * 5


def loans(rows, seed=0):
    rng = np.random.default_rng(seed)
    base = np.column_stack(
        [rng.integers(0, 6, rows), rng.choice([0.5, NAN, 7.0, 8.0], rows, p=[0.6, 0.3, 0.095, 0.005])]
    )
    return base, rng.integers(0, 2, rows).astype(np.float64), rng.uniform(0.5, 2.0, rows)


def by_hand(rows, y, weight, key_of, fewest=10, m=20.0):
    """Return the encoding of every key and of the rest: sums in plain Python."""
    tally = defaultdict(lambda: [0, 0.0, 0.0])
    for row, outcome, w in zip(rows, y, weight, strict=True):
        entry = tally[key_of(row)]
        entry[0] += 1
        entry[1] += w
        entry[2] += w * outcome
    prior = sum(e[2] for e in tally.values()) / sum(e[1] for e in tally.values())

    def encoded(n, b):
        p = (b + m * prior) / (n + m)
        return math.log(p / (1 - p))

    rare = [e for e in tally.values() if e[0] < fewest]
    other = encoded(sum(e[1] for e in rare), sum(e[2] for e in rare))
    return {key: encoded(e[1], e[2]) for key, e in tally.items() if e[0] >= fewest}, other


def key(row):
    return tuple(None if math.isnan(part) else part for part in row)


@pytest.mark.parametrize("columns", [(0,), (1,), (0, 1), (1, 0)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_lookup_holds_the_smoothed_log_odds_of_every_key_of_10_loans(columns, weighted):
    base, y, weight = loans(300)
    weight = weight / weight.mean() if weighted else np.ones(300)
    lookup = fitted_target(row_keys(base, columns), y, weight if weighted else None, "rate")
    listed, other = by_hand(base[:, columns].tolist(), y, weight, key)
    assert dict(zip(lookup.keys, lookup.values, strict=True)) == pytest.approx(listed, rel=1e-12)
    assert lookup.other == pytest.approx(other, rel=1e-12)
    assert (lookup.name, lookup.statistic, lookup.columns) == ("rate", "target", columns)


def test_few_loans_are_pooled_and_both_zeros_are_one_key():
    base = np.array(KEYS)
    lookup = fitted_target(row_keys(base, (0,)), np.arange(65) % 2, None, "rate")
    assert lookup.keys == ((0.0,), (1.0,), (None,))
    assert [math.copysign(1, lookup.keys[0][0]), len(lookup.values)] == [1, 3]


def test_without_rare_keys_the_rest_has_the_prior():
    y = np.array([1.0] * 10 + [0.0] * 30)
    assert fitted_target(row_keys(np.zeros((40, 1)), (0,)), y, None, "rate").other == pytest.approx(math.log(1 / 3))


def test_the_unit_of_the_weights_does_not_matter():
    base, y, weight = loans(300)
    one, other = (fitted_target(row_keys(base, (0, 1)), y, weight * unit, "rate") for unit in (1.0, 1e6))
    assert one.values == pytest.approx(other.values, rel=1e-12)


@pytest.mark.parametrize("columns", [(0,), (0, 1)])
def test_a_rows_own_value_comes_from_the_rows_of_the_other_folds(columns):
    base, y, weight = loans(240)
    weight, fold = weight / weight.mean(), np.arange(240) % 3
    nested = nested_target(row_keys(base, columns), y, weight, fold)
    rows = [key(row) for row in base[:, columns].tolist()]
    listed = {row for row in rows if rows.count(row) >= 10}
    for number in range(3):
        outside = np.flatnonzero(fold != number)
        named = [rows[i] if rows[i] in listed else "rare" for i in outside]
        values, _ = by_hand(named, y[outside], weight[outside], lambda name: name, fewest=0)
        for i in np.flatnonzero(fold == number):
            assert nested[i] == pytest.approx(values[rows[i] if rows[i] in listed else "rare"], rel=1e-12)


def test_changing_the_outcomes_of_a_fold_changes_nothing_for_its_own_rows():
    base, y, _ = loans(300)
    fold = inner_folds(y)
    changed = np.where(fold == 2, 1 - y, y)
    before, after = (nested_target(row_keys(base, (0, 1)), outcomes, None, fold) for outcomes in (y, changed))
    np.testing.assert_array_equal(before[fold == 2], after[fold == 2])
    assert np.mean(before[fold != 2] != after[fold != 2]) > 0.8


def test_a_code_that_says_nothing_says_nothing_when_nested_and_much_when_not():
    nested, bare = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        base, y = rng.integers(0, 200, (2000, 1)).astype(np.float64), np.zeros(2000)
        y[rng.permutation(2000)[:400]] = 1.0
        nested.append(auc(y, nested_target(row_keys(base, (0,)), y, None, inner_folds(y))).value)
        bare.append(auc(y, fitted_target(row_keys(base, (0,)), y, None, "rate").apply(base)).value)
    # Rows of one key stand and fall together, so that one AUC has a standard error near 0.023.
    assert abs(np.mean(nested) - 0.5) < 4 * 0.023 / 60**0.5
    assert abs(np.array(nested) - 0.5).max() < 4 * 0.023
    assert min(bare) > 0.58


def test_a_code_that_says_much_keeps_most_of_it_when_nested():
    rng = np.random.default_rng(1)
    base = rng.integers(0, 40, (3000, 1)).astype(np.float64)
    y = (rng.random(3000) < np.where(base[:, 0] % 2 == 0, 0.05, 0.35)).astype(np.float64)
    best = auc(y, base[:, 0] % 2).value
    assert auc(y, nested_target(row_keys(base, (0,)), y, None, inner_folds(y))).value > best - 0.03


def test_inner_folds_are_even_in_each_class_and_the_same_every_time():
    y = (np.arange(1003) % 7 == 0).astype(np.float64)
    fold = inner_folds(y, k=4, seed=3)
    for outcome in (0.0, 1.0):
        counts = np.bincount(fold[y == outcome], minlength=4)
        assert counts.max() - counts.min() <= 1
    np.testing.assert_array_equal(fold, inner_folds(y, k=4, seed=3))
    assert (fold != inner_folds(y, k=4, seed=4)).any()


def test_keys_of_two_columns_are_both_values_together():
    base = np.array([[1.0, NAN], [NAN, 1.0], [1.0, NAN], [0.0, 2.0], [-0.0, 2.0]])
    keys = row_keys(base, (0, 1))
    np.testing.assert_array_equal(keys.keys, [[0.0, 2.0], [1.0, NAN], [NAN, 1.0]])
    assert keys.code.tolist() == [1, 2, 1, 0, 0]
    assert keys.covered == 0.0


def test_no_loans_have_no_keys():
    assert fitted_target(row_keys(np.empty((0, 2)), (0, 1)), np.empty(0), None, "rate").keys == ()
    assert nested_target(row_keys(np.empty((0, 2)), (0, 1)), np.empty(0), None, np.empty(0, dtype=np.int8)).shape == (
        0,
    )
