"""Loans by the values of one column: each value a group, rare ones pooled, numbers cut into parts of equal size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from creditrisk.metrics.drift import quantile_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

#: A column of numbers with more distinct ones than this is cut into so many parts.
PARTS = 5
#: Whole numbers that are no more than this are codes or counts, each a group.
CODES = 12
#: Rounding the ends of a part may move this share of the loans to a neighbour.
_MOVED = 0.01
_MISSING = "missing"
_OTHER = "other"


@dataclass(frozen=True, eq=False)
class Groups:
    """Which loan is in which group.

    Attributes
    ----------
    names : tuple of str
        As they stand in the data, so that they must be made printable. "(missing)" and "(other)" are ours; where the
        data have that very value ours is "(missing, 2)".
    member : array of int, shape (n_rows,)
        Position in `names`.
    pooled : int
        Loans of rare values, which are together in the group "(other)".
    pooled_values : int
        How many values those are.
    missing : int
        The position of the group of missing values, −1 where there is none.
    """

    names: tuple[str, ...]
    member: NDArray[np.intp]
    pooled: int = 0
    pooled_values: int = 0
    missing: int = -1

    @property
    def pool(self) -> int:
        """The position of the pooled group, −1 where there is none."""
        return len(self.names) - 1 if self.pooled else -1


def grouped(labels: Sequence[str] | NDArray[Any], most: int = 12) -> Groups:
    """Return the groups of a column.

    Parameters
    ----------
    labels : sequence of str, or array of numbers, of shape (n_rows,)
        Text: each value is a group, those with most loans first; "" and None are missing. Numbers: NaN is missing; up
        to five distinct ones, or twelve whole ones, are groups; more are cut into fifths of the loans, in rising order.
    most : int
        At least 2. With more values of text than this only the `most` − 1 largest stand alone.

    Examples
    --------
    >>> grouped(["b", "a", "b", "", "c", "b", "a"], most=3).names
    ('b', 'a', '(other)')
    >>> grouped(np.array([36.0, 60.0, np.nan])).names
    ('36', '60', '(missing)')
    >>> grouped(np.arange(1.0, 10_001.0)).names[:2]
    ('up to 2,000', '2,000 to 4,000')
    """
    if most < 2:
        raise ValueError(f"most must be 2 or more, got {most}.")
    if len(labels) == 0:
        raise ValueError("labels must hold at least one loan.")
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biuf":
        return _of_numbers(labels.astype(np.float64))
    return _of_text(["" if label is None else str(label) for label in labels], most)


def _of_text(labels: list[str], most: int) -> Groups:
    # No array of text: it would give every loan the length of the longest value.
    loans = Counter(labels)
    order = sorted(loans, key=lambda value: (-loans[value], value))
    alone = order if len(order) <= most else order[: most - 1]
    names = [value or _free(_MISSING, alone) for value in alone]
    position = {value: min(rank, len(alone)) for rank, value in enumerate(order)}
    pooled = sum(loans[value] for value in order[len(alone) :])
    if pooled:
        names.append(_free(_OTHER, alone))
    member = np.fromiter((position[label] for label in labels), dtype=np.intp, count=len(labels))
    missing = alone.index("") if "" in alone else -1
    return Groups(tuple(names), member, pooled, len(order) - len(alone), missing)


def _of_numbers(numbers: Floats) -> Groups:
    known = np.isfinite(numbers)
    values = np.unique(numbers[known])
    codes = len(values) <= CODES and bool((values == np.rint(values)).all())
    if len(values) <= PARTS or codes:
        names = number_words(values)
        part = np.searchsorted(values, numbers[known])
    else:
        names, part = parts(numbers[known], PARTS)
    member = np.full(len(numbers), len(names), dtype=np.intp)
    member[known] = part
    if known.all():
        return Groups(tuple(names), member)
    return Groups((*names, f"({_MISSING})"), member, missing=len(names))


def parts(numbers: Floats, count: int) -> tuple[list[str], NDArray[np.intp]]:
    """Return up to `count` parts of about as many numbers each: their names, rising, and the part of each number.

    A number equal to an end is in the part below it. The ends are rounded as far as that moves at most 1 % of the
    numbers, and it is the rounded ends that part them.

    >>> names, part = parts(np.array([1.0, 2.0, 3.0, 4.5, 5.0, 9.0]), 3)
    >>> names, part.tolist()
    (['up to 2', '2 to 4.5', 'above 4.5'], [0, 0, 1, 1, 2, 2])
    """
    edges = _round_edges(numbers, quantile_edges(numbers, np.ones(len(numbers)), count))
    member: NDArray[np.intp] = np.searchsorted(edges, numbers)
    if len(edges) == 0:
        return ["all"], member
    words = number_words(edges)
    between = [f"{low} to {high}" for low, high in pairwise(words)]
    return [f"up to {words[0]}", *between, f"above {words[-1]}"], member


def number_words(numbers: Sequence[float] | Floats) -> list[str]:
    """Return numbers in up to 10 digits, thousands marked unless all look like years, or years and months.

    >>> number_words([1234567.0, 0.125, -3.0]), number_words([2009.0, 2011.0]), number_words([201407.0])
    (['1,234,567', '0.125', '-3'], ['2009', '2011'], ['201407'])
    """
    form = ".10g" if all(_is_year(number) for number in numbers) else ",.10g"
    return [f"{number:{form}}" for number in numbers]


def _is_year(number: float) -> bool:
    if not float(number).is_integer():
        return False
    return 1900 <= number <= 2100 or (190001 <= number <= 210012 and 1 <= number % 100 <= 12)


def _round_edges(numbers: Floats, edges: Floats) -> Floats:
    """Return the edges in as few digits as leave nearly every loan in its part, so that the names say all."""
    exact = np.searchsorted(edges, numbers)
    for digits in range(2, 10):
        rounded = np.array([float(f"{edge:.{digits - 1}e}") for edge in edges.tolist()])
        moved = float(np.mean(np.searchsorted(rounded, numbers) != exact))
        if moved <= _MOVED and len(np.unique(rounded)) == len(edges):
            return rounded
    return edges


def _free(word: str, taken: Sequence[str]) -> str:
    """Return a name of ours that is no value of the data."""
    name, count = f"({word})", 1
    while name in taken:
        count += 1
        name = f"({word}, {count})"
    return name
