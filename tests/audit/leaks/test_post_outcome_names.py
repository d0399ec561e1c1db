from __future__ import annotations

import numpy as np
import pytest
from leak_loans import Loans, found, numbers

from creditrisk.audit.leaks.after_outcome import filled_after
from creditrisk.audit.leaks.post_outcome_names import meaning_of, named_after
from creditrisk.audit.leaks.single_columns import found_of_single


def words(text):
    """The names of a list."""
    return text.split()


AFTER = words("""
recoveries recovery_amount amountRecovered collection_recovery_fee ChgOffDate ChgOffPrinGr charge_off_date
chargeoffdate ChargedOffAmount charged-off written_off WriteOffAmt writeoff_date post_default_balance collectionFee
total_pymnt total_pymnt_inv TotalPayment total_paid last_pymnt_d LAST_PYMNT_AMNT next_pymnt_d lastPaymentDate
paid_to_date total_rec_prncp total_rec_int total_rec_late_fee interest_paid PaidPrincipal out_prncp out_prncp_inv
outstanding_principal settlement_amount debt_settlement_flag hardship_flag hardship_type payment_plan_start_date
pymnt_plan LGD loss_given_default closed_date CloseDate payoff_date PaidOffDate default_date DateOfDefault
final_status loan_outcome LoanStatus deferral_term last_fico_range_high last_credit_pull_d foreclosure_date
repossessed current_actual_upb zero_balance_code amount_collected unpaid_balance default prepayment_date
PaidInFullDate paid_in_full months_to_default mths_until_default payment_plan net_loss latest_credit_score
settlement_account_type
""")

BEFORE = words("""
pub_rec_bankruptcies delinq_2yrs NumberOfTimes90DaysLate NumberOfTime30-59DaysPastDueNotWorse
collections_12_mths_ex_med tot_coll_amt chargeoff_within_12_mths sec_app_chargeoff_within_12_mths PAY_0 PAY_AMT1
BILL_AMT1 payment_to_income annual_inc annualIncome mths_since_last_delinq mths_since_last_major_derog
acc_now_delinq num_tl_90g_dpd_24m tot_cur_bal avg_cur_bal revol_bal earliest_cr_line earliesCreditLine installment
issue_d int_rate late_payments_past_year previous_default number_of_write_offs history_of_defaults emp_title purpose
loan_amnt funded_amnt term home_ownership verification_status account_status employment_status marital_status
MonthlyIncome DebtRatio initial_list_status monthly_payment duration credit_history cb_person_default_on_file
total_acc total_bal_ex_mort orig_upb closing_balance income_total 总还款额
chargeoffs_24m chargeoffs_12mo write_offs_l12m amount_paid_3m
total_payments_6m collections_amount_12m interest_paid_last_year loans_paid_off paid_off_mortgage
loan_status_at_application final_status_of_application recovery_time_of_business outstanding_principal_other_banks
total_payments_cards default_flag_at_origination months_since_default
""")


@pytest.mark.parametrize("name", AFTER)
def test_names_from_after_the_outcome(name):
    assert meaning_of(name) != ""
    assert meaning_of(name.upper() if "_" in name else name) != ""


@pytest.mark.parametrize("name", BEFORE)
def test_names_from_before_it(name):
    assert meaning_of(name) == ""


def test_a_name_alone_is_medium_and_columns_that_say_the_same_are_told_together():
    loans = Loans()
    noise = [numbers(name, loans.rng.normal(size=1500)) for name in ("total_pymnt", "last_pymnt_d", "recoveries")]
    (payments, recovery) = named_after(loans.with_columns(*noise))
    assert (payments.severity, payments.columns, payments.drop) == ("medium", ("total_pymnt", "last_pymnt_d"), ())
    assert payments.what == '"total_pymnt", "last_pymnt_d" speak of payments, which comes after the decision.'
    assert payments.evidence.startswith("the name only: the best AUC alone is 0.5")
    assert payments.fix == "Find out when it is written; --drop NAME if that is after the decision."
    assert recovery.what == '"recoveries" speaks of a recovery, which comes after the decision.'


def test_a_name_is_high_with_an_auc():
    loans = Loans()
    column = numbers("total_pymnt", loans.rng.normal(size=1500) - loans.y)
    (finding,) = named_after(loans.with_columns(column))
    assert (finding.severity, finding.drop) == ("high", ("total_pymnt",))
    assert finding.what == '"total_pymnt" speaks of payments, which comes after the decision, and ranks the loans.'
    assert finding.evidence.startswith("AUC alone 0.7")
    assert finding.fix == '--drop "total_pymnt"'


def test_a_name_is_high_with_a_filling():
    loans = Loans()
    column = numbers("recoveries", np.where(loans.bad & (loans.rng.random(1500) < 0.15), 5.0, 0.0))
    assert found(named_after, loans.with_columns(column)) == [("high", "named-after", ("recoveries",), ("recoveries",))]


def test_a_weak_column_goes_with_a_strong_one_that_says_the_same():
    loans = Loans()
    weak = numbers("last_pymnt_d", loans.rng.normal(size=1500) - 0.3 * loans.y)
    strong = numbers("total_pymnt", loans.rng.normal(size=1500) - loans.y)
    assert [one[0] for one in found(named_after, loans.with_columns(weak))] == ["medium"]
    assert [one[3] for one in found(named_after, loans.with_columns(weak, strong))] == [
        ("last_pymnt_d",),
        ("total_pymnt",),
    ]


@pytest.mark.parametrize(
    "name", ["net_loss", "latest_credit_score", "settlement_account_type", "payment_plan", "default"]
)
def test_a_name_with_an_honest_meaning_is_medium_whatever_its_auc_unless_the_filling_agrees(name):
    loans = Loans()
    ranks = numbers(name, loans.rng.normal(size=1500) - loans.y)
    sure = numbers("default_date", loans.rng.normal(size=1500) - loans.y)
    assert ("medium", "named-after", (name,), ()) in found(named_after, loans.with_columns(ranks, sure))
    filled = numbers(name, np.where(loans.bad & (loans.rng.random(1500) < 0.3), ranks.values, np.nan))
    assert found(named_after, loans.with_columns(filled)) == [("high", "named-after", (name,), (name,))]


def test_a_name_needs_fewer_filled_loans_than_no_name():
    loans = Loans()
    few = np.where(loans.bad & (np.cumsum(loans.bad) % 12 == 0), 5.0, np.nan)
    assert np.isfinite(few).sum() == 25
    assert found(filled_after, loans.with_columns(numbers("settlement_amount", few))) == []
    (finding,) = named_after(loans.with_columns(numbers("settlement_amount", few)))
    assert (finding.severity, finding.drop) == ("high", ("settlement_amount",))


@pytest.mark.parametrize(("name", "drop"), [("settlement_date", ("settlement_date",)), ("visited", ())])
def test_few_loans_that_all_defaulted_are_enough_where_the_name_says_so(name: str, drop: tuple[str, ...]) -> None:
    loans = Loans(rows=1_000)
    filled = np.full(1_000, np.nan)
    filled[np.flatnonzero(loans.bad)[:15]] = np.arange(15.0)
    findings = found_of_single(loans.with_columns(numbers(name, filled)))
    assert tuple(column for finding in findings for column in finding.drop) == drop
