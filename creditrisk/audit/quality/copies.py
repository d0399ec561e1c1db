"""Copies: columns that tell the same as another one, and rows that are equal to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.metrics.arrays import Floats

_SAME_ORDER = 0.9999
#: Rank correlations are looked for in so many random projections of so many rows, a little lower, and confirmed in all
#: rows, with so many earlier columns at most: all pairs of thousands of columns would take minutes.
_ROWS, _PROJECTIONS, _NEARLY_SAME, _MOST_CONFIRMED = 2_000, 64, 0.997, 10
#: Projections of standard ranks have a standard deviation of 1; those of near copies differ by at most 0.045 times it.
_NEAR = 0.2
#: A little more, so that rounding leaves nobody out of a first choice.
_REACH = 0.21
#: Values that repeat in fewer rows, the most frequent one apart, may divide the rows alike by chance; and so may those
#: of which hardly any repeats, where rows came twice.
_FEWEST_REPEATS, _REPEATED = 5, 0.5
_FEWEST_NUMBERS, _FEWEST_APART = 50, 20
#: Rows that stand so often are no loans that came twice but empty forms, where there are no more different ones.
_OFTEN, _FEW_FORMS = 10, 10
#: With fewer columns, rows are equal because loans are alike.
_FEWEST_COLUMNS = 5
_MANY_COPIES = 0.001


def copy_of_column(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns that hold another column's values, recoded one to one or not, or stand in the same order."""
    told = [column for column in loans.columns if len(column.cells.values) > 1]
    copies: dict[str, tuple[str, str]] = {}
    first: dict[bytes, str] = {}
    for column in told:
        for key in _keys(column):
            name = first.setdefault(key, column.name)
            if name != column.name:
                copies.setdefault(column.name, (name, "the same rows by value"))
    for name, other in _same_order([column for column in told if column.name not in copies]):
        copies.setdefault(name, (other, "the same order, all but exactly"))
    if not copies:
        return
    yield Finding(
        kind="quality", severity="low", rule="copy-of-column", columns=tuple(copies),
        what=f"Nothing that another column does not tell: {named(list(copies))}.",
        evidence=cut([f"{quoted(name)} as {quoted(one)} ({how})" for name, (one, how) in copies.items()], "; ") + ".",
        fix="Two names of one thing share its weight in a model and in an explanation: leave one out with --drop.",
    )  # fmt: skip


def _keys(column: AuditedColumn) -> Iterator[bytes]:
    """Yield what equal columns share: the parts into which they divide the rows, and the order of numbers.

    Values that never repeat divide the rows of any file alike, so parts count only where most values repeat, beside the
    most frequent one: two columns that are 0 but for the same loans are no copies.
    """
    cells = column.cells
    counts = np.sort(cells.loans[:-1])
    others = counts[:-1]
    if (others - 1).sum() >= max(_FEWEST_REPEATS, _REPEATED * others.sum()):
        yield b"parts" + _first_rows(cells.code, len(cells.loans)).tobytes()
    if column.kind != "categorical" and len(counts) >= _FEWEST_NUMBERS:
        yield b"order" + cells.code.tobytes()
    elif column.kind == "categorical" and len(counts) >= _FEWEST_NUMBERS:
        yield b"texts" + cells.code.tobytes() + repr(column.levels).encode("utf-8", "backslashreplace")


def _first_rows(code: NDArray[np.int32], codes: int) -> NDArray[np.int32]:
    """Return for each row the first row with the same code: equal for columns that are a recoding of each other."""
    first = np.zeros(codes, dtype=np.int32)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1, dtype=np.int32)
    return first[code]


def _same_order(columns: list[AuditedColumn]) -> Iterator[tuple[str, str]]:
    """Yield pairs (later, earlier) of numbers or dates whose ranks correlate by at least 0.9999, either way round."""
    ordered = [column for column in columns if column.kind != "categorical" and _has_numbers(column)]
    if len(ordered) < 2:
        return
    projected = _projected(ordered)
    first, second = np.abs(projected[:, 0]), np.abs(projected[:, 1])
    length = np.sqrt(np.sum(projected**2, axis=1, keepdims=True))
    directions = projected / np.where(length > 0, length, 1.0)
    # Only those with a near first number are compared: of very many columns, few.
    by_first = np.argsort(first, kind="stable")
    lows, highs = (np.searchsorted(first[by_first], first + reach) for reach in (-_REACH, _REACH))
    for place, column in enumerate(ordered):
        near = by_first[lows[place] : highs[place]]
        near = np.sort(near[(near < place) & (np.abs(second[near] - second[place]) < _NEAR)])
        near = near[np.abs(first[near] - first[place]) < _NEAR]
        alike = near[np.abs(np.einsum("ij,j->i", directions[near], directions[place])) >= _NEARLY_SAME]
        same = (ordered[one].name for one in alike[:_MOST_CONFIRMED] if _correlate(column, ordered[one]))
        if name := next(same, ""):
            yield column.name, name


def _projected(columns: list[AuditedColumn]) -> Floats:
    """Return random projections of the columns' standard ranks in evenly spread rows, shape (n_columns, 64).

    The angles between columns are nearly kept (Johnson and Lindenstrauss, 1984).
    """
    rows = np.unique(np.linspace(0, len(columns[0].values) - 1, _ROWS).astype(np.intp))
    drawn = np.random.default_rng(0).normal(size=(_PROJECTIONS, len(rows)))
    # Not by BLAS: it starts a thread a core for a product as small as this.
    return np.stack([np.einsum("pr,r->p", drawn, _standard(_ranks(column)[rows])) for column in columns])


def _correlate(one: AuditedColumn, other: AuditedColumn) -> bool:
    return abs(float(np.sum(_standard(_ranks(one)) * _standard(_ranks(other))))) >= _SAME_ORDER


def _has_numbers(column: AuditedColumn) -> bool:
    """Whether there are cells enough, and enough that are not the most frequent one, to tell an order."""
    loans = column.cells.loans
    return int(loans[:-1].sum()) >= _FEWEST_NUMBERS and int(loans.sum() - loans.max()) >= _FEWEST_APART


def _ranks(column: AuditedColumn) -> Floats:
    """Return mid-ranks about their mean, shape (n_rows,); 0 where missing."""
    counts = column.cells.loans[:-1]
    middle = np.cumsum(counts) - 0.5 * (counts - 1)
    centred = middle - 0.5 * (counts.sum() + 1)
    ranks: Floats = np.append(centred, 0.0)[column.cells.code]
    return ranks


def _standard(ranks: Floats) -> Floats:
    centred = ranks - ranks.mean()
    length = float(np.sqrt(np.sum(centred**2)))
    standard: Floats = centred / length if length > 0 else centred
    return standard


def copied_rows(loans: AuditedLoans) -> Iterator[Finding]:
    """Rows that are equal to an earlier one in every column and the outcome, ids and empty forms apart.

    Empty forms are rows of missing values, hidden codes or one number alone, and up to 10 different rows of which each
    stands more than 10 times.
    """
    columns = [column for column in loans.columns if not _is_id(column) and len(column.cells.values) > 1]
    if len(columns) < _FEWEST_COLUMNS:
        return
    ids = [column.name for column in loans.columns if _is_id(column)]
    _, first, times = np.unique(_row_keys(columns, loans), return_index=True, return_counts=True)
    often = times > _OFTEN
    if often.sum() <= _FEW_FORMS:
        first, times = first[~often], times[~often]
    first, times = first[times > 1], times[times > 1]
    copies = int((times - 1)[~_says_nothing(columns, first)].sum())
    if copies <= 2.0 * _by_chance(columns, len(loans)):
        return
    yield Finding(
        kind="quality", severity="medium" if copies > _MANY_COPIES * len(loans) else "low", rule="copied-rows",
        what=f"{counted(copies, 'row')} {'is' if copies == 1 else 'are'} equal to an earlier one in every column.",
        evidence=f"{share(copies, len(loans))} of {counted(len(loans), 'row')}; {counted(len(columns), 'column')} "
        f"compared{f', {named(ids)} apart' if ids else ''}.",
        fix="If a loan came twice, remove the copies: one may be learned from and the other held out, which flatters "
        "the figures. --group keeps the rows of one borrower together.",
    )  # fmt: skip


def _says_nothing(columns: list[AuditedColumn], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which of some rows hold nothing but missing values and hidden codes, or one number alone."""
    gaps, low, high = np.ones(len(rows), dtype=bool), np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for column in columns if len(rows) else ():
        cells = column.values[rows]
        missing = np.isnan(cells)
        if column.kind == "numeric":
            gaps &= missing | np.isin(cells, column.codes)
            low, high = np.fmin(low, cells), np.fmax(high, cells)
        else:
            gaps &= missing
            # A text or a day is no code.
            low, high = np.where(missing, low, -np.inf), np.where(missing, high, np.inf)
    nothing: NDArray[np.bool_] = gaps | (low >= high)
    return nothing


def _is_id(column: AuditedColumn) -> bool:
    """Whether a column numbers the rows: an id by its role, or text, or left out, where every value differs."""
    every_one = len(column.cells.values) == len(column.values)
    return column.use == "id" or (every_one and (column.use == "left out" or column.kind == "categorical"))


def _row_keys(columns: list[AuditedColumn], loans: AuditedLoans) -> NDArray[np.uint64]:
    """Return a 64-bit key of each row. Two different ones agree with a chance of 2⁻⁶⁴ a pair."""
    random = np.random.default_rng(0)
    keys = np.zeros(len(loans), dtype=np.uint64)
    for column in columns:
        keys += random.integers(0, 2**64, len(column.cells.loans), dtype=np.uint64)[column.cells.code]
    if loans.status is not None:
        _, status = np.unique(loans.status, return_inverse=True)
        keys += random.integers(0, 2**64, int(status.max(initial=0)) + 1, dtype=np.uint64)[status]
    return keys


def _by_chance(columns: list[AuditedColumn], rows: int) -> float:
    """Return how many pairs of equal rows to expect if the columns knew nothing of each other."""
    same = 1.0
    for column in columns:
        same *= float(np.square(column.cells.loans / rows).sum())
    return same * rows * (rows - 1) / 2.0
