from __future__ import annotations

import threading
from typing import Any

import lightgbm
import numpy as np
import pytest

from creditrisk.models.booster import BoosterError
from creditrisk.models.distributed import Network, dealt_evenly, free_port, grow_together
from creditrisk.models.growing import FIXED
from creditrisk.models.shared_bins import BinnedLoans, find_bins
from creditrisk.models.trees import canonical_text

SETTINGS: dict[str, Any] = {
    **FIXED, "force_row_wise": True, "learning_rate": 0.1, "num_leaves": 15, "feature_fraction": 0.6, "seed": 3,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "min_data_in_leaf": 20, "num_threads": 1,
}  # fmt: skip
CODES = [2]


def some_matrix(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 6))
    matrix[:, 2] = rng.integers(0, 12, rows)
    matrix[rng.random(rows) < 0.1, 4] = np.nan
    z = matrix[:, 0] + np.sin(2 * matrix[:, 1]) + (matrix[:, 2] % 3) - 2
    return matrix, (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(np.int8)


def binned(
    matrix: np.ndarray, y: np.ndarray, bins: bytes, weight: np.ndarray | None = None, batch: int = 700
) -> BinnedLoans:
    loans = BinnedLoans(bins, len(matrix), SETTINGS)
    for first in range(0, len(matrix), batch):
        loans.push(matrix[first : first + batch])
    loans.finish(y, weight)
    return loans


@pytest.mark.parametrize("weighted", [False, True], ids=["every loan once", "weighted"])
def test_loans_pushed_in_batches_give_the_trees_that_the_package_grows(weighted: bool) -> None:
    matrix, y = some_matrix(5000)
    weight = np.random.default_rng(1).uniform(0.5, 2.0, 5000) if weighted else None
    loans = binned(matrix, y, find_bins(matrix, CODES, [4], SETTINGS), weight)
    mine = grow_together(loans, SETTINGS, 30, Network((f"127.0.0.1:{free_port()}",), 0))
    dataset = lightgbm.Dataset(
        matrix, y, weight=weight, categorical_feature=CODES, params={"feature_pre_filter": False, "verbosity": -1}
    )
    theirs = lightgbm.train({**SETTINGS, "feature_pre_filter": False}, dataset, 30).model_to_string()
    assert canonical_text(mine, 6) == canonical_text(theirs, 6)


def together(shares: list[BinnedLoans], trees: int) -> list[Any]:
    """Grow trees on several machines, each a thread: what LightGBM knows of its network is a thread's own."""
    machines = tuple(f"127.0.0.1:{free_port()}" for _ in shares)
    found: list[Any] = [None] * len(shares)

    def grow(rank: int) -> None:
        try:
            found[rank] = grow_together(shares[rank], SETTINGS, trees, Network(machines, rank))
        except BoosterError as error:
            found[rank] = error

    threads = [threading.Thread(target=grow, args=(rank,)) for rank in range(len(shares))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_two_machines_agree_on_trees_that_are_as_good_as_those_of_one() -> None:
    matrix, y = some_matrix(8000)
    bins = find_bins(matrix, CODES, [4], SETTINGS)
    alone = grow_together(binned(matrix, y, bins), SETTINGS, 40, Network(("127.0.0.1:1",), 0))
    shares = [binned(matrix[rank::2], y[rank::2], bins) for rank in range(2)]
    first, second = together(shares, 40)
    assert canonical_text(first, 6) == canonical_text(second, 6)
    assert canonical_text(first, 6) == canonical_text(together(shares, 40)[1], 6)
    others, truth = some_matrix(20_000, seed=5)
    losses = []
    for text in (alone, first):
        pd = lightgbm.Booster(model_str=text).predict(others)
        losses.append(-np.mean(np.where(truth == 1, np.log(pd), np.log(1 - pd))))
    assert losses[1] == pytest.approx(losses[0], abs=0.002)


def test_a_value_that_the_sample_never_lacked_is_missing_all_the_same() -> None:
    matrix, y = some_matrix(4000)
    column = 0
    without = matrix[:, column] < -0.5
    holed = matrix.copy()
    holed[without, column] = np.nan
    bins = find_bins(matrix, CODES, [column, 4], SETTINGS)
    text = grow_together(binned(holed, y, bins), SETTINGS, 20, Network(("127.0.0.1:1",), 0))
    z = lightgbm.Booster(model_str=text).predict(holed, raw_score=True)
    at_zero = np.where(np.isnan(holed), 0.0, holed)
    assert not np.allclose(z, lightgbm.Booster(model_str=text).predict(at_zero, raw_score=True), atol=0.05)


def test_more_or_fewer_loans_than_there_is_room_for_are_refused() -> None:
    matrix, y = some_matrix(300)
    bins = find_bins(matrix, CODES, [4], SETTINGS)
    loans = BinnedLoans(bins, 200, SETTINGS)
    with pytest.raises(ValueError, match="There is room for 200 loans"):
        loans.push(matrix)
    loans.push(matrix[:150])
    with pytest.raises(ValueError, match="150 of 200 loans were pushed"):
        loans.finish(y[:150], None)


def test_what_the_library_refuses_is_an_error_and_no_word_on_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    matrix, y = some_matrix(300)
    loans = binned(matrix, y, find_bins(matrix, CODES, [4], SETTINGS))
    with pytest.raises(BoosterError):
        grow_together(loans, {**SETTINGS, "objective": "no such objective"}, 1, Network(("127.0.0.1:1",), 0))
    assert capfd.readouterr().err == ""


def test_files_are_dealt_so_that_no_worker_has_much_more_than_another() -> None:
    sizes = np.random.default_rng(0).integers(0, 1000, 60).tolist()
    shares = dealt_evenly(sizes, 4)
    loads = [sum(sizes[place] for place in share) for share in shares]
    assert sorted(place for share in shares for place in share) == [place for place in range(60) if sizes[place]]
    assert max(loads) - min(loads) <= min(size for size in sizes if size) + 1000 / 60
    assert dealt_evenly([3, 0, 0], 4) == [[0]]
