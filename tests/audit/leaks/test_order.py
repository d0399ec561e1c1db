from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, days, found, numbers

from creditrisk.audit.leaks.order import id_predicts


def in_order(loans, noise):
    """The loans sorted by outcome and noise."""
    order = np.argsort(loans.y + noise * loans.rng.normal(size=loans.rows))
    loans.y, loans.risk = loans.y[order], loans.risk[order]
    loans.bad = loans.y == 1
    return loans


def test_a_file_sorted_by_its_outcome_is_high():
    (finding,) = id_predicts(in_order(Loans(), 0.1).with_columns())
    assert (finding.severity, finding.rule, finding.columns, finding.drop) == ("high", "id-predicts", (), ())
    assert finding.what == "The order of the rows tells the outcome: the file is sorted by it."
    assert finding.evidence.startswith("AUC alone 1.000 (0.99")


def test_an_order_that_tells_something_is_medium():
    (finding,) = id_predicts(in_order(Loans(), 1.0).with_columns())
    assert finding.severity == "medium"
    assert finding.what == (
        "The order of the rows tells something of the outcome: the file is sorted, by time or otherwise."
    )
    assert finding.fix == (
        "--time COLUMN if the loans are in the order of their dates; never learn from a number of the loan."
    )


@pytest.mark.parametrize("use", ["id", "left out"])
def test_an_id_that_tells_the_outcome_is_found_whatever_the_order_of_the_rows(use):
    loans = Loans()
    number = np.argsort(np.argsort(loans.y + loans.rng.normal(size=1500)))
    (finding,) = id_predicts(loans.with_columns(numbers("loan_id", number, use)))
    assert finding.columns == ("loan_id",)
    assert finding.what.startswith('"loan_id", a number of the loan, tells something of the outcome')
    assert found(id_predicts, loans.with_columns(numbers("score", number))) == []
    assert found(id_predicts, loans.with_columns(numbers("share", number / 7, use))) == []


def test_an_id_that_follows_the_rows_is_told_once():
    loans = in_order(Loans(), 1.0)
    (finding,) = id_predicts(loans.with_columns(numbers("loan_id", 5000 - np.arange(1500), "id")))
    assert finding.columns == ("loan_id",)


def test_an_order_by_chance_gives_nothing():
    for seed in range(60):
        loans = Loans(rows=400, rate=0.5, seed=seed)
        number = numbers("id", loans.rng.permutation(400), "id")
        assert found(id_predicts, loans.with_columns(number)) == []


def test_where_the_rows_follow_a_known_time_their_order_is_no_finding():
    loans = in_order(Loans(), 1.0)
    time = 15000.0 + np.arange(1500)
    assert found(id_predicts, loans.with_columns(days("issued", time, "time"), time=time, time_name="issued")) == []
