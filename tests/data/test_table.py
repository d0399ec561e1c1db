"""Chosen loans are what a copy of them would be."""

import numpy as np
import pyarrow as pa
import pytest

from creditrisk.data.schema import Column, Roles, Schema, Target
from creditrisk.data.table import LoanTable

COLUMNS = (Column("income", "numeric"), Column("job", "categorical"))
ROWS = np.array([7, 1, 4, 9])


def loans(roles):
    table = pa.table(
        {
            "income": pa.chunked_array([[float(n) for n in range(6)], [6.0, None, 8.0, 9.0]]),
            "job": [f"job {n % 3}" for n in range(10)],
            "when": [float(n) for n in range(10)],
            "who": pa.array(["x", "y", "x", "y", None, None, "z", "z", "x", "w"]),
            "much": [1.0 + n for n in range(10)],
        }
    )
    schema = Schema(COLUMNS, (), Target("y", ("1",), ("0",)), roles=roles)
    return LoanTable(schema, table, (np.arange(10) % 3 == 0).astype(np.int8), {})


@pytest.mark.parametrize("roles", [Roles(), Roles(Column("when", "numeric"), "who", "much")])
def test_chosen_loans_are_what_a_copy_would_be(roles):
    whole = loans(roles)
    chosen, copy = whole.choose(ROWS), whole.take(ROWS)
    assert len(chosen) == len(copy) == 4
    assert chosen.bare.outcomes.tolist() == copy.outcomes.tolist()
    for name in ("time", "group", "weight"):
        ours, theirs = getattr(chosen.bare, name), getattr(copy, name)
        assert (ours is None) == (theirs is None)
        assert ours is None or ours.tolist() == theirs.tolist()
    for name in ("income", "job"):
        assert chosen.column(name).to_pylist() == copy.column(name).to_pylist()
    assert chosen.part(1, 3).table.to_pylist() == copy.table.slice(1, 2).to_pylist()
    assert [batch.outcomes.tolist() for batch in chosen.batches(3)] == [copy.outcomes[:3].tolist(), [1]]
