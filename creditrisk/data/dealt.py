"""Loans of one file in batches, each loan with the side of the split that it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from creditrisk.data.arrow import numbers
from creditrisk.data.dealing import TRAINING
from creditrisk.data.files import open_files
from creditrisk.data.reading import read_as, with_missing
from creditrisk.data.settling import check_weights, settled_table
from creditrisk.data.table import LoanTable
from creditrisk.data.target import outcomes
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.data.dealing import Dealing
    from creditrisk.data.files import LoanFiles
    from creditrisk.data.schema import Schema
    from creditrisk.file_specs import ReadSpec

_MOST_SHOWN = 3


@dataclass(frozen=True)
class PlacedFile:
    """A file, and its number among the files from 0."""

    path: str
    place: int


@dataclass(frozen=True)
class DealtLoans:
    """How files are read, and their loans dealt out.

    Attributes
    ----------
    schema : Schema
        Settled on a sample: a cell that does not fit it is an error, with its line.
    dealing : Dealing
    read : ReadSpec
    sets_aside : bool
        Whether rows of other outcomes than the two are set aside, since the user named the two; else they are errors.
    """

    schema: Schema
    dealing: Dealing
    read: ReadSpec
    sets_aside: bool

    def opened(self, file: PlacedFile) -> LoanFiles:
        """Open one of the files."""
        return open_files(file.path, self.read)

    def batches(self, file: PlacedFile) -> Iterator[tuple[LoanTable, NDArray[np.int8]]]:
        """Yield the loans of a file in its order, each batch with the sides; memory does not grow with the file.

        Raises
        ------
        DataError
            When a row cannot be read, a cell is not of the settled kind, an outcome is neither, or a weight or a time
            cannot be used.
        """
        files, first = self.opened(file), 0
        files.check_present(list(dict.fromkeys((*self._types, *self.schema.ids))))
        for raw in files.read_batches(self._types):
            loans = self._settled(raw, files)
            rows = np.arange(first, first + len(loans), dtype=np.int64)
            first += len(loans)
            yield loans, self._sides(loans, file.place, rows, files)

    def training(self, file: PlacedFile) -> Iterator[LoanTable]:
        """Yield the loans that are learned from."""
        for loans, sides in self.batches(file):
            yield loans.take(np.flatnonzero(sides == TRAINING))

    @property
    def _types(self) -> dict[str, pa.DataType]:
        schema, roles = self.schema, self.schema.roles
        types = {column.name: read_as(column) for column in schema.columns}
        types[schema.target.name] = pa.string()
        if roles.time is not None:
            types[roles.time.name] = read_as(roles.time)
        if roles.group:
            types[roles.group] = pa.string()
        if roles.weight:
            types[roles.weight] = pa.float64()
        return types

    def _settled(self, raw: pa.Table, files: LoanFiles) -> LoanTable:
        schema = _without_ids(self.schema)
        target = schema.target.name
        y = outcomes(schema.target, raw.column(target))
        if not self.sets_aside and (y < 0).any():
            raise _other_outcomes(raw.column(target).take(numbers(np.flatnonzero(y < 0))), target, files)
        settled, infinite = settled_table(with_missing(raw, {target}), schema, files)
        check_weights(settled, schema.roles, y >= 0, files)
        return LoanTable(schema, settled, y, infinite)

    def _sides(
        self, loans: LoanTable, place: int, rows: NDArray[np.int64], files: LoanFiles
    ) -> NDArray[np.int8]:  # fmt: skip
        try:
            return self.dealing.sides(loans, place, rows)
        except DataError as error:
            raise DataError(error.what, where=[files.name, *error.where], fix=error.fix) from error


def _without_ids(schema: Schema) -> Schema:
    from dataclasses import replace

    return replace(schema, ids=())


def _other_outcomes(labels: pa.ChunkedArray, name: str, files: LoanFiles) -> DataError:
    found = [shown("" if label is None else label, most=60) for label in pc.unique(labels).to_pylist()[:_MOST_SHOWN]]
    such = f": {', '.join(found)}" if files.samples else ""
    return DataError(
        f"The target is neither default nor repaid in {counted(len(labels), 'row')} of a block of rows.",
        where=[files.name, f"column {shown(name)}{such}"],
        fix="Name both outcomes with --positive and --negative: the other rows are then set aside and counted.",
    )
