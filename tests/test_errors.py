"""Errors: their parts, their exit codes, and how names from the data are shown."""

import pytest

from creditrisk.errors import (
    CreditRiskError,
    DataError,
    ModelFileError,
    OutputError,
    UsageError,
    did_you_mean,
    near_names,
    printable,
    shown,
)

KINDS = [(CreditRiskError, 1), (UsageError, 2), (DataError, 3), (ModelFileError, 4), (OutputError, 5)]


@pytest.mark.parametrize(("kind", "code"), KINDS)
def test_every_kind_has_its_exit_code_and_is_a_credit_risk_error(kind, code):
    assert (kind("x").exit_code, issubclass(kind, CreditRiskError)) == (code, True)


@pytest.mark.parametrize(
    ("where", "fix", "places", "text"),
    [
        ((), "", (), "It is wrong."),
        ("line 1", "", ("line 1",), "It is wrong.\nline 1"),
        (["line 1", "line 2"], "Mend it.", ("line 1", "line 2"), "It is wrong.\nline 1\nline 2\nMend it."),
        ((), "Mend it.", (), "It is wrong.\nMend it."),
    ],
)
def test_an_error_keeps_its_parts_and_reads_as_their_lines(where, fix, places, text):
    error = DataError("It is wrong.", where=where, fix=fix)
    assert (error.what, error.where, error.fix, str(error)) == ("It is wrong.", places, fix, text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("", ""),
        ("annual income", "annual income"),
        ("Größe 語 €", "Größe 語 €"),
        ("\x1b[2Jamount", r"\x1b[2Jamount"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x00\x07\x7f", r"\x00\x07\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eabc", r"\u202eabc"),
        ("a\u00a0b", r"a\xa0b"),
        ("\ufeffid", r"\ufeffid"),
        ("\ud800", r"\ud800"),
    ],
)
def test_characters_that_could_steer_a_terminal_are_escaped(text, escaped):
    assert (printable(text), shown(text)) == (escaped, f'"{escaped}"')


@pytest.mark.parametrize("code", [*range(32), *range(127, 160)])
def test_no_control_code_gets_through(code):
    assert printable(chr(code)).isprintable()


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("anual_income", ["annualIncome", "id", "dti"], ["annualIncome"]),
        ("ISDEFAULT", ["isDefault", "id"], ["isDefault"]),
        ("isDefault", ["IsDefault", "ISDEFAULT"], ["IsDefault"]),
        ("grade", ["subGrade", "gradeX", "grades", "grade1"], ["gradeX", "grades", "grade1"]),
        ("fico", ["dti", "employmentLength"], []),
        ("fico", [], []),
        ("", ["id"], []),
    ],
)
def test_near_names_are_found_letter_case_aside(name, known, near):
    found = near_names(name, known)
    assert (sorted(found), len(found) <= 3) == (sorted(near), True)


def test_the_nearest_name_comes_first():
    assert near_names("loanAmnt", ["loanAmountTotal", "loanAmt", "laonAmount"])[0] == "loanAmt"


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("isdefault", ["isDefault", "id"], '; did you mean "isDefault"?'),
        ("ficoLow", ["ficoLow1", "ficoLow22"], '; did you mean "ficoLow1" or "ficoLow22"?'),
        ("fico", ["dti"], ""),
        ("amoun", ["amount\x1b"], '; did you mean "amount\\x1b"?'),
    ],
)
def test_did_you_mean_names_the_near_names_or_nothing(name, known, text):
    assert did_you_mean(name, known) == text
