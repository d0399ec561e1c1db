"""The sections of a monitoring: what to do, who comes, what is spread otherwise, the outcomes, and the periods."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import counted, shown
from creditrisk.reports.html.blocks import Cell, Facts, Points, Prose, Section, Table, Verdict, section, table
from creditrisk.reports.html.fields import fields_table
from creditrisk.reports.html.sections_facts import gates_table
from creditrisk.reports.html.sections_stability import vintage_blocks
from creditrisk.reports.html.texts import P_VALUE, PERCENT, RATE, SHARE, figure_cell, figure_words, number

if TYPE_CHECKING:
    from creditrisk.evaluation.monitoring import Monitoring, Period
    from creditrisk.evaluation.population import ColumnDrift

_LONGEST_NAME = 60
_PSI = ".4f"
_TONES = {"large": "red", "noted": "amber"}


def advice_section(result: Monitoring) -> Section | None:
    """Return what to do, why, and what was held against what."""
    found = result.conclusion
    verdict = Verdict(f"{found.action} ({found.kind})", found.advice, found.rule, found.verdict)
    facts = [
        ("model", result.model),
        ("SHA-256 of the model", result.sha256),
        ("loans", f"{counted(result.rows, 'loan')} of {result.file}"),
        ("held against", f"{counted(result.population.reference_rows, 'loan')}: {result.reference}"),
        ("figures below are of", f"{result.judged}, {counted(result.population.rows, 'loan')}"),
        ("set aside", f"{counted(result.set_aside, 'row')}: their outcome is neither default nor repaid"),
        ("not readable", f"{counted(result.rejected, 'row')} skipped"),
    ]
    empty = {"set aside": not result.set_aside, "not readable": not result.rejected}
    kept = tuple((name, words) for name, words in facts if not empty.get(name, False))
    return section("verdict", "What to do?", verdict, Points(found.reasons), Facts(kept), gates_table(result.gates))


def population_section(result: Monitoring) -> Section | None:
    """Return PDs and approval rate against the reference, and how the PDs are spread."""
    p = result.population
    facts = Facts(
        (
            ("mean PD", figure_words(p.mean_pd, RATE)),
            ("mean PD, less that of the reference", figure_words(p.mean_pd_change, "rate points")),
            ("refused from a PD of", number(result.cutoff, PERCENT)),
            ("approval rate", figure_words(p.approval_rate, SHARE)),
            ("approval rate of the reference", number(p.reference_approval_rate, SHARE)),
            ("p of an unchanged approval rate", number(p.approval_p, P_VALUE)),
            ("PSI of the PDs", f"{number(p.psi, _PSI)}: {p.reads}"),
            ("bound of chance", f"{number(p.critical, _PSI)}, passed in 5 of 100 samples of this size without a shift"),
            ("p of no shift", number(p.p_value, P_VALUE)),
            ("emptied bins, counted", str(p.emptied)),
            ("sparse bins, counted as one", str(p.merged)),
        )
    )  # fmt: skip
    tallest = max((max(each.reference, each.current) for each in p.bins), default=1.0) or 1.0
    rows = tuple(
        (
            Cell(_bin_words(each.low, each.high)),
            Cell(number(each.reference, SHARE), bar=each.reference / tallest),
            Cell(number(each.current, SHARE), bar=each.current / tallest),
        )
        for each in p.bins
    )
    spread = Table("Loans by PD", ("PD", "before", "now"), rows)
    return section("population", "Who comes?", facts, table(spread))


def _bin_words(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "all"
    return f"above {number(low, PERCENT)}" if math.isinf(high) else f"at most {number(high, PERCENT)}"


def drift_section(result: Monitoring) -> Section | None:
    """Return how every column is spread against the reference, what changed first."""
    headings = ("column", "PSI", "bound of chance", "p", "Holm", "missing", "unknown levels", "emptied cells",
                "reads", "moved most")  # fmt: skip
    rows = tuple(_drift_row(each) for each in result.population.columns)
    note = "Small figures below: the share in the reference. Holm: p, adjusted for all columns together."
    made = table(Table("Columns, what changed first", headings, rows, 1, 2, in_card=True))
    return section("columns", "Which columns are spread otherwise?", made, Prose(note, small=True) if rows else None)


def _drift_row(column: ColumnDrift) -> tuple[Cell, ...]:
    return (
        Cell(shown(column.name, most=_LONGEST_NAME)),
        Cell(number(column.psi, _PSI)),
        Cell(number(column.critical, _PSI)),
        Cell(number(column.p_value, P_VALUE)),
        Cell(number(column.adjusted, P_VALUE)),
        Cell(number(column.missing, SHARE), number(column.reference_missing, SHARE)),
        Cell(number(column.unseen, SHARE), number(column.reference_unseen, SHARE)),
        Cell(str(column.emptied)),
        Cell(column.reads, tone=_TONES.get(column.reads, "")),
        Cell(column.moved),
    )


def outcomes_section(result: Monitoring) -> Section | None:
    """Return what the outcomes say of the PDs; None where they are not known."""
    found = result.performance
    if found is None:
        return None
    rows = (
        (Cell("loans"), Cell(f"{found.loans:,}", f"{found.defaults:,} defaults"), Cell(""), Cell("")),
        (Cell("default rate"), figure_cell(found.default_rate, RATE),
         Cell(number(found.development_default_rate, RATE)), Cell("")),
        (Cell("mean PD"), Cell(number(found.mean_pd, RATE)), Cell(""), Cell("")),
        (Cell("AUC"), figure_cell(found.auc, ".4f"), Cell(number(found.development_auc, ".4f")),
         Cell(number(found.auc_fall_p, P_VALUE))),
        (Cell("AUC if the PDs were right"), Cell(number(found.expected_auc, ".4f")), Cell(""), Cell("")),
        (Cell("observed / expected"), figure_cell(found.observed_over_expected, ".3f"), Cell(""),
         Cell(number(found.calibration_p, P_VALUE))),
        (Cell("calibration slope"), figure_cell(found.calibration_slope, ".3f"), Cell(""), Cell("")),
        (Cell("change of the default rate"), Cell(number(found.rate_change, "rate points")), Cell(""), Cell("")),
        (Cell("… by the population"), Cell(number(found.by_population, "rate points")), Cell(""), Cell("")),
        (Cell("… by the concept"), Cell(number(found.by_concept, "rate points")), Cell(""), Cell("")),
    )  # fmt: skip
    made = Table("All loans with known outcomes", ("", "now", "at development", "p"), rows, in_card=True)
    grades = fields_table("Tests of each grade's PD", result.validation.grades) if result.validation else None
    return section(
        "outcomes", "Do the outcomes agree?", made, grades, *vintage_blocks(result.vintages, found.auc.value)
    )


def periods_section(result: Monitoring) -> Section | None:
    """Return the figures of each period; None where there is one."""
    if len(result.periods) < 2:
        return None
    headings = ("period", "loans", "mean PD", "approval", "PSI", "columns shifted", "default rate",
                "observed / expected", "AUC", "the first of them")  # fmt: skip
    rows = tuple(_period_row(each) for each in result.periods)
    return section("periods", "How does it go over time?", Table("Periods, the oldest first", headings, rows, 1, 1))


def _period_row(period: Period) -> tuple[Cell, ...]:
    p, found = period.population, period.performance
    shifted = p.shifted
    first = f"{shown(shifted[0].name, most=_LONGEST_NAME)}, PSI {number(shifted[0].psi, '.2f')}" if shifted else ""
    return (
        Cell(period.label),
        Cell(f"{p.rows:,}"),
        figure_cell(p.mean_pd, RATE),
        figure_cell(p.approval_rate, SHARE),
        Cell(number(p.psi, _PSI), f"bound {number(p.critical, _PSI)}", _TONES.get(p.reads, "")),
        Cell(str(len(shifted))),
        figure_cell(found.default_rate if found else None, RATE),
        figure_cell(found.observed_over_expected if found else None, ".3f"),
        figure_cell(found.auc if found else None, ".4f"),
        Cell(first),
    )
