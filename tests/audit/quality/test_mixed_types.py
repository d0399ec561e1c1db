"""Numbers that are taken for text because of some cells."""

import numpy as np
from quality_loans import found, only, texts

from creditrisk.audit.quality.levels import plain_numbers
from creditrisk.audit.quality.mixed_types import mixed_types
from creditrisk.data.cells import is_number

AMOUNTS = [f"{1000 + 7.5 * number}" for number in range(90)]


def test_numbers_with_some_text_among_them_are_of_mixed_types():
    finding = only(mixed_types, texts("income", [*AMOUNTS, *["not told"] * 10, None]))
    assert (finding.severity, finding.rule, finding.columns) == ("medium", "mixed-types", ("income",))
    assert finding.what == ('Numbers are taken for categories, because some cells are not plain numbers: "income".')
    assert finding.evidence == '"income": 90.0 % of the present cells are plain numbers, 10 cells are text.'
    assert '--numeric "income" names their lines' in finding.fix
    assert "not told" not in finding.evidence


def test_numbers_with_and_without_a_unit_are_of_mixed_types():
    rates = [*(f"{number / 8}" for number in range(60)), *(f"{number / 8}%" for number in range(40))]
    finding = only(mixed_types, texts("rate", rates))
    assert finding.severity == "medium"
    assert (
        finding.evidence == '"rate": 60.0 % of the present cells are plain numbers, 40 cells are numbers with a unit.'
    )
    both = only(mixed_types, texts("paid", [*AMOUNTS, "$900", "none"]))
    assert both.evidence == (
        '"paid": 97.8 % of the present cells are plain numbers, 1 cell is a number with a unit, 1 cell is text.'
    )


def test_a_few_codes_are_low_and_text_or_codes_alone_are_nothing():
    assert only(mixed_types, texts("dependents", ["0", "1", "2", "3+"] * 9)).severity == "low"
    assert only(mixed_types, texts("dependents", [*["0", "1"] * 99, "x"])).severity == "medium"
    assert found(mixed_types, texts("code", ["0", "1", "2"] * 9)) == []
    assert found(mixed_types, texts("grade", [*AMOUNTS[:49], *["A"] * 51])) == []
    assert found(mixed_types, texts("place", [f"SW{number} 1A" for number in range(90)])) == []
    assert found(mixed_types, texts("number", [*AMOUNTS, "x"], use="id")) == []


def test_severities_come_apart():
    columns = texts("income", [*AMOUNTS, "x"]), texts("dependents", (["0", "1", "2", "3+"] * 23)[:91])
    assert [(each.severity, each.columns) for each in found(mixed_types, *columns)] == [
        ("medium", ("income",)),
        ("low", ("dependents",)),
    ]


def test_plain_numbers_agree_with_the_reader():
    levels = [
        "1",
        " 2.5",
        "-1e3",
        ".5",
        "5.",
        "inf",
        "+7",
        "1_000",
        "0x10",
        "1,5",
        "12%",
        "",
        "-",
        "٣",
        "e5",
        "1e",
        "$1",
    ]
    assert plain_numbers(levels).tolist() == [is_number(level) for level in levels]
    many = [f"{number}" for number in range(6000)]
    assert plain_numbers(many).all()
    assert not plain_numbers([f"name {number}" for number in range(6000)]).any()
    assert np.flatnonzero(~plain_numbers([*many, "x"])).tolist() == [6000]
