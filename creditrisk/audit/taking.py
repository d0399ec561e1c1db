"""From tables of loans to what an audit looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.audit.loans import AuditedColumn, AuditedLoans
from creditrisk.data.arrow import as_floats, numbers, together
from creditrisk.data.schema import Column
from creditrisk.features.recipe import NOTHING_SHARED
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.data.inspecting import Inspection, Use
    from creditrisk.data.table import LoanTable
    from creditrisk.metrics.arrays import Floats

#: Beyond so many rows an audit looks at an even sample of them.
MOST_ROWS = 500_000
#: Before a training it looks at fewer: it must not hold the training up.
MOST_TRAINING_ROWS = 100_000
#: The newest loans that the others are compared with.
NEWEST = 0.2


def of_inspection(found: Inspection) -> AuditedLoans:
    """Return the inspected rows; drift is looked for between the newest fifth and the others where a time is known."""
    rows = even_rows(found.table.num_rows, MOST_ROWS)
    taken = _taken(found.table, rows)
    columns = tuple(audited(each.column, taken.column(each.column.name), each.use, each.note) for each in found.columns)
    time = next((column for column in columns if column.use == "time"), None)
    labels = None if found.labels is None else together(found.labels)
    return AuditedLoans(
        columns=columns,
        y_true=None if found.y_true is None else found.y_true[rows].astype(np.float64),
        status=None if labels is None else as_codes(labels)[0][rows],
        time=None if time is None else time.values,
        newer=None if time is None else newest(time.values),
        time_name="" if time is None else time.name,
    )


def of_two_files(found: Inspection, against: pa.Table) -> AuditedLoans:
    """Return the columns that a training would use, of the inspected rows and of newer ones beneath them."""
    learned = [each for each in found.columns if each.use == "learned from"]
    names = [each.column.name for each in learned]
    both = pa.concat_tables([found.table.select(names), against.select(names)])
    rows = even_rows(both.num_rows, MOST_ROWS)
    taken = _taken(both, rows)
    columns = tuple(audited(each.column, taken.column(each.column.name), each.use) for each in learned)
    return AuditedLoans(columns, newer=rows >= found.table.num_rows)


def of_training(loans: LoanTable, learned_from: NDArray[np.intp], held_out: NDArray[np.intp]) -> AuditedLoans:
    """Return the loans of a training; the outcomes of the held-out ones are not known to the audit.

    Out of time the held-out loans are the newer ones that drift is looked for in.
    """
    rows = np.sort(np.concatenate([learned_from, held_out]))
    rows = rows[even_rows(len(rows), MOST_TRAINING_ROWS)]
    taken = loans.take(rows)
    is_held_out = np.isin(rows, held_out)
    known = np.where(is_held_out, np.nan, taken.outcomes.astype(np.float64))
    columns = [audited(column, taken.table.column(column.name)) for column in loans.schema.columns]
    time = loans.schema.roles.time
    return AuditedLoans(
        columns=(*columns, *_with_a_role(taken)),
        y_true=known,
        status=np.where(is_held_out, -1, taken.outcomes).astype(np.int64),
        time=taken.time,
        newer=is_held_out,
        time_name="" if time is None else time.name,
    )


def _with_a_role(loans: LoanTable) -> list[AuditedColumn]:
    """Return the columns of a training that are not learned from: ids, whose loan each is, and when it was made."""
    roles = loans.schema.roles
    by_name: dict[str, tuple[Column, Use]] = {name: (Column(name, "categorical"), "id") for name in loans.schema.ids}
    if roles.group:
        by_name[roles.group] = (Column(roles.group, "categorical"), "group")
    if roles.time is not None:
        by_name[roles.time.name] = (roles.time, "time")
    return [audited(column, loans.table.column(name), use) for name, (column, use) in by_name.items()]


def audited(column: Column, values: pa.ChunkedArray, use: Use = "learned from", note: str = "") -> AuditedColumn:
    """Return a column of settled type as numbers; a training leaves out texts of which no value is shared."""
    if column.kind == "categorical":
        codes, levels = as_codes(together(values.cast(pa.string())))
        most = np.count_nonzero(codes == 0)
        if use == "learned from" and most < FEWEST_LOANS_A_LEVEL:
            use, note = "left out", NOTHING_SHARED
        return AuditedColumn(column.name, "categorical", use, np.where(codes < 0, np.nan, codes), levels, note)
    days = values.cast(pa.int32()) if pa.types.is_date(values.type) else values
    return AuditedColumn(column.name, column.kind, use, as_floats(days.cast(pa.float64())), (), note)


def as_codes(values: pa.Array) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return texts as places in their different texts, frequent ones first; −1 = missing."""
    coded = values.dictionary_encode()
    codes = as_floats(coded.indices)
    missing = np.isnan(codes)
    places = np.where(missing, -1, codes).astype(np.int64)
    counts = np.bincount(places[~missing], minlength=len(coded.dictionary))
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(order)), -1
    levels = coded.dictionary.to_pylist()
    return rank[places], tuple(levels[place] for place in order)


def even_rows(rows: int, most: int) -> NDArray[np.intp]:
    """Return the places of at most so many rows, evenly spread."""
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(np.intp)


def newest(time: Floats) -> NDArray[np.bool_] | None:
    """Return which loans are the newest fifth, whole times together; None where no time parts the loans."""
    known = time[~np.isnan(time)]
    if not len(known):
        return None
    since = np.quantile(known, 1.0 - NEWEST, method="higher")
    newer = time >= since
    return newer if 0 < newer.sum() < len(known) else None


def _taken(table: pa.Table, rows: NDArray[np.intp]) -> pa.Table:
    return table if len(rows) == table.num_rows else table.take(numbers(rows))
