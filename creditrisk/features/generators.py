"""Which derived columns are made from a base matrix: seven generators, each fitted on training rows.

What looks at outcomes (`target`, `pairs`) gives the training rows nested values; everything else gives them what its
features give any row. Only the inner folds and `order` depend on more than the rows' values: the folds on the order of
the rows, `order` on a model of the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, combinations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from creditrisk.data.special import special_codes
from creditrisk.features.column_kinds import NumberFacts, number_facts
from creditrisk.features.derived import Arithmetic, DatePart, Derived, Flag, Lookup, MissingCount, Relative
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL
from creditrisk.features.target_mean import RowKeys, fitted_target, inner_folds, inner_folds_of, nested_target, row_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from creditrisk.features.derived import Operation
    from creditrisk.metrics.arrays import Floats, Outcomes

    Candidates: TypeAlias = Iterator[tuple[Derived, Floats]]

_FEWEST_LEVELS_COUNTED, _FEWEST_LEVELS_ENCODED = 10, 5
#: A number has so many values at least, and so many loans have one of those that 10 loans share.
_FEWEST_VALUES_ENCODED, _LEAST_ENCODED = 20, 0.3
_LEAST_MISSING, _MOST_MISSING = 0.01, 0.99
_PAIRED_COLUMNS, _MOST_PAIRED_VALUES, _LEAST_COVERED = 6, 30, 0.5
_RATIO_COLUMNS, _MOST_DIFFERENCES, _SAME_UNIT, _LEAST_OVERLAP = 14, 20, 30.0, 0.5
_MOST_MISSING_RATIOS, _MOST_EQUAL_RATIOS = 0.95, 0.9
_GROUPED_AMOUNTS, _GROUPS, _MOST_GROUP_LEVELS = 5, 3, 200
_DATE_COLUMNS = 5
#: Beyond this nothing is subtracted.
_LARGEST_AMOUNT = 1e150


@dataclass(frozen=True, eq=False)
class Columns:
    """What the columns of a base matrix are.

    Attributes
    ----------
    names : tuple of str
        One a column.
    levels : mapping
        For each column of codes, its number of levels; its codes are 0 to that number (every other level).
    dates : frozenset of int
        The columns of days since 1970-01-01.
    """

    names: tuple[str, ...]
    levels: Mapping[int, int]
    dates: frozenset[int]


@dataclass(frozen=True, eq=False)
class Training:
    """The rows that a fit may see.

    Attributes
    ----------
    base : array of shape (n_rows, n_base)
        The base matrix, NaN for missing.
    y_true, weight : arrays of shape (n_rows,)
        Outcomes (1 = default) and loan weights (equal where None).
    columns : Columns
        What the base matrix holds.
    order : array of positions
        Columns of the base matrix, the most important first, by a model of these same rows; others are not ranked.
    group : array of shape (n_rows,), optional
        Whose loan each is: nobody's loans are in two inner folds.
    """

    base: Floats
    y_true: Outcomes
    weight: Floats | None
    columns: Columns
    order: NDArray[np.intp]
    group: NDArray[np.intp] | None = None

    @cached_property
    def numbers(self) -> Mapping[int, NumberFacts]:
        """What each column is made of that holds neither codes of levels nor dates."""
        apart = {*self.columns.levels, *self.columns.dates}
        return {i: number_facts(self.base[:, i]) for i in range(self.base.shape[1]) if i not in apart}

    @cached_property
    def fold(self) -> NDArray[np.int8]:
        """The inner fold of each row."""
        return inner_folds(self.y_true) if self.group is None else inner_folds_of(self.group)

    def ranked(self, among: Collection[int], most: int) -> list[int]:
        """Return the most important of some columns, most important first."""
        return [int(column) for column in self.order if column in among][:most]

    def name(self, column: int) -> str:
        """Return a column's name."""
        return self.columns.names[column]

    def encodable(self, fewest_levels: int) -> list[int]:
        """Return the columns of codes: those with at least so many levels, and numbers that look like codes."""
        levels = {column for column, count in self.columns.levels.items() if count >= fewest_levels}
        return sorted(levels | {column for column, facts in self.numbers.items() if facts.coded})


@dataclass(frozen=True, eq=False)
class Generated:
    """Derived columns and the training rows' own values of them.

    Attributes
    ----------
    features : tuple of Derived
        No two with one name or the same values, none constant on the training rows.
    values : array of shape (n_rows, n_features)
        Nested for what looks at outcomes; otherwise what `apply` gives.
    """

    features: tuple[Derived, ...]
    values: Floats


def generate(names: Sequence[str], training: Training) -> Generated:
    """Return what the named generators make, in the order of `specs.GENERATORS` whatever that of the names.

    Raises
    ------
    ValueError
        When a name is unknown.

    >>> base, y = np.array([[1.0], [np.nan]] * 20), np.array([0, 0, 1, 1] * 10)
    >>> rows = Training(base, y, None, Columns(("income",), {}, frozenset()), np.array([0]))
    >>> generate(["flags", "dates"], rows).features
    (Flag(name='income missing', column=0, value=None),)
    """
    unknown = sorted(set(names) - set(_CANDIDATES))
    if unknown:
        raise ValueError(f"there is no generator {unknown[0]!r}; there are {', '.join(_CANDIDATES)}.")
    wanted = [make(training) for name, make in _CANDIDATES.items() if name in names]
    return _distinct(training, chain.from_iterable(wanted))


def _distinct(training: Training, candidates: Iterable[tuple[Derived, Floats]]) -> Generated:
    """Return the candidates that say something no column before them says."""
    seen = {_fingerprint(column) for column in training.base.T}
    taken = set(training.columns.names)
    features: list[Derived] = []
    values: list[Floats] = []
    for feature, column in candidates:
        mark = _fingerprint(column)
        if mark in seen or _is_constant(column):
            continue
        seen.add(mark)
        name = _free_name(feature.name, taken)
        taken.add(name)
        features.append(feature if name == feature.name else replace(feature, name=name))
        values.append(column)
    return Generated(tuple(features), np.column_stack(values) if values else np.empty((len(training.base), 0)))


def _fingerprint(column: Floats) -> bytes:
    from hashlib import blake2b

    return blake2b((np.where(np.isnan(column), np.nan, column) + 0.0).tobytes(), digest_size=16).digest()


def _is_constant(column: Floats) -> bool:
    return bool((column == column[0]).all() or np.isnan(column).all()) if len(column) else True


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _applied(training: Training, features: Iterable[Derived]) -> Candidates:
    return ((feature, feature.apply(training.base)) for feature in features)


def _flags(training: Training) -> Candidates:
    """Missing values, codes that hide in numbers, and the number of missing values of a loan."""
    names = training.columns.names
    share = np.array([np.isnan(column).mean() for column in training.base.T])
    telling = np.flatnonzero((share >= _LEAST_MISSING) & (share <= _MOST_MISSING)).tolist()
    yield from _applied(training, (Flag(f"{names[column]} missing", column, None) for column in telling))
    for column in training.numbers:
        codes = special_codes(training.base[:, column])
        yield from _applied(training, (Flag(f"{names[column]} is {code:.0f}", column, code) for code in codes))
    # A column without any value is one that nothing may be made of.
    incomplete = tuple(np.flatnonzero((share > 0) & (share < 1)).tolist())
    if len(incomplete) >= 2:
        yield from _applied(training, [MissingCount("values missing", incomplete)])


def _counts(training: Training) -> Candidates:
    """How many training loans share a code; 0 for those that fewer than 10 share."""
    for column in training.encodable(_FEWEST_LEVELS_COUNTED):
        keys = row_keys(training.base, (column,))
        values = np.append(np.log1p(keys.loans), 0.0)
        yield from _applied(training, [keys.lookup(f"loans of {training.name(column)}", "count", values)])


def _target(training: Training) -> Candidates:
    """Encode by its default rate each code, and each number whose values repeat.

    For numbers too it helps where rules are sharp: a value's own default rate shows in one split what takes trees two.
    """
    repeated = {column for column, facts in training.numbers.items() if facts.distinct >= _FEWEST_VALUES_ENCODED}
    for column in sorted({*training.encodable(_FEWEST_LEVELS_ENCODED), *repeated}):
        keys = row_keys(training.base, (column,))
        if keys.covered >= _LEAST_ENCODED and keys.listed.sum() >= 2:
            yield _encoded(training, keys)


def _pairs(training: Training) -> Candidates:
    """Encode two codes, or numbers of few values, together by their default rate."""
    numbers = {
        column
        for column, facts in training.numbers.items()
        if facts.coded or 2 <= facts.distinct <= _MOST_PAIRED_VALUES
    }
    best = training.ranked(numbers | set(training.columns.levels), _PAIRED_COLUMNS)
    for pair in combinations(best, 2):
        keys = row_keys(training.base, pair)
        if keys.covered >= _LEAST_COVERED and keys.listed.sum() >= 2:
            yield _encoded(training, keys)


def _encoded(training: Training, keys: RowKeys) -> tuple[Derived, Floats]:
    name = f"default rate of {' and '.join(training.name(column) for column in keys.columns)}"
    y, weight = training.y_true, training.weight
    return fitted_target(keys, y, weight, name), nested_target(keys, y, weight, training.fold)


def _ratios(training: Training) -> Candidates:
    """Ratios of amounts, the one with the larger median below, and differences of those that look like one unit."""
    amounts = training.ranked(_amounts(training), _RATIO_COLUMNS)
    spread = {column: np.nanquantile(training.base[:, column], (0.05, 0.5, 0.95)) for column in amounts}
    pairs = [(low, high) if spread[low][1] <= spread[high][1] else (high, low) for low, high in _pairs_of(amounts)]
    for low, high in pairs:
        ratio = _arithmetic(training, "ratio", low, high)
        values = ratio.apply(training.base)
        if _says_enough(values):
            yield ratio, values
    alike = [(low, high) for low, high in pairs if _one_unit(spread[low], spread[high])]
    for low, high in alike[:_MOST_DIFFERENCES]:
        yield from _applied(training, [_arithmetic(training, "difference", high, low)])


def _amounts(training: Training) -> set[int]:
    return {column for column, facts in training.numbers.items() if facts.amount}


def _pairs_of(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return all pairs, those of the most important columns first."""
    return [(columns[i], columns[j]) for j in range(len(columns)) for i in range(j)]


def _arithmetic(training: Training, operation: Operation, left: int, right: int) -> Arithmetic:
    sign = "/" if operation == "ratio" else "-"
    return Arithmetic(f"{training.name(left)} {sign} {training.name(right)}", operation, left, right)


def _says_enough(values: Floats) -> bool:
    """Whether at least 5 % are there and no value has more than 90 % of those; such a value would be the median."""
    present = values[~np.isnan(values)]
    if len(present) == 0 or len(present) < (1 - _MOST_MISSING_RATIOS) * len(values):
        return False
    middle = (len(present) - 1) // 2
    return bool(np.mean(present == np.partition(present, middle)[middle]) <= _MOST_EQUAL_RATIOS)


def _one_unit(low: Floats, high: Floats) -> bool:
    """Whether two amounts, given by their 5 %, 50 % and 95 % quantiles, may be subtracted.

    Their medians are within a factor 30, and the middle 90 % of the narrower one lies half within the other's.
    """
    if max(abs(low[0]), high[2]) > _LARGEST_AMOUNT:
        return False
    shared = min(low[2], high[2]) - max(low[0], high[0])
    narrower = min(low[2] - low[0], high[2] - high[0])
    return bool(0 < high[1] <= _SAME_UNIT * low[1] and shared >= _LEAST_OVERLAP * narrower > 0)


def _groups(training: Training) -> Candidates:
    """Amounts over their mean in a category."""
    levels = training.columns.levels
    categories = training.ranked([column for column in levels if 2 <= levels[column] <= _MOST_GROUP_LEVELS], _GROUPS)
    amounts = training.ranked(_amounts(training), _GROUPED_AMOUNTS)
    for category in categories:
        keys = row_keys(training.base, (category,))
        for amount in amounts:
            name = f"{training.name(amount)} / mean by {training.name(category)}"
            yield from _applied(training, [Relative(name, amount, _means(training, keys, amount))])


def _means(training: Training, keys: RowKeys, amount: int) -> Lookup:
    """Return the mean of an amount by key; keys with fewer than 10 amounts get the mean of all."""
    column = training.base[:, amount]
    present = np.isfinite(column)
    weight = present * (np.ones(len(column)) if training.weight is None else training.weight)
    sizes = len(keys.keys)
    unit = max(1.0, float(np.abs(column[present]).max(initial=0.0)))  # no sum of amounts overflows
    total = np.bincount(keys.code, np.where(present, column / unit, 0.0) * weight, minlength=sizes)
    loans = np.bincount(keys.code, weight, minlength=sizes)
    listed = np.bincount(keys.code[present], minlength=sizes) >= FEWEST_LOANS_A_LEVEL
    means = np.append(total / np.where(loans > 0, loans, 1.0), total.sum() / loans.sum()) * unit
    name = f"mean {training.name(amount)} by {' and '.join(map(training.name, keys.columns))}"
    return keys.lookup(name, "mean", means, listed)


def _dates(training: Training) -> Candidates:
    """Days between dates, and the year and month of each."""
    dates = training.ranked(training.columns.dates, _DATE_COLUMNS)
    present = [column for column in dates if np.isfinite(training.base[:, column]).any()]
    middle = {column: np.nanmedian(training.base[:, column]) for column in present}
    pairs = [(a, b) if middle[a] >= middle[b] else (b, a) for a, b in _pairs_of(present)]
    yield from _applied(training, (_arithmetic(training, "difference", late, early) for late, early in pairs))
    for column in present:
        name = training.name(column)
        yield from _applied(training, [DatePart(f"year of {name}", column, "year")])
        yield from _applied(training, [DatePart(f"month of {name}", column, "month")])


_CANDIDATES: dict[str, Callable[[Training], Candidates]] = {
    "flags": _flags,
    "counts": _counts,
    "target": _target,
    "pairs": _pairs,
    "ratios": _ratios,
    "groups": _groups,
    "dates": _dates,
}
