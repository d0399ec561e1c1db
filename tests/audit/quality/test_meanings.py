"""What names of columns say, on names of real files."""

import pytest

from creditrisk.audit.quality.meanings import (
    is_age,
    is_interest_rate,
    is_never_negative,
    is_percentage,
    is_share,
    words,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("MonthlyIncome", {"monthly", "income"}),
        ("LIMIT_BAL", {"limit", "bal"}),
        ("PAY_AMT1", {"pay", "amt"}),
        ("HTTPCode", {"http", "code"}),
        ("int. rate (%)", {"int", "rate"}),
        ("", set()),
    ],
)
def test_names_fall_into_words(name, parts):
    assert words(name) == parts


@pytest.mark.parametrize(
    ("rule", "meant", "not_meant"),
    [
        (
            is_age,
            ["age", "AGE", "applicantAge", "age_years"],
            ["mortgage", "vehicle_age", "ageOfOldestAccount", "page"],
        ),
        (
            is_never_negative,
            ["loan_amnt", "MonthlyIncome", "inq_last_6mths", "dti"],
            ["net_income", "score", "BILL_AMT1"],
        ),
        (is_percentage, ["pct_tl_nvr_dlq", "percent_bc_gt_75"], ["ltv_pct", "pct_change_income", "ratio"]),
        (is_share, ["DebtRatio", "utilisation", "revol_util"], ["income", "duration", "scenario"]),
        (is_interest_rate, ["interestRate", "APR", "coupon_rate"], ["default_rate", "grade", "exchangeRate", "rating"]),
    ],
)
def test_names_mean_what_they_say(rule, meant, not_meant):
    assert [name for name in meant if not rule(name)] == []
    assert [name for name in not_meant if rule(name)] == []
