"""How bins are chosen: the search against all partitions, the rules, and columns of every shape."""

import itertools
import math

import numpy as np
import pytest

from creditrisk.features.binning import (
    BinningSpec,
    evidence_of,
    fit_category_bins,
    fit_number_bins,
    information_value,
    number_cells,
)
from creditrisk.features.partition import Rules, best_partition
from creditrisk.features.woe import CategoryBins, NumberBins, apply, bin_index, neutral, weights_of_evidence
from creditrisk.metrics.odds import expit

NAN = math.nan


def objective(cells, ends, rules):
    """What the partition is worth, or None where it breaks a rule."""
    runs = [cells[:, start:end].sum(axis=1) for start, end in itertools.pairwise([0, *ends])]
    if len(runs) > rules.most_bins or any(run[0] < rules.smallest for run in runs):
        return None
    rarer = 2 if rules.bads < rules.goods else 1
    if any(run[0] < rules.telling and run[rarer] < 10 for run in runs):
        return None
    whole = np.array([[0.0], [rules.goods], [rules.bads]])
    woe = [weights_of_evidence(run, whole).item() for run in runs]
    if any(rules.monotone * (second - first) > 1e-12 for first, second in itertools.pairwise(woe)):
        return None
    counts = [(part, run[1] + run[2]) for run in runs for part in run[1:] if part > 0]
    return sum(part * math.log(part / total) for part, total in counts) - len(runs)


def best_of_all(cells, rules):
    n = cells.shape[1]
    cuts = itertools.chain.from_iterable(itertools.combinations(range(1, n), size) for size in range(n))
    found = [objective(cells, [*inner, n], rules) for inner in cuts]
    return max((value for value in found if value is not None), default=None)


@pytest.mark.parametrize("monotone", [-1, 0, 1])
@pytest.mark.parametrize("seed", range(60))
def test_the_partition_is_the_best_of_all_that_keep_the_rules(seed, monotone):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 10))
    goods, bads = rng.poisson(30, n).astype(float), rng.poisson(rng.uniform(0, 15, n)).astype(float)
    cells = np.stack([goods + bads, goods, bads])
    rules = Rules(
        goods.sum(),
        bads.sum() + 1,
        float(rng.choice([0, 40])),
        float(rng.choice([0, 90])),
        int(rng.integers(1, 7)),
        monotone,
    )
    ends = best_partition(cells, rules).tolist()
    best = best_of_all(cells, rules)
    if best is None:
        assert ends == [n]
    else:
        assert objective(cells, ends, rules) == pytest.approx(best, abs=1e-9)


def made(seed=0, n=4000, slope=1.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, (rng.random(n) < expit(slope * x - 1.5)).astype(np.int8)


def test_a_known_relation_is_found():
    x, y = made(n=40_000)
    bins = fit_number_bins(x, y, None, BinningSpec())
    assert 5 <= len(bins.edges) <= 11
    assert (np.diff(bins.woe[:-1]) < 0).all()
    assert np.corrcoef(apply(bins, x), -x)[0, 1] > 0.95
    assert bins.woe[-1] == 0.0


def test_noise_has_few_bins_and_next_to_no_information():
    x, _ = made()
    y = made(seed=1, slope=0.0)[1]
    bins = fit_number_bins(x, y, None, BinningSpec(most_prebins=10))
    assert information_value(bins, x, y) < 0.05


@pytest.mark.parametrize("monotone", [-1, 1])
@pytest.mark.parametrize("seed", range(5))
def test_a_monotone_column_is_monotone_even_against_the_data(seed, monotone):
    x, y = made(seed, slope=0.3)
    x = np.abs(x - 0.3)
    woe = np.array(fit_number_bins(x, y, None, BinningSpec(monotone=monotone)).woe[:-1])
    assert (monotone * np.diff(woe) <= 0).all()


def test_every_bin_is_large_enough_and_no_more_are_made_than_asked():
    x, y = made(n=20_000)
    bins = fit_number_bins(x, y, None, BinningSpec(smallest_share=0.11, most_bins=4))
    loans = np.bincount(bin_index(bins, x))
    assert len(loans) == 4
    assert loans.min() >= 0.11 * len(x)


def test_few_values_have_a_cell_each_and_edges_between_them():
    column = np.repeat([0.0, 1.0, 2.0, 7.0], 500)
    cells = number_cells(column, np.tile([0, 1], 1000), BinningSpec())
    assert cells.cuts == (0.5, 1.5, 4.0)
    assert np.bincount(cells.index).tolist() == [500, 500, 500, 500]


def test_equal_values_stay_together_and_frequent_ones_stand_alone():
    rng = np.random.default_rng(0)
    column = np.concatenate([np.zeros(5000), rng.normal(size=5000)])
    cells = number_cells(column, np.tile([0, 1], 5000), BinningSpec(most_prebins=20))
    assert len(set(cells.index[:5000])) == 1
    assert not set(cells.index[:5000]) & set(cells.index[5000:])
    assert len(cells.cuts) < 30


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [(30.0, 40.0, 35.0), (96.0, 98.0, 97.0), (0.5123, 0.5131, 0.5127), (-1.0, 1.0, 0.0), (1e300, 1.7e308, 9e307),
     (-1.7e308, 1.7e308, 0.0), (1.0, math.nextafter(1, 2), math.nextafter(1, 2)), (-5e-324, 0.0, 0.0)],
)  # fmt: skip
def test_edges_are_round_and_part_their_neighbours(low, high, cut):
    column = np.repeat([low, high], 50)
    assert number_cells(column, np.tile([0, 1], 50), BinningSpec()).cuts == (cut,)
    bins = NumberBins((cut,), (), (0.0, 0.0, 0.0))
    assert bin_index(bins, np.array([low, high])).tolist() == [0, 1]


def test_special_values_and_missing_have_bins_of_their_own():
    x, y = made()
    x[:300], y[:300] = 98.0, 1
    x[300:600], y[300:600] = NAN, 0
    bins = fit_number_bins(x, y, None, BinningSpec(special=(98.0, -1.0)))
    assert max(bins.edges) < 10
    assert bins.special == (98.0, -1.0)
    assert bins.woe[-3] < -2
    assert bins.woe[-2:] == (0.0, pytest.approx(max(bins.woe)))


@pytest.mark.parametrize(("loans", "known"), [(9, False), (10, True)])
def test_fewer_than_ten_loans_have_no_woe_of_their_own(loans, known):
    x, y = made()
    x[:loans], y[:loans] = NAN, 1
    assert (fit_number_bins(x, y, None, BinningSpec()).woe[-1] < 0) == known


@pytest.mark.parametrize(
    "column", [np.full(200, NAN), np.full(200, 3.0), np.array([3.0, NAN] * 100), np.arange(200.0) % 2]
)
def test_columns_that_say_nothing_are_neutral(column):
    bins = fit_number_bins(column, np.repeat([0, 1], [100, 100]).astype(np.int8), None, BinningSpec())
    assert neutral(bins)


@pytest.mark.parametrize("rows", [2, 3, 9])
def test_tiny_data_have_one_bin(rows):
    y = np.arange(rows) % 2
    assert fit_number_bins(np.arange(rows, dtype=float), y, None, BinningSpec()).edges == ()
    assert fit_category_bins(np.arange(rows) % 3.0, 3, y, None, BinningSpec()).groups == (0, 0, 0)


def test_a_column_that_separates_the_classes_has_finite_woe():
    y = np.repeat([0, 1], [300, 100])
    bins = fit_number_bins(y.astype(float), y, None, BinningSpec())
    assert bins.edges == (0.5,)
    assert bins.woe[0] == -bins.woe[1] == pytest.approx(math.log(1.005 / 0.005), abs=1e-6)


def levels(rates, loans, seed=0):
    """Codes and outcomes with exactly these rates."""
    codes = np.repeat(np.arange(len(rates), dtype=float), loans)
    y = np.concatenate([np.arange(n) < round(n * rate) for rate, n in zip(rates, loans, strict=True)]).astype(np.int8)
    return codes, y


def test_levels_of_like_rates_are_grouped():
    codes, y = levels([0.1, 0.4, 0.1, 0.4, 0.2], [500, 500, 500, 500, 500])
    bins = fit_category_bins(codes, 5, y, None, BinningSpec())
    assert bins.groups == (0, 2, 0, 2, 1)
    assert bins.woe[0] > bins.woe[1] > bins.woe[2]
    assert bins.woe[3:] == (0.0, 0.0)


def test_small_levels_are_pooled_with_unknown_ones_and_missing_stands_alone():
    codes, y = levels([0.1, 0.1, 0.5, 0.5, 0.5, 0.05], [2000, 2000, 30, 20, 30, 400])
    codes[codes == 4] = 6.0
    codes = np.where(codes == 5, NAN, codes)
    bins = fit_category_bins(codes, 6, y, None, BinningSpec())
    assert bins.groups[2] == bins.groups[3] == bins.groups[4]
    assert bins.woe[-2] == bins.woe[bins.groups[2]] < 0
    assert bins.woe[-1] > 0


def test_a_category_without_levels_or_with_missing_values_only_is_neutral():
    y = np.repeat([0, 1], 100)
    assert fit_category_bins(np.full(200, NAN), 0, y, None, BinningSpec()).groups == ()
    assert neutral(fit_category_bins(np.full(200, NAN), 2, y, None, BinningSpec()))


def test_many_levels_take_no_time_and_noise_is_grouped():
    rng = np.random.default_rng(0)
    codes, y = rng.integers(0, 3000, 60_000).astype(float), (rng.random(60_000) < 0.2).astype(np.int8)
    bins = fit_category_bins(codes, 3000, y, None, BinningSpec())
    assert neutral(bins)


def test_class_weights_change_no_bins():
    x, y = made()
    weighted = np.where(y == 1, 7.0, 0.3)
    plain = fit_number_bins(x, y, None, BinningSpec())
    assert fit_number_bins(x, y, weighted, BinningSpec()) == plain
    np.testing.assert_allclose(evidence_of(y, weighted), 1.0, rtol=1e-12)


def test_loan_weights_count_as_the_effective_number_of_loans_of_each_class():
    y, w = np.array([0, 0, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 5.0, 5.0])
    evidence = evidence_of(y, w)
    assert evidence[y == 0].sum() == pytest.approx(36 / 14)
    assert evidence[y == 1].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(evidence[:3] / evidence[0], w[:3])


def test_weighted_woe_is_that_of_repeated_rows_but_for_smoothing():
    x, y = made(n=20_000)
    w = np.where(x > 0.5, 3, 1)
    weighted = fit_number_bins(x, y, w.astype(float), BinningSpec())
    again = np.repeat(x, w), np.repeat(y, w)
    index = bin_index(weighted, again[0])
    tally = np.stack(
        [np.bincount(index, label, len(weighted.woe)) for label in (again[1] >= 0, 1 - again[1], again[1])]
    )
    np.testing.assert_allclose(weighted.woe[:-1], weights_of_evidence(tally, tally)[:-1], atol=0.06)
    assert information_value(weighted, x, y, w.astype(float)) == pytest.approx(information_value(weighted, *again))


def test_bins_do_not_depend_on_the_order_of_rows():
    x, y = made()
    order = np.random.default_rng(3).permutation(len(x))
    assert fit_number_bins(x[order], y[order], None, BinningSpec()) == fit_number_bins(x, y, None, BinningSpec())
    codes = np.floor(np.abs(x) * 4)
    assert fit_category_bins(codes[order], 20, y[order], None, BinningSpec()) == fit_category_bins(
        codes, 20, y, None, BinningSpec()
    )


def test_information_value_by_hand():
    bins = CategoryBins((0, 1), (0.5, -0.5, 0.0, 0.0))
    codes, y = np.array([0.0, 0, 0, 1, 0, 1]), np.array([0, 0, 0, 0, 1, 1])
    assert information_value(bins, codes, y) == pytest.approx((3 / 4 - 1 / 2) * 0.5 + (1 / 4 - 1 / 2) * -0.5)
