"""Cells without a value: columns that are nearly empty, and columns that lack their values together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.listing import cut, named, quoted, share
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedLoans

_HEAVY = 0.95
#: Fewer rows than this may lack two values together by chance.
_FEWEST_ROWS = 10
_MOST_GROUPS, _MOST_NAMES = 5, 5


def heavy_missing(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns with a value in fewer than 5 % of the rows, and in at least one."""
    found = []
    for column in loans.columns:
        missing = int(column.cells.loans[-1])
        if _HEAVY * len(loans) < missing < len(loans):
            found.append((missing, column.name))
    if not found:
        return
    found.sort(key=lambda each: -each[0])
    names = tuple(name for _, name in found)
    yield Finding(
        kind="quality", severity="low", rule="heavy-missing", columns=names,
        what=f"No value in more than 95 % of the rows: {named(names)}.",
        evidence=cut([f"{quoted(name)}: {share(missing, len(loans))}" for missing, name in found], "; ") + " missing.",
        fix="Ask whether the value is filled only after something happened to the loan: then it must be left out with "
        "--drop. Otherwise a model may learn from the presence of a value.",
    )  # fmt: skip


def missing_together(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns that have no value in exactly the same rows."""
    groups: dict[bytes, list[str]] = {}
    rows: dict[bytes, int] = {}
    for column in loans.columns:
        missing = int(column.cells.loans[-1])
        if min(missing, len(loans) - missing) >= _FEWEST_ROWS:
            pattern = np.packbits(column.missing).tobytes()
            groups.setdefault(pattern, []).append(column.name)
            rows[pattern] = missing
    found = sorted(
        ((names, rows[key]) for key, names in groups.items() if len(names) > 1), key=lambda each: -len(each[0])
    )
    if not found:
        return
    plural = "One group" if len(found) == 1 else f"{len(found):,} groups"
    yield Finding(
        kind="quality", severity="low", rule="missing-together",
        columns=tuple(name for names, _ in found for name in names),
        what=f"{plural} of columns {'has' if len(found) == 1 else 'have'} no value in exactly the same rows.",
        evidence=cut([_group(*each, len(loans)) for each in found], "; ", _MOST_GROUPS) + ".",
        fix="They were filled by one source, or not at all: ask why it is silent about these loans, and whether it "
        "will be so when a loan is scored.",
    )  # fmt: skip


def _group(names: list[str], missing: int, rows: int) -> str:
    return f"{named(names, _MOST_NAMES)} in {share(missing, rows)} of the rows"
