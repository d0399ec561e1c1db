"""Names and counts in one line of text, cut where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Values that fewer loans share are never shown: they could tell of a person.
FEWEST_SHOWN = 10
_MOST = 8
_LONGEST = 60


def cut(parts: Sequence[str], join: str = ", ", most: int = _MOST) -> str:
    """Return parts in one line, at most so many of them.

    >>> cut(["a", "b"]), cut([str(number) for number in range(11)])
    ('a, b', '0, 1, 2, 3, 4, 5, 6, 7 and 3 more')
    """
    more = f" and {len(parts) - most:,} more" if len(parts) > most else ""
    return join.join(parts[:most]) + more


def named(names: Sequence[str], most: int = _MOST) -> str:
    """Return names from the data as messages show them, at most so many.

    >>> named(["income", "term"])
    '"income", "term"'
    """
    return cut([quoted(name) for name in names], most=most)


def quoted(name: str) -> str:
    """Return one name, or one level, as messages show it."""
    return shown(name, most=_LONGEST)


def share(part: float, whole: float) -> str:
    """Return a share in per cent, with as many digits as tell it from 0 and 100 %.

    >>> share(1, 4), share(1, 150000), share(99_999, 100_000), share(0, 3)
    ('25.0 %', 'under 0.01 %', 'over 99.99 %', '0 %')
    """
    if part in (0, whole):
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    if percent < 0.01 or percent > 99.99:
        return "under 0.01 %" if percent < 1 else "over 99.99 %"
    return f"{percent:.1f} %" if 0.1 <= percent <= 99.9 else f"{percent:.2f} %"
