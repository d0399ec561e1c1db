"""Loans are binned batch by batch from the numbers that they are scored by."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.models import binned as binning
from creditrisk.models.binned import binned
from creditrisk.models.booster import Booster
from creditrisk.models.growing import FIXED, package
from creditrisk.models.learner import TrainingMatrix
from creditrisk.models.trees import canonical_text

PARAMETERS = {**FIXED, "force_row_wise": True, "num_leaves": 31, "min_data_in_leaf": 5, "seed": 0, "num_threads": 1}
LOANS = 6_000


def close_numbers() -> TrainingMatrix:
    """Loans whose outcome hangs on digits that float32 does not hold, with categories, missing values and zeros."""
    rng = np.random.default_rng(1)
    step = rng.integers(-8, 9, LOANS)
    amount = 16_777_216.0 + step * 0.25  # float32 knows even numbers alone up there
    income = np.where(rng.random(LOANS) < 0.1, np.nan, rng.choice([0.0, 1e-40, 0.1, 0.1 + 1e-9, 7.0], LOANS))
    region = rng.integers(0, 12, LOANS).astype(np.float64)
    z = -1.0 + 0.4 * step + np.where(income > 0.1, 1.0, 0.0) + 0.3 * (region % 3)
    y = (rng.random(LOANS) < 1 / (1 + np.exp(-z))).astype(np.int8)
    return TrainingMatrix(np.column_stack([amount, income, region]), y, None, ("a", "i", "r"), {2: 12})


def grown(data: TrainingMatrix, threads: int = 1) -> tuple[str, np.ndarray]:
    """Return the text of 10 trees, and the PDs that LightGBM has of the training loans by their bins."""
    parameters = {**PARAMETERS, "num_threads": threads}
    booster = package().Booster(parameters, binned(data, parameters))
    for _ in range(10):
        booster.update()
    kept: list[np.ndarray] = []
    booster.eval_train(lambda pd, _: (kept.append(pd.copy()), ("kept", 0.0, False))[1])
    return canonical_text(booster.model_to_string(), data.shape[1]), kept[0]


@pytest.fixture(params=["at once", "in batches"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Bin all loans at once, as few are, or push them through in batches, as many are."""
    if request.param == "in batches":
        monkeypatch.setattr(binning, "MOST_SEEN", 2_000)
        monkeypatch.setattr(binning._Batches, "batch_size", 700)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_training_loans_fall_into_the_leaves_in_which_they_were_learned() -> None:
    data = close_numbers()
    text, by_bins = grown(data)
    by_numbers = 1 / (1 + np.exp(-Booster(text, 3).log_odds(data.matrix)))
    np.testing.assert_allclose(by_numbers, by_bins, rtol=0, atol=1e-12)
    # The loans are close enough for float32 to put some of them elsewhere: the test would see it.
    rounded = 1 / (1 + np.exp(-Booster(text, 3).log_odds(data.matrix.astype(np.float32).astype(np.float64))))
    assert np.mean(np.abs(rounded - by_bins) > 1e-6) > 0.05


@pytest.mark.usefixtures("way")
def test_threads_do_not_change_the_trees() -> None:
    data = close_numbers()
    assert grown(data, 1)[0] == grown(data, 2)[0]


def test_batches_bin_as_all_at_once_where_bins_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = close_numbers()
    at_once = grown(data)[0]
    monkeypatch.setattr(binning, "MOST_SEEN", LOANS - 1)
    monkeypatch.setattr(binning._Batches, "batch_size", 700)
    assert grown(data)[0] == at_once
