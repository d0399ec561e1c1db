"""The layer that opens loans: paths, patterns, standard input or a data frame become one thing that can be read again.

A file is known by its first bytes, not by its name: CSV, CSV packed with gzip, or Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from creditrisk.data.named_files import expanded, not_usable, one_error
from creditrisk.data.schema import check_present
from creditrisk.data.several import check_same_columns, read_together
from creditrisk.data.spool import form_of, sha256_of, stored, stored_standard_input
from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from creditrisk.data.memory import Needs
    from creditrisk.data.schema import Column
    from creditrisk.data.several import Part
    from creditrisk.data.spool import StoredFile
    from creditrisk.file_specs import ReadSpec

#: Path(s), patterns such as `loans-*.csv`, "-" for standard input, or a data frame.
Source: TypeAlias = "str | Path | Sequence[str | Path] | Any"


@dataclass(frozen=True)
class Digest:
    """Which data were read: the file's name without its folder, and the SHA-256 of its bytes as they lie."""

    file: str
    sha256: str


@dataclass(frozen=True)
class LoanFiles:
    """Loans in files or in memory, which can be read as often as needed.

    Attributes
    ----------
    parts : the files, in the order in which they are read
    originals : the files as they were given, before bad rows were set aside
    rejected : how many rows were set aside
    """

    parts: tuple[Part, ...]
    originals: tuple[Part, ...] = field(repr=False)
    rejected: int = 0

    @property
    def name(self) -> str:
        """What messages call it: the path of one file, or how many there are."""
        if len(self.originals) == 1:
            return self.originals[0].name
        labels = [_label(part) for part in self.originals]
        shown = ", ".join(labels[:2]) + (f" and {len(labels) - 2} more" if len(labels) > 2 else "")
        return f"{len(labels)} files ({shown})"

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that must not be overwritten: what came through a pipe or from memory is not among them."""
        files = [part.stored for part in self.originals]
        return tuple(file.path for file in files if file is not None and file.spool is None)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the first file."""
        return self.parts[0].header

    @property
    def samples(self) -> bool:
        """Whether errors may show cells of the data."""
        return all(part.samples for part in self.originals)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about the files, and read all the same."""
        return tuple(remark for part in self.originals for remark in part.remarks)

    def check_present(self, needed: Sequence[str]) -> None:
        """Raise `DataError` where a needed column is not there: all are listed, or the line that holds them is named.

        Parameters
        ----------
        needed : names, each once
        """
        if set(needed) <= set(self.header):
            return
        error = self.parts[0].header_line(needed)
        if error is not None:
            raise error
        check_present(needed, self.header, self.name, samples=self.samples)

    def check_room(self, columns: int, needs: Needs) -> None:
        """Raise `DataError` where so many columns of all rows will hardly fit into this machine's memory."""
        from creditrisk.data.memory import check_room

        check_room(self.originals, columns, self.name, needs)

    def digests(self) -> tuple[Digest, ...]:
        """Return the SHA-256 of each file; that of a data frame is empty.

        Raises
        ------
        DataError
            When a file is not as it was when it was opened: other bytes may have been read than these.
        """
        found = tuple(
            Digest(_label(part), sha256_of(part.stored.path) if part.stored else "") for part in self.originals
        )
        self._check_unchanged()
        return found

    def _check_unchanged(self) -> None:
        changed = [part.name for part in self.originals if part.stored is not None and part.stored.has_changed]
        if changed:
            fix = "Run the command again when nothing writes to it."
            raise DataError("The file changed while it was read.", where=changed, fix=fix)

    def read_whole(self, types: Mapping[str, pa.DataType | None], rows: NDArray[np.intp] | None = None) -> pa.Table:
        """Return the named columns of all rows, or of those at some places.

        Parameters
        ----------
        types : mapping of column name to type
            None is inferred over the whole column: int64, float64, date32, string, or null without a value;
            `pa.string()` is the text as it stands; `pa.float64()` numbers; `pa.date32()` days where the file holds
            days (Parquet, frames), and the text as it stands elsewhere.
        rows : places among all rows, rising; memory is needed for these alone, but where a CSV file's later rows are of
            other types than its first

        Raises
        ------
        DataError
            When a row or a cell cannot be read, with the lines.
        """
        one = self.parts[0]
        whole = read_together(self.parts, types, rows) if len(self.parts) > 1 else one.read_whole(types, rows)
        self._check_unchanged()
        return whole

    def read_batches(self, types: Mapping[str, pa.DataType], copied: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Yield the named columns in constant memory; types and errors as in `read_whole`.

        The text of the `copied` columns, as it stands, comes beside them under the names that `several.text_of` gives.
        """
        for part in self.parts:
            yield from part.read_batches(types, copied)
        self._check_unchanged()

    def explain(self, columns: Sequence[Column], says: str) -> DataError:
        """Return the error that says in which lines cells are not of their columns' kinds.

        Parameters
        ----------
        columns : the columns whose cells must be of their kind
        says : what is known to be wrong, the last resort where the second look finds nothing
        """
        from creditrisk.data.csv_file import unknown_fault

        errors = [error for part in self.parts if (error := part.fault(columns)) is not None]
        if not errors:
            return unknown_fault(self.name, says, samples=self.samples)
        return one_error(errors, f"{len(errors)} files hold rows that cannot be read.")

    def without_bad_rows(self, columns: Sequence[Column], rejects: Path) -> LoanFiles:
        """Set aside the rows that cannot be read, and write them to a CSV file with their lines and reasons.

        Raises
        ------
        DataError
            When more than ten rows and more than 1 % of them are bad: the file of rejects is written all the same.
        OutputError
            When that file cannot be written.
        """
        from creditrisk.atomic_file import writing
        from creditrisk.data.cleaning import Rejects

        with writing(rejects) as file:
            aside = Rejects(file)
            parts = tuple(part.without_bad_rows(columns, aside) for part in self.parts)
        aside.check_few(self.name, rejects)
        return LoanFiles(parts, self.originals, self.rejected + aside.count) if aside.count else self


def open_files(source: Source, read: ReadSpec) -> LoanFiles:
    """Open files or a data frame and check their columns.

    Raises
    ------
    UsageError
        When nothing is named, a file is named twice, or the source is none of these things.
    DataError
        When a file is missing or unreadable, or is neither CSV nor Parquet; all that is wrong is listed.
    """
    words = [source] if isinstance(source, str | Path) else source
    if not isinstance(words, list | tuple):
        from creditrisk.data.frames import open_frame

        parts: list[Part] = [open_frame(source, samples=read.samples)]
    else:
        parts = _opened(expanded(words), read)
        check_same_columns(parts)
    return LoanFiles(tuple(parts), tuple(parts))


def _opened(names: Sequence[str], read: ReadSpec) -> list[Part]:
    parts, errors = [], []
    for name in names:
        try:
            parts.append(open_stored(stored_standard_input() if name == "-" else stored(Path(name)), read))
        except DataError as error:
            errors.append(error)
    try:
        if errors:
            raise not_usable(errors, len(names))
    finally:
        errors.clear()  # an error and the frame that lists it would keep each other, and a private copy of a pipe
    return parts


def open_stored(file: StoredFile, read: ReadSpec) -> Part:
    """Open one file; errors as in `open_files`."""
    form = form_of(file)
    if form == "parquet":
        from creditrisk.data.frames import open_parquet

        return open_parquet(file, samples=read.samples)
    from creditrisk.data.csv_file import CsvFile
    from creditrisk.data.csv_header import read_header
    from creditrisk.data.text_stream import TextFile

    text = TextFile(file, read.encoding, packed=form == "gzip", skipped=read.skip_rows)
    header = read_header(text, read.separator, samples=read.samples)
    return CsvFile(text, header.names, header.ends, read.separator, read.samples)


def _label(part: Part) -> str:
    return part.stored.label if part.stored else part.name
