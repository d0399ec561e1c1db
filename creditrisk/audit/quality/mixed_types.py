"""Columns of numbers that are taken for text because some of their cells are no plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.quality.levels import plain_numbers, texts
from creditrisk.audit.results import Finding
from creditrisk.data.units import fits_unit
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.results import Severity

_MOSTLY = 0.5
#: Fewer different numbers than this may be codes or grades, "0", "1", "2", "3+", unless nearly all cells are numbers.
_FEWEST_NUMBERS, _NEARLY_ALL = 10, 0.99
#: What a number with a unit may begin with.
_BEGINNINGS = frozenset("$€£<>+-(.0123456789")
_UNITS = ("percent", "amount $", "amount euro", "amount pound", "amount", "years", "months")


def mixed_types(loans: AuditedLoans) -> Iterator[Finding]:
    """Texts of which at least half of the cells are numbers, plain or with a unit, and others are not."""
    found: dict[Severity, list[tuple[str, str]]] = {"medium": [], "low": []}
    for column in (column for column in loans.columns if column.levels and column.use not in ("id", "group")):
        numbers, plain, different = _numbers(column)
        present = int(column.cells.loans[:-1].sum())
        if _MOSTLY * present <= numbers and plain < present and numbers:
            surely = different >= _FEWEST_NUMBERS or numbers >= _NEARLY_ALL * present
            severity: Severity = "medium" if surely else "low"
            found[severity].append((column.name, _mixture(numbers, plain, present)))
    for severity, columns in found.items():
        if columns:
            yield _mixed(severity, columns)


def _mixed(severity: Severity, columns: Sequence[tuple[str, str]]) -> Finding:
    return Finding(
        kind="quality", severity=severity, rule="mixed-types", columns=tuple(name for name, _ in columns),
        what="Numbers are taken for categories, because some cells are not plain numbers: "
        f"{named([name for name, _ in columns])}.",
        evidence=cut([f"{quoted(name)}: {words}" for name, words in columns], "; ") + ".",
        fix=f"Clean the cells that are no numbers: --numeric {quoted(columns[0][0])} names their lines. If the numbers "
        "are codes, --categorical says so.",
    )  # fmt: skip


def _numbers(column: AuditedColumn) -> tuple[int, int, int]:
    """Return the cells that are numbers, those without a unit, and how many different ones there are."""
    levels, rows = texts(column), column.cells.loans[:-1]
    plain = plain_numbers(levels)
    unit = np.array([not number and _has_unit(text) for text, number in zip(levels, plain, strict=True)], dtype=bool)
    return int(rows[plain | unit].sum()), int(rows[plain].sum()), int((plain | unit).sum())


def _has_unit(text: str) -> bool:
    # Nearly every text begins with a letter: the patterns are not tried on those.
    return text.lstrip()[:1] in _BEGINNINGS and any(fits_unit(text, unit) for unit in _UNITS)


def _mixture(numbers: int, plain: int, present: int) -> str:
    text, with_unit = present - numbers, numbers - plain
    parts = [f"{share(plain, present)} of the present cells are plain numbers"]
    if with_unit:
        parts.append(f"{counted(with_unit, 'cell')} {'is a number' if with_unit == 1 else 'are numbers'} with a unit")
    if text:
        parts.append(f"{counted(text, 'cell')} {'is' if text == 1 else 'are'} text")
    return ", ".join(parts)
