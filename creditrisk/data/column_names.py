"""Whether the columns of a file can be told apart by their names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from creditrisk.data.cells import is_number
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_SHOWN = 20


def check_names(header: Sequence[str], where: str, *, samples: bool = True) -> None:
    """Refuse a header that names a column more than once, or two that differ in letter case or blanks alone.

    Parameters
    ----------
    header : the names
    where : file and line
    samples : whether the names may be told: where the header is missing, they are the cells of a loan

    Raises
    ------
    DataError
        All names that are at fault are listed.
    """
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        lines = [f"{shown(name)} × {header.count(name)}" for name in twice]
        raise DataError(
            "The header names a column more than once.",
            where=[where, *_listed(lines, samples=samples)],
            fix="Rename or remove one of each, so that every column can be named." + _further_down(header, twice),
        )
    alike = _alike(header)
    if alike:
        lines = [" and ".join(map(shown, names)) for names in alike]
        raise DataError(
            "The header names columns that differ in letter case or blanks alone.",
            where=[where, *_listed(lines, samples=samples)],
            fix="Rename or remove one of each, so that no column is taken for another.",
        )


def _listed(lines: Sequence[str], *, samples: bool) -> list[str]:
    if not samples:
        return [f"{counted(len(lines), 'name')}, not shown"]
    more = len(lines) - _MOST_SHOWN
    return [*lines[:_MOST_SHOWN], *([f"… and {more:,} more"] if more > 0 else [])]


def _further_down(header: Sequence[str], twice: Sequence[str]) -> str:
    """Return what else may be: a line of a title, filled up with empty cells, or a loan."""
    if list(twice) == [""] and header[0] and not any(header[1:]):
        return " If the header stands further down, pass over the lines before it with --skip-rows."
    if any(map(is_number, twice)):
        return " If the first line is a loan, write a line of names before it."
    return ""


def _alike(header: Sequence[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in header:
        groups.setdefault(" ".join(name.split()).casefold(), []).append(name)
    return [names for names in groups.values() if len(names) > 1]


def blank_remark(header: Sequence[str]) -> tuple[str, ...]:
    """Return a remark where names begin or end with a blank: whoever names such a column must write it too."""
    names = [shown(name, most=60) for name in header if name != name.strip()]
    if not names:
        return ()
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    begin = "A column's name begins or ends" if len(names) == 1 else f"The names of {len(names):,} columns begin or end"
    return (f"{begin} with a blank, which belongs to it: {', '.join(names[:_MOST_SHOWN])}{more}.",)
