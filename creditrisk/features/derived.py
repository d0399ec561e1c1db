"""Columns derived from the base matrix, as plain data, and how they are applied to loans.

The base matrix, float64 of shape (n_rows, n_base), holds numbers, dates as days since 1970-01-01, and categories as
codes 0, 1, …; NaN is missing. A derived value depends on its own row of the base matrix alone, never on other rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from creditrisk.metrics.arrays import Floats

Operation: TypeAlias = Literal["ratio", "difference"]
Part: TypeAlias = Literal["year", "month", "weekday"]
Statistic: TypeAlias = Literal["count", "target", "mean"]

#: Days beyond these have no date that anybody means; they count as missing.
_MOST_DAYS = 10_000_000


@dataclass(frozen=True)
class Flag:
    """1 where a column has one value, 0 elsewhere.

    Attributes
    ----------
    name : str
        For people, such as "employer missing".
    column : int
        Position in the base matrix.
    value : float or None
        The value; None for missing.

    Raises
    ------
    ValueError
        When the position is negative or the value not finite.

    >>> Flag("age missing", 0, None).apply(np.array([[30.0], [np.nan]])).tolist()
    [0.0, 1.0]
    """

    name: str
    column: int
    value: float | None

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_columns(self.columns)
        if self.value is not None:
            _check_finite([self.value])

    @property
    def columns(self) -> tuple[int, ...]:
        """The positions in the base matrix that it uses."""
        return (self.column,)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,), 0 or 1."""
        column = base[:, self.column]
        return (np.isnan(column) if self.value is None else column == self.value).astype(np.float64)


@dataclass(frozen=True)
class MissingCount:
    """How many of some columns are missing, from 0 to their number.

    Raises
    ------
    ValueError
        When there is no column, one stands twice, or a position is negative.

    >>> MissingCount("values missing", (0, 1)).apply(np.array([[np.nan, np.nan], [1.0, np.nan]])).tolist()
    [2.0, 1.0]
    """

    name: str
    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_columns(self.columns)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,)."""
        count = np.zeros(len(base))
        for column in self.columns:
            count += np.isnan(base[:, column])
        return count


@dataclass(frozen=True)
class Arithmetic:
    """Left / right or left − right of two columns; NaN where either is missing or the result is not finite.

    Raises
    ------
    ValueError
        When the operation is unknown, or the positions are equal or negative.

    >>> base = np.array([[6.0, 2.0], [6.0, 0.0], [np.nan, 2.0]])
    >>> Arithmetic("a / b", "ratio", 0, 1).apply(base).tolist()
    [3.0, nan, nan]
    >>> Arithmetic("a - b", "difference", 0, 1).apply(base).tolist()
    [4.0, 6.0, nan]
    """

    name: str
    operation: Operation
    left: int
    right: int

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_choice(self.operation, get_args(Operation))
        _check_columns(self.columns)

    @property
    def columns(self) -> tuple[int, ...]:
        """The positions in the base matrix that it uses."""
        return (self.left, self.right)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,), finite or NaN."""
        left, right = base[:, self.left], base[:, self.right]
        if self.operation == "ratio":
            return _quotient(left, right)
        with np.errstate(over="ignore", invalid="ignore"):
            return _finite_or_missing(left - right)


@dataclass(frozen=True)
class DatePart:
    """Year, month (1 to 12) or weekday (0 Monday to 6 Sunday) of a column of days, in the proleptic Gregorian calendar.

    Raises
    ------
    ValueError
        When the part is unknown or the position negative.

    >>> DatePart("year of issued", 0, "year").apply(np.array([[0.0], [-1.0], [np.nan]])).tolist()
    [1970.0, 1969.0, nan]
    """

    name: str
    column: int
    part: Part

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_choice(self.part, get_args(Part))
        _check_columns(self.columns)

    @property
    def columns(self) -> tuple[int, ...]:
        """The positions in the base matrix that it uses."""
        return (self.column,)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,), NaN for missing and for days more than ten million from 1970."""
        days = base[:, self.column]
        known = np.abs(days) <= _MOST_DAYS
        whole = np.floor(np.where(known, days, 0.0)).astype(np.int64)
        return np.where(known, self._part(whole), np.nan)

    def _part(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        if self.part == "weekday":
            return (days + 3) % 7  # 1970-01-01 was a Thursday
        unit = "datetime64[Y]" if self.part == "year" else "datetime64[M]"
        since_1970: NDArray[np.int64] = days.astype("datetime64[D]").astype(unit).astype(np.int64)
        return since_1970 + 1970 if self.part == "year" else since_1970 % 12 + 1


@dataclass(frozen=True)
class Lookup:
    """A stored value for each key of one or two columns.

    Attributes
    ----------
    name : str
        For people, such as "default rate of employer".
    statistic : str
        What the values are: "count" ln(1 + training loans), "target" log-odds of default, "mean" of another column.
    columns : tuple of one or two int
        Positions in the base matrix.
    keys : tuple of tuples of float or None
        One value a column; None is missing, and 0 equals −0.
    values : tuple of float
        One a key.
    other : float
        The value for every key that is not listed.

    Raises
    ------
    ValueError
        When the statistic is unknown, a number is not finite, lengths differ or a key stands twice.

    >>> lookup = Lookup("loans of employer", "count", (0,), ((7.0,), (None,)), (3.2, 4.5), 0.0)
    >>> lookup.apply(np.array([[7.0], [8.0], [np.nan]])).tolist()
    [3.2, 0.0, 4.5]
    """

    name: str
    statistic: Statistic
    columns: tuple[int, ...]
    keys: tuple[tuple[float | None, ...], ...]
    values: tuple[float, ...]
    other: float

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_choice(self.statistic, get_args(Statistic))
        _check_columns(self.columns)
        if len(self.columns) > 2 or any(len(key) != len(self.columns) for key in self.keys):
            raise ValueError("a key needs one value for each of one or two columns.")
        if len(self.keys) != len(self.values):
            raise ValueError("every key needs one value.")
        _check_finite([*self.values, self.other])
        _check_finite(part for key in self.keys for part in key if part is not None)
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a key stands twice.")

    @cached_property
    def _index(self) -> _Index:
        return _index_of(self.keys, len(self.columns), self.values, self.other)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,), always finite."""
        index = self._index
        code = _codes(index.levels, base[:, self.columns])
        place = np.searchsorted(index.codes[:-1], code)
        return index.values[np.where(index.codes[place] == code, place, len(self.keys))]


@dataclass(frozen=True)
class Relative:
    """A column over its mean in the row's group; NaN where either is missing, or the mean is 0.

    Raises
    ------
    ValueError
        When the group's statistic is not "mean", or the position is negative.

    >>> mean = Lookup("mean income by region", "mean", (1,), ((0.0,),), (200.0,), 400.0)
    >>> Relative("income / mean by region", 0, mean).apply(np.array([[100.0, 0.0], [100.0, 5.0]])).tolist()
    [0.5, 0.25]
    """

    name: str
    column: int
    group: Lookup

    def __post_init__(self) -> None:
        """Refuse what no fit can give: a model file may hold anything."""
        _check_columns(self.columns)
        if self.group.statistic != "mean":
            raise ValueError("a group needs means.")

    @property
    def columns(self) -> tuple[int, ...]:
        """The positions in the base matrix that it uses."""
        return (self.column, *self.group.columns)

    def apply(self, base: Floats) -> Floats:
        """Return shape (n_rows,), finite or NaN."""
        return _quotient(base[:, self.column], self.group.apply(base))


Derived: TypeAlias = Flag | MissingCount | Arithmetic | DatePart | Lookup | Relative


def apply_all(base: Floats, derived: Sequence[Derived]) -> Floats:
    """Return the derived columns, float64 of shape (n_rows, n_derived), C order.

    >>> apply_all(np.array([[np.nan]]), [Flag("age missing", 0, None)]).tolist()
    [[1.0]]
    """
    columns = np.empty((len(base), len(derived)), dtype=np.float64)
    for place, feature in enumerate(derived):
        columns[:, place] = feature.apply(base)
    return columns


@dataclass(frozen=True, eq=False)
class _Index:
    """The keys of a lookup as sorted whole numbers, with the values in their order; `other` stands last."""

    levels: tuple[Floats, ...]
    codes: NDArray[np.int64]
    values: Floats


def _index_of(
    keys: tuple[tuple[float | None, ...], ...], width: int, values: tuple[float, ...], other: float
) -> _Index:
    table = np.array(keys, dtype=np.float64).reshape(len(keys), width)  # None becomes NaN
    levels = tuple(np.unique(column[~np.isnan(column)]) for column in table.T)
    codes = _codes(levels, table)
    order = np.argsort(codes)
    return _Index(levels, np.append(codes[order], -1), np.append(np.array(values)[order], other))


def _codes(levels: tuple[Floats, ...], rows: Floats) -> NDArray[np.int64]:
    """Return one whole number a row: equal for equal rows, different for rows that differ in a listed value."""
    code = np.zeros(len(rows), dtype=np.int64)
    for listed, column in zip(levels, rows.T, strict=True):
        missing, unknown = len(listed), len(listed) + 1
        place = np.searchsorted(listed, column)
        place[np.append(listed, np.nan)[place] != column] = unknown
        place[np.isnan(column)] = missing
        code = code * (len(listed) + 2) + place
    return code


def _quotient(left: Floats, right: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return _finite_or_missing(left / right)


def _finite_or_missing(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _check_columns(columns: Sequence[int]) -> None:
    if not columns or len(set(columns)) != len(columns) or min(columns) < 0:
        raise ValueError("columns must be positions in the base matrix, each once.")


def _check_choice(value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"it must be one of: {', '.join(choices)}.")


def _check_finite(numbers: Iterable[float]) -> None:
    if not all(map(math.isfinite, numbers)):
        raise ValueError("numbers must be finite.")
