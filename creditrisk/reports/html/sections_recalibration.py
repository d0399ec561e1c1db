"""The sections of a recalibration: whether it was needed, what it changed, grades and decision, the lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from creditrisk.errors import counted
from creditrisk.reports.html.blocks import Cell, Facts, Prose, Section, Table, Verdict, section, table
from creditrisk.reports.html.texts import P_VALUE, PERCENT, figure_cell, figure_words, number
from creditrisk.reports.recalibration_words import (
    FIGURES,
    P_VALUES,
    TESTS,
    correction_of,
    correction_words,
    recalibration_words,
    tested_words,
)
from creditrisk.reports.wording import calibration_words, percent, target_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.evaluation.recalibration import Outcome, Recalibration

_RULE = "A correction is needed where the test of no correction rejects at 5 %."


def needed_section(result: Recalibration) -> Section | None:
    """Return whether a correction was needed, with the tests."""
    outcome = result.outcome
    if outcome is None:
        asked = f"A mean PD of {percent(result.to_rate)} was asked for; no outcome was looked at."
        return section("verdict", "Was it needed?", Verdict("not tested", asked, ""))
    verdict = Verdict("needed" if outcome.needed else "not needed", f"{tested_words(outcome)}.", _RULE)
    rows = [(Cell(words), *_test_cells(outcome, name)) for name, words in TESTS]
    tests = Table(
        "Tests of nested corrections", ("", "statistic", "degrees of freedom", "p"), tuple(rows), in_card=True
    )
    return section("verdict", "Was it needed?", verdict, tests)


def _test_cells(outcome: Outcome, name: str) -> tuple[Cell, ...]:
    test = getattr(outcome, name)
    return Cell(number(test.statistic, ".2f")), Cell(str(test.df)), Cell(number(test.p_value, P_VALUE))


def recalibrated_section(result: Recalibration) -> Section | None:
    """Return which model was recalibrated on which loans, and what the new file is."""
    outcome, digests = result.outcome, "; ".join(f"{part['file']} {part['sha256']}" for part in result.data)
    defaults = "" if outcome is None else f", {outcome.defaults:,} defaults ({percent(result.rate)})"
    pairs = [
        ("model", result.model),
        ("SHA-256 of the model", result.parent),
        ("loans of", result.file),
        ("SHA-256 of the loans", digests),
        ("loans", f"{result.loans:,}{defaults}"),
        ("outcome", "" if outcome is None else target_words(result.target)),
        ("set aside", f"{result.set_aside:,}: their outcome is neither label" if result.set_aside else ""),
        ("not readable", f"{counted(result.rejected, 'row')} skipped" if result.rejected else ""),
        ("loan weights", result.weights or "none, every loan counts once"),
        ("saved as", result.output or "no file was written"),
        ("SHA-256", result.sha256),
    ]
    return section("loans", "What was recalibrated?", Facts(tuple(pair for pair in pairs if pair[1])))


def changed_section(result: Recalibration) -> Section | None:
    """Return the correction, and the figures before and after."""
    pairs = [
        ("correction", correction_words(result.method, *correction_of(result.correction))),
        ("calibration of the new model", calibration_words(result.calibration)),
        ("mean PD", f"{percent(result.mean_pd_before)} before, {percent(result.mean_pd_after)} after"),
    ]
    outcome = result.outcome
    if outcome is None:
        return section("changed", "What was changed?", Facts(tuple(pairs)))
    pairs.append(("AUC", f"{figure_words(outcome.auc, '.4f')} before, {outcome.auc_after:.4f} after"))
    pairs.append(("BCE after less before", f"{figure_words(outcome.bce_difference, '+.5f')}: below 0 it pays"))
    caption = f"Before, and after on loans that the correction was not fitted on ({outcome.folds} folds)"
    figures = Table(caption, ("", "before", "after"), tuple(_figure_rows(outcome)), in_card=True)
    words = "Folds hold nearly the same share of defaults, so observed / expected after is near 1 whatever the loans."
    return section("changed", "What was changed?", Facts(tuple(pairs)), figures, Prose(words, small=True))


def _figure_rows(outcome: Outcome) -> Iterator[tuple[Cell, ...]]:
    before, after = outcome.before, outcome.after
    yield Cell("mean PD"), Cell(number(before.mean_pd, PERCENT)), Cell(number(after.mean_pd, PERCENT))
    for name, key, form in FIGURES:
        yield Cell(name), figure_cell(getattr(before, key), form), figure_cell(getattr(after, key), form)
    for name, key in P_VALUES:
        found = (getattr(before, key).p_value, getattr(after, key).p_value)
        yield Cell(f"{name}, p"), *(Cell(number(p, P_VALUE)) for p in found)


def grades_section(result: Recalibration) -> Section | None:
    """Return what became of grades and of the decision."""
    rows = [
        (
            Cell(each.grade),
            *map(Cell, map(percent, (each.pd_before, each.pd_after, each.share_before, each.share_after))),
        )
        for each in result.grades
    ]
    headings = ("", "PD before", "PD after", "loans before", "loans after")
    grades = Table(
        "Grades: their bounds stay, their PDs are those of the new model", headings, tuple(rows), in_card=True
    )
    decision = None
    if result.decision_cutoff:
        decision = Facts((
            ("cut-off of the decision", f"a PD of {percent(result.decision_cutoff)}, which stays"),
            ("loans from it on", f"{percent(result.refused_before)} before, {percent(result.refused_after)} after"),
        ))  # fmt: skip
    return section("grades", "What happens to grades and decisions?", table(grades), decision)


def lineage_section(result: Recalibration) -> Section | None:
    """Return all recalibrations of the new model."""
    pairs = [(f"recalibration {place}", recalibration_words(entry)) for place, entry in enumerate(result.lineage, 1)]
    return section("lineage", "Where does the model come from?", Facts(tuple(pairs)))
