"""What an audit found as words, for every report that tells of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.audit.results import SEVERITIES
from creditrisk.errors import counted, printable, shown
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from creditrisk.audit.results import Audit, ColumnFacts, Finding

#: What each severity asks of the reader.
SEVERITY_MEANS = {
    "high": "a model trained on these loans as they are would be wrong, or its figures would be",
    "medium": "look before you train",
    "low": "good to know",
}
#: What the marks of a trend run over: the AUC of a single column hardly leaves it, and beyond it they stay at the end.
TREND_FROM, TREND_TO = 0.5, 0.75
#: More lines than these would bury what else is to be watched.
_MOST_REMARKS = 6
_MOST_NAMES, _LONGEST_NAME = 8, 40
#: The use of the columns that a training would take; the others are named with theirs.
_LEARNED, _LEFT_OUT = "learned from", "left out"


def counts_words(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each severity, worst first; empty where there is none."""
    severities = [finding.severity for finding in findings]
    return ", ".join(f"{severities.count(name)} {name}" for name in SEVERITIES if name in severities)


def looked_for(result: Audit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which kinds of findings were looked for, and which not, each with what would be needed for it."""
    found, missing = ["faults of the data"], []
    if result.loans:
        found.insert(0, "leaks")
    else:
        missing.append("leaks (they show beside an outcome: --target NAME)")
    if result.compared:
        found.append("drift")
    else:
        missing.append("drift (it shows between loans: --time NAME, or --against FILE)")
    return tuple(found), tuple(missing)


def nothing_found(result: Audit) -> str:
    """Return the sentence of an audit without findings."""
    kinds, _ = looked_for(result)
    listed = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    return f"nothing was found. Looked for: {listed}. That is no proof that there are none."


def not_looked_for(result: Audit) -> str:
    """Return what was not looked for and why; empty where everything was."""
    _, kinds = looked_for(result)
    return f"not looked for: {'; '.join(kinds)}" if kinds else ""


def loans_words(result: Audit) -> str:
    """Return how many loans were read and how many of them defaulted."""
    if not result.loans:
        return counted(result.rows, "row")
    rate = percent(result.defaults / result.loans)
    return f"{counted(result.loans, 'loan')}, {counted(result.defaults, 'default')} ({rate})"


def rows_apart(result: Audit) -> tuple[tuple[int, str], ...]:
    """Return the rows that play no part, each number with the reason."""
    reasons = (
        (result.set_aside, "set aside: their outcome is neither default nor repaid"),
        (result.rejected, "skipped: they could not be read (see --rejects)"),
        (result.rows - result.looked_at if result.looked_at else 0, "not looked at: those that were are evenly spread"),
    )
    return tuple((rows, reason) for rows, reason in reasons if rows)


def uses_words(columns: Sequence[ColumnFacts]) -> str:
    """Return how many columns there are of each use: those that are learned from, then the others as they occur."""
    uses = [column.use for column in columns]
    kinds = sorted(dict.fromkeys(uses), key=lambda use: use != _LEARNED)
    counts = ", ".join(f"{uses.count(use):,} {use}" for use in kinds)
    return f"{len(columns):,} ({counts})" if columns else "none"


def names_by_use(columns: Iterable[ColumnFacts], most: int) -> Mapping[str, str]:
    """Return the names of the columns that are not learned from, by use and by the reason why they are left out.

    Names are cut at `most` characters.
    """
    names: dict[str, list[str]] = {}
    for column in columns:
        if column.use != _LEARNED:
            told = column.use == _LEFT_OUT and column.note
            reason = f"{column.use}, {printable(column.note)}" if told else column.use
            names.setdefault(reason, []).append(shown(column.name, most=most))
    return {reason: _listed(group) for reason, group in names.items()}


def by_auc(columns: Iterable[ColumnFacts]) -> list[ColumnFacts]:
    """Return columns by how well they rank alone, best first; those without an AUC last, in their order."""
    return sorted(columns, key=lambda column: -column.auc.value if has_auc(column) and column.auc else math.inf)


def has_auc(column: ColumnFacts) -> bool:
    """Whether the loans determine how well a column ranks alone."""
    return column.auc is not None and not math.isnan(column.auc.value)


def trend_place(auc: float) -> float:
    """Return where an AUC stands between the ends of a trend's marks, 0 to 1; NaN stays NaN."""
    place = (auc - TREND_FROM) / (TREND_TO - TREND_FROM)
    return place if math.isnan(place) else min(max(place, 0.0), 1.0)


def trend_periods(periods: Sequence[str]) -> str:
    """Return which periods a trend runs over."""
    return f"{printable(periods[0])} to {printable(periods[-1])}" if periods else ""


def leaks_words(names: Sequence[str], most: int) -> str:
    """Return what `--drop-leaks` would leave out of a training; empty where it is nothing."""
    if not names:
        return ""
    listed = _listed([shown(name, most=most) for name in names])
    return (
        f"creditrisk train --drop-leaks would leave out up to {counted(len(names), 'column')}, as far as its training "
        f"loans alone show them: {listed}"
    )


def audit_remarks(findings: Sequence[Finding], left_out: Collection[str] = ()) -> tuple[str, ...]:
    """Return the findings of a training's audit in at most six lines: counts, leaks, the grave ones with what to do.

    Parameters
    ----------
    findings : Findings, worst first.
    left_out : names
        Columns that the model does without, so that their leaks are settled.
    """
    if not findings:
        return ()
    leaks = dict.fromkeys(name for finding in findings for name in finding.drop)
    settled = [name for name in leaks if name in left_out]
    unsettled = [name for name in leaks if name not in left_out]
    noun = "finding" if len(findings) == 1 else "findings"
    lines = [f"The audit has {counts_words(findings)} {noun}; creditrisk inspect shows each with its evidence."]
    if settled:
        names = _listed([shown(name, most=_LONGEST_NAME) for name in settled])
        lines.append(f"Taken for leaks and left out of this model: {names}")
    if len(unsettled) > 1:
        lines.append(
            f"With --drop-leaks {counted(len(unsettled), 'column')} would be left out that it takes for leaks."
        )
    grave = [finding for finding in findings if finding.severity != "low" and not _is_settled(finding, left_out)]
    room = _MOST_REMARKS - len(lines)
    told = grave if len(grave) <= room else grave[: room - 1]
    lines += [printable(f"{finding.severity} {finding.kind}: {finding.what} Fix: {finding.fix}") for finding in told]
    if len(told) < len(grave):
        lines.append(f"and {len(grave) - len(told):,} more of high or medium severity")
    return tuple(lines)


def _is_settled(finding: Finding, left_out: Collection[str]) -> bool:
    return bool(finding.drop) and set(finding.drop) <= set(left_out)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
