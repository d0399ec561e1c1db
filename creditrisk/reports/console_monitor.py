"""A monitoring on the console: what to do and why, then the PDs, the columns, the outcomes, and the periods."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from creditrisk.errors import counted, printable, shown
from creditrisk.reports.console_gates import gates_section
from creditrisk.reports.console_tables import line, lines, print_table, table, title
from creditrisk.reports.console_validation import grades_table, p_words
from creditrisk.reports.wording import estimate_cells, percent, percent_words

if TYPE_CHECKING:
    from rich.console import Console

    from creditrisk.evaluation.monitoring import Monitoring, Period
    from creditrisk.evaluation.performance import Performance
    from creditrisk.evaluation.population import ColumnDrift, Population

_LONGEST_NAME = 32
_MOST_COLUMNS = 15
_STYLES = {"green": "green", "amber": "yellow", "red": "red"}


def monitoring_report(console: Console, result: Monitoring) -> None:
    """Print a whole monitoring; its last lines are what to do."""
    _watched(console, result)
    _scores(console, result.population)
    _columns(console, result.population)
    _outcomes(console, result)
    if len(result.periods) > 1:
        _periods(console, result)
    gates_section(console, result.gates)
    if result.remarks:
        title(console, "What to watch")
        for remark in result.remarks:
            line(console, f"• {printable(remark)}", style="yellow")
    _conclusion(console, result)


def _watched(console: Console, result: Monitoring) -> None:
    title(console, "What was watched")
    line(console, f"{printable(result.model)} on {printable(result.file)}: {counted(result.rows, 'loan')}")
    line(console, f"against {printable(result.reference)}: {counted(result.population.reference_rows, 'loan')}")
    if len(result.periods) > 1:
        line(console, f"{len(result.periods)} periods; the tables are of the newest with enough loans, "
                      f"{printable(result.judged)} ({counted(result.population.rows, 'loan')})")  # fmt: skip
    if result.rejected:
        line(console, f"{counted(result.rejected, 'row')} skipped: they could not be read (see --rejects)")
    title(console, f"Who comes?  Refused from a PD of {percent(result.cutoff)}")
    p = result.population
    rows = table(["", "now", "95 % interval", "before", "p"])
    before = p.mean_pd.value - p.mean_pd_change.value
    change = p.mean_pd_change
    moved = math.erfc(abs(change.value / change.se) / math.sqrt(2)) if change.se > 0 else math.nan
    rows.add_row("mean PD", *_percent_cells(p.mean_pd), percent(before), p_words(moved))
    known = "–" if math.isnan(p.reference_approval_rate) else percent(p.reference_approval_rate)
    rows.add_row("approval rate", *_percent_cells(p.approval_rate), known, p_words(p.approval_p))
    print_table(console, rows)


def _percent_cells(figure: object) -> tuple[str, str]:
    words = percent_words(figure)  # type: ignore[arg-type]
    value, _, ends = words.partition(" (")
    return value, ends.removesuffix(")")


def _scores(console: Console, p: Population) -> None:
    title(console, "Are the PDs spread as before?")
    line(console, f"{_psi_words(p)}: {p.reads}")
    if p.emptied or p.merged:
        line(console, f"emptied bins {p.emptied}, counted all the same; bins with fewer than 5 expected loans, "
                      f"counted as one: {p.merged}", style="dim")  # fmt: skip
    rows = table(["PD", "before", "now"])
    for each in p.bins:
        low = "" if math.isinf(each.low) else f"above {percent(each.low)}"
        high = "" if math.isinf(each.high) else f"at most {percent(each.high)}"
        rows.add_row(high or low or "all", percent(each.reference), percent(each.current))
    print_table(console, rows)


def _psi_words(found: Population) -> str:
    if math.isnan(found.psi):
        return "PSI cannot be told"
    return (
        f"PSI {found.psi:.4f}; chance alone passes {found.critical:.4f} in 5 of 100 samples of this size "
        f"(p {p_words(found.p_value)}); the bounds in use are 0.10 and 0.25"
    )


def _columns(console: Console, p: Population) -> None:
    title(console, "Which columns are spread otherwise?  PSI, its bound of chance, p after Holm over all columns")
    rows = table(
        ["", "PSI", "bound", "p", "missing", "before", "unknown\nlevels", "emptied", "reads", "moved most"],
        words_last=True,
    )
    for column in p.columns[:_MOST_COLUMNS]:
        rows.add_row(*_column_cells(column))
    print_table(console, rows)
    if len(p.columns) > _MOST_COLUMNS:
        rest = p.columns[_MOST_COLUMNS:]
        line(console, f"and {counted(len(rest), 'further column')}, whose index is smaller", style="dim")


def _column_cells(column: ColumnDrift) -> tuple[str, ...]:
    return (
        shown(column.name, most=_LONGEST_NAME),
        _number(column.psi), _number(column.critical), p_words(column.adjusted),
        percent(column.missing), percent(column.reference_missing), percent(column.unseen), str(column.emptied),
        column.reads, printable(column.moved),
    )  # fmt: skip


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"


def _outcomes(console: Console, result: Monitoring) -> None:
    found = result.performance
    if found is None:
        return
    rate = percent_words(found.default_rate)
    title(console, f"Do the outcomes agree?  {counted(found.loans, 'loan')}, {counted(found.defaults, 'default')}")
    if result.set_aside:
        line(console, f"{result.set_aside:,} of {result.rows:,} rows set aside: their outcome is neither label")
    rows = table(["", "now", "95 % interval", "at development", "p"])
    rows.add_row("AUC", *estimate_cells(found.auc, ".4f"), _number(found.development_auc), p_words(found.auc_fall_p))
    rows.add_row("AUC if the PDs were right", f"{found.expected_auc:.4f}", "", "", "")
    ratio = estimate_cells(found.observed_over_expected, ".3f")
    rows.add_row("observed / expected", *ratio, "", p_words(found.calibration_p))
    rows.add_row("calibration slope", *estimate_cells(found.calibration_slope, ".3f"), "", "")
    print_table(console, rows)
    line(console, f"default rate {rate}, at development {_share(found.development_default_rate)}")
    line(console, _change_words(found))
    if result.validation is not None:
        grades_table(console, result.validation)


def _change_words(found: Performance) -> str:
    if math.isnan(found.by_population):
        return "the change of the default rate cannot be told: the model keeps no mean PD of development"
    parts = [f"{100 * value:+.2f}" for value in (found.rate_change, found.by_population, found.by_concept)]
    return (
        f"change {parts[0]} percentage points: {parts[1]} by the population (mean PD), "
        f"{parts[2]} by the concept (defaults that the PDs do not explain)"
    )


def _share(value: float) -> str:
    return "–" if math.isnan(value) else percent(value)


def _periods(console: Console, result: Monitoring) -> None:
    title(console, "How does it go over time?")
    judged = any(period.performance for period in result.periods)
    more = ["default\nrate", "observed /\nexpected", "95 % interval", "AUC", "95 % interval"] if judged else []
    rows = table(["", "loans", "mean PD", "approval", "PSI", "bound", "columns\nshifted", *more, "the first of them"],
                 words_last=True)  # fmt: skip
    for period in result.periods:
        rows.add_row(*_period_cells(period, judged=judged))
    print_table(console, rows)


def _period_cells(period: Period, *, judged: bool) -> tuple[str, ...]:
    p, found = period.population, period.performance
    shifted = p.shifted
    named = f"{shown(shifted[0].name, most=_LONGEST_NAME)} {shifted[0].psi:.2f}" if shifted else ""
    cells = (printable(period.label), f"{p.rows:,}", percent(p.mean_pd.value), _share(p.approval_rate.value),
             _number(p.psi), _number(p.critical), str(len(shifted)))  # fmt: skip
    if not judged:
        return (*cells, named)
    if found is None:
        return (*cells, "–", "–", "", "–", "", named)
    known = (percent(found.default_rate.value), *estimate_cells(found.observed_over_expected, ".3f"))
    return (*cells, *known, *estimate_cells(found.auc, ".4f"), named)


def _conclusion(console: Console, result: Monitoring) -> None:
    found = result.conclusion
    title(console, "What to do?")
    lines(console, f"the rule: {found.rule}", style="dim")
    for reason in found.reasons:
        line(console, f"• {printable(reason)}")
    line(console, f"{found.action.upper()} ({found.kind}). {found.advice}", style=f"bold {_STYLES[found.verdict]}")
