"""One thing in several spellings: levels that differ in letter case or blanks, and names with blanks at their ends."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from creditrisk.audit.listing import FEWEST_SHOWN, cut, named, quoted, share
from creditrisk.audit.quality.levels import is_nearly_unique, texts
from creditrisk.audit.results import Finding
from creditrisk.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans


def case_variants(loans: AuditedLoans) -> Iterator[Finding]:
    """Levels of a text that differ in letter case or blanks only: "rent" and "RENT "."""
    found = []
    for column in loans.columns:
        if column.levels and column.use not in ("id", "group") and not is_nearly_unique(column):
            variants = _variants(column)
            if variants:
                found.append((column.name, variants))
    if not found:
        return
    yield Finding(
        kind="quality", severity="low", rule="case-variants", columns=tuple(name for name, _ in found),
        what="One level stands in several spellings, which differ in letter case or blanks only: "
        f"{named([name for name, _ in found])}.",
        evidence=cut([f"{quoted(name)}: {_words(variants, len(loans))}" for name, variants in found], "; ") + ".",
        fix="A model takes them for different levels: write each in one way, in the files to be scored too.",
    )  # fmt: skip


def _variants(column: AuditedColumn) -> list[list[tuple[str, int]]]:
    """Return the groups of levels that are one, with their loans, frequent ones first."""
    levels = texts(column)
    keys = [" ".join(level.split()).casefold() for level in levels]
    if len(set(keys)) == len(keys):
        return []
    groups = defaultdict(list)
    for key, level, count in zip(keys, levels, column.cells.loans[:-1].tolist(), strict=True):
        groups[key].append((level, count))
    return [group for group in groups.values() if len(group) > 1]


def _words(groups: list[list[tuple[str, int]]], rows: int) -> str:
    others = sum(count for group in groups for _, count in group[1:])
    text = f"{counted(len(groups), 'level')}, {counted(others, 'row')} ({share(others, rows)}) in another spelling"
    shown_group = next((group for group in groups if group[1][1] >= FEWEST_SHOWN), None)
    if shown_group is None:
        return text
    spellings = [quoted(level) for level, count in shown_group if count >= FEWEST_SHOWN]
    return f"{text}, such as {cut(spellings)}"


def blank_ends(loans: AuditedLoans) -> Iterator[Finding]:
    """Names of columns that begin or end with a blank."""
    names = [name for name in (*(column.name for column in loans.columns), loans.target) if name != name.strip()]
    if not names:
        return
    yield Finding(
        kind="quality", severity="low", rule="blank-ends", columns=tuple(names),
        what=f"Names that begin or end with a blank: {named(names)}.",
        evidence=f"{counted(len(names), 'name')}.",
        fix="Options and files to be scored must name them with the blank: better write the header without it.",
    )  # fmt: skip
