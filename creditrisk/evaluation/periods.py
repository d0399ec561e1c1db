"""Loans by when they were made: months, quarters or years, whichever leaves neither too many nor too small ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.evaluation.groups import CODES, Groups, number_words, parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

    Codes = NDArray[np.int64]

#: A table of vintages has this many rows, if the loans span enough time.
FEWEST, MOST = 4, 24
#: Half of the vintages should hold this many defaults.
_ENOUGH_DEFAULTS = 20
#: Times that are numbers, too many to stand alone, are cut into so many parts.
_PARTS = 10
_MONTHS_EACH = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, eq=False)
class Periods:
    """Which loan was made in which period.

    Attributes
    ----------
    period : str
        "month", "quarter", "year" or "number".
    labels : tuple of str
        The periods with loans, from the oldest to the newest.
    position : array of shape (n_periods,)
        Where they lie in time, in periods, so that empty ones count.
    member : array of shape (n_rows,)
        Position of each loan's period in `labels`.
    """

    period: str
    labels: tuple[str, ...]
    position: Floats
    member: NDArray[np.intp]


def settle_periods(
    time: Floats, default: NDArray[np.bool_], *, is_date: bool, enough: int = _ENOUGH_DEFAULTS
) -> Periods:
    """Return periods of loans: the shortest of which there are at most 24, unless most of those hold few defaults.

    Longer periods are taken where the middle one of the shorter holds too few defaults, as long as 4 remain. Of
    more than 24 years the oldest are one period. Times that are numbers stand alone up to 24 of them, beyond that they
    are cut into tenths of the loans.

    Parameters
    ----------
    time : array of shape (n_rows,)
        Finite; days since 1970-01-01, or numbers.
    default : array of shape (n_rows,)
        Whether a loan is known to have defaulted; or whatever else a period should have enough of.
    is_date : bool
    enough : int
        So many of them the middle period should hold.

    >>> days = np.array([16436.0, 16440.0, 16470.0])
    >>> settle_periods(days, np.ones(3, dtype=bool), is_date=True).labels
    ('2015-01', '2015-02')
    """
    if not is_date:
        return _of_numbers(time)
    months = _days(time).astype("datetime64[M]").astype(np.int64)
    codes = {name: months // each for name, each in _MONTHS_EACH.items()}
    counts = {name: len(np.unique(code)) for name, code in codes.items()}
    fitting = [name for name in codes if counts[name] <= MOST] or ["year"]
    wide = [name for name in fitting if counts[name] >= FEWEST]
    rich = [name for name in wide if _middle(codes[name], default) >= enough]
    chosen = rich[0] if rich else wide[-1] if wide else fitting[0]
    return _of_dates(chosen, codes[chosen])


def grouped_dates(time: Floats) -> Groups | Floats:
    """Return loans by a date that is no vintage: by month, quarter or year, the shortest that makes at most 12 groups.

    Of more than 12 years the numbers are returned, for `groups.grouped` to cut into fifths.

    Parameters
    ----------
    time : array of shape (n_rows,)
        Days since 1970-01-01, NaN where missing; one at least is not.

    >>> found = grouped_dates(np.array([16500.0, np.nan, 16436.0]))
    >>> found.names, found.member.tolist()
    (('2015-01', '2015-03', '(missing)'), [1, 2, 0])
    """
    known = np.isfinite(time)
    months = _days(time[known]).astype("datetime64[M]").astype(np.int64)
    for period, each in _MONTHS_EACH.items():
        values, member = np.unique(months // each, return_inverse=True)
        if len(values) <= CODES:
            names = [_label(period, int(value)) for value in values]
            placed = np.full(len(time), len(names), dtype=np.intp)
            placed[known] = member
            return (
                Groups(tuple(names), placed) if known.all() else Groups((*names, "(missing)"), placed, 0, 0, len(names))
            )
    years = np.full(len(time), np.nan)
    years[known] = 1970 + months // 12
    return years


def _days(time: Floats) -> NDArray[np.datetime64]:
    return np.floor(time).astype(np.int64).astype("datetime64[D]")


def _middle(code: Codes, default: NDArray[np.bool_]) -> float:
    """Return the number of defaults of the middle period."""
    _, member = np.unique(code, return_inverse=True)
    return float(np.median(np.bincount(member, default)))


def _of_dates(period: str, code: Codes) -> Periods:
    values, member = np.unique(code, return_inverse=True)
    early = max(len(values) - MOST, 0)
    labels = [_label(period, int(value)) for value in values[early:]]
    if early:
        labels[0] = f"until {labels[0]}"
    position = (values[early:] - values[early]).astype(np.float64)
    return Periods(period, tuple(labels), position, np.maximum(member - early, 0))


def _label(period: str, code: int) -> str:
    if period == "month":
        return str(np.datetime64(code, "M"))
    return f"{1970 + code // 4} Q{code % 4 + 1}" if period == "quarter" else str(1970 + code)


def _of_numbers(time: Floats) -> Periods:
    values, member = np.unique(time, return_inverse=True)
    if len(values) <= MOST:
        labels = number_words(values)
    else:
        labels, member = parts(time, _PARTS)
    return Periods("number", tuple(labels), np.arange(len(labels), dtype=np.float64), member.astype(np.intp))
