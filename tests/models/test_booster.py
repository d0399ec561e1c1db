from __future__ import annotations

import subprocess
import sys

import lightgbm
import numpy as np
import pytest

from creditrisk.models.booster import Booster, BoosterError, usable_threads
from creditrisk.models.trees import canonical_text, read_forest


def made(seed: int, leaves: int, **params: object) -> tuple[lightgbm.Booster, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(3000, 5))
    matrix[:, 3] = rng.integers(0, 70, 3000)
    matrix[rng.random((3000, 5)) < 0.05] = np.nan
    y = (np.nan_to_num(matrix[:, 0]) + (np.nan_to_num(matrix[:, 3]) % 3 == 0) + rng.normal(size=3000) > 1).astype(int)
    settings = {"objective": "binary", "verbosity": -1, "num_leaves": leaves, "num_threads": 2, **params}
    data = lightgbm.Dataset(matrix, y, categorical_feature=[3], feature_name=[f"f{i}" for i in range(5)])
    return lightgbm.train(settings, data, 40), matrix


@pytest.mark.parametrize(
    ("leaves", "params"),
    [(2, {}), (31, {}), (31, {"extra_trees": True}), (8, {"zero_as_missing": True}), (15, {"max_cat_to_onehot": 100})],
)
def test_log_odds_equal_those_of_the_package_to_the_last_bit(leaves: int, params: dict[str, object]) -> None:
    booster, matrix = made(1, leaves, **params)
    odd = np.array([[np.inf, -np.inf, 1e300, -1.0, 0.0], [np.nan, 0.0, -0.0, 1e9, 5e-324], [0, 0, 0, 2.5, 0]])
    rows = np.vstack([matrix, odd])
    ours = Booster(canonical_text(booster.model_to_string(), 5), 5, threads=2)
    assert ours.log_odds(rows).tobytes() == booster.predict(rows, raw_score=True).tobytes()


def test_a_row_gets_the_same_bits_alone_in_any_batch_and_on_any_number_of_threads() -> None:
    booster, matrix = made(2, 31)
    text = canonical_text(booster.model_to_string(), 5)
    whole = Booster(text, 5, threads=2).log_odds(matrix)
    alone = Booster(text, 5, threads=1)
    assert [alone.log_odds(matrix[i : i + 1])[0] for i in range(200)] == whole[:200].tolist()
    assert alone.log_odds(matrix[::-1]).tolist() == whole[::-1].tolist()


def test_no_rows_give_no_scores_and_another_shape_is_refused() -> None:
    booster, _ = made(3, 4)
    ours = Booster(canonical_text(booster.model_to_string(), 5), 5)
    assert ours.log_odds(np.empty((0, 5))).shape == (0,)
    with pytest.raises(ValueError, match=r"matrix must be float64 of shape \(n_rows, 5\), got \(2, 4\)\."):
        ours.log_odds(np.zeros((2, 4)))


def test_a_model_of_one_leaf_scores_and_passes_the_structural_check() -> None:
    data = lightgbm.Dataset(np.zeros((30, 1)), np.arange(30) % 2, feature_name=["f0"])
    booster = lightgbm.train({"objective": "binary", "verbosity": -1}, data, 2)
    text = canonical_text(booster.model_to_string(), 1)
    assert len(read_forest(text, 1).trees) >= 1
    assert Booster(text, 1).log_odds(np.zeros((1, 1)))[0] == booster.predict(np.zeros((1, 1)), raw_score=True)[0]


def test_what_lightgbm_refuses_is_raised_and_nothing_is_printed() -> None:
    code = (
        "from creditrisk.models.booster import Booster, BoosterError\n"
        "try:\n    Booster('tree\\nversion=v4\\n', 1)\nexcept BoosterError as error:\n    print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n", "")
    assert issubclass(BoosterError, RuntimeError)


def test_threads_default_to_the_processors_of_this_process() -> None:
    assert usable_threads(3) == 3
    assert usable_threads(0) >= 1
