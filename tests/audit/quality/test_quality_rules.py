"""All rules of quality together: quiet on clean loans, silent about single loans, and about each column once."""

from pathlib import Path

import numpy as np
import pytest
from quality_loans import numbers, texts

from creditrisk.audit.loans import AuditedLoans
from creditrisk.audit.quality.rules import QUALITY_RULES
from creditrisk.audit.taking import of_inspection
from creditrisk.data.files import open_files
from creditrisk.data.inspecting import read_inspection
from creditrisk.file_specs import ReadSpec
from creditrisk.specs import InspectSpec

SAMPLE = Path(__file__).parents[3] / "data" / "train.csv"


@pytest.fixture(scope="module")
def clean():
    spec = InspectSpec(target="isDefault", id=("id",))
    return of_inspection(read_inspection(open_files(SAMPLE, ReadSpec()), spec))


def findings(loans):
    return [finding for rule in QUALITY_RULES for finding in rule(loans)]


def test_clean_loans_have_nothing_of_medium_or_high(clean):
    found = findings(clean)
    assert [finding for finding in found if finding.severity != "low"] == []
    assert {finding.rule for finding in found} == {"constant", "copy-of-column", "missing-together"}


def test_some_of_the_rows_are_looked_at_as_all_are(clean):
    few = AuditedLoans(tuple(column.take(np.arange(300)) for column in clean.columns), clean.y_true[:300])
    assert {"few-defaults", "wide"} <= {finding.rule for finding in findings(few)}


def test_no_text_of_fewer_than_ten_loans_and_no_control_character_is_shown():
    rng = np.random.default_rng(0)
    secret = [f"SECRET {number}" for number in range(100)]
    columns = (
        texts("name\x1b[2J", secret),
        texts("city", ["Secretville", "secretville", *["Bern"] * 98]),
        texts("street", ["ZÃ¼rich SECRET", *["Bern"] * 99]),
        texts("income", ["SECRET", *(f"{number}.5" for number in range(99))]),
        numbers("age", [*rng.integers(20, 70, 99), 7777]),
        numbers("annual_inc", [-98765.0, *rng.lognormal(9, 1, 99)]),
    )
    found = findings(AuditedLoans(columns, rng.integers(0, 2, 100).astype(float)))
    said = "".join(finding.what + finding.evidence + finding.fix for finding in found)
    assert {"near-unique", "case-variants", "mojibake", "mixed-types", "impossible"} <= {each.rule for each in found}
    assert "secret" not in said.lower()
    assert "7777" not in said
    assert "98765" not in said
    assert "\x1b" not in said


def test_no_rows_and_no_columns_are_nothing():
    assert findings(AuditedLoans(())) == []
    assert findings(AuditedLoans((numbers("x", []), texts("y", [])), np.zeros(0))) == []


def test_one_rule_says_one_thing_of_many_columns():
    columns = tuple(numbers(f"x{number}", [1.0, 1.0]) for number in range(30))
    found = [finding for finding in findings(AuditedLoans(columns)) if finding.rule == "constant"]
    assert len(found) == 1
    assert found[0].what.endswith('"x7" and 22 more.')
    assert len(found[0].columns) == 30
