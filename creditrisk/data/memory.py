"""How much memory a training will take, and how much there is: told before the work and not when it is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from creditrisk.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditrisk.data.several import Part

#: What training holds at its peak, in numbers of 8 bytes for each cell: the table, its parts, the matrix and its bins.
_NUMBERS_A_CELL = 6
#: What the system drops when a control group needs the room: pages of files, used lately or not, and caches of names.
_DROPPABLE = ("inactive_file ", "active_file ", "slab_reclaimable ")
_CGROUP = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


def check_room(parts: Sequence[Part], columns: int, name: str) -> None:
    """Raise `DataError` where so many columns of all rows will hardly fit into the memory that is free.

    The estimate is rows × columns × 8 bytes × 6. The rows of a CSV file are estimated from its size and its first
    lines; a packed one is unpacked for that, but not kept and no further than the memory would reach.

    Parameters
    ----------
    parts : the files
    columns : how many columns are read of each row, 0 or more
    name : what messages call the files
    """
    free = free_memory()
    if free is None:
        return
    a_row = 8 * _NUMBERS_A_CELL * max(columns, 1)
    most, rows = free // a_row, 0
    for part in parts:
        rows += part.about_rows(most)
        if rows > most:
            raise DataError(
                f"These loans are too many for the memory: {_rounded(rows)} rows or more of {columns:,} columns take "
                f"about {_gigabytes(rows * a_row)} to learn from, and {_gigabytes(free)} are free.",
                where=name,
                fix="Learn from a sample of the rows, leave out columns with --drop, or take a larger machine. "
                "`creditrisk predict` scores files of any size.",
            )


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
