"""Who asks for a loan, when and where: everything known before a credit bureau is asked."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from creditrisk.data.sample.codes import Floats, Integers, drawn_from, hashed_uniform, zipf_codes
from creditrisk.data.sample.columns import Columns, month_number

FIRST_VINTAGE = month_number(2007, 6)
LAST_VINTAGE = month_number(2018, 12)
EMPLOYMENT_TITLES = 350_000
POST_CODES = 900
REGIONS = 50

# Most applicants without an employer fall under this one title.
TITLE_NOT_EMPLOYED = 50

_POST_CODE_SHARE_SALT = 11
_REGION_SALT = 12
_PURPOSE_SHARES = (0.580, 0.014, 0.064, 0.024, 0.215, 0.056, 0.007, 0.007, 0.012, 0.011, 0.005, 0.001, 0.003,
                   0.001)  # fmt: skip
_LENGTH_SHARES = (0.085, 0.070, 0.095, 0.085, 0.065, 0.065, 0.050, 0.045, 0.050, 0.040, 0.350)
_JOINT_SINCE = month_number(2015, 10)


def passed_time(issued: npt.NDArray[Any]) -> Floats:
    """Return the vintage as a number from 0 (the first month) to 1 (the last), shape (n,)."""
    return (issued - FIRST_VINTAGE) / float(LAST_VINTAGE - FIRST_VINTAGE)


def draw_applicants(rng: np.random.Generator, size: int, prudence: Floats) -> dict[str, npt.NDArray[Any]]:
    """Draw the applicants' own columns.

    Parameters
    ----------
    prudence
        The borrower's unseen care with money, standard normal, shape (size,). It shapes what the file
        shows and has no effect on default beyond that.
    """
    issued = _vintages(rng, size)
    income = _annual_income(rng, size, prudence)
    post_code = drawn_from(rng, size, _post_code_shares())
    loans: dict[str, npt.NDArray[Any]] = {
        "issueDate": issued,
        "annualIncome": income,
        "postCode": post_code,
        "regionCode": region_of(post_code),
        "purpose": drawn_from(rng, size, _PURPOSE_SHARES),
    }
    loans["employmentLength"] = _employment_length(rng, income)
    loans["employmentTitle"] = _employment_title(rng, loans["employmentLength"])
    loans["homeOwnership"] = _home_ownership(rng, income, loans["employmentLength"])
    loans["title"] = _title(rng, loans["purpose"])
    loans["earliesCreditLine"] = _earliest_credit_line(rng, issued, income)
    loans["applicationType"] = ((issued >= _JOINT_SINCE) & (rng.random(size) < 0.03)).astype(np.int64)
    return loans


def region_of(post_code: npt.NDArray[Any]) -> Integers:
    """Return the region 0–49 that a post code lies in, shape (n,); low numbers hold more post codes."""
    return (REGIONS * hashed_uniform(post_code, _REGION_SALT) ** 1.5).astype(np.int64)


@cache
def _post_code_shares() -> Floats:
    codes = np.arange(POST_CODES)
    popularity: Floats = np.exp(1.5 * hashed_uniform(codes, _POST_CODE_SHARE_SALT))
    return popularity / (codes + 60.0)


def _vintages(rng: np.random.Generator, size: int) -> Integers:
    """Draw months of issue: volume grows along an S-curve that is steepest in early 2014."""
    months = np.arange(FIRST_VINTAGE, LAST_VINTAGE + 1)
    volume = 0.01 + 1.0 / (1.0 + np.exp((month_number(2014, 2) - months) / 12.0))
    return months[drawn_from(rng, size, volume)]


def _annual_income(rng: np.random.Generator, size: int, prudence: Floats) -> Floats:
    """Draw yearly incomes, lognormal around 64,000; most people name whole thousands."""
    exact = 64_000.0 * np.exp(0.10 * prudence + 0.50 * rng.standard_normal(size))
    unit = np.where(rng.random(size) < 0.85, 1000.0, 10.0)
    return np.clip(np.round(exact / unit) * unit, 5_000.0, 2_000_000.0)


def _employment_length(rng: np.random.Generator, income: Floats) -> Floats:
    """Draw years in employment; missing for 4 % and more often where the income is small."""
    years = drawn_from(rng, len(income), _LENGTH_SHARES).astype(np.float64)
    missing_share = 0.02 + 0.12 / (1.0 + (income / 35_000.0) ** 2.5)
    years[rng.random(len(income)) < missing_share] = np.nan
    return years


def _employment_title(rng: np.random.Generator, length: Floats) -> Integers:
    code = zipf_codes(rng, len(length), EMPLOYMENT_TITLES, exponent=0.85)
    unemployed = np.isnan(length) & (rng.random(len(length)) < 0.9)
    return np.where(unemployed, TITLE_NOT_EMPLOYED, code)


def _home_ownership(rng: np.random.Generator, income: Floats, length: Floats) -> Integers:
    """Draw 0 mortgage, 1 rent, 2 own, and rarely 3–5: the better paid and longer employed own more."""
    means = 1.3 * np.log(income / 64_000.0) + 0.08 * (np.nan_to_num(length, nan=2.0) - 6.0)
    wealth = means + 1.1 * rng.standard_normal(len(income))
    home = np.select([wealth > 0.05, wealth > -0.30], [0, 2], default=1)
    rare = rng.random(len(income)) < 0.002
    return np.where(rare, 3 + drawn_from(rng, len(income), (0.5, 0.1, 0.4)), home)


def _title(rng: np.random.Generator, purpose: Integers) -> Floats:
    """Draw the loan's title: the purpose's own code, else one of a long tail; 0.5 % left blank."""
    tail = 14 + zipf_codes(rng, len(purpose), 40_000, exponent=0.95)
    title = np.where(rng.random(len(purpose)) < 0.85, purpose, tail).astype(np.float64)
    title[rng.random(len(purpose)) < 0.005] = np.nan
    return title


def _earliest_credit_line(rng: np.random.Generator, issued: Integers, income: Floats) -> Integers:
    """Draw the month of the first credit: three years ago at least, fifteen and a half as a rule."""
    years = 3.0 + 12.5 * (income / 64_000.0) ** 0.15 * np.exp(0.55 * rng.standard_normal(len(issued)))
    return issued - np.round(12.0 * np.minimum(years, 60.0)).astype(np.int64)


def age_of_credit(loans: Columns) -> Floats:
    """Return the years between the first credit line and the loan's issue, shape (n,)."""
    return (loans["issueDate"] - loans["earliesCreditLine"]) / 12.0
