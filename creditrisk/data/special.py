"""Codes that hide in a column of numbers: 98 among counts, −9 among scores, 365243 among days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

_HIGH = [10.0**digits - 5 + last for digits in range(2, 10) for last in (1, 2, 3, 4)]
_HIGH_CODES = np.array([*_HIGH, 365243.0])
_LOW_CODES = np.array([*(-float(code) for code in range(1, 10)), *(1.0 - 10.0**digits for digits in range(2, 10))])
_LOW, _HIGHEST = frozenset(_LOW_CODES.tolist()), frozenset(_HIGH_CODES.tolist())
#: A code that fewer loans share could be a person's value.
_FEWEST_LOANS = 10
_MOST_GRADES = 20


def special_codes(values: Floats) -> tuple[float, ...]:
    """Return the codes that hide in a column of numbers, in ascending order. Outcomes play no part.

    A code is written in a well-known way: high ones 96–99, 996–999, 9996–9999 and so on to nine digits, and 365243;
    low ones −1 to −9, −99, −999 and so on to nine nines. A run of such values at one end of the range, nothing
    else beyond or between, is taken for codes when it stands apart from the numbers that are left:

    - at either end: the gap to the nearest of them is larger than their own range, of at least two different numbers;
    - or, at the low end: all of them are at least 0, and the run does not look like the beginning of a scale. It does
      when the first of them is the run's last plus 1 and all are whole, and either at most 20 different ones are left
      (grades, with or without a hole), or the next two follow without a hole and some code of the run's unbroken part
      has no more loans than the first of them (the tail of a count).

    The longest such run counts. The low end is looked at first, then the high one, and again without what was found.
    Of the run, codes of at least 10 loans are returned.

    Parameters
    ----------
    values : array of shape (n_rows,)
        NaN for missing.

    >>> special_codes(np.array([0.0, 1.0, 2.0, 5.0] * 20 + [96.0] * 10 + [98.0] * 30))
    (96.0, 98.0)
    >>> special_codes(np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0] * 20))
    ()
    """
    return special_codes_counted(*np.unique(values[np.isfinite(values)], return_counts=True))


def special_codes_counted(numbers: Floats, loans: NDArray[Any]) -> tuple[float, ...]:
    """Return the codes of a column as `special_codes` does, its different numbers counted already.

    Parameters
    ----------
    numbers : array of shape (n_distinct,)
        Ascending, finite.
    loans : array of shape (n_distinct,)
        How many have each, 1 or more.
    """
    left, found = _Values(numbers, loans), list[float]()
    while True:
        low, high = _low_run(left), 0
        if not low:
            high = _high_run(left)
        if not low and not high:
            return tuple(sorted(found))
        run = left.part(0, low) if low else left.part(len(left) - high, len(left))
        found.extend(run.numbers[run.loans >= _FEWEST_LOANS].tolist())
        left = left.part(low, len(left) - high)


@dataclass(frozen=True, eq=False)
class _Values:
    """Different numbers in ascending order and how many loans have each."""

    numbers: Floats
    loans: NDArray[Any]

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, start: int, stop: int) -> _Values:
        return _Values(self.numbers[start:stop], self.loans[start:stop])


def _low_run(values: _Values) -> int:
    """Return how many of the lowest numbers are codes."""
    if not len(values) or float(values.numbers[0]) not in _LOW:  # most columns
        return 0
    known = np.isin(values.numbers, _LOW_CODES)
    most = len(known) if known.all() else int(np.argmin(known))
    for size in range(most, 0, -1):
        rest = values.part(size, len(values))
        gap = rest.numbers[0] - values.numbers[size - 1] if len(rest) else 0.0
        if _is_apart(rest, gap) or (len(rest) > 1 and rest.numbers[0] >= 0 and not _begins_scale(values, size)):
            return size
    return 0


def _high_run(values: _Values) -> int:
    """Return how many of the highest numbers are codes."""
    if not len(values) or float(values.numbers[-1]) not in _HIGHEST:
        return 0
    known = np.isin(values.numbers, _HIGH_CODES)[::-1]
    most = len(known) if known.all() else int(np.argmin(known))
    for size in range(most, 0, -1):
        rest = values.part(0, len(values) - size)
        if len(rest) and _is_apart(rest, values.numbers[-size] - rest.numbers[-1]):
            return size
    return 0


def _is_apart(rest: _Values, gap: float) -> bool:
    return len(rest) > 1 and gap > rest.numbers[-1] - rest.numbers[0]


def _begins_scale(values: _Values, size: int) -> bool:
    """Whether the numbers after the lowest `size` ones go on from them, as those of grades or counts do."""
    numbers, loans = values.numbers, values.loans
    left, last = numbers[size:], numbers[size - 1]
    if left[0] != last + 1 or (left != np.floor(left)).any():
        return False
    joined = [place for place in range(size) if last - numbers[place] == size - 1 - place]
    unbroken = left[:3].tolist() == [last + 1, last + 2, last + 3]
    return len(left) <= _MOST_GRADES or (unbroken and bool(loans[joined].min() <= loans[size]))
