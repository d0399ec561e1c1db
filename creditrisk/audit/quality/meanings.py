"""What the name of a column says that its numbers are: an age, an amount or a count, a percentage, a rate."""

from __future__ import annotations

import re

#: "annualIncome", "PctBelow30" and "LIMIT_BAL" fall into their words; digits part words.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_AGE = {"age", "ages"}
_OTHER_AGES = {
    "account", "accounts", "acct", "accts", "car", "card", "credit", "file", "history", "house", "line", "lines",
    "loan", "loans", "newest", "oldest", "own", "property", "record", "trade", "trades", "vehicle", "group", "band",
    "bin", "code", "months", "days", "diff", "of",
}  # fmt: skip
_NOT_NEGATIVE = {
    "acc", "accounts", "accts", "amnt", "amount", "amounts", "amt", "children", "cnt", "count", "debt", "dependants",
    "dependents", "dti", "duration", "employees", "income", "inc", "inq", "inquiries", "installment", "instalment",
    "limit", "months", "num", "number", "price", "salary", "salaries", "tenor", "term", "utilisation", "utilization",
    "wage", "wages", "years",
}  # fmt: skip
_MAY_FALL = {
    "balance", "bal", "bill", "change", "changes", "delta", "diff", "difference", "flow", "growth", "log", "margin",
    "net", "profit", "return", "score", "surplus", "trend", "zscore", "relative", "since", "before",
}  # fmt: skip
_PERCENT = {"pct", "percent", "percentage", "perc", "pcnt"}
_BEYOND_ALL = {"change", "growth", "increase", "ltv", "dti", "util", "utilisation", "utilization", "markup", "return"}
_SHARE = _PERCENT | {"dti", "ltv", "fraction", "proportion", "ratio", "share", "util", "utilisation", "utilization"}
_RATE = {"apr", "rate", "coupon"}
_OTHER_RATES = {"exchange", "fx", "pass", "default", "response", "tax", "unemployment", "rating", "pulse"}


def words(name: str) -> frozenset[str]:
    """Return the words of a column's name in small letters.

    >>> sorted(words("NumberOfTime30-59DaysPastDue")), sorted(words("annual_inc"))
    (['days', 'due', 'number', 'of', 'past', 'time'], ['annual', 'inc'])
    """
    return frozenset(word.lower() for word in _WORD.findall(name))


def is_age(name: str) -> bool:
    """Whether the name says the age of a person in years.

    >>> is_age("borrowerAge"), is_age("mortgage"), is_age("loan_age")
    (True, False, False)
    """
    told = words(name)
    return bool(told & _AGE) and not told & _OTHER_AGES


def is_never_negative(name: str) -> bool:
    """Whether the name says an amount, a count or a time that cannot be below 0.

    >>> is_never_negative("annual_inc"), is_never_negative("net_income"), is_never_negative("BILL_AMT1")
    (True, False, False)
    """
    told = words(name)
    return bool(told & (_NOT_NEGATIVE | _AGE)) and not told & _MAY_FALL


def is_percentage(name: str) -> bool:
    """Whether the name says a percentage of a whole, which cannot be above 100.

    >>> is_percentage("pct_never_late"), is_percentage("ltv_pct")
    (True, False)
    """
    told = words(name)
    return bool(told & _PERCENT) and not told & _BEYOND_ALL


def is_share(name: str) -> bool:
    """Whether the name says a share or a ratio.

    >>> is_share("RevolvingUtilizationOfUnsecuredLines"), is_share("income")
    (True, False)
    """
    return bool(words(name) & _SHARE)


def is_interest_rate(name: str) -> bool:
    """Whether the name says an interest rate.

    >>> is_interest_rate("interestRate"), is_interest_rate("int_rate"), is_interest_rate("tax_rate")
    (True, True, False)
    """
    told = words(name)
    return bool(told & _RATE) and not told & _OTHER_RATES
