"""The truth: the log-odds of default of every loan, as a sum of named effects.

Every effect is a function of the values as they are written to the file, missing ones included, so the
true PD is the best that any model can reach. Effects are in log-odds; positive is riskier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from creditrisk.data.sample.applicants import age_of_credit, passed_time
from creditrisk.data.sample.codes import Floats, hashed_normal

if TYPE_CHECKING:
    from creditrisk.data.sample.columns import Columns

# Brings the default rate of the population to 20 %.
INTERCEPT = -3.269

_EMPLOYMENT_TITLE_SALT, _POST_CODE_SALT, _REGION_SALT = 1, 2, 3
_PURPOSE = np.array([0.10, 0.55, 0.12, 0.10, -0.05, 0.08, -0.15, 0.25, 0.20, 0.10, 0.05, 0.00, 0.30, -0.10])
_SMALL_BUSINESS, _HOME_IMPROVEMENT = 1, 2
_HOME = np.array([-0.14, 0.18, 0.00, 0.10, 0.10, 0.00])
_MORTGAGE, _RENT = 0, 1


def true_pd(loans: Columns) -> Floats:
    """Return the true PD in (0, 1), shape (n,), rounded to ten decimals as it is written and drawn from."""
    return np.round(1.0 / (1.0 + np.exp(-log_odds(loans))), 10)


def log_odds(loans: Columns) -> Floats:
    """Return the true log-odds of default: the intercept and the sum of all `effects`, shape (n,)."""
    total: Floats = INTERCEPT + np.sum(list(effects(loans).values()), axis=0)
    return total


def effects(loans: Columns) -> dict[str, Floats]:
    """Return every named effect on the log-odds, each of shape (n,).

    Parameters
    ----------
    loans
        The columns as numbers (see `creditrisk.data.sample.columns`), each of shape (n,).
    """
    return {
        "underwriter's grade": _grade(loans),
        "term, heavier where the loan is large for the income": _loan_to_income_by_term(loans),
        "income, with diminishing returns": -0.35 * np.log1p(loans["annualIncome"] / 40_000.0),
        "credit score": -0.18 * np.log((loans["ficoRangeLow"] - 645.0) / 40.0),
        "debt to income": _debt_to_income(loans["dti"]),
        "utilisation, worse at low scores": _utilisation_by_score(loans),
        "purpose and home": _purpose_by_home(loans),
        "years employed": _years_employed(loans["employmentLength"]),
        "employment title": 0.28 * hashed_normal(loans["employmentTitle"], _EMPLOYMENT_TITLE_SALT),
        "place": _place(loans),
        "past trouble": _past_trouble(loans),
        "age of credit": -0.25 * _rise(age_of_credit(loans), middle=12.0, width=4.0),
        "bureau counts": _bureau_counts(loans),
        "joint application": -0.25 * (loans["applicationType"] == 1),
        "income not verified": -0.12 * (loans["verificationStatus"] == 0),
        "vintage": _vintage(loans),
    }


def _rise(values: npt.NDArray[Any], middle: float, width: float) -> Floats:
    """Return a smooth step from 0 to 1 around `middle`."""
    return 1.0 / (1.0 + np.exp((middle - values) / width))


def _where_known(values: npt.NDArray[Any], known: npt.NDArray[Any], missing: float) -> Floats:
    return np.where(np.isnan(values), missing, known)


def _grade(loans: Columns) -> Floats:
    """Steep among the good sub-grades (0–34), flatter among the bad."""
    return 2.5 * (1.0 - np.exp(-loans["subGrade"] / 17.0))


def _loan_to_income_by_term(loans: Columns) -> Floats:
    """Weigh what a loan exceeds 15 % of a year's income by, twice as much over five years as over three."""
    excess = np.clip(loans["loanAmnt"] / loans["annualIncome"] - 0.15, 0.0, 0.5)
    return np.where(loans["term"] == 5, 0.15 + 2.4 * excess, 1.2 * excess)


def _debt_to_income(dti: npt.NDArray[Any]) -> Floats:
    """Add a threshold near 24 %, and a hump below 4 %, where the income named is hard to believe."""
    threshold = 0.50 * _rise(dti, middle=24.0, width=2.0)
    hump = 0.40 * np.exp(-((dti / 4.0) ** 2))
    return _where_known(dti, threshold + hump, missing=0.60)


def _utilisation_by_score(loans: Columns) -> Floats:
    """Add a threshold near 75 % used, under a third as high above a score of 700; unused cards add a small hump."""
    used = loans["revolUtil"]
    low_score = _rise(-loans["ficoRangeLow"], middle=-697.5, width=7.5)
    threshold = 0.55 * _rise(used, middle=75.0, width=4.0) * (0.3 + 0.7 * low_score)
    hump = 0.30 * np.exp(-((used / 6.0) ** 2))
    return _where_known(used, threshold + hump, missing=0.45)


def _purpose_by_home(loans: Columns) -> Floats:
    """Tenants who start a business are riskier, owners who improve their home safer than the sum of both."""
    purpose, home = loans["purpose"].astype(np.int64), loans["homeOwnership"].astype(np.int64)
    together: Floats = 0.40 * ((purpose == _SMALL_BUSINESS) & (home == _RENT))
    apart: Floats = -0.35 * ((purpose == _HOME_IMPROVEMENT) & (home == _MORTGAGE))
    alone: Floats = _PURPOSE[purpose] + _HOME[home]
    return alone + together + apart


def _years_employed(years: npt.NDArray[Any]) -> Floats:
    """Newcomers are a little riskier; those who name no employment much more."""
    return _where_known(years, 0.15 * np.exp(-np.nan_to_num(years) / 2.0), missing=0.55)


def _place(loans: Columns) -> Floats:
    region = 0.12 * hashed_normal(loans["regionCode"], _REGION_SALT)
    return region + 0.10 * hashed_normal(loans["postCode"], _POST_CODE_SALT)


def _past_trouble(loans: Columns) -> Floats:
    """Late payments and public records: the first of each counts most."""
    late = 0.20 * np.log1p(loans["delinquency_2years"])
    records = 0.25 * np.log1p(loans["pubRec"])
    return late + records + 0.15 * (loans["pubRecBankruptcies"] > 0)


def _bureau_counts(loans: Columns) -> Floats:
    """Many accounts opened within a year (n14), many in use (n2 of n7), few instalment loans paid (n6)."""
    opened = 0.10 * np.minimum(loans["n14"], 8.0)
    in_use = 0.40 * _rise(loans["n2"] / loans["n7"], middle=0.8, width=0.05)
    paid = -0.10 * np.log1p(loans["n6"])
    return _where_known(loans["n14"], opened + in_use + paid, missing=0.35)


def _vintage(loans: Columns) -> Floats:
    """Set the level: high in the crisis, low about 2012, rising since; recent long loans fare worse."""
    time = passed_time(loans["issueDate"])
    crisis, trend = 0.45 * np.exp(-((time / 0.2) ** 2)), 0.70 * np.clip(time - 0.4, 0.0, None)
    long_loans: Floats = 0.25 * (loans["term"] == 5) * _rise(time, middle=0.75, width=0.04)
    return crisis + trend + long_loans
