"""Codes among numbers: those of `special_codes`, and spikes that escape it."""

import numpy as np
import pytest
from quality_loans import found, numbers, only, texts

from creditrisk.audit.quality.hidden_codes import hidden_codes, special_codes_found

RNG = np.random.default_rng(8)
COUNTS = np.repeat(np.arange(14.0), [90, 30, 15, 8, 4, 2, 2, 1, 1, 1, 1, 1, 1, 1])
WIDE = RNG.lognormal(8, 1.5, 2000).round()


def with_codes(values, *codes, rows=30):
    return RNG.permutation(np.concatenate([values, np.repeat(np.array(codes, dtype=float), rows)]))


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (with_codes(COUNTS, 96, 98), (96, 98)),
        (with_codes(WIDE[WIDE < 9000], 9999), (9999,)),
        (with_codes(RNG.normal(0, 5e5, 2000), 365243, rows=60), (365243,)),
        (with_codes(RNG.uniform(-900, 900, 2000), -999), (-999,)),
        (with_codes(WIDE[WIDE < 9000], 9999, rows=9), ()),
        (with_codes(np.repeat(np.arange(990.0, 1100), 20), 999), ()),
        (with_codes(np.arange(990.0, 1100).repeat(2), 999, rows=60), ()),
        (WIDE, ()),
    ],
)
def test_codes_stand_out_among_the_numbers(values, codes):
    assert hidden_codes(numbers("x", values)) == codes


def test_the_finding_names_columns_codes_and_rows():
    finding = only(
        special_codes_found,
        numbers("late", with_codes(COUNTS, 96, 98)),
        numbers("plain", with_codes(COUNTS, 4, 5)),
        numbers("number", with_codes(COUNTS, 96, 98), use="id"),
        texts("text", ["98"] * len(with_codes(COUNTS, 96, 98))),
    )
    assert (finding.severity, finding.rule, finding.columns) == ("low", "special-codes", ("late",))
    assert finding.what == 'Codes hide among the numbers of "late".'
    assert finding.evidence == '"late": 96 in 30 rows, 98 in 30 rows.'
    assert '--special "late:96,98"' in finding.fix
    assert found(special_codes_found, numbers("plain", COUNTS)) == []
