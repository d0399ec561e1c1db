"""What charts are drawn from: each point against a count, loan by loan."""

from __future__ import annotations

import numpy as np
import pytest

from creditrisk.evaluation.curves import curves


@pytest.mark.parametrize("weighted", [False, True])
def test_each_cut_off_counts_the_loans_below_it(*, weighted: bool) -> None:
    random = np.random.default_rng(0)
    pd = random.beta(1, 6, 900).round(3)
    y = (random.random(900) < pd).astype(np.int8)
    w = random.uniform(0.5, 2, 900) if weighted else np.ones(900)
    found = curves(y, pd, np.rint(600 - 500 * pd).astype(np.int64), w if weighted else None)
    assert len(found.cutoffs) <= 200
    assert (found.cutoffs[0].approved, found.cutoffs[-1].approved) == (0.0, pytest.approx(1.0))
    for point in found.cutoffs:
        below = pd < point.cutoff if point.cutoff < 1 else np.ones(900, bool)
        assert point.approved == pytest.approx(w[below].sum() / w.sum())
        assert point.defaults_caught == pytest.approx(w[~below & (y == 1)].sum() / w[y == 1].sum())
        assert point.repaid_refused == pytest.approx(w[~below & (y == 0)].sum() / w[y == 0].sum(), abs=1e-12)
        if below.any():
            assert point.bad_rate == pytest.approx(np.average(y[below], weights=w[below]))
            assert point.expected_loss == pytest.approx(np.average(pd[below], weights=w[below]))


def test_the_histogram_holds_all_loans_of_both_outcomes() -> None:
    random = np.random.default_rng(1)
    score = np.rint(random.normal(550, 60, 5000)).astype(np.int64)
    y = (random.random(5000) < 0.2).astype(np.int8)
    found = curves(y, np.full(5000, 0.2), score)
    assert 20 <= len(found.histogram) <= 31
    assert sum(each.defaults for each in found.histogram) == pytest.approx(1.0)
    assert sum(each.repaid for each in found.histogram) == pytest.approx(1.0)
    middle = next(each for each in found.histogram if each.low <= 550 < each.high)
    inside = (score >= middle.low) & (score < middle.high)
    assert middle.defaults == pytest.approx(inside[y == 1].mean())
