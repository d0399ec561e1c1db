"""Codes that hide among the numbers of a column: 98, −9, 365243, 9999."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.listing import FEWEST_SHOWN, cut, named, quoted
from creditrisk.audit.results import Finding
from creditrisk.errors import counted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

#: Values that are rarely a count or an amount, and often a code or a cap where many loans share them.
_FAR_DAY = 365243.0
_LIKE_CODES = np.array([_FAR_DAY, *(10.0**digits - 1 for digits in range(3, 10)), *(1 - 10.0**d for d in range(2, 10))])
#: Such a value is taken for a code if it has so many times the loans of the five values beside it.
_TIMES = 5.0
_BESIDE, _BEYOND = 5, 3
_FEWEST_VALUES = 10


def hidden_codes(column: AuditedColumn) -> tuple[float, ...]:
    """Return the codes that hide in a column of numbers, in ascending order; none for ids, dates and categories.

    Those of `AuditedColumn.codes`; and of 999, 9999 … 999999999, their negatives and −99, where they are the column's
    lowest or highest values but for three, and of 365243 wherever it stands: those that at least 10 loans share and
    that stand out, with more than five times the loans of the five values next to them on either side.
    """
    if column.kind != "numeric" or column.use in ("id", "weight", "left out"):
        return ()
    return tuple(sorted({*column.codes, *_standing_out(column)}))


def _standing_out(column: AuditedColumn) -> list[float]:
    values, loans = column.cells.values, column.cells.loans[:-1]
    if len(values) < _FEWEST_VALUES:
        return []
    found = []
    places = np.searchsorted(values, _LIKE_CODES)
    places = places[values[np.minimum(places, len(values) - 1)] == _LIKE_CODES]
    at_an_end = (places <= _BEYOND) | (places >= len(values) - 1 - _BEYOND) | (values[places] == _FAR_DAY)
    for place in np.sort(places[at_an_end & (loans[places] >= FEWEST_SHOWN)]):
        beside = loans[max(place - _BESIDE, 0) : place + _BESIDE + 1].sum() - loans[place]
        if loans[place] > _TIMES * beside:
            found.append(float(values[place]))
    return found


def special_codes_found(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns of numbers with codes among them."""
    found = [(column, hidden_codes(column)) for column in loans.columns]
    with_codes = [(column, codes) for column, codes in found if codes]
    if not with_codes:
        return
    name, codes = with_codes[0][0].name, with_codes[0][1]
    example = f"{name}:{','.join(f'{code:.17g}' for code in codes)}"
    yield Finding(
        kind="quality", severity="low", rule="special-codes", columns=tuple(column.name for column, _ in with_codes),
        what=f"Codes hide among the numbers of {named([column.name for column, _ in with_codes])}.",
        evidence=cut([f"{quoted(column.name)}: {_counts(column, codes)}" for column, codes in with_codes], "; ") + ".",
        fix=f"Ask what they mean. --special {shown(example)} gives them bins of their own in a scorecard or a blend; "
        "write nothing into the cell where they mean that nothing is known.",
    )  # fmt: skip


def _counts(column: AuditedColumn, codes: tuple[float, ...]) -> str:
    places = np.searchsorted(column.cells.values, codes)
    counts = column.cells.loans[places].tolist()
    return cut([f"{code:.17g} in {counted(count, 'row')}" for code, count in zip(codes, counts, strict=True)])
