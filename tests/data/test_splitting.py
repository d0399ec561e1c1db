"""The split and the folds: stratified, complete, and the same for the same seed."""

import numpy as np
import pandas as pd
import pytest

from creditrisk.data.splitting import closes, stratified_folds, stratified_split
from creditrisk.option_values import Window

SEEDS = [0, 1, 2**31 - 1]


def outcomes(defaults, repaid, seed=0):
    y = np.repeat(np.array([1, 0], np.int8), (defaults, repaid))
    return np.random.default_rng(seed).permutation(y)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("defaults", "repaid", "share", "held_defaults", "held_repaid"),
    [
        (200, 800, 0.2, 40, 160),
        (21, 979, 0.3, 6, 294),
        (20, 20, 0.01, 1, 1),
        (20, 1000, 0.9, 18, 900),
        (1, 1, 0.9, 0, 0),
        (2, 3, 0.9, 1, 2),
    ],
)
def test_each_class_gives_its_share(defaults, repaid, share, held_defaults, held_repaid, seed):
    y = outcomes(defaults, repaid)
    _, held_out = stratified_split(y, share, seed)
    assert ((y[held_out] == 1).sum(), (y[held_out] == 0).sum()) == (held_defaults, held_repaid)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_every_loan_is_on_one_side_in_file_order(seed, share):
    train, held_out = stratified_split(outcomes(50, 450), share, seed)
    assert (np.diff(train) > 0).all()
    assert (np.diff(held_out) > 0).all()
    assert sorted([*train, *held_out]) == list(range(500))


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    y = outcomes(100, 900)
    held_out = [stratified_split(y, 0.2, seed)[1].tolist() for seed in (7, 7, 8)]
    assert (held_out[0] == held_out[1], held_out[0] == held_out[2]) == (True, False)


def test_the_split_is_drawn_from_the_whole_file():
    _, held_out = stratified_split(outcomes(1000, 9000), 0.2, seed=3)
    tenths = np.bincount(held_out // 1000, minlength=10)
    assert (tenths > 140).all()
    assert (tenths < 260).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("defaults", "folds"), [(20, 5), (50, 50), (23, 7), (2, 2)])
def test_every_fold_has_both_classes_evenly(seed, defaults, folds):
    y = outcomes(defaults, 501)
    fold = stratified_folds(y, folds, seed)
    for outcome in (0, 1):
        counts = np.bincount(fold[y == outcome], minlength=folds)
        assert (len(counts), counts.min() >= 1, np.ptp(counts) <= 1) == (folds, True, True)


def test_the_same_seed_gives_the_same_folds_and_another_seed_others():
    y = outcomes(100, 900)
    fold = [stratified_folds(y, 5, seed).tolist() for seed in (7, 7, 8)]
    assert (fold[0] == fold[1], fold[0] == fold[2]) == (True, False)


def test_folds_do_not_follow_the_split():
    y = outcomes(500, 500)
    _, held_out = stratified_split(y, 0.2, seed=5)
    shares = np.bincount(stratified_folds(y, 5, seed=5)[held_out], minlength=5) / len(held_out)
    assert (shares.min() > 0.1, shares.max() < 0.3) == (True, True)


@pytest.mark.parametrize("window", [Window(months=12), Window(months=1), Window(days=90)])
def test_windows_close_on_the_day_of_the_calendar(window):
    made = pd.date_range("2011-12-15", "2013-03-31")
    made = made[made.day <= 28]  # what a month after the 31st is, calendars do not agree on
    time = (made - pd.Timestamp("1970-01-01")).days.to_numpy(dtype=float)
    end = made + pd.DateOffset(months=window.months, days=window.days)
    assert closes(time, window).tolist() == (end - pd.Timestamp("1970-01-01")).days.tolist()
