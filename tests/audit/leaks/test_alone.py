from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, found, numbers

from creditrisk.audit.leaks.alone import predicts_alone


def noisy(loans, shift):
    return numbers("behaviour", loans.y * shift + loans.rng.normal(size=loans.rows))


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (4.0, [("high", "predicts-alone", ("behaviour",), ("behaviour",))]),
        (1.9, [("medium", "predicts-alone", ("behaviour",), ())]),
        (0.9, []),
    ],
)
def test_a_column_is_judged_by_its_auc_alone(shift, expected):
    loans = Loans()
    assert found(predicts_alone, loans.with_columns(noisy(loans, shift))) == expected


def test_a_high_auc_of_few_loans_is_only_medium():
    loans = Loans(rows=60, rate=0.1)
    column = numbers("behaviour", loans.y * 2.2 + np.linspace(-1, 1, 60))
    ((severity, _, _, drop),) = found(predicts_alone, loans.with_columns(column))
    assert (severity, drop) == ("medium", ())


def test_the_words_name_the_column_the_interval_and_the_option():
    loans = Loans()
    (finding,) = predicts_alone(loans.with_columns(numbers("a\nb", loans.y + loans.rng.normal(scale=0.1, size=1500))))
    assert finding.what == r'"a\nb" alone nearly tells the outcome: it must have been written after it.'
    assert finding.evidence == "AUC alone 1.000 (0.992–1.000)"
    assert finding.fix == r'--drop "a\nb"'


def test_columns_that_are_not_learned_from_and_unknown_outcomes_play_no_part():
    loans = Loans()
    y = np.where(np.arange(1500) < 750, loans.y, np.nan)
    late = numbers("late", np.where(np.arange(1500) < 750, 0.0, loans.y))
    assert found(predicts_alone, loans.with_columns(late, numbers("an_id", loans.y, "id"), y_true=y)) == []
    assert found(predicts_alone, loans.with_columns(late, y_true=None, status=None)) == []
