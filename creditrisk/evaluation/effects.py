"""Partial effects: the mean PD of the same loans when one column is set to one value after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats
from creditrisk.data.dates import iso_day
from creditrisk.data.table import LoanTable
from creditrisk.features.steps import FEWEST_LOANS_A_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from creditrisk.data.schema import Column
    from creditrisk.models.scoring import Scorer

#: An even sample keeps between so many loans and twice as many.
MOST_KEPT = 10_000
_LOANS, _COLUMNS, _VALUES, _LEVELS = 400, 8, 12, 10
#: A share of missing values below this is not shown as a value of its own.
_SELDOM = 0.005


@dataclass(frozen=True)
class EffectPoint:
    """A value of a column, the mean PD of the loans if all had it, and the share of loans that are near it."""

    label: str
    pd: float
    share: float


@dataclass(frozen=True)
class Effect:
    """The partial effect of one column (Friedman 2001, doi:10.1214/aos/1013203451); `kind` is that of the column."""

    column: str
    kind: str
    points: tuple[EffectPoint, ...]


class EvenSample:
    """Every k-th loan of a file, however long it is: never more than twice `most`, whatever the sizes of its batches.

    k doubles, and every other kept loan goes, whenever there are too many.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._step, self._seen, self._kept = 1, 0, 0
        self._parts: list[LoanTable] = []

    def add(self, loans: LoanTable) -> None:
        """Keep what is due of the next batch."""
        first = -self._seen % self._step
        self._seen += len(loans)
        part = loans.take(np.arange(first, len(loans), self._step))
        self._parts.append(part)
        self._kept += len(part)
        while self._kept > 2 * self._most:
            self._step *= 2
            whole = self.loans()
            self._parts = [whole.take(np.arange(0, len(whole), 2))]
            self._kept = len(self._parts[0])

    def loans(self) -> LoanTable:
        """Return the loans that are kept, in the order of the file; one batch at least was added."""
        tables = [part.table for part in self._parts]
        known = [part.y_true for part in self._parts if part.y_true is not None]
        y = np.concatenate(known) if len(known) == len(self._parts) else None
        return LoanTable(self._parts[0].schema, pa.concat_tables(tables), y, {})


def effects(scorer: Scorer, loans: LoanTable, importance: Mapping[str, float]) -> tuple[Effect, ...]:
    """Return the partial effects of the columns that drive a model most, on a few hundred of the loans.

    A partial effect mixes in combinations that no loan has where columns hang together: it shows what the model does,
    not what would happen to a borrower.
    """
    some = loans.take(np.linspace(0, len(loans) - 1, min(_LOANS, len(loans))).astype(np.intp))
    columns = {column.name: column for column in loans.schema.columns}
    leading = [columns[name] for name, share in importance.items() if share > 0][:_COLUMNS]
    made = (_effect(scorer, loans, some, column) for column in leading)
    return tuple(effect for effect in made if effect.points)


def _effect(scorer: Scorer, loans: LoanTable, some: LoanTable, column: Column) -> Effect:
    values, shares = _grid(loans, column)
    place = some.table.schema.get_field_index(column.name)
    points = []
    for value, share in zip(values, shares, strict=True):
        made = pa.array([value] * len(some), some.table.schema.field(place).type)
        table = some.table.set_column(place, column.name, made)
        pd = scorer.score(LoanTable(some.schema, table, None, {})).pd
        points.append(EffectPoint(_label(value, column), float(pd.mean()), share))
    return Effect(column.name, column.kind, tuple(points))


def _grid(loans: LoanTable, column: Column) -> tuple[list[object], list[float]]:
    """Return the values to set, and the share of the loans that each stands for; None is a missing one."""
    cells = loans.table.column(column.name)
    if column.kind == "categorical":
        # A level that fewer loans have could be a person's: it is shown nowhere.
        counts = cells.value_counts().to_pylist()
        found = [each for each in counts if each["values"] is None or each["counts"] >= FEWEST_LOANS_A_LEVEL]
        found.sort(key=lambda each: (-each["counts"], str(each["values"])))
        common = found[:_LEVELS]
        return [each["values"] for each in common], [each["counts"] / len(loans) for each in common]
    days = column.kind == "date"
    values = as_floats(cells.cast(pa.int32()) if days else cells)
    present = values[~np.isnan(values)]
    if len(present) == 0:
        return [None], [1.0]
    # Quantiles, not extremes: the least and the greatest value would be somebody's own.
    grid = np.unique(np.quantile(present, np.linspace(0.02, 0.98, _VALUES), method="nearest"))
    nearest = np.argmin(np.abs(present[:, None] - grid[None, :]), axis=1)
    shares = np.bincount(nearest, minlength=len(grid)) / len(values)
    made: list[object] = [int(value) if days else float(value) for value in grid]
    missing = 1 - len(present) / len(values)
    return ([*made, None], [*shares.tolist(), missing]) if missing > _SELDOM else (made, shares.tolist())


def _label(value: object, column: Column) -> str:
    if value is None:
        return "missing"
    if column.kind == "categorical":
        return str(value)
    return iso_day(int(str(value))) if column.kind == "date" else f"{value:,.6g}"
