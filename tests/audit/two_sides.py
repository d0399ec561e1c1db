"""Small tables of synthetic loans, older and newer ones, for the rules of drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.loans import AuditedColumn, AuditedLoans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from creditrisk.audit.results import Finding

LEVELS = ("rent", "own", "mortgage", "other")


def number(name: str, values: np.ndarray) -> AuditedColumn:
    return AuditedColumn(name, "numeric", "learned from", np.asarray(values, dtype=np.float64))


def text(name: str, codes: np.ndarray, levels: tuple[str, ...] = LEVELS) -> AuditedColumn:
    return AuditedColumn(name, "categorical", "learned from", np.asarray(codes, dtype=np.float64), levels)


def loans_of(seed: int, rows: int = 500) -> list[AuditedColumn]:
    """Return columns of many forms, none of which knows anything of time or outcome."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=rows)
    half[rng.random(rows) < 0.5] = np.nan
    coded = np.where(rng.random(rows) < 0.05, 999, rng.integers(0, 9, rows))
    columns = [
        number("income", np.exp(10 + 0.6 * rng.normal(size=rows)).round(-2)),
        number("dti", rng.gamma(2.0, 8.0, rows)),
        number("late", rng.poisson(0.3, rows)),
        number("term", rng.choice([12, 36, 60], rows)),
        number("codes", coded),
        number("half", half),
        text("home", rng.choice(4, rows, p=[0.5, 0.3, 0.15, 0.05])),
        text("zip", rng.integers(0, 300, rows), tuple(f"{place:03d}" for place in range(300))),
    ]
    return [*columns, *(number(f"noise{place}", rng.normal(size=rows)) for place in range(3))]


def halves(
    columns: list[AuditedColumn], y_true: np.ndarray | None = None, time: np.ndarray | None = None
) -> AuditedLoans:
    """Return loans of which the last three tenths are the newer ones."""
    rows = len(columns[0].values)
    return AuditedLoans(tuple(columns), y_true, None, time, np.arange(rows) >= 0.7 * rows)


def the(rule: Callable[[AuditedLoans], Iterator[Finding]], loans: AuditedLoans) -> Finding:
    """Return the only finding of a rule."""
    (finding,) = rule(loans)
    return finding
