"""A sample of a file that is read once: even over all of it, bounded, the same however the batches are cut."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.data.table import LoanTable
from creditrisk.evaluation.effects import EvenSample

SCHEMA = Schema((Column("a", "numeric"),), (), Target("y", "1", ("0",)), roles=Roles())


def sampled(rows: int, batches: list[int], most: int) -> list[float]:
    """Return which loans of a file are kept that comes in batches of these sizes, the last one taking the rest."""
    ends = [*np.cumsum(batches).tolist(), rows]
    sample, start = EvenSample(most), 0
    for end in ends:
        sample.add(LoanTable(SCHEMA, pa.table({"a": np.arange(start, end, dtype=np.float64)}), None, {}))
        start = end
        assert len(sample.loans()) <= 2 * most
    found: list[float] = sample.loans().table.column("a").to_pylist()
    return found


@pytest.mark.parametrize(("rows", "step"), [(5, 1), (40, 1), (41, 2), (80, 2), (81, 4), (1000, 32)])
def test_every_kth_loan_is_kept(rows: int, step: int) -> None:
    assert sampled(rows, [], 20) == list(range(0, rows, step))


@pytest.mark.parametrize("batches", [[1] * 50, [7, 400, 3, 3, 90], [999, 1], [0, 500, 0]])
def test_the_sizes_of_the_batches_do_not_matter(batches: list[int]) -> None:
    assert sampled(1000, batches, 20) == list(range(0, 1000, 32))
