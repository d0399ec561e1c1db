"""Loans, or borrowers, that would stand among the loans learned from and among those held out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.audit.leaks.post_outcome_names import tokens_of
from creditrisk.audit.listing import quoted, share
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from creditrisk.audit.loans import AuditedColumn, AuditedLoans
    from creditrisk.audit.results import Severity

_FEWEST_COLUMNS = 5
_FEWEST_TWINS = 10
#: Twins must be so many times as many as chance makes, and this part of the loans to be more than a hint.
_TIMES_CHANCE = 10.0
_MANY = 0.001
#: A value that more loans share is no mark by which a copy is known.
_RARE = 0.001
#: A borrower's number: so many different values, so many loans that share theirs, never more than a few.
_MANY_DISTINCT = 0.3
_SHARING = 0.01
_MOST_OF_ONE = 50
#: The last word of a number's name, words that are one alone, and words of codes of places.
_NUMBERS = {"id", "ids", "no", "nr", "number", "num", "key", "uuid", "guid", "ssn", "hash", "ref"}
_PERSONS = {"customer", "client", "borrower", "applicant", "member", "person", "account", "household"}
_PLACES = {"zip", "post", "postal", "area", "region", "phone"}
#: A code has a digit, no blank, and some length.
_CODE = re.compile(r"(?=[^\s]*\d)[^\s]{5,}\Z")


@dataclass(frozen=True, eq=False)
class Twins:
    """Loans that are equal to another one in all columns and the outcome, by a rare value too.

    `of_each` is a number for each loan, equal for twins and −1 for loans without one; `by_chance` how many chance
    would make.
    """

    of_each: NDArray[np.int64]
    by_chance: float

    @property
    def loans(self) -> int:
        """Loans that have a twin."""
        return int((self.of_each >= 0).sum())


def both_sides(loans: AuditedLoans) -> Iterator[Finding]:
    """Find loans that stand in the file twice, and numbers of borrowers that come back: medium, few twins low.

    Where borrowers are kept together already (a column of use "group") nothing is looked for.
    """
    if any(column.use == "group" for column in loans.columns) or not loans.known.any():
        return
    twins = twins_of(loans)
    if twins is not None and twins.loans >= max(_FEWEST_TWINS, _TIMES_CHANCE * twins.by_chance):
        yield _about_twins(loans, twins)
    for column in loans.columns:
        if _may_be_borrower(column):
            yield from _about_borrowers(loans, column)


def twins_of(loans: AuditedLoans) -> Twins | None:
    """Return the loans that have a twin; None with fewer than five columns to tell loans apart.

    Of the column with the most different values only rare ones count. How many twins chance makes is seen without that
    column: of two loans that are equal in all others, the second has the first's rare value by chance as often as all
    loans have it. Where the others were independent so many would be equal in them, and that column may be made of
    them; the larger number counts.
    """
    columns = [column for column in loans.learned_from if len(column.cells.loans) > 2]
    if len(columns) < _FEWEST_COLUMNS:
        return None
    rows = len(loans)
    telling = max(columns, key=lambda column: len(column.cells.values))
    others = np.zeros(rows, dtype=np.uint64)
    for column in columns:
        others = others if column is telling else _mixed(others, column.cells.code)
    sharing = telling.cells.loans[telling.cells.code]
    rare = (sharing <= max(_RARE * rows, 5.0)) & ~telling.missing
    _, size_without = _groups(others)
    group, size = _groups(_mixed(others, telling.cells.code))
    twin = rare & (size >= 2) & ~_have_both_outcomes(loans, group)
    by_chance = float(((size_without - 1) * (sharing - 1) / rows)[rare].sum())
    same = [float(((column.cells.loans / rows) ** 2).sum()) for column in columns if column is not telling]
    return Twins(np.where(twin, group, -1), max(by_chance, float(np.prod(same)) * rows**2))


def _mixed(numbers: NDArray[np.uint64], code: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return hashes with one more column in them (the multiplier of PCG's output, O'Neill 2014)."""
    mixed = (numbers ^ code.astype(np.uint64)) * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    return mixed ^ (mixed >> np.uint64(29))


def _groups(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of each row's hash among the different ones, and how many rows have it."""
    _, group, loans = np.unique(hashes, return_inverse=True, return_counts=True)
    return group.astype(np.int64), loans[group]


def _have_both_outcomes(loans: AuditedLoans, group: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are in a group where one defaulted and another was repaid."""
    outcome = np.zeros(len(loans)) if loans.y_true is None else loans.y_true
    bad, good = (np.bincount(group, weights=outcome == told) > 0 for told in (1.0, 0.0))
    return np.asarray((bad & good)[group], dtype=bool)


def _about_twins(loans: AuditedLoans, twins: Twins) -> Finding:
    many = twins.loans >= _MANY * len(loans)
    severity: Severity = "medium" if many else "low"
    evidence = (
        f"{twins.loans:,} of {len(loans):,} loans ({share(twins.loans, len(loans))}) are equal to another in all "
    )
    evidence += f"columns and the outcome; chance would make about {twins.by_chance:.1g}"
    if loans.newer is not None:
        older = twins.of_each[~loans.newer]
        again = int(np.isin(twins.of_each[loans.newer], older[older >= 0]).sum())
        evidence += f"; {again:,} of the {int(loans.newer.sum()):,} newer loans have a twin among the older"
    return Finding(
        kind="leak",
        severity=severity,
        rule="both-sides",
        what="Loans stand in the file more than once: a copy may be learned from and held out at once.",
        evidence=evidence,
        fix="Remove the copies, or --group COLUMN with a number that copies share.",
    )


def _may_be_borrower(column: AuditedColumn) -> bool:
    """Whether a column may number borrowers: by its use, by its name, or because its texts are codes."""
    words = tokens_of(column.name)
    if column.kind == "date" or column.use in ("outcome", "time", "weight") or _PLACES & set(words):
        return False
    whole = bool(column.levels) or bool((column.cells.values == np.floor(column.cells.values)).all())
    by_name = bool(words) and (words[-1] in _NUMBERS or (len(words) == 1 and words[0] in _PERSONS))
    codes = sum(_CODE.match(level) is not None for level in column.levels)
    return whole and (column.use == "id" or by_name or codes > 0.9 * max(len(column.levels), 1))


def _about_borrowers(loans: AuditedLoans, column: AuditedColumn) -> Iterator[Finding]:
    each = column.cells.loans[:-1]
    present, distinct, sharing = int(each.sum()), len(each), int(each[each >= 2].sum())
    few = sharing < max(_FEWEST_TWINS, _SHARING * present) or present < 0.5 * len(loans)
    if few or distinct <= _MANY_DISTINCT * present or each.max() > _MOST_OF_ONE or not _differ(loans, column):
        return
    yield Finding(
        kind="leak",
        severity="medium",
        rule="both-sides",
        columns=(column.name,),
        what=f"{quoted(column.name)} looks like the number of a borrower, and comes back: some borrowers may be "
        "learned from and held out at once.",
        evidence=f"{distinct:,} different values in {present:,} loans; {sharing:,} loans ({share(sharing, present)}) "
        "share theirs with another loan",
        fix=f"--group {quoted(column.name)}",
    )


def _differ(loans: AuditedLoans, column: AuditedColumn) -> bool:
    """Whether loans that share a value differ in the columns learned from, in at least half of the cases."""
    hashes = np.zeros(len(loans), dtype=np.uint64)
    for each in loans.learned_from:
        hashes = hashes if each is column else _mixed(hashes, each.cells.code)
    cells = column.cells
    shared = (cells.loans[cells.code] >= 2) & ~column.missing
    _, size = _groups(_mixed(hashes, cells.code))
    return bool((size[shared] == 1).mean() >= 0.5)
