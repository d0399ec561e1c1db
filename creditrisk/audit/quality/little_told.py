"""Columns that tell little: one value, none, nearly one, or as many as there are loans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.audit.listing import FEWEST_SHOWN, cut, named, quoted
from creditrisk.audit.quality.levels import is_nearly_unique
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

#: Above this share of one value the rest is too rare to learn from.
_NEARLY_ALL = 0.999


def constant(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns that hold the same value in every row."""
    names = [column.name for column in loans.columns if len(loans) > 1 and _is_constant(column)]
    if names:
        yield _low(
            "constant", names, f"The same value in every row: {named(names)}.",
            f"{counted(len(names), 'column')}, {counted(len(loans), 'row')}.",
            "Nothing needs to be done: a training leaves such columns out. Ask whether the file was filtered by them.",
        )  # fmt: skip


def empty(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns without a value in any row."""
    names = [column.name for column in loans.columns if len(loans) and not len(column.cells.values)]
    if names:
        yield _low(
            "empty", names, f"No value in any row: {named(names)}.",
            f"{counted(len(names), 'column')}, {counted(len(loans), 'row')}.",
            "Nothing needs to be done: a training leaves such columns out. Ask whether they should have been filled.",
        )  # fmt: skip


def nearly_constant(loans: AuditedLoans) -> Iterator[Finding]:
    """Columns of which one value fills more than 99.9 % of the rows."""
    found = []
    for column in loans.columns:
        present = column.cells.loans[:-1]
        if len(present) and present.max() > _NEARLY_ALL * len(loans) and not _is_constant(column):
            found.append((column.name, len(loans) - int(present.max())))
    if found:
        names = [name for name, _ in found]
        yield _low(
            "nearly-constant", names, f"One value in more than 99.9 % of the rows: {named(names)}.",
            cut([f"{quoted(name)}: another one in {counted(others, 'row')}" for name, others in found], "; ") + ".",
            f"They can hardly teach a model anything: {_drop(names)}.",
        )  # fmt: skip


def near_unique(loans: AuditedLoans) -> Iterator[Finding]:
    """Texts that are learned from and differ in nearly every row: names, addresses, ids."""
    found = []
    for column in loans.learned_from:
        if is_nearly_unique(column):
            present = int(column.cells.loans[:-1].sum())
            words = f"{counted(len(column.cells.values), 'text')} in {counted(present, 'row')}"
            found.append((column.name, words))
    if found:
        names = [name for name, _ in found]
        yield _low(
            "near-unique", names,
            f"Text that differs in nearly every row, as names, addresses and ids do: {named(names)}.",
            cut([f"{quoted(name)}: {words}" for name, words in found], "; ") + ".",
            f"Categories of one loan teach nothing: {_drop(names)}, or --id for a loan's number. No model stores them: "
            f"a level that fewer than {FEWEST_SHOWN} loans share is never kept.",
        )  # fmt: skip


def _is_constant(column: AuditedColumn) -> bool:
    return len(column.cells.values) == 1 and column.cells.loans[-1] == 0


def _drop(names: Sequence[str]) -> str:
    return f"--drop {quoted(names[0])}" if len(names) == 1 else "leave them out with --drop"


def _low(rule: str, names: Sequence[str], what: str, evidence: str, fix: str) -> Finding:
    return Finding(
        kind="quality", severity="low", rule=rule, columns=tuple(names), what=what, evidence=evidence, fix=fix
    )
