"""Loans by when they were made, in 4 to 8 periods that each hold enough loans of both outcomes to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.metrics.drift import quantile_edges
from creditrisk.metrics.shared_quantiles import shared_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedLoans
    from creditrisk.metrics.arrays import Floats

FEWEST, MOST = 4, 8
#: A period holds as many loans, and as many of the rarer outcome where outcomes are known.
ENOUGH_LOANS, ENOUGH_OUTCOMES = 100, 20
_MONTHS_EACH = {"year": 12, "quarter": 3, "month": 1}


@dataclass(frozen=True, eq=False)
class Periods:
    """Which loan was made in which period.

    Attributes
    ----------
    names : tuple of str
        From the oldest to the newest.
    member : array of shape (n_rows,)
        The place of each loan's period in `names`; −1 where its time is missing.
    """

    names: tuple[str, ...]
    member: NDArray[np.intp]


def audit_periods(loans: AuditedLoans) -> Periods | None:
    """Return the periods of loans; None without a time, or where not even 4 periods hold enough loans.

    Years, quarters or months are taken, the longest first, where there are 4 to 8 of them and each holds 100 loans and
    20 of the rarer outcome, both among the loans of known outcome if there are any. Otherwise runs of months, then of
    days, with about equal numbers of such loans; of times that no column says to be dates, runs of numbers.
    """
    if loans.time is None:
        return None
    timed = ~np.isnan(loans.time)
    counted = timed & loans.known if (timed & loans.known).any() else timed
    rare = _rarer(loans, counted)
    if int(rare.sum()) < FEWEST * ENOUGH_OUTCOMES:
        return None
    dates = any(column.use == "time" and column.kind == "date" for column in loans.columns)
    for names, place in _candidates(loans.time[timed], rare[timed], dates=dates):
        if _all_hold_enough(place, counted[timed], rare[timed], needed=loans.known.any()):
            member = np.full(len(loans), -1, dtype=np.intp)
            member[timed] = place
            return Periods(names, member)
    return None


def _rarer(loans: AuditedLoans, counted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the loans of the rarer outcome; all that count where no outcome is known."""
    if loans.y_true is None or not loans.known.any():
        return counted
    bad: NDArray[np.bool_] = counted & (loans.y_true == 1.0)
    good: NDArray[np.bool_] = counted & (loans.y_true == 0.0)
    return bad if bad.sum() <= good.sum() else good


def _candidates(
    time: Floats, rare: NDArray[np.bool_], *, dates: bool
) -> Iterator[tuple[tuple[str, ...], NDArray[np.intp]]]:
    """Yield names of periods and each loan's place in them, the best way to cut time first."""
    fine = [("number", time)]
    if dates:
        days = np.floor(time).astype(np.int64).astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64)
        for unit, each in _MONTHS_EACH.items():
            starts, part = np.unique(months // each, return_inverse=True)
            if FEWEST <= len(starts) <= MOST:
                yield tuple(_label(unit, start) for start in starts.tolist()), part.astype(np.intp)
        fine = [("month", months.astype(np.float64)), ("day", np.floor(time))]
    for unit, codes in fine:
        for parts in range(MOST, FEWEST - 1, -1):
            edges = _edges(codes[rare], parts) if unit == "number" else _cuts(codes, rare, parts)
            place = np.searchsorted(edges, codes)
            if len(np.unique(place)) == parts:
                yield (_names_between(edges) if unit == "number" else _run_names(unit, codes, place)), place


def _cuts(codes: Floats, rare: NDArray[np.bool_], parts: int) -> Floats:
    return quantile_edges(codes, rare.astype(np.float64), parts)


def _edges(codes: Floats, parts: int) -> Floats:
    """Return where runs of numbers end, each shared by 10 loans or rounded: they become names."""
    values, loans = np.unique(codes, return_counts=True)
    return np.unique([shared_quantile(values, loans, part / parts) for part in range(1, parts)])


def _names_between(edges: Floats) -> tuple[str, ...]:
    words = [f"{edge:.10g}" for edge in edges.tolist()]
    return (f"up to {words[0]}", *(f"{low} to {high}" for low, high in pairwise(words)), f"above {words[-1]}")


def _run_names(unit: str, codes: Floats, place: NDArray[np.intp]) -> tuple[str, ...]:
    names = []
    for part in range(int(place.max()) + 1):
        inside = codes[place == part]
        first, last = _label(unit, inside.min()), _label(unit, inside.max())
        names.append(first if first == last else f"{first} to {last}")
    return tuple(names)


def _label(unit: str, code: float) -> str:
    if unit == "year":
        return str(1970 + int(code))
    if unit == "quarter":
        return f"{1970 + int(code) // 4} Q{int(code) % 4 + 1}"
    return str(np.datetime64(int(code), "M" if unit == "month" else "D"))


def _all_hold_enough(
    place: NDArray[np.intp], counted: NDArray[np.bool_], rare: NDArray[np.bool_], *, needed: np.bool_
) -> bool:
    loans = np.bincount(place[counted], minlength=int(place.max(initial=-1)) + 1)
    outcomes = np.bincount(place[rare], minlength=len(loans))
    least = ENOUGH_OUTCOMES if needed else ENOUGH_LOANS
    return bool(len(loans) >= FEWEST and loans.min() >= ENOUGH_LOANS and outcomes.min() >= least)
