"""The audit of the training loans: what it finds, and the leaks that are left out because of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from creditrisk.audit.looking import look
from creditrisk.audit.taking import MOST_TRAINING_ROWS, of_training
from creditrisk.data.reading import NOTHING_LEFT
from creditrisk.data.schema import Dropped
from creditrisk.errors import DataError, counted, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from creditrisk.audit.results import Finding
    from creditrisk.data.reading import TrainingData
    from creditrisk.data.splitting import Split
    from creditrisk.evaluation.evaluate import Evaluation
    from creditrisk.specs import TrainSpec

_MOST_NAMES = 5


def audited(found: TrainingData, split: Split, spec: TrainSpec) -> tuple[TrainingData, tuple[Finding, ...]]:
    """Return the loans, with `--drop-leaks` without the columns that give the outcome away, and what was found.

    The outcomes of the held-out loans play no part in it.

    Raises
    ------
    DataError
        When no column is left.
    """
    if not spec.audit:
        return found, ()
    loans = of_training(found.loans, split.train, split.held_out)
    findings = look(loans, loans if loans.time is not None else None)
    leaks = {name: finding.rule for finding in reversed(findings) for name in finding.drop}
    if not spec.drop_leaks or not leaks:
        return found, findings
    dropped = tuple(Dropped(name, f"taken for a leak ({leaks[name]})") for name in found.loans.schema.names
                    if name in leaks)  # fmt: skip
    if len(dropped) == len(found.loans.schema.names):
        where = [found.files.name, *(f"{shown(column.name)}: {column.reason}" for column in dropped)]
        raise DataError("Every column is taken for a leak.", where=where, fix=NOTHING_LEFT)
    return replace(found, loans=found.loans.without(dropped)), findings


def audit_remarks(rows: int, *, asked: bool) -> tuple[str, ...]:
    """Return a remark where the audit of a training of so many rows looked at only some of them."""
    if not asked or rows <= MOST_TRAINING_ROWS:
        return ()
    remark = (
        f"The audit before the training looked at {MOST_TRAINING_ROWS:,} of the {rows:,} loans, evenly spread; "
        "inspect looks at more."
    )
    return (remark,)


def beside_leaks(figures: Evaluation, findings: Sequence[Finding], learned: Collection[str]) -> Evaluation:
    """Return the figures with a verdict that leaks in the model's own columns cap at amber: they flatter every test."""
    leaks = dict.fromkeys(name for finding in findings for name in finding.drop if name in learned)
    if not leaks:
        return figures
    names = ", ".join(shown(name, most=40) for name in list(leaks)[:_MOST_NAMES])
    more = f" and {len(leaks) - _MOST_NAMES:,} more" if len(leaks) > _MOST_NAMES else ""
    verdict = figures.validation.verdict
    reason = (
        f"The model learned from {counted(len(leaks), 'column')} that the audit takes for leaks ({names}{more}), so "
        f"all of these figures may flatter it: --drop-leaks. {figures.validation.reason}"
    )
    capped = replace(figures.validation, verdict="amber" if verdict == "green" else verdict, reason=reason)
    return replace(figures, validation=capped)
