"""Small seeded portfolios that the tests of the metrics share: with and without tied PDs, with and without weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest


@dataclass(frozen=True, eq=False)
class Sample:
    y: np.ndarray
    pd: np.ndarray
    weight: np.ndarray | None = None

    @property
    def mass(self):
        return np.ones(len(self.y)) if self.weight is None else self.weight


def loans(seed, n=80, levels=None, weighting="none"):
    """Return loans whose PDs are right; `levels` is how many distinct PDs there are, None for all distinct."""
    rng = np.random.default_rng(seed)
    pd = 1 / (1 + np.exp(-rng.normal(-0.8, 1.2, n)))
    if levels is not None:
        pd = (np.floor(pd * levels) + 0.5) / levels
    y = (rng.random(n) < pd).astype(np.int64)
    y[:4] = 0, 1, 0, 1
    weight = {
        "none": None,
        "whole": rng.integers(1, 5, n).astype(np.float64),
        "fractional": rng.uniform(0.2, 3.0, n),
    }[weighting]
    return Sample(y, pd, weight)


SAMPLES = [
    pytest.param(loans(seed, levels=levels, weighting=weighting), id=f"{levels or 'all'}-levels-{weighting}")
    for seed, (levels, weighting) in enumerate(product((None, 6), ("none", "whole", "fractional")))
]
UNWEIGHTED = [SAMPLES[0], SAMPLES[3]]
WHOLE_WEIGHTS = [SAMPLES[1], SAMPLES[4]]


def repeated(sample):
    """Return the loans each written as many times as its whole weight says."""
    times = sample.weight.astype(np.int64)
    return Sample(np.repeat(sample.y, times), np.repeat(sample.pd, times))
