"""What the workers of a cluster read beside the PDs, put together as one judgement wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from creditrisk.data.arrow import as_floats, texts, together
from creditrisk.data.beside import Beside, as_share, check_amounts, read_beside
from creditrisk.data.kinds import canonical_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from creditrisk.data.files import LoanFiles
    from creditrisk.data.schema import Schema
    from creditrisk.judging import JudgeSpec


@dataclass(frozen=True)
class WantedBeside:
    """The columns that the figures want beside the model's: as text, as numbers, and those of the model's roles."""

    schema: Schema
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    group: str

    @classmethod
    def of(cls, schema: Schema, judge: JudgeSpec, header: Sequence[str]) -> WantedBeside | None:
        """Return what is wanted of files with this header; None where nothing is."""
        time, group = schema.roles.time, schema.roles.group if schema.roles.group in header else ""
        if not (judge.beside or group or (time and time.name in header)):
            return None
        money = tuple(name for name in (judge.amount, judge.margin_column) if name)
        return cls(schema, (*judge.by, *judge.protected), money, group)

    def read(self, files: LoanFiles) -> FileBeside:
        """Read the columns of one file, all rows of it."""
        named = dict.fromkeys((*self.texts, *([self.group] if self.group else [])))
        whole = read_beside(files, self.schema, list(named), self.numbers)
        return FileBeside(whole, whole.texts[self.group] if self.group else None)


@dataclass(frozen=True, eq=False)
class FileBeside:
    """What one file says beside the model's columns, and whose loan each is, by name, "" = missing."""

    whole: Beside
    groups: NDArray[np.object_] | None

    def take(self, rows: NDArray[np.intp]) -> FileBeside:
        """Return some of the rows."""
        return FileBeside(self.whole.take(rows), None if self.groups is None else self.groups[rows])


def joined(parts: Sequence[FileBeside], files: LoanFiles, judge: JudgeSpec) -> Beside:
    """Return what all files say, one after the other.

    Raises
    ------
    DataError
        When an amount or a margin is no sound number.
    """
    first = parts[0].whole
    times = [part.whole.time for part in parts if part.whole.time is not None]
    groups = [part.groups for part in parts if part.groups is not None]
    beside = Beside(
        np.concatenate([part.whole.y_true for part in parts]),
        np.concatenate(times) if times else None,
        first.time_column,
        group_codes(np.concatenate(groups)) if groups else None,
        {name: np.concatenate([part.whole.texts[name] for part in parts]) for name in (*judge.by, *judge.protected)},
        {name: np.concatenate([part.whole.numbers[name] for part in parts]) for name in first.numbers},
    )
    known = beside.y_true >= 0
    for name in beside.numbers:
        check_amounts(beside.numbers[name][known], name, files, all_zero=name == judge.amount)
    return as_share(beside, judge.margin_column, files) if judge.margin_column else beside


def group_codes(groups: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return a number for whose loan each is, as `LoanTable.group` does: one without a name is alone.

    >>> group_codes(np.array(["b", "", "3.0", "b", "3", ""], dtype=object)).tolist()
    [0, 2, 1, 0, 1, 3]
    """
    named = pa.chunked_array([texts([name or None for name in groups.tolist()])])
    codes = as_floats(together(canonical_codes(named)).dictionary_encode().indices)
    alone = np.isnan(codes)
    codes = np.where(alone, codes[~alone].max(initial=-1.0) + np.cumsum(alone), codes)
    return codes.astype(np.intp)
