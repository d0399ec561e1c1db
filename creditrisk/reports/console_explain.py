"""The console report of an explanation: all loans, or one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from creditrisk.errors import counted, printable, shown
from creditrisk.reports.console_tables import line, lines, print_table, table, title
from creditrisk.reports.explain_words import change_words, loan_words, looked_words, monotone_words, structure_words
from creditrisk.reports.lines import points_lines
from creditrisk.reports.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from creditrisk.evaluation.explanation import ExplainedLoan, Explanation, Importance, Interaction, Response

_LONGEST_NAME = 40
_MOST_ROWS, _MOST_PAIRS, _MOST_POINTS = 20, 10, 9
_BAR = 24


def explanation_report(console: Console, result: Explanation) -> None:
    """Print an explanation."""
    title(console, "What was looked at")
    line(console, f"{printable(result.model)}: {structure_words(result)}")
    if result.loan is not None:
        _loan(console, result.loan, result.file)
    else:
        line(console, looked_words(result))
        _importance(console, result.importance)
        for response in result.responses:
            _response(console, response)
        _interactions(console, result.interactions)
        if result.monotone:
            title(console, "Does the PD move as --monotone asked?")
            for check in result.monotone:
                line(console, monotone_words(check))
        for row in points_lines(result.points).splitlines():
            line(console, row)
    if result.remarks:
        title(console, "What to watch")
        for remark in result.remarks:
            lines(console, f"• {remark}", style="yellow")


def _importance(console: Console, importance: Sequence[Importance]) -> None:
    used = [each for each in importance if each.share > 0]
    title(console, "What drives it?  Mean absolute contribution in log-odds, and rise of BCE when permuted")
    rows = table(["", "share", "contribution", "± s.e.", "BCE rises by", "95 % interval", ""], words_last=True)
    sizes = [each.contribution.value if each.contribution else each.share for each in used]
    largest = max(sizes, default=0.0) or 1.0
    for each, size in list(zip(used, sizes, strict=True))[:_MOST_ROWS]:
        contribution, loss = each.contribution, each.loss
        rows.add_row(
            shown(each.variable, most=_LONGEST_NAME) + (f" +{len(each.columns) - 1}" if len(each.columns) > 1 else ""),
            percent(each.share),
            f"{contribution.value:.4f}" if contribution else "–",
            f"{contribution.se:.4f}" if contribution else "–",
            f"{loss.value:+.5f}" if loss else "–",
            f"{loss.low:+.5f} – {loss.high:+.5f}" if loss else "–",
            Text("█" * round(_BAR * size / largest), style="cyan"),
        )
    print_table(console, rows)
    if len(used) > _MOST_ROWS:
        line(console, f"and {counted(len(used) - _MOST_ROWS, 'further variable')}", style="dim")
    if len(used) < len(importance):
        line(console, f"{counted(len(importance) - len(used), 'variable')} the model does not use", style="dim")
    if any(len(each.columns) > 1 for each in used):
        line(console, "+1 and so on: so many columns that copy the variable count with it", style="dim")


def _response(console: Console, response: Response) -> None:
    title(console, f"Along {shown(response.column, most=_LONGEST_NAME)}")
    rows = table(["value", "loans", "partial PD", "accumulated\nlog-odds"])
    points = response.points
    step = max(len(points) // _MOST_POINTS, 1)
    for number, point in enumerate(points):
        if number % step and number != len(points) - 1:
            continue
        effect = "–" if point.accumulated != point.accumulated else f"{point.accumulated:+.3f}"
        rows.add_row(printable(point.label)[:_LONGEST_NAME], f"{point.share:.1%}", percent(point.pd), effect)
    print_table(console, rows)


def _interactions(console: Console, found: Sequence[Interaction]) -> None:
    if not found:
        return
    title(console, "What acts together?  Beyond the sum of both")
    rows = table(["", "log-odds (s.d.)", "H"])
    for each in found[:_MOST_PAIRS]:
        pair = f"{shown(each.first, most=_LONGEST_NAME)} × {shown(each.second, most=_LONGEST_NAME)}"
        rows.add_row(pair, f"{each.strength:.4f}", f"{each.h:.3f}")
    print_table(console, rows)


def _loan(console: Console, loan: ExplainedLoan, file: str) -> None:
    title(console, loan_words(loan, file))
    line(console, f"PD {percent(loan.pd)}, grade {loan.grade}, {loan.score} points, log-odds {loan.log_odds:+.4f}")
    rows = table(["", "value", "log-odds", "points", "sum"])
    rows.add_row("mean of the training loans", "", "", f"{loan.base_points:.1f}", f"{loan.base_log_odds:+.4f}")
    for step in loan.steps[:_MOST_ROWS]:
        value = ", ".join(printable(text) for text in step.values.values())
        cells = (f"{step.log_odds:+.4f}", f"{step.points:+.1f}", f"{step.after:+.4f}")
        rows.add_row(shown(step.variable, most=_LONGEST_NAME), value[:_LONGEST_NAME], *cells)
    rest = loan.steps[_MOST_ROWS:]
    if rest:
        adds, points = sum(step.log_odds for step in rest), sum(step.points for step in rest)
        rows.add_row(f"{len(rest)} smaller", "", f"{adds:+.4f}", f"{points:+.1f}", f"{rest[-1].after:+.4f}")
    if loan.calibration:
        rows.add_row("isotonic calibration", "", f"{loan.calibration:+.4f}", "", f"{loan.log_odds:+.4f}")
    print_table(console, rows)
    for text in change_words(loan):
        lines(console, text)
