"""The report of `recalibrate`, without Rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import counted, printable
from creditrisk.reports.recalibration_words import (
    FIGURES,
    P_VALUES,
    TESTS,
    correction_of,
    correction_words,
    p_words,
    tested_words,
)
from creditrisk.reports.wording import (
    calibration_words,
    estimate_cells,
    estimate_words,
    percent,
    target_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from creditrisk.evaluation.recalibration import LevelFigures, Outcome, Recalibration
    from creditrisk.metrics.calibration_test import LikelihoodRatio


def recalibration_lines(result: Recalibration) -> str:
    """Return the report of `recalibrate`."""
    parts = [_loans(result), _needed(result), _changed(result), _grades(result), _watch(result), _saved(result)]
    return "\n".join("\n".join(part) + "\n" for part in map(list, parts) if part)


def _loans(result: Recalibration) -> Iterator[str]:
    yield "What was it recalibrated on?"
    yield f"  {printable(result.model)} on {printable(result.file)}: {counted(result.loans, 'loan')}"
    if result.outcome is not None:
        yield f"  {result.outcome.defaults:,} defaults ({percent(result.rate)}); {target_words(result.target)}"
    if result.weights:
        yield f"  loans weighted ({result.weights})"
    if result.set_aside:
        yield f"  {result.set_aside:,} of {result.rows:,} rows set aside: their outcome is neither label"
    if result.rejected:
        yield f"  {counted(result.rejected, 'row')} skipped: they could not be read (see --rejects)"


def _needed(result: Recalibration) -> Iterator[str]:
    outcome = result.outcome
    if outcome is None:
        yield f"A mean PD of {percent(result.to_rate)} was asked for; no outcome was looked at."
        return
    yield f"Was it needed?  {tested_words(outcome)}"
    tests = [(words, getattr(outcome, name)) for name, words in TESTS]
    yield from _table(["", "statistic", "df", "p"], [[name, *_test_cells(test)] for name, test in tests])


def _test_cells(test: LikelihoodRatio) -> list[str]:
    if test.p_value != test.p_value:  # NaN: the loans do not determine it
        return ["–", str(test.df), "–"]
    return [f"{test.statistic:.2f}", str(test.df), p_words(test.p_value)]


def _changed(result: Recalibration) -> Iterator[str]:
    words = correction_words(result.method, *correction_of(result.correction))
    asked = "the simplest that the tests ask for" if result.asked == "auto" and result.outcome is not None else "asked"
    yield f"What was changed?  {words} ({asked})"
    yield f"  calibration of the new model: {calibration_words(result.calibration)}"
    if result.outcome is None:
        yield f"  mean PD {percent(result.mean_pd_before)} before, {percent(result.mean_pd_after)} after"
        return
    outcome = result.outcome
    yield f"  before, and after on loans that it was not fitted on ({outcome.folds} folds):"
    yield from _table(["", "before", "95 % interval", "after", "95 % interval"], _figure_rows(outcome))
    difference = estimate_words(outcome.bce_difference, "+.5f")
    yield f"  BCE after less before {difference}: below 0 it pays"
    yield f"  AUC {estimate_words(outcome.auc, '.4f')} before, {outcome.auc_after:.4f} after"


def _figure_rows(outcome: Outcome) -> Iterator[list[str]]:
    before, after = outcome.before, outcome.after
    yield ["mean PD", percent(before.mean_pd), "", percent(after.mean_pd), ""]
    for name, key, form in FIGURES:
        yield [name, *estimate_cells(getattr(before, key), form), *estimate_cells(getattr(after, key), form)]
    for name, key in P_VALUES:
        yield [f"{name}, p", *_p_cells(before, after, key)]


def _p_cells(before: LevelFigures, after: LevelFigures, test: str) -> list[str]:
    return [p_words(getattr(before, test).p_value), "", p_words(getattr(after, test).p_value), ""]


def _grades(result: Recalibration) -> Iterator[str]:
    yield "Grades: their bounds stay, their PDs are those of the new model"
    rows = [
        [each.grade, *map(percent, (each.pd_before, each.pd_after, each.share_before, each.share_after))]
        for each in result.grades
    ]
    yield from _table(["", "PD before", "after", "loans before", "after"], rows)
    if result.decision_cutoff:
        yield (
            f"  from the cut-off, a PD of {percent(result.decision_cutoff)}, which stays: "
            f"{percent(result.refused_before)} of these loans before, {percent(result.refused_after)} after"
        )


def _watch(result: Recalibration) -> Iterator[str]:
    yield "What to watch"
    yield from (f"  • {printable(remark)}" for remark in result.remarks or ("nothing unusual was seen",))


def _saved(result: Recalibration) -> Iterator[str]:
    if not result.output:
        yield "No file was written: no correction was needed."
        return
    yield f"Saved  {printable(result.output)}  SHA-256 {result.sha256[:16]}…  from {result.parent[:16]}…"
    if len(result.lineage) > 1:
        yield f"  {len(result.lineage):,} recalibrations so far: `creditrisk info` lists them"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Return a table without rules: words to the left, numbers to the right."""
    whole = [list(headings), *map(list, rows)]
    widths = [max(len(row[place]) for row in whole) for place in range(len(headings))]
    for row in whole:
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"  {'  '.join(cells)}".rstrip()
