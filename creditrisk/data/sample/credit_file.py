"""What a credit bureau knows of the applicant: score, debts, accounts, and past trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from creditrisk.data.sample.applicants import passed_time
from creditrisk.data.sample.columns import BUREAU_COUNTS, Columns, month_number

if TYPE_CHECKING:
    from creditrisk.data.sample.codes import Floats, Integers

_BANKRUPTCIES_SINCE = month_number(2008, 10)
_COUNTS_SINCE = month_number(2012, 8)


def draw_credit_file(rng: np.random.Generator, loans: Columns, prudence: Floats) -> dict[str, npt.NDArray[Any]]:
    """Draw the bureau's columns for applicants of unseen `prudence` (standard normal, shape (n,))."""
    size = len(prudence)
    standing = 0.8 * prudence + 0.6 * rng.standard_normal(size)
    activity = rng.gamma(5.0, 1.0 / 5.0, size) * (loans["annualIncome"] / 64_000.0) ** 0.25
    open_accounts = 2 + rng.poisson(9.6 * activity)
    fico = _fico(loans["issueDate"], standing)
    public_records = rng.poisson(0.20 * np.exp(-0.5 * standing - 0.12))
    return {
        "ficoRangeLow": fico,
        "ficoRangeHigh": fico + 4,
        "dti": _dti(rng, loans, prudence, activity),
        "delinquency_2years": rng.poisson(rng.gamma(0.35, 1.0, size) * np.exp(-0.35 * standing)),
        "openAcc": open_accounts,
        "totalAcc": open_accounts + rng.poisson(rng.gamma(3.0, 1.0 / 3.0, size) * 13.5 * activity),
        "pubRec": public_records,
        "pubRecBankruptcies": _bankruptcies(rng, loans["issueDate"], public_records),
        **_revolving(rng, loans["annualIncome"], standing, activity),
    }


def draw_bureau_counts(rng: np.random.Generator, loans: Columns, prudence: Floats) -> dict[str, Floats]:
    """Draw n0 … n14: counts of accounts by kind, all consistent with `openAcc` and `totalAcc`.

    They are missing together: nearly always before August 2012, when the bureau did not yet deliver
    them, and for one loan in a hundred since. n11 is missing for another 3 %.
    """
    size = len(prudence)
    opened, delinquent = loans["openAcc"], loans["delinquency_2years"]
    revolving = 1 + rng.binomial(opened - 1, 0.68)
    ever_revolving = revolving + rng.binomial(loans["totalAcc"] - opened, 0.48)
    balances = rng.binomial(revolving, 0.68)
    counts = {
        "n0": rng.poisson(0.25 + 0.6 * delinquent),
        "n1": rng.binomial(balances, 0.66),
        "n2": balances,
        "n3": balances,
        "n4": rng.binomial(revolving, 0.57),
        "n5": rng.binomial(ever_revolving, 0.55),
        "n6": loans["totalAcc"] - ever_revolving,
        "n7": revolving,
        "n8": ever_revolving,
        "n9": np.maximum(balances - (rng.random(size) < 0.05), 0),
        "n10": opened + (rng.random(size) < 0.02),
        "n11": rng.random(size) < 0.001,
        "n12": rng.random(size) < 0.004,
        "n13": rng.binomial(delinquent, 0.3),
        "n14": rng.poisson(2.1 * (opened / 11.6) ** 0.6 * np.exp(-0.35 * prudence - 0.06)),
    }
    blank = rng.random(size) < np.where(loans["issueDate"] < _COUNTS_SINCE, 0.97, 0.01)
    columns = {name: np.where(blank, np.nan, counts[name].astype(np.float64)) for name in BUREAU_COUNTS}
    columns["n11"][rng.random(size) < 0.03] = np.nan
    return columns


def _fico(issued: Integers, standing: Floats) -> Integers:
    """Return the lower end of the score's range of five: 660–845; the average falls over the vintages."""
    above = 33.0 * (1.25 - 0.35 * passed_time(issued)) * np.exp(0.75 * standing)
    return 660 + 5 * np.minimum(above / 5.0, 37.0).astype(np.int64)


def _dti(rng: np.random.Generator, loans: Columns, prudence: Floats, activity: Floats) -> Floats:
    """Draw debt to income in per cent: gamma around 18; missing for a few joint applications."""
    typical = 17.4 * np.exp(-0.10 * prudence) * activity**0.3 * (loans["annualIncome"] / 64_000.0) ** -0.25
    ratio: Floats = typical * (0.85 + 0.25 * passed_time(loans["issueDate"])) * rng.gamma(5.0, 1.0 / 5.0, len(prudence))
    capped: Floats = np.minimum(ratio, 70.0)
    dti = np.round(capped, 2)
    dti[(loans["applicationType"] == 1) & (rng.random(len(prudence)) < 0.04)] = np.nan
    return dti


def _bankruptcies(rng: np.random.Generator, issued: Integers, public_records: Integers) -> Floats:
    """Draw how many of the public records are bankruptcies; not recorded before October 2008."""
    bankruptcies = rng.binomial(public_records, 0.6).astype(np.float64)
    bankruptcies[issued < _BANKRUPTCIES_SINCE] = np.nan
    return bankruptcies


def _revolving(
    rng: np.random.Generator, income: Floats, standing: Floats, activity: Floats
) -> dict[str, npt.NDArray[Any]]:
    """Draw credit-card use: limit, per cent of it in use, and the balance; no limit, no per cent."""
    size = len(income)
    limit = 0.38 * income * activity**0.7 * np.exp(0.30 * standing + 0.60 * rng.standard_normal(size))
    limit[rng.random(size) < 0.001] = 0.0
    pull = 0.05 - 0.60 * standing - 0.35 * np.log(activity) + 1.0 * rng.standard_normal(size)
    used = np.round(104.0 / (1.0 + np.exp(-pull)), 1)
    used[rng.random(size) < 0.005] = 0.0
    return {
        "revolBal": np.round(limit * used / 100.0).astype(np.int64),
        "revolUtil": np.where(limit > 0.0, used, np.nan),
    }
