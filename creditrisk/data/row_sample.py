"""A simple random sample of the rows of many files, the same whoever reads which file.

Every row has a number of its own (`dealing.row_numbers`); the sample are the rows with the lowest ones, so that it is
drawn without replacement, every row with the same chance, and needs no look at the other files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv

from creditrisk.data.arrow import numbers
from creditrisk.data.arrow_file import ArrowFile
from creditrisk.data.dealing import FOR_SAMPLE, row_numbers
from creditrisk.data.files import Digest, LoanFiles, open_files, open_stored
from creditrisk.data.frames import open_table
from creditrisk.data.spool import Spool, StoredFile
from creditrisk.errors import counted
from creditrisk.file_specs import ReadSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from creditrisk.data.dealt import PlacedFile
    from creditrisk.data.several import Part

#: A packed file is unpacked no further than this to tell how many rows it has.
_MOST_COUNTED = 200_000


@dataclass(frozen=True, eq=False)
class SampledRows:
    """Rows that were drawn from one file or from several.

    Attributes
    ----------
    table : pyarrow.Table
        Their columns: as text where one file or more is CSV, as they are stored where all are Parquet.
    place, row : int64 arrays of shape (n_sampled,)
        The number of each one's file, and its row there, from 0.
    number : array of shape (n_sampled,)
        Each one's own number.
    rows : int
        How many rows the files have.
    digests : of the files
    remarks : what is odd about them
    """

    table: pa.Table
    place: NDArray[np.int64]
    row: NDArray[np.int64]
    number: NDArray[np.float64]
    rows: int
    digests: tuple[Digest, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class DrawRows:
    """Draw rows of a file.

    Attributes
    ----------
    read : ReadSpec
    seed : int
    names : columns to take
    below : float
        Rows whose number is below this are drawn.
    as_text : bool
    """

    read: ReadSpec
    seed: int
    names: tuple[str, ...]
    below: float
    as_text: bool

    def __call__(self, file: PlacedFile) -> SampledRows:
        """Return the rows that are drawn from a file; all of it is read once, in constant memory."""
        files = open_files(file.path, self.read)
        kept, places, found, first = [], [], [], 0
        for table in self._batches(files):
            rows = np.arange(first, first + table.num_rows, dtype=np.int64)
            first += table.num_rows
            number = row_numbers(self.seed, FOR_SAMPLE, file.place, rows)
            drawn = np.flatnonzero(number < self.below)
            kept.append(table.take(numbers(drawn)))
            places.append(rows[drawn])
            found.append(number[drawn])
        row = np.concatenate(places)
        place = np.full(len(row), file.place, dtype=np.int64)
        return SampledRows(
            pa.concat_tables(kept), place, row, np.concatenate(found), first, files.digests(), files.remarks
        )

    def _batches(self, files: LoanFiles) -> Iterator[pa.Table]:
        part = files.parts[0]
        if isinstance(part, ArrowFile) and not self.as_text:
            return part.stored_batches(self.names)
        return files.read_batches(dict.fromkeys(self.names, pa.string()))


def stored_alike(files: LoanFiles, names: Sequence[str]) -> bool:
    """Whether all files are Parquet with the same types, so that their rows need not become text to be one table."""
    parts = [part for part in files.parts if isinstance(part, ArrowFile)]
    types = [[part.table.schema.field(name).type for name in names] for part in parts]
    return len(parts) == len(files.parts) and all(each == types[0] for each in types)


def chance_to_draw(files: LoanFiles, wanted: int) -> float:
    """Return the share of the rows to draw so that a little more than `wanted` come, by the sizes of the files."""
    about = sum(part.about_rows(_MOST_COUNTED) for part in files.parts)
    return chance(wanted, round(0.8 * about))


def chance(wanted: int, rows: int) -> float:
    """Return the share to draw of so many rows, at least `wanted` of them but for one case in a million million.

    >>> chance(1000, 500), round(chance(1000, 1_000_000), 6)
    (1.0, 0.001229)
    """
    return 1.0 if rows <= wanted else min(1.0, (wanted + 7 * math.sqrt(wanted) + 8) / rows)


def lowest(parts: Sequence[SampledRows], wanted: int) -> SampledRows:
    """Return the `wanted` rows with the lowest numbers, in the order of the files and their rows."""
    number = np.concatenate([part.number for part in parts])
    place, row = (np.concatenate([getattr(part, name) for part in parts]) for name in ("place", "row"))
    chosen = np.sort(np.argsort(number, kind="stable")[:wanted])
    return SampledRows(
        pa.concat_tables([part.table for part in parts]).take(numbers(chosen)),
        place[chosen],
        row[chosen],
        number[chosen],
        sum(part.rows for part in parts),
        tuple(digest for part in parts for digest in part.digests),
        tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
    )


def as_files(sample: SampledRows, files: LoanFiles, *, as_text: bool) -> LoanFiles:
    """Return the sample as files of loans, to be read as any others are.

    Text goes through a private CSV file, so that its columns get the kinds that the files themselves would give them.
    """
    name = f"a sample of {counted(len(sample.row), 'row')} of {files.name}"
    if not as_text:
        part: Part = open_table(sample.table, name, samples=files.samples)
        return LoanFiles((part,), (part,))
    spool = Spool()
    pyarrow.csv.write_csv(sample.table, spool.path)
    opened = open_stored(StoredFile(spool.path, name, spool), ReadSpec(samples=files.samples))
    return LoanFiles((opened,), (opened,))
