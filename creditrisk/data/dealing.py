"""Which side of the split a loan is on, told from the loan and its place alone: for files that nobody holds together.

Every row has a number in [0, 1) of its own, from the seed, the place of its file and its row in the file; with groups
all loans of one have the same. Which loans are held out then depends neither on who reads them nor on how many do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.arrow import together
from creditrisk.data.splitting import closes
from creditrisk.errors import DataError, counted, shown
from creditrisk.option_values import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from creditrisk.data.table import LoanTable
    from creditrisk.metrics.arrays import Floats

#: The sides of a split: learned from, held out, and neither (outcome unknown, or still being watched).
TRAINING, HELD_OUT, NEITHER = 1, 2, 0
#: What numbers are drawn for, so that one use tells nothing of another.
FOR_SPLIT, FOR_SAMPLE = 1, 2


def row_numbers(seed: int, use: int, place: int | NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """Return a number in [0, 1) for each row, uniform over seeds, uses, files and rows; shape (n_rows,).

    The mixing is SplitMix64's (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195), once for each part.

    Parameters
    ----------
    place : number of the file among the files, one for all rows or one for each
    rows : numbers of the rows in their files

    >>> row_numbers(0, FOR_SPLIT, 0, np.arange(3)).round(4).tolist()
    [0.8193, 0.0945, 0.7455]
    """
    state = np.zeros(len(rows), dtype=np.uint64)
    for part in (seed, use, place, rows):
        state = _mixed(state ^ np.asarray(part, dtype=np.int64).astype(np.uint64))
    number: Floats = (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return number


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return mixed


@dataclass(frozen=True)
class Dealing:
    """The rule by which loans are dealt out.

    Attributes
    ----------
    seed : int
    test_size : float
        Share of the loans, or of the groups, that is held out where no time is known.
    begins : float or None
        With a time, that from which on loans are held out.
    window : str
        How long a loan is watched: with a time, loans whose window is open when the held-out ones begin are on neither
        side.
    """

    seed: int
    test_size: float
    begins: float | None = None
    window: str = ""

    def sides(self, loans: LoanTable, place: int | NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return the side of each loan, shape (n_rows,); that of one without a known outcome is NEITHER.

        Parameters
        ----------
        loans : with their outcomes (−1 = unknown) and the columns of their roles
        place, rows : as in `row_numbers`

        Raises
        ------
        DataError
            When a loan with a known outcome has no time.
        """
        held_out, training = self._held_out(loans, place, rows)
        sides = np.where(held_out, HELD_OUT, np.where(training, TRAINING, NEITHER)).astype(np.int8)
        sides[loans.outcomes < 0] = NEITHER
        return sides

    def _held_out(
        self, loans: LoanTable, place: int | NDArray[np.int64], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        time = loans.time
        if self.begins is None or time is None:
            numbers = row_numbers(self.seed, FOR_SPLIT, place, rows)
            if loans.schema.roles.group:
                numbers = self._of_groups(loans, numbers)
            held_out: NDArray[np.bool_] = numbers < self.test_size
            return held_out, ~held_out
        missing = int((np.isnan(time) & (loans.outcomes >= 0)).sum())
        if missing:
            name = loans.schema.roles.names[0]
            raise DataError(
                f"The time is missing in {counted(missing, 'row')}.", where=f"column {shown(name)}",
                fix="Remove these loans, or train without --time.",
            )  # fmt: skip
        newest = time >= self.begins
        closed = closes(np.where(np.isnan(time), 0.0, time), Window.parse(self.window)) <= self.begins
        return newest, ~newest & closed

    def _of_groups(self, loans: LoanTable, own: Floats) -> Floats:
        """Return one number for all loans of a group; a loan without one keeps its own."""
        coded = together(loans.table.column(loans.schema.roles.group)).dictionary_encode()
        codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
        of_level = np.array([group_number(self.seed, level) for level in coded.dictionary.to_pylist()] + [0.0])
        numbers: Floats = np.where(codes < 0, own, of_level[codes])
        return numbers


def group_number(seed: int, group: str) -> float:
    """Return the number in [0, 1) of a group.

    >>> round(group_number(0, "anna"), 4)
    0.3475
    """
    digest = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "little") >> 11) * 2.0**-53
