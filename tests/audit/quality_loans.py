"""Columns as an audit looks at them, made by hand in tests of quality."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.loans import AuditedColumn, AuditedLoans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from creditrisk.audit.loans import Use
    from creditrisk.audit.results import Finding


def numbers(name: str, values: Iterable[float], use: Use = "learned from", note: str = "") -> AuditedColumn:
    """Return a column of numbers, NaN for missing."""
    return AuditedColumn(name, "numeric", use, np.array(list(values), dtype=float), (), note)


def dates(name: str, values: Sequence[str], use: Use = "learned from") -> AuditedColumn:
    """Return a column of days, given in ISO 8601."""
    return AuditedColumn(name, "date", use, np.array(values, dtype="datetime64[D]").astype(float))


def texts(name: str, values: Sequence[str | None], use: Use = "learned from") -> AuditedColumn:
    """Return a column of text, None for missing."""
    levels = tuple(text for text, _ in Counter(text for text in values if text is not None).most_common())
    place = {text: number for number, text in enumerate(levels)}
    codes = np.array([np.nan if text is None else place[text] for text in values], dtype=float)
    return AuditedColumn(name, "categorical", use, codes, levels)


def found(rule: Callable[[AuditedLoans], Iterator[Finding]], *columns: AuditedColumn, y=None) -> list[Finding]:
    """Return what a rule finds in some columns."""
    outcomes = None if y is None else np.asarray(y, dtype=float)
    status = None if y is None else np.nan_to_num(outcomes, nan=-1).astype(np.int64)
    return list(rule(AuditedLoans(columns, outcomes, status)))


def only(rule: Callable[[AuditedLoans], Iterator[Finding]], *columns: AuditedColumn, y=None) -> Finding:
    """Return the one finding of a rule in some columns."""
    (finding,) = found(rule, *columns, y=y)
    assert finding.kind == "quality"
    assert finding.drop == ()
    return finding
