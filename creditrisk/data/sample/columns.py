"""The columns of a loan file: their order, the type of each, and numbers turned into cell values.

Inside this package a loan is described by numbers alone (`Columns`); only `to_table` knows the words
and dates that a file shows for them:

* ``issueDate``, ``earliesCreditLine``: months since January 1900;
* ``grade`` 0–6 for A–G, ``subGrade`` 0–34 for A1–G5;
* ``employmentLength``: whole years 0–10, 10 standing for ten or more;
* everything else: the number that the file shows. Missing is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

Columns = Mapping[str, npt.NDArray[Any]]

BUREAU_COUNTS = tuple(f"n{number}" for number in range(15))
LOAN_COLUMNS = (
    "id", "loanAmnt", "term", "interestRate", "installment", "grade", "subGrade", "employmentTitle",
    "employmentLength", "homeOwnership", "annualIncome", "verificationStatus", "issueDate", "isDefault",
    "purpose", "postCode", "regionCode", "dti", "delinquency_2years", "ficoRangeLow", "ficoRangeHigh",
    "openAcc", "pubRec", "pubRecBankruptcies", "revolBal", "revolUtil", "totalAcc", "initialListStatus",
    "applicationType", "earliesCreditLine", "title", "policyCode", *BUREAU_COUNTS,
)  # fmt: skip
DECIMAL_COLUMNS = frozenset(
    {"loanAmnt", "interestRate", "installment", "annualIncome", "dti", "pubRecBankruptcies", "revolUtil"}
    | {"truePD", *BUREAU_COUNTS}
)

FIRST_YEAR = 1900
_LAST_YEAR = 2030
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEARS = range(FIRST_YEAR, _LAST_YEAR + 1)

# The words of each column that shows words, in the order of the numbers that stand for them.
CELL_WORDS: dict[str, tuple[str, ...]] = {
    "grade": tuple("ABCDEFG"),
    "subGrade": tuple(f"{grade}{step}" for grade in "ABCDEFG" for step in range(1, 6)),
    "employmentLength": (
        "< 1 year", "1 year", *(f"{years} years" for years in range(2, 10)), "10+ years",
    ),
    "issueDate": tuple(f"{year}-{month:02d}-01" for year in _YEARS for month in range(1, 13)),
    "earliesCreditLine": tuple(f"{month}-{year}" for year in _YEARS for month in _MONTH_NAMES),
}  # fmt: skip


def month_number(year: int, month: int) -> int:
    """Return the months from January 1900 to the given month (1–12)."""
    return (year - FIRST_YEAR) * 12 + month - 1


def to_table(columns: Columns, names: Sequence[str]) -> pa.Table:
    """Return the named columns as a table: int64, float64 (see `DECIMAL_COLUMNS`) or string, NaN as null."""
    return pa.table({name: _cells(name, columns[name]) for name in names})


def _cells(name: str, numbers: npt.NDArray[Any]) -> pa.Array:
    if name in DECIMAL_COLUMNS:
        return pa.array(numbers.astype(np.float64), from_pandas=True)
    if name in CELL_WORDS:
        return pa.array(CELL_WORDS[name], pa.string()).take(_whole(numbers))
    return _whole(numbers)


def _whole(numbers: npt.NDArray[Any]) -> pa.Array:
    if numbers.dtype.kind != "f":
        return pa.array(numbers.astype(np.int64))
    missing = np.isnan(numbers)
    return pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=missing)
