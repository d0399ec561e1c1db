"""What an explanation says in words: the same on the console and in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import counted, printable, shown
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from creditrisk.evaluation.explanation import ChangedColumn, ExplainedLoan, Explanation, MonotoneCheck

_KINDS = {"lightgbm": "boosted trees", "blend": "a blend", "scorecard": "a scorecard"}


def structure_words(result: Explanation) -> str:
    """Return how large a model is."""
    facts = {name.replace("_", " "): count for name, count in result.structure.items()}
    return f"{_KINDS[result.kind]}; {', '.join(f'{name} {count:,}' for name, count in facts.items())}"


def looked_words(result: Explanation) -> str:
    """Return which loans were looked at."""
    if not result.looked_at:
        return "no loans were given: what follows is what the model file alone tells"
    drawn = (
        f"{result.looked_at:,} of {result.rows:,} loans" if result.looked_at < result.rows else f"{result.rows:,} loans"
    )
    outcomes = "outcomes not known" if result.defaults is None else f"{counted(result.defaults, 'default')} among them"
    return f"{drawn} of {printable(result.file)}, {outcomes}"


def monotone_words(check: MonotoneCheck) -> str:
    """Return what was found of one monotone column."""
    way = "rises" if check.sign > 0 else "falls"
    name = f"{shown(check.column)} ({way})"
    if check.proved:
        return f"{name}: yes, for every loan: no split or bin of the model goes the other way"
    if check.largest is None:
        return f"{name}: the splits and bins alone do not prove it; name loans to try it on"
    tried = f"{counted(check.loans, 'loan')} moved to {counted(check.values, 'value')} each"
    if check.largest == 0:
        return f"{name}: no step the other way was seen, {tried}; the splits and bins alone do not prove it"
    return f"{name}: NO, log-odds go the other way by up to {check.largest:.4f}, {tried}"


def loan_words(loan: ExplainedLoan, file: str) -> str:
    """Return which loan it is."""
    return f"Why this PD?  Loan {shown(loan.id, most=60)}, row {loan.row:,} of {printable(file)}"


def change_words(loan: ExplainedLoan) -> list[str]:
    """Return whether the loan passes the cut-off, and the least change that would make it."""
    if not loan.cutoff:
        return []
    passes = loan.pd < loan.cutoff
    said = [f"cut-off {percent(loan.cutoff)}: this loan {'passes' if passes else 'is refused'}"]
    change = loan.change
    if change is None or passes:
        return said
    if not change.found:
        return [*said, f"no change of the named columns passes, up to three at once ({change.tried:,} were tried)"]
    moves = ", ".join(map(moved_words, change.columns))
    sure = "nothing smaller passes" if change.exact else "a smaller one may exist"
    return [*said, f"it would pass with {moves}: PD {percent(change.pd)} ({sure}; {change.tried:,} were tried)"]


def moved_words(column: ChangedColumn) -> str:
    """Return how one column changes."""
    return f"{shown(column.column)} {printable(column.before)} → {printable(column.after)}"
