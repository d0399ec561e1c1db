"""Levels in several spellings, and names with blanks."""

import numpy as np
from quality_loans import found, numbers, only, texts

from creditrisk.audit.loans import AuditedLoans
from creditrisk.audit.quality.spelling import blank_ends, case_variants


def test_levels_that_differ_in_case_or_blanks_are_variants():
    homes = [*["RENT"] * 30, *["rent "] * 12, *["Own"] * 20, *["own"] * 3, *["MORTGAGE"] * 35]
    finding = only(case_variants, texts("home", homes))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "case-variants", ("home",))
    assert finding.what == (
        'One level stands in several spellings, which differ in letter case or blanks only: "home".'
    )
    assert finding.evidence == '"home": 2 levels, 15 rows (15.0 %) in another spelling, such as "RENT", "rent ".'


def test_a_spelling_of_fewer_than_ten_loans_is_not_shown():
    finding = only(case_variants, texts("title", [*["Car"] * 30, *["car"] * 9, *["Boat"] * 30]))
    assert finding.evidence == '"title": 1 level, 9 rows (13.0 %) in another spelling.'
    hidden = only(case_variants, texts("title", [*["Car"] * 30, *["car"] * 10, "CAR"]))
    assert "CAR" not in hidden.evidence


def test_other_words_names_and_ids_are_no_variants():
    assert found(case_variants, texts("home", ["rent", "rents", "re nt", "own"] * 9)) == []
    assert found(case_variants, texts("id", ["a1", "A1"] * 9, use="id")) == []
    names = [f"Name {number}" for number in range(60)]
    assert found(case_variants, texts("name", [*names, "NAME 1"])) == []
    assert found(case_variants, numbers("x", [1.0, 2.0])) == []


def test_names_with_blanks_at_their_ends_are_shown():
    finding = only(blank_ends, numbers(" income", [1]), numbers("debt ratio", [1]), numbers("age ", [1]))
    assert (finding.severity, finding.rule, finding.columns) == ("low", "blank-ends", (" income", "age "))
    assert finding.what == 'Names that begin or end with a blank: " income", "age ".'
    assert finding.evidence == "2 names."
    loans = AuditedLoans((numbers("a", [1]),), np.zeros(1), target="bad ")
    assert [each.columns for each in blank_ends(loans)] == [("bad ",)]
    assert found(blank_ends, numbers("debt ratio", [1])) == []
