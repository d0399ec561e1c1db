"""How much memory a training will take, and how much there is: told before the work and not when it is gone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.several import Part

#: What looking for the outcome and the group takes of each row of a file of which few rows are kept.
_BYTES_A_PASSED_ROW = 60
#: What the system drops when a control group needs the room: pages of files, used lately or not, and caches of names.
_DROPPABLE = ("inactive_file ", "active_file ", "slab_reclaimable ")
_CGROUP = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Needs:
    """What a training holds at its peak.

    Attributes
    ----------
    numbers : float
        For each cell, in numbers of 8 bytes: the table, its parts, bins, and for some models matrices.
    most_rows : int
        How many rows are kept at most; 0 is all.
    """

    numbers: float
    most_rows: int = 0

    def bytes_for(self, rows: int, columns: int) -> int:
        """Return about how many bytes are needed for a file of so many rows and columns."""
        kept = min(rows, self.most_rows) if self.most_rows else rows
        return int(kept * 8 * self.numbers * max(columns, 1)) + (rows - kept) * _BYTES_A_PASSED_ROW


def check_room(parts: Sequence[Part], columns: int, name: str, needs: Needs) -> None:
    """Raise `DataError` where so many columns of all rows will hardly fit into the memory that is free.

    The rows of a CSV file are estimated from its size and its first lines; a packed one is unpacked for that, but not
    kept and no further than the memory would reach.

    Parameters
    ----------
    parts : the files
    columns : how many columns are read of each row, 0 or more
    name : what messages call the files
    """
    free = free_memory()
    if free is None:
        return
    most = _most_rows(free, columns, needs)
    rows = 0
    for part in parts:
        rows += part.about_rows(most)
        if rows > most:
            raise DataError(
                f"These loans are too many for the memory: {_rounded(rows)} rows or more of {columns:,} columns take "
                f"about {_gigabytes(needs.bytes_for(rows, columns))} to learn from, and {_gigabytes(free)} are free.",
                where=name,
                fix="Learn from a sample of them with --max-rows, leave out columns with --drop, or take a larger "
                "machine. `creditrisk predict` scores files of any size.",
            )


def _most_rows(free: int, columns: int, needs: Needs) -> int:
    """Return the most rows for which so many bytes are enough."""
    a_row = needs.bytes_for(1, columns)
    if not needs.most_rows or free < needs.bytes_for(needs.most_rows, columns):
        return free // a_row
    return needs.most_rows + (free - needs.bytes_for(needs.most_rows, columns)) // _BYTES_A_PASSED_ROW


def _rounded(rows: int) -> str:
    return f"{float(f'{rows:.2g}'):,.0f}"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.2f} GB"


def free_memory() -> int | None:
    """Return how many bytes this process may still take; None where that is not known.

    It is the least of several: what the machine has free, and what the limits of the container (control group) and of
    the process (`ulimit -v`) leave.
    """
    known = [limit for limit in (_of_machine(), *_of_container(), _of_process()) if limit is not None]
    return max(min(known), 0) if known else None


def _of_machine() -> int | None:
    for line in _read(_PROC / "meminfo").splitlines():
        name, _, amount = line.partition(":")
        if name == "MemAvailable":
            return int(amount.split()[0]) * 1024
    return None


def _of_container() -> list[int | None]:
    """Return what control groups of the second and of the first kind leave; files that can be dropped are no use."""
    second = _left(_CGROUP / "memory.max", _CGROUP / "memory.current", _CGROUP / "memory.stat")
    old = _CGROUP / "memory"
    first = _left(old / "memory.limit_in_bytes", old / "memory.usage_in_bytes", old / "memory.stat")
    return [second, first]


def _left(limit: Path, used: Path, stat: Path) -> int | None:
    most, now = _read(limit).strip(), _read(used).strip()
    if not (most.isdigit() and now.isdigit()):
        return None
    droppable = [line.split()[1] for line in _read(stat).splitlines() if line.startswith(_DROPPABLE)]
    return int(most) - int(now) + sum(map(int, droppable))


def _of_process() -> int | None:
    try:
        import resource
    except ImportError:  # not on this system
        return None
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    pages = _read(_PROC / "self" / "statm").split()
    if most == resource.RLIM_INFINITY or not pages:
        return None
    return most - int(pages[0]) * os.sysconf("SC_PAGE_SIZE")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return ""
