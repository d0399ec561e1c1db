"""What the lender agrees to: amount, term, the underwriter's grade, and the price that follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from creditrisk.data.sample.applicants import passed_time
from creditrisk.data.sample.codes import Floats, Integers, normal_cuts
from creditrisk.data.sample.columns import Columns, month_number

_LARGE_LOANS_SINCE = month_number(2016, 3)
_LONG_TERM_SINCE = month_number(2010, 5)
_LISTING_SINCE = month_number(2012, 8)

_GRADE_SHARES = (0.17, 0.29, 0.28, 0.15, 0.075, 0.025, 0.01)
_SUB_GRADE_CUTS = normal_cuts([share / 5.0 for share in _GRADE_SHARES for _ in range(5)])
# How the average applicant compares: they bring the underwriter's score to mean 0 and deviation 1.
_SCORE_MEAN, _SCORE_DEVIATION = 0.14, 1.04

# How much more or less than usual is asked for, by purpose 0–13 (1 is the average applicant).
_AMOUNT_BY_PURPOSE = np.array([1.1, 1.15, 1.0, 0.7, 1.1, 0.75, 0.5, 0.65, 0.65, 0.6, 0.4, 0.8, 1.1, 0.7])


def draw_loan_terms(rng: np.random.Generator, loans: Columns) -> dict[str, npt.NDArray[Any]]:
    """Draw the contract's columns from the applicant's and the bureau's, each of shape (n,)."""
    size = len(loans["issueDate"])
    amount = _amount(rng, loans)
    term = _term(rng, loans, amount)
    score = _underwriter_score(rng, loans, amount, term)
    sub_grade = np.searchsorted(_SUB_GRADE_CUTS, score)
    rate = _interest_rate(loans["issueDate"], sub_grade)
    return {
        "loanAmnt": amount,
        "term": term,
        "interestRate": rate,
        "installment": annuity(amount, rate, 12 * term),
        "grade": sub_grade // 5,
        "subGrade": sub_grade,
        "verificationStatus": _verification(rng, score, amount),
        "initialListStatus": _list_status(rng, loans["issueDate"]),
        "policyCode": np.ones(size, dtype=np.int64),
    }


def annuity(amount: Floats, rate: Floats, months: Integers) -> Floats:
    """Return the monthly instalment of a loan, rounded to cents, shape (n,).

    With i = rate / 1200 the monthly interest, it is amount · i / (1 − (1 + i)^−months).

    Parameters
    ----------
    amount
        Money lent, > 0, shape (n,).
    rate
        Interest in per cent a year, > 0, shape (n,).
    months
        Number of instalments, shape (n,).
    """
    monthly = rate / 1200.0
    return np.round(amount * monthly / -np.expm1(-months * np.log1p(monthly)), 2)


def _amount(rng: np.random.Generator, loans: Columns) -> Floats:
    """Draw the amount: about 12,000, growing over the vintages and with income; whole 25s or 1,000s."""
    size = len(loans["issueDate"])
    typical = 11_500.0 * _AMOUNT_BY_PURPOSE[loans["purpose"]] * np.exp(0.35 * passed_time(loans["issueDate"]) - 0.2)
    asked = typical * (loans["annualIncome"] / 64_000.0) ** 0.45 * np.exp(0.55 * rng.standard_normal(size))
    unit = np.where(rng.random(size) < 0.6, 1000.0, 25.0)
    most = np.where(loans["issueDate"] < _LARGE_LOANS_SINCE, 35_000.0, 40_000.0)
    return np.clip(np.round(asked / unit) * unit, 1_000.0, most)


def _term(rng: np.random.Generator, loans: Columns, amount: Floats) -> Integers:
    """Draw 3 or 5 years: large loans run longer; five years are offered since May 2010."""
    relative = np.log(amount / 12_000.0) - 0.3 * np.log(loans["annualIncome"] / 64_000.0)
    share = 1.0 / (1.0 + np.exp(1.25 - 1.3 * relative))
    long = (loans["issueDate"] >= _LONG_TERM_SINCE) & (rng.random(len(amount)) < share)
    return np.where(long, 5, 3)


def _underwriter_score(rng: np.random.Generator, loans: Columns, amount: Floats, term: Integers) -> Floats:
    """Return the underwriter's view of the risk, about standard normal, high is bad, shape (n,).

    The noise is what the underwriter learns and no column shows; it enters default by way of the
    grade, so that the written columns still tell all there is to know.
    """
    score: Floats = (
        -0.65 * np.log((loans["ficoRangeLow"] - 645.0) / 40.0)
        + 0.20 * (np.nan_to_num(loans["dti"], nan=30.0) - 18.0) / 9.0
        + 0.15 * (np.nan_to_num(loans["revolUtil"], nan=50.0) - 52.0) / 25.0
        - 0.30 * np.log(loans["annualIncome"] / 64_000.0)
        + 0.15 * np.log(amount / 12_000.0)
        + 0.10 * np.minimum(loans["delinquency_2years"], 3)
        + 0.08 * (np.nan_to_num(loans["n14"], nan=2.0) - 2.0)
        + 0.80 * (term == 5)
        + 0.75 * rng.standard_normal(len(amount))
    )
    return (score - _SCORE_MEAN) / _SCORE_DEVIATION


def _interest_rate(issued: Integers, sub_grade: Integers) -> Floats:
    """Return the price list's rate in per cent a year: by sub-grade, revised every quarter, 5.31–30.99."""
    now = passed_time(issued - issued % 3)
    general = 0.6 * np.sin(7.0 * now) + 0.3 * np.cos(17.0 * now)
    steepness = 0.66 + 0.10 * (now - 0.5)
    return np.clip(np.round(6.0 + general + steepness * sub_grade, 2), 5.31, 30.99)


def _verification(rng: np.random.Generator, score: Floats, amount: Floats) -> Integers:
    """Draw 0 not verified, 1 source verified, 2 verified: the lender looks closer where more is at stake."""
    stake = 0.35 * score + 0.5 * np.log(amount / 12_000.0) + rng.standard_normal(len(score))
    return np.searchsorted(np.array([-0.60, 0.60]), stake)


def _list_status(rng: np.random.Generator, issued: Integers) -> Integers:
    """Draw the initial listing, 0 or 1: 1 came up in August 2012 and grew to seven tenths."""
    share = np.clip((issued - _LISTING_SINCE) / 80.0, 0.0, 0.7)
    return (rng.random(len(issued)) < share).astype(np.int64)
